/* Programs behind channels: gorod-tui on a pty, the command line on pipes or a pty. */
#pragma once
#include "server/gate/channel.h"

/* Starts gorod-tui for the channel with a broker socket; sets in, out, broker and pid. False: the machine has nothing left. */
bool process_start_screen(struct channel *ch);
/* Starts the channel's command over a session; sets in, out, err and pid. The caller keeps session_fd. */
bool process_start_command(struct channel *ch, int session_fd);
/* Makes fd the source of and for the channel's bytes (the subsystem). Takes over fd. */
bool process_attach(struct channel *ch, int fd);
