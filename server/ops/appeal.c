/* Appeals: list, card, correction, links, candidates, comments. Registration and transitions stand in files of their own. */
#include "server/ops/access.h"
#include "server/ops/appeal.h"
#include "common/arena.h"
#include "common/layout.h"
#include "common/utf8.h"
#include "server/ops/helpers.h"
#include "server/ops/tables.h"
#include <stdlib.h>
#include <string.h>

#define READERS (R_ANY & ~R_ADMIN)
#define REGISTRARS (R_CLERK | R_SYSTEM)
#define DECIDERS (R_CLERK | R_HEAD | R_DEPUTY | R_CHIEF | R_EXECUTOR | R_SYSTEM)

/* Nobody who may not see persons gets a name: analysts, unless they also hold a role that may (or the right `citizens`). */
static bool hides_persons(const struct call *c)
{
    return !(c->user->roles & ~(R_ANALYST | R_ADMIN | R_DISPATCHER | R_MANAGER));
}

/* What narrows a list, for its count and its page alike: $1 to $20 of both. */
static void list_filters(struct call *c, const char *text, const char *number, const char *filters[])
{
    const char *sort = arg_sql(c, "sort");
    const char *all[] = {call_acts(c),
                         call_sees_all(c),
                         call_units(c),
                         call_bool(hides_persons(c)),
                         arg_bool(c, "new") ? "registered" : arg_sql(c, "status"),
                         arg_sql(c, "kind"),
                         arg_sql(c, "topic"),
                         arg_sql(c, "unit"),
                         arg_sql(c, "mine"),
                         arg_sql(c, "without_action"),
                         arg_sql(c, "overdue"),
                         arg_sql(c, "due_soon"),
                         arg_sql(c, "from"),
                         arg_sql(c, "to"),
                         arg_sql(c, "correspondent"),
                         number,
                         text,
                         arg_sql(c, "open"),
                         arg_sql(c, "house"),
                         sort ? sort : "new"};
    memcpy(filters, all, sizeof all);
}

enum { TEXT_COUNT_LIMIT = 1000 }; /* what a text finds is counted less far: each match has to be fetched */

static bool count_list(struct call *c, struct page *page, const char *text, const char *number, const char *newer_than)
{
    int64_t most = text ? TEXT_COUNT_LIMIT : COUNT_LIMIT;
    const char *params[22];
    if (page->total >= 0)
        return true; /* the cursor brought it */
    list_filters(c, text, number, params);
    params[20] = call_int(c, most + 1);
    params[21] = newer_than;
    if (!page_count_to(c, page, Q_APPEAL_COUNT, params, 22, most))
        return false;
    page->exact = page->exact && !newer_than;
    return true;
}

static struct pg_res *read_list(struct call *c, const struct page *page, const char *text, const char *number, const char *newer_than)
{
    const char *params[25];
    list_filters(c, text, number, params);
    params[20] = page->after[1];
    params[21] = page->after[0];
    params[22] = call_int(c, page->limit + 1);
    params[23] = call_language(c);
    params[24] = newer_than;
    return pg_query(c->db, Q_APPEAL_LIST, params, 25, c->err);
}

static struct pg_res *run_list(struct call *c, struct page *page, const char *text, const char *number)
{
    return count_list(c, page, text, number, NULL) ? read_list(c, page, text, number, NULL) : NULL;
}

/* The newest cards that match, from no more than the newest slices; how many there are at least is counted on the way. */
static struct pg_res *search_newest(struct call *c, struct page *page, const char *text, int slices)
{
    enum { COL_FOUND = 5, COL_ALL = 6 };
    const char *params[24];
    bool first = page->total < 0;
    list_filters(c, text, NULL, params);
    params[19] = page->after[0];
    params[20] = call_int(c, first ? TEXT_COUNT_LIMIT + 1 : page->limit + 1);
    params[21] = call_int(c, page->limit + 1);
    params[22] = call_int(c, slices);
    params[23] = call_language(c);
    struct pg_res *res = pg_query(c->db, Q_APPEAL_SEARCH, params, 24, c->err);
    if (res && first && pg_rows(res) > page->limit) {
        int64_t found = pg_int(res, 0, COL_FOUND);
        page->total = found > TEXT_COUNT_LIMIT ? TEXT_COUNT_LIMIT : found;
        page->exact = found <= TEXT_COUNT_LIMIT && pg_bool(res, 0, COL_ALL);
    }
    return res;
}

