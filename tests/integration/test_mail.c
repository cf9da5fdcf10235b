/* Letters: each once, whatever the mail server or ours does; nothing of a person in them; the digest, quiet hours, a clock set back. */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/harness/cluster.h"
#include "tests/harness/town.h"
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SOON_MS = 20000, SILENCE_MS = 2500, PATH_BYTES = 600, LETTERS_MAX = 200 };

static struct cluster *cluster;
static struct server *server, *twin; /* two installations on one database */
static struct town town;
static struct rpc *head;
static char folder[] = "/tmp/gorod-test-mail-XXXXXX";
static pid_t smtp_pid;
static int smtp_port;
static char config[1500], conninfo[600];

/* ---- the mail server ---- */

static void smtp_mode(const char *mode)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/mode", folder);
    assert_true(write_whole(path, mode, 0644));
}

static void smtp_start_with(bool tls)
{
    char program[PATH_BYTES], port[16], line[32] = "", cert[PATH_BYTES], key[PATH_BYTES];
    int from_it, to_it;
    snprintf(program, sizeof program, "%s/tests/harness/smtp_server.py", getenv("GOROD_SOURCE"));
    snprintf(port, sizeof port, "%d", smtp_port);
    snprintf(cert, sizeof cert, "%s", data_path("tls/cert.pem"));
    snprintf(key, sizeof key, "%s", data_path("tls/key.pem"));
    char *argv[] = {"python3", program, folder, port, tls ? cert : NULL, key, NULL};
    smtp_pid = proc_start_piped(argv, &to_it, &from_it, -1);
    for (size_t n = 0; n + 1 < sizeof line && read(from_it, line + n, 1) == 1 && line[n] != '\n'; n++)
        ;
    smtp_port = atoi(line);
    CHECK(smtp_port > 0, "the mail server for tests does not start");
    close(to_it);
    close(from_it);
}

static void smtp_start(void) { smtp_start_with(false); }

static void smtp_stop(void)
{
    proc_kill(smtp_pid);
    proc_wait(smtp_pid, 5000);
    smtp_pid = 0;
}

static char *letters[LETTERS_MAX];

/* All letters that the mail server took. */
static size_t letters_read(void)
{
    size_t n = 0;
    char path[PATH_BYTES];
    for (size_t i = 0; i < LETTERS_MAX; i++) {
        free(letters[i]);
        snprintf(path, sizeof path, "%s/%04zu.eml", folder, i + 1);
        letters[i] = n == i ? read_whole(path) : NULL;
        n += letters[i] != NULL;
    }
    return n;
}

/* The text of a letter (its base64 undone by the one tool that knows MIME better than we), or a header. */
static const char *decoded(size_t i, const char *what)
{
    static struct outcome o;
    char path[PATH_BYTES];
    outcome_free(&o);
    snprintf(path, sizeof path, "%s/%04zu.eml", folder, i + 1);
    char *argv[] = {"python3",
                    "-c",
                    "import email, email.policy, sys\n"
                    "m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)\n"
                    "sys.stdout.buffer.write((m.get_content() if sys.argv[2] == 'text' else str(m[sys.argv[2]])).encode())",
                    path,
                    (char *)what,
                    NULL};
    run_program(argv, NULL, 20000, &o);
    CHECK(o.exit_code == 0, "letter %zu cannot be read: %s", i + 1, o.err);
    return o.out;
}

static int letters_about(const char *number)
{
    int found = 0;
    size_t n = letters_read();
    for (size_t i = 0; i < n; i++) {
        char path[PATH_BYTES];
        snprintf(path, sizeof path, "%s/%04zu.subject", folder, i + 1);
        char *subject = read_whole(path);
        found += subject && strncmp(subject, number, strlen(number)) == 0 && subject[strlen(number)] == ':';
        free(subject);
    }
    return found;
}

