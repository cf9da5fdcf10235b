#include "gate_fixture.h"
#include "server/gate/gate.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
/* keep last: it wants the headers above */
#include <cmocka.h>

static char keys_dir[64];
static char *blobs[8];
static char fingerprint[128];

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The pause between two looks at something that tells nobody when it changes. */
static void look_again_later(void) { poll(NULL, 0, 5); }

/* --- keys ---------------------------------------------------------------------------------------------------------------------------- */

const char *gate_key_path(const char *key)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", keys_dir, key);
    return path;
}

const char *gate_host_fingerprint(void) { return fingerprint; }

static void make_key(const char *name, const char *type, const char *bits)
{
    const char *argv[] = {"ssh-keygen", "-q", "-N", "", "-t", type, "-f", gate_key_path(name), bits ? "-b" : NULL, bits, NULL};
    struct client c = gate_start(argv);
    client_finish(&c, NULL, 0);
    assert_int_equal(c.status, 0);
    client_free(&c);
}

static char *read_blob(const char *name)
{
    char path[160], line[4096], type[64], *blob = malloc(sizeof line);
    snprintf(path, sizeof path, "%s.pub", gate_key_path(name));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    assert_int_equal(sscanf(line, "%63s %4095s", type, blob), 2);
    return blob;
}

