/* The workflow as data: what is refused and where, who may do what, what is written out. */
#include "common/buf.h"
#include "common/jw.h"
#include "server/ops/op.h"
#include "server/rules/workflow.h"
#include <dirent.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct workflow *shipped;

static int load_shipped(void **state)
{
    (void)state;
    struct err err = {0};
    shipped = workflow_load("workflow.yaml", workflow_default_yaml, &err);
    if (!shipped)
        fprintf(stderr, "%s\n", err.detail);
    return shipped ? 0 : -1;
}

static int free_shipped(void **state)
{
    (void)state;
    workflow_free(&shipped);
    return 0;
}

/* Every file of faults/ says in its first line where and what: "# expect: LINE: words of the message". */
static void assert_fault_is_told(const char *path)
{
    char head[256], place[1100];
    int line;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(head, sizeof head, file));
    fclose(file);
    assert_int_equal(sscanf(head, "# expect: %d:", &line), 1);
    char *words = strchr(strchr(head, ':') + 1, ':') + 2;
    words[strcspn(words, "\n")] = '\0';
    struct err err = {0};
    struct workflow *wf = workflow_load(path, NULL, &err);
    if (wf)
        fail_msg("%s: accepted", path);
    snprintf(place, sizeof place, "%s:%d: ", path, line);
    if (strncmp(err.detail, place, strlen(place)) != 0 || !strstr(err.detail, words))
        fail_msg("wanted %s%s\ngot    %s", place, words, err.detail);
    assert_int_equal(err.code, ERR_PARAMS);
}

static void test_faults_are_told_with_line_and_advice(void **state)
{
    (void)state;
    const char *folder = SOURCE_DIR "/tests/data/workflow/faults";
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    int count = 0;
    for (struct dirent *e; (e = readdir(dir));) {
        char path[1024];
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        assert_fault_is_told(path);
        count++;
    }
    closedir(dir);
    assert_true(count >= 70);
}

static void test_files_that_are_not_there(void **state)
{
    (void)state;
    struct err err = {0};
    assert_null(workflow_load("/nowhere/workflow.yaml", NULL, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_non_null(strstr(err.detail, "/nowhere/workflow.yaml"));
    assert_null(workflow_load("/", NULL, &err));
}

static void test_a_huge_file_is_refused(void **state)
{
    (void)state;
    size_t size = 1024 * 1024 + 2;
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, '#', size - 1);
    text[size - 1] = '\0';
    struct err err = {0};
    assert_null(workflow_load("huge.yaml", text, &err));
    assert_non_null(strstr(err.detail, "larger than 1 MiB"));
    free(text);
}

/* Many rows must be refused at once, not compared with each other for minutes. */
static void test_a_file_of_many_rows_is_refused(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 1024 * 1024);
    buf_puts(&text, "version: 1\nappeal:\n  states:\n");
    for (int i = 0; i < 20000; i++)
        buf_printf(&text, "    - {id: s%d, ru: a, en: b}\n", i);
    buf_puts(&text, "  transitions: []\n");
    struct err err = {0};
    assert_false(text.overflow);
    assert_null(workflow_load("long.yaml", text.data, &err));
    assert_string_equal(err.detail, "long.yaml:4: too many states: at most 256");
    buf_free(&text);
}

static void test_minimal_file_with_and_without_bom(void **state)
{
    (void)state;
    struct err err = {0};
    struct workflow *wf = workflow_load(SOURCE_DIR "/tests/data/workflow/minimal.yaml", NULL, &err);
    assert_non_null(wf);
    assert_int_equal(workflow_state(wf, "appeal", "answered"), 1);
    workflow_free(&wf);
    assert_null(wf);
    workflow_free(&wf);
    FILE *file = fopen(SOURCE_DIR "/tests/data/workflow/minimal.yaml", "r");
    char text[4096] = "\xEF\xBB\xBF";
    assert_non_null(file);
    text[3 + fread(text + 3, 1, sizeof text - 4, file)] = '\0';
    fclose(file);
    wf = workflow_load("bom.yaml", text, &err);
    assert_non_null(wf);
    workflow_free(&wf);
}

