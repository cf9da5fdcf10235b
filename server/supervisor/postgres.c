#include "server/supervisor/postgres.h"
#include "common/log.h"
#include "server/cli/internal.h"
#include "server/supervisor/child.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES = PATH_MAX + 64 };

static const char programs_dir[] = "/usr/lib/postgresql";

/* ---- the programs ---- */

static bool has_programs(const char *bin)
{
    char file[FILE_BYTES];
    static const char *const names[] = {"postgres", "initdb"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(file, sizeof file, "%s/%s", bin, names[i]);
        if (access(file, X_OK) != 0)
            return false;
    }
    return true;
}

/* The cluster's major version, 0 when there is no cluster. */
static int cluster_version(const struct postgres *pg)
{
    char file[FILE_BYTES];
    int version = 0;
    snprintf(file, sizeof file, "%s/PG_VERSION", pg->data);
    FILE *f = fopen(file, "re");
    if (f && fscanf(f, "%d", &version) != 1)
        version = 0;
    if (f)
        fclose(f);
    return version;
}

static int newest_version(void)
{
    int newest = 0;
    char bin[512];
    DIR *d = opendir(programs_dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        int version = atoi(e->d_name);
        snprintf(bin, sizeof bin, "%s/%s/bin", programs_dir, e->d_name);
        if (version > newest && has_programs(bin))
            newest = version;
    }
    if (d)
        closedir(d);
    return newest;
}

bool postgres_find(struct postgres *pg, const struct state *s, const struct config *c, struct fault *f)
{
    *pg = (struct postgres){.state = s, .config = c};
    snprintf(pg->data, sizeof pg->data, "%.*s/pg", PATH_MAX - 4, s->dir);
    if (*c->postgres_bin) {
        snprintf(pg->bin, sizeof pg->bin, "%.*s", PATH_MAX - 1, c->postgres_bin);
        return has_programs(pg->bin) ||
               fault_set(f, EXIT_CONFIGURATION,
                         CLI_TR("Назовите папку, где лежат initdb и postgres", "Name the folder that holds initdb and postgres"),
                         CLI_TR("postgres_bin: в %s нет программ PostgreSQL", "postgres_bin: %s holds no programs of PostgreSQL"), pg->bin);
    }
    int version = cluster_version(pg), newest = newest_version();
    snprintf(pg->bin, sizeof pg->bin, "%s/%d/bin", programs_dir, version ? version : newest);
    if (newest == 0)
        return fault_set(f, EXIT_AWAY,
                         CLI_TR("Установите его: apt-get install postgresql, или задайте ключ database или postgres_bin",
                                "Install it: apt-get install postgresql, or set the key database or postgres_bin"),
                         CLI_TR("PostgreSQL не установлен (нет %s)", "PostgreSQL is not installed (no %s)"), programs_dir);
    return has_programs(pg->bin) ||
           fault_set(f, EXIT_AWAY,
                     CLI_TR("Установите эту версию или обновите кластер (pg_upgrade)",
                            "Install that version or upgrade the cluster (pg_upgrade)"),
                     CLI_TR("%s создан PostgreSQL %d, а его программ нет", "%s was made by PostgreSQL %d, whose programs are missing"),
                     pg->data, version);
}

/* ---- making the cluster ---- */

bool postgres_is_made(const struct postgres *pg) { return cluster_version(pg) != 0; }

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *place)
{
    (void)st, (void)kind, (void)place;
    return remove(path);
}

static bool sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

/* Text is ordered by bytes (fast, never changes with the C library), letters are known as Unicode has them; where people see an order the
 * queries name an ICU collation. */
static bool run_initdb(const struct postgres *pg, char *data)
{
    char initdb[FILE_BYTES];
    snprintf(initdb, sizeof initdb, "%s/initdb", pg->bin);
    char *argv[] = {initdb,
                    "-D",
                    data,
                    "-U",
                    "gorod",
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                    "--lc-collate=C",
                    "--lc-messages=C",
                    "--data-checksums",
                    "--auth-local=peer",
                    "--auth-host=reject",
                    "--no-instructions",
                    NULL};
    return process_run(argv, NULL);
}

static bool make_database(const struct postgres *pg, char *data)
{
    char postgres[FILE_BYTES];
    snprintf(postgres, sizeof postgres, "%s/postgres", pg->bin);
    char *argv[] = {postgres, "--single", "-D", data, "-c", "exit_on_error=on", "-c", "log_checkpoints=off", "template1", NULL};
    return process_run(argv, "CREATE DATABASE gorod\n");
}

