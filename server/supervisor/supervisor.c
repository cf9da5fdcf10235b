#include "server/supervisor/supervisor.h"
#include "common/jw.h"
#include "common/log.h"
#include "db/pg.h"
#include "server/cli/internal.h"
#include "server/core/core.h"
#include "server/gate/gate.h"
#include "server/rules/rules.h"
#include "server/supervisor/child.h"
#include "server/supervisor/database.h"
#include "server/supervisor/internal.h"
#include "server/supervisor/notify.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <libssh/libssh.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STARTUP_FAILURES_MAX = 5, STARTUP_POLL_MS = 20, PIPE_BYTES = 60 * 1024 };

/* ---- the parts, each in a child of its own ---- */

static int run_core(struct supervisor *s)
{
    struct core_start start = {
        .admin_socket = s->admin_socket,
        .gate_socket = s->gate_socket,
        .conninfo = s->conninfo,
        .secret_hex = s->secret_hex,
        .config = s->config,
        .config_path = s->config_path,
    };
    close(s->listener.fd);
    close(s->numbers_pipe[0]);
    close(s->numbers_pipe[1]);
    return core_run(&start);
}

/* The gate's connection children are its copies: what it does not need must not be in their memory. */
static void wipe_secrets(void *data)
{
    struct supervisor *s = data;
    sodium_memzero(s->secret_hex, sizeof s->secret_hex);
    sodium_memzero(s->conninfo, sizeof s->conninfo);
    sodium_memzero((char *)s->config->database, strlen(s->config->database));
}

static int run_gate(struct supervisor *s)
{
    struct gate_start start = {
        .listen_fd = s->listener.fd,
        .gate_socket = s->gate_socket,
        .host_key_file = s->host_key,
        .tui_path = s->tui,
        .secret_hex = s->secret_hex,
        .config = s->config,
        .numbers_fd = s->numbers_pipe[0],
        .wipe = wipe_secrets,
        .wipe_data = s,
    };
    close(s->numbers_pipe[1]);
    return gate_run(&start);
}

/* Passwords go by a pipe: arguments and environment of a process are for others to read. What fits into the pipe needs no reader yet. */
static bool tell_mail(const struct supervisor *s, int fd)
{
    const struct config *c = s->config;
    struct buf text;
    struct jw w;
    buf_init(&text, PIPE_BYTES);
    jw_init(&w, &text);
    jw_object(&w);
    jw_kstring(&w, "conninfo", s->conninfo);
    jw_kstring(&w, "zone", c->zone);
    jw_kstring(&w, "url", c->smtp_url);
    jw_kstring(&w, "from", c->smtp_from);
    jw_kstring(&w, "from_name", c->name);
    jw_kstring(&w, "user", c->smtp_user);
    jw_kstring(&w, "password_file", c->smtp_password_file);
    jw_kstring(&w, "tls", c->smtp_tls);
    jw_kstring(&w, "ca", c->smtp_ca);
    jw_kint(&w, "timeout_s", c->smtp_timeout_s);
    jw_kint(&w, "retry_s", c->smtp_retry_s);
    jw_kint(&w, "give_up_h", c->smtp_give_up_h);
    jw_object_end(&w);
    bool ok = !text.overflow && write(fd, text.data, text.len) == (ssize_t)text.len;
    buf_wipe(&text);
    buf_free(&text);
    return ok;
}

static int run_mail(struct supervisor *s)
{
    int ends[2];
    if (pipe(ends) != 0 || !tell_mail(s, ends[1]) || dup2(ends[0], STDIN_FILENO) < 0)
        return EXIT_SOFTWARE;
    close_range(STDERR_FILENO + 1, ~0U, 0);
    execl(s->mail, "gorod-mail", (char *)NULL);
    log_error("%s cannot be run: %s", s->mail, strerror(errno));
    return EXIT_CONFIGURATION;
}

static bool mail_is_wanted(const struct supervisor *s) { return *s->config->smtp_url != '\0'; }

static int run_postgres(struct supervisor *s)
{
    postgres_exec(&s->postgres);
    return EXIT_AWAY;
}

