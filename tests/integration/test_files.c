/* Files through the operations: put, read, attached, demanded; whose they are; what is refused; what is left of them. */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PART_BYTES = 280000, PARTS = 3 };

static struct server *server;
static struct town town;
static struct rpc *clerk, *head, *executor, *stranger, *analyst;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server =
        server_start(&(struct server_options){.config = "file_max_mib: 2\ninbox_max_files: 20\ninbox_max_mib: 6\nrecord_max_mib: 3\n"});
    given_municipality(server, &town);
    clerk = town_as(&town, TOWN_clerk);
    head = town_as(&town, TOWN_head);
    executor = town_as(&town, TOWN_executor);
    stranger = town_as(&town, TOWN_executor2);
    analyst = town_as(&town, TOWN_analyst);
}

static json_t *put(struct rpc *who, const char *name, const char *text) { return given_inbox_file(who, name, text, strlen(text)); }

static json_int_t total(struct rpc *who, const char *place, json_int_t id)
{
    return at_int(rpc_ok(who, "file.list", "{s:s, s:I}", "place", place, "id", id), "total");
}

static json_int_t inbox(struct rpc *who) { return at_int(rpc_ok(who, "file.list", NULL), "total"); }

/* ---- what it is ---- */

static void a_file_is_kept_as_it_was_sent(void **state)
{
    (void)state;
    json_t *made = put(clerk, "Заявление.txt", "Прошу отремонтировать кровлю\n");
    assert_string_equal(at_text(made, "type"), "text/plain");
    json_t *got = rpc_ok(clerk, "file.get", "{s:I}", "id", at_int(made, "id"));
    char *same = base64_text("Прошу отремонтировать кровлю\n", strlen("Прошу отремонтировать кровлю\n"));
    assert_string_equal(at_text(got, "content"), same);
    free(same);
    assert_string_equal(at_text(got, "name"), "Заявление.txt");
    assert_true(json_is_null(at(got, "next")));
    assert_true(json_is_null(at(got, "named_as")));
    json_t *empty = rpc_ok(clerk, "file.put", "{s:s}", "name", "пусто.txt");
    assert_string_equal(at_text(empty, "type"), "inode/x-empty");
    assert_int_equal(at_int(empty, "size"), 0);
    assert_string_equal(at_text(rpc_ok(clerk, "file.get", "{s:I}", "id", at_int(empty, "id")), "content"), "");
}