static void letter_comes(const char *number)
{
    for (int64_t end = clock_ms() + SOON_MS; clock_ms() < end; usleep(100000))
        if (letters_about(number) > 0)
            return;
    FAIL("no letter about %s", number);
}

/* ---- ours ---- */

static const char *sql(const char *text) { return cluster_psql(cluster, "town", text); }

static void waits_until(const char *query, const char *answer)
{
    for (int64_t end = clock_ms() + SOON_MS; clock_ms() < end; usleep(100000))
        if (strncmp(sql(query), answer, strlen(answer)) == 0)
            return;
    FAIL("%s: %s, not %s", query, sql(query), answer);
}

static void starts_and_is_filled(void **state)
{
    (void)state;
    struct outcome o;
    char path[PATH_BYTES];
    CHECK(mkdtemp(folder), "no folder in /tmp");
    smtp_mode("ok");
    smtp_start();
    cluster = cluster_start();
    snprintf(conninfo, sizeof conninfo, "%s", cluster_database(cluster, "town"));
    snprintf(config, sizeof config,
             "database: \"%s\"\nsmtp_url: smtp://127.0.0.1:%d\nsmtp_from: gorod@example.ru\nsmtp_tls: none\nsmtp_timeout_s: "
             "2\nsmtp_retry_s: 1\n",
             conninfo, smtp_port);
    snprintf(path, sizeof path, "%s/gorod.yaml", folder);
    assert_true(write_whole(path, config, 0644));
    assert_true(chmod(folder, 0777) == 0);
    char *migrate[] = {(char *)server_program(), "migrate", "--config", path, NULL};
    run_program(migrate, NULL, 60000, &o);
    CHECK(o.exit_code == 0, "migrate: %s", o.err);
    outcome_free(&o);
    server = server_start(&(struct server_options){.config = config});
    given_municipality(server, &town);
    head = town_as(&town, TOWN_head);
    for (int u = 0; u < TOWN_USER_COUNT; u++) {
        char address[80];
        snprintf(address, sizeof address, "%s@example.ru", town_logins[u]);
        rpc_ok(town.admin, "user.set", "{s:I, s:s}", "id", town.user[u], "email", address);
    }
}

static json_t *given(enum town_user who, const char *title) { return given_assignment(&town, 0, who, title); }

static void a_letter_says_what_to_do_and_names_nobody(void **state)
{
    (void)state;
    json_t *appeal = given_appeal(&town, "Скрытнова Вера Павловна", "Скрытновой не топят");
    const char *number = at_text(given_assignment(&town, at_int(appeal, "id"), TOWN_executor, "Ответить Скрытновой"), "number");
    letter_comes(number);
    size_t last = letters_read() - 1;
    assert_string_equal(decoded(last, "to"), "executor@example.ru");
    assert_string_equal(decoded(last, "auto-submitted"), "auto-generated");
    assert_non_null(strstr(letters[last], "X-Envelope: MAIL FROM:<gorod@example.ru> RCPT TO:<executor@example.ru>"));
    const char *text = decoded(last, "text");
    assert_non_null(strstr(text, number));
    assert_non_null(strstr(text, "Срок - "));
    assert_null(strstr(text, "Скрытн"));
    assert_null(strstr(decoded(last, "subject"), "Скрытн"));
    for (const char *p = letters[last]; *p; p++)
        CHECK((unsigned char)*p < 0x80, "a letter goes in ASCII");
    assert_string_equal(sql("SELECT state FROM mail ORDER BY id DESC LIMIT 1"), "sent");
}

static void busy_servers_are_asked_again(void **state)
{
    (void)state;
    smtp_mode("busy_once");
    const char *number = at_text(given(TOWN_executor, "Занято"), "number");
    letter_comes(number);
    usleep(SILENCE_MS * 1000);
    assert_int_equal(letters_about(number), 1);
    assert_string_equal(sql("SELECT tries FROM mail ORDER BY id DESC LIMIT 1"), "2");
}

