/* The helper reads texts that strangers wrote, with big libraries that parse fonts and shape scripts: what it may touch is little. */
#include "print/print.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

#ifdef __SANITIZE_THREAD__
/* Pango loads its fonts in a thread; these libraries guard that by atomics that the sanitizer does not see. */
const char *__tsan_default_suppressions(void); /* NOLINT(bugprone-reserved-identifier): the sanitizer's name */
const char *__tsan_default_suppressions(void) { return "race:libfontconfig.so\nrace:libglib-2.0.so\nrace:libpango"; }
#endif

#define FS_ALL ((1ULL << 13) - 1)
#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

static void bound(void)
{
    const struct rlimit memory = {1UL << 30, 1UL << 30}, seconds = {900, 900}, file = {2UL << 30, 2UL << 30}, none = {0, 0};
    if (!SANITIZED) /* its shadow is terabytes of addresses */
        setrlimit(RLIMIT_AS, &memory);
    setrlimit(RLIMIT_CPU, &seconds);
    setrlimit(RLIMIT_FSIZE, &file);
    setrlimit(RLIMIT_CORE, &none);
}

static void allow(int ruleset, const char *path, uint64_t access)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return;
    struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = fd};
    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(fd);
}

/* Kernels without Landlock leave the files to their modes; the account has none of the database's. */
static void shut_files(const char *scratch)
{
    static const char *const readable[] = {
        "/usr", "/lib", "/lib64", "/etc/fonts", "/etc/localtime", "/etc/ld.so.cache", "/var/cache/fontconfig"};
    struct landlock_ruleset_attr attr = {.handled_access_fs = FS_ALL};
    int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (fd < 0)
        return;
    for (size_t i = 0; i < sizeof readable / sizeof *readable; i++)
        allow(fd, readable[i], FS_READ);
    allow(fd, "/etc/ld.so.cache", LANDLOCK_ACCESS_FS_READ_FILE);
    if (SANITIZED)
        allow(fd, "/proc", FS_READ);
    if (scratch)
        allow(fd, scratch, FS_ALL & ~LANDLOCK_ACCESS_FS_EXECUTE);
    syscall(SYS_landlock_restrict_self, fd, 0);
    close(fd);
}

static void shut_calls(void)
{
    static const int denied[] = {SCMP_SYS(socket),
                                 SCMP_SYS(connect),
                                 SCMP_SYS(bind),
                                 SCMP_SYS(listen),
                                 SCMP_SYS(accept),
                                 SCMP_SYS(accept4),
                                 SCMP_SYS(execve),
                                 SCMP_SYS(execveat),
                                 SCMP_SYS(process_vm_readv),
                                 SCMP_SYS(process_vm_writev),
                                 SCMP_SYS(pidfd_getfd),
                                 SCMP_SYS(unshare),
                                 SCMP_SYS(setns),
                                 SCMP_SYS(mount),
                                 SCMP_SYS(bpf),
                                 SCMP_SYS(perf_event_open),
                                 SCMP_SYS(userfaultfd),
                                 SCMP_SYS(io_uring_setup),
                                 SCMP_SYS(keyctl),
                                 SCMP_SYS(add_key),
                                 SCMP_SYS(request_key),
                                 SCMP_SYS(fork),
                                 SCMP_SYS(vfork)};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    for (size_t i = 0; filter && i < sizeof denied / sizeof *denied; i++)
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), denied[i], 0);
    if (filter && !SANITIZED) /* the leak checker stops its own process */
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ptrace), 0);
    if (filter)
        seccomp_load(filter);
    seccomp_release(filter);
}

void cage_enter(const char *scratch)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    bound();
    shut_files(scratch);
    shut_calls();
}