bool postgres_make(const struct postgres *pg)
{
    char fresh[FILE_BYTES];
    snprintf(fresh, sizeof fresh, "%s.new", pg->data);
    nftw(fresh, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    if (!run_initdb(pg, fresh) || !make_database(pg, fresh) || rename(fresh, pg->data) != 0) {
        log_error("the PostgreSQL cluster could not be made in %s", pg->data);
        return false;
    }
    return sync_folder(pg->state->dir);
}

/* ---- settings ---- */

static long long read_number(const char *file)
{
    long long value = 0;
    FILE *f = fopen(file, "re");
    if (f && fscanf(f, "%lld", &value) != 1) /* "max": no limit */
        value = 0;
    if (f)
        fclose(f);
    return value;
}

/* Memory of the machine, or of the container when that is less. */
static long long memory_mib(void)
{
    long long machine = (long long)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE), limit = read_number("/sys/fs/cgroup/memory.max");
    long long bytes = limit > 0 && limit < machine ? limit : machine;
    return bytes / (1024 * 1024);
}

static long long between(long long value, long long low, long long high) { return value < low ? low : value > high ? high : value; }

/* The administrator's own settings, read last; named only when they exist, or PostgreSQL complains at each start. */
static void write_include(FILE *out, const struct postgres *pg)
{
    char file[FILE_BYTES];
    snprintf(file, sizeof file, "%s/postgresql.conf", pg->state->dir);
    if (access(file, R_OK) != 0)
        return;
    fputs("include '", out);
    for (const char *p = file; *p; p++)
        fputs(*p == '\'' ? "\'\'" : (char[]){*p, '\0'}, out);
    fputs("'\n", out);
}

static void write_settings(FILE *out, const struct postgres *pg)
{
    long long memory = memory_mib(), connections = pg->config->workers + pg->config->hash_workers + 2 * pg->config->max_file_channels + 40;
    fputs("# Written by gorod-server at each start. Your own settings go into postgresql.conf of the state folder, read last.\n", out);
    fprintf(out, "max_connections = %lld\n", between(connections, 100, 2500));
    fprintf(out, "shared_buffers = %lldMB\n", between(memory / 8, 32, 2048));
    fprintf(out, "effective_cache_size = %lldMB\n", between(memory / 2, 64, 1024 * 1024));
    fprintf(out, "work_mem = %lldMB\n", between(memory / 256, 4, 32));
    fprintf(out, "maintenance_work_mem = %lldMB\n", between(memory / 32, 32, 512));
    fprintf(out, "timezone = '%s'\n", pg->config->zone);
    fputs("lc_messages = 'C'\ndefault_text_search_config = 'pg_catalog.russian'\n"
          "fsync = on\nfull_page_writes = on\nsynchronous_commit = on\nwal_compression = on\n"
          "random_page_cost = 1.1\n" /* an SSD, or pages that are in memory anyway */
          "jit = off\n"              /* short queries: compiling would cost more than it gives */
          "logging_collector = off\nlog_destination = 'stderr'\nlog_timezone = 'UTC'\nlog_line_prefix = '%m postgres[%p] "
          "'\nlog_checkpoints = off\n"
          /* A row quoted in an error would put people's data into the log. */
          "log_error_verbosity = terse\nlog_min_error_statement = panic\nlog_statement = 'none'\n",
          out);
    write_include(out, pg);
}

/* Whoever the kernel says is the server's user or root is the role gorod; nobody else comes in, and nobody over the network. */
static void write_hba(FILE *out, const struct postgres *pg)
{
    (void)pg;
    fputs("# Written by gorod-server at each start.\nlocal all all peer map=gorod\nlocal replication all peer map=gorod\n", out);
}

static void write_ident(FILE *out, const struct postgres *pg)
{
    struct account own;
    struct fault f;
    (void)pg;
    fputs("# Written by gorod-server at each start.\ngorod root gorod\n", out);
    if (account_choose("", &own, &f))
        fprintf(out, "gorod \"%s\" gorod\n", own.name);
}

static bool write_file(const struct postgres *pg, const char *name, void (*write_it)(FILE *out, const struct postgres *pg))
{
    char fresh[FILE_BYTES], file[FILE_BYTES];
    snprintf(file, sizeof file, "%s/%s", pg->data, name);
    snprintf(fresh, sizeof fresh, "%s/%s.new", pg->data, name);
    FILE *out = fopen(fresh, "we");
    if (out)
        write_it(out, pg);
    bool ok = out && fflush(out) == 0 && fsync(fileno(out)) == 0;
    if (out && fclose(out) != 0)
        ok = false;
    if (ok && rename(fresh, file) == 0)
        return true;
    log_error("%s: cannot be written: %s", file, strerror(errno));
    return false;
}