static int run_make(struct supervisor *s)
{
    if (postgres_make(&s->postgres))
        return 0;
    cli_fault("gorod-server", CLI_TR("база данных не создана", "the database could not be made"),
              CLI_TR("Причина - в строках выше; на диске нужно не меньше 100 МиБ",
                     "The reason stands in the lines above; 100 MiB of disk are the least"));
    return EXIT_AWAY;
}

/* Brings the schema of the embedded cluster up to date; an own one is only looked at: its administrator chooses the hour. */
static int run_schema(struct supervisor *s)
{
    struct err err;
    char why[768];
    int applied = 0, code = 0;
    struct pg *pg = pg_new(s->conninfo, s->config->zone, 0);
    bool ok = s->embedded ? pg_migrate(pg, &applied, &err) : pg_schema_check(pg, &err);
    if (ok && applied > 0)
        log_info("schema: %d migrations applied", applied);
    if (!ok) {
        bool away = !s->embedded && !pg_is_connected(pg);
        err_text(&err, cli_lang(), why, sizeof why);
        if (s->embedded)
            log_error("schema: %s", why);
        else
            database_fault(pg, &err);
        if (away)
            log_warn("serving without the database until it answers");
        code = away ? 0 : EXIT_AWAY;
    }
    pg_close(&pg);
    return code;
}

static const struct {
    const char *name, *process;
    int stop_signal, second_signal, grace_ms;
} part_rows[PART_COUNT] = {
    [PART_GATE] = {"gate", "gate", SIGTERM, SIGKILL, 10000},
    [PART_CORE] = {"core", "core", SIGTERM, SIGKILL, 20000},
    /* a letter at its last dot is waited for */
    [PART_MAIL] = {"mail", "mail", SIGTERM, SIGKILL, 15000},
    [PART_TASK] = {"preparation", "prepare", SIGTERM, SIGKILL, 10000},
    /* fast shutdown; then, when a backend hangs, immediate: the next start recovers */
    [PART_POSTGRES] = {"postgres", "postgres", SIGINT, SIGQUIT, 60000},
};

static void start(struct supervisor *s, enum part_id id, int (*run)(struct supervisor *s))
{
    struct part *p = &s->parts[id];
    /* A killed supervisor takes its parts along; only PostgreSQL is let to close its files. */
    pid_t pid = child_fork(p->process, id == PART_POSTGRES ? SIGINT : SIGKILL);
    if (pid == 0) {
        close(s->signal_fd);
        close(s->state.lock_fd);
        log_part(p->name);
        exit(run(s));
    }
    p->started_ms = part_now_ms();
    p->pid = pid > 0 ? pid : 0;
    if (pid > 0) {
        log_info("%s started, process %d", p->name, (int)pid);
    } else {
        log_error("%s cannot be started: %s", p->name, strerror(errno));
        part_died(p, p->started_ms);
    }
}

/* ---- phases ---- */

static void stop_all(struct supervisor *s, int exit_code)
{
    if (s->phase == PHASE_STOP)
        return;
    s->exit_code = exit_code;
    s->phase = PHASE_STOP;
    notify_systemd("STOPPING=1");
}

static void start_postgres(struct supervisor *s)
{
    struct part *p = &s->parts[PART_POSTGRES];
    int64_t now_ms = part_now_ms();
    if (!part_is_due(p, now_ms))
        return;
    /* Another server may have been started on a folder of the same name: its PostgreSQL is not ours to stop. */
    if (!state_is_ours(&s->state)) {
        log_error("%s was removed or replaced under the running server: stopping", s->state.dir);
        stop_all(s, EXIT_AWAY);
        return;
    }
    pid_t left = postgres_leftover(&s->postgres);
    if (left) {
        if (now_ms - p->started_ms > 5000) {
            log_info("waiting for an earlier PostgreSQL to end, process %d", (int)left);
            p->started_ms = now_ms;
        }
        p->start_at_ms = now_ms + STARTUP_POLL_MS;
        return;
    }
    p->started_ms = now_ms;
    if (postgres_configure(&s->postgres))
        start(s, PART_POSTGRES, run_postgres);
    else
        part_died(p, now_ms);
}