static void test_shipped_rows(void **state)
{
    (void)state;
    const struct transition *t = workflow_transition(shipped, "appeal", "answer");
    assert_non_null(t);
    assert_string_equal(t->guard, "no_open_assignments");
    assert_string_equal(t->clock, "stop");
    assert_string_equal(t->demands[0], "answer_type");
    assert_string_equal(t->demands[2], "answer_text_or_file");
    assert_null(t->demands[3]);
    assert_int_equal(t->by_roles, R_CLERK | R_HEAD);
    assert_int_equal(t->by_relations, 0);
    assert_int_equal(t->to, workflow_state(shipped, "appeal", "answered"));
    t = workflow_transition(shipped, "assignment", "precheck");
    assert_int_equal(t->to, -1);
    assert_int_equal(t->by_roles, 0);
    assert_int_equal(t->by_relations, REL_CONTROLLER);
    t = workflow_transition(shipped, "assignment", "report");
    assert_string_equal(t->may_demand[0], "file");
    assert_string_equal(workflow_transition(shipped, "assignment", "accept")->may_set[0], "quality");
    assert_string_equal(workflow_transition(shipped, "assignment", "reassign")->note[LANG_EN],
                        "the term stays; the earlier executor remains in the history with dates");
    assert_null(workflow_transition(shipped, "appeal", "fly"));
    assert_null(workflow_transition(shipped, "flight", "answer"));
}

static void test_shipped_states(void **state)
{
    (void)state;
    int i = workflow_state(shipped, "appeal", "draft");
    const struct wf_state *s = workflow_state_info(shipped, "appeal", i);
    assert_non_null(s);
    assert_true(s->initial);
    assert_false(s->numbered);
    assert_false(s->final);
    assert_string_equal(s->label[LANG_RU], "Черновик");
    assert_true(workflow_state_info(shipped, "assignment", workflow_state(shipped, "assignment", "off_control"))->final);
    assert_int_equal(workflow_state(shipped, "appeal", "flying"), -1);
    assert_int_equal(workflow_state(shipped, "flight", "draft"), -1);
    assert_null(workflow_state_info(shipped, "appeal", -1));
    assert_null(workflow_state_info(shipped, "appeal", 64));
    assert_null(workflow_state_info(shipped, "flight", 0));
}

static void assert_actions(const char *record, const char *status, uint32_t roles, uint32_t relations, const char *expected)
{
    struct buf out;
    struct jw w;
    buf_init(&out, 4096);
    jw_init(&w, &out);
    workflow_actions(shipped, record, status, roles, relations, &w);
    assert_string_equal(out.data, expected);
    buf_free(&out);
}

static void test_actions_of_an_appeal(void **state)
{
    (void)state;
    const char *clerk = "[\"assign\",\"draft_answer\",\"answer\",\"forward\",\"forward_part\",\"leave\",\"withdraw\",\"void\"]";
    assert_actions("appeal", "registered", R_CLERK, 0, clerk);
    assert_actions("appeal", "registered", R_HEAD, 0, "[\"assign\",\"answer\",\"forward\",\"forward_part\",\"leave\"]");
    assert_actions("appeal", "considering", R_HEAD, 0, "[\"answer\",\"forward\",\"forward_part\",\"extend\",\"leave\"]");
    assert_actions("appeal", "answered", R_CLERK, 0, "[\"reopen\"]");
    assert_actions("appeal", "void", R_CLERK | R_HEAD, 0xff, "[]");
    assert_actions("appeal", "registered", R_ANALYST | R_ADMIN, 0xff, "[]");
    assert_actions("appeal", "no such state", R_CLERK, 0, "[]");
    assert_actions("flight", "registered", R_CLERK, 0, "[]");
}

