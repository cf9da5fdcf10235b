#include "tui/term.h"
#include "common/buf.h"
#include "common/utf8.h"
#include "tui/keys.h"
#include "tui/text.h"
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <term.h>
#include <unistd.h>

enum { COLS_MAX = 500, ROWS_MAX = 200, PASTE_BYTES_MAX = 256 * 1024, FRAME_BYTES = 16 * 1024, ESC_DELAY_MS = 25, CODE_FIRST = 0x2000 };

/* What keyboards send that terminfo does not know. Every terminal gets all of them: PuTTY calls itself xterm in any of its six
 * keyboard modes, and a Linux console may come through any TERM. */
static const struct {
    const char *bytes;
    int key;
} sequences[] = {
    /* xterm, PuTTY "xterm R6", VT400; PuTTY's own default and rxvt; Linux console; SCO (F1 there is a mouse report elsewhere) */
    {"\033OP", K_F1},
    {"\033OQ", K_F2},
    {"\033OR", K_F3},
    {"\033OS", K_F4},
    {"\033[11~", K_F1},
    {"\033[12~", K_F2},
    {"\033[13~", K_F3},
    {"\033[14~", K_F4},
    {"\033[15~", K_F5},
    {"\033[17~", K_F6},
    {"\033[18~", K_F7},
    {"\033[19~", K_F8},
    {"\033[20~", K_F9},
    {"\033[21~", K_F10},
    {"\033[23~", K_F11},
    {"\033[24~", K_F12},
    {"\033[[A", K_F1},
    {"\033[[B", K_F2},
    {"\033[[C", K_F3},
    {"\033[[D", K_F4},
    {"\033[[E", K_F5},
    {"\033[N", K_F2},
    {"\033[O", K_F3},
    {"\033[P", K_F4},
    {"\033[Q", K_F5},
    {"\033[R", K_F6},
    {"\033[S", K_F7},
    {"\033[T", K_F8},
    {"\033[U", K_F9},
    {"\033[V", K_F10},
    {"\033[W", K_F11},
    {"\033[X", K_F12},
    {"\033OT", K_F5},
    {"\033OU", K_F6},
    {"\033OV", K_F7},
    {"\033OW", K_F8},
    {"\033OX", K_F9},
    {"\033OY", K_F10},
    {"\033OZ", K_F11},
    {"\033O[", K_F12},
    /* arrows and their neighbours, in cursor and application mode */
    {"\033[A", K_UP},
    {"\033[B", K_DOWN},
    {"\033[C", K_RIGHT},
    {"\033[D", K_LEFT},
    {"\033OA", K_UP},
    {"\033OB", K_DOWN},
    {"\033OC", K_RIGHT},
    {"\033OD", K_LEFT},
    {"\033[H", K_HOME},
    {"\033OH", K_HOME},
    {"\033[1~", K_HOME},
    {"\033[7~", K_HOME},
    {"\033[F", K_END},
    {"\033OF", K_END},
    {"\033[4~", K_END},
    {"\033[8~", K_END},
    {"\033[5~", K_PGUP},
    {"\033[6~", K_PGDN},
    {"\033[2~", K_INS},
    {"\033[3~", K_DEL},
    {"\033[Z", K_BTAB},
    {"\033[1;5D", K_WORD_LEFT},
    {"\033[1;5C", K_WORD_RIGHT},
    {"\033[1;3D", K_WORD_LEFT},
    {"\033[1;3C", K_WORD_RIGHT},
    {"\033Od", K_WORD_LEFT},
    {"\033Oc", K_WORD_RIGHT},
    {"\033[5D", K_WORD_LEFT},
    {"\033[5C", K_WORD_RIGHT},
    {"\033[1;5H", K_DOC_HOME},
    {"\033[1;5F", K_DOC_END},
    {"\033[1;2A", K_UP},
    {"\033[1;2B", K_DOWN},
    {"\033[3;5~", K_DEL},
    {"\033[1;5A", K_PGUP},
    {"\033[1;5B", K_PGDN},
    /* the numeric pad in application mode: clerks type numbers there */
    {"\033Op", '0'},
    {"\033Oq", '1'},
    {"\033Or", '2'},
    {"\033Os", '3'},
    {"\033Ot", '4'},
    {"\033Ou", '5'},
    {"\033Ov", '6'},
    {"\033Ow", '7'},
    {"\033Ox", '8'},
    {"\033Oy", '9'},
    {"\033On", '.'},
    {"\033Ol", '+'},
    {"\033Ok", '+'},
    {"\033Om", '-'},
    {"\033Oj", '*'},
    {"\033Oo", '/'},
    {"\033OM", K_ENTER},
};
enum { CODE_PASTE_BEGIN = CODE_FIRST + 1000, CODE_PASTE_END };