/* Runs a task to its end: its death leads to the next phase (see task_ended). */
static void start_task(struct supervisor *s, int (*run)(struct supervisor *s))
{
    if (part_is_due(&s->parts[PART_TASK], part_now_ms()))
        start(s, PART_TASK, run);
}

static void ready(struct supervisor *s)
{
    s->phase = PHASE_READY;
    printf("gorod: ready on %s:%d\n", s->listener.address, s->listener.port);
    fflush(stdout);
    notify_systemd("READY=1");
    log_info("ready on %s:%d, libssh %s", s->listener.address, s->listener.port, ssh_version(0));
}

static void keep_alive(struct supervisor *s)
{
    int64_t now_ms = part_now_ms();
    if (s->embedded && s->phase >= PHASE_DATABASE)
        start_postgres(s);
    if (s->phase >= PHASE_CORE && part_is_due(&s->parts[PART_CORE], now_ms))
        start(s, PART_CORE, run_core);
    if (s->phase >= PHASE_GATE && part_is_due(&s->parts[PART_GATE], now_ms))
        start(s, PART_GATE, run_gate);
    if (s->phase == PHASE_READY && mail_is_wanted(s) && part_is_due(&s->parts[PART_MAIL], now_ms))
        start(s, PART_MAIL, run_mail);
}

static void advance(struct supervisor *s)
{
    if (s->phase < PHASE_STOP)
        keep_alive(s);
    switch (s->phase) {
    case PHASE_MAKE:
        if (s->parts[PART_TASK].pid)
            break; /* being made */
        if (s->embedded && !postgres_is_made(&s->postgres))
            start_task(s, run_make);
        else
            s->phase = PHASE_DATABASE;
        break;
    case PHASE_DATABASE:
        if (!s->embedded || postgres_is_ready(&s->postgres, s->parts[PART_POSTGRES].pid))
            s->phase = PHASE_SCHEMA;
        break;
    case PHASE_SCHEMA: start_task(s, run_schema); break;
    case PHASE_CORE:
        if (listener_unix_answers(s->admin_socket) && listener_unix_answers(s->gate_socket))
            s->phase = PHASE_GATE;
        break;
    case PHASE_GATE:
        if (listener_probe(&s->listener, &s->probe_fd))
            ready(s);
        break;
    case PHASE_READY:
    case PHASE_STOP:
    case PHASE_DONE: break;
    }
}

/* ---- deaths ---- */

static void task_ended(struct supervisor *s, int code)
{
    if (s->phase == PHASE_STOP)
        return;
    if (code != 0) {
        stop_all(s, code);
        return;
    }
    s->phase = s->phase == PHASE_MAKE ? PHASE_DATABASE : PHASE_CORE;
}

/* Before all was up, a fault that repeats is told and ends the start: a person is waiting. Later the server keeps trying. */
static bool is_hopeless(const struct supervisor *s, const struct part *p, int code)
{
    return s->phase < PHASE_READY && (p->failures >= STARTUP_FAILURES_MAX || code == EXIT_CONFIGURATION || code == EXIT_NO_INPUT);
}

static void part_ended(struct supervisor *s, enum part_id id, int status)
{
    struct part *p = &s->parts[id];
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_SOFTWARE;
    part_died(p, part_now_ms());
    if (id == PART_TASK) {
        task_ended(s, code);
        return;
    }
    if (s->phase == PHASE_STOP) {
        log_info("%s stopped", p->name);
        return;
    }
    log_warn("%s died (%s %d), starts again in %d ms", p->name, WIFEXITED(status) ? "code" : "signal",
             WIFEXITED(status) ? code : WTERMSIG(status), (int)(p->start_at_ms - part_now_ms()));
    if (is_hopeless(s, p, code)) {
        char text[128];
        snprintf(text, sizeof text, CLI_TR("%s не запускается", "%s does not start"), p->name);
        cli_fault("gorod-server", text, CLI_TR("Причина - в строках журнала выше", "The reason stands in the log lines above"));
        stop_all(s, code ? code : EXIT_SOFTWARE);
    }
}

