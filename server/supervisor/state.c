#include "server/supervisor/state.h"
#include "common/log.h"
#include "common/proto.h"
#include "server/cli/internal.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* The longest name below the folder is pg-run/.s.PGSQL.5432, PostgreSQL's own. */
enum { SOCKET_MAX_BYTES = sizeof((struct sockaddr_un *)NULL)->sun_path - 1, LONGEST_NAME_BYTES = sizeof "/pg-run/.s.PGSQL.5432" - 1 };

const char *state_choose(const char *option)
{
    const char *env = getenv("GOROD_STATE");
    if (option && *option)
        return option;
    return env && *env ? env : "var";
}

/* ---- making it ---- */

static bool make_parents(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool failed = mkdir(path, 0755) != 0 && errno != EEXIST;
        *slash = '/';
        if (failed)
            return false;
    }
    return true;
}

/* May root give this folder away? Ours (it has the lock) and new ones yes; a folder with strange things in it is a mistyped path. */
static bool is_ours(const char *dir, char *strange, size_t size)
{
    static const char *const known[] = {".", "..", "log", "ready", "keys", "known_hosts", "postgresql.conf", "gorod.yaml"};
    char lock[PATH_MAX + 8];
    snprintf(lock, sizeof lock, "%s/lock", dir);
    if (access(lock, F_OK) == 0)
        return true;
    DIR *d = opendir(dir);
    bool ours = d != NULL;
    for (struct dirent *e; ours && (e = readdir(d));) {
        ours = false;
        for (size_t i = 0; i < sizeof known / sizeof *known && !ours; i++)
            ours = strcmp(known[i], e->d_name) == 0;
        snprintf(strange, size, "%.60s", e->d_name);
    }
    if (d)
        closedir(d);
    return ours;
}

static bool give_to(const struct state *s, const struct account *owner, struct fault *f)
{
    struct stat st;
    char strange[64] = "";
    if (geteuid() != 0 || stat(s->dir, &st) != 0 || st.st_uid == owner->uid)
        return true;
    if (st.st_uid != 0)
        return fault_set(f, EXIT_NO_PERMISSION,
                         CLI_TR("Запустите сервер от владельца, передайте папку (chown -R) или возьмите другую: --state",
                                "Start the server as the owner, hand the folder over (chown -R), or take another: --state"),
                         CLI_TR("%s принадлежит другому пользователю (uid %d), а сервер работает от %s",
                                "%s belongs to another user (uid %d), and the server runs as %s"),
                         s->dir, (int)st.st_uid, owner->name);
    if (!is_ours(s->dir, strange, sizeof strange))
        return fault_set(f, EXIT_NO_PERMISSION,
                         CLI_TR("Назовите пустую или новую папку: --state", "Name an empty or a new folder: --state"),
                         CLI_TR("%s - не папка gorod: в ней есть %s", "%s is not a folder of gorod: it holds %s"), s->dir, strange);
    if (chown(s->dir, owner->uid, owner->gid) != 0 || chmod(s->dir, 0700) != 0)
        return fault_set(f, EXIT_NO_PERMISSION, "", "%s: chown: %s", s->dir, strerror(errno));
    return true;
}

bool state_make(const char *path, const struct account *owner, struct state *s, struct fault *f)
{
    char copy[PATH_MAX];
    *s = (struct state){.lock_fd = -1};
    const char *hint = CLI_TR("Назовите другую папку: --state", "Name another folder: --state");
    if (strlen(path) + 1 > sizeof copy)
        return fault_set(f, EXIT_NO_INPUT, hint, "%.200s...: %s", path, strerror(ENAMETOOLONG));
    memcpy(copy, path, strlen(path) + 1);
    bool made = make_parents(copy) && (mkdir(path, 0700) == 0 || errno == EEXIST);
    if (!made || !realpath(path, s->dir))
        return fault_set(f, EXIT_NO_PERMISSION, hint, CLI_TR("%s: папка не создаётся: %s", "%s: cannot be made: %s"), path,
                         strerror(errno));
    struct stat st;
    if (stat(s->dir, &st) != 0 || !S_ISDIR(st.st_mode))
        return fault_set(f, EXIT_NO_PERMISSION, hint, CLI_TR("%s - не папка", "%s is not a folder"), s->dir);
    return give_to(s, owner, f);
}