static bool started, mouse_wanted, in_paste;
static struct buf pasted;
static SCREEN *screen;
static struct mouse mouse_last;
static int glyph_level = 2;
static int terminal_fd = STDOUT_FILENO; /* knows the size */

static void put(const char *sequence)
{
    fputs(sequence, stdout);
    fflush(stdout);
}

static bool is_xterm_like(void)
{
    static const char *const kin[] = {"xterm", "putty", "screen", "tmux", "rxvt", "alacritty", "foot", "st-", "konsole", "gnome", "vte"};
    const char *term = getenv("TERM");
    for (size_t i = 0; term && i < sizeof kin / sizeof *kin; i++)
        if (strncmp(term, kin[i], strlen(kin[i])) == 0)
            return true;
    return false;
}

/* A size that nobody has (0, 65535) must not become memory: curses is then told a usual one. */
static void size_ask(int *rows, int *cols)
{
    struct winsize size = {0};
    if (ioctl(terminal_fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) {
        *rows = 24;
        *cols = 80;
        return;
    }
    *rows = size.ws_row > ROWS_MAX ? ROWS_MAX : size.ws_row;
    *cols = size.ws_col > COLS_MAX ? COLS_MAX : size.ws_col;
}

static bool terminfo_choose(char *why, size_t size)
{
    int code;
    const char *term = getenv("TERM");
    if (!term || !*term || setupterm(NULL, STDOUT_FILENO, &code) != OK) {
        setenv("TERM", "xterm-256color", 1);
        if (setupterm(NULL, STDOUT_FILENO, &code) != OK) {
            strf(why, size, "terminfo has no xterm-256color: install the package ncurses-base");
            return false;
        }
    }
    if (!cursor_address) {
        strf(why, size, "the terminal %s cannot place the cursor: use a full-screen terminal, or run commands: ssh HOST help",
             term ? term : "");
        return false;
    }
    return true;
}

/* The commonest terminals are described in fewer words than terminfo has for them: tui/terminfo/gorod.ti. curses reads a description from the
 * environment; who has one of their own there keeps it. */
static SCREEN *curses_start(void)
{
    static const struct {
        const char *term, *description;
    } shorter[] = {
#include "tui/terminfo.inc"
    };
    const char *term = getenv("TERM");
    for (size_t i = 0; term && i < sizeof shorter / sizeof *shorter; i++) {
        char name[64];
        if (strcmp(term, shorter[i].term) != 0 || getenv("TERMINFO") || getenv("TERMINFO_DIRS"))
            continue;
        strf(name, sizeof name, "gorod-%s", term);
        setenv("TERMINFO", shorter[i].description, 1);
        SCREEN *s = newterm(name, stdout, stdin);
        unsetenv("TERMINFO");
        if (s)
            return s;
    }
    return newterm(NULL, stdout, stdin);
}

static void keys_define(void)
{
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
        define_key(sequences[i].bytes, CODE_FIRST + (int)i);
    define_key("\033[200~", CODE_PASTE_BEGIN);
    define_key("\033[201~", CODE_PASTE_END);
}

/* From here on keys come and frames go over the wire; the terminal stays for its size and its hang-up. */
static bool wire_take(int wire)
{
    terminal_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    bool ok = terminal_fd >= 0 && dup2(wire, STDIN_FILENO) >= 0 && dup2(wire, STDOUT_FILENO) >= 0;
    close(wire);
    return ok;
}

/* Keys are read from a pad, which curses never paints. Frames are written straight into newscr, the picture that doupdate() brings to the
 * terminal: stdscr would be a third copy of the screen (54 KB of each session at 80x24) and the copying of each line from it. */
static WINDOW *keyboard;

static bool frame_is_direct(void)
{
    keyboard = newpad(1, 1);
    return keyboard && wresize(stdscr, 1, 1) == OK; /* doupdate() wants one to be */
}

bool term_start(int wire, char *why, size_t size)
{
    int rows, cols;
    char number[16];
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        strf(why, size, "standard input and output must be a terminal");
        return false;
    }
    if (!terminfo_choose(why, size))
        return false;
    /* newterm() makes its own; this one was only asked. */
    TERMINAL *asked = cur_term;
    set_curterm(NULL);
    del_curterm(asked);
    size_ask(&rows, &cols);
    strf(number, sizeof number, "%d", rows);
    setenv("LINES", number, 1);
    strf(number, sizeof number, "%d", cols);
    setenv("COLUMNS", number, 1);
    set_escdelay(ESC_DELAY_MS);
    screen = curses_start();
    if (!screen) {
        strf(why, size, "curses cannot start on this terminal");
        return false;
    }
    started = true;
    raw();
    noecho();
    nonl();
    if (wire >= 0 && !wire_take(wire)) {
        strf(why, size, "the wire cannot be used: %s", strerror(errno));
        return false;
    }
    if (!frame_is_direct()) {
        strf(why, size, "curses has no memory left");
        return false;
    }
    keypad(keyboard, TRUE);
    nodelay(keyboard, TRUE);
    keys_define();
    const char *term = getenv("TERM");
    bool old = !term || (strncmp(term, "vt", 2) == 0 && strncmp(term, "vte", 3) != 0) || MB_CUR_MAX < 4;
    glyph_level = is_xterm_like() ? 2 : old ? 0 : 1;
    buf_init(&pasted, PASTE_BYTES_MAX);
    term_resume();
    return true;
}