static void a_type_is_told_by_the_contents(void **state)
{
    (void)state;
    static const struct {
        const char *name, *content, *type, *named_as;
    } cases[] = {
        {"ответ.pdf", "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n1 0 obj\n<<>>\nendobj\n", "application/pdf", NULL},
        {"не ответ.pdf", "Это просто текст\n", "text/plain", "application/pdf"},
        {"фото.JPG",
         "\xFF\xD8\xFF\xE0"
         "0JFIF",
         "image/jpeg", NULL},
        {"фото.png",
         "\xFF\xD8\xFF\xE0"
         "0JFIF",
         "image/jpeg", "image/png"},
        {"письмо.doc", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 rest", "application/msword", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *made = put(executor, cases[i].name, cases[i].content);
        CHECK(strcmp(at_text(made, "type"), cases[i].type) == 0, "%s: %s", cases[i].name, at_text(made, "type"));
        const char *claimed = json_string_value(at(made, "named_as"));
        CHECK(claimed == cases[i].named_as || (claimed && cases[i].named_as && strcmp(claimed, cases[i].named_as) == 0), "%s: named as %s",
              cases[i].name, claimed);
        rpc_ok(executor, "file.remove", "{s:I}", "id", at_int(made, "id"));
    }
}

/* ---- large ones ---- */

static void a_large_file_goes_in_parts(void **state)
{
    (void)state;
    static unsigned char data[PARTS][PART_BYTES];
    json_int_t upload = 0;
    for (int i = 0; i < PARTS; i++) {
        for (size_t k = 0; k < PART_BYTES; k++)
            data[i][k] = (unsigned char)(k * 7 + (size_t)i * 13 + k / 251);
        char *content = base64_text(data[i], PART_BYTES);
        json_t *params =
            json_pack("{s:s, s:s, s:b, s:i}", "name", "большой.bin", "content", content, "more", i + 1 < PARTS, "offset", i * PART_BYTES);
        if (upload)
            json_object_set_new(params, "upload", json_integer(upload));
        free(content);
        json_t *answer = rpc_ok_json(clerk, "file.put", params);
        if (i == 0) {
            upload = at_int(answer, "upload");
            rpc_refused(stranger, -32602, "upload", "file.put", "{s:s, s:I}", "name", "чужой.bin", "upload", upload);
            rpc_refused(clerk, -32602, "offset", "file.put", "{s:s, s:I, s:i}", "name", "большой.bin", "upload", upload, "offset", 5);
        }
        if (i + 1 == PARTS) {
            json_int_t id = at_int(answer, "id"), offset = PART_BYTES - 10;
            assert_int_equal(at_int(answer, "size"), PARTS * PART_BYTES);
            json_t *piece = rpc_ok(clerk, "file.get", "{s:I, s:I, s:i}", "id", id, "offset", offset, "limit", 20);
            unsigned char across[20];
            memcpy(across, data[0] + offset, 10);
            memcpy(across + 10, data[1], 10);
            char *want = base64_text(across, 20);
            assert_string_equal(at_text(piece, "content"), want);
            free(want);
            rpc_ok(clerk, "file.remove", "{s:I}", "id", id);
        }
    }
}

/* ---- refused ---- */

static void what_cannot_be_kept_is_refused(void **state)
{
    (void)state;
    static char cyrillic[256];
    json_int_t before = inbox(clerk);
    for (int i = 0; i < 127; i++)
        memcpy(cyrillic + 2 * i, "ж", 2);
    strcpy(cyrillic + 254, "x"); /* 255 bytes: just fits */
    static const char *const bad[] = {
        "../../x", "a/b", ".", "..",
        "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        rpc_refused(clerk, -32602, "name", "file.put", "{s:s}", "name", bad[i]);
    rpc_refused(clerk, -32602, "name", "file.put", "{s:s}", "name", "две\nстроки");
    rpc_refused(clerk, -32602, "name", "file.put", "{s:s}", "name", "");
    rpc_refused(clerk, -32602, "content", "file.put", "{s:s, s:s}", "name", "x", "content", "это не base64!");
    rpc_refused(clerk, -32602, "size_kib", "file.put", "{s:s, s:i}", "name", "десять гигабайт", "size_kib", 10 * 1024 * 1024);
    assert_int_equal(inbox(clerk), before);
    json_t *longest = put(clerk, cyrillic, "x");
    assert_string_equal(at_text(longest, "name"), cyrillic);
    json_t *again = rpc_ok(clerk, "file.copy", "{s:I}", "id", at_int(longest, "id")); /* the number still fits into 255 bytes */
    rpc_ok(clerk, "file.remove", "{s:I}", "id", at_int(again, "id"));
    rpc_ok(clerk, "file.remove", "{s:I}", "id", at_int(longest, "id"));
}

static void a_folder_has_an_end(void **state)
{
    (void)state;
    char name[32];
    json_int_t there = inbox(stranger);
    assert_int_equal(there, 0);
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "%d.txt", i);
        put(stranger, name, name);
    }
    rpc_refused(stranger, -32602, "content", "file.put", "{s:s}", "name", "21.txt");
    put(stranger, "5.txt", "другое"); /* the same name: replaced, not added */
    assert_int_equal(inbox(stranger), 20);
    json_t *page = rpc_ok(stranger, "file.list", "{s:i}", "limit", 7);
    assert_int_equal(json_array_size(at(page, "items")), 7);
    json_t *next = rpc_ok(stranger, "file.list", "{s:i, s:s}", "limit", 7, "after", at_text(page, "next"));
    assert_true(at_int(next, "items.0.id") < at_int(page, "items.6.id"));
    json_t *item;
    size_t i;
    json_array_foreach(at(rpc_ok(stranger, "file.list", "{s:i}", "limit", 50), "items"), i, item)
        rpc_ok(stranger, "file.remove", "{s:I}", "id", at_int(item, "id"));
}

