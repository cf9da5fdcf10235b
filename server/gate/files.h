/* A channel of SFTP between the client and a files session of the core (server/files/wire.h). */
#pragma once
#include "server/gate/channel.h"

struct files;

/* The session is attached to ch->in and ch->out. */
bool files_begin(struct channel *ch);
void files_free(struct files **f);
/* What feed_program and drain_source are for programs; relay.c calls them for channels of this kind. */
void files_feed(struct channel *ch);
void files_drain(struct channel *ch);
/* Bytes wait for the core. */
bool files_wants_out(const struct channel *ch);
