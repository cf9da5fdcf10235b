/* Between channel.c (what a channel is) and relay.c (the bytes through it). */
#pragma once
#include "server/gate/channel.h"

/* Starts what the client asked for. */
void chan_begin(struct channel *ch);
/* Takes in what libssh still holds, as far as there is room. */
void relay_pull(struct channel *ch);
/* Nothing more is for the program. */
void relay_end_input(struct channel *ch);
