/* Channels of a connection: what the client asked for (a screen, a command, the subsystem), the program or session behind it, and the
 * bytes between. libssh's callbacks only note things; chan_step acts on the notes. */
#pragma once
#include "server/gate/conn.h"
#include "server/gate/pty.h"
#include "server/gate/texts.h"

enum channel_kind {
    KIND_NONE,      /* open, nothing asked for yet */
    KIND_SHELL,     /* gorod-tui: its wire is in and out, its terminal err */
    KIND_EXEC,      /* one operation of the command line */
    KIND_SUBSYSTEM, /* the bytes of a session */
    KIND_FILES,     /* SFTP: its packets one way, frames of a files session the other */
    KIND_NOTICE,    /* a few words and the end */
};

enum session_state { SESSION_NONE, SESSION_WANTED, SESSION_ASKED };

struct channel {
    struct channel *next;
    struct conn *conn;
    ssh_channel ssh;
    struct ssh_channel_callbacks_struct callbacks;
    enum channel_kind kind;
    bool is_starting; /* asked for, not begun */

    bool has_pty, resized, no_color;
    struct winsize size;
    char term[PTY_TERM_BYTES];
    char *command;

    enum session_state session;
    int64_t session_at;    /* not before */
    int64_t session_until; /* then it is hopeless; 0: never */
    int64_t session_given; /* when the last one was handed over */

    struct source in, out, err, broker; /* in and out of one pty or socket are two descriptors of it */
    struct buf to_program, to_client, to_client_err;
    struct files *files; /* of KIND_FILES */
    bool in_done;      /* nobody takes the client's bytes any more */
    bool has_leftover; /* libssh still holds bytes that did not fit */
    pid_t pid;         /* 0: no process, or it has been reaped */
    int64_t kill_at;
    int exit_code;
    bool exit_is_set;

    bool client_eof, client_closed, finished;
};

/* Takes over a new channel of the client; NULL (refuse it politely) when there are too many. */
ssh_channel chan_new(struct conn *c);
/* Does all it can without waiting. */
void chan_step(struct channel *ch);
/* Sets what epoll shall watch for it. */
void chan_watch(struct channel *ch);
/* When chan_step must run again even if nothing happens; 0: never. */
int64_t chan_wake(const struct channel *ch);
/* Could it send right now? Then a step is due: libssh tells nobody when a window grows. */
bool chan_can_send(const struct channel *ch);
/* Frees the channels that both sides have closed. */
void chan_sweep(struct conn *c);
/* The process `pid` has ended; false when no channel owns it. */
bool chan_reaped(struct conn *c, pid_t pid, int status);
/* The line is dead or ending: programs are told to go. */
void chan_hang_up(struct channel *ch);
/* Ends the channel with a text of the gate. */
void chan_fail(struct channel *ch, enum text text);

/* Sessions, brought by control.c. */
struct channel *chan_wanting(const struct conn *c); /* the first that wants one now */
const char *chan_kind_name(const struct channel *ch);
void chan_want_session(struct channel *ch);
void chan_core_answers(const struct conn *c); /* who waits behind others has not waited in vain so far */
void chan_session_asked(struct channel *ch);
void chan_session_ready(struct channel *ch, int fd); /* takes over fd */
void chan_refused(struct channel *ch, const struct err *err);
