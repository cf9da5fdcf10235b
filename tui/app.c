#include "tui/app.h"
#include "tui/bars.h"
#include "tui/help.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/me.h"
#include "tui/meta.h"
#include "tui/notices.h"
#include "tui/record.h"
#include "tui/screens.h"
#include "tui/screens/modules.h"
#include "tui/stack.h"
#include "tui/term.h"
#include "tui/text.h"
#include "tui/timers.h"
#include "tui/words.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { AHEAD_MAX = 1024, PAINT_LATEST_MS = 100, FLUSH_MS = 1500, PROGRESS_STEP_MS = 500, HOLD_MS = 80, REST_MS = 2000, AHEAD_MS = 10, WIDTH_LEAST = 20, HEIGHT_LEAST = 5 };

static struct client *client;
static struct status status;
static bool dirty, quitting, idle_announced;
static int64_t busy_since_ms; /* 0: nothing is waited for */
static bool wall; /* nobody sits before it */
static int64_t painted_ms, esc_ms;
static volatile sig_atomic_t got_winch, got_end;
static int ahead[AHEAD_MAX]; /* keys typed while an answer decides where they go */
static size_t ahead_len;

/* ---- small services ---- */

void app_dirty(void)
{
    dirty = true;
    idle_announced = false;
}

void app_status(enum status_kind kind, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(status.text, sizeof status.text, fmt, args);
    va_end(args);
    status.kind = kind;
    app_dirty();
}

void app_status_error(const struct rpc_error *error) { app_status(STATUS_ERROR, "%s", error->message); }

void app_news(const char *text)
{
    if (!status.text[0])
        app_status(STATUS_INFO, "%s", text);
}

void app_changed(int count)
{
    status.changed += count;
    app_dirty();
}

uint64_t app_call(struct screen *owner, const char *method, json_t *params, unsigned flags, client_answer *done, void *arg)
{
    idle_announced = false;
    return client_call(client, owner, method, params, flags, done, arg);
}

void app_cancel(uint64_t number) { client_cancel(client, number); }

void app_forget(const struct screen *s) { client_forget(client, s); }

bool app_is_online(void) { return client_is_up(client); }

void app_quit(void) { quitting = true; }

struct screen *app_top(void) { return stack_top(); }

void app_push(struct screen *s) { stack_push(s); }

void app_pop(struct screen *s)
{
    if (s->below)
        stack_pop(s, s == stack_top());
}

void app_pop_now(struct screen *s)
{
    if (s->below || s != stack_top())
        stack_pop(s, false);
}

void app_pop_to_root(void)
{
    while (stack_top()->below) {
        struct screen *s = stack_top();
        if (s->ops->save)
            s->ops->save(s);
        stack_pop(s, false);
    }
}

const char *app_scopes(const struct screen *s) { return s->ops->scopes ? s->ops->scopes(s) : ""; }

void app_refresh_all(void)
{
    struct screen *top = stack_top();
    for (struct screen *s = top; s; s = s->below)
        s->stale = s != top;
    if (top && top->ops->refresh)
        top->ops->refresh(top);
}

void app_acted(void)
{
    for (struct screen *s = stack_top(); s; s = s->below)
        if (s->ops->acted)
            s->ops->acted(s);
    app_refresh_all();
}

/* ---- what comes from the server ---- */

enum { WORDS_DELAY_MS = 200 };

static void words_again(void *arg)
{
    (void)arg;
    words_reset();
}

/* ---- what is about to be opened ---- */

static struct {
    char method[48];
    int64_t id;
} told_ahead;

static void ahead_answered(void *arg, json_t *result, const struct rpc_error *error)
{
    (void)arg;
    (void)result;
    (void)error; /* a server that cannot read ahead reads when it is asked */
}

/* The server reads the card under the cursor before it is asked for, and keeps it to itself: opening it is then a matter of sending it. Not
 * by app_call, for the screen is not waiting for this. */
static void ahead_tell(void *arg)
{
    (void)arg;
    const struct screen *top = stack_top();
    const char *record = "";
    int64_t id = 0;
    char method[48];
    if (!top->ops->would_open || !top->ops->would_open(top, &record, &id))
        return;
    strf(method, sizeof method, "%s.get", record);
    if ((id == told_ahead.id && strcmp(method, told_ahead.method) == 0) || client_pending(client) > 0)
        return;
    told_ahead.id = id;
    strf(told_ahead.method, sizeof told_ahead.method, "%s", method);
    client_call(client, NULL, "session.ahead", json_pack("{s:s,s:I}", "method", method, "id", (json_int_t)id), CALL_QUIET, ahead_answered, NULL);
}