/* A beginning of a great many words: a page is filled by walking back over the newest cards; the total then says how many at least. */
static struct pg_res *walk_newest(struct call *c, struct page *page, const char *text)
{
    enum { NEWEST = 4096 };
    int64_t last = page->after[0] ? strtoll(page->after[0], NULL, 10) : 0;
    if (!page->after[0] && !query_int(c, Q_APPEAL_LAST, NULL, 0, 0, &last))
        return NULL;
    const char *newer_than = call_int(c, last > NEWEST ? last - NEWEST : 0);
    struct pg_res *res = read_list(c, page, text, NULL, newer_than);
    if (res && pg_rows(res) > page->limit && !count_list(c, page, text, NULL, newer_than)) {
        pg_free(res);
        return NULL;
    }
    return res;
}

/* What many cards hold fills a page from the newest ones, however many there are in all; what few hold is fetched whole. */
static struct pg_res *run_search(struct call *c, struct page *page, const char *text, bool narrow)
{
    enum { SLICES = 16 };
    const char *sort = arg_sql(c, "sort");
    if (!text) {
        page->exact = page->exact || page->total < 0;
        page->total = page->total < 0 ? 0 : page->total;
        return search_newest(c, page, "", 0);
    }
    if (sort && strcmp(sort, "new") != 0)
        return run_list(c, page, text, NULL);
    struct pg_res *res = narrow ? search_newest(c, page, text, SLICES) : walk_newest(c, page, text);
    if (!res || pg_rows(res) > page->limit)
        return res;
    bool counted = count_list(c, page, text, NULL, NULL);
    if (counted && !page->after[0] && page->total == pg_rows(res))
        return res; /* all that match are among the newest */
    pg_free(res);
    return counted ? read_list(c, page, text, NULL, NULL) : NULL;
}

/* The words as typed, as a full-text query; *query NULL: no card holds such words. */
static bool read_query(struct call *c, const char *words, const char **query, bool *narrow)
{
    const char *params[] = {words, call_bool(hides_persons(c))};
    struct pg_res *res = pg_query(c->db, Q_APPEAL_QUERY, params, 2, c->err);
    if (!res)
        return false;
    const char *text = pg_text(res, 0, 0);
    *query = text ? arena_strdup(c->arena, text) : NULL;
    *narrow = pg_bool(res, 0, 1);
    pg_free(res);
    return true;
}

/* What was typed is a number, or words, or words in the other layout: the first of these that finds something. */
static struct pg_res *find(struct call *c, struct page *page, const char *query)
{
    const char *number = query ? number_pattern(c, query) : NULL;
    struct pg_res *res = number || !query ? run_list(c, page, NULL, number) : NULL;
    if (!query || (number && (!res || pg_rows(res) > 0)))
        return res;
    char *other = arena_alloc(c->arena, 4 * strlen(query) + 1);
    layout_swap(query, other, 4 * strlen(query) + 1);
    const char *texts[] = {query, other};
    for (size_t i = 0; i < 2; i++) {
        const char *words;
        bool narrow;
        pg_free(res);
        res = NULL;
        if (!page->after[0])
            page->total = -1;
        if (!read_query(c, texts[i], &words, &narrow) || !(res = run_search(c, page, words, narrow)) || pg_rows(res) > 0)
            break;
    }
    return res;
}

