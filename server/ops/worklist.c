/* worklist.get: everybody's first screen - what to do now, in order, and why. */
#include "common/arena.h"
#include "server/ops/helpers.h"
#include "server/ops/tables.h"
#include <stdlib.h>
#include <string.h>

/* Why a line stands here, in the order of urgency; `next` is the action that the key opens, when the person may take it. */
static const struct reason {
    const char *id, *text[2], *next[4];
} reasons[] = {
    {"overdue", {"Просрочено", "Overdue"}, {"report", "answer", NULL}},
    {"returned", {"Вернули", "Returned"}, {"report", NULL}},
    {"due_soon", {"Скоро срок", "Due soon"}, {"report", NULL}},
    {"to_decide", {"Просят продлить", "Extension asked"}, {"extend_decide", NULL}},
    {"to_check", {"Проверить", "To check"}, {"precheck", NULL}},
    {"to_answer", {"Пора отвечать", "Answer now"}, {"answer", "draft_answer", NULL}},
    {"to_accept", {"Принять", "To accept"}, {"accept", NULL}},
    {"part_in", {"Часть сдана", "A part is in"}, {"part_decide", NULL}},
    {"without_action", {"Без движения", "Without action"}, {"assign", "answer", NULL}},
    {"unread", {"Новый комментарий", "New comment"}, {NULL}},
    {"draft", {"Не выдано", "Not issued"}, {"issue", NULL}},
    {"co_executor", {"Соисполнение", "Co-executor"}, {"part_report", NULL}},
    {"assigned", {"Назначено", "Assigned"}, {"start", "report", NULL}},
    {"waits_check", {"Ждёт проверки контролёра", "Waits for the controller"}, {NULL}},
};
enum { REASONS = sizeof reasons / sizeof *reasons, ROWS_MAX = 400 };

static size_t rank_of(const char *id)
{
    for (size_t i = 0; i < REASONS; i++)
        if (strcmp(reasons[i].id, id) == 0)
            return i;
    return REASONS - 2;
}

struct line {
    const char *json, *record, *status, *due;
    size_t rank;
    uint32_t relations;
    size_t order; /* as the query gave it: keeps the sort stable */
};

static int compare(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    int by_due = strcmp(x->due ? x->due : "9", y->due ? y->due : "9");
    return by_due ? by_due : x->order < y->order ? -1 : 1;
}

/* The action of the workflow that the line is here for, NULL when the person may take none of them. */
static const char *next_action(struct call *c, const struct line *l)
{
    struct err ignored;
    const char *to;
    for (size_t i = 0; reasons[l->rank].next[i]; i++) {
        const char *next = reasons[l->rank].next[i];
        /* The request for an extension has rules of its own; whoever finds the line here is who decides. */
        if (strcmp(next, "extend_decide") == 0 ||
            workflow_check(c->rules->workflow, l->record, l->status, next, c->user->roles, l->relations, &to, &ignored))
            return next;
    }
    return NULL;
}

static void write_line(struct call *c, const struct line *l)
{
    const struct wf_state *state = workflow_state_info(c->rules->workflow, l->record, workflow_state(c->rules->workflow, l->record, l->status));
    struct buf item;
    struct jw w;
    buf_init(&item, 1 << 20);
    buf_append(&item, l->json, strlen(l->json) - 1);
    buf_puts(&item, ",\"reason_label\":");
    jw_init(&w, &item);
    jw_string(&w, reasons[l->rank].text[c->user->lang]);
    buf_puts(&item, ",\"status_label\":");
    jw_init(&w, &item);
    jw_string(&w, state ? state->label[c->user->lang] : l->status);
    buf_puts(&item, ",\"next_action\":");
    jw_init(&w, &item);
    jw_string(&w, next_action(c, l));
    buf_puts(&item, ",\"actions\":");
    jw_init(&w, &item);
    workflow_actions(c->rules->workflow, l->record, l->status, c->user->roles, l->relations, &w);
    buf_putc(&item, '}');
    jw_raw(c->out, item.data);
    buf_free(&item);
}