/* A key file without its frame: the bytes in it. */
static size_t read_private(const char *name, unsigned char *out, size_t size)
{
    char line[256], text[4096] = "";
    size_t len = 0;
    FILE *file = fopen(gate_key_path(name), "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (*line != '-')
            strncat(text, line, sizeof text - strlen(text) - 1);
    fclose(file);
    assert_int_equal(sodium_base642bin(out, size, text, strlen(text), "\n", &len, NULL, sodium_base64_VARIANT_ORIGINAL), 0);
    return len;
}

/* The known public key over a stranger's private one: what somebody has who has only seen the public key. Its signatures are wrong. */
static void make_forged_key(void)
{
    enum { PUBLIC_BYTES = 32 };
    unsigned char bytes[2048], known[256], stranger[256];
    size_t len = read_private("stranger", bytes, sizeof bytes), known_len, stranger_len;
    sodium_base642bin(known, sizeof known, blobs[0], strlen(blobs[0]), NULL, &known_len, NULL, sodium_base64_VARIANT_ORIGINAL);
    char *blob = read_blob("stranger"), text[4096];
    sodium_base642bin(stranger, sizeof stranger, blob, strlen(blob), NULL, &stranger_len, NULL, sodium_base64_VARIANT_ORIGINAL);
    free(blob);
    const unsigned char *theirs = stranger + stranger_len - PUBLIC_BYTES;
    for (unsigned char *at = bytes; (at = memmem(at, len - (size_t)(at - bytes), theirs, PUBLIC_BYTES)) != NULL;)
        memcpy(at, known + known_len - PUBLIC_BYTES, PUBLIC_BYTES);
    sodium_bin2base64(text, sizeof text, bytes, len, sodium_base64_VARIANT_ORIGINAL);
    int fd = open(gate_key_path("forged"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    dprintf(fd, "-----BEGIN OPENSSH PRIVATE KEY-----\n%s\n-----END OPENSSH PRIVATE KEY-----\n", text);
    close(fd);
}

static void read_fingerprint(void)
{
    const char *argv[] = {"ssh-keygen", "-l", "-E", "sha256", "-f", gate_key_path("host"), NULL};
    struct client c = gate_start(argv);
    client_finish(&c, NULL, 0);
    assert_int_equal(sscanf(c.output, "%*s %127s", fingerprint), 1);
    client_free(&c);
}

int gate_group_setup(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    snprintf(keys_dir, sizeof keys_dir, "/tmp/gate-keys-XXXXXX");
    assert_non_null(mkdtemp(keys_dir));
    make_key("ed25519", "ed25519", NULL);
    make_key("rsa", "rsa", "2048");
    make_key("ecdsa", "ecdsa", "384");
    make_key("stranger", "ed25519", NULL);
    make_key("host", "ed25519", NULL);
    blobs[0] = read_blob("ed25519");
    blobs[1] = read_blob("rsa");
    blobs[2] = read_blob("ecdsa");
    read_fingerprint();
    make_forged_key();
    return 0;
}

static void remove_folder(const char *path)
{
    const char *argv[] = {"rm", "-rf", path, NULL};
    struct client c = gate_start(argv);
    client_finish(&c, NULL, 0);
    client_free(&c);
}

int gate_group_teardown(void **state)
{
    (void)state;
    for (int i = 0; blobs[i]; i++) {
        free(blobs[i]);
        blobs[i] = NULL;
    }
    remove_folder(keys_dir);
    return 0;
}

/* --- gate and core ------------------------------------------------------------------------------------------------------------------- */

static struct config default_config(void)
{
    return (struct config){
#define CONFIG_TEXT(key, def, ru, en) .key = def,
#define CONFIG_INT(key, def, min, max, unit, ru, en) .key = def,
#define CONFIG_BOOL(key, def, ru, en) .key = def,
#include "server/config.def"
#undef CONFIG_TEXT
#undef CONFIG_INT
#undef CONFIG_BOOL
    };
}

static void listen_somewhere(struct gate_fixture *f)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    f->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(f->listen_fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(f->listen_fd, 512), 0);
    assert_int_equal(getsockname(f->listen_fd, (struct sockaddr *)&address, &len), 0);
    f->port = ntohs(address.sin_port);
}

static void write_known_hosts(const struct gate_fixture *f)
{
    char path[160];
    char *blob = read_blob("host");
    snprintf(path, sizeof path, "%s/known_hosts", f->dir);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "[127.0.0.1]:%d ssh-ed25519 %s\n", f->port, blob);
    fclose(file);
    free(blob);
}

void given_core(struct gate_fixture *f)
{
    f->core = gate_core_start(f->socket_path, f->counts, (const char *const *)blobs);
    assert_true(f->core > 0);
}

void gate_kill_core(struct gate_fixture *f)
{
    if (f->core <= 0)
        return;
    kill(f->core, SIGKILL);
    waitpid(f->core, NULL, 0);
    f->core = 0;
    unlink(f->socket_path);
}

static _Noreturn void be_gate(const struct gate_fixture *f)
{
    char host_key[128];
    snprintf(host_key, sizeof host_key, "%s", gate_key_path("host"));
    const struct gate_start start = {
        .listen_fd = f->listen_fd,
        .gate_socket = f->socket_path,
        .host_key_file = host_key,
        .tui_path = GATE_TUI,
        .secret_hex = GATE_SECRET,
        .config = &f->config,
        .numbers_fd = f->numbers_pipe[0],
    };
    char log[160];
    snprintf(log, sizeof log, "%s/gate.log", f->dir);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(fd, STDERR_FILENO);
    close(fd);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* A crash in here must not run the test runner's own handlers. */
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        signal(crashes[i], SIG_DFL);
    _exit(gate_run(&start));
}

struct gate_fixture *given_gate(void (*change)(struct config *))
{
    struct gate_fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    snprintf(f->dir, sizeof f->dir, "/tmp/gate-test-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->socket_path, sizeof f->socket_path, "%s/gate.sock", f->dir);
    f->config = default_config();
    if (change)
        change(&f->config);
    f->counts = gate_counts_new();
    listen_somewhere(f);
    write_known_hosts(f);
    given_core(f);
    assert_int_equal(pipe2(f->numbers_pipe, O_CLOEXEC | O_NONBLOCK), 0);
    f->gate = fork();
    if (f->gate == 0)
        be_gate(f);
    return f;
}

static void show_log(const struct gate_fixture *f)
{
    char path[160], line[2048];
    snprintf(path, sizeof path, "%s/gate.log", f->dir);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        fputs(line, stderr);
    if (file)
        fclose(file);
}

void gate_reload(struct gate_fixture *f, void (*change)(struct config *))
{
    change(&f->config);
    struct config_numbers numbers = config_numbers_of(&f->config);
    assert_int_equal(write(f->numbers_pipe[1], &numbers, sizeof numbers), sizeof numbers);
    gate_wait_log(f, "limits reloaded");
}

static bool log_has(const struct gate_fixture *f, const char *words)
{
    char path[160], line[2048];
    bool found = false;
    snprintf(path, sizeof path, "%s/gate.log", f->dir);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        found = found || strstr(line, words);
    if (file)
        fclose(file);
    return found;
}

void gate_wait_log(const struct gate_fixture *f, const char *words)
{
    int64_t until = now_ms() + GATE_PATIENCE_MS;
    while (!log_has(f, words)) {
        if (now_ms() >= until)
            fail_msg("«%s» does not come into the log", words);
        look_again_later();
    }
}

void gate_done(struct gate_fixture *f)
{
    int status = 0;
    int64_t begun = now_ms();
    kill(f->gate, SIGTERM);
    waitpid(f->gate, &status, 0);
    int64_t took = now_ms() - begun;
    /* A sanitizer's report lands in the log; it must not go unseen. */
    bool report = log_has(f, "Sanitizer") || log_has(f, "runtime error");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || report)
        show_log(f);
    gate_kill_core(f);
    close(f->listen_fd);
    close(f->numbers_pipe[0]);
    close(f->numbers_pipe[1]);
    gate_counts_free(f->counts);
    remove_folder(f->dir);
    free(f);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_true(took < 7000);
    assert_false(report);
}

/* --- clients ------------------------------------------------------------------------------------------------------------------------- */

static void exec_words(const char *const argv[])
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves nobody behind */
    execvp(argv[0], (char *const *)argv);
    fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

struct client gate_start(const char *const argv[])
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
        fail_msg("pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        dup2(err[1], 2);
        signal(SIGPIPE, SIG_DFL);
        exec_words(argv);
    }
    close(in[0]);
    close(out[1]);
    close(err[1]);
    return (struct client){.pid = pid, .in = in[1], .out = out[0], .err = err[0]};
}