/* ---- on records ---- */

static json_int_t appeal, assignment, photo;
static unsigned char picture[PART_BYTES];

/* A picture of several pieces: the beginning of a JPEG, and what looks like no text. */
static json_int_t given_photo(struct rpc *who, const char *name)
{
    static const unsigned char head_of_jpeg[] = "\xFF\xD8\xFF\xE0\0\x10JFIF";
    for (size_t i = 0; i < sizeof picture; i++)
        picture[i] = (unsigned char)(i * 31 + i / 253);
    memcpy(picture, head_of_jpeg, sizeof head_of_jpeg);
    return at_int(given_inbox_file(who, name, picture, sizeof picture), "id");
}

static void a_photo_is_demanded(void **state)
{
    (void)state;
    appeal = at_int(given_appeal(&town, "Петрова Анна Ильинична", "Яма во дворе"), "id");
    assignment = at_int(rpc_ok(head, "assignment.create", "{s:s, s:I, s:s, s:I, s:b}", "title", "Засыпать яму", "responsible",
                               town.user[TOWN_executor], "due", day_from_today(10), "appeal", appeal, "file_demanded", 1),
                        "id");
    assert_true(json_is_true(at(rpc_ok(head, "assignment.get", "{s:I}", "id", assignment), "file_demanded")));
    rpc_refused(executor, 1004, "file_demanded", "assignment.report", "{s:I, s:s}", "id", assignment, "text", "Засыпано");
    photo = given_photo(executor, "яма.jpg");
    rpc_refused(executor, -32602, "files[1]", "assignment.report", "{s:I, s:s, s:[I,I]}", "id", assignment, "text", "Засыпано", "files",
                photo, (json_int_t)987654);
    assert_int_equal(inbox(executor), 1);
    rpc_ok(executor, "assignment.report", "{s:I, s:s, s:[I]}", "id", assignment, "text", "Засыпано", "files", photo);
    assert_int_equal(inbox(executor), 0);
    json_t *card = rpc_ok(head, "assignment.get", "{s:I}", "id", assignment);
    assert_string_equal(at_text(card, "files.0.name"), "яма.jpg");
    assert_string_equal(at_text(card, "files.0.part"), "report");
    assert_int_equal(at_int(card, "files.0.part_id"), at_int(card, "reports.0.id"));
    assert_string_equal(at_text(card, "files.0.type"), "image/jpeg");
    assert_int_equal(at_int(card, "files.0.size"), sizeof picture);
}

/* Whoever accepts the report sees the photo as it was taken, to the last byte. */
static void the_report_holds_what_was_shown(void **state)
{
    (void)state;
    char *sent = base64_text(picture, sizeof picture);
    json_t *got = rpc_ok(head, "file.get", "{s:I, s:i}", "id", photo, "limit", PART_BYTES);
    assert_string_equal(at_text(got, "content"), sent);
    assert_true(json_is_null(at(got, "next")));
    free(sent);
}

static void what_was_shown_once_does_not_count_again(void **state)
{
    (void)state;
    rpc_ok(head, "assignment.return", "{s:I, s:s}", "id", assignment, "comment", "Не видно");
    rpc_refused(executor, 1004, "file_demanded", "assignment.report", "{s:I, s:s}", "id", assignment, "text", "Засыпано снова");
    json_int_t other = at_int(put(executor, "яма.jpg", "\xFF\xD8\xFF\xE0 JFIF другая"), "id");
    rpc_ok(executor, "file.attach", "{s:[I], s:s, s:I}", "files", other, "record", "assignment", "id", assignment);
    rpc_ok(executor, "assignment.report", "{s:I, s:s}", "id", assignment, "text", "Засыпано снова");
    json_t *files = at(rpc_ok(head, "assignment.get", "{s:I}", "id", assignment), "files");
    assert_string_equal(at_text(files, "1.name"), "яма (2).jpg");
    assert_string_equal(at_text(files, "1.part"), "report");
}