static void a_server_that_was_away_gets_it_later(void **state)
{
    (void)state;
    smtp_stop();
    json_t *a = given(TOWN_executor, "Почты нет");
    waits_until("SELECT last_error <> '' FROM mail ORDER BY id DESC LIMIT 1", "t");
    /* Nobody waits for the mail server meanwhile. */
    int64_t began = clock_ms();
    rpc_ok(head, "assignment.get", "{s:I}", "id", at_int(a, "id"));
    assert_true(clock_ms() - began < 1000);
    smtp_start();
    letter_comes(at_text(a, "number"));
    assert_int_equal(letters_about(at_text(a, "number")), 1);
}

static void slow_and_broken_lines_lose_nothing(void **state)
{
    (void)state;
    static const char *const modes[] = {"slow", "away", "drop"};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        smtp_mode(modes[i]);
        const char *number = at_text(given(TOWN_executor, "Плохая линия"), "number");
        waits_until("SELECT last_error <> '' AND state IN ('queued', 'sending') FROM mail ORDER BY id DESC LIMIT 1", "t");
        smtp_mode("ok");
        letter_comes(number);
        assert_int_equal(letters_about(number), 1);
    }
}

/* A short letter is said to its dot before the client can hear that the server has gone: that is a doubt, too. */
static void a_line_that_breaks_in_a_letter_leaves_a_doubt(void **state)
{
    (void)state;
    smtp_mode("drop_letter");
    const char *number = at_text(given(TOWN_executor, "На полуслове"), "number");
    waits_until("SELECT state FROM mail ORDER BY id DESC LIMIT 1", "unknown");
    smtp_mode("ok");
    json_t *m = at(rpc_ok(town_as(&town, TOWN_admin), "mail.list", "{s:s}", "state", "unknown"), "items.0");
    rpc_ok(town_as(&town, TOWN_admin), "mail.retry", "{s:I}", "id", at_int(m, "id"));
    letter_comes(number);
    assert_int_equal(letters_about(number), 1);
}

/* The server took it and the line broke: nobody can tell, so it is not sent again by itself. */
static void a_doubt_is_not_sent_twice(void **state)
{
    (void)state;
    smtp_mode("keep_silent");
    const char *number = at_text(given(TOWN_executor, "Сомнение"), "number");
    waits_until("SELECT state FROM mail ORDER BY id DESC LIMIT 1", "unknown");
    smtp_mode("ok");
    usleep(SILENCE_MS * 1000);
    assert_int_equal(letters_about(number), 1);
    /* An administrator may want it all the same; the Message-ID tells the double. */
    json_t *m = at(rpc_ok(town_as(&town, TOWN_admin), "mail.list", "{s:s}", "state", "unknown"), "items.0");
    rpc_error(town_as(&town, TOWN_admin), 1003, "mail.retry", "{s:I, s:i}", "id", at_int(m, "id"), "version", 9999);
    rpc_ok(town_as(&town, TOWN_admin), "mail.retry", "{s:I, s:I}", "id", at_int(m, "id"), "version", at_int(m, "version"));
    json_t *e =
        at(rpc_ok(town.admin, "event.list", "{s:s, s:I, s:i}", "record", "mail", "record_id", at_int(m, "id"), "limit", 1), "items.0");
    assert_string_equal(at_text(e, "action"), "retry");
    assert_int_equal(at_int(e, "actor"), town.user[TOWN_admin]);
    for (int64_t end = clock_ms() + SOON_MS; letters_about(number) < 2 && clock_ms() < end;)
        usleep(100000);
    size_t n = letters_read();
    char first[200];
    snprintf(first, sizeof first, "%s", decoded(n - 1, "message-id"));
    assert_string_equal(decoded(n - 2, "message-id"), first);
    rpc_refused(town_as(&town, TOWN_admin), 1004, "status", "mail.retry", "{s:I}", "id", at_int(m, "id"));
}