static void reap(struct supervisor *s)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (int i = 0; i < PART_COUNT; i++)
            if (s->parts[i].pid == pid)
                part_ended(s, (enum part_id)i, status);
}

static bool is_ours(const char *stat_line)
{
    static const char *const names[] = {"(gate)", "(core)", "(gorod-tui)"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strstr(stat_line, names[i]))
            return true;
    return false;
}

/* What a killed gate left behind came to us (we are its subreaper): its connections and their screens. By name: a shell that became this
 * program by exec may have had children of its own. */
static void kill_orphans(int sig)
{
    DIR *proc = opendir("/proc");
    for (struct dirent *e; proc && (e = readdir(proc));) {
        char file[300], line[512] = "";
        if (!isdigit((unsigned char)*e->d_name))
            continue;
        snprintf(file, sizeof file, "/proc/%s/stat", e->d_name);
        FILE *f = fopen(file, "re");
        const char *rest = f && fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL;
        int parent = 0;
        if (rest && sscanf(rest, ") %*c %d", &parent) == 1 && parent == getpid() && is_ours(line))
            kill(atoi(e->d_name), sig);
        if (f)
            fclose(f);
    }
    if (proc)
        closedir(proc);
}

static void stop_step(struct supervisor *s)
{
    for (int i = 0; i < PART_COUNT; i++) {
        struct part *p = &s->parts[i];
        if (p->pid) {
            bool people = i != PART_POSTGRES;
            part_stop(p, part_now_ms(), s->hurry && people);
            return;
        }
    }
    kill_orphans(SIGKILL);
    s->phase = PHASE_DONE;
}

/* ---- signals ---- */

/* The core reads the rules itself; here they are only tried, so that a bad file never reaches it. */
static bool rules_are_good(const struct config *c, struct err *err)
{
    struct workflow *workflow = *c->workflow ? workflow_load(c->workflow, NULL, err) : NULL;
    bool good = workflow || !*c->workflow;
    struct deadlines *deadlines = good && *c->deadlines ? deadlines_load(c->deadlines, NULL, err) : NULL;
    good = good && (deadlines || !*c->deadlines);
    struct notice_rules *notices = good && *c->notices ? notices_load(c->notices, NULL, err) : NULL;
    good = good && (notices || !*c->notices);
    struct letters *letters = good ? letters_load(c->mail_templates, err) : NULL;
    good = good && letters;
    struct retention *retention = good && *c->retention ? retention_load(c->retention, NULL, err) : NULL;
    good = good && (retention || !*c->retention);
    workflow_free(&workflow);
    deadlines_free(&deadlines);
    notices_free(&notices);
    letters_free(&letters);
    retention_free(&retention);
    return good;
}

/* What parts take up only when they start. */
static void warn_of_later(const struct config *old, const struct config *fresh)
{
    static const char *const at_start[] = {"listen", "port", "user",    "database",     "postgres_bin",
                                           "zone",   "tui",  "workers", "hash_workers", "statement_timeout_ms"};
    for (size_t i = 0; i < sizeof at_start / sizeof *at_start; i++)
        if (config_differs(old, fresh, at_start[i]))
            log_warn("%s has changed: it takes effect at the next start", at_start[i]);
}

static void tell_gate(const struct supervisor *s)
{
    struct config_numbers numbers = config_numbers_of(s->config);
    if (write(s->numbers_pipe[1], &numbers, sizeof numbers) != (ssize_t)sizeof numbers)
        log_warn("the gate's limits take effect at its next start: %s", strerror(errno));
}

static void tell_systemd_of_reload(void)
{
    char state[64];
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    notify_systemd(state);
}