static void rights_are_those_of_the_record(void **state)
{
    (void)state;
    rpc_ok(clerk, "file.get", "{s:I}", "id", photo);
    rpc_error(stranger, 1001, "file.get", "{s:I}", "id", photo);
    rpc_error(analyst, 1001, "file.get", "{s:I}", "id", photo); /* a photo may show a person */
    rpc_error(stranger, 1001, "file.remove", "{s:I}", "id", photo);
    assert_int_equal(total(stranger, "assignment", assignment), 0);
    assert_int_equal(total(clerk, "assignment", assignment), 2);
    /* Somebody's inbox is theirs alone, even for the administrator. */
    json_int_t own = at_int(put(executor, "черновик.txt", "мой"), "id");
    rpc_error(head, 1001, "file.get", "{s:I}", "id", own);
    rpc_error(town.admin, 1001, "file.get", "{s:I}", "id", own);
    assert_int_equal(total(clerk, "inbox", town.user[TOWN_executor]), 0);
    rpc_refused(clerk, -32602, "files[0]", "file.attach", "{s:[I], s:s, s:I}", "files", own, "record", "appeal", "id", appeal);
    rpc_error(stranger, 1001, "file.attach", "{s:[I], s:s, s:I}", "files", own, "record", "assignment", "id", assignment);
}

/* Whoever sees an outage sees its files; who keeps outages adds and takes away, also what another one added. */
static void outages_have_files(void **state)
{
    (void)state;
    struct rpc *duty = town_as(&town, TOWN_dispatcher);
    server_sql(server, "INSERT INTO settlement (name) VALUES ('Город')");
    server_sql(server, "INSERT INTO house (settlement_id, number, number_value) VALUES (1, '1', 1)");
    json_int_t outage = at_int(
        rpc_ok(duty, "outage.open", "{s:s, s:s, s:[i], s:s}", "kind", "emergency", "resource", "heating", "houses", 1, "reason", "Порыв"),
        "id");
    json_int_t act = at_int(put(duty, "акт.txt", "Порыв на вводе"), "id"), own = at_int(put(executor, "схема.txt", "Схема"), "id");
    rpc_error(executor, 1002, "file.attach", "{s:[I], s:s, s:I}", "files", own, "record", "outage", "id", outage);
    rpc_error(clerk, 1002, "file.attach", "{s:[I], s:s, s:I}", "files", at_int(put(clerk, "x.txt", "x"), "id"), "record", "outage", "id",
              outage);
    rpc_error(duty, 1001, "file.attach", "{s:[I], s:s, s:I}", "files", act, "record", "outage", "id", (json_int_t)987654);
    rpc_refused(duty, -32602, "files[0]", "file.attach", "{s:[I], s:s, s:I}", "files", own, "record", "outage", "id", outage);
    json_int_t version = at_int(rpc_ok(duty, "outage.get", "{s:I}", "id", outage), "version");
    rpc_ok(duty, "file.attach", "{s:[I], s:s, s:I}", "files", act, "record", "outage", "id", outage);
    json_t *card = rpc_ok(executor, "outage.get", "{s:I}", "id", outage);
    assert_int_equal(at_int(card, "version"), version + 1);
    assert_string_equal(at_text(card, "files.0.name"), "акт.txt");
    assert_string_equal(at_text(card, "history.1.action"), "file_attach");
    rpc_ok(executor, "file.get", "{s:I}", "id", act);
    rpc_ok(analyst, "file.view", "{s:I}", "id", act);
    assert_int_equal(total(analyst, "outage", outage), 1);
    struct rpc *admin = town_as(&town, TOWN_admin);
    rpc_error(admin, 1001, "file.get", "{s:I}", "id", act);
    assert_int_equal(total(admin, "outage", outage), 0);
    rpc_error(clerk, 1002, "file.remove", "{s:I}", "id", act);
    rpc_ok(duty, "file.remove", "{s:I}", "id", act);
    assert_int_equal(total(duty, "outage", outage), 0);
    rpc_ok(executor, "file.remove", "{s:I}", "id", own);
}

