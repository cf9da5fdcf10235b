/* appeal.register: one card in one transaction - author found or made, questions, number, due date, links, event. */
#include "common/arena.h"
#include "server/ops/access.h"
#include "server/ops/appeal.h"
#include "server/ops/correspondent.h"
#include "server/ops/helpers.h"
#include <stdlib.h>
#include <string.h>

const struct op_param appeal_question_fields[] = {
    {"topic", P_ENUM, 0, 0, "classifier:topic", NULL, {"Тема", "Topic"}, NULL},
    {"nature", P_ENUM, 0, 0, "classifier:nature", NULL, {"Характер", "Nature"}, NULL},
    {"text", P_STRING, 0, 2000, NULL, NULL, {"Вопрос", "Question"}, NULL},
    {.name = NULL},
};

const struct op_param appeal_register_params[] = {
    {"kind", P_ENUM, PF_REQUIRED, 0, "classifier:appeal_kind", NULL, {"Вид поступления", "Kind"}, NULL},
    {"channel", P_ENUM, PF_REQUIRED, 0, "classifier:channel", NULL, {"Как поступило", "Channel"}, NULL},
    {"correspondent", P_ID, 0, 0, NULL, "correspondent.list", {"Автор", "Author"}, NULL},
    {"new_correspondent", P_OBJECT, 0, 0, NULL, NULL, {"Новый автор", "New author"}, correspondent_fields},
    {"authors", P_IDS, 0, 200, NULL, "correspondent.list", {"Соавторы", "Other authors"}, NULL},
    {"new_authors", P_OBJECTS, 0, 50, NULL, NULL, {"Новые соавторы", "New other authors"}, correspondent_fields},
    {"anonymous", P_BOOL, 0, 0, NULL, NULL, {"Без подписи (анонимное)", "Anonymous"}, NULL},
    {"collective", P_BOOL, 0, 0, NULL, NULL, {"Коллективное", "Collective"}, NULL},
    {"members_count", P_INT, 0, 1000000, NULL, NULL, {"Подписало, чел.", "Signed by"}, NULL},
    {"nature", P_ENUM, 0, 0, "classifier:nature", NULL, {"Предложение, заявление, жалоба", "Nature"}, NULL},
    {"topic", P_ENUM, 0, 0, "classifier:topic", NULL, {"Тема", "Topic"}, NULL},
    {"subject", P_STRING, 0, 500, NULL, NULL, {"Краткое содержание", "Subject"}, NULL},
    {"text", P_TEXT, 0, 100000, NULL, NULL, {"Текст", "Text"}, NULL},
    {"address", P_STRING, 0, 500, NULL, NULL, {"Где (адрес вопроса)", "Where"}, NULL},
    {"questions", P_OBJECTS, 0, 50, NULL, NULL, {"Вопросы", "Questions"}, appeal_question_fields},
    {"received", P_DATE, 0, 0, NULL, NULL, {"Поступило", "Received"}, NULL},
    {"registered", P_DATE, 0, 0, NULL, NULL, {"Зарегистрировано", "Registered"}, NULL},
    {"due", P_DATE, 0, 0, NULL, NULL, {"Срок из документа", "Due by the document"}, NULL},
    {"addressee", P_STRING, 0, 300, NULL, NULL, {"Кому адресовано", "Addressee"}, NULL},
    {"considering", P_ID, 0, 0, NULL, "user.list", {"Рассматривает", "Considered by"}, NULL},
    {"unit", P_ID, 0, 0, NULL, "unit.list", {"Подразделение", "Unit"}, NULL},
    {"forwarded_by", P_STRING, 0, 300, NULL, NULL, {"Кем переслано", "Forwarded by"}, NULL},
    {"cover_number", P_STRING, 0, 100, NULL, NULL, {"Номер сопроводительного", "Cover letter number"}, NULL},
    {"cover_date", P_DATE, 0, 0, NULL, NULL, {"Дата сопроводительного", "Cover letter date"}, NULL},
    {"complained_of", P_IDS, 0, 20, NULL, "user.list", {"На кого жалоба", "Complains of"}, NULL},
    {"confidential", P_BOOL, 0, 0, NULL, NULL, {"Ограниченный доступ", "Restricted"}, NULL},
    {"data_class", P_ENUM, 0, 0, "classifier:data_class", NULL, {"Класс данных", "Class of data"}, NULL},
    {"readers", P_IDS, 0, 50, NULL, "user.list", {"Кому доступно", "Open to"}, NULL},
    {"link_to", P_ID, 0, 0, NULL, "appeal.list", {"Связать с обращением", "Link to"}, NULL},
    {"link_kind", P_ENUM, 0, 0, "classifier:link_kind", NULL, {"Вид связи", "Kind of link"}, NULL},
    {"external_id", P_STRING, 0, 200, NULL, NULL, {"Номер в другой системе", "Id in another system"}, NULL},
    {.name = NULL},
};

