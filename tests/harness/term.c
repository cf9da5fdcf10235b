#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/harness/term_internal.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { END_MS = 10000 };

/* ---- the model ---- */

static int on_move_cursor(VTermPos pos, VTermPos old, int visible, void *user)
{
    (void)old, (void)visible;
    ((struct term *)user)->cursor = pos;
    return 1;
}

static const VTermScreenCallbacks screen_callbacks = {.movecursor = on_move_cursor};

/* Looks for the announcement at the end of all that has come. libvterm is not asked: it loses a string that two reads have split. */
static void hear_idle(struct term *t, const char *chunk, size_t len)
{
    size_t room = sizeof t->tail - 1, fresh = len < room ? len : room, kept = strlen(t->tail);
    kept = kept < room - fresh ? kept : room - fresh;
    memmove(t->tail, t->tail + strlen(t->tail) - kept, kept);
    for (size_t i = 0; i < fresh; i++) /* a zero byte would end the text */
        t->tail[kept + i] = chunk[len - fresh + i] ? chunk[len - fresh + i] : ' ';
    t->tail[kept + fresh] = '\0';
    const char *escape = strrchr(t->tail, '\033');
    int end = 0;
    long serial;
    t->settled = escape && sscanf(escape, "\033]777;idle;%ld\a%n", &serial, &end) == 1 && end > 0 && !escape[end];
    if (t->settled)
        t->idle_serial = serial;
}

static void write_all(struct term *t, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(t->fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* the program has ended: the screen says so */
        data += n;
        len -= (size_t)n;
    }
}

/* A terminal answers questions (cursor position, device attributes). */
static void on_output(const char *s, size_t len, void *user) { write_all(user, s, len); }

static void model_new(struct term *t)
{
    t->vt = vterm_new(t->rows, t->cols);
    vterm_set_utf8(t->vt, 1);
    vterm_output_set_callback(t->vt, on_output, t);
    t->screen = vterm_obtain_screen(t->vt);
    vterm_screen_enable_altscreen(t->screen, 1);
    vterm_screen_set_callbacks(t->screen, &screen_callbacks, t);
    vterm_screen_reset(t->screen, 1);
}

/* Takes in what has come; waits until the deadline for the first byte. False when nothing came or the program has ended. */
static bool take_in(struct term *t, int64_t deadline)
{
    char chunk[16384];
    struct pollfd p = {t->fd, POLLIN, 0};
    if (t->ended || poll(&p, 1, clock_left_ms(deadline)) <= 0)
        return false;
    ssize_t n = read(t->fd, chunk, sizeof chunk);
    if (n <= 0) {
        t->ended = n == 0 || errno == EIO;
        return false;
    }
    t->arrived_us = clock_us();
    t->bytes += (size_t)n;
    vterm_input_write(t->vt, chunk, (size_t)n);
    hear_idle(t, chunk, (size_t)n);
    return true;
}

bool term_take_in(struct term *t, int64_t wait_us)
{
    struct timespec wait = {wait_us / 1000000, wait_us % 1000000 * 1000};
    struct pollfd p = {t->fd, POLLIN, 0};
    return ppoll(&p, 1, &wait, NULL) > 0 && take_in(t, clock_ms());
}

static void take_in_all(struct term *t)
{
    while (take_in(t, clock_ms()))
        ;
}

/* ---- life ---- */