static void test_roles_with_a_scope(void **state)
{
    (void)state;
    assert_actions("appeal", "considering", R_DEPUTY, 0, "[]");
    assert_actions("appeal", "considering", R_DEPUTY, REL_IN_SCOPE, "[\"extend\"]");
    assert_actions("appeal", "considering", R_CHIEF, REL_RESPONSIBLE, "[]");
    assert_actions("appeal", "considering", R_CHIEF, REL_IN_SCOPE, "[\"draft_answer\"]");
    assert_actions("appeal", "considering", R_EXECUTOR, REL_WATCHER, "[]");
    assert_actions("appeal", "considering", R_EXECUTOR, REL_CO_EXECUTOR, "[\"draft_answer\"]");
    assert_actions("appeal", "considering", R_EXECUTOR, REL_RESPONSIBLE, "[\"draft_answer\"]");
    assert_actions("appeal", "considering", R_EXECUTOR, REL_IN_SCOPE, "[\"draft_answer\"]");
    const char *clerk_and_head = "[\"assign\",\"draft_answer\",\"answer\",\"forward\",\"forward_part\",\"leave\",\"withdraw\",\"void\"]";
    assert_actions("appeal", "registered", R_SYSTEM, 0, clerk_and_head);
}

static void test_actions_of_an_assignment(void **state)
{
    (void)state;
    /* An assignment belongs to the people on its card; a clerk issues a draft, and a clerk or the head names who watches it. */
    assert_actions("assignment", "in_work", R_EXECUTOR | R_CHIEF | R_DEPUTY, REL_IN_SCOPE | REL_WATCHER, "[]");
    assert_actions("assignment", "in_work", R_HEAD, 0, "[\"control\",\"sub\"]");
    assert_actions("assignment", "draft", R_CLERK, 0, "[\"issue\",\"control\"]");
    assert_actions("assignment", "issued", R_EXECUTOR, REL_RESPONSIBLE, "[\"start\",\"report\",\"sub\",\"extend_request\"]");
    assert_actions("assignment", "reported", R_EXECUTOR, REL_RESPONSIBLE, "[\"recall_report\"]");
    assert_actions("assignment", "reported", R_HEAD, REL_AUTHOR, "[\"return\",\"accept\",\"cancel\",\"off_control\",\"control\"]");
    assert_actions("assignment", "reported", R_CONTROLLER, 0, "[]");
    assert_actions("assignment", "reported", 0, REL_CONTROLLER | REL_IS_CONTROLLED, "[\"precheck\",\"return\",\"uncontrol\"]");
    assert_actions("assignment", "reported", 0, REL_CONTROLLER | REL_CONTROLLER_DECIDES, "[\"precheck\",\"return\",\"accept\",\"off_control\"]");
    assert_actions("assignment", "in_work", R_CHIEF, REL_CHIEF, "[\"reassign\",\"sub\"]");
    /* The facts of a card bar what makes no sense now. */
    assert_actions("assignment", "in_work", 0, REL_CO_EXECUTOR, "[]");
    assert_actions("assignment", "in_work", 0, REL_CO_EXECUTOR | REL_OWN_PART_OPEN, "[\"part_report\"]");
    assert_actions("assignment", "in_work", 0, REL_RESPONSIBLE | REL_PART_REPORTED | REL_EXTENSION_ASKED, "[\"report\",\"sub\",\"part_decide\",\"extend_withdraw\"]");
    assert_actions("assignment", "reported", 0, REL_CONTROLLER_DECIDES | REL_EXTENSION_ASKED, "[\"accept\",\"off_control\",\"extend_decide\"]");
    assert_actions("assignment", "accepted", 0, REL_AUTHOR | REL_EXTENSION_ASKED, "[\"reopen\"]");
    assert_actions("assignment", "accepted", R_HEAD, REL_AUTHOR, "[\"reopen\"]");
}

