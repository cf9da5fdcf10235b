#include "gate_core.h"
#include "server/gate/fdpass.h"
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct gate_counts *counts;
static const char *const *known_blobs;

struct gate_counts *gate_counts_new(void)
{
    void *memory = mmap(NULL, sizeof(struct gate_counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void gate_counts_free(struct gate_counts *c) { munmap(c, sizeof *c); }

static void *echo(void *arg)
{
    int fd = (int)(intptr_t)arg;
    char bytes[16384];
    for (ssize_t n; (n = read(fd, bytes, sizeof bytes)) > 0;) {
        if (memmem(bytes, (size_t)n, "draft", 5))
            counts->drafts++;
        for (ssize_t done = 0; done < n;) {
            ssize_t m = write(fd, bytes + done, (size_t)(n - done));
            if (m <= 0)
                goto out;
            done += m;
        }
    }
out:
    close(fd);
    return NULL;
}

static void spawn(void *(*run)(void *), int fd)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, (void *)(intptr_t)fd) == 0)
        pthread_detach(thread);
}

static const char *text(const json_t *params, const char *key)
{
    const char *s = json_string_value(json_object_get(params, key));
    return s ? s : "";
}

static bool is_known(const json_t *params)
{
    bool known = false;
    for (const char *const *blob = known_blobs; *blob; blob++)
        known = known || strcmp(*blob, text(params, "blob")) == 0;
    return known && strcmp(text(params, "login"), GATE_USER) == 0;
}

static json_t *user_or_null(bool let_in)
{
    if (!let_in)
        return NULL;
    return json_pack("{s:i, s:s, s:s, s:s, s:s}", "user", 7, "login", GATE_USER, "name", "Анна", "language", "ru", "ticket", GATE_TICKET);
}

static json_t *answer_to(const char *method, const json_t *params, int *fd)
{
    if (strcmp(method, "gate.key") == 0) {
        counts->probes++;
        return json_pack("{s:b}", "allowed", is_known(params));
    }
    if (strcmp(method, "gate.login") == 0) {
        bool by_key = strcmp(text(params, "method"), "publickey") == 0;
        bool let_in = by_key ? is_known(params)
                             : strcmp(text(params, "login"), GATE_USER) == 0 && strcmp(text(params, "password"), GATE_PASSWORD) == 0;
        atomic_fetch_add(let_in ? &counts->logins : &counts->refusals, 1);
        return user_or_null(let_in);
    }
    if (strcmp(method, "gate.resume") == 0) {
        counts->resumes++;
        return user_or_null(strcmp(text(params, "ticket"), GATE_TICKET) == 0);
    }
    if (strcmp(method, "gate.open") == 0 && *fd >= 0) {
        counts->opens++;
        poll(NULL, 0, counts->open_delay_ms);
        spawn(echo, *fd);
        *fd = -1;
        return json_object();
    }
    if (strcmp(method, "gate.hello") == 0) {
        bool good = strcmp(text(params, "secret"), GATE_SECRET) == 0;
        atomic_fetch_add(good ? &counts->hellos : &counts->strangers, 1);
        snprintf(counts->peer, sizeof counts->peer, "%s", text(params, "peer"));
        return good ? json_object() : NULL;
    }
    return NULL;
}

static void answer(int sock, const char *line, size_t len, int fd)
{
    json_t *request = json_loadb(line, len, 0, NULL);
    json_t *result = answer_to(text(request, "method"), json_object_get(request, "params"), &fd);
    json_t *id = json_object_get(request, "id");
    json_t *reply = result ? json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0", "id", id, "result", result)
                           : json_pack("{s:s, s:O, s:{s:i, s:s}}", "jsonrpc", "2.0", "id", id, "error", "code", 1002, "message", "нельзя");
    char *out = json_dumps(reply, JSON_COMPACT);
    if (out)
        dprintf(sock, "%s\n", out);
    free(out);
    json_decref(reply);
    json_decref(request);
    if (fd >= 0)
        close(fd);
}

/* One request a message is enough here: the gate waits for each answer. */
static void *serve(void *arg)
{
    int sock = (int)(intptr_t)arg;
    static const size_t size = 65536;
    char *line = malloc(size);
    for (;;) {
        struct pollfd wait = {.fd = sock, .events = POLLIN};
        int fd;
        if (poll(&wait, 1, -1) < 0)
            break;
        ssize_t n = fd_receive(sock, line, size, &fd);
        if (n <= 0)
            break;
        answer(sock, line, (size_t)n, fd);
    }
    free(line);
    close(sock);
    return NULL;
}

pid_t gate_core_start(const char *socket_path, struct gate_counts *shared, const char *const *blobs)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
    unlink(socket_path);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 64) != 0)
        return -1;
    pid_t pid = fork();
    if (pid != 0) {
        close(listener);
        return pid;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    counts = shared;
    known_blobs = blobs;
    for (;;) {
        int sock = accept(listener, NULL, NULL);
        if (sock >= 0)
            spawn(serve, sock);
    }
}
