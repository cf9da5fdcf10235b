#include "server/ops/correspondent.h"
#include "server/ops/access.h"
#include "common/arena.h"
#include "common/layout.h"
#include "common/utf8.h"
#include "server/ops/helpers.h"
#include "server/ops/tables.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define READERS (R_CLERK | R_HEAD | R_DEPUTY | R_CITIZENS | R_SYSTEM)
#define WRITERS (R_CLERK | R_SYSTEM)

const struct op_param correspondent_fields[] = {
    {"kind", P_ENUM, 0, 0, "person|organization|collective", NULL, {"Кто это", "Kind"}, NULL},
    {"name", P_STRING, PF_REQUIRED, 300, NULL, NULL, {"Фамилия, имя, отчество или название", "Name"}, NULL},
    {"address", P_STRING, 0, 500, NULL, NULL, {"Почтовый адрес", "Postal address"}, NULL},
    {"phone", P_STRING, 0, 100, NULL, NULL, {"Телефон", "Phone"}, NULL},
    {"email", P_STRING, 0, 200, NULL, NULL, {"Электронная почта", "E-mail"}, NULL},
    {"phones", P_STRINGS, 0, 10, NULL, NULL, {"Другие телефоны", "More phones"}, NULL},
    {"contact_person", P_STRING, 0, 300, NULL, NULL, {"Контактное лицо", "Contact person"}, NULL},
    {"social_status", P_ENUM, 0, 0, "classifier:social_status", NULL, {"Социальное положение", "Social status"}, NULL},
    {"privilege", P_ENUM, 0, 0, "classifier:privilege", NULL, {"Льготная категория", "Privilege"}, NULL},
    {"note", P_TEXT, 0, 5000, NULL, NULL, {"Примечание", "Note"}, NULL},
    {"external_id", P_STRING, 0, 200, NULL, NULL, {"Номер в другой системе", "Id in another system"}, NULL},
    {.name = NULL},
};

static const char *text_of(const json_t *fields, const char *name)
{
    const char *s = json_string_value(json_object_get(fields, name));
    return s && *s ? s : NULL;
}

static bool set_contact(struct call *c, const char *id, const char *kind, const char *value)
{
    const char *params[] = {id, kind, value};
    return !value || pg_exec(c->db, Q_CONTACT_SET, params, 3, NULL, c->err);
}

static bool add_phones(struct call *c, const char *id, const json_t *phones)
{
    size_t i;
    json_t *phone;
    json_array_foreach(phones, i, phone) {
        const char *params[] = {id, "mobile", json_string_value(phone)};
        if (!pg_exec(c->db, Q_CONTACT_ADD, params, 3, NULL, c->err))
            return false;
    }
    return true;
}

static bool learn_words(struct call *c, const char *id, const char *name)
{
    const char *params[] = {id, name};
    return pg_exec(c->db, Q_CORRESPONDENT_WORDS_SET, params, 2, NULL, c->err);
}

bool correspondent_create(struct call *c, const json_t *fields, const char *prefix, int64_t *id)
{
    const char *kind = text_of(fields, "kind");
    const char *name_field = arena_printf(c->arena, "%ssocial_status", prefix), *privilege_field = arena_printf(c->arena, "%sprivilege", prefix);
    if (!check_classifier(c, "social_status", name_field, text_of(fields, "social_status"), NULL) ||
        !check_classifier(c, "privilege", privilege_field, text_of(fields, "privilege"), NULL))
        return false;
    const char *params[] = {kind ? kind : "person", text_of(fields, "name"), text_of(fields, "address"), text_of(fields, "note"),
                            text_of(fields, "contact_person"), text_of(fields, "social_status"), text_of(fields, "privilege"), text_of(fields, "external_id")};
    if (!query_int(c, Q_CORRESPONDENT_ADD, params, 8, 0, id))
        return false;
    const char *id_text = call_int(c, *id);
    struct event e = {.record = "correspondent", .record_id = *id, .action = "add", .version = 1};
    return learn_words(c, id_text, params[1]) && set_contact(c, id_text, "mobile", text_of(fields, "phone")) &&
           set_contact(c, id_text, "email", text_of(fields, "email")) && add_phones(c, id_text, json_object_get(fields, "phones")) && event_write(c, &e);
}

