#include "server/gate/sandbox.h"
#include "common/log.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#define UNDER_ASAN true
#else
#define UNDER_ASAN false
#endif

/* The kernel headers of Debian 12 end at Landlock's second version; the numbers are fixed for ever. */
enum {
    FS_REFER = 1 << 13,     /* 2 */
    FS_TRUNCATE = 1 << 14,  /* 3 */
    FS_IOCTL_DEV = 1 << 15, /* 5 */
    NET_TCP = 3,            /* 4: bind and connect */
    SCOPES = 3,             /* 6: abstract Unix sockets and signals */
    FS_ALL_V1 = (1 << 13) - 1,
    FS_READ = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE,
    FS_DEVICE = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_DIR | FS_IOCTL_DEV,
    FS_FILE_ONLY = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE | FS_TRUNCATE | FS_IOCTL_DEV,
};

struct ruleset_attr {
    uint64_t fs, net, scoped;
};

struct sandbox {
    int ruleset_fd;
    scmp_filter_ctx filter;
};

static const struct {
    const char *path;
    uint64_t access;
} open_paths[] = {
    {"/usr", FS_READ},
    {"/lib", FS_READ},
    {"/lib64", FS_READ},
    {"/bin", FS_READ},
    {"/etc/terminfo", FS_READ},
    {"/etc/ld.so.cache", FS_READ},
    {"/etc/ld.so.preload", FS_READ},
    {"/etc/localtime", FS_READ},
    {"/dev/ptmx", FS_DEVICE},
    {"/dev/pts", FS_DEVICE},
    {"/dev/null", FS_DEVICE},
    {"/dev/tty", FS_DEVICE},
    {"/dev/urandom", FS_READ},
};

/* Ways to the network, into other processes, and into the kernel. socketpair() stays: it reaches nobody. */
static const int denied_calls[] = {
    SCMP_SYS(socket),
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(kcmp),
    SCMP_SYS(process_madvise),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount),
    SCMP_SYS(fspick),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(acct),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(syslog),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(adjtimex),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    SCMP_SYS(quotactl),
    SCMP_SYS(ioperm),
    SCMP_SYS(iopl),
    SCMP_SYS(personality),
    SCMP_SYS(vhangup),
};

static int landlock_abi(void) { return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION); }

static uint64_t handled_access(int abi)
{
    return FS_ALL_V1 | (abi >= 2 ? FS_REFER : 0) | (abi >= 3 ? FS_TRUNCATE : 0) | (abi >= 5 ? FS_IOCTL_DEV : 0);
}

static void allow(int ruleset_fd, int fd, uint64_t access, const char *what)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = fd};
    int rc = (int)syscall(SYS_landlock_add_rule, ruleset_fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    if (rc != 0 && errno == EINVAL) {
        rule.allowed_access &= FS_FILE_ONLY; /* rights of folders do not fit a plain file */
        rc = (int)syscall(SYS_landlock_add_rule, ruleset_fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    if (rc != 0)
        log_warn("sandbox: landlock rule for %s: %s", what, strerror(errno));
}

static void allow_path(int ruleset_fd, const char *path, uint64_t access)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return; /* what does not exist needs no rule */
    allow(ruleset_fd, fd, access, path);
    close(fd);
}

static void allow_program(int ruleset_fd, const char *path, int fd, uint64_t handled)
{
    if (fd >= 0)
        allow(ruleset_fd, fd, FS_READ & handled, path);
    char *folder = strdup(path);
    char *slash = folder ? strrchr(folder, '/') : NULL;
    if (slash && slash != folder) {
        *slash = '\0';
        allow_path(ruleset_fd, folder, FS_READ & handled);
    }
    free(folder);
}

static int landlock_prepare(const char *tui_path, int tui_fd)
{
    int abi = landlock_abi();
    if (abi < 1) {
        log_warn("sandbox: this kernel has no Landlock: files are protected by their modes alone");
        return -1;
    }
    struct ruleset_attr attr = {.fs = handled_access(abi), .net = abi >= 4 ? NET_TCP : 0, .scoped = abi >= 6 ? SCOPES : 0};
    size_t size = abi >= 6 ? sizeof attr : abi >= 4 ? 2 * sizeof attr.fs : sizeof attr.fs;
    int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
    if (fd < 0) {
        log_warn("sandbox: Landlock: %s: files are protected by their modes alone", strerror(errno));
        return -1;
    }
    for (size_t i = 0; i < sizeof open_paths / sizeof *open_paths; i++)
        allow_path(fd, open_paths[i].path, open_paths[i].access & attr.fs);
    allow_program(fd, tui_path, tui_fd, attr.fs);
    if (UNDER_ASAN)
        allow_path(fd, "/proc", FS_READ & attr.fs);
    return fd;
}

static bool deny(scmp_filter_ctx filter, int call)
{
    int rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0);
    return rc == 0 || rc == -EDOM; /* EDOM: this machine has no such call */
}

static scmp_filter_ctx seccomp_prepare(void)
{
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) {
        log_warn("sandbox: this kernel has no seccomp: system calls are not restricted");
        return NULL;
    }
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool ok = filter != NULL;
    for (size_t i = 0; ok && i < sizeof denied_calls / sizeof *denied_calls; i++)
        ok = deny(filter, denied_calls[i]);
    if (ok && !UNDER_ASAN)
        ok = deny(filter, SCMP_SYS(ptrace));
    /* New user namespaces would give back capabilities to attack the kernel with. clone3 hides its flags in memory: glibc falls back. */
    ok =
        ok && seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER)) == 0;
    if (ok)
        return filter;
    log_warn("sandbox: seccomp rules could not be made: system calls are not restricted");
    if (filter)
        seccomp_release(filter);
    return NULL;
}

struct sandbox *sandbox_new(const char *tui_path, int tui_fd)
{
    struct sandbox *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->ruleset_fd = landlock_prepare(tui_path, tui_fd);
    s->filter = seccomp_prepare();
    return s;
}

void sandbox_free(struct sandbox **s)
{
    if (!*s)
        return;
    if ((*s)->ruleset_fd >= 0)
        close((*s)->ruleset_fd);
    if ((*s)->filter)
        seccomp_release((*s)->filter);
    free(*s);
    *s = NULL;
}

int sandbox_fd(const struct sandbox *s) { return s->ruleset_fd; }

bool sandbox_enter(struct sandbox *s)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return false;
    if (s->ruleset_fd >= 0) {
        if (syscall(SYS_landlock_restrict_self, s->ruleset_fd, 0) != 0)
            return false;
        close(s->ruleset_fd);
        s->ruleset_fd = -1;
    }
    if (s->filter) {
        int rc = seccomp_load(s->filter);
        errno = -rc;
        return rc == 0;
    }
    return true;
}

void sandbox_protect_memory(void)
{
    const struct rlimit none = {0};
    setrlimit(RLIMIT_CORE, &none);
    /* The leak checker stops and reads its own process through ptrace, which a protected one forbids. */
    if (!UNDER_ASAN)
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