static void what_is_closed_keeps_its_files(void **state)
{
    (void)state;
    rpc_error(head, 1002, "file.remove", "{s:I}", "id", photo); /* not who added it, nor a registrar */
    rpc_ok(head, "assignment.accept", "{s:I}", "id", assignment);
    rpc_refused(executor, 1004, "status", "file.remove", "{s:I}", "id", photo);
    json_int_t copy = at_int(rpc_ok(head, "file.copy", "{s:I}", "id", photo), "id");
    assert_string_equal(at_text(rpc_ok(head, "file.get", "{s:I}", "id", copy), "name"), "яма.jpg");
}

static void reading_is_an_event(void **state)
{
    (void)state;
    json_t *events = rpc_ok(town.admin, "audit.list", "{s:s, s:s, s:I}", "record", "file", "action", "file_read", "record_id", photo);
    assert_int_equal(at_int(events, "total"), 3); /* head, clerk, the copy: not who was refused */
    assert_int_equal(at_int(events, "items.2.actor"), town.user[TOWN_head]);
    json_int_t before = at_int(events, "total");
    rpc_ok(head, "file.get", "{s:I, s:i}", "id", photo, "limit", 0);
    events = rpc_ok(town.admin, "audit.list", "{s:s, s:s, s:I}", "record", "file", "action", "file_read", "record_id", photo);
    assert_int_equal(at_int(events, "total"), before);
}

static void an_answer_may_be_a_file(void **state)
{
    (void)state;
    rpc_refused(clerk, -32602, "answer_text", "appeal.answer", "{s:I, s:s}", "id", appeal, "answer_type", "explained");
    json_int_t scan = at_int(put(clerk, "ответ.pdf", "%PDF-1.4\n"), "id");
    rpc_ok(clerk, "appeal.answer", "{s:I, s:s, s:[I]}", "id", appeal, "answer_type", "explained", "files", scan);
    json_t *card = rpc_ok(clerk, "appeal.get", "{s:I}", "id", appeal);
    assert_string_equal(at_text(card, "status"), "answered");
    assert_string_equal(at_text(card, "files.0.part"), "answer");
}

static void a_withdrawal_shows_its_paper(void **state)
{
    (void)state;
    json_int_t id = at_int(given_appeal(&town, "Иванов Пётр Сергеевич", "Шум"), "id");
    rpc_refused(clerk, -32602, "withdrawal_file", "appeal.withdraw", "{s:I, s:s}", "id", id, "comment", "Заявление от 1 июня");
    json_int_t scan = at_int(put(clerk, "отзыв.pdf", "%PDF-1.4\n"), "id");
    rpc_ok(clerk, "appeal.withdraw", "{s:I, s:s, s:I}", "id", id, "comment", "Заявление от 1 июня", "withdrawal_file", scan);
    assert_string_equal(at_text(rpc_ok(clerk, "appeal.get", "{s:I}", "id", id), "files.0.part"), "withdrawal");
}

