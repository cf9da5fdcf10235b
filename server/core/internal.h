/* Inside of the core. Four kinds of threads: the loop owns connections, workers own database connections, the notifier reads events,
 * the maker of notices tells people of them.
 * They meet only in the queues below. */
#pragma once
#include "common/buf.h"
#include "server/core/core.h"
#include "server/ops/op.h"
#include "server/rules/rules.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct core;
struct config;

/* What a connection is before and after it is somebody's. */
enum conn_kind { CONN_ADMIN, CONN_GATE, CONN_SESSION };

/* Requests are answered by many threads; hashing of passwords and long operations by few threads of their own, so that neither can take
 * all the workers. */
enum lane_kind { LANE_NORMAL, LANE_SLOW, LANE_LONG, LANES };

/* One line from a connection on its way through a worker and back to the loop. */
struct job {
    struct job *next;
    uint64_t conn_id;
    enum conn_kind kind;
    struct buf line;            /* wiped after use: may hold a password */
    struct buf answer;          /* lines to send, each with its newline; may be empty (notification) */
    struct session_user user;   /* who asks; id 0 on a gate connection before login */
    bool reload_user;           /* rights may have changed since: read the user again first */
    bool said_hello;            /* gate connection: gate.hello was right */
    struct ahead *ahead;        /* the connection's; NULL: none */
    int passed_fd;              /* descriptor that came with the line, -1: none; whoever takes it sets -1 */
    enum lane_kind lane;        /* where it is in work */
    enum lane_kind wanted;      /* where it belongs, when that is elsewhere */
    bool opened;                /* answered already with the card that was read ahead: to be noted */
    bool has_long;              /* a long operation of this connection is in work already */
    atomic_bool cancelled;      /* whoever asked for a long operation has gone or does not want it any more */
    /* what a worker tells the loop beside an answer */
    bool is_progress;           /* `answer` is a notification about the connection's long operation */
    bool is_answer;             /* `answer` goes out now, the job itself comes back when what follows it is done */
    struct job *parted;         /* the connection's line went to the long lane: the next line may be taken */
    /* set by the worker */
    bool cancel_long;           /* the connection's long operation is to stop */
    bool user_changed;          /* `user` is newer than the connection's */
    bool hello_done, subscribe, close;
    int open_fd;                /* a session connection to take over for `user`, -1: none */
};

/* A worker without work. Who rested last is given the next job: its database connection and its caches are warm. */
struct idler {
    struct idler *next;
    struct job *job; /* given to it */
    pthread_cond_t given;
};

/* A card read for a session before it is asked for (the one under the cursor of a list): nobody has seen it, and it is good as long as
 * nothing changes. */
struct ahead {
    const struct op *op;
    int64_t id;
    struct buf result;
    unsigned long changes; /* core.changes when it was read */
    int32_t day;           /* days left are counted from today */
};

struct queue {
    pthread_mutex_t lock;
    struct job *head, **tail; /* empty while anybody is idle */
    struct idler *idle;
    bool closed;
};
void queue_init(struct queue *q);
void queue_push(struct queue *q, struct job *job);
/* Waits for a job; NULL when the queue is closed and empty. */
struct job *queue_pop(struct queue *q);
/* All that is there, without waiting. */
struct job *queue_take_all(struct queue *q);
void queue_close(struct queue *q);
struct job *job_new(void);
void job_free(struct job *job);

/* Events for subscribers, made by the notifier, handed out by the loop. */
struct notice {
    struct notice *next;
    char *line;                 /* notification with its newline */
    char record[32];
    int64_t record_id, actor_id;
    int64_t *people, *units;    /* whom it concerns; sees_all users get everything of correspondence */
    size_t people_count, unit_count;
    bool named_only;            /* of a restricted record: `people` and nobody else */
};
void notice_free(struct notice *n);
struct core;
/* Gives the notice to the loop, which core_wake() wakes. Safe from any thread. */
void core_hand_out(struct core *core, struct notice *n);

