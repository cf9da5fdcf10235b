/* The application: one loop over the keyboard, the session and the timers; a stack of screens; the lines around them.
 *
 * A screen is a const table of functions and its data. Screens never call each other: they run commands and ask the registry of
 * screens (screens.h) to open things. Everything happens in this one loop; nothing here ever waits. */
#pragma once
#include "tui/client.h"
#include "tui/draw.h"
#include "tui/keys.h"
#include "tui/timers.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct screen;

/* Absent functions mean "nothing to do". */
struct screen_ops {
    const char *name;                              /* for tests and drafts */
    bool overlay;                                  /* painted over the screen below, whose title stays */
    const char *(*scopes)(const struct screen *s); /* where keys are looked up, nearest first: "appeal list" */
    void (*title)(const struct screen *s, char *out, size_t size);
    void (*paint)(struct screen *s, struct rect r, struct cursor *cursor);
    bool (*wants_text)(const struct screen *s);                 /* letters are text, not commands */
    bool (*key)(struct screen *s, int key);                     /* before commands; true: taken */
    bool (*command)(struct screen *s, enum command cmd);        /* true: done */
    const char *(*why_not)(struct screen *s, enum command cmd); /* NULL: possible; else the reason, translated */
    /* A hash, never 0, of all that the answers of why_not depend on: while it stays, the key bar asks nothing. Absent: asked at every frame. */
    uint64_t (*possible)(const struct screen *s);
    const char *(*label)(struct screen *s, enum command cmd);   /* another word in the key bar, translated; NULL: the usual */
    bool (*click)(struct screen *s, enum hit what, int arg);
    /* The card that Enter would open; false: none. */
    bool (*would_open)(const struct screen *s, const char **record, int64_t *id);
    bool (*busy)(const struct screen *s);                                      /* keys must wait: an answer decides where they go */
    void (*refresh)(struct screen *s);                                         /* read again what is shown */
    void (*event)(struct screen *s, const char *record, int64_t id, bool own); /* somebody (or oneself) changed a record */
    void (*hint)(const struct screen *s, char *out, size_t size);              /* status line when nothing has happened */
    void (*acted)(struct screen *s);                                           /* a form over it has been sent */
    void (*save)(struct screen *s);                                            /* the program is leaving: drafts */
    void (*close)(struct screen *s);                                           /* frees data */
};

struct screen {
    const struct screen_ops *ops;
    void *data;
    struct screen *below;
    bool stale; /* something changed while it was covered */
};

/* The person at the keyboard (session.whoami). */
struct me {
    int64_t id, unit;
    char login[64], name[128], unit_name[160], municipality[160];
    char stands_for[256]; /* names of the absent for whom this person acts today, "" when nobody */
    char roles[256]; /* ids with a space around each: " clerk head " */
    bool known;
};
const struct me *app_me(void);
bool app_has_role(const char *role);
/* "Смирнова О. А." of a full name; what is not three words stays as it is. */
void name_short(const char *name, char *out, size_t size);

struct app_options {
    struct transport *transport;
    bool board; /* the wall screen: no keys, no lines around it */
};
/* Runs until the person leaves; returns the exit code. */
int app_run(const struct app_options *options);
void app_quit(void);

/* The stack. app_push takes the screen over; `data` is freed by ops->close. */
struct screen *screen_new(const struct screen_ops *ops, void *data);
void app_push(struct screen *s);
/* Closes the screen (the first one stays). */
void app_pop(struct screen *s);
/* The same, without the second in which Esc and a digit bring it back. */
void app_pop_now(struct screen *s);
/* Closes everything above the first screen. */
void app_pop_to_root(void);
struct screen *app_top(void);
/* Something visible has changed: paint when there is time. */
void app_dirty(void);
void app_refresh_all(void);
/* A form has been sent: screens below drop what it was about, and everything is read again. */
void app_acted(void);

enum status_kind { STATUS_INFO, STATUS_GOOD, STATUS_WARN, STATUS_ERROR };
/* One sentence in the status line, until the next key. */
void app_status(enum status_kind kind, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void app_status_error(const struct rpc_error *error);
/* What a notice says, until the next key, unless the line says something already. */
void app_news(const char *text);
/* Rows that others have changed, shown at the right of the status line until the next key. */
void app_changed(int count);

uint64_t app_call(struct screen *owner, const char *method, json_t *params, unsigned flags, client_answer *done, void *arg);
void app_cancel(uint64_t number);
bool app_is_online(void);

/* Runs a command as if its key had been pressed on the top screen; says why not when it is impossible. */
void app_command(enum command cmd);
/* NULL when the command is possible on this screen now. */
const char *app_why_not(struct screen *s, enum command cmd);
/* Scopes of a screen, "" when it has none. */
const char *app_scopes(const struct screen *s);

/* Own settings of this person, kept on the server: "theme", "mouse". Borrowed, "" when unset. */
const char *app_setting(const char *name);
void app_setting_set(const char *name, const char *value);
/* For the stack: the screen is going; nobody will want its answers. */
void app_forget(const struct screen *s);
