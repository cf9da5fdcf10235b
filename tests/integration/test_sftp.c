/* SFTP as people meet it: the clients that are about, unchanged; then packets that no client sends. */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CLIENT_MS = 120000, ANSWER_MS = 20000 };

static struct server *server;
static struct town town;
static json_int_t appeal, assignment;
static char work[SERVER_PATH_BYTES + 8], appeal_folder[64];

/* A ssh configuration that every client takes: hosts clerk, executor ... are the users. */
static void write_config(void)
{
    char path[SERVER_PATH_BYTES + 32];
    snprintf(path, sizeof path, "%s/ssh_config", work);
    char *all = NULL;
    size_t size;
    FILE *f = open_memstream(&all, &size);
    static const char *const users[] = {"clerk", "executor", "executor2", "analyst", "admin", "head", "dispatcher"};
    for (size_t i = 0; i < sizeof users / sizeof *users; i++)
        fprintf(f, "Host %s\n User %s\n IdentityFile %s/%s\n", users[i], users[i], server->keys, users[i]);
    fprintf(f,
            "Host *\n HostName 127.0.0.1\n Port %d\n IdentitiesOnly yes\n BatchMode yes\n StrictHostKeyChecking no\n"
            " UserKnownHostsFile /dev/null\n LogLevel ERROR\n KexAlgorithms curve25519-sha256\n",
            server->port);
    fclose(f);
    assert_true(write_whole(path, all, 0600));
    free(all);
}

/* A script of the shell in the work folder; $F is the configuration. Returns the exit code; the outcome is kept for failures. */
static int shell(const char *script)
{
    struct outcome o;
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    fprintf(f, "set -e; cd '%s'; F='%s/ssh_config'; PORT=%d; KEYS='%s'; APPEAL='%s'\n%s", work, work, server->port, server->keys,
            appeal_folder, script);
    fclose(f);
    char *const argv[] = {"sh", "-c", text, NULL};
    run_program(argv, NULL, CLIENT_MS, &o);
    int code = o.exit_code;
    if (code != 0)
        fprintf(stderr, "# %s\n# said: %s %s\n", script, o.out, o.err);
    outcome_free(&o);
    free(text);
    return code;
}

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(&(struct server_options){.config = "file_max_mib: 16\ninbox_max_files: 1200\ninbox_max_mib: 64\n"});
    given_municipality(server, &town);
    json_t *registered = given_appeal(&town, "Петрова Анна Ильинична", "Яма во дворе");
    appeal = at_int(registered, "id");
    assignment = at_int(given_assignment(&town, appeal, TOWN_executor, "Засыпать яму"), "id");
    snprintf(appeal_folder, sizeof appeal_folder, "%s", at_text(registered, "number"));
    *strchr(appeal_folder, '/') = '-';
    snprintf(work, sizeof work, "%s/work", server->dir);
    char *const argv[] = {"mkdir", "-p", work, NULL};
    struct outcome o;
    run_program(argv, NULL, CLIENT_MS, &o);
    outcome_free(&o);
    write_config();
    assert_int_equal(shell("head -c 3000000 /dev/urandom > big; echo Привет > 'Заявление жителя.txt'; : > empty; mkdir many; i=0; while [ "
                           "$i -lt 50 ]; do echo $i > many/$i; i=$((i+1)); done"),
                     0);
}

static json_int_t inbox(struct rpc *who) { return at_int(rpc_ok(who, "file.list", NULL), "total"); }

/* ---- clients ---- */