static bool correspondent_add(struct call *c)
{
    int64_t id;
    bool there;
    if (!known_external(c, Q_CORRESPONDENT_BY_EXTERNAL, &there) || there)
        return there;
    if (!correspondent_create(c, c->params, "", &id))
        return false;
    write_changed(c, id, call_int(c, id), 1, NULL);
    return true;
}

static int by_length(const void *a, const void *b)
{
    size_t la = strlen(*(const char *const *)a), lb = strlen(*(const char *const *)b);
    return la < lb ? 1 : la > lb ? -1 : 0;
}

enum { WORDS_MAX = 16, WORD_BYTES = 200 };

static const char *words_literal(struct call *c, char *words[], size_t count)
{
    const char *array = "{";
    qsort(words, count, sizeof *words, by_length);
    for (size_t i = 0; i < count; i++)
        array = arena_printf(c->arena, "%s%s\"%s\"", array, i ? "," : "", words[i]);
    return arena_printf(c->arena, "%s}", array);
}

/* Words of the query, longest first, as a PostgreSQL array; the words stay as typed, SQL folds them. */
static const char *words_array(struct call *c, const char *query)
{
    char *words[WORDS_MAX], word[WORD_BYTES];
    size_t count = 0;
    for (const char *p = query; count < WORDS_MAX && utf8_next_word(&p, word, sizeof word);)
        words[count++] = arena_strdup(c->arena, word);
    return words_literal(c, words, count);
}

/* Pieces of an address: "12/3" and "12-а" stay whole. */
static const char *pieces_array(struct call *c, const char *query)
{
    char *words[WORDS_MAX], *save = NULL, *copy = arena_strdup(c->arena, query);
    size_t count = 0;
    for (char *w = strtok_r(copy, " \t,;\"\\{}", &save); w && count < WORDS_MAX; w = strtok_r(NULL, " \t,;\"\\{}", &save))
        words[count++] = w;
    return words_literal(c, words, count);
}

/* A phone: digits, at least four of them, and whatever people write between. Returns what to look for in contact.folded, NULL when it is
 * no phone. */
static const char *phone_beginning(struct call *c, const char *query)
{
    static const char *const between[] = {"\xC2\xA0", "\xE2\x80\x91", "\xE2\x80\x93", "\xE2\x80\x94"}; /* no-break blank and hyphen, dashes */
    char *digits = arena_alloc(c->arena, strlen(query) + 1);
    size_t count = 0;
    for (const char *p = query; *p;) {
        size_t skip = isdigit((unsigned char)*p) || strchr("+-()./ \t", *p) ? 1 : 0;
        for (size_t i = 0; !skip && i < sizeof between / sizeof *between; i++)
            if (strncmp(p, between[i], strlen(between[i])) == 0)
                skip = strlen(between[i]);
        if (!skip)
            return NULL;
        if (isdigit((unsigned char)*p))
            digits[count++] = *p;
        p += skip;
    }
    if (count < 4)
        return NULL;
    /* +7, 8 and no prefix are one phone: ten digits are kept. */
    return count > 10 ? digits + count - 10 : digits;
}

/* «8 910 12» is being typed with the trunk prefix, which contact.folded has not. */
static const char *without_prefix(const char *digits)
{
    enum { PREFIXED_MIN = 4, WHOLE = 10 };
    return digits && (*digits == '8' || *digits == '7') && strlen(digits) >= PREFIXED_MIN && strlen(digits) <= WHOLE ? digits + 1 : NULL;
}

/* «2-15-40»: within the town the code is left out. */
static const char *local_number(const char *digits)
{
    enum { LOCAL_MIN = 5, LOCAL_MAX = 7 };
    return digits && strlen(digits) >= LOCAL_MIN && strlen(digits) <= LOCAL_MAX ? digits : NULL;
}

