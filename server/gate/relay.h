/* Between channel.c (what a channel is) and relay.c (the bytes through it). */
#pragma once
#include "server/gate/channel.h"

/* Starts what the client asked for. */
void chan_begin(struct channel *ch);
