/* The state of one connection in its child process: the SSH session, who has logged in, the control connection, the channels. */
#pragma once
#include "common/buf.h"
#include "common/err.h"
#include "server/gate/source.h"
#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/types.h>

struct channel;
struct config;
struct gate_env;

enum {
    QUEUE_BYTES = 64 * 1024, /* a queue this full stops its source */
    QUEUE_MAX = 256 * 1024,  /* room for what was on its way then */
    TAKEN_MAX = 4 * 1024 * 1024, /* room for all that libssh holds of a channel (its window is 1.28 MB) */
    CHUNK_BYTES = 32 * 1024, /* moved at a time */
    CONTROL_LINE_MAX = 64 * 1024,
};

struct login {
    bool done;
    char name[160]; /* of the account, as it was given at the login */
    char *ticket;   /* opens a new control connection after the core was away */
    enum lang lang;
    char language[16]; /* for LANGUAGE of the programs */
};

enum control_state {
    CONTROL_IDLE,     /* no connection to the core, none asked for */
    CONTROL_ASKED,    /* the parent is making one */
    CONTROL_RESUMING, /* gate.resume is sent */
    CONTROL_READY,
};

struct control {
    enum control_state state;
    struct source source;
    struct buf input;
    int64_t next_id;
    int64_t answer_until; /* an answer is due; 0: none */
    int64_t retry_at;
    int64_t retry_pause_ms;
    struct channel *opening; /* gate.open is sent for it; NULL when it has gone since */
    bool is_opening;
    int opening_fd; /* our end of the session */
};

struct conn {
    struct gate_env *env;
    const struct config *config;
    const char *peer;
    ssh_session ssh;
    ssh_event event;
    struct ssh_server_callbacks_struct callbacks;
    struct ssh_counter_struct wire, packets;
    uint64_t taken; /* packets.out_packets when the client had last taken everything */
    int epoll_fd;
    int last_fd; /* our own descriptor of the socket: see let_go */
    struct source socket, signals, link;
    struct login login;
    struct control control;
    struct channel *channels;
    int channel_count;
    int tries, probes;
    struct {
        bool open; /* a request to log in is in libssh's hands */
        uint64_t happened, out_packets;
    } request; /* what stood there when it came */
    uint64_t happened; /* counts what libssh told us: while it grows, the step is repeated */
    int64_t grace_until;
    int64_t heard_at, probed_at;
    int64_t echo_until_us; /* a key went to a screen: its answer is at hand */
    int64_t drain_until;
    int64_t rest_at; /* what logging in took in memory is given back; 0: done */
    const char *closing; /* words for the client; the connection ends after this step */
    bool over;           /* the line is dead: end without words */
};

/* Can the client take more? False while earlier packets still wait for the socket. Lets libssh look at the socket, so callbacks may run. */
bool conn_can_write(struct conn *c);
/* Asks for the end of the connection; `words` must live for ever, and be ASCII: clients show other letters as numbers. The first
 * reason stays. */
void conn_close(struct conn *c, const char *words);
/* Waits for a source for at most this long; also ends at once when it has been closed. True when it is readable. */
bool conn_wait(int fd, int64_t until_ms);