/* ---- working in it ---- */

/* The first folder on the way that lets us not through. */
static void find_closed_parent(const char *dir, char *out, size_t size)
{
    snprintf(out, size, "%s", dir);
    for (char *slash = strchr(out + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (access(out, X_OK) != 0)
            return;
        *slash = '/';
    }
}

static bool check_reachable(const struct state *s, const struct account *owner, struct fault *f)
{
    char closed[PATH_MAX];
    if (access(s->dir, R_OK | W_OK | X_OK) == 0)
        return true;
    int saved = errno;
    find_closed_parent(s->dir, closed, sizeof closed);
    if (strcmp(closed, s->dir) == 0)
        return fault_set(f, EXIT_NO_PERMISSION, CLI_TR("Назовите другую папку: --state", "Name another folder: --state"),
                         CLI_TR("%s: пользователь %s не может здесь писать: %s", "%s: the user %s cannot write here: %s"), s->dir,
                         owner->name, strerror(saved));
    return fault_set(f, EXIT_NO_PERMISSION,
                     CLI_TR("Возьмите папку, доступную этому пользователю, например --state /var/lib/gorod, или откройте проход: chmod o+x",
                            "Take a folder that this user can reach, such as --state /var/lib/gorod, or open the way: chmod o+x"),
                     CLI_TR("%s: пользователь %s не может пройти через %s", "%s: the user %s cannot pass through %s"), s->dir, owner->name,
                     closed);
}

static bool take_lock(struct state *s, struct fault *f)
{
    char path[PATH_MAX + 8], pid[32] = "";
    snprintf(path, sizeof path, "%s/lock", s->dir);
    s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (s->lock_fd < 0)
        return fault_set(f, EXIT_NO_PERMISSION, "", "%s: %s", path, strerror(errno));
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        if (pread(s->lock_fd, pid, sizeof pid - 1, 0) < 0)
            pid[0] = '\0';
        pid[strspn(pid, "0123456789")] = '\0';
        return fault_set(
            f, EXIT_TRY_AGAIN,
            CLI_TR("Остановите его (SIGTERM) или назовите другую папку: --state", "Stop it (SIGTERM) or name another folder: --state"),
            CLI_TR("%s: здесь уже работает сервер, процесс %s", "%s: a server runs here already, process %s"), s->dir, *pid ? pid : "?");
    }
    int n = snprintf(pid, sizeof pid, "%d\n", (int)getpid());
    if (ftruncate(s->lock_fd, 0) != 0 || pwrite(s->lock_fd, pid, (size_t)n, 0) != n)
        return fault_set(f, EXIT_AWAY, CLI_TR("Освободите место на диске", "Make room on the disk"), "%s: %s", path, strerror(errno));
    return true;
}

/* ---- folders of the sockets ---- */

/* Is this a folder of ours alone? In /tmp somebody else may have made it first. */
static bool is_private(const char *dir)
{
    struct stat st;
    return lstat(dir, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 077) == 0;
}

static bool short_folder(const struct state *s, char *out, size_t size, struct fault *f)
{
    unsigned char digest[crypto_generichash_BYTES_MIN];
    char hex[sizeof digest * 2 + 1];
    crypto_generichash(digest, sizeof digest, (const unsigned char *)s->dir, strlen(s->dir), NULL, 0);
    sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    bool usable = runtime && *runtime == '/' && strlen(runtime) < 40 && !strpbrk(runtime, ",\"") && is_private(runtime);
    snprintf(out, size, "%s/gorod-%.16s", usable ? runtime : "/tmp", hex);
    if ((mkdir(out, 0700) != 0 && errno != EEXIST) || !is_private(out))
        return fault_set(
            f, EXIT_NO_PERMISSION,
            CLI_TR("Уберите её или назовите папку с коротким путём: --state", "Remove it or name a folder with a short path: --state"),
            CLI_TR("%s: папка для сокетов занята или не создаётся", "%s: the folder for sockets is taken or cannot be made"), out);
    return true;
}

/* Empties and removes what stood at the name before, be it a folder of sockets or a link. */
static void clear_name(const char *path)
{
    DIR *d = unlink(path) == 0 ? NULL : opendir(path);
    for (struct dirent *e; d && (e = readdir(d));)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
    rmdir(path);
}