struct core {
    const struct core_start *start;
    struct queue lanes[LANES], done;
    int wake_fd;                /* eventfd: done jobs or notices wait */
    pthread_mutex_t files_lock;
    pthread_cond_t files_left;
    struct files_thread *files; /* files sessions, a thread each */
    int files_count;
    pthread_mutex_t notice_lock;
    struct notice *notices, **notice_tail;
    int notify_fd, notices_fd;  /* eventfds: something was committed here; for the notifier and the maker of notices */
    int stop_fd;                /* eventfd: readable for good once the core stops */
    atomic_int subscribers;     /* sessions that hear of events */
    atomic_ulong changes;       /* counts what may change a card: commits of this core, events of others */
    atomic_bool stopping;
    atomic_bool rules_stale;    /* SIGHUP or a changed calendar: read the rules again */
    atomic_bool passwords;      /* login by password is allowed */
    unsigned char secret[32];
    pthread_mutex_t rules_lock;
    pthread_cond_t rules_loaded;
    struct rules_box *rules;
    /* limits read from the configuration at start */
    int lane_threads[LANES], statement_timeout_ms;
    char scratch[256];          /* folder of temporary files of long operations */
};

/* Wakes the loop (jobs done, notices). Safe from any thread. */
void core_wake(struct core *core);
/* Wakes the notifier and the maker of notices: something was committed. Safe from any thread. */
void core_committed(struct core *core);
/* Cards that were read ahead are good no more. Safe from any thread. */
void core_changed(struct core *core);

/* Rules with a count of those who read them. */
struct rules_box;
/* The rules of now for one request; NULL while they could not be loaded (database away since the start). */
struct rules_box *rules_take(struct core *core);
const struct rules *rules_of(const struct rules_box *box);
void rules_drop(struct rules_box **box);
/* Reads workflow file and calendar; on a fault the old rules stay. */
bool rules_reload(struct core *core, struct pg *db, struct err *err);

/* Runs the loop in the calling thread until told to stop. */
int loop_run(struct core *core);
void *worker_main(void *arg); /* struct lane */
void *notify_main(void *arg); /* struct core */
void *clock_main(void *arg);  /* struct core */
void *sweep_main(void *arg);  /* struct core */
/* Begins a files session on fd for the user, and takes fd over; ERR_RATE_LIMITED when there are as many as the configuration allows. */
bool files_start(struct core *core, int fd, const struct session_user *user, struct err *err);
/* Ends all of them and waits until they have. */
void files_stop(struct core *core);
void *notices_main(void *arg); /* struct core */
struct lane {
    struct core *core;
    enum lane_kind kind;
};

/* Answers one line (object, batch or rubbish) of a session or gate connection into job->answer. */
struct dispatch {
    struct core *core;
    struct pg *db;
    struct arena *arena;
    struct job *job;
    const struct rules *rules;
    bool committed;
    struct after *after; /* what is to be done when the answer has gone out; in the arena */
};
/* false: the line is for another lane, job->wanted says which; nothing was done. */
bool dispatch_line(struct dispatch *d);
/* Does what waited for the answer to go out. */
void dispatch_after(struct dispatch *d);
/* Notes that the card read ahead was opened. */
void dispatch_opened(struct dispatch *d);
void ahead_free(struct ahead **ahead);
/* Writes the answer when the line asks for just this card, and nothing has changed since it was read. */
bool ahead_answers(const struct ahead *a, const struct core *core, const char *line, size_t len, struct buf *out);
/* Writes an error answer; id is NULL for null. */
void dispatch_write_error(struct jw *w, const json_t *id, const struct err *err, enum lang lang);

/* gate.* methods (docs/architecture.md); the result goes to `w`. */
bool login_call(struct dispatch *d, const char *method, json_t *params, struct jw *w, struct err *err);
bool login_is_slow(const char *method, const json_t *params);
/* Reads the user of a login into *user; ERR_FORBIDDEN when there is none or it is disabled. *hash (may be NULL) gets the password hash, "" if none. */
bool login_load_user(struct pg *db, struct arena *arena, const char *login, struct session_user *user, const char **hash, struct err *err);