static bool appeal_list(struct call *c)
{
    struct page page;
    const char *query = arg_sql(c, "query");
    if (!page_begin(c, &page, "id"))
        return false;
    struct pg_res *res = find(c, &page, query);
    if (!res)
        return false;
    page_write(c, &page, res, "appeal", 3, 2);
    /* A number tells no person; words find by names, too. */
    bool by_person = !hides_persons(c) && (arg_has(c, "correspondent") || (query && !number_pattern(c, query)));
    if (by_person)
        access_note_search(c, "appeal", query, NULL, access_ids(c, res, 3, page.limit));
    pg_free(res);
    return true;
}

static bool appeal_get(struct call *c)
{
    int64_t id;
    if (!find_id(c, Q_APPEAL_FIND_NUMBER, &id) || !record_write(c, "appeal", id, c->out))
        return false;
    access_note_card(c, "appeal", id);
    return true;
}

/* The questions that wait for a result are those given now; a card with one question says topic and nature of it, too. */
static bool set_questions(struct call *c, const char *id)
{
    const char *correct[] = {id, arg_sql(c, "topic"), arg_sql(c, "nature")};
    int64_t last;
    if (arg_has(c, "questions"))
        return query_int(c, Q_APPEAL_QUESTION_DROP, &id, 1, 0, &last) && appeal_questions_write(c, id, last);
    return (!correct[1] && !correct[2]) || pg_exec(c->db, Q_APPEAL_QUESTION_CORRECT, correct, 3, NULL, c->err);
}

static bool set_author(struct call *c, const char *id)
{
    const char *params[] = {id, arg_sql(c, "correspondent")};
    return !params[1] || (appeal_author_ok(c, "correspondent", arg_int(c, "correspondent"), NULL) &&
                          pg_exec(c->db, Q_APPEAL_AUTHOR_CHANGE, params, 2, NULL, c->err));
}

static bool appeal_set(struct call *c)
{
    enum { COL_REGISTERED = 4, COL_KIND = 9 };
    struct record r;
    int64_t version;
    const char *changes, *topic = NULL;
    if (!record_lock(c, "appeal", &r))
        return false;
    bool ok = !state_is_final(c, "appeal", r.status) || err_rule(c->err, "status", NULL);
    ok = ok && check_classifier(c, "topic", "topic", arg_str(c, "topic"), NULL) && check_classifier(c, "nature", "nature", arg_str(c, "nature"), NULL) &&
         appeal_questions_ok(c, &topic) && appeal_complained_ok(c) && access_ok(c);
    if (ok && arg_sql(c, "channel"))
        ok = appeal_channel_ok(c, pg_text(r.row, 0, COL_KIND), arg_str(c, "channel"), day_parse(pg_text(r.row, 0, COL_REGISTERED)));
    if (ok && arg_sql(c, "received") && day_parse(arg_str(c, "received")) > day_parse(pg_text(r.row, 0, COL_REGISTERED)))
        ok = err_field(c->err, "received", "before_received", NULL);
    const char *params[] = {r.id_text, arg_sql(c, "nature"), arg_sql(c, "subject"), arg_keep(c, "text"), arg_keep(c, "address"), arg_keep(c, "addressee"),
                            arg_sql(c, "topic"), arg_sql(c, "unit"), arg_sql(c, "considering"), arg_sql(c, "members_count"), arg_sql(c, "channel"),
                            arg_sql(c, "received"), arg_keep(c, "forwarded_by"), arg_keep(c, "cover_number"), arg_sql(c, "cover_date"),
                            arg_sql(c, "correspondent"), arg_sql(c, "complained_of")};
    ok = ok && record_changes(c, Q_APPEAL_FACTS, r.id_text, &changes) && set_author(c, r.id_text) &&
         query_int(c, Q_APPEAL_SET, params, 17, 0, &version) && set_questions(c, r.id_text) && appeal_access_write(c, r.id_text);
    if (ok) {
        struct event e = {.record = "appeal", .record_id = r.id, .action = "set", .version = version, .changes = changes};
        ok = event_write(c, &e);
    }
    if (ok)
        write_changed(c, r.id, r.number, version, r.status);
    record_free(&r);
    return ok;
}