static void a_comment_brings_files(void **state)
{
    (void)state;
    json_int_t id = at_int(given_appeal(&town, "Сидорова Вера Павловна", "Фонарь"), "id"),
               file = at_int(put(clerk, "схема.txt", "x"), "id");
    rpc_ok(clerk, "appeal.comment", "{s:I, s:s, s:[I]}", "id", id, "text", "Схема", "files", file);
    json_t *card = rpc_ok(clerk, "appeal.get", "{s:I}", "id", id);
    assert_int_equal(at_int(card, "files.0.part_id"), at_int(card, "comments.0.id"));
    rpc_ok(clerk, "file.rename", "{s:I, s:s}", "id", file, "name", "План.txt");
    rpc_ok(clerk, "file.remove", "{s:I}", "id", file);
    assert_int_equal(json_array_size(at(rpc_ok(clerk, "appeal.get", "{s:I}", "id", id), "files")), 0);
}

/* ---- stored once, and gone when nobody refers to it ---- */

static void contents_are_stored_once_and_swept(void **state)
{
    (void)state;
    json_int_t a = at_int(put(head, "один.txt", "те же самые слова"), "id"),
               b = at_int(put(clerk, "другой.txt", "те же самые слова"), "id");
    json_t *one = rpc_ok(head, "file.get", "{s:I, s:i}", "id", a, "limit", 0),
           *two = rpc_ok(clerk, "file.get", "{s:I, s:i}", "id", b, "limit", 0);
    assert_string_equal(at_text(one, "sha256"), at_text(two, "sha256"));
    char sql[256];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM file_blob WHERE sha256 = '\\x%s'", at_text(one, "sha256"));
    assert_int_equal(atoi(server_sql(server, sql)), 1);
    rpc_ok(head, "file.remove", "{s:I}", "id", a);
    rpc_ok(clerk, "file.put", "{s:s, s:b}", "name", "недописанный.bin", "more", 1);
    town_close_sessions(&town);
    server_stop(server);
    server_start_again(server); /* the sweep's first round is at the start */
    clerk = town_as(&town, TOWN_clerk);
    for (int i = 0;
         i < 100 &&
         atoi(server_sql(
             server,
             "SELECT count(*) FROM file_blob b WHERE sha256 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM file WHERE blob_id = b.id)")) > 0;
         i++)
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    assert_int_equal(
        atoi(server_sql(
            server, "SELECT count(*) FROM file_blob b WHERE sha256 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM file WHERE blob_id = b.id)")),
        0);
    assert_int_equal(atoi(server_sql(server, sql)), 1); /* the clerk's is still there */
    rpc_ok(clerk, "file.get", "{s:I}", "id", b);
    /* What is being sent has its time. */
    assert_int_equal(atoi(server_sql(server, "SELECT count(*) FROM file_blob WHERE sha256 IS NULL AND owner_id IS NOT NULL")), 1);
}

/* ---- files that are made to hurt whoever opens them ---- */

static const char bombs[] =
    "import sys, zlib, base64, io, zipfile\n"
    "def pdf(objects):\n"
    "    out = b'%PDF-1.4\\n'; at = []\n"
    "    for n, body in enumerate(objects, 1):\n"
    "        at.append(len(out)); out += b'%d 0 obj\\n' % n + body + b'\\nendobj\\n'\n"
    "    x = len(out); out += b'xref\\n0 %d\\n0000000000 65535 f \\n' % (len(objects) + 1)\n"
    "    out += b''.join(b'%010d 00000 n \\n' % a for a in at)\n"
    "    return out + b'trailer\\n<< /Size %d /Root 1 0 R >>\\nstartxref\\n%d\\n%%%%EOF\\n' % (len(objects) + 1, x)\n"
    "def page(stream, filters):\n"
    "    return pdf([b'<< /Type /Catalog /Pages 2 0 R >>', b'<< /Type /Pages /Kids [3 0 R] /Count 1 >>',\n"
    "        b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',\n"
    "        b'<< /Length %d /Filter %s >>\\nstream\\n' % (len(stream), filters) + stream + b'\\nendstream',\n"
    "        b'<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'])\n"
    "kind = sys.argv[1]\n"
    "if kind == 'wide':\n"
    "    c = zlib.compressobj(9); s = c.compress(b'BT /F1 12 Tf 1 0 0 1 9 9 Tm ')\n"
    "    for _ in range(1200): s += c.compress(b'(AAAAAAAAAAAAAAAA) Tj ' * 4000)\n"
    "    data = page(s + c.compress(b'ET') + c.flush(), b'/FlateDecode')\n"
    "elif kind == 'nested':\n"
    "    s = b'\\0' * 50000000\n"
    "    for _ in range(3): s = zlib.compress(s, 9)\n"
    "    data = page(s, b'[/FlateDecode /FlateDecode /FlateDecode]')\n"
    "elif kind == 'deep':\n"
    "    data = pdf([b'<< /Type /Catalog /Pages 2 0 R >>'] + [b'<< /Type /Pages /Kids [%d 0 R] /Count 1 >>' % (n + 1) for n in range(2, 2500)] + [b'<< /Type /Pages /Kids [2 0 R] /Count 1 >>'])\n"
    "else:\n"
    "    f = io.BytesIO(); z = zipfile.ZipFile(f, 'w', zipfile.ZIP_DEFLATED); z.writestr('zeros', bytes(100000000)); z.close(); data = f.getvalue()\n"
    "sys.stdout.write(base64.b64encode(data).decode())\n";