static size_t take_rows(struct call *c, const struct pg_res *res, const char *record, struct line *lines, size_t count, const char **counts)
{
    for (int i = 0; i < pg_rows(res) && count < ROWS_MAX; i++) {
        const char *reason = pg_text(res, i, 3), *json = arena_strdup(c->arena, pg_text(res, i, 0));
        if (strcmp(reason, "counts") == 0) {
            *counts = json;
            continue;
        }
        lines[count] = (struct line){.json = json, .record = record, .status = arena_strdup(c->arena, pg_text(res, i, 1)),
                                     .relations = relations_for(c, pg_int(res, i, 2)), .rank = rank_of(reason), .order = count,
                                     .due = pg_text(res, i, 4) ? arena_strdup(c->arena, pg_text(res, i, 4)) : NULL};
        count++;
    }
    return count;
}

static bool add_appeals(struct call *c, struct line *lines, size_t *count, int64_t *without_action, int64_t *overdue)
{
    /* Letters are the business of those who register and decide; an executor has assignments. */
    bool sees = c->user->roles & (R_CLERK | R_SYSTEM);
    if (!(c->user->roles & (R_CLERK | R_HEAD | R_DEPUTY | R_CHIEF | R_SYSTEM)))
        return true;
    const char *params[] = {call_acts(c), call_bool(sees), call_units(c)}, *unused;
    struct pg_res *res = pg_query(c->db, Q_WORKLIST_APPEALS, params, 3, c->err);
    if (!res)
        return false;
    *count = take_rows(c, res, "appeal", lines, *count, &unused);
    pg_free(res);
    struct pg_res *counts = pg_query(c->db, Q_WORKLIST_APPEAL_COUNTS, params, 3, c->err);
    if (!counts)
        return false;
    *without_action = pg_int(counts, 0, 0);
    *overdue = pg_int(counts, 0, 1);
    pg_free(counts);
    return true;
}

static bool worklist_get(struct call *c)
{
    struct line *lines = arena_alloc(c->arena, ROWS_MAX * sizeof *lines);
    size_t count = 0;
    int64_t without_action = 0, appeals_overdue = 0;
    const char *counts = "{}";
    /* Deputies and chiefs look after what is late in their units; a head after what they gave out. */
    const char *params[] = {call_acts(c), call_bool(c->user->roles & (R_DEPUTY | R_CHIEF)), call_units(c)};
    struct pg_res *res = pg_query(c->db, Q_WORKLIST_ASSIGNMENTS, params, 3, c->err);
    if (!res)
        return false;
    count = take_rows(c, res, "assignment", lines, count, &counts);
    pg_free(res);
    if (!add_appeals(c, lines, &count, &without_action, &appeals_overdue))
        return false;
    qsort(lines, count, sizeof *lines, compare);
    json_t *numbers = json_loads(counts, 0, NULL);
    if (!numbers)
        numbers = json_object();
    json_object_set_new(numbers, "without_action", json_integer(without_action));
    json_object_set_new(numbers, "overdue", json_integer(json_integer_value(json_object_get(numbers, "overdue")) + appeals_overdue));
    char *text = json_dumps(numbers, JSON_COMPACT);
    jw_object(c->out);
    jw_key(c->out, "items");
    jw_array(c->out);
    for (size_t i = 0; i < count; i++)
        write_line(c, &lines[i]);
    jw_array_end(c->out);
    jw_kraw(c->out, "counts", text);
    jw_object_end(c->out);
    free(text);
    json_decref(numbers);
    return true;
}

const struct op worklist_ops[] = {
    {"worklist.get", R_ANY, 0, {"Мой день: что сделать сейчас и почему", "My day: what to do now and why"}, NULL, worklist_get},
    {.method = NULL},
};