bool appeal_link_write(struct call *c, int64_t from, const char *field, int64_t other, const char *kind)
{
    struct record to;
    const char *frequency = NULL, *kind_text = kind ? kind : "same_issue";
    int64_t version;
    if (from == other)
        return err_field(c->err, field, "same_record", NULL);
    if (!check_classifier(c, "link_kind", strcmp(field, "other") == 0 ? "kind" : "link_kind", kind_text, NULL))
        return false;
    if (!record_lock_id(c, "appeal", other, &to))
        return c->err->code == ERR_NOT_FOUND ? err_field(c->err, field, "not_there", NULL) : false;
    record_free(&to);
    const char *params[] = {call_int(c, from), call_int(c, other), kind_text};
    if (!pg_exec(c->db, Q_APPEAL_LINK_ADD, params, 3, NULL, c->err))
        return false;
    if (strcmp(kind_text, "repeat_of") == 0)
        frequency = "repeated";
    else if (strcmp(kind_text, "duplicate_of") == 0)
        frequency = "duplicate";
    const char *set[] = {params[0], frequency}, *touch[] = {params[0]}, *back[] = {params[1]};
    if (frequency ? !query_int(c, Q_APPEAL_FREQUENCY_SET, set, 2, 0, &version) : !query_int(c, Q_APPEAL_TOUCH, touch, 1, 0, &version))
        return false;
    const char *changes = arena_printf(c->arena, "{\"link\":{\"kind\":\"%s\",\"to\":%lld}}", kind_text, (long long)other);
    struct event e = {.record = "appeal", .record_id = from, .action = "link", .version = version, .changes = changes};
    if (!event_write(c, &e) || !query_int(c, Q_APPEAL_TOUCH, back, 1, 0, &version))
        return false;
    struct event b = {.record = "appeal", .record_id = other, .action = "link", .version = version,
                      .changes = arena_printf(c->arena, "{\"link\":{\"kind\":\"%s\",\"from\":%lld}}", kind_text, (long long)from)};
    return event_write(c, &b);
}

static bool appeal_link(struct call *c)
{
    struct record r;
    int64_t id = arg_int(c, "id"), other = arg_int(c, "other");
    /* Two cards under lock: the lower id first, whoever links whom. */
    if (other < id && other > 0) {
        struct record first;
        if (!record_lock_id(c, "appeal", other, &first))
            return c->err->code == ERR_NOT_FOUND ? err_field(c->err, "other", "not_there", NULL) : false;
        record_free(&first);
    }
    if (!record_lock(c, "appeal", &r))
        return false;
    bool ok;
    if (arg_bool(c, "remove")) {
        const char *kind = arg_sql(c, "kind"), *params[] = {r.id_text, call_int(c, other), kind ? kind : "same_issue"};
        struct event e = {.record = "appeal", .record_id = r.id, .action = "unlink", .version = r.version,
                          .changes = arena_printf(c->arena, "{\"link\":{\"kind\":\"%s\",\"to\":%lld}}", params[2], (long long)other)};
        ok = check_classifier(c, "link_kind", "kind", params[2], NULL) && pg_exec(c->db, Q_APPEAL_LINK_REMOVE, params, 3, NULL, c->err) && event_write(c, &e);
    } else {
        ok = appeal_link_write(c, r.id, "other", other, arg_sql(c, "kind"));
    }
    const char *number = arena_strdup(c->arena, r.number), *status = arena_strdup(c->arena, r.status);
    int64_t version = r.version + (arg_bool(c, "remove") ? 0 : 1);
    record_free(&r);
    if (ok)
        write_changed(c, id, number, version, status);
    return ok;
}