static void test_check_says_who_and_when(void **state)
{
    (void)state;
    struct err err = {0};
    const char *to = NULL;
    assert_true(workflow_check(shipped, "assignment", "in_work", "report", R_EXECUTOR, REL_RESPONSIBLE, &to, &err));
    assert_string_equal(to, "reported");
    assert_true(workflow_check(shipped, "assignment", "reported", "precheck", 0, REL_CONTROLLER, &to, &err));
    assert_string_equal(to, "reported");
    /* The system takes automatic steps for the person whom they concern. */
    assert_true(workflow_check(shipped, "assignment", "issued", "see", R_EXECUTOR, REL_RESPONSIBLE, &to, &err));
    assert_string_equal(to, "seen");
    assert_int_equal(err.code, ERR_OK);

    assert_false(workflow_check(shipped, "assignment", "in_work", "accept", R_EXECUTOR, REL_RESPONSIBLE, &to, &err));
    assert_int_equal(err.code, ERR_FORBIDDEN);
    assert_false(workflow_check(shipped, "assignment", "in_work", "accept", R_HEAD, REL_AUTHOR, &to, &err));
    assert_int_equal(err.code, ERR_RULE);
    assert_string_equal(err.reason, "status");
    assert_false(workflow_check(shipped, "assignment", "in_work", "fly", R_HEAD, REL_AUTHOR, &to, &err));
    assert_int_equal(err.code, ERR_RULE);
    assert_false(workflow_check(shipped, "assignment", "flying", "accept", R_HEAD, REL_AUTHOR, &to, &err));
    assert_int_equal(err.code, ERR_RULE);
    assert_false(workflow_check(shipped, "flight", "in_work", "accept", R_HEAD, REL_AUTHOR, &to, &err));
    assert_int_equal(err.code, ERR_RULE);
}

/* What is listed can be done, what is not listed cannot: both read the same row. */
static void test_actions_and_check_agree(void **state)
{
    (void)state;
    static const char *const records[] = {"appeal", "assignment"};
    for (int r = 0; r < 2; r++) {
        for (int s = 0; workflow_state_info(shipped, records[r], s); s++) {
            const char *status = workflow_state_info(shipped, records[r], s)->id;
            for (uint32_t n = 0; n < 12 * 8; n++) {
                uint32_t roles = 1u << (n % 12), relations = 1u << (n / 12);
                struct buf out;
                struct jw w;
                buf_init(&out, 4096);
                jw_init(&w, &out);
                workflow_actions(shipped, records[r], status, roles, relations, &w);
                json_t *list = json_loads(out.data, 0, NULL);
                assert_non_null(list);
                for (size_t i = 0; i < json_array_size(list); i++) {
                    struct err err = {0};
                    const char *to;
                    const char *action = json_string_value(json_array_get(list, i));
                    if (strncmp(action, "extend_", 7) == 0) /* the request's own rules, see test_actions_of_an_assignment */
                        continue;
                    assert_true(workflow_check(shipped, records[r], status, action, roles, relations, &to, &err));
                    assert_true(workflow_state(shipped, records[r], to) >= 0);
                }
                json_decref(list);
                buf_free(&out);
            }
        }
    }
}

static void test_a_changed_file_changes_the_behaviour(void **state)
{
    (void)state;
    static const char text[] = "version: 1\n"
                               "appeal:\n"
                               "  states: [{id: a, ru: А, en: A, initial: true}, {id: b, ru: Б, en: B, final: true}]\n"
                               "  transitions: [{id: finish, from: [a], to: b, by: [analyst], demands: [comment], note_en: why}]\n"
                               "assignment:\n"
                               "  states: [{id: a, ru: А, en: A, initial: true}, {id: b, ru: Б, en: B, final: true}]\n"
                               "  transitions: [{id: finish, from: [a], to: b, by: [watcher]}]\n";
    struct err err = {0};
    const char *to;
    struct workflow *wf = workflow_load("mine.yaml", text, &err);
    assert_non_null(wf);
    assert_true(workflow_check(wf, "appeal", "a", "finish", R_ANALYST, 0, &to, &err));
    assert_string_equal(to, "b");
    assert_true(workflow_check(wf, "assignment", "a", "finish", 0, REL_WATCHER, &to, &err));
    assert_false(workflow_check(wf, "assignment", "a", "finish", R_CLERK, REL_AUTHOR, &to, &err));
    assert_string_equal(workflow_transition(wf, "appeal", "finish")->note[LANG_RU], "why");
    workflow_free(&wf);
}