/* What was read may be good no more. */
static void ahead_forget(void)
{
    told_ahead.id = 0;
    timers_start(AHEAD_MS, true, ahead_tell, NULL);
}

static void event_come(json_t *params)
{
    const char *record = js_str(params, "record");
    int64_t id = js_int(params, "record_id");
    bool own = js_int(params, "actor") == app_me()->id;
    if (json_object_get(params, "done")) {
        app_status(STATUS_INFO, _("Being made: %lld rows"), (long long)js_int(params, "done"));
        return;
    }
    ahead_forget();
    if (strcmp(record, "user") == 0 && id == app_me()->id)
        me_changed();
    if (strcmp(record, "classifier") == 0) /* its words stand on every screen; an import changes many at once */
        timers_start(WORDS_DELAY_MS, false, words_again, NULL);
    if (strcmp(record, "notification") == 0)
        notices_come(params);
    if (strcmp(record, "*") == 0)
        notices_start();
    for (struct screen *s = stack_top(); s; s = s->below)
        if (s->ops->event)
            s->ops->event(s, record, id, own);
}

static void state_changed(bool up)
{
    static bool was_up;
    told_ahead.id = 0;
    if (up && was_up) {
        app_status(STATUS_GOOD, "%s", _("The server is back"));
        notices_start();
        app_refresh_all();
    }
    was_up = was_up || up;
    app_dirty();
}

/* ---- commands ---- */

const char *app_why_not(struct screen *s, enum command cmd)
{
    const char *why = screens_why_not(cmd);
    if (why)
        return why;
    switch (cmd) {
    case CMD_HELP:
    case CMD_PALETTE:
    case CMD_QUIT:
    case CMD_REFRESH: return NULL;
    case CMD_BACK: return s->below || s->ops->command ? NULL : _("This is the first screen; F10 leaves the program");
    default: break;
    }
    if (command_is_global(cmd))
        return NULL;
    return s->ops->why_not ? s->ops->why_not(s, cmd) : _("This key does nothing here; F1 tells what is possible");
}

void app_command(enum command cmd)
{
    struct screen *s = stack_top();
    const char *why = app_why_not(s, cmd);
    app_dirty();
    if (why) {
        app_status(STATUS_WARN, "%s", why);
        return;
    }
    if (s->ops->command && s->ops->command(s, cmd))
        return;
    switch (cmd) {
    case CMD_HELP: help_open(s); break;
    case CMD_PALETTE: palette_open(s); break;
    case CMD_QUIT: app_quit(); break;
    case CMD_REFRESH: app_refresh_all(); break;
    case CMD_BACK:
        if (s->below)
            app_pop(s);
        else
            app_status(STATUS_INFO, "%s", _("This is the first screen; F10 leaves the program"));
        break;
    default: screens_command(cmd); break;
    }
}

/* ---- keys ---- */

static void mouse_take(struct screen *s)
{
    struct mouse m = term_mouse();
    int arg, key = m.what == MOUSE_WHEEL_UP ? K_UP : m.what == MOUSE_WHEEL_DOWN ? K_DOWN : K_NONE;
    if (key != K_NONE) {
        for (int i = 0; i < 3 && s->ops->key; i++)
            s->ops->key(s, key);
        return;
    }
    enum hit hit = draw_hit_at(m.y, m.x, &arg);
    if (hit == HIT_COMMAND)
        app_command((enum command)arg);
    else if (hit != HIT_NONE && s->ops->click)
        s->ops->click(s, hit, arg);
}

/* Where letters are text, only keys that are no characters can be commands. */
static enum command command_of(struct screen *s, int key)
{
    bool text = s->ops->wants_text && s->ops->wants_text(s);
    if (text && key >= K_SPACE && key < K_FN)
        return CMD_NONE;
    return keys_command(app_scopes(s), key);
}

