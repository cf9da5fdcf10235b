/* Tells systemd how the service is doing (sd_notify(3)); nothing when nobody asked. */
#pragma once
/* state: "READY=1", "STOPPING=1". */
void notify_systemd(const char *state);