static void reload(struct supervisor *s)
{
    struct err err;
    struct config *fresh = config_load(s->config_path, &err);
    if (!fresh || !rules_are_good(fresh, &err)) {
        log_error("configuration not reloaded, the old one stays: %s", err.detail);
        config_free(&fresh);
        return;
    }
    warn_of_later(s->config, fresh);
    config_free(&s->config);
    s->config = fresh;
    s->postgres.config = fresh;
    if (s->embedded && s->parts[PART_POSTGRES].pid && postgres_configure(&s->postgres))
        kill(s->parts[PART_POSTGRES].pid, SIGHUP);
    tell_gate(s);
    if (s->parts[PART_MAIL].pid) /* it comes again, told anew */
        kill(s->parts[PART_MAIL].pid, SIGTERM);
    if (s->parts[PART_CORE].pid)
        kill(s->parts[PART_CORE].pid, SIGHUP);
    log_info("configuration reloaded");
}

static void handle_signals(struct supervisor *s)
{
    struct signalfd_siginfo info;
    while (read(s->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP && s->phase < PHASE_STOP) {
            tell_systemd_of_reload();
            reload(s);
            if (s->phase == PHASE_READY)
                notify_systemd("READY=1");
        }
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) {
            s->hurry = s->phase == PHASE_STOP;
            log_info("signal %u: stopping%s", info.ssi_signo, s->hurry ? " at once" : "");
            stop_all(s, 0);
        }
    }
    reap(s);
}

static void tell_watchdog(struct supervisor *s)
{
    int64_t now_ms = part_now_ms();
    if (!s->watchdog_ms || now_ms < s->watchdog_at_ms)
        return;
    notify_watchdog();
    s->watchdog_at_ms = now_ms + s->watchdog_ms;
}

/* How long nothing but a signal can matter: until a part is due, -1 when none is. */
static int wait_ms(const struct supervisor *s)
{
    if (s->phase < PHASE_READY)
        return STARTUP_POLL_MS;
    if (s->phase == PHASE_STOP)
        return 100;
    int64_t now_ms = part_now_ms(), soonest_ms = -1;
    if (s->watchdog_ms)
        soonest_ms = s->watchdog_at_ms > now_ms ? s->watchdog_at_ms - now_ms : 0;
    for (int i = 0; i < PART_COUNT; i++) {
        const struct part *p = &s->parts[i];
        bool kept = (i == PART_MAIL && s->phase == PHASE_READY && mail_is_wanted(s)) || i == PART_CORE || i == PART_GATE ||
                    (i == PART_POSTGRES && s->embedded);
        int64_t left_ms = p->start_at_ms > now_ms ? p->start_at_ms - now_ms : 0;
        if (kept && p->pid == 0 && (soonest_ms < 0 || left_ms < soonest_ms))
            soonest_ms = left_ms;
    }
    return (int)soonest_ms;
}

static void loop(struct supervisor *s)
{
    while (s->phase != PHASE_DONE) {
        advance(s);
        tell_watchdog(s);
        if (s->phase == PHASE_STOP)
            stop_step(s);
        if (s->phase == PHASE_DONE)
            break;
        poll(&(struct pollfd){.fd = s->signal_fd, .events = POLLIN}, 1, wait_ms(s));
        handle_signals(s);
    }
}

int supervisor_serve(const struct serve_options *options)
{
    static struct supervisor s; /* large; and the leak checker of a child still sees what it owns */
    struct fault f;
    s = (struct supervisor){.signal_fd = -1, .probe_fd = -1, .listener.fd = -1, .state.lock_fd = -1};
    for (int i = 0; i < PART_COUNT; i++)
        s.parts[i] = (struct part){.name = part_rows[i].name,
                                   .process = part_rows[i].process,
                                   .stop_signal = part_rows[i].stop_signal,
                                   .second_signal = part_rows[i].second_signal,
                                   .grace_ms = part_rows[i].grace_ms};
    log_part("supervisor");
    if (supervisor_prepare(&s, options, &f)) {
        loop(&s);
        log_info("stopped");
    } else {
        cli_fault("gorod-server", f.text, f.hint);
        s.exit_code = f.exit_code;
    }
    sodium_memzero(s.secret_hex, sizeof s.secret_hex);
    config_free(&s.config);
    free(s.config_path);
    return s.exit_code;
}