static void a_refused_letter_is_told_to_administrators(void **state)
{
    (void)state;
    smtp_mode("refuse");
    given(TOWN_executor, "Нет такого ящика");
    waits_until("SELECT state FROM mail ORDER BY id DESC LIMIT 1", "failed");
    smtp_mode("ok");
    waits_until(
        "SELECT count(*) FROM notification n JOIN app_user u ON u.id = n.user_id WHERE n.kind = 'mail_failed' AND u.login = 'admin'", "1");
    json_t *n = at(rpc_ok(town_as(&town, TOWN_admin), "notification.list", "{s:s}", "kind", "mail_failed"), "items.0");
    assert_non_null(strstr(at_text(n, "text"), "550"));
    /* So is one that waited too long. */
    smtp_mode("busy");
    given(TOWN_executor, "Слишком долго");
    waits_until("SELECT tries > 0 FROM mail ORDER BY id DESC LIMIT 1", "t");
    sql("UPDATE mail SET give_up_from = now() - interval '3 days' WHERE state <> 'sent' AND state <> 'failed'");
    waits_until("SELECT state FROM mail ORDER BY id DESC LIMIT 1", "failed");
    smtp_mode("ok");
}

static void kills(const char *part)
{
    pid_t pid = proc_find_child(server->pid, part);
    if (pid > 0)
        kill(pid, SIGKILL);
}

static void nothing_is_sent_twice_under_the_axe(void **state)
{
    (void)state;
    enum { ROUNDS = 6 };
    const char *numbers[ROUNDS];
    server->errors_expected = true;
    for (int i = 0; i < ROUNDS; i++) {
        head = town_as(&town, TOWN_head);
        numbers[i] = at_text(given(TOWN_executor, "Под топором"), "number");
        usleep((useconds_t)i * 90000); /* at other moments of the letter's way */
        kills("gorod-mail");
        if (i % 3 == 2) {
            town_close_sessions(&town);
            server_kill_part(server, "core");
        }
    }
    waits_until("SELECT count(*) FROM mail WHERE state IN ('queued', 'sending', 'handing')", "0");
    for (int i = 0; i < ROUNDS; i++) {
        char query[200];
        snprintf(query, sizeof query, "SELECT state FROM mail WHERE subject LIKE '%s:%%'", numbers[i]);
        waits_until(query, strcmp(sql(query), "unknown") == 0 ? "unknown" : "sent");
        bool doubt = strcmp(sql(query), "unknown") == 0;
        int came = letters_about(numbers[i]);
        CHECK(came == 1 || (doubt && came == 0), "%s came %d times", numbers[i], came);
    }
    head = town_as(&town, TOWN_head);
}

static void two_servers_tell_once(void **state)
{
    (void)state;
    enum { MANY = 15 };
    const char *numbers[MANY];
    twin = server_start(&(struct server_options){.config = config});
    for (int i = 0; i < MANY; i++)
        numbers[i] = at_text(given(i % 2 ? TOWN_executor : TOWN_chief, "Вдвоём"), "number");
    for (int i = 0; i < MANY; i++)
        letter_comes(numbers[i]);
    usleep(SILENCE_MS * 1000);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(letters_about(numbers[i]), 1);
    assert_string_equal(sql("SELECT count(*) FROM (SELECT 1 FROM notification GROUP BY event_id, user_id HAVING count(*) > 1) d"), "0");
    server_stop(twin);
}