/* Search tries what the text looks like, in this order, and stops at the first that finds something. */
static struct pg_res *search(struct call *c, const char *query, const char *kind, const char *limit)
{
    const char *phone = phone_beginning(c, query);
    const char *user = call_user(c);
    const char *by_phone[] = {phone, kind, limit, user, without_prefix(phone), local_number(phone)}, *by_email[] = {query, kind, limit, user, NULL, NULL};
    const char *by_words[] = {words_array(c, query), kind, limit, user}, *by_address[] = {pieces_array(c, query), kind, limit, user};
    bool has_words = strcmp(by_words[0], "{}") != 0, has_pieces = strcmp(by_address[0], "{}") != 0;
    bool has_number = strpbrk(query, "0123456789");
    const struct {
        bool fits;
        enum query q;
        const char *const *params;
        int count;
    } ways[] = {
        {phone != NULL, Q_CORRESPONDENT_BY_CONTACT, by_phone, 6},
        {strchr(query, '@') != NULL, Q_CORRESPONDENT_BY_CONTACT, by_email, 6},
        {has_number && has_pieces, Q_CORRESPONDENT_BY_ADDRESS, by_address, 4}, /* names have no numbers, houses do */
        {has_words, Q_CORRESPONDENT_BY_WORDS, by_words, 4},
        {!has_number && has_pieces && strlen(query) >= 3, Q_CORRESPONDENT_BY_ADDRESS, by_address, 4},
    };
    struct pg_res *res = NULL;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (!ways[i].fits)
            continue;
        pg_free(res);
        res = pg_query(c->db, ways[i].q, ways[i].params, ways[i].count, c->err);
        if (!res || pg_rows(res) > 0)
            return res;
    }
    /* Signs alone look like nothing: no words find nobody. */
    return res ? res : pg_query(c->db, Q_CORRESPONDENT_BY_WORDS, by_words, 4, c->err);
}

static bool correspondent_list(struct call *c)
{
    struct page page;
    const char *query = arg_sql(c, "query"), *kind = arg_sql(c, "kind");
    struct pg_res *res;
    if (!page_begin(c, &page, "i"))
        return false;
    if (query) {
        /* Found ones come best first, one page: who looks further types more. */
        const char *limit = call_int(c, page.limit);
        res = search(c, query, kind, limit);
        if (!res)
            return false;
        if (pg_rows(res) == 0) {
            /* «Bdfyjd» is «Иванов» typed in the wrong layout. */
            char *other = arena_alloc(c->arena, 4 * strlen(query) + 1);
            layout_swap(query, other, 4 * strlen(query) + 1);
            struct pg_res *second = search(c, other, kind, limit);
            if (second) {
                pg_free(res);
                res = second;
            }
        }
        page.total = pg_rows(res);
        page.exact = page.total < page.limit;
    } else {
        const char *params[] = {kind, page.after[0], call_int(c, page.limit + 1), call_user(c)}, *count[] = {kind, params[3]};
        if (!page_count(c, &page, Q_CORRESPONDENT_COUNT, count, 2))
            return false;
        res = pg_query(c->db, Q_CORRESPONDENT_LIST, params, 4, c->err);
        if (!res)
            return false;
    }
    page_write(c, &page, res, NULL, 1, 1);
    access_note_search(c, "correspondent", query, access_ids(c, res, 1, page.limit), NULL);
    pg_free(res);
    return true;
}

static bool correspondent_get(struct call *c)
{
    const char *params[] = {call_acts(c), call_sees_all(c), call_units(c), arg_sql(c, "id")};
    if (!write_json_row(c, Q_CORRESPONDENT_GET, params, 4))
        return false;
    access_note_card(c, "correspondent", arg_int(c, "id"));
    return true;
}

static bool correspondent_similar(struct call *c)
{
    const char *name = arg_sql(c, "name"), *phone = arg_sql(c, "phone"), *email = arg_sql(c, "email"), *address = arg_sql(c, "address");
    const char *digits = phone ? phone_beginning(c, phone) : NULL;
    const char *params[] = {name ? name : "", digits ? digits : "", email ? email : "", call_user(c), arg_sql(c, "except"), address ? address : ""};
    struct pg_res *res = pg_query(c->db, Q_CORRESPONDENT_SIMILAR, params, 6, c->err);
    if (!res)
        return false;
    jw_object(c->out);
    jw_key(c->out, "items");
    jw_array(c->out);
    for (int i = 0; i < pg_rows(res); i++)
        jw_raw(c->out, pg_text(res, i, 0));
    jw_array_end(c->out);
    jw_object_end(c->out);
    access_note_search(c, "correspondent", name ? name : phone ? phone : address, access_ids(c, res, 1, pg_rows(res)), NULL);
    pg_free(res);
    return true;
}