static void openssh_sftp(void **state)
{
    (void)state;
    assert_int_equal(shell("cat > batch <<END\n"
                           "cd /inbox\nput big\nput \"Заявление жителя.txt\"\nput empty\nls -l\nget big big.back\nget empty empty.back\n"
                           "rename big bigger\nrm empty\ndf -h\nls /\nls /appeals\nEND\n"
                           "sftp -F \"$F\" -b batch clerk > out\ncmp big big.back\ntest ! -s empty.back\n"
                           "sftp -q -F \"$F\" clerk:/inbox/bigger again; cmp big again\n"
                           "grep -q \"$APPEAL\" out\n"),
                     0);
    assert_int_equal(inbox(town_as(&town, TOWN_clerk)), 2);
    /* A transfer that was broken off is taken up where it ended, in both directions. */
    assert_int_equal(shell("head -c 1000000 big > part; printf 'put part /inbox/resumed\\n' | sftp -F \"$F\" -b - clerk\n"
                           "printf 'reput big /inbox/resumed\\n' | sftp -F \"$F\" -b - clerk\n"
                           "cp part resumed; printf 'reget /inbox/resumed resumed\\n' | sftp -F \"$F\" -b - clerk; cmp big resumed\n"
                           "printf 'rm /inbox/resumed\\nrm /inbox/bigger\\n' | sftp -F \"$F\" -b - clerk"),
                     0);
    assert_int_equal(shell("! printf 'mkdir /inbox/x\\n' | sftp -F \"$F\" -b - clerk 2>err\n! printf 'symlink a /inbox/b\\n' | sftp -F "
                           "\"$F\" -b - clerk 2>err\n"
                           "! printf 'put big /big\\n' | sftp -F \"$F\" -b - clerk 2>err"),
                     0);
}

static void openssh_scp(void **state)
{
    (void)state;
    assert_int_equal(shell("scp -q -F \"$F\" big clerk:/inbox/; scp -q -F \"$F\" clerk:/inbox/big scp.back; cmp big scp.back\n"
                           "scp -q -p -F \"$F\" 'Заявление жителя.txt' clerk:/inbox/\nscp -q -F \"$F\" big executor:/assignments/П-1-26/"),
                     shell("true"));
    json_t *files = at(rpc_ok(town_as(&town, TOWN_head), "assignment.get", "{s:I}", "id", assignment), "files");
    assert_int_equal(json_array_size(files), 1);
    assert_string_equal(at_text(files, "0.name"), "big");
    assert_int_equal(shell("! scp -q -O -F \"$F\" big clerk:/inbox/ 2>err; grep -q 'scp' err"), 0);
    assert_int_equal(shell("printf 'rm /inbox/big\\n' | sftp -F \"$F\" -b - clerk"), 0);
}

static void lftp_works(void **state)
{
    (void)state;
    assert_int_equal(
        shell("command -v lftp >/dev/null || exit 0\n"
              "lftp -c \"set sftp:connect-program 'ssh -a -x -F $F'; set net:max-retries 2; set net:timeout 20; open sftp://clerk:@clerk; "
              "cd inbox; put big; "
              "mput many/1 many/2; mv 1 eins; ls; get big -o lftp.back; rm big eins 2\" > out\ncmp big lftp.back\ngrep -q eins out"),
        0);
}

static void rclone_works(void **state)
{
    (void)state;
    assert_int_equal(shell("command -v rclone >/dev/null || exit 0\n"
                           "export RCLONE_CONFIG=$PWD/rclone.conf; printf "
                           "'[g]\\ntype=sftp\\nhost=127.0.0.1\\nuser=clerk\\nport=%s\\nkey_file=%s/"
                           "clerk\\nshell_type=none\\nmd5sum_command=none\\nsha1sum_command=none\\n' \"$PORT\" \"$KEYS\" > rclone.conf\n"
                           "rclone copy many g:/inbox --transfers 8\nrclone check many g:/inbox --download --one-way\nrclone ls g:/inbox | "
                           "wc -l | grep -q 51\n"
                           "rclone delete g:/inbox --include '[0-9]*'"),
                     0);
    assert_int_equal(inbox(town_as(&town, TOWN_clerk)), 1);
}

static void psftp_works(void **state)
{
    (void)state;
    assert_int_equal(
        shell(
            "command -v puttygen >/dev/null || exit 0\n"
            "puttygen \"$KEYS/clerk\" -O private -o clerk.ppk\n"
            "KEY=$(cut -d' ' -f1,2 \"$KEYS/../state/host_key.pub\"); FP=$(ssh-keygen -lf \"$KEYS/../state/host_key.pub\" | cut -d' ' -f2)\n"
            "printf 'cd inbox\\nput big\\nls\\nget big psftp.back\\nmv big groß\\nrm groß\\nquit\\n' > psftp.batch\n"
            "psftp -batch -P $PORT -i clerk.ppk -hostkey \"$FP\" -b psftp.batch clerk@127.0.0.1 > out\ncmp big psftp.back"),
        0);
    assert_int_equal(inbox(town_as(&town, TOWN_clerk)), 1);
}

