/* What leaves for other systems: exports that another installation takes in, the upload to the federal resource. */
#include "tests/integration/reports.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *given_export(const char *what, struct server *from)
{
    static char path[SERVER_PATH_BYTES + 64];
    struct outcome o;
    snprintf(path, sizeof path, "%s/%s-%s.csv", server->dir, what, from == server ? "a" : "b");
    server_cli(from, &o, NULL, "export", what, "--output", path, "--from", "2000-01-01", NULL);
    if (o.exit_code != 0) {
        outcome_free(&o);
        server_cli(from, &o, NULL, "export", what, "--output", path, NULL);
    }
    CHECK(o.exit_code == 0, "export %s: %s", what, o.err);
    outcome_free(&o);
    return path;
}

/* What one installation exports another one takes, row for row; a second time adds nothing. */
void what_is_exported_can_be_imported(void **state)
{
    (void)state;
    static const char *const order[] = {"classifiers", "units", "users", "calendar", "correspondents", "appeals", NULL};
    struct server *other = server_start(NULL);
    for (size_t i = 0; order[i]; i++) {
        struct outcome o;
        json_error_t why;
        char path[SERVER_PATH_BYTES + 64];
        snprintf(path, sizeof path, "%s", given_export(order[i], server));
        int64_t rows = csv_rows(path);
        CHECK(rows > 5, "%s: %d rows", order[i], (int)rows);
        for (int again = 0; again < 2; again++) {
            server_cli(other, &o, NULL, "import", order[i], path, "--json", NULL);
            CHECK(o.exit_code == 0, "import %s: %s %s", order[i], o.out, o.err);
            json_t *said = rpc_keep(json_loads(o.out, 0, &why));
            assert_int_equal(at_int(said, "rejected"), 0);
            assert_int_equal(at_int(said, "read"), rows);
            if (again)
                assert_int_equal(at_int(said, "imported"), 0);
            outcome_free(&o);
        }
        if (strcmp(order[i], "units") == 0 || strcmp(order[i], "classifiers") == 0 || strcmp(order[i], "calendar") == 0) {
            char *a = read_whole(path), *b = read_whole(given_export(order[i], other));
            CHECK(strcmp(a, b) == 0, "%s come out otherwise than they went in", order[i]);
            free(a);
            free(b);
        }
    }
    server_stop(other);
}

/* ---- the federal upload ---- */

void an_upload_is_checked_before_it_is_written(void **state)
{
    (void)state;
    struct outcome o;
    char month[8];
    const char *path = path_of("upload.json");
    snprintf(month, sizeof month, "%.7s", day_of_last_month());
    json_t *check = rpc_ok(admin, "report.sstu_check", "{s:s}", "month", month);
    json_int_t faults = at_int(check, "faults"), questions = at_int(check, "questions");
    CHECK(faults > 0 && questions > faults, "%d faults of %d questions", (int)faults, (int)questions);
    assert_int_equal(json_array_size(at(check, "items")), faults);
    assert_holds(at_text(check, "items.0.text"), ":", "what to do");
    rpc_refused(admin, 1004, "sstu_faults", "report.sstu_upload", "{s:s}", "month", month);
    server_cli(server, &o, NULL, "report", "sstu_upload", "--month", month, "--skip-faulty", "yes", "--output", path, NULL);
    CHECK(o.exit_code == 0, "%s", o.err);
    outcome_free(&o);
    json_error_t why;
    json_t *all = rpc_keep(json_load_file(path, JSON_REJECT_DUPLICATES, &why)), *record, *question;
    size_t i, k;
    json_int_t written = 0;
    CHECK(all, "%s", why.text);
    json_array_foreach(all, i, record)
    {
        assert_string_equal(at_text(record, "departmentId"), "11111111-2222-3333-4444-555555555555");
        json_array_foreach(at(record, "questions"), k, question)
        {
            written++;
            assert_true(strcmp(at_text(question, "registrationDate"), at_text(question, "incomingDate")) >= 0);
            assert_int_equal(strlen(at_text(question, "code")), 19);
        }
    }
    assert_int_equal(written, questions - faults);
    rpc_refused(admin, -32602, "month", "report.sstu_upload", "{s:s}", "month", "2026-13");
    rpc_refused(admin, -32602, "month", "report.sstu_check", "{s:s}", "month", "2090-01");
}

/* As a table for people: one row a question, in each format; a month that is none is told. */
void an_upload_is_a_table_too(void **state)
{
    (void)state;
    char month[8];
    snprintf(month, sizeof month, "%.7s", day_of_last_month());
    json_int_t questions = at_int(rpc_ok(admin, "report.sstu_check", "{s:s}", "month", month), "questions");
    const char *path = given_document("sstu_upload", "csv", "month", month);
    assert_int_equal(csv_rows(path), questions);
    char *csv = read_whole(path), *text = pdf_text(given_document("sstu_upload", "pdf", "month", month), 0);
    assert_holds(csv, "Код вопроса", "sstu_upload");
    assert_holds(text, "Результат", "sstu_upload");
    free(csv);
    free(text);
    struct outcome o;
    char *argv[] = {"python3", "-c", (char *)check_xlsx, (char *)given_document("sstu_upload", "xlsx", "month", month), NULL};
    run_program(argv, NULL, 60000, &o);
    CHECK(o.exit_code == 0 && atoll(o.out) == questions, "%s %s, not %d", o.out, o.err, (int)questions);
    outcome_free(&o);
}
