/* A screen for testing the gate alone: says what it finds (size, environment), obeys the broker, echoes keys.
 * Keys: q leave with code 7, f write without end, x die of a signal. On SIGHUP and SIGTERM it saves a "draft" over its session. */
#include "server/gate/fdpass.h"
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

enum { BROKER = 3, WIRE = 5 };

static int session = -1, sessions, terminal;

static void say_size(const char *what)
{
    struct winsize size = {0};
    ioctl(terminal, TIOCGWINSZ, &size);
    printf("%s %dx%d\r\n", what, size.ws_col, size.ws_row);
    fflush(stdout);
}

static void say_environment(void)
{
    struct termios modes;
    tcgetattr(terminal, &modes);
    const char *no_color = getenv("NO_COLOR");
    printf("term=%s lang=%s language=%s no_color=%s utf8=%d home=%s\r\n", getenv("TERM"), getenv("LANG"), getenv("LANGUAGE"),
           no_color ? no_color : "-", (modes.c_iflag & IUTF8) != 0, getenv("HOME") ? "set" : "-");
    cfmakeraw(&modes);
    tcsetattr(terminal, TCSANOW, &modes);
}

static void hear_broker(void)
{
    char word;
    int fd;
    ssize_t n = fd_receive(BROKER, &word, 1, &fd);
    if (n == 0)
        exit(3);
    if (n == 1 && word == '+' && fd >= 0) {
        session = fd;
        dprintf(session, "hello %d\n", ++sessions);
    }
}

static void hear_session(void)
{
    char line[256];
    ssize_t n = read(session, line, sizeof line);
    if (n > 0) {
        printf("session: %.*s\r", (int)n, line);
    } else {
        printf("away\r\n");
        close(session);
        session = -1;
        send(BROKER, "?", 1, MSG_NOSIGNAL);
    }
    fflush(stdout);
}

static void hear_key(void)
{
    char keys[64];
    ssize_t n = read(STDIN_FILENO, keys, sizeof keys);
    if (n <= 0)
        exit(4);
    if (memchr(keys, 'q', (size_t)n))
        exit(7);
    if (memchr(keys, 'x', (size_t)n))
        raise(SIGKILL);
    while (memchr(keys, 'f', (size_t)n))
        printf("flood flood flood flood flood flood flood\r\n");
    printf("key: %.*s\r\n", (int)n, keys);
    fflush(stdout);
}

static void hear_signal(int fd)
{
    struct signalfd_siginfo info;
    if (read(fd, &info, sizeof info) != sizeof info)
        return;
    if (info.ssi_signo == SIGWINCH) {
        say_size("resized");
        return;
    }
    char echo[64];
    dprintf(session, "draft saved\n");
    if (session >= 0 && read(session, echo, sizeof echo) <= 0)
        exit(5);
    exit(0);
}

int main(int argc, char *argv[])
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGWINCH);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int signals = signalfd(-1, &set, 0);
    terminal = dup(STDOUT_FILENO);
    dup2(WIRE, STDIN_FILENO);
    dup2(WIRE, STDOUT_FILENO);
    close(WIRE);
    for (int i = 0; i < argc; i++)
        printf("%s%s", i ? "," : "argv=", argv[i]);
    printf("\r\n");
    say_environment();
    say_size("size");
    for (;;) {
        struct pollfd wait[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                                {.fd = BROKER, .events = POLLIN},
                                {.fd = signals, .events = POLLIN},
                                {.fd = session, .events = POLLIN}};
        if (poll(wait, 4, -1) < 0)
            return 6;
        if (wait[2].revents)
            hear_signal(signals);
        if (wait[3].revents)
            hear_session();
        if (wait[1].revents)
            hear_broker();
        if (wait[0].revents)
            hear_key();
    }
}