struct words {
    const char *argv[GATE_ARGS_MAX];
    int count;
    char port[16], known[192], key[160];
};

static void add(struct words *w, const char *word)
{
    assert_true(w->count < GATE_ARGS_MAX);
    w->argv[w->count++] = word;
}

static const char *const ssh_options[] = {"-F", "/dev/null",          "-o", "BatchMode=yes",
                                          "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes",
                                          "-o", "IdentityAgent=none", "-o", "KexAlgorithms=curve25519-sha256",
                                          "-o", "LogLevel=ERROR"};

/* The words of `rest` before "--" are options (ssh obeys the first of a kind, so they come before ours), the command is after it. */
static void ssh_words(struct words *w, const struct gate_fixture *f, const char *key, va_list rest)
{
    add(w, "ssh");
    const char *word = va_arg(rest, const char *);
    for (; word && strcmp(word, "--") != 0; word = va_arg(rest, const char *))
        add(w, word);
    for (size_t i = 0; i < sizeof ssh_options / sizeof *ssh_options; i++)
        add(w, ssh_options[i]);
    snprintf(w->port, sizeof w->port, "-p%d", f->port);
    snprintf(w->known, sizeof w->known, "-oUserKnownHostsFile=%s/known_hosts", f->dir);
    snprintf(w->key, sizeof w->key, "-i%s", gate_key_path(key));
    add(w, w->port);
    add(w, w->known);
    add(w, w->key);
    add(w, "-l");
    add(w, GATE_USER);
    add(w, "127.0.0.1");
    while (word && (word = va_arg(rest, const char *)) != NULL)
        add(w, word);
    add(w, NULL);
}

struct client gate_ssh(const struct gate_fixture *f, const char *key, ...)
{
    struct words w = {0};
    va_list rest;
    va_start(rest, key);
    ssh_words(&w, f, key, rest);
    va_end(rest);
    return gate_start(w.argv);
}

struct client gate_ssh_on_terminal(const struct gate_fixture *f, int columns, int rows, ...)
{
    struct words w = {0};
    va_list rest;
    va_start(rest, rows);
    ssh_words(&w, f, "ed25519", rest);
    va_end(rest);
    int master;
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    pid_t pid = forkpty(&master, NULL, NULL, &size);
    if (pid == 0) {
        if (!getenv("TERM"))
            setenv("TERM", "xterm", 1);
        exec_words(w.argv);
    }
    return (struct client){.pid = pid, .in = -1, .out = master, .err = -1};
}

static bool collect(int *fd, char **data, size_t *len)
{
    char bytes[65536];
    ssize_t n = read(*fd, bytes, sizeof bytes);
    if (n <= 0) {
        close(*fd);
        *fd = -1;
        return false;
    }
    *data = realloc(*data, *len + (size_t)n + 1);
    memcpy(*data + *len, bytes, (size_t)n);
    *len += (size_t)n;
    (*data)[*len] = '\0';
    return true;
}

static void feed(struct client *c, const char **input, size_t *len)
{
    ssize_t n = *len > 0 ? write(c->in, *input, *len) : 0;
    if (n > 0) {
        *input += n;
        *len -= (size_t)n;
    }
    if (*len == 0 || (n < 0 && errno != EAGAIN)) {
        close(c->in);
        c->in = -1;
    }
}

static void reap_client(struct client *c)
{
    int status;
    assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
    c->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    c->pid = 0;
}