static void key_work(int key)
{
    struct screen *s = stack_top();
    app_dirty();
    if (key == K_MOUSE) {
        mouse_take(s);
        return;
    }
    if (s->ops->key && s->ops->key(s, key))
        return;
    enum command cmd = command_of(s, key);
    if (cmd != CMD_NONE) {
        app_command(cmd);
    } else if (key != K_PASTE) {
        char name[24];
        keys_label(key, name, sizeof name);
        app_status(STATUS_WARN, _("%s does nothing here; F1 tells what is possible"), name);
    }
}

/* Esc and then a digit within a second is an F-key: the screen that Esc closed comes back for it. */
static int esc_digit(int key)
{
    bool soon = esc_ms && now_ms() - esc_ms < STACK_UNDO_MS;
    esc_ms = key == K_ESC ? now_ms() : 0;
    if (soon && key >= '0' && key <= '9') {
        stack_undo();
        return key == '0' ? K_F10 : K_F1 + (key - '1');
    }
    stack_commit();
    return key;
}

static void key_take(int key)
{
    status.text[0] = '\0';
    status.changed = 0;
    key_work(esc_digit(key));
}

static bool is_busy(void)
{
    struct screen *s = stack_top();
    return s->ops->busy && s->ops->busy(s);
}

static void ahead_work(void)
{
    size_t taken = 0;
    while (taken < ahead_len && !is_busy() && !quitting)
        key_take(ahead[taken++]);
    memmove(ahead, ahead + taken, (ahead_len - taken) * sizeof *ahead);
    ahead_len -= taken;
}

static void keyboard_work(void)
{
    while (wall && term_key() != K_NONE)
        ;
    for (int key; (key = term_key()) != K_NONE && !quitting;) {
        /* Keys wait their turn behind an answer, except the one that stops waiting; a paste is too large to wait. */
        if (is_busy() && key != K_ESC && key != K_F10 && key != K_PASTE && key != K_MOUSE) {
            if (ahead_len < AHEAD_MAX)
                ahead[ahead_len++] = key;
        } else {
            if (key == K_ESC)
                ahead_len = 0;
            key_take(key);
        }
    }
    ahead_work();
}

/* ---- painting ---- */

static void paint_too_small(void)
{
    draw_text(0, 0, term_cols(), R_STRONG, G_BASE, _("Too small"));
    draw_text(1, 0, term_cols(), R_TEXT, G_BASE, "20x5");
}

static void paint_screen(struct screen *s, struct rect r, struct cursor *cursor)
{
    if (s->ops->overlay && s->below) {
        struct cursor covered = {-1, -1};
        paint_screen(s->below, r, &covered);
        draw_hits_reset();
    }
    s->ops->paint(s, r, cursor);
}

static void title_set(struct screen *s)
{
    char place[200] = "", title[256];
    while (s->below && (s->ops->overlay || !s->ops->title))
        s = s->below;
    if (s->ops->title)
        s->ops->title(s, place, sizeof place);
    strf(title, sizeof title, "gorod · %s", place);
    term_title(title);
}

static void paint_all(struct screen *top, struct cursor *cursor)
{
    int rows = term_rows(), cols = term_cols();
    draw_frame_begin();
    draw_hits_reset();
    if (cols < WIDTH_LEAST || rows < HEIGHT_LEAST) {
        paint_too_small();
        return;
    }
    status.online = client_is_up(client);
    status.trouble = client_trouble(client);
    status.waiting_ms = client_waiting_ms(client);
    if (wall) {
        paint_screen(top, (struct rect){0, 0, rows, cols}, cursor);
        return;
    }
    paint_screen(top, bars_content(rows, cols), cursor);
    bars_paint_title(top, cols);
    bars_paint_status(top, rows, cols, &status);
    bars_paint_keys(top, rows, cols);
}

static void paint(void)
{
    struct cursor cursor = {-1, -1};
    struct screen *top = stack_top();
    paint_all(top, &cursor);
    if (!draw_frame_end()) { /* something lies over lines that were kept */
        draw_keeping(false);
        paint_all(top, &cursor);
        draw_frame_end();
        draw_keeping(true);
    }
    title_set(top);
    term_show(cursor.y, cursor.x);
    dirty = false;
    painted_ms = now_ms();
}

