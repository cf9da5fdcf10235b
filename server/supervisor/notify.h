/* Tells systemd how the service is doing (sd_notify(3)); nothing when nobody asked. */
#pragma once
#include <stdint.h>
/* state: "READY=1", "RELOADING=1...", "STOPPING=1". */
void notify_systemd(const char *state);
void notify_watchdog(void);
/* How often systemd wants to hear WATCHDOG=1, halved; 0: never. */
int64_t notify_watchdog_ms(void);
