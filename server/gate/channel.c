#include "server/gate/channel.h"
#include "common/log.h"
#include "common/proto.h"
#include "server/config.h"
#include "server/gate/control.h"
#include "server/gate/env.h"
#include "server/gate/fdpass.h"
#include "server/gate/files.h"
#include "server/gate/process.h"
#include "server/gate/relay.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum {
    WINDOW_ABUSE_BYTES = 4 * 1024 * 1024, /* libssh takes what a client sends beyond its window: this is beyond any mistake */
    COMMAND_BYTES_MAX = 32 * 1024,
    PATIENCE_MS = 5000, /* a command waits this long for a core that is being restarted */
    PAUSE_MS = 200,     /* between sessions of a screen that end at once */
    CALM_MS = 2000,     /* a session that lasted this long ended for a new reason */
    KILL_MS = 5000,
};

/* --- callbacks of libssh: they note, and do nothing else ----------------------------------------------------------------------------- */

static int on_data(ssh_session ssh, ssh_channel channel, void *data, uint32_t len, int is_stderr, void *user)
{
    (void)ssh, (void)channel;
    struct channel *ch = user;
    ch->conn->happened++;
    if (len > WINDOW_ABUSE_BYTES) {
        log_warn("client ignores its window: dropped peer=%s", ch->conn->peer);
        ch->conn->over = true;
    }
    if (is_stderr || ch->in_done)
        return (int)len;
    size_t room = ch->to_program.len < QUEUE_BYTES ? QUEUE_BYTES - ch->to_program.len : 0;
    size_t taken = len < room ? len : room;
    buf_append(&ch->to_program, data, taken);
    ch->has_leftover = taken < len;
    return (int)taken;
}

static void on_eof(ssh_session ssh, ssh_channel channel, void *user)
{
    (void)ssh, (void)channel;
    struct channel *ch = user;
    ch->conn->happened++;
    ch->client_eof = true;
}

static void on_close(ssh_session ssh, ssh_channel channel, void *user)
{
    (void)ssh, (void)channel;
    struct channel *ch = user;
    ch->conn->happened++;
    ch->client_closed = true;
}

static void on_signal(ssh_session ssh, ssh_channel channel, const char *name, void *user)
{
    (void)ssh, (void)channel;
    static const struct {
        const char *name;
        int number;
    } rows[] = {{"HUP", SIGHUP}, {"INT", SIGINT}, {"KILL", SIGKILL}, {"QUIT", SIGQUIT}, {"TERM", SIGTERM}};
    const struct channel *ch = user;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (ch->pid > 0 && strcmp(rows[i].name, name) == 0)
            kill(ch->pid, rows[i].number);
}

static int on_pty(ssh_session ssh, ssh_channel channel, const char *term, int columns, int rows, int width_px, int height_px, void *user)
{
    (void)ssh, (void)channel;
    struct channel *ch = user;
    if (ch->has_pty || ch->kind != KIND_NONE)
        return SSH_ERROR;
    ch->has_pty = true;
    ch->size = pty_size(ch->size, columns, rows, width_px, height_px);
    pty_term(term, ch->term);
    return SSH_OK;
}

static int on_resize(ssh_session ssh, ssh_channel channel, int columns, int rows, int width_px, int height_px, void *user)
{
    (void)ssh, (void)channel;
    struct channel *ch = user;
    ch->conn->happened++;
    ch->size = pty_size(ch->size, columns, rows, width_px, height_px);
    ch->resized = true;
    return SSH_OK;
}

static int on_env(ssh_session ssh, ssh_channel channel, const char *name, const char *value, void *user)
{
    (void)ssh, (void)channel;
    struct channel *ch = user;
    if (strcmp(name, "NO_COLOR") == 0) {
        ch->no_color = value && *value;
        return SSH_OK;
    }
    /* Most clients send these unasked; the language is the user's setting and the character set is UTF-8. */
    return strcmp(name, "LANG") == 0 || strcmp(name, "COLORTERM") == 0 || strncmp(name, "LC_", 3) == 0 ? SSH_OK : SSH_ERROR;
}

static int begin(struct channel *ch, enum channel_kind kind)
{
    struct conn *c = ch->conn;
    if (ch->kind != KIND_NONE || c->drain_until || c->closing)
        return SSH_ERROR;
    c->happened++;
    ch->kind = kind;
    ch->is_starting = true;
    return SSH_OK;
}

static int on_shell(ssh_session ssh, ssh_channel channel, void *user)
{
    (void)ssh, (void)channel;
    return begin(user, KIND_SHELL);
}

static int on_exec(ssh_session ssh, ssh_channel channel, const char *command, void *user)
{
    (void)ssh, (void)channel;
    struct channel *ch = user;
    if (strlen(command) > COMMAND_BYTES_MAX || begin(ch, KIND_EXEC) != SSH_OK)
        return SSH_ERROR;
    ch->command = strdup(command);
    return SSH_OK;
}