/* What was opened answers within a moment as a rule: until then the old picture stays, instead of an empty one between the two. */
static int hold_ms(void)
{
    if (!is_busy() || !client_is_up(client)) {
        busy_since_ms = 0;
        return 0;
    }
    int64_t now = now_ms();
    busy_since_ms = busy_since_ms ? busy_since_ms : now;
    return now - busy_since_ms < HOLD_MS ? (int)(busy_since_ms + HOLD_MS - now) : 0;
}

/* Giving memory back costs the next key the faults to get it again: that is for those who do nothing for a while. */
static void rest(void *arg)
{
    (void)arg;
    client_rest(client);
}

/* Painting waits until the keyboard is silent, but not longer than the eye would notice. */
static void paint_if_due(void)
{
    if (dirty && hold_ms() == 0 && (!term_has_input() || now_ms() - painted_ms > PAINT_LATEST_MS))
        paint();
    if (!dirty && !idle_announced && client_pending(client) == 0 && !timers_is_waiting() && ahead_len == 0 && client_is_up(client)) {
        idle_announced = true;
        timers_start(REST_MS, true, rest, NULL);
        timers_start(AHEAD_MS, true, ahead_tell, NULL);
        term_announce_idle();
    }
}

/* ---- the loop ---- */

static void on_signal(int number)
{
    if (number == SIGWINCH)
        got_winch = 1;
    else
        got_end = 1;
}

/* Signals come only while the loop waits, so that none is lost between looking and waiting. */
static void signals_start(sigset_t *waiting)
{
    static const int numbers[] = {SIGWINCH, SIGTERM, SIGHUP, SIGINT};
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t block;
    sigemptyset(&block);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigaddset(&block, numbers[i]);
        sigaction(numbers[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, &block, waiting);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigdelset(waiting, numbers[i]);
}

static int least(int a, int b) { return a < 0 ? b : b < 0 ? a : a < b ? a : b; }

/* The clock of the title line and the seconds of a long wait are painted without any event. */
static int wait_ms(void)
{
    int wait = least(timers_due_ms(), client_due_ms(client));
    int clock = (int)(60000 - (time(NULL) % 60) * 1000 + 50);
    wait = least(wait, clock);
    if (client_waiting_ms(client) > 0)
        wait = least(wait, PROGRESS_STEP_MS);
    int hold = dirty ? hold_ms() : 0;
    /* An answer that came after the keyboard's turn has freed keys that wait for it: nothing else would wake the loop for them. */
    bool keys_free = ahead_len > 0 && !is_busy();
    return keys_free || (dirty && hold == 0) ? 0 : dirty ? least(wait, hold) : wait;
}

static void wait_for_something(const sigset_t *waiting)
{
    struct pollfd fds[4] = {{.fd = STDIN_FILENO, .events = POLLIN}};
    size_t n = 1 + client_poll(client, fds + 1);
    int ms = wait_ms();
    struct timespec timeout = {ms / 1000, (long)(ms % 1000) * 1000000};
    int ready = ppoll(fds, (nfds_t)n, &timeout, waiting);
    if (ready == 0 && !dirty && (client_waiting_ms(client) > 0 || now_ms() - painted_ms > 5000))
        app_dirty();
    /* A terminal that hung up stays "readable" for ever: there is nobody left to type. */
    if (ready > 0 && fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
        got_end = 1;
}

static void signals_work(void)
{
    if (got_winch) {
        got_winch = 0;
        term_resize();
        draw_invalidate();
        app_dirty();
    }
    if (got_end)
        quitting = true;
}

static void leave(void)
{
    for (struct screen *s = stack_top(); s; s = s->below)
        if (s->ops->save)
            s->ops->save(s);
    client_flush(client, FLUSH_MS);
}

int app_run(const struct app_options *options)
{
    sigset_t waiting;
    status.trouble = "";
    client = client_new(options->transport, event_come, state_changed);
    theme_start(NULL);
    signals_start(&waiting);
    me_start();
    notices_start();
    wall = options->board;
    stack_push(wall ? wall_screen() : screens_first());
    meta_start(NULL);
    words_get("state:appeal");
    words_get("state:assignment");
    while (!quitting && !client_is_gone(client)) {
        timers_work();
        signals_work();
        client_work(client);
        keyboard_work();
        client_work(client);
        paint_if_due();
        if (!quitting)
            wait_for_something(&waiting);
    }
    leave();
    stack_close();
    client_free(&client);
    return 0;
}