/* Everything about the new card that is known before it is written. */
struct draft_card {
    const char *kind, *channel, *topic, *subject, *status;
    const char *letters;        /* of the number */
    bool by_law;                /* 59-FZ sets the terms */
    day_t received, registered, due, nominal;
    const char *due_rule;
    bool unverified; /* a day of the count is in a year without a production calendar */
    int64_t correspondent;
    const char *author_name, *address;
    bool restricted_author;
};

/* Numbers bear two digits of the year: a century holds each once. */
enum { FIRST_YEAR = 2000 };

static bool check_dates(struct call *c, struct draft_card *d)
{
    day_t today = call_today();
    d->received = arg_sql(c, "received") ? day_parse(arg_str(c, "received")) : today;
    d->registered = arg_sql(c, "registered") ? day_parse(arg_str(c, "registered")) : today;
    if (d->received > today)
        return err_field(c->err, "received", "in_future", NULL);
    if (d->registered > today)
        return err_field(c->err, "registered", "in_future", NULL);
    if (d->registered < day_from_civil(FIRST_YEAR, 1, 1))
        return err_field(c->err, "registered", "out_of_range", NULL);
    if (d->registered < d->received)
        return err_field(c->err, "registered", "before_received", NULL);
    return true;
}

static bool is_by_law(const json_t *kind)
{
    const char *law = json_string_value(json_object_get(kind, "law"));
    return law && strcmp(law, "59-FZ") == 0;
}

/* What the channel demands (from whom it was forwarded), and whether a 59-FZ appeal may come by it (e-mail may not since 30.03.2025). */
static bool check_channel(struct call *c, day_t received, const json_t *kind, const json_t *channel)
{
    const char *until = json_string_value(json_object_get(channel, "valid_until"));
    bool counts = !json_is_false(json_object_get(channel, "counts_as_59fz")) || (until && received <= day_parse(until));
    if (is_by_law(kind) && !counts)
        return err_field(c->err, "channel", "not_59fz_channel", NULL);
    size_t i;
    json_t *demand;
    json_array_foreach(json_object_get(channel, "demands"), i, demand) {
        const char *value = arg_sql(c, json_string_value(demand));
        if (!value)
            return err_field(c->err, json_string_value(demand), "required", NULL);
    }
    return true;
}

bool appeal_channel_ok(struct call *c, const char *kind, const char *channel, day_t received)
{
    const char *kind_data, *channel_data;
    if (!check_classifier(c, "appeal_kind", "kind", kind, &kind_data) || !check_classifier(c, "channel", "channel", channel, &channel_data))
        return false;
    json_t *of_kind = json_loads(kind_data, 0, NULL), *of_channel = json_loads(channel_data, 0, NULL);
    bool ok = check_channel(c, received, of_kind, of_channel);
    json_decref(of_kind);
    json_decref(of_channel);
    return ok;
}

static bool check_kind(struct call *c, struct draft_card *d)
{
    const char *kind_data;
    d->kind = arg_str(c, "kind");
    d->channel = arg_str(c, "channel");
    if (!check_classifier(c, "appeal_kind", "kind", d->kind, &kind_data) || !check_classifier(c, "nature", "nature", arg_str(c, "nature"), NULL) ||
        !appeal_channel_ok(c, d->kind, d->channel, d->received))
        return false;
    json_t *kind = json_loads(kind_data, 0, NULL);
    const char *letters = json_string_value(json_object_get(kind, "letters"));
    d->letters = arena_strdup(c->arena, letters ? letters : "Д");
    d->by_law = is_by_law(kind);
    json_decref(kind);
    return true;
}

