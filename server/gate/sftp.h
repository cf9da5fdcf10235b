/* SFTP version 3 (draft-ietf-secsh-filexfer-02), the server's side, as a parser without descriptors: the client's bytes go in, frames for the
 * core (server/files/wire.h) and packets for the client come out. Every field of every packet is checked; what is wrong within a packet is
 * answered, what is wrong with the framing ends the channel. */
#pragma once
#include "common/buf.h"
#include "common/err.h"

enum {
    SFTP_PACKET_MAX = 256 * 1024 + 1024, /* as OpenSSH's */
    SFTP_REQUESTS_MAX = 512,             /* not yet answered; more are left with the client */
};

struct sftp {
    struct buf packet; /* the packet that is coming in, from its length on */
    bool said_hello;
    int waiting;       /* requests that the core has not answered */
    enum lang lang;
};

void sftp_init(struct sftp *s, enum lang lang);
void sftp_free(struct sftp *s);
/* Takes bytes of the client, up to the end of one packet; returns how many, 0 when it takes none now (too many requests wait). Appends to both
 * buffers. -1: this is no SFTP, the channel has to end. */
long sftp_take(struct sftp *s, const char *bytes, size_t len, struct buf *to_core, struct buf *to_client);
/* Takes the answers that `from_core` holds in full, and appends packets for the client. False: the core has said what it may not. */
bool sftp_answer(struct sftp *s, struct buf *from_core, struct buf *to_client);