/* Locks a correspondent; merged ones cannot be changed. */
static bool lock(struct call *c, int64_t id, const char *field, int64_t *version)
{
    const char *params[] = {call_int(c, id), call_user(c)};
    struct pg_res *res = pg_query(c->db, Q_CORRESPONDENT_LOCK, params, 2, c->err);
    if (!res)
        return false;
    bool found = pg_rows(res) == 1, merged = found && pg_text(res, 0, 1);
    *version = found ? pg_int(res, 0, 0) : 0;
    pg_free(res);
    if (found && !merged)
        return true;
    return *field ? err_field(c->err, field, "not_there", NULL) : err_set(c->err, ERR_NOT_FOUND, NULL);
}

static bool conflict(struct call *c)
{
    const char *params[] = {call_acts(c), call_sees_all(c), call_units(c), arg_sql(c, "id")};
    struct pg_res *res = pg_query(c->db, Q_CORRESPONDENT_GET, params, 4, c->err);
    if (!res)
        return false;
    err_set(c->err, ERR_CONFLICT, NULL);
    if (pg_rows(res) == 1)
        c->err->current = arena_strdup(c->arena, pg_text(res, 0, 0));
    pg_free(res);
    return false;
}

/* What is said of a person is said of their letters, too: a name stands there as well. */
static bool set_access(struct call *c, const char *id)
{
    const char *params[] = {id, arg_sql(c, "data_class"), arg_sql(c, "readers"), call_user(c)};
    if (!params[1] && !params[2])
        return true;
    if (!pg_exec(c->db, Q_CORRESPONDENT_ACCESS_SET, params, 4, NULL, c->err))
        return false;
    struct pg_res *res = pg_query(c->db, Q_CORRESPONDENT_APPEALS, &id, 1, c->err);
    bool ok = res != NULL;
    for (int i = 0; ok && i < pg_rows(res); i++) {
        const char *of_letter[] = {pg_text(res, i, 0), NULL, NULL, NULL, params[3]};
        ok = pg_exec(c->db, Q_APPEAL_ACCESS_SET, of_letter, 5, NULL, c->err);
    }
    pg_free(res);
    return ok;
}

static bool correspondent_set(struct call *c)
{
    int64_t version, next = 0;
    const char *id = arg_sql(c, "id"), *name = arg_sql(c, "name"), *changes, *phones[] = {id, "mobile", arg_sql(c, "phones")};
    if (!lock(c, arg_int(c, "id"), "", &version))
        return false;
    if (arg_has(c, "version") && arg_int(c, "version") != version)
        return conflict(c);
    if (!access_ok(c) || !check_classifier(c, "social_status", "social_status", arg_str(c, "social_status"), NULL) ||
        !check_classifier(c, "privilege", "privilege", arg_str(c, "privilege"), NULL) || !record_changes(c, Q_CORRESPONDENT_FACTS, id, &changes))
        return false;
    const char *params[] = {id, call_int(c, version), arg_sql(c, "kind"), name, arg_keep(c, "address"), arg_keep(c, "note"), arg_keep(c, "contact_person"),
                            arg_sql(c, "social_status"), arg_sql(c, "privilege")};
    struct event e = {.record = "correspondent", .record_id = arg_int(c, "id"), .action = "set", .changes = changes};
    if (!query_int(c, Q_CORRESPONDENT_SET, params, 9, 0, &next) || (name && !learn_words(c, id, name)) ||
        !set_contact(c, id, "mobile", arg_str(c, "phone")) || !set_contact(c, id, "email", arg_str(c, "email")) ||
        !set_access(c, id) || (phones[2] && !pg_exec(c->db, Q_CONTACT_KEEP, phones, 3, NULL, c->err)) || !add_phones(c, id, json_object_get(c->params, "phones")))
        return false;
    e.version = next;
    if (!event_write(c, &e))
        return false;
    write_changed(c, arg_int(c, "id"), id, next, NULL);
    return true;
}