void term_resume(void)
{
    doupdate();
    /* Bracketed paste; then the numeric pad back to digits, which keypad() made application keys (PuTTY takes it literally). */
    if (is_xterm_like())
        put("\033[?2004h\033>\033[22;2t"); /* and the window's title is put aside, for term_suspend() */
    term_mouse_on(mouse_wanted);
}

void term_suspend(void)
{
    mousemask(0, NULL);
    if (is_xterm_like())
        put("\033[?2004l\033[23;2t");
    endwin();
}

void term_stop(void)
{
    if (!started)
        return;
    started = false;
    term_suspend();
    delscreen(screen);
    buf_free(&pasted);
}

int term_glyph_level(void) { return glyph_level; }

void term_resize(void)
{
    int rows, cols;
    size_ask(&rows, &cols);
    if (rows != LINES || cols != COLS)
        resizeterm(rows, cols);
}

int term_rows(void) { return LINES; }

int term_cols(void) { return COLS; }

/* curses writes a frame in many small pieces, and over a network each would become a packet. So while it paints, its descriptor is a
 * file in memory; what has gathered there leaves in one write. Where such a file cannot be made, curses writes as it likes. */
static int frame_file = -1, terminal_copy = -1;

static void frame_begin(void)
{
    static bool tried;
    if (!tried) {
        tried = true;
        frame_file = memfd_create("frame", MFD_CLOEXEC);
        terminal_copy = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    }
    if (frame_file < 0 || terminal_copy < 0)
        return;
    lseek(frame_file, 0, SEEK_SET);
    dup2(frame_file, STDOUT_FILENO);
}

static void write_all(const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, data, len);
        if (n < 0 && errno == EAGAIN) {
            struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};
            poll(&p, 1, -1);
            continue;
        }
        if (n < 0 && errno != EINTR)
            return;
        data += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
}