/* ---- rights and limits ---- */

static void what_is_not_theirs_is_not_there(void **state)
{
    (void)state;
    assert_int_equal(shell("! printf 'ls /appeals/%s\\n' \"$APPEAL\" | sftp -F \"$F\" -b - executor2 2>err\n"
                           "! printf 'ls /assignments/П-1-26\\n' | sftp -F \"$F\" -b - analyst 2>err\n"
                           "! printf 'get /assignments/П-1-26/big x\\n' | sftp -F \"$F\" -b - executor2 2>err\n"
                           "printf 'get /assignments/П-1-26/big right.back\\n' | sftp -F \"$F\" -b - head; cmp big right.back\n"
                           "! printf 'rm /assignments/П-1-26/big\\n' | sftp -F \"$F\" -b - head 2>err\n"
                           "printf 'ls /inbox\\n' | sftp -F \"$F\" -b - executor2 > out; ! grep -q Заявление out"),
                     0);
}

/* An outage's folder: whoever sees the outage reads, who keeps outages writes, the administrator sees nothing of it. */
static void outages_are_folders(void **state)
{
    (void)state;
    struct rpc *duty = town_as(&town, TOWN_dispatcher);
    server_sql(server, "INSERT INTO settlement (name) VALUES ('Город')");
    server_sql(server, "INSERT INTO house (settlement_id, number, number_value) VALUES (1, '1', 1)");
    json_t *opened =
        rpc_ok(duty, "outage.open", "{s:s, s:s, s:[i], s:s}", "kind", "emergency", "resource", "heating", "houses", 1, "reason", "Порыв");
    assert_string_equal(at_text(opened, "number"), "ОТК-1/26");
    assert_int_equal(shell("printf 'ls /\nls -l /outages\nput big /outages/ОТК-1-26/акт.bin\nput empty /outages/ОТК-1-26/акт.bin\nls -1 "
                           "/outages/ОТК-1-26\n' | sftp -q -F \"$F\" -b - dispatcher > out\n"
                           "grep -q 'ОТК-1-26$' out; grep -q 'акт (2).bin' out\n"
                           "scp -q -F \"$F\" executor2:/outages/ОТК-1-26/акт.bin outage.back; cmp big outage.back\n"
                           "scp -q -F \"$F\" 'analyst:/outages/ОТК-1-26/акт.bin' outage.back\n"
                           "! scp -q -F \"$F\" big executor2:/outages/ОТК-1-26/мой 2>err\n"
                           "! scp -q -F \"$F\" admin:/outages/ОТК-1-26/акт.bin x 2>err\n"
                           "printf 'ls /outages\n' | sftp -q -F \"$F\" -b - admin > out; ! grep -q ОТК out\n"
                           "! printf 'ls /outages/ОТК-2-26\n' | sftp -F \"$F\" -b - dispatcher 2>err\n"
                           "printf 'df -h /outages/ОТК-1-26\nrm /outages/ОТК-1-26/акт.bin\n' | sftp -q -F \"$F\" -b - dispatcher"),
                     0);
    json_int_t id = at_int(opened, "id");
    json_t *card = rpc_ok(duty, "outage.get", "{s:I}", "id", id);
    assert_int_equal(json_array_size(at(card, "files")), 1);
    assert_string_equal(at_text(card, "files.0.name"), "акт (2).bin");
    /* What is restored is not told of any more, and opens by its number. */
    rpc_ok(duty, "outage.close", "{s:I, s:I, s:s}", "id", id, "version", at_int(card, "version"), "ended", at_text(card, "started"));
    assert_int_equal(shell("printf 'ls /outages\n' | sftp -q -F \"$F\" -b - head > out; ! grep -q ОТК-1 out\n"
                           "printf 'ls /outages/ОТК-1-26\n' | sftp -q -F \"$F\" -b - head > out; grep -q акт out\n"
                           "! printf 'rm \"/outages/ОТК-1-26/акт (2).bin\"\n' | sftp -q -F \"$F\" -b - dispatcher 2>err"),
                     0);
}