static bool correspondent_merge(struct call *c)
{
    int64_t from = arg_int(c, "id"), into = arg_int(c, "into"), first, second;
    if (from == into)
        return err_field(c->err, "into", "same_record", NULL);
    /* Two people merging the same pair the other way round must not wait for each other: locks by ascending id. */
    bool from_first = from < into;
    if (!lock(c, from_first ? from : into, from_first ? "" : "into", &first) || !lock(c, from_first ? into : from, from_first ? "into" : "", &second))
        return false;
    if (arg_has(c, "version") && arg_int(c, "version") != (from_first ? first : second))
        return conflict(c);
    const char *params[] = {call_int(c, from), call_int(c, into), call_user(c)};
    struct pg_res *res = pg_query(c->db, Q_CORRESPONDENT_MERGE, params, 3, c->err);
    if (!res)
        return false;
    int64_t merge = pg_int(res, 0, 0), gone_version = pg_int(res, 0, 1), kept_version = pg_int(res, 0, 2);
    pg_free(res);
    const char *changes = arena_printf(c->arena, "{\"merge\":%lld,\"from\":%lld,\"into\":%lld}", (long long)merge, (long long)from, (long long)into);
    struct event gone = {.record = "correspondent", .record_id = from, .action = "merge", .changes = changes, .version = gone_version};
    struct event kept = {.record = "correspondent", .record_id = into, .action = "merge", .changes = changes, .version = kept_version};
    if (!event_write(c, &gone) || !event_write(c, &kept))
        return false;
    jw_object(c->out);
    jw_kint(c->out, "id", into);
    jw_kint(c->out, "merge", merge);
    jw_kint(c->out, "version", kept_version);
    jw_object_end(c->out);
    return true;
}

static bool correspondent_part(struct call *c)
{
    const char *params[] = {arg_sql(c, "merge")};
    struct pg_res *res = pg_query(c->db, Q_CORRESPONDENT_MERGE_GET, params, 1, c->err);
    if (!res)
        return false;
    bool found = pg_rows(res) == 1 && !pg_bool(res, 0, 2), late = found && pg_bool(res, 0, 3);
    int64_t from = found ? pg_int(res, 0, 0) : 0, into = found ? pg_int(res, 0, 1) : 0, version;
    pg_free(res);
    if (!found)
        return err_field(c->err, "merge", "not_there", NULL);
    if (late)
        return err_rule(c->err, "expired", NULL);
    /* Whoever took the double in may have been merged on since: then the later merge is undone first, or the cards would have gone astray. */
    if (!lock(c, into, "merge", &version))
        return c->err->code == ERR_PARAMS ? err_rule(c->err, "merged_on", NULL) : false;
    if (!(res = pg_query(c->db, Q_CORRESPONDENT_PART, params, 1, c->err)))
        return false;
    int64_t alive_version = pg_int(res, 0, 1), kept_version = pg_int(res, 0, 2);
    pg_free(res);
    const char *changes = arena_printf(c->arena, "{\"merge\":%s,\"from\":%lld,\"into\":%lld}", params[0], (long long)from, (long long)into);
    struct event a = {.record = "correspondent", .record_id = from, .action = "part", .changes = changes, .version = alive_version};
    struct event b = {.record = "correspondent", .record_id = into, .action = "part", .changes = changes, .version = kept_version};
    if (!event_write(c, &a) || !event_write(c, &b))
        return false;
    jw_object(c->out);
    jw_kint(c->out, "id", from);
    jw_kint(c->out, "version", alive_version);
    jw_object_end(c->out);
    return true;
}