static int on_subsystem(ssh_session ssh, ssh_channel channel, const char *name, void *user)
{
    (void)ssh, (void)channel;
    if (strcmp(name, "sftp") == 0)
        return begin(user, KIND_FILES);
    return strcmp(name, PROTO_SUBSYSTEM) == 0 ? begin(user, KIND_SUBSYSTEM) : SSH_ERROR;
}

/* --- life ---------------------------------------------------------------------------------------------------------------------------- */

ssh_channel chan_new(struct conn *c)
{
    c->happened++;
    if (c->channel_count >= c->config->max_channels || c->drain_until || c->closing) {
        log_info("channel refused: %d are open peer=%s", c->channel_count, c->peer);
        return NULL;
    }
    struct channel *ch = calloc(1, sizeof *ch);
    ssh_channel ssh = ch ? ssh_channel_new(c->ssh) : NULL;
    if (!ssh) {
        free(ch);
        return NULL;
    }
    ch->conn = c;
    ch->ssh = ssh;
    ch->in = ch->out = ch->err = ch->broker = SOURCE_NONE;
    ch->size = pty_size((struct winsize){0}, 0, 0, 0, 0);
    buf_init(&ch->to_program, QUEUE_BYTES + TAKEN_MAX);
    buf_init(&ch->to_client, QUEUE_MAX);
    buf_init(&ch->to_client_err, QUEUE_MAX);
    ch->callbacks = (struct ssh_channel_callbacks_struct){
        .userdata = ch,
        .channel_data_function = on_data,
        .channel_eof_function = on_eof,
        .channel_close_function = on_close,
        .channel_signal_function = on_signal,
        .channel_pty_request_function = on_pty,
        .channel_pty_window_change_function = on_resize,
        .channel_env_request_function = on_env,
        .channel_shell_request_function = on_shell,
        .channel_exec_request_function = on_exec,
        .channel_subsystem_request_function = on_subsystem,
    };
    ssh_callbacks_init(&ch->callbacks);
    ssh_set_channel_callbacks(ssh, &ch->callbacks);
    ch->next = c->channels;
    c->channels = ch;
    c->channel_count++;
    return ssh;
}

static void chan_free(struct channel *ch)
{
    struct conn *c = ch->conn;
    control_forget(c, ch);
    source_close(c->epoll_fd, &ch->in);
    source_close(c->epoll_fd, &ch->out);
    source_close(c->epoll_fd, &ch->err);
    source_close(c->epoll_fd, &ch->broker);
    /* libssh calls back into a freed channel until the peer's close has come, unless the callbacks are taken out first. */
    ssh_remove_channel_callbacks(ch->ssh, &ch->callbacks);
    ssh_channel_free(ch->ssh);
    buf_free(&ch->to_program);
    buf_free(&ch->to_client);
    buf_free(&ch->to_client_err);
    files_free(&ch->files);
    free(ch->command);
    free(ch);
}

void chan_sweep(struct conn *c)
{
    for (struct channel **at = &c->channels; *at;) {
        struct channel *ch = *at;
        /* A slot is free only when both sides have closed: libssh, too, keeps the channel until then. */
        if (!ch->client_closed || !ch->finished || ch->pid > 0) {
            at = &ch->next;
            continue;
        }
        *at = ch->next;
        c->channel_count--;
        chan_free(ch);
    }
}

static void set_exit(struct channel *ch, int code)
{
    if (!ch->exit_is_set)
        ch->exit_code = code;
    ch->exit_is_set = true;
}

bool chan_reaped(struct conn *c, pid_t pid, int status)
{
    struct channel *ch = c->channels;
    while (ch && ch->pid != pid)
        ch = ch->next;
    if (!ch)
        return false;
    ch->pid = 0;
    ch->kill_at = 0;
    if (WIFEXITED(status)) {
        set_exit(ch, WEXITSTATUS(status));
    } else if (c->drain_until) {
        set_exit(ch, EX_TEMPFAIL); /* we have asked it to go */
    } else if (!ch->exit_is_set && !ch->client_closed) {
        log_error("program ended by signal %d peer=%s user=%s", WTERMSIG(status), c->peer, c->login.name);
        chan_fail(ch, TEXT_BROKEN);
    }
    return true;
}

void chan_hang_up(struct channel *ch)
{
    struct conn *c = ch->conn;
    if (ch->pid > 0 && !ch->kill_at) {
        kill(ch->pid, ch->kind == KIND_SHELL ? SIGHUP : SIGTERM);
        ch->kill_at = clock_ms() + KILL_MS;
    }
    source_close(c->epoll_fd, &ch->in);
    source_close(c->epoll_fd, &ch->out);
    source_close(c->epoll_fd, &ch->err);
    source_close(c->epoll_fd, &ch->broker);
    ch->session = SESSION_NONE;
    ch->in_done = true;
}