static void frame_end(void)
{
    char piece[FRAME_BYTES];
    if (frame_file < 0 || terminal_copy < 0)
        return;
    off_t len = lseek(frame_file, 0, SEEK_CUR);
    dup2(terminal_copy, STDOUT_FILENO);
    for (off_t at = 0; at < len;) {
        size_t want = len - at < (off_t)sizeof piece ? (size_t)(len - at) : sizeof piece;
        ssize_t n = pread(frame_file, piece, want, at);
        if (n <= 0)
            return;
        write_all(piece, (size_t)n);
        at += n;
    }
}

static char title_wanted[128], title_shown[160];
static int title_number;

void term_title(const char *title)
{
    if (is_xterm_like())
        strf(title_wanted, sizeof title_wanted, "%s", title);
}

void term_title_count(int count) { title_number = count; }

/* Goes out with the frame: one packet for both. */
static void title_show(void)
{
    char title[160];
    if (title_number > 0)
        strf(title, sizeof title, "(%d) %s", title_number, title_wanted);
    else
        strf(title, sizeof title, "%s", title_wanted);
    if (!is_xterm_like() || strcmp(title, title_shown) == 0)
        return;
    memcpy(title_shown, title, sizeof title_shown);
    printf("\033]2;%s\a", title_shown);
    fflush(stdout);
}

/* What stands in a control string must not end it, nor begin another: no controls, neither C0 nor C1. */
static void without_controls(const char *text, char *out, size_t size)
{
    size_t n = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p && n + 5 < size;) {
        size_t len = utf8_length((const char *)p, strlen((const char *)p));
        bool control = len == 0 || *p < 0x20 || *p == 0x7f || (*p == 0xC2 && p[1] < 0xA0);
        len = len ? len : 1;
        if (!control)
            memcpy(out + n, p, len);
        n += control ? 0 : len;
        p += len;
    }
    out[n] = '\0';
}

void term_notify(const char *text)
{
    char safe[200];
    const char *term = getenv("TERM");
    if (!is_xterm_like())
        return;
    without_controls(text, safe, sizeof safe);
    /* tmux keeps the sequence to itself unless it is wrapped (and `allow-passthrough` is on); everybody else knows it or swallows it. */
    bool wrapped = term && strncmp(term, "tmux", 4) == 0;
    printf(wrapped ? "\033Ptmux;\033\033]9;gorod: %s\a\033\\" : "\033]9;gorod: %s\a", safe);
    fflush(stdout);
}

bool term_copy(const char *text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    enum { COPY_MAX = 64 * 1024 }; /* more than any terminal takes */
    size_t len = strlen(text);
    if (!is_xterm_like() || len > COPY_MAX)
        return false;
    fputs("\033]52;c;", stdout);
    for (size_t i = 0; i < len; i += 3) {
        uint32_t three = (uint32_t)(unsigned char)text[i] << 16 | (i + 1 < len ? (uint32_t)(unsigned char)text[i + 1] << 8 : 0) | (i + 2 < len ? (unsigned char)text[i + 2] : 0);
        putchar(letters[three >> 18 & 63]);
        putchar(letters[three >> 12 & 63]);
        putchar(i + 1 < len ? letters[three >> 6 & 63] : '=');
        putchar(i + 2 < len ? letters[three & 63] : '=');
    }
    putchar('\a');
    fflush(stdout);
    return true;
}

void term_show(int y, int x)
{
    bool shown = y >= 0 && y < LINES && x >= 0 && x < COLS;
    frame_begin();
    title_show();
    curs_set(shown ? 1 : 0);
    if (shown)
        wmove(newscr, y, x);
    doupdate();
    frame_end();
}

void term_mouse_on(bool on)
{
    mouse_wanted = on;
    mouseinterval(0);
    mousemask(on ? BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
}

void term_bell(void) { beep(); }

void term_announce_idle(void)
{
    static unsigned serial;
    const char *wanted = getenv("GOROD_TUI_IDLE");
    if (!wanted || strcmp(wanted, "1") != 0)
        return;
    printf("\033]777;idle;%u\a", ++serial);
    fflush(stdout);
}

bool term_has_input(void)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&p, 1, 0) > 0 && (p.revents & POLLIN);
}