bool appeal_questions_ok(struct call *c, const char **topic_of_card)
{
    const json_t *questions = json_object_get(c->params, "questions");
    size_t i;
    json_t *q;
    json_array_foreach(questions, i, q) {
        const char *topic = json_string_value(json_object_get(q, "topic"));
        if (!check_classifier(c, "topic", arena_printf(c->arena, "questions[%zu].topic", i), topic, NULL) ||
            !check_classifier(c, "nature", arena_printf(c->arena, "questions[%zu].nature", i), json_string_value(json_object_get(q, "nature")), NULL))
            return false;
        if (!*topic_of_card && topic && *topic)
            *topic_of_card = topic;
    }
    return true;
}

static bool check_questions(struct call *c, struct draft_card *d)
{
    d->topic = arg_sql(c, "topic");
    return check_classifier(c, "topic", "topic", d->topic, NULL) && appeal_questions_ok(c, &d->topic);
}

/* Without a summary the card is called by the beginning of its text, cut at a word. */
static const char *subject_from_text(struct call *c, const char *text)
{
    enum { SUBJECT_BYTES = 220 };
    size_t len = strlen(text), cut = len;
    if (len > SUBJECT_BYTES) {
        cut = SUBJECT_BYTES;
        while (cut > SUBJECT_BYTES / 2 && text[cut] != ' ')
            cut--;
        if (text[cut] != ' ')
            for (cut = SUBJECT_BYTES; cut > 0 && ((unsigned char)text[cut] & 0xC0) == 0x80; cut--)
                ;
    }
    char *subject = arena_printf(c->arena, "%.*s%s", (int)cut, text, cut < len ? "…" : "");
    for (char *p = subject; *p; p++)
        if (*p == '\n' || *p == '\r' || *p == '\t')
            *p = ' ';
    return subject;
}

static bool check_content(struct call *c, struct draft_card *d)
{
    const char *text = arg_sql(c, "text");
    d->subject = arg_sql(c, "subject");
    if (!d->subject && text)
        d->subject = subject_from_text(c, text);
    if (!d->subject || d->subject[strspn(d->subject, " ")] == '\0')
        return err_field(c->err, "subject", "required", NULL);
    return true;
}

bool appeal_author_ok(struct call *c, const char *field, int64_t id, struct author_facts *facts)
{
    const char *params[] = {call_int(c, id), call_user(c)};
    struct pg_res *res = pg_query(c->db, Q_APPEAL_AUTHOR_FACTS, params, 2, c->err);
    if (!res)
        return false;
    bool found = pg_rows(res) == 1 && !pg_text(res, 0, 0);
    if (found && facts)
        *facts = (struct author_facts){arena_strdup(c->arena, pg_text(res, 0, 1)), arena_strdup(c->arena, pg_text(res, 0, 2)), pg_bool(res, 0, 3)};
    pg_free(res);
    return found || err_field(c->err, field, "not_there", NULL);
}

bool appeal_complained_ok(struct call *c)
{
    size_t i;
    json_t *user;
    json_array_foreach(json_object_get(c->params, "complained_of"), i, user)
    {
        const char *params[] = {call_int(c, json_integer_value(user))};
        int64_t there;
        if (!query_int(c, Q_USER_THERE, params, 1, 0, &there))
            return false;
        if (!there)
            return err_field(c->err, "complained_of", "not_there", NULL);
    }
    return true;
}

static bool check_co_authors(struct call *c, struct draft_card *d)
{
    size_t i;
    json_t *author;
    json_array_foreach(json_object_get(c->params, "authors"), i, author) {
        struct author_facts facts;
        if (!appeal_author_ok(c, "authors", json_integer_value(author), &facts))
            return false;
        d->restricted_author |= facts.restricted;
    }
    return true;
}