static void what_is_too_much_leaves_nothing(void **state)
{
    (void)state;
    struct rpc *executor = town_as(&town, TOWN_executor);
    assert_int_equal(shell("head -c 17000000 /dev/zero > toobig; truncate -s 10G huge\n! scp -q -F \"$F\" toobig executor:/inbox/ 2>err\n! "
                           "timeout 20 scp -q -F \"$F\" huge executor:/inbox/ 2>err; rm huge"),
                     0);
    assert_int_equal(inbox(executor), 0);
    /* The line breaks while a file is on its way. */
    assert_int_equal(shell("(printf 'put -  \\n'; :) >/dev/null; mkfifo pipe; (head -c 4000000 big; sleep 60) > pipe & FEED=$!\n"
                           "sftp -F \"$F\" -l 4000 -b - executor <<END & S=$!\nput big /inbox/broken\nEND\nsleep 1; kill -9 $S; kill "
                           "$FEED; wait || true; rm pipe"),
                     0);
    assert_int_equal(inbox(executor), 0);
}

static void a_thousand_files_in_an_inbox(void **state)
{
    (void)state;
    assert_int_equal(
        shell("mkdir thousand; cd thousand; i=0; while [ $i -lt 1000 ]; do echo $i > \"файл $i.txt\"; i=$((i+1)); done; cd ..\n"
              "printf 'lcd thousand\\nmput * /inbox/\\nls -1 /inbox\\n' | sftp -q -F \"$F\" -b - head > out; grep -c 'файл' out | grep -q "
              "2000 || grep -c '^.*/inbox/файл' out | grep -q 1000"),
        0);
    assert_int_equal(inbox(town_as(&town, TOWN_head)), 1000);
}

static void sftp_and_screens_share_a_connection(void **state)
{
    (void)state;
    assert_int_equal(shell("ssh -F \"$F\" -M -S mux -fN clerk; scp -q -o ControlPath=mux -F \"$F\" big clerk:/inbox/shared & P=$!\n"
                           "ssh -S mux -F \"$F\" clerk session ping --json | grep -q pong; wait $P; printf 'rm /inbox/shared\\n' | sftp -o "
                           "ControlPath=mux -F \"$F\" -b - clerk; ssh -S mux -F \"$F\" -O exit clerk"),
                     0);
}

/* ---- packets that no client sends ---- */

struct raw {
    pid_t pid;
    int to, from;
};

static struct raw raw_open(void)
{
    const char *argv[SSH_ARGV_MAX];
    struct raw r;
    int argc = ssh_argv(server, "clerk", 3, argv);
    memmove(argv + 2, argv + 1, (size_t)argc * sizeof *argv);
    argv[1] = "-s";
    argv[argc + 1] = "sftp";
    argv[argc + 2] = NULL;
    r.pid = proc_start_piped((char *const *)argv, &r.to, &r.from, -1);
    return r;
}

static int raw_close(struct raw *r)
{
    close(r->to);
    close(r->from);
    return proc_wait(r->pid, ANSWER_MS);
}

static void put32(unsigned char *p, unsigned long n)
{
    for (int i = 0; i < 4; i++)
        p[i] = (unsigned char)(n >> (24 - 8 * i));
}

static void raw_send(const struct raw *r, int type, const void *body, size_t len)
{
    unsigned char head[5];
    put32(head, len + 1);
    head[4] = (unsigned char)type;
    assert_int_equal(write(r->to, head, sizeof head), sizeof head);
    assert_int_equal(write(r->to, body, len), (ssize_t)len);
}

/* The next packet: its type, its body in `out`; -1 when the channel has ended. */
static int raw_read(const struct raw *r, unsigned char out[1000])
{
    unsigned char head[5];
    size_t got = 0, want = sizeof head;
    while (got < want) {
        struct pollfd p = {.fd = r->from, .events = POLLIN};
        CHECK(poll(&p, 1, ANSWER_MS) > 0, "no answer");
        ssize_t n =
            read(r->from, got < sizeof head ? head + got : out + got - sizeof head, got < sizeof head ? sizeof head - got : want - got);
        if (n <= 0)
            return -1;
        got += (size_t)n;
        if (got == sizeof head) {
            want = 4 + ((size_t)head[2] << 8 | head[3]);
            CHECK(want < 1000, "an answer of %zu bytes", want);
        }
    }
    return head[4];
}