struct term *term_run(char *const argv[], int cols, int rows, const char *type)
{
    struct term *t = calloc(1, sizeof *t);
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    assert_non_null(t);
    *t = (struct term){.cols = cols, .rows = rows, .idle_serial = -1};
    snprintf(t->type, sizeof t->type, "%s", type);
    pid_t parent = getpid();
    t->pid = forkpty(&t->fd, NULL, NULL, &size);
    if (t->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(127);
        signal(SIGHUP, SIG_DFL); /* under nohup a closed terminal would end nobody */
        setenv("TERM", type, 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        unsetenv("NO_COLOR");
        execvp(argv[0], argv);
        _exit(127);
    }
    CHECK(t->pid > 0, "no pty");
    /* A later terminal's program must not hold this one open: closing it is how a window is closed. */
    fcntl(t->fd, F_SETFD, FD_CLOEXEC);
    model_new(t);
    return t;
}

struct term *term_ssh(const struct server *s, const char *login, int cols, int rows, const char *type)
{
    const char *argv[SSH_ARGV_MAX];
    ssh_argv(s, login, 2, argv);
    return term_run((char *const *)argv, cols, rows, type);
}

static int add_words(char *argv[], int argc, const char *const *words)
{
    for (; words && *words; words++)
        argv[argc++] = (char *)*words;
    argv[argc] = NULL;
    return argc;
}

struct term *term_thin_client(const struct server *s, const char *login, const char *const *before, const char *const *after, int cols,
                              int rows)
{
    char path[SERVER_PATH_BYTES + 64], fresh[SERVER_PATH_BYTES + 80], setting[SERVER_PATH_BYTES + 80], target[96], script[2048], *argv[32];
    const char *words[SSH_ARGV_MAX];
    /* How ssh is to be called goes into a program of that name: GOROD_SSH takes no options. The target is ours to give. */
    int count = ssh_argv(s, login, 2, words), used = snprintf(script, sizeof script, "#!/bin/sh\nexec");
    for (int i = 0; i < count - 1; i++)
        used += snprintf(script + used, sizeof script - (size_t)used, " '%s'", words[i]);
    snprintf(script + used, sizeof script - (size_t)used, " \"$@\"\n");
    snprintf(path, sizeof path, "%s/ssh-%s", s->dir, login);
    /* Put there whole: the shell of another client may be about to read it. */
    snprintf(fresh, sizeof fresh, "%s.new", path);
    CHECK(write_whole(fresh, script, 0700) && rename(fresh, path) == 0, "cannot write %s", path);
    snprintf(setting, sizeof setting, "GOROD_SSH=%s", path);
    snprintf(target, sizeof target, "%s@127.0.0.1", login);
    const char *const program[] = {"env", setting, "GOROD_TUI_IDLE=1", "LANGUAGE=ru", NULL}, *const connect[] = {tui_program(), "--connect",
                                                                                                                 target, NULL};
    int argc = add_words(argv, 0, program);
    argc = add_words(argv, argc, before);
    argc = add_words(argv, argc, connect);
    add_words(argv, argc, after);
    return term_run(argv, cols, rows, "xterm-256color");
}

void term_break_line(struct term *t) { proc_kill(t->pid); }

int term_wait_end(struct term *t, int timeout_ms)
{
    int64_t deadline = clock_ms() + timeout_ms;
    while (!t->ended && clock_left_ms(deadline) > 0)
        take_in(t, deadline);
    CHECK(t->ended, "the program did not end within %d ms; the screen:\n%s", timeout_ms, term_text(t));
    int code = proc_wait(t->pid, END_MS);
    t->pid = 0;
    return code;
}

void term_close(struct term **term)
{
    struct term *t = *term;
    if (!t)
        return;
    close(t->fd);
    if (t->pid)
        proc_wait(t->pid, END_MS);
    vterm_free(t->vt);
    free(t->text);
    free(t);
    *term = NULL;
}

/* ---- hands ---- */

void term_type(struct term *t, const char *utf8) { write_all(t, utf8, strlen(utf8)); }

/* A lone Escape and what follows it must not arrive as one sequence: the program is to see it first. It says so by settling; one that
 * does not tell, or waits for a server that is away, gets a moment. */
static void wait_escape_taken(struct term *t, long before)
{
    enum { MOMENT_MS = 100, ANSWER_MS = 3000 };
    int64_t deadline = clock_ms() + (before < 0 ? MOMENT_MS : ANSWER_MS);
    while (clock_left_ms(deadline) > 0 && !t->ended && (before < 0 || t->idle_serial == before))
        take_in(t, deadline);
}

void term_key(struct term *t, const char *names)
{
    char name[32];
    for (const char *p = names; *p;) {
        size_t n = strcspn(p, " ");
        snprintf(name, sizeof name, "%.*s", (int)n, p);
        const char *bytes = term_key_bytes(t->type, name);
        CHECK(*bytes, "no key is named %s", name);
        long before = t->idle_serial;
        write_all(t, bytes, strlen(bytes));
        p += n + strspn(p + n, " ");
        if (strcmp(name, "Esc") == 0 && *p)
            wait_escape_taken(t, before);
    }
}

void term_paste(struct term *t, const char *utf8)
{
    term_type(t, "\033[200~");
    term_type(t, utf8);
    term_type(t, "\033[201~");
}

void term_resize(struct term *t, int cols, int rows)
{
    take_in_all(t);
    t->cols = cols;
    t->rows = rows;
    vterm_set_size(t->vt, rows, cols);
    term_claim_size(t, cols, rows);
}

void term_claim_size(struct term *t, int cols, int rows)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    ioctl(t->fd, TIOCSWINSZ, &size);
}

/* ---- eyes ---- */

static size_t put_cell(const VTermScreenCell *cell, char *out)
{
    size_t len = 0;
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++) {
        uint32_t c = cell->chars[i];
        if (c < 0x80) {
            out[len++] = (char)c;
        } else if (c < 0x800) {
            out[len++] = (char)(0xC0 | c >> 6);
            out[len++] = (char)(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
            out[len++] = (char)(0xE0 | c >> 12);
            out[len++] = (char)(0x80 | (c >> 6 & 0x3F));
            out[len++] = (char)(0x80 | (c & 0x3F));
        } else {
            out[len++] = (char)(0xF0 | c >> 18);
            out[len++] = (char)(0x80 | (c >> 12 & 0x3F));
            out[len++] = (char)(0x80 | (c >> 6 & 0x3F));
            out[len++] = (char)(0x80 | (c & 0x3F));
        }
    }
    if (len == 0)
        out[len++] = ' ';
    return len;
}