static bool check_author(struct call *c, struct draft_card *d)
{
    const json_t *fresh = json_object_get(c->params, "new_correspondent");
    bool has_new = json_object_size(fresh) > 0, anonymous = arg_bool(c, "anonymous");
    d->correspondent = arg_int(c, "correspondent");
    if (!d->correspondent && !has_new && json_array_size(json_object_get(c->params, "authors")) > 0)
        d->correspondent = json_integer_value(json_array_get(json_object_get(c->params, "authors"), 0));
    if (anonymous ? d->correspondent || has_new || json_array_size(json_object_get(c->params, "new_authors")) > 0 : !d->correspondent && !has_new)
        return err_field(c->err, anonymous ? "anonymous" : "correspondent", anonymous ? "wrong_type" : "required",
                         anonymous ? (c->user->lang == LANG_RU ? "у анонимного обращения не может быть автора" : "an anonymous appeal has no author") : NULL);
    if (has_new && !d->correspondent && !correspondent_create(c, fresh, "new_correspondent.", &d->correspondent))
        return false;
    d->address = arg_sql(c, "address");
    if (!d->correspondent)
        return check_co_authors(c, d);
    struct author_facts facts;
    if (!appeal_author_ok(c, "correspondent", d->correspondent, &facts) || !check_co_authors(c, d))
        return false;
    d->author_name = facts.name;
    d->restricted_author |= facts.restricted;
    if (!d->address)
        d->address = facts.address;
    return true;
}

static bool count_due(struct call *c, struct draft_card *d)
{
    const struct due_rule *rule = rules_of_appeal(c->rules->deadlines, c->rules->classifiers, d->kind, d->registered);
    struct due due = due_count(c->rules->calendar, strcmp(rule->from, "received") == 0 ? d->received : d->registered, rule);
    d->due_rule = rule->id;
    /* A document from above brings its own date; it may shorten the term of the law, never lengthen it. */
    if (arg_sql(c, "due")) {
        day_t wanted = day_parse(arg_str(c, "due"));
        if (wanted < d->registered || (d->by_law && wanted > due.nominal))
            return err_field(c->err, "due", "out_of_range", NULL);
        const struct due_rule *until = deadlines_rule(c->rules->deadlines, "from_document", d->registered);
        due = due_roll(c->rules->calendar, wanted, until->roll, d->registered);
        d->due_rule = until->id;
    }
    d->due = due.rolled;
    d->nominal = due.nominal;
    d->unverified = due.unverified;
    return true;
}

/* 59-FZ art. 8 part 2: three days to register; later is a breach that the card keeps and the clerk hears of. */
static void write_warnings(struct call *c, const struct draft_card *d)
{
    struct due term = due_count(c->rules->calendar, d->received, deadlines_rule(c->rules->deadlines, "appeal_register", d->received));
    jw_key(c->out, "warnings");
    jw_array(c->out);
    if (d->by_law && d->registered > term.rolled)
        jw_string(c->out, "registered_late");
    if (d->unverified)
        jw_string(c->out, "unverified_year");
    jw_array_end(c->out);
}

bool appeal_questions_write(struct call *c, const char *id, int64_t after)
{
    size_t i;
    json_t *q;
    json_array_foreach(json_object_get(c->params, "questions"), i, q) {
        const char *topic = json_string_value(json_object_get(q, "topic")), *nature = json_string_value(json_object_get(q, "nature"));
        const char *params[] = {id, call_int(c, after + (int64_t)i + 1), topic && *topic ? topic : NULL, nature && *nature ? nature : arg_sql(c, "nature"),
                                json_string_value(json_object_get(q, "text"))};
        if (!pg_exec(c->db, Q_APPEAL_QUESTION_ADD, params, 5, NULL, c->err))
            return false;
    }
    return true;
}

static bool write_author(struct call *c, const char *appeal, int64_t author, size_t ord)
{
    const char *params[] = {appeal, call_int(c, author), call_int(c, (int64_t)ord)};
    return pg_exec(c->db, Q_APPEAL_AUTHOR_ADD, params, 3, NULL, c->err);
}

static bool write_questions(struct call *c, const char *id, const struct draft_card *d)
{
    const char *params[] = {id, "1", d->topic, arg_sql(c, "nature"), NULL};
    if (json_array_size(json_object_get(c->params, "questions")) > 0)
        return appeal_questions_write(c, id, 0);
    return pg_exec(c->db, Q_APPEAL_QUESTION_ADD, params, 5, NULL, c->err);
}

/* Who signed first, then those who were known, then those who are new. */
static bool write_authors(struct call *c, const char *id, const struct draft_card *d)
{
    const json_t *known = json_object_get(c->params, "authors"), *fresh = json_object_get(c->params, "new_authors");
    size_t i, ord = 0;
    json_t *author;
    if (d->correspondent && !write_author(c, id, d->correspondent, ord))
        return false;
    json_array_foreach(known, i, author) {
        if (!write_author(c, id, json_integer_value(author), ++ord))
            return false;
    }
    json_array_foreach(fresh, i, author) {
        int64_t made;
        if (!correspondent_create(c, author, arena_printf(c->arena, "new_authors[%zu].", i), &made) || !write_author(c, id, made, ++ord))
            return false;
    }
    return true;
}

