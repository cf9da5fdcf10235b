#include "tests/harness/check.h"
#include "tests/harness/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SSH_RUN_MS = 60000, KEYGEN_MS = 20000 };

int ssh_argv(const struct server *s, const char *login, int slot, const char *argv[SSH_ARGV_MAX])
{
    static struct {
        char key[SERVER_PATH_BYTES + 112], port[16], target[128];
    } slots[16];
    snprintf(slots[slot].key, sizeof slots[slot].key, "%s/%s", s->keys, login);
    snprintf(slots[slot].port, sizeof slots[slot].port, "%d", s->port);
    snprintf(slots[slot].target, sizeof slots[slot].target, "%s@127.0.0.1", login);
    const char *const words[] = {"ssh", "-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o",
                                 "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=20",
                                 /* the default exchange burns CPU in the client, whatever the server is */
                                 "-o", "KexAlgorithms=curve25519-sha256", "-i", slots[slot].key, "-p", slots[slot].port,
                                 slots[slot].target};
    int count = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        argv[count++] = words[i];
    argv[count] = NULL;
    return count;
}

void ssh_run(const struct server *s, const char *login, struct outcome *o, const char *input, ...)
{
    const char *argv[SSH_ARGV_MAX];
    int argc = ssh_argv(s, login, 0, argv);
    va_list words;
    va_start(words, input);
    for (const char *word; argc < SSH_ARGV_MAX - 1 && (word = va_arg(words, const char *));)
        argv[argc++] = word;
    va_end(words);
    argv[argc] = NULL;
    run_program((char *const *)argv, input, SSH_RUN_MS, o);
}

char *ssh_make_key(const struct server *s, const char *login)
{
    char path[SERVER_PATH_BYTES + 112], public[SERVER_PATH_BYTES + 116];
    struct outcome o;
    snprintf(path, sizeof path, "%s/%s", s->keys, login);
    snprintf(public, sizeof public, "%s.pub", path);
    char *const argv[] = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", (char *)login, "-f", path, NULL};
    run_program(argv, NULL, KEYGEN_MS, &o);
    CHECK(o.exit_code == 0, "ssh-keygen: %d %s", o.exit_code, o.err);
    outcome_free(&o);
    char *line = read_whole(public);
    assert_non_null(line);
    line[strcspn(line, "\n")] = '\0';
    return line;
}
