/* The command line's double for testing the gate alone: verbs that show what a command finds around it. */
#include "server/cli/cli.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

int cli_split(const char *line, char *buffer, char *words[], int max_words)
{
    int count = 0;
    strcpy(buffer, line);
    char *rest = buffer;
    for (char *word; (word = strsep(&rest, " ")) != NULL;) {
        if (strchr(word, '"'))
            return -1;
        if (*word && count < max_words)
            words[count++] = word;
    }
    return count;
}

static int verb_echo(int argc, char *const argv[])
{
    for (int i = 1; i < argc; i++)
        printf("%s%s", i > 1 ? " " : "", argv[i]);
    printf("\n");
    return 0;
}

static int verb_cat(void)
{
    char bytes[16384];
    for (ssize_t n; (n = read(STDIN_FILENO, bytes, sizeof bytes)) > 0;)
        fwrite(bytes, 1, (size_t)n, stdout);
    return 0;
}

static int verb_session(const char *word, int fd)
{
    char line[256];
    dprintf(fd, "%s\n", word);
    ssize_t n = read(fd, line, sizeof line);
    if (n > 0)
        fwrite(line, 1, (size_t)n, stdout);
    return n > 0 ? 0 : 75;
}

/* Closes its ears and stays. */
static int verb_deaf(int fd)
{
    char byte;
    close(STDIN_FILENO);
    printf("deaf\n");
    fflush(stdout);
    return read(fd, &byte, 1) > 0;
}

static int verb_flood(void)
{
    char bytes[16384];
    memset(bytes, 'x', sizeof bytes);
    while (fwrite(bytes, 1, sizeof bytes, stdout) == sizeof bytes)
        ;
    return 0;
}

static void tell(const char *what, long rc) { printf("%s=%s\n", what, rc < 0 ? strerrorname_np(errno) : "open"); }

/* Tries the doors of the sandbox: argv[1] is a file of the server, argv[2] the gate's process. */
static int verb_doors(char *const argv[])
{
    tell("socket", socket(AF_INET, SOCK_STREAM, 0));
    tell("unix", socket(AF_UNIX, SOCK_STREAM, 0));
    tell("file", open(argv[1], O_RDONLY));
    tell("create", open("/tmp/gate-was-here", O_CREAT | O_WRONLY, 0600));
    tell("ptrace", ptrace(PTRACE_ATTACH, atoi(argv[2]), 0, 0));
    tell("terminfo", open("/usr/share/terminfo", O_RDONLY));
    int pair[2];
    tell("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    int open_fds = 0;
    for (int fd = 4; fd < 1024; fd++)
        open_fds += fcntl(fd, F_GETFD) >= 0;
    printf("inherited=%d\n", open_fds - 3); /* file of terminfo and the pair are ours */
    return 0;
}

int cli_run(const char *program, int argc, char *const argv[], int session_fd)
{
    const char *verb = argc > 0 ? argv[0] : "";
    if (strcmp(verb, "echo") == 0)
        return verb_echo(argc, argv);
    if (strcmp(verb, "exit") == 0 && argc == 2)
        return atoi(argv[1]);
    if (strcmp(verb, "cat") == 0)
        return verb_cat();
    if (strcmp(verb, "session") == 0 && argc == 2)
        return verb_session(argv[1], session_fd);
    if (strcmp(verb, "deaf") == 0)
        return verb_deaf(session_fd);
    if (strcmp(verb, "flood") == 0)
        return verb_flood();
    if (strcmp(verb, "doors") == 0 && argc == 3)
        return verb_doors(argv);
    if (strcmp(verb, "crash") == 0)
        raise(SIGKILL);
    if (strcmp(verb, "tty") == 0) {
        printf("tty=%d term=%s\n", isatty(STDOUT_FILENO), getenv("TERM") ? getenv("TERM") : "");
        return 0;
    }
    fprintf(stderr, "%s: %s: no such operation\n", program, verb);
    return 64;
}