static int longer_first(const void *a, const void *b)
{
    size_t la = strlen(*(const char *const *)a), lb = strlen(*(const char *const *)b);
    return la < lb ? 1 : la > lb ? -1 : strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A duplicate says the same with the same rare words: the longest ones, by threes, any three of which suffice - so a typing error or
 * another heading does not hide it, and no trigram index over all texts is needed. NULL for a text too short to tell. */
static const char *rare_words_query(struct call *c, const char *text)
{
    enum { WORDS_MAX = 400, PICKED = 9, LONG_BYTES = 9, WORD_BYTES = 200 };
    const char **words = arena_alloc(c->arena, WORDS_MAX * sizeof *words);
    char word[WORD_BYTES];
    size_t count = 0, picked = 0;
    for (const char *p = text; count < WORDS_MAX && utf8_next_word(&p, word, sizeof word);)
        if (strlen(word) >= LONG_BYTES)
            words[count++] = arena_strdup(c->arena, word);
    qsort(words, count, sizeof *words, longer_first);
    const char *query = "";
    for (size_t i = 0; i < count && picked < PICKED; i++) {
        if (i > 0 && strcmp(words[i], words[i - 1]) == 0)
            continue;
        query = arena_printf(c->arena, "%s%s'%s'", query, picked == 0 ? "(" : picked % 3 == 0 ? ") | (" : " & ", words[i]);
        picked++;
    }
    return picked >= 3 ? arena_printf(c->arena, "%s)", query) : NULL;
}

static bool write_rows(struct call *c, const char *key, enum query q, const char *const *params, int count, bool run)
{
    struct pg_res *res = NULL;
    if (run && !(res = pg_query(c->db, q, params, count, c->err)))
        return false;
    jw_key(c->out, key);
    jw_array(c->out);
    for (int i = 0; res && i < pg_rows(res); i++)
        jw_raw(c->out, pg_text(res, i, 0));
    jw_array_end(c->out);
    pg_free(res);
    return true;
}

static bool appeal_candidates(struct call *c)
{
    const char *text = arg_sql(c, "text"), *person = arg_sql(c, "correspondent"), *address = arg_sql(c, "address");
    const char *rare = text ? rare_words_query(c, text) : NULL;
    const char *user = call_acts(c), *all = call_sees_all(c), *units = call_units(c);
    const char *same_text[] = {user, all, units, text, rare}, *same_person[] = {user, all, units, person};
    const char *same_issue[] = {user, all, units, address, arg_sql(c, "topic"), person};
    jw_object(c->out);
    bool ok = write_rows(c, "duplicates", Q_APPEAL_CANDIDATES_TEXT, same_text, 5, rare != NULL) &&
              write_rows(c, "repeated", Q_APPEAL_CANDIDATES_PERSON, same_person, 4, person != NULL) &&
              write_rows(c, "same_issue", Q_APPEAL_CANDIDATES_ISSUE, same_issue, 6, address || person);
    jw_object_end(c->out);
    return ok;
}

static bool appeal_comment(struct call *c) { return record_comment(c, "appeal"); }

static const struct op_param list_params[] = {
    {"sort", P_ENUM, 0, 0, "new|old|due", NULL, {"Порядок", "Order"}, NULL},
    {"status", P_STRING, PF_FILTER, 40, NULL, NULL, {"Состояние", "Status"}, NULL},
    {"kind", P_ENUM, PF_FILTER, 0, "classifier:appeal_kind", NULL, {"Вид поступления", "Kind"}, NULL},
    {"topic", P_STRING, PF_FILTER, 40, NULL, NULL, {"Тема", "Topic"}, NULL},
    {"unit", P_ID, PF_FILTER, 0, NULL, "unit.list", {"Подразделение", "Unit"}, NULL},
    {"correspondent", P_ID, PF_FILTER, 0, NULL, "correspondent.list", {"Автор", "Author"}, NULL},
    {"house", P_ID, PF_FILTER, 0, NULL, "house.list", {"Дом", "House"}, NULL},
    {"mine", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Мои", "Mine"}, NULL},
    {"new", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Новые", "New"}, NULL},
    {"open", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Нерассмотренные", "Open"}, NULL},
    {"without_action", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Без движения", "Without action"}, NULL},
    {"overdue", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Просроченные", "Overdue"}, NULL},
    {"due_soon", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Скоро срок", "Due soon"}, NULL},
    {"from", P_DATE, PF_FILTER, 0, NULL, NULL, {"Зарегистрировано с", "Registered from"}, NULL},
    {"to", P_DATE, PF_FILTER, 0, NULL, NULL, {"Зарегистрировано по", "Registered to"}, NULL},
    {.name = NULL},
};
static const struct op_param get_params[] = {
    {"id", P_ID, 0, 0, NULL, "appeal.list", {"Обращение", "Appeal"}, NULL},
    {"number", P_STRING, 0, 60, NULL, NULL, {"Номер", "Number"}, NULL},
    {.name = NULL},
};
static const struct op_param set_params[] = {
    {"subject", P_STRING, 0, 500, NULL, NULL, {"Краткое содержание", "Subject"}, NULL},
    {"text", P_TEXT, 0, 100000, NULL, NULL, {"Текст", "Text"}, NULL},
    {"nature", P_ENUM, 0, 0, "classifier:nature", NULL, {"Предложение, заявление, жалоба", "Nature"}, NULL},
    {"topic", P_ENUM, 0, 0, "classifier:topic", NULL, {"Тема", "Topic"}, NULL},
    {"channel", P_ENUM, 0, 0, "classifier:channel", NULL, {"Как поступило", "Channel"}, NULL},
    {"received", P_DATE, 0, 0, NULL, NULL, {"Поступило", "Received"}, NULL},
    {"address", P_STRING, 0, 500, NULL, NULL, {"Где (адрес вопроса)", "Where"}, NULL},
    {"addressee", P_STRING, 0, 300, NULL, NULL, {"Кому адресовано", "Addressee"}, NULL},
    {"considering", P_ID, 0, 0, NULL, "user.list", {"Рассматривает", "Considered by"}, NULL},
    {"unit", P_ID, 0, 0, NULL, "unit.list", {"Подразделение", "Unit"}, NULL},
    {"members_count", P_INT, 0, 1000000, NULL, NULL, {"Подписало, чел.", "Signed by"}, NULL},
    {"correspondent", P_ID, 0, 0, NULL, "correspondent.list", {"Автор", "Author"}, NULL},
    {"questions", P_OBJECTS, 0, 50, NULL, NULL, {"Вопросы", "Questions"}, appeal_question_fields},
    {"complained_of", P_IDS, 0, 20, NULL, "user.list", {"На кого жалоба", "Complains of"}, NULL},
    {"confidential", P_BOOL, 0, 0, NULL, NULL, {"Ограниченный доступ", "Restricted"}, NULL},
    {"data_class", P_ENUM, 0, 0, "classifier:data_class", NULL, {"Класс данных", "Class of data"}, NULL},
    {"readers", P_IDS, 0, 50, NULL, "user.list", {"Кому доступно", "Open to"}, NULL},
    {"forwarded_by", P_STRING, 0, 300, NULL, NULL, {"Кем переслано", "Forwarded by"}, NULL},
    {"cover_number", P_STRING, 0, 100, NULL, NULL, {"Номер сопроводительного", "Cover letter number"}, NULL},
    {"cover_date", P_DATE, 0, 0, NULL, NULL, {"Дата сопроводительного", "Cover letter date"}, NULL},
    {.name = NULL},
};
static const struct op_param link_params[] = {
    {"other", P_ID, PF_REQUIRED, 0, NULL, "appeal.list", {"С каким обращением", "With which appeal"}, NULL},
    {"kind", P_ENUM, 0, 0, "classifier:link_kind", NULL, {"Вид связи", "Kind of link"}, NULL},
    {"remove", P_BOOL, 0, 0, NULL, NULL, {"Снять связь", "Remove the link"}, NULL},
    {.name = NULL},
};
static const struct op_param comment_params[] = {
    {"text", P_TEXT, PF_REQUIRED, 20000, NULL, NULL, {"Комментарий", "Comment"}, NULL},
    {"files", P_IDS, 0, 50, NULL, "file.list", {"Файлы из входящих", "Files of the inbox"}, NULL},
    {.name = NULL},
};
static const struct op_param candidate_params[] = {
    {"text", P_TEXT, 0, 100000, NULL, NULL, {"Текст", "Text"}, NULL},
    {"correspondent", P_ID, 0, 0, NULL, "correspondent.list", {"Автор", "Author"}, NULL},
    {"topic", P_STRING, 0, 40, NULL, NULL, {"Тема", "Topic"}, NULL},
    {"address", P_STRING, 0, 500, NULL, NULL, {"Адрес", "Address"}, NULL},
    {.name = NULL},
};

const struct op appeal_ops[] = {
    {"appeal.register", REGISTRARS, OP_WRITE, {"Зарегистрировать обращение", "Register an appeal"}, appeal_register_params, appeal_register},
    {"appeal.list", READERS, OP_LIST, {"Обращения", "Appeals"}, list_params, appeal_list},
    {"appeal.get", READERS, 0, {"Карточка обращения", "Card of an appeal"}, get_params, appeal_get},
    {"appeal.candidates", REGISTRARS | R_HEAD | R_DEPUTY, 0, {"Похожие обращения", "Similar appeals"}, candidate_params, appeal_candidates},
    {"appeal.set", REGISTRARS | R_HEAD | R_DEPUTY, OP_WRITE | OP_VERSION, {"Исправить обращение", "Correct an appeal"}, set_params, appeal_set},
    {"appeal.link", REGISTRARS | R_HEAD | R_DEPUTY, OP_WRITE | OP_VERSION, {"Связать обращения", "Link appeals"}, link_params, appeal_link},
    {"appeal.comment", DECIDERS | R_CONTROLLER, OP_WRITE | OP_VERSION, {"Комментарий к обращению", "Comment on an appeal"}, comment_params, appeal_comment},
    {"appeal.draft_answer", DECIDERS, OP_WRITE | OP_VERSION, {"Подготовить ответ", "Draft the answer"}, appeal_draft_answer_params, appeal_draft_answer},
    {"appeal.return_answer", DECIDERS, OP_WRITE | OP_VERSION, {"Вернуть проект ответа", "Return the draft answer"}, appeal_return_params, appeal_return_answer},
    {"appeal.answer", DECIDERS, OP_WRITE | OP_VERSION, {"Дать ответ", "Answer"}, appeal_answer_params, appeal_answer},
    {"appeal.forward", DECIDERS, OP_WRITE | OP_VERSION, {"Направить по компетенции", "Forward"}, appeal_forward_params, appeal_forward},
    {"appeal.forward_part", DECIDERS, OP_WRITE | OP_VERSION, {"Направить часть вопросов", "Forward some questions"}, appeal_forward_part_params, appeal_forward_part},
    {"appeal.extend", DECIDERS, OP_WRITE | OP_VERSION, {"Продлить рассмотрение", "Extend"}, appeal_extend_params, appeal_extend},
    {"appeal.leave", DECIDERS, OP_WRITE | OP_VERSION, {"Оставить без ответа", "Leave without answer"}, appeal_leave_params, appeal_leave},
    {"appeal.withdraw", DECIDERS, OP_WRITE | OP_VERSION, {"Отозвано автором", "Withdrawn by the author"}, appeal_withdraw_params, appeal_withdraw},
    {"appeal.reopen", DECIDERS, OP_WRITE | OP_VERSION, {"Вернуть на рассмотрение", "Reopen"}, appeal_reason_params, appeal_reopen},
    {"appeal.void", DECIDERS, OP_WRITE | OP_VERSION, {"Аннулировать карточку", "Void the card"}, appeal_reason_params, appeal_void},
    {.method = NULL},
};