static void hello(const struct raw *r)
{
    unsigned char out[1000];
    raw_send(r, 1, "\0\0\0\3", 4);
    assert_int_equal(raw_read(r, out), 2);
}

#define BODY(s) s, sizeof(s) - 1
/* Every request there is, in full. */
static const struct {
    int type;
    const char *body;
    size_t len;
} whole_requests[] = {
    {3, BODY("\0\0\0\1"
             "\0\0\0\6"
             "/inbox"
             "\0\0\0\1"
             "\0\0\0\0")},
    {4, BODY("\0\0\0\1"
             "\0\0\0\4"
             "\0\0\0\7")},
    {5, BODY("\0\0\0\1"
             "\0\0\0\4"
             "\0\0\0\7"
             "\0\0\0\0\0\0\0\0"
             "\0\0\0\1")},
    {6, BODY("\0\0\0\1"
             "\0\0\0\4"
             "\0\0\0\7"
             "\0\0\0\0\0\0\0\0"
             "\0\0\0\1"
             "x")},
    {7, BODY("\0\0\0\1"
             "\0\0\0\1"
             "/")},
    {8, BODY("\0\0\0\1"
             "\0\0\0\4"
             "\0\0\0\7")},
    {9, BODY("\0\0\0\1"
             "\0\0\0\1"
             "/"
             "\0\0\0\x0d"
             "\0\0\0\0\0\0\0\1"
             "\0\0\0\1"
             "\0\0\0\1"
             "\0\0\0\1")},
    {10, BODY("\0\0\0\1"
              "\0\0\0\4"
              "\0\0\0\7"
              "\0\0\0\0")},
    {11, BODY("\0\0\0\1"
              "\0\0\0\1"
              "/")},
    {12, BODY("\0\0\0\1"
              "\0\0\0\4"
              "\0\0\0\7")},
    {13, BODY("\0\0\0\1"
              "\0\0\0\2"
              "/x")},
    {16, BODY("\0\0\0\1"
              "\0\0\0\1"
              ".")},
    {17, BODY("\0\0\0\1"
              "\0\0\0\1"
              "/")},
    {18, BODY("\0\0\0\1"
              "\0\0\0\2"
              "/a"
              "\0\0\0\2"
              "/b")},
    {200, BODY("\0\0\0\1"
               "\0\0\0\x13"
               "statvfs@openssh.com"
               "\0\0\0\1"
               "/")},
    {200, BODY("\0\0\0\1"
               "\0\0\0\x18"
               "posix-rename@openssh.com"
               "\0\0\0\2"
               "/a"
               "\0\0\0\2"
               "/b")},
};
/* Requests whose fields claim what is not so, and the status that each is answered with. */
static const struct {
    int type, status;
    const char *body;
    size_t len;
} lies[] = {
    {4, 4,
     BODY("\0\0\0\1"
          "\0\0\0\4"
          "\xff\xff\xff\xff")}, /* no such handle */
    {4, 4,
     BODY("\0\0\0\1"
          "\0\0\0\3"
          "abc")}, /* not one of ours */
    {17, 5,
     BODY("\0\0\0\1"
          "\xff\xff\xff\xff"
          "/")}, /* a length beyond the packet */
    {17, 4,
     BODY("\0\0\0\1"
          "\0\0\0\3"
          "/\xff\xfe")}, /* not UTF-8 */
    {17, 4,
     BODY("\0\0\0\1"
          "\0\0\0\3"
          "/a\0")}, /* a zero inside */
    {3, 4,
     BODY("\0\0\0\1"
          "\0\0\0\x0d"
          "/inbox/a\nb.tx"
          "\0\0\0\x0a"
          "\0\0\0\0")}, /* a newline in the name */
    {3, 4,
     BODY("\0\0\0\1"
          "\0\0\0\x08"
          "/inbox/x"
          "\0\0\0\x0a"
          "\0\0\0\1"
          "\0\0\0\3\0\0\0\0")}, /* 12 GiB announced */
    {3, 2,
     BODY("\0\0\0\1"
          "\0\0\0\x11"
          "/inbox/../../../x"
          "\0\0\0\x0a"
          "\0\0\0\0")},        /* up and out ends at the root */
    {99, 8, BODY("\0\0\0\1")}, /* no such packet */
    {200, 8,
     BODY("\0\0\0\1"
          "\0\0\0\4"
          "what")},
    {14, 3,
     BODY("\0\0\0\1"
          "\0\0\0\2"
          "/x"
          "\0\0\0\0")},
    {20, 3,
     BODY("\0\0\0\1"
          "\0\0\0\2"
          "/x"
          "\0\0\0\2"
          "/y")},
    {9, 5,
     BODY("\0\0\0\1"
          "\0\0\0\1"
          "/"
          "\x80\0\0\0"
          "\xff\xff\xff\xff")}, /* four thousand million extensions */
};
#undef BODY