/* A viewer is bounded in time and memory: whatever it meets, who asks hears an answer, and the server serves others meanwhile. */
static void bombs_hurt_nobody(void **state)
{
    (void)state;
    enum { VIEW_S_MAX = 25 };
    static const char *const kinds[] = {"wide", "nested", "deep", "zip"};
    struct rpc *other = town_as(&town, TOWN_deputy);
    json_int_t before = inbox(other);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct outcome o;
        char *argv[] = {"python3", "-c", (char *)bombs, (char *)kinds[i], NULL};
        run_program(argv, NULL, 60000, &o);
        CHECK(o.exit_code == 0, "%s: %s", kinds[i], o.err);
        json_int_t id = at_int(rpc_ok(other, "file.put", "{s:s, s:s}", "name", kinds[i], "content", o.out), "id");
        outcome_free(&o);
        time_t began = time(NULL);
        json_t *answer = rpc_call(other, "file.view", json_pack("{s:I, s:i, s:i}", "id", id, "columns", 80, "rows", 24));
        CHECK(time(NULL) - began <= VIEW_S_MAX, "%s took %d s", kinds[i], (int)(time(NULL) - began));
        const char *rule = at(answer, "error") ? at_text(answer, "error.data.rule") : "";
        CHECK(at(answer, "result") || strcmp(rule, "not_readable") == 0, "%s: %s", kinds[i], json_dumps(answer, 0));
        rpc_ok(clerk, "session.ping", NULL);
        rpc_ok(other, "file.remove", "{s:I}", "id", id);
    }
    assert_int_equal(inbox(other), before);
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
        cmocka_unit_test(a_file_is_kept_as_it_was_sent),
        cmocka_unit_test(a_type_is_told_by_the_contents),
        cmocka_unit_test(a_large_file_goes_in_parts),
        cmocka_unit_test(what_cannot_be_kept_is_refused),
        cmocka_unit_test(a_folder_has_an_end),
        cmocka_unit_test(a_photo_is_demanded),
        cmocka_unit_test(the_report_holds_what_was_shown),
        cmocka_unit_test(what_was_shown_once_does_not_count_again),
        cmocka_unit_test(rights_are_those_of_the_record),
        cmocka_unit_test(outages_have_files),
        cmocka_unit_test(what_is_closed_keeps_its_files),
        cmocka_unit_test(reading_is_an_event),
        cmocka_unit_test(an_answer_may_be_a_file),
        cmocka_unit_test(a_withdrawal_shows_its_paper),
        cmocka_unit_test(a_comment_brings_files),
        cmocka_unit_test(contents_are_stored_once_and_swept),
        cmocka_unit_test(bombs_hurt_nobody),
        cmocka_unit_test(stops_clean),
    };
    return HARNESS_RUN("files", tests);
}