static const struct op_param list_params[] = {
    {"sort", P_ENUM, 0, 0, "new", NULL, {"Порядок", "Order"}, NULL},
    {"kind", P_ENUM, PF_FILTER, 0, "person|organization|collective", NULL, {"Кто это", "Kind"}, NULL},
    {.name = NULL},
};
static const struct op_param id_params[] = {
    {"id", P_ID, PF_REQUIRED, 0, NULL, "correspondent.list", {"Корреспондент", "Correspondent"}, NULL},
    {.name = NULL},
};
static const struct op_param set_params[] = {
    {"kind", P_ENUM, 0, 0, "person|organization|collective", NULL, {"Кто это", "Kind"}, NULL},
    {"name", P_STRING, 0, 300, NULL, NULL, {"Фамилия, имя, отчество или название", "Name"}, NULL},
    {"address", P_STRING, 0, 500, NULL, NULL, {"Почтовый адрес", "Postal address"}, NULL},
    {"phone", P_STRING, 0, 100, NULL, NULL, {"Телефон", "Phone"}, NULL},
    {"email", P_STRING, 0, 200, NULL, NULL, {"Электронная почта", "E-mail"}, NULL},
    {"phones", P_STRINGS, 0, 10, NULL, NULL, {"Другие телефоны", "More phones"}, NULL},
    {"contact_person", P_STRING, 0, 300, NULL, NULL, {"Контактное лицо", "Contact person"}, NULL},
    {"social_status", P_ENUM, 0, 0, "classifier:social_status", NULL, {"Социальное положение", "Social status"}, NULL},
    {"privilege", P_ENUM, 0, 0, "classifier:privilege", NULL, {"Льготная категория", "Privilege"}, NULL},
    {"note", P_TEXT, 0, 5000, NULL, NULL, {"Примечание", "Note"}, NULL},
    {"data_class", P_ENUM, 0, 0, "classifier:data_class", NULL, {"Класс данных", "Class of data"}, NULL},
    {"readers", P_IDS, 0, 50, NULL, "user.list", {"Кому доступно", "Open to"}, NULL},
    {.name = NULL},
};
static const struct op_param similar_params[] = {
    {"name", P_STRING, 0, 300, NULL, NULL, {"Имя", "Name"}, NULL},
    {"phone", P_STRING, 0, 100, NULL, NULL, {"Телефон", "Phone"}, NULL},
    {"email", P_STRING, 0, 200, NULL, NULL, {"Электронная почта", "E-mail"}, NULL},
    {"address", P_STRING, 0, 500, NULL, NULL, {"Адрес", "Address"}, NULL},
    {"except", P_ID, 0, 0, NULL, NULL, {"Кроме", "Except"}, NULL},
    {.name = NULL},
};
static const struct op_param merge_params[] = {
    {"id", P_ID, PF_REQUIRED, 0, NULL, "correspondent.list", {"Двойник", "Double"}, NULL},
    {"into", P_ID, PF_REQUIRED, 0, NULL, "correspondent.list", {"С кем объединить", "Merge into"}, NULL},
    {.name = NULL},
};
static const struct op_param part_params[] = {
    {"merge", P_ID, PF_REQUIRED, 0, NULL, NULL, {"Объединение", "Merge"}, NULL},
    {.name = NULL},
};

const struct op correspondent_ops[] = {
    {"correspondent.add", WRITERS, OP_WRITE, {"Завести корреспондента", "Add a correspondent"}, correspondent_fields, correspondent_add},
    {"correspondent.list", READERS, OP_LIST, {"Найти корреспондентов", "Find correspondents"}, list_params, correspondent_list},
    {"correspondent.get", READERS, 0, {"Карточка корреспондента", "Card of a correspondent"}, id_params, correspondent_get},
    {"correspondent.set", WRITERS, OP_WRITE | OP_VERSION, {"Исправить корреспондента", "Correct a correspondent"}, set_params, correspondent_set},
    {"correspondent.similar", READERS, 0, {"Похожие корреспонденты", "Likely doubles"}, similar_params, correspondent_similar},
    {"correspondent.merge", WRITERS, OP_WRITE | OP_VERSION, {"Объединить двойников", "Merge doubles"}, merge_params, correspondent_merge},
    {"correspondent.part", WRITERS, OP_WRITE, {"Разъединить (30 дней)", "Part again (30 days)"}, part_params, correspondent_part},
    {.method = NULL},
};