static json_t *written(const char *record, enum lang lang)
{
    struct buf out;
    struct jw w;
    buf_init(&out, 1024 * 1024);
    jw_init(&w, &out);
    workflow_write_json(shipped, record, lang, &w);
    json_t *value = json_loads(out.data, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    buf_free(&out);
    return value;
}

static void test_json(void **state)
{
    (void)state;
    json_t *all = written(NULL, LANG_RU);
    assert_int_equal(json_array_size(json_object_get(all, "records")), 12);
    json_decref(all);
    json_t *one = written("assignment", LANG_EN);
    assert_string_equal(json_string_value(json_object_get(one, "record")), "assignment");
    json_t *row = json_array_get(json_object_get(one, "transitions"), 1);
    assert_string_equal(json_string_value(json_object_get(row, "id")), "see");
    assert_true(json_is_true(json_object_get(row, "automatic")));
    assert_string_equal(json_string_value(json_array_get(json_object_get(row, "by"), 0)), "responsible");
    json_t *first = json_array_get(json_object_get(one, "states"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "label")), "Draft");
    json_decref(one);
    json_t *none = written("flight", LANG_RU);
    assert_true(json_is_null(none));
    json_decref(none);
}

static void test_dot(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1024 * 1024);
    workflow_write_dot(shipped, "assignment", LANG_RU, &out);
    assert_int_equal(strncmp(out.data, "digraph \"assignment\" {\n", 23), 0);
    assert_non_null(strstr(out.data, "\"issued\" -> \"seen\" [label=\"see (responsible)\", style=dashed];"));
    assert_non_null(strstr(out.data, "\"reported\" -> \"reported\" [label=\"precheck (controller)\"];"));
    assert_non_null(strstr(out.data, "Принято\\naccepted\", peripheries=2];"));
    buf_reset(&out);
    workflow_write_dot(shipped, "flight", LANG_RU, &out);
    assert_int_equal(out.len, 0);
    buf_free(&out);
}

static void test_role_ids(void **state)
{
    (void)state;
    uint32_t seen = 0;
    for (const struct role_info *r = role_infos; r->bit; r++) {
        assert_int_equal(role_bit(r->id), r->bit);
        assert_int_equal(seen & r->bit, 0);
        seen |= r->bit;
        assert_true(*r->text[LANG_RU] && *r->text[LANG_EN]);
    }
    /* The built-in user's role cannot be given by name. */
    assert_int_equal(seen, R_ANY & ~(unsigned)R_SYSTEM);
    assert_int_equal(role_bit("system"), 0);
    assert_int_equal(role_bit(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults_are_told_with_line_and_advice),
        cmocka_unit_test(test_files_that_are_not_there),
        cmocka_unit_test(test_a_huge_file_is_refused),
        cmocka_unit_test(test_a_file_of_many_rows_is_refused),
        cmocka_unit_test(test_minimal_file_with_and_without_bom),
        cmocka_unit_test(test_shipped_rows),
        cmocka_unit_test(test_shipped_states),
        cmocka_unit_test(test_actions_of_an_appeal),
        cmocka_unit_test(test_roles_with_a_scope),
        cmocka_unit_test(test_actions_of_an_assignment),
        cmocka_unit_test(test_check_says_who_and_when),
        cmocka_unit_test(test_actions_and_check_agree),
        cmocka_unit_test(test_a_changed_file_changes_the_behaviour),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_dot),
        cmocka_unit_test(test_role_ids),
    };
    return cmocka_run_group_tests(tests, load_shipped, free_shipped);
}