bool postgres_configure(const struct postgres *pg)
{
    return write_file(pg, "gorod.conf", write_settings) && write_file(pg, "pg_hba.conf", write_hba) &&
           write_file(pg, "pg_ident.conf", write_ident);
}

void postgres_exec(const struct postgres *pg)
{
    char postgres[FILE_BYTES], file[FILE_BYTES], dir[FILE_BYTES];
    snprintf(postgres, sizeof postgres, "%s/postgres", pg->bin);
    snprintf(file, sizeof file, "config_file=%s/gorod.conf", pg->data);
    snprintf(dir, sizeof dir, "unix_socket_directories=\"%s\"", pg->state->pg_run);
    char *argv[] = {postgres,
                    "-D",
                    (char *)pg->data,
                    "-c",
                    file,
                    "-c",
                    dir,
                    "-c",
                    "listen_addresses=",
                    "-c",
                    "port=5432",
                    "-c",
                    "unix_socket_permissions=0700",
                    NULL};
    execv(postgres, argv);
    log_error("%s: %s", postgres, strerror(errno));
}

/* ---- a running one ---- */

/* A process whose current folder is the cluster: only PostgreSQL's own have that. */
static pid_t process_in(const char *data)
{
    char real[PATH_MAX];
    if (!realpath(data, real))
        return 0;
    pid_t found = 0;
    DIR *proc = opendir("/proc");
    for (struct dirent *e; proc && !found && (e = readdir(proc));) {
        char link[300], cwd[PATH_MAX];
        if (!isdigit((unsigned char)*e->d_name))
            continue;
        snprintf(link, sizeof link, "/proc/%s/cwd", e->d_name);
        ssize_t n = readlink(link, cwd, sizeof cwd - 1);
        if (n > 0) {
            cwd[n] = '\0';
            found = strcmp(cwd, real) == 0 ? (pid_t)atoi(e->d_name) : 0;
        }
    }
    if (proc)
        closedir(proc);
    return found;
}

static void pid_file(const struct postgres *pg, char *out, size_t size) { snprintf(out, size, "%s/postmaster.pid", pg->data); }

pid_t postgres_leftover(const struct postgres *pg)
{
    char file[FILE_BYTES], socket_lock[FILE_BYTES];
    pid_file(pg, file, sizeof file);
    pid_t master = (pid_t)read_number(file), left = process_in(pg->data);
    if (left) {
        if (master > 1 && left == master)
            kill(master, SIGINT);
        return left;
    }
    /* PostgreSQL trusts the number in the file; after a restart of the machine or container it may be anybody's. The folder's lock is ours
     * and nobody works in it, so the file is stale. (A number that nobody has is PostgreSQL's own to judge.) */
    if (master > 1 && (kill(master, 0) == 0 || errno == EPERM)) {
        snprintf(socket_lock, sizeof socket_lock, "%s/.s.PGSQL.5432.lock", pg->state->pg_run);
        unlink(file);
        unlink(socket_lock);
        log_info("removed the stale %s: process %d is not PostgreSQL", file, (int)master);
    }
    return 0;
}

bool postgres_is_ready(const struct postgres *pg, pid_t pid)
{
    char file[FILE_BYTES], line[PATH_MAX] = "";
    pid_file(pg, file, sizeof file);
    if (pid <= 0 || read_number(file) != pid)
        return false;
    FILE *f = fopen(file, "re");
    int lines = 0;
    while (f && lines < 8 && fgets(line, sizeof line, f))
        lines++;
    if (f)
        fclose(f);
    return lines == 8 && strncmp(line, "ready", 5) == 0; /* LOCK_FILE_LINE_PM_STATUS of PostgreSQL's miscadmin.h */
}

void postgres_conninfo(const char *socket_dir, char *out, size_t size)
{
    struct buf text;
    buf_init(&text, size - 1);
    buf_puts(&text, "host='");
    for (const char *p = socket_dir; *p; p++) {
        if (*p == '\'' || *p == '\\')
            buf_putc(&text, '\\');
        buf_putc(&text, *p);
    }
    buf_puts(&text, "' port=5432 user=gorod dbname=gorod");
    snprintf(out, size, "%s", text.data);
    buf_free(&text);
}