/* Somebody besides the first author signed. */
static bool has_co_author(const struct call *c, int64_t first)
{
    size_t i;
    json_t *author;
    json_array_foreach(json_object_get(c->params, "authors"), i, author)
        if (json_integer_value(author) != first)
            return true;
    return json_array_size(json_object_get(c->params, "new_authors")) > 0;
}

/* Who may register and what state a new card is in says the transition `register`. */
static bool check_workflow(struct call *c, struct draft_card *d)
{
    const struct transition *t = workflow_transition(c->rules->workflow, "appeal", "register");
    int from = 0;
    d->status = "registered";
    while (t && from < 63 && !(t->from_mask >> from & 1))
        from++;
    const struct wf_state *state = t ? workflow_state_info(c->rules->workflow, "appeal", from) : NULL;
    return !state || workflow_check(c->rules->workflow, "appeal", state->id, "register", c->user->roles, 0, &d->status, c->err);
}

static bool write_card(struct call *c, const struct draft_card *d, int64_t *id, const char **number)
{
    int year, month, day;
    bool many = has_co_author(c, d->correspondent);
    day_to_civil(d->registered, &year, &month, &day);
    const char *params[] = {
        d->kind, call_int(c, year), d->letters, d->status, d->channel, arg_sql(c, "nature"),
        day_text(c, d->received), day_text(c, d->registered), day_text(c, d->due), day_text(c, d->nominal), d->due_rule,
        d->correspondent ? call_int(c, d->correspondent) : NULL, call_bool(arg_bool(c, "anonymous")), call_bool(arg_bool(c, "collective") || many),
        arg_sql(c, "members_count"), arg_sql(c, "addressee"), d->subject, arg_sql(c, "text"), d->address, d->topic, arg_sql(c, "unit"),
        call_user(c), arg_sql(c, "considering"), arg_sql(c, "forwarded_by"), arg_sql(c, "cover_number"), arg_sql(c, "cover_date"),
        arg_sql(c, "external_id"), d->author_name, arg_sql(c, "complained_of")};
    return query_numbered(c, Q_APPEAL_ADD, params, 29, id, number);
}

/* Nothing asks for it at nearly every card, and a statement saved is a statement's time. A person made with the card bears no mark yet. */
static bool write_access(struct call *c, const char *id, const struct draft_card *d)
{
    bool asked = d->restricted_author || arg_has(c, "confidential") || arg_has(c, "data_class") || arg_has(c, "readers");
    return !asked || appeal_access_write(c, id);
}

bool appeal_register(struct call *c)
{
    struct draft_card d = {.correspondent = 0};
    int64_t id;
    const char *number;
    bool there;
    if (!known_external(c, Q_APPEAL_BY_EXTERNAL, &there) || there)
        return there;
    if (!check_workflow(c, &d) || !check_dates(c, &d) || !check_kind(c, &d) || !check_questions(c, &d) || !check_content(c, &d) || !check_author(c, &d) || !appeal_complained_ok(c) ||
        !access_ok(c) ||
        !count_due(c, &d))
        return false;
    if (!write_card(c, &d, &id, &number))
        return false;
    const char *id_text = call_int(c, id);
    struct event e = {.record = "appeal", .record_id = id, .action = "register", .to = d.status, .version = 1};
    if (!write_authors(c, id_text, &d) || !write_questions(c, id_text, &d) || !write_access(c, id_text, &d) || !event_write(c, &e))
        return false;
    if (arg_has(c, "link_to") && !appeal_link_write(c, id, "link_to", arg_int(c, "link_to"), arg_sql(c, "link_kind")))
        return false;
    jw_object(c->out);
    jw_kint(c->out, "id", id);
    jw_kstring(c->out, "number", number);
    jw_kstring(c->out, "registered", day_text(c, d.registered));
    jw_kstring(c->out, "due", day_text(c, d.due));
    jw_kint(c->out, "version", 1);
    jw_kstring(c->out, "status", d.status);
    write_warnings(c, &d);
    jw_object_end(c->out);
    return true;
}