/* Ids are given out before commit. An event that comes to light long after events of higher ids is told all the same, and once. */
static void an_event_that_commits_late_is_told(void **state)
{
    (void)state;
    char text[400];
    const char *number = at_text(given(TOWN_executor2, "Долгая запись"), "number");
    snprintf(text, sizeof text,
             "INSERT INTO event (actor_id, record, record_id, action, changes) SELECT 1, 'assignment', id, 'reminder', '{\"days_left\": "
             "3}' FROM assignment "
             "WHERE number = '%s'; SELECT pg_sleep(6)",
             number);
    char *argv[] = {"psql", "-XAtq", "-d", conninfo, "-c", text, NULL};
    pid_t writer = proc_start(argv, (struct streams){-1, -1, -1});
    usleep(500000);
    for (int i = 0; i < 4; i++) {
        letter_comes(at_text(given(TOWN_executor, "Тем временем"), "number"));
        usleep(600000);
    }
    assert_int_equal(proc_wait(writer, SOON_MS), 0);
    waits_until("SELECT count(*) FROM notification WHERE kind = 'reminder'", "1");
    json_t *n = at(rpc_ok(town_as(&town, TOWN_executor2), "notification.list", "{s:s}", "kind", "reminder"), "items.0");
    assert_non_null(strstr(at_text(n, "text"), "осталось дней: 3"));
    usleep(SILENCE_MS * 1000);
    assert_string_equal(sql("SELECT count(*) FROM notification WHERE kind = 'reminder'"), "1");
}

/* Hours of the municipality's clock, as the settings want them. */
static const char *hour_text(int hours_from_now)
{
    static char text[4][4];
    static int at;
    time_t then = time(NULL) + hours_from_now * 3600L;
    struct tm t;
    setenv("TZ", "Europe/Moscow", 1);
    tzset();
    at = (at + 1) % 4;
    snprintf(text[at], sizeof text[at], "%d", localtime_r(&then, &t)->tm_hour);
    return text[at];
}

static void quiet_hours_are_quiet(void **state)
{
    (void)state;
    struct rpc *chief = town_as(&town, TOWN_chief);
    rpc_ok(chief, "notification.settings_set", "{s:s, s:s}", "quiet_from", hour_text(-1), "quiet_to", hour_text(2));
    const char *number = at_text(given(TOWN_chief, "Ночью"), "number");
    char query[200];
    snprintf(query, sizeof query,
             "SELECT next_try_at > now() + interval '59 minutes' AND next_try_at <= now() + interval '2 hours' FROM mail WHERE subject "
             "LIKE '%s:%%'",
             number);
    waits_until(query, "t");
    usleep(SILENCE_MS * 1000);
    assert_int_equal(letters_about(number), 0);
    /* The hours pass. */
    snprintf(query, sizeof query, "UPDATE mail SET next_try_at = now() WHERE subject LIKE '%s:%%'", number);
    sql(query);
    letter_comes(number);
    rpc_ok(chief, "notification.settings_set", "{s:s, s:s}", "quiet_from", "off", "quiet_to", "off");
}

/* The municipality's; this test's own cluster lives in UTC, where it is another day from midnight to three. */
#define TODAY "(now() AT TIME ZONE 'Europe/Moscow')::date"

static void one_digest_a_day(void **state)
{
    (void)state;
    struct rpc *executor = town_as(&town, TOWN_executor);
    rpc_ok(executor, "notification.settings_set", "{s:s}", "digest_hour", "0");
    waits_until("SELECT count(*) FROM mail WHERE kind = 'digest' AND state = 'sent'", "1");
    size_t n = letters_read();
    const char *text = decoded(n - 1, "text");
    assert_non_null(strstr(text, "Непрочитанных уведомлений: "));
    assert_null(strstr(text, "Скрытн"));
    /* The clock goes back by a day and forward again: yesterday's digest was yesterday's, today's is not repeated. */
    sql("UPDATE notification_setting SET digest_on = " TODAY " + 1");
    usleep(8000000);
    assert_string_equal(sql("SELECT count(*) FROM mail WHERE kind = 'digest'"), "1");
    assert_string_equal(sql("SELECT count(*) FROM notification_setting WHERE digest_on = " TODAY), "1");
}

static void a_clock_set_back_holds_no_letter(void **state)
{
    (void)state;
    smtp_mode("busy");
    const char *number = at_text(given(TOWN_executor, "Часы назад"), "number");
    waits_until("SELECT tries > 0 FROM mail ORDER BY id DESC LIMIT 1", "t");
    /* As if the clock had been three days ahead when the pause was counted. */
    sql("UPDATE mail SET next_try_at = now() + interval '3 days', changed_at = now() + interval '3 days' WHERE state = 'queued'");
    smtp_mode("ok");
    letter_comes(number);
    assert_int_equal(letters_about(number), 1);
}