static size_t put_row(struct term *t, int row, char *out)
{
    size_t len = 0;
    for (VTermPos pos = {row, 0}; pos.col < t->cols;) {
        VTermScreenCell cell = {.width = 1};
        vterm_screen_get_cell(t->screen, pos, &cell);
        if (cell.chars[0] == (uint32_t)-1)
            cell.chars[0] = 0;
        len += put_cell(&cell, out + len);
        pos.col += cell.width > 0 ? cell.width : 1;
    }
    while (len > 0 && out[len - 1] == ' ')
        len--;
    return len;
}

const char *term_text(struct term *t)
{
    take_in_all(t);
    t->text = realloc(t->text, (size_t)t->rows * ((size_t)t->cols * 4 * VTERM_MAX_CHARS_PER_CELL + 1) + 1);
    assert_non_null(t->text);
    size_t len = 0;
    for (int row = 0; row < t->rows; row++) {
        len += put_row(t, row, t->text + len);
        t->text[len++] = '\n';
    }
    t->text[len] = '\0';
    return t->text;
}

static const char *line_start(const char *text, int row)
{
    for (; row > 0 && text; row--) {
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    return text ? text : "";
}

const char *term_row(struct term *t, int row)
{
    static char line[8192];
    const char *start = line_start(term_text(t), row);
    snprintf(line, sizeof line, "%.*s", (int)strcspn(start, "\n"), start);
    return line;
}

bool term_has(struct term *t, const char *text) { return strstr(term_text(t), text) != NULL; }

int term_find(struct term *t, const char *text)
{
    const char *all = term_text(t), *hit = strstr(all, text);
    int row = 0;
    for (const char *p = all; hit && p < hit; p++)
        row += *p == '\n';
    return hit ? row : -1;
}

int term_cursor(struct term *t, int *col)
{
    take_in_all(t);
    if (col)
        *col = t->cursor.col;
    return t->cursor.row;
}

struct term_cell term_cell_at(struct term *t, int row, int col)
{
    VTermScreenCell cell;
    take_in_all(t);
    vterm_screen_get_cell(t->screen, (VTermPos){row, col}, &cell);
    bool grounded = !VTERM_COLOR_IS_DEFAULT_BG(&cell.bg), coloured = grounded || !VTERM_COLOR_IS_DEFAULT_FG(&cell.fg);
    return (struct term_cell){.bold = cell.attrs.bold,
                              .reverse = cell.attrs.reverse,
                              .underline = cell.attrs.underline != 0,
                              .coloured = coloured,
                              .grounded = grounded};
}

size_t term_bytes(const struct term *t) { return t->bytes; }

int term_fd(const struct term *t) { return t->fd; }
int64_t term_arrived_us(const struct term *t) { return t->arrived_us; }
long term_idle_serial(const struct term *t) { return t->idle_serial; }
bool term_is_settled(const struct term *t) { return t->settled; }

/* ---- waiting ---- */

static bool wait_for(struct term *t, bool (*is_so)(struct term *t, void *arg), void *arg, int timeout_ms)
{
    int64_t deadline = clock_ms() + timeout_ms;
    for (;;) {
        if (is_so(t, arg))
            return true;
        if (!take_in(t, deadline) && (t->ended || clock_left_ms(deadline) == 0))
            return is_so(t, arg);
    }
}

void term_wait_for(struct term *t, bool (*is_so)(struct term *t, void *arg), void *arg, const char *what)
{
    CHECK(wait_for(t, is_so, arg, TERM_WAIT_MS), "%s: not within %d ms%s; the screen:\n%s", what, TERM_WAIT_MS,
          t->ended ? " (the program has ended)" : "", term_text(t));
}

static bool has_text(struct term *t, void *arg) { return term_has(t, arg); }
static bool has_no_text(struct term *t, void *arg) { return !term_has(t, arg); }
static bool cursor_on(struct term *t, void *arg) { return strstr(term_row(t, term_cursor(t, NULL)), arg) != NULL; }

void term_wait_text(struct term *t, const char *text) { term_wait_for(t, has_text, (char *)text, text); }
void term_wait_gone(struct term *t, const char *text) { term_wait_for(t, has_no_text, (char *)text, text); }
void term_wait_cursor_on(struct term *t, const char *text) { term_wait_for(t, cursor_on, (char *)text, text); }
bool term_sees_text(struct term *t, const char *text, int timeout_ms) { return wait_for(t, has_text, (char *)text, timeout_ms); }

static bool has_settled(struct term *t, void *arg)
{
    take_in_all(t);
    return t->settled && t->idle_serial > *(const long *)arg;
}

void term_wait_settled(struct term *t, long since, const char *what)
{
    char text[128];
    snprintf(text, sizeof text, "the screen settles after announcement %ld and %s", since, what);
    term_wait_for(t, has_settled, &since, text);
}

void term_wait_quiet(struct term *t, int quiet_ms)
{
    int64_t limit = clock_ms() + TERM_WAIT_MS;
    while (take_in(t, clock_ms() + quiet_ms))
        CHECK(clock_left_ms(limit) > 0, "the screen never rests");
}
