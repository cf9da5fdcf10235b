/* sshfs mounts the server as a folder of this machine. A program of its own: where /dev/fuse or sshfs is absent it is skipped as a whole.
 */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOUNT_MS = 120000 };

static struct server *server;
static struct town town;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
    given_assignment(&town, 0, TOWN_executor, "Засыпать яму");
}

static int shell(const char *script)
{
    struct outcome o;
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    fprintf(f,
            "set -e; mkdir -p '%s/m'; cd '%s'; trap 'cd /; fusermount3 -u -z \"%s/m\"' EXIT\n"
            "sshfs -o reconnect -F /dev/null -o "
            "port=%d,IdentityFile='%s/executor',IdentitiesOnly=yes,StrictHostKeyChecking=no,UserKnownHostsFile=/dev/"
            "null,KexAlgorithms=curve25519-sha256 executor@127.0.0.1:/ m\n%s",
            server->dir, server->dir, server->dir, server->port, server->keys, script);
    fclose(f);
    char *const argv[] = {"sh", "-c", text, NULL};
    run_program(argv, NULL, MOUNT_MS, &o);
    int code = o.exit_code;
    if (code != 0)
        fprintf(stderr, "# said: %s %s\n", o.out, o.err);
    outcome_free(&o);
    free(text);
    return code;
}

static void files_are_files(void **state)
{
    (void)state;
    assert_int_equal(
        shell("head -c 2000000 /dev/urandom > big; cp big m/inbox/; cmp big m/inbox/big; echo Привет > m/inbox/записка.txt\n"
              "echo ещё >> m/inbox/записка.txt; grep -c . m/inbox/записка.txt | grep -q 2; mv m/inbox/записка.txt m/inbox/письмо.txt\n"
              "ls m/assignments | grep -q П-1-26; cp big m/assignments/П-1-26/фото.bin; cmp big m/assignments/П-1-26/фото.bin\n"
              "printf x | dd of=m/inbox/big bs=1 seek=1000000 conv=notrunc 2>/dev/null; printf x | dd of=big bs=1 seek=1000000 "
              "conv=notrunc 2>/dev/null; cmp big m/inbox/big\n"
              "truncate -s 1234567 m/inbox/big big; cmp big m/inbox/big; ! mkdir m/inbox/x 2>/dev/null; rm m/inbox/big; test $(ls m/inbox "
              "| wc -l) = 1; df m/inbox >/dev/null"),
        0);
    json_t *files = rpc_ok(town_as(&town, TOWN_executor), "file.list", NULL);
    assert_int_equal(at_int(files, "total"), 1);
    assert_string_equal(at_text(files, "items.0.name"), "письмо.txt");
}

static void stops_clean(void **state)
{
    (void)state;
    town_close_sessions(&town);
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_is_filled),
        cmocka_unit_test(files_are_files),
        cmocka_unit_test(stops_clean),
    };
    /* NOLINTNEXTLINE(cert-env33-c): words of our own */
    if (access("/dev/fuse", R_OK | W_OK) != 0 || system("command -v sshfs >/dev/null && command -v fusermount3 >/dev/null") != 0) {
        puts("1..0 # SKIP sshfs cannot mount here: no /dev/fuse for us, or the packages sshfs and fuse3 are not installed");
        return 0;
    }
    return HARNESS_RUN("sshfs", tests);
}
