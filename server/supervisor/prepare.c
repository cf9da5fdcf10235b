#include "common/log.h"
#include "server/cli/internal.h"
#include "server/supervisor/host_key.h"
#include "server/supervisor/internal.h"
#include "server/supervisor/notify.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

static bool open_signals(struct supervisor *s)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* were it ignored, children would be gone before they are counted */
    sigprocmask(SIG_SETMASK, &set, NULL);
    s->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return s->signal_fd >= 0;
}

static void harden(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        close(null);
    }
    umask(077);
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    /* The secret and the host key must not end in a core file, nor be read by a session's process, which bears the same user. */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    prctl(PR_SET_DUMPABLE, 1); /* the leak checker looks into the process from outside */
#else
    prctl(PR_SET_DUMPABLE, 0);
#endif
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* Settings of libpq that a shell may hold are for other servers than the embedded one. */
static void forget_libpq_environment(void)
{
    for (size_t i = 0; environ[i];) {
        char name[64];
        size_t len = strcspn(environ[i], "=");
        if (strncmp(environ[i], "PG", 2) == 0 && len < sizeof name) {
            snprintf(name, sizeof name, "%.*s", (int)len, environ[i]);
            unsetenv(name); /* moves the rest down */
        } else {
            i++;
        }
    }
}

/* The screen program: configured, or beside this one, where the sender of letters is, too. */
static void find_programs(struct supervisor *s)
{
    char own[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);
    own[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(own, '/');
    if (slash)
        slash[1] = '\0';
    if (*s->config->tui)
        snprintf(s->tui, sizeof s->tui, "%.*s", PATH_MAX, s->config->tui);
    else
        snprintf(s->tui, sizeof s->tui, "%sgorod-tui", own);
    if (access(s->tui, X_OK) != 0)
        log_warn("the screen program %s cannot be run by %s: %s; set the key tui", s->tui, s->account.name, strerror(errno));
    snprintf(s->mail, sizeof s->mail, "%sgorod-mail", own);
}

static bool load_config(struct supervisor *s, const struct serve_options *o, struct fault *f)
{
    struct err err;
    if (o->config_path && !(s->config_path = realpath(o->config_path, NULL)))
        return fault_set(f, EXIT_NO_INPUT,
                         CLI_TR("Исправьте путь в --config; образец: gorod-server config show",
                                "Correct the path of --config; for a sample: gorod-server config show"),
                         "%s: %s", o->config_path, strerror(errno));
    s->config = config_load(s->config_path, &err);
    return s->config || fault_set(f, EXIT_CONFIGURATION, "", "%s", err.detail);
}

static void fill_paths(struct supervisor *s)
{
    snprintf(s->admin_socket, sizeof s->admin_socket, "%s/admin.sock", s->state.run);
    snprintf(s->gate_socket, sizeof s->gate_socket, "%s/gate.sock", s->state.run);
    snprintf(s->host_key, sizeof s->host_key, "%s/host_key", s->state.dir);
    if (s->embedded)
        postgres_conninfo(s->state.pg_run, s->conninfo, sizeof s->conninfo);
    else
        snprintf(s->conninfo, sizeof s->conninfo, "%s", s->config->database);
}

bool supervisor_prepare(struct supervisor *s, const struct serve_options *o, struct fault *f)
{
    if (!load_config(s, o, f) || !account_choose(s->config->user, &s->account, f))
        return false;
    const char *address = o->listen ? o->listen : s->config->listen;
    int port = o->port >= 0 ? o->port : (int)s->config->port;
    struct fault bind_fault;
    if (!state_make(state_choose(o->state), &s->account, &s->state, f))
        return false;
    /* A port below 1024 wants root. That it is taken is told last: a twin on the same folder holds it, and that is the better news. */
    bool bound = listener_open(&s->listener, address, port, &bind_fault);
    if (!account_become(&s->account, f))
        return false;
    harden();
    if (!state_open(&s->state, &s->account, f))
        return false;
    if (!bound) {
        *f = bind_fault;
        return false;
    }
    s->watchdog_ms = notify_watchdog_ms();
    s->embedded = !*s->config->database;
    if (s->embedded)
        forget_libpq_environment();
    fill_paths(s);
    if ((s->embedded && !postgres_find(&s->postgres, &s->state, s->config, f)) || !host_key_ensure(s->host_key, f))
        return false;
    find_programs(s);
    if (chdir("/") != 0 || !open_signals(s) || pipe2(s->numbers_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return fault_set(f, EXIT_SOFTWARE, "", "%s", strerror(errno));
    unsigned char secret[SECRET_BYTES];
    randombytes_buf(secret, sizeof secret);
    sodium_bin2hex(s->secret_hex, sizeof s->secret_hex, secret, sizeof secret);
    sodium_memzero(secret, sizeof secret);
    return true;
}