void client_finish(struct client *c, const void *input, size_t len)
{
    const char *rest = input;
    int64_t until = now_ms() + GATE_PATIENCE_MS;
    if (c->in >= 0)
        fcntl(c->in, F_SETFL, O_NONBLOCK);
    while (c->out >= 0 || c->err >= 0) {
        struct pollfd wait[] = {{.fd = c->in, .events = POLLOUT}, {.fd = c->out, .events = POLLIN}, {.fd = c->err, .events = POLLIN}};
        int64_t left = until - now_ms();
        if (left <= 0 || poll(wait, 3, (int)left) <= 0) {
            kill(c->pid, SIGKILL);
            fail_msg("the client does not end; so far: %s %s", c->output ? c->output : "", c->errors ? c->errors : "");
        }
        if (wait[0].revents)
            feed(c, &rest, &len);
        if (wait[1].revents)
            collect(&c->out, &c->output, &c->output_len);
        if (wait[2].revents)
            collect(&c->err, &c->errors, &c->errors_len);
    }
    reap_client(c);
}

void client_expect(struct client *c, const char *text)
{
    int64_t until = now_ms() + GATE_PATIENCE_MS;
    while (!c->output || !memmem(c->output, c->output_len, text, strlen(text))) {
        struct pollfd wait = {.fd = c->out, .events = POLLIN};
        int64_t left = until - now_ms();
        if (left <= 0 || poll(&wait, 1, (int)left) <= 0 || !collect(&c->out, &c->output, &c->output_len))
            fail_msg("«%s» does not come; so far: %s", text, c->output ? c->output : "");
    }
}

void client_type(const struct client *c, const char *keys)
{
    int fd = c->in >= 0 ? c->in : c->out;
    assert_int_equal(write(fd, keys, strlen(keys)), strlen(keys));
}

void client_resize(const struct client *c, int columns, int rows)
{
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    assert_int_equal(ioctl(c->out, TIOCSWINSZ, &size), 0);
}

void client_free(struct client *c)
{
    if (c->pid > 0) {
        kill(c->pid, SIGKILL);
        waitpid(c->pid, NULL, 0);
    }
    const int fds[] = {c->in, c->out, c->err};
    for (int i = 0; i < 3; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    free(c->output);
    free(c->errors);
    *c = (struct client){.in = -1, .out = -1, .err = -1};
}

int gate_run_ssh(const struct gate_fixture *f, struct client *c, const char *key, const char *command)
{
    *c = gate_ssh(f, key, "--", command, NULL);
    client_finish(c, NULL, 0);
    return c->status;
}

/* --- below SSH ----------------------------------------------------------------------------------------------------------------------- */

int gate_connect(const struct gate_fixture *f)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)f->port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

char *read_to_end(int fd, int timeout_ms)
{
    char *data = calloc(1, 1);
    size_t len = 0;
    int64_t until = now_ms() + timeout_ms;
    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int64_t left = until - now_ms();
        if (left <= 0 || poll(&wait, 1, (int)left) <= 0)
            fail_msg("not closed in %d ms; so far: %s", timeout_ms, data);
        char bytes[4096];
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n <= 0)
            return data;
        data = realloc(data, len + (size_t)n + 1);
        memcpy(data + len, bytes, (size_t)n);
        len += (size_t)n;
        data[len] = '\0';
    }
}

static pid_t parent_of(const char *pid)
{
    char path[300], line[512];
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    if (fgets(line, sizeof line, file)) {
        const char *end = strrchr(line, ')');
        if (!end || sscanf(end + 1, " %*c %d", &parent) != 1)
            parent = 0;
    }
    fclose(file);
    return parent;
}

int gate_children(const struct gate_fixture *f, pid_t *pids, int max)
{
    int count = 0;
    DIR *proc = opendir("/proc");
    assert_non_null(proc);
    for (const struct dirent *entry; (entry = readdir(proc)) != NULL;) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || parent_of(entry->d_name) != f->gate)
            continue;
        if (count < max)
            pids[count] = atoi(entry->d_name);
        count++;
    }
    closedir(proc);
    return count;
}

void gate_wait_children(const struct gate_fixture *f, int count)
{
    int64_t until = now_ms() + GATE_PATIENCE_MS;
    while (gate_children(f, NULL, 0) != count) {
        if (now_ms() > until)
            fail_msg("the gate has %d children, not %d", gate_children(f, NULL, 0), count);
        look_again_later();
    }
}

void gate_wait_count(const atomic_int *counter, int value)
{
    int64_t until = now_ms() + GATE_PATIENCE_MS;
    while (*counter != value) {
        if (now_ms() > until)
            fail_msg("the counter is %d, not %d", *counter, value);
        look_again_later();
    }
}