const char *term_pasted(size_t *len)
{
    *len = pasted.len;
    return pasted.data;
}

struct mouse term_mouse(void) { return mouse_last; }

static int mouse_key(void)
{
    MEVENT e;
    if (getmouse(&e) != OK)
        return K_NONE;
    mouse_last = (struct mouse){.y = e.y, .x = e.x, .what = MOUSE_CLICK};
    if (e.bstate & BUTTON4_PRESSED)
        mouse_last.what = MOUSE_WHEEL_UP;
    else if (e.bstate & BUTTON5_PRESSED)
        mouse_last.what = MOUSE_WHEEL_DOWN;
    else if (e.bstate & BUTTON1_DOUBLE_CLICKED)
        mouse_last.what = MOUSE_DOUBLE;
    else if (!(e.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED)))
        return K_NONE;
    return K_MOUSE;
}

/* curses' own names, for terminals whose keys terminfo does know. */
static int curses_key(wint_t code)
{
    if (code >= KEY_F(1) && code <= KEY_F(12))
        return K_F1 + (int)code - KEY_F(1);
    switch (code) {
    case KEY_UP: return K_UP;
    case KEY_DOWN: return K_DOWN;
    case KEY_LEFT: return K_LEFT;
    case KEY_RIGHT: return K_RIGHT;
    case KEY_HOME: return K_HOME;
    case KEY_END:
    case KEY_LL: return K_END;
    case KEY_PPAGE: return K_PGUP;
    case KEY_NPAGE: return K_PGDN;
    case KEY_IC: return K_INS;
    case KEY_DC: return K_DEL;
    case KEY_BACKSPACE: return K_BS;
    case KEY_BTAB: return K_BTAB;
    case KEY_ENTER: return K_ENTER;
    case KEY_MOUSE: return mouse_key();
    default: return K_NONE;
    }
}

static int control_key(wint_t c)
{
    switch (c) {
    case 8:
    case 127: return K_BS;
    case 9: return K_TAB;
    case 10:
    case 13: return K_ENTER;
    case 27: return K_ESC;
    case 3: return K_ESC; /* Ctrl+C leaves whatever one is in, as Esc does */
    default: return c >= 1 && c <= 26 ? K_CTRL + 'a' + (int)c - 1 : K_NONE;
    }
}

static void paste_char(wint_t c)
{
    char utf8[4];
    if (c == '\r')
        c = '\n';
    if (c == 27 || (c < 0x20 && c != '\n' && c != '\t'))
        return;
    buf_append(&pasted, utf8, utf8_encode((uint32_t)c, utf8));
}

int term_key(void)
{
    wint_t c;
    for (int code; (code = wget_wch(keyboard, &c)) != ERR;) {
        /* Bytes that are no UTF-8 come as numbers beyond all characters, where our own keys are. */
        if (code != KEY_CODE_YES && c > 0x10FFFF)
            c = 0xFFFD;
        if (code == KEY_CODE_YES && c == CODE_PASTE_BEGIN) {
            in_paste = true;
            buf_reset(&pasted);
        } else if (code == KEY_CODE_YES && c == CODE_PASTE_END) {
            in_paste = false;
            return K_PASTE;
        } else if (in_paste) {
            if (code != KEY_CODE_YES)
                paste_char(c);
        } else if (code == KEY_CODE_YES) {
            bool ours = c >= CODE_FIRST && c < CODE_FIRST + sizeof sequences / sizeof *sequences;
            int key = ours ? sequences[c - CODE_FIRST].key : curses_key(c);
            if (key != K_NONE)
                return key;
        } else {
            int key = c < 0x20 || c == 127 ? control_key(c) : (int)c;
            if (key != K_NONE)
                return key;
        }
    }
    return K_NONE;
}