static bool socket_folder(const struct state *s, const char *name, const char *short_dir, char *out, struct fault *f)
{
    char path[PATH_MAX + 16], target[PATH_MAX + 16];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", s->dir, name);
    snprintf(target, sizeof target, "%s%s%s", *short_dir ? short_dir : s->dir, "/", name);
    if (mkdir(target, 0700) != 0 && errno == EEXIST && lstat(target, &st) == 0 && !S_ISDIR(st.st_mode)) {
        clear_name(target);
        mkdir(target, 0700);
    }
    if (*short_dir) {
        clear_name(path);
        if (symlink(target, path) != 0)
            return fault_set(f, EXIT_NO_PERMISSION, "", "%s: %s", path, strerror(errno));
    }
    if (!is_private(target))
        return fault_set(f, EXIT_NO_PERMISSION,
                         CLI_TR("Нужны владелец сервера и права 0700", "It must be the server's own, with mode 0700"), "%s: %s", target,
                         strerror(EPERM));
    snprintf(out, STATE_SOCKET_DIR_BYTES, "%.*s", STATE_SOCKET_DIR_BYTES - 1, target);
    return true;
}

/* Who may write here could put a host key of their own in place of ours. */
static void shut_out_writers(const struct state *s)
{
    struct stat st;
    if (stat(s->dir, &st) != 0 || (st.st_mode & 022) == 0)
        return;
    if (chmod(s->dir, st.st_mode & 07755) == 0)
        log_warn("%s was open for others to write: closed", s->dir);
    else
        log_warn("%s is open for others to write: %s", s->dir, strerror(errno));
}

bool state_open(struct state *s, const struct account *owner, struct fault *f)
{
    char short_dir[128] = "";
    if (!check_reachable(s, owner, f) || !take_lock(s, f))
        return false;
    shut_out_writers(s);
    /* libpq takes a comma in `host` for a list, PostgreSQL a quote in its folder for syntax. */
    if (strlen(s->dir) + LONGEST_NAME_BYTES > SOCKET_MAX_BYTES || strpbrk(s->dir, ",\"")) {
        if (!short_folder(s, short_dir, sizeof short_dir, f))
            return false;
        log_info("the path of the state folder is too long for sockets, they stand in %s", short_dir);
    }
    return socket_folder(s, "run", short_dir, s->run, f) && socket_folder(s, "pg-run", short_dir, s->pg_run, f);
}

bool state_is_ours(const struct state *s)
{
    char path[PATH_MAX + 8];
    struct stat held, named;
    snprintf(path, sizeof path, "%s/lock", s->dir);
    return fstat(s->lock_fd, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

/* ---- finding the server of a folder ---- */

bool state_socket(const char *dir, const char *name, char *out, unsigned long size)
{
    char path[PATH_MAX + 64], real[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    if (strlen(path) <= SOCKET_MAX_BYTES)
        return (unsigned long)snprintf(out, size, "%s", path) < size;
    if (!realpath(path, real))
        return false;
    errno = ENAMETOOLONG;
    return strlen(real) <= SOCKET_MAX_BYTES && (unsigned long)snprintf(out, size, "%s", real) < size;
}

int state_connect(const char *dir, struct fault *f)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && state_socket(dir, PROTO_ADMIN_SOCKET, addr.sun_path, sizeof addr.sun_path) &&
        connect(fd, (struct sockaddr *)&addr, sizeof addr) == 0)
        return fd;
    int saved = errno;
    if (fd >= 0)
        close(fd);
    if (saved == EACCES || saved == EPERM)
        fault_set(f, EXIT_NO_PERMISSION,
                  CLI_TR("Повторите от root или от пользователя, под которым работает сервер",
                         "Try again as root or as the user that the server runs as"),
                  "%s/%s: %s", dir, PROTO_ADMIN_SOCKET, strerror(saved));
    else
        fault_set(f, EXIT_AWAY,
                  CLI_TR("Запустите его: gorod-server serve --state ПАПКА, или назовите папку работающего: --state ПАПКА",
                         "Start it: gorod-server serve --state DIR, or name the folder of a running one: --state DIR"),
                  CLI_TR("%s: сервер здесь не работает: %s", "%s: no server runs here: %s"), dir, strerror(saved));
    return -1;
}