static void end_with_words(struct channel *ch, int exit_code, const char *words)
{
    set_exit(ch, exit_code);
    buf_puts(&ch->to_client_err, words);
    buf_puts(&ch->to_client_err, ch->has_pty ? "\r\n" : "\n");
    ch->kind = KIND_NOTICE;
    ch->session = SESSION_NONE;
    ch->in_done = true;
    if (ch->pid > 0) {
        kill(ch->pid, SIGTERM);
        ch->kill_at = clock_ms() + KILL_MS;
    } else {
        source_close(ch->conn->epoll_fd, &ch->out); /* a session, which has nothing more to say */
    }
    source_close(ch->conn->epoll_fd, &ch->in);
    source_close(ch->conn->epoll_fd, &ch->broker);
}

void chan_fail(struct channel *ch, enum text text) { end_with_words(ch, text_exit_code(text), text_of(text, ch->conn->login.lang)); }

/* --- beginning: a step of its own, since callbacks must not fork --------------------------------------------------------------------- */

static bool is_scp(const char *command) { return strncmp(command, "scp ", 4) == 0 && (strstr(command, " -t") || strstr(command, " -f")); }

void chan_begin(struct channel *ch)
{
    ch->is_starting = false;
    if (ch->kind == KIND_SHELL && !ch->has_pty)
        chan_fail(ch, TEXT_NO_TERMINAL);
    else if (ch->kind == KIND_SHELL && ch->conn->env->tui_fd < 0)
        chan_fail(ch, TEXT_NO_SCREEN);
    else if (ch->kind == KIND_EXEC && ch->command && is_scp(ch->command))
        chan_fail(ch, TEXT_OLD_SCP);
    else if (ch->kind == KIND_EXEC && !ch->command)
        chan_fail(ch, TEXT_NO_PROCESS);
    else if (ch->kind == KIND_SHELL && !process_start_screen(ch))
        chan_fail(ch, TEXT_NO_PROCESS);
    else
        chan_want_session(ch);
}

/* --- sessions ------------------------------------------------------------------------------------------------------------------------ */

const char *chan_kind_name(const struct channel *ch)
{
    return ch->kind == KIND_SHELL ? "shell" : ch->kind == KIND_EXEC ? "exec" : ch->kind == KIND_FILES ? "files" : "subsystem";
}

void chan_want_session(struct channel *ch)
{
    int64_t now = clock_ms();
    bool lasted = ch->session_given == 0 || now - ch->session_given > CALM_MS;
    ch->conn->happened++;
    ch->session = SESSION_WANTED;
    ch->session_at = lasted ? now : now + PAUSE_MS;
    if (ch->kind != KIND_SHELL && ch->session_until == 0)
        ch->session_until = now + PATIENCE_MS;
}

struct channel *chan_wanting(const struct conn *c)
{
    int64_t now = clock_ms();
    struct channel *ch = c->channels;
    while (ch && (ch->session != SESSION_WANTED || now < ch->session_at))
        ch = ch->next;
    return ch;
}

void chan_core_answers(const struct conn *c)
{
    for (struct channel *ch = c->channels; ch; ch = ch->next)
        if (ch->session != SESSION_NONE && ch->session_until)
            ch->session_until = clock_ms() + PATIENCE_MS;
}

void chan_session_asked(struct channel *ch) { ch->session = SESSION_ASKED; }

void chan_session_ready(struct channel *ch, int fd)
{
    ch->session = SESSION_NONE;
    ch->session_until = 0;
    ch->session_given = clock_ms();
    if (ch->kind == KIND_SUBSYSTEM || ch->kind == KIND_FILES) {
        if (!process_attach(ch, fd) || (ch->kind == KIND_FILES && !files_begin(ch)))
            chan_fail(ch, TEXT_NO_PROCESS);
        return;
    }
    if (ch->kind == KIND_SHELL && ch->broker.fd >= 0)
        fd_send(ch->broker.fd, &(char){PROTO_BROKER_GIVE}, 1, fd);
    else if (ch->kind == KIND_EXEC && !process_start_command(ch, fd))
        chan_fail(ch, TEXT_NO_PROCESS);
    close(fd);
}

void chan_refused(struct channel *ch, const struct err *err)
{
    if (err->code == ERR_UNAVAILABLE && ch->kind == KIND_SHELL) {
        ch->session_given = clock_ms(); /* the screen says that the server is away; ask again after a pause */
        chan_want_session(ch);
        return;
    }
    char words[640], text[600];
    err_text(err, ch->conn->login.lang, text, sizeof text);
    snprintf(words, sizeof words, "gorod: %s", text);
    end_with_words(ch, err_info(err->code)->exit_code, words);
}