static void is_refused(const struct raw *r, int type, const void *body, size_t len, int status)
{
    unsigned char out[1000];
    raw_send(r, type, body, len);
    int answer = raw_read(r, out);
    CHECK(answer == 101 && out[7] == status, "packet %d of %zu bytes: answer %d, status %d", type, len, answer, out[7]);
}

/* Every request cut short at each of its bytes, or a byte too long, is answered, and the channel lives on. */
static void packets_cut_short(void **state)
{
    (void)state;
    struct raw r = raw_open();
    unsigned char out[1000], longer[200];
    hello(&r);
    for (size_t i = 0; i < sizeof whole_requests / sizeof *whole_requests; i++) {
        int type = whole_requests[i].type;
        size_t len = whole_requests[i].len;
        for (size_t cut = 4; cut < len; cut++)
            is_refused(&r, type, whole_requests[i].body, cut, 5);
        memcpy(longer, whole_requests[i].body, len);
        longer[len] = 0;
        is_refused(&r, type, longer, len + 1, 5);
        raw_send(&r, type, whole_requests[i].body, len);
        assert_true(raw_read(&r, out) > 0);
    }
    raw_close(&r);
}

static void fields_that_lie(void **state)
{
    (void)state;
    struct raw r = raw_open();
    hello(&r);
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
        is_refused(&r, lies[i].type, lies[i].body, lies[i].len, lies[i].status);
    raw_close(&r);
    assert_int_equal(inbox(town_as(&town, TOWN_clerk)), 1);
}

/* What is no SFTP ends its channel, with words, and nobody else's. */
static void what_is_no_sftp_ends_its_channel(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
    } cases[] = {
#define BYTES(s) {s, sizeof(s) - 1}
        BYTES("\0\0\0\0"),                             /* an empty packet */
        BYTES("\xff\xff\xff\xff\1"),                   /* four gigabytes */
        BYTES("\0\0\0\5\1\0\0\0\2"),                   /* an older version */
        BYTES("\0\0\0\5\4\0\0\0\1"),                   /* a request before the greeting */
        BYTES("\0\0\0\5\1\0\0\0\3\0\0\0\5\1\0\0\0\3"), /* two greetings */
        BYTES("\0\0\0\5\1\0\0\0\3\0\0\0\2\4\0"),       /* a request without a number */
        BYTES("GET / HTTP/1.0\r\n\r\n"),
#undef BYTES
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct raw r = raw_open();
        unsigned char out[1000];
        assert_int_equal(write(r.to, cases[i].bytes, cases[i].len), (ssize_t)cases[i].len);
        int type;
        while ((type = raw_read(&r, out)) >= 0)
            CHECK(type == 2, "case %zu: answer %d", i, type);
        CHECK(raw_close(&r) == 65, "case %zu: another exit code", i);
    }
    rpc_ok(town_as(&town, TOWN_clerk), "session.ping", NULL);
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
        cmocka_unit_test(openssh_sftp),
        cmocka_unit_test(openssh_scp),
        cmocka_unit_test(lftp_works),
        cmocka_unit_test(rclone_works),
        cmocka_unit_test(psftp_works),
        cmocka_unit_test(what_is_not_theirs_is_not_there),
        cmocka_unit_test(outages_are_folders),
        cmocka_unit_test(what_is_too_much_leaves_nothing),
        cmocka_unit_test(a_thousand_files_in_an_inbox),
        cmocka_unit_test(sftp_and_screens_share_a_connection),
        cmocka_unit_test(packets_cut_short),
        cmocka_unit_test(fields_that_lie),
        cmocka_unit_test(what_is_no_sftp_ends_its_channel),
        cmocka_unit_test(stops_clean),
    };
    return HARNESS_RUN("sftp", tests);
}