/* Another configuration, taken without a break. */
static void reconfigured(const char *tls, const char *ca)
{
    char path[PATH_BYTES], text[2 * sizeof config];
    snprintf(path, sizeof path, "%s/config.yaml", server->dir);
    char *piece = strstr(config, "smtp_tls: none");
    assert_non_null(piece);
    snprintf(text, sizeof text, "listen: 127.0.0.1\n%.*ssmtp_tls: %s\n%s%s\nsmtp_timeout_s: 2\nsmtp_retry_s: 1\n", (int)(piece - config),
             config, tls, ca ? "smtp_ca: " : "", ca ? ca : "");
    assert_true(write_whole(path, text, 0644));
    pid_t before = proc_find_child(server->pid, "gorod-mail");
    kill(server->pid, SIGHUP);
    for (int64_t end = clock_ms() + SOON_MS; clock_ms() < end; usleep(50000)) {
        pid_t now = proc_find_child(server->pid, "gorod-mail");
        if (now > 0 && now != before)
            return;
    }
    FAIL("the sender of letters does not come again");
}

/* No letter goes in the clear where encryption is demanded, none to a server whose certificate nobody trusts. */
static void encryption_is_demanded_and_checked(void **state)
{
    (void)state;
    char ca[PATH_BYTES];
    snprintf(ca, sizeof ca, "%s/ca.pem", folder);
    char *cert = read_whole(data_path("tls/cert.pem"));
    assert_true(cert && write_whole(ca, cert, 0644));
    free(cert);
    reconfigured("required", NULL);
    const char *number = at_text(given(TOWN_executor, "Под замком"), "number");
    waits_until("SELECT last_error <> '' FROM mail ORDER BY id DESC LIMIT 1", "t"); /* the server cannot encrypt */
    smtp_stop();
    smtp_start_with(true);
    waits_until("SELECT last_error LIKE '%certificate%' FROM mail ORDER BY id DESC LIMIT 1", "t");
    assert_int_equal(letters_about(number), 0);
    reconfigured("required", ca);
    letter_comes(number);
    assert_int_equal(letters_about(number), 1);
    size_t n = letters_read();
    assert_non_null(strstr(letters[n - 1], "X-Envelope: TLS MAIL FROM"));
}

static void stops_and_leaves_nothing(void **state)
{
    (void)state;
    town_close_sessions(&town);
    server_stop(server);
    cluster_stop(&cluster);
    smtp_stop();
    for (size_t i = 0; i < LETTERS_MAX; i++)
        free(letters[i]);
    remove_tree(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_is_filled),
        cmocka_unit_test(a_letter_says_what_to_do_and_names_nobody),
        cmocka_unit_test(busy_servers_are_asked_again),
        cmocka_unit_test(a_server_that_was_away_gets_it_later),
        cmocka_unit_test(slow_and_broken_lines_lose_nothing),
        cmocka_unit_test(a_line_that_breaks_in_a_letter_leaves_a_doubt),
        cmocka_unit_test(a_doubt_is_not_sent_twice),
        cmocka_unit_test(a_refused_letter_is_told_to_administrators),
        cmocka_unit_test(nothing_is_sent_twice_under_the_axe),
        cmocka_unit_test(two_servers_tell_once),
        cmocka_unit_test(an_event_that_commits_late_is_told),
        cmocka_unit_test(quiet_hours_are_quiet),
        cmocka_unit_test(one_digest_a_day),
        cmocka_unit_test(a_clock_set_back_holds_no_letter),
        cmocka_unit_test(encryption_is_demanded_and_checked),
        cmocka_unit_test(stops_and_leaves_nothing),
    };
    return HARNESS_RUN("mail", tests);
}
