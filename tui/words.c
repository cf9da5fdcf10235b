#include "tui/words.h"
#include "common/arena.h"
#include "tui/app.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 64 };

static struct words all[WORDS_MAX];
static size_t all_count;
static struct arena *arena;
static unsigned generation;

/* Codes that stand in lists of operations or on cards and have no classifier. */
static const struct {
    const char *code, *label;
} own[] = {
    {"register", N_("Registered")},
    {"weekly", N_("Weekly")},
    {"monthly", N_("Monthly")},
    {"quarterly", N_("Quarterly")},
    {"yearly", N_("Yearly")},
    {"standing", N_("Standing, a report a year")},
    {"create", N_("Created")},
    {"add", N_("Created")},
    {"set", N_("Edited")},
    {"see", N_("Read")},
    {"link", N_("Linked")},
    {"unlink", N_("Link removed")},
    {"card_opened", N_("Card opened")},
    {"person_searched", N_("Searched")},
    {"list_exported", N_("Exported")},
    {"report_printed", N_("Printed")},
    {"file_read", N_("File read")},
    {"file", N_("File")},
    {"correspondent", N_("Correspondent")},
    {"appeal", N_("Appeal")},
    {"assignment", N_("Assignment")},
    {"order", N_("In order")},
    {"consent_given", N_("Consent given")},
    {"consent_withdrawn", N_("Consent withdrawn")},
    {"hold", N_("Kept from deletion")},
    {"hold_lifted", N_("Hold lifted")},
    {"keeping", N_("Decision of the commission")},
    {"keep", N_("Keep for ever")},
    {"delete", N_("Delete in time")},
    {"none", N_("No decision")},
    {"active", N_("In force")},
    {"disabled", N_("Disabled")},
    {"disable", N_("Disabled")},
    {"enable", N_("Came back")},
    {"key_add", N_("Key added")},
    {"key_remove", N_("Key removed")},
    {"password", N_("Password set")},
    {"stopped", N_("Stopped")},
    {"stop", N_("Stopped")},
    {"retire", N_("Retired")},
    {"restore", N_("Brought back")},
    {"language", N_("Language")},
    {"dark", N_("Dark")},
    {"light", N_("Light")},
    {"mono", N_("Without colours")},
    {"on", N_("On")},
    {"off", N_("Off")},
    {"co_executor", N_("I am a co-executor")},
    {"watcher", N_("I watch")},
    {"any", N_("Any part in it")},
    {"person", N_("Person")},
    {"organization", N_("Organisation")},
    {"collective", N_("Collective")},
    {"duplicate_of", N_("Duplicate of")},
    {"repeat_of", N_("Repeats")},
    {"same_issue", N_("Same issue")},
    {"continuation", N_("Supplements")},
    {"responsible", N_("I am responsible")},
    {"author", N_("I am the author")},
    {"controller", N_("I control")},
    {"unit", N_("My unit")},
    {"new", N_("Newest first")},
    {"old", N_("Oldest first")},
    {"due", N_("By due date")},
    {"-registered", N_("Newest first")},
    {"registered", N_("Oldest first")},
    {"name", N_("By name")},
    {"number", N_("By number")},
    {"appeals", N_("Who writes most")},
    {"grant", N_("Grant")},
    {"refuse", N_("Refuse")},
    {"exceptional", N_("Exceptional case")},
    {"documents", N_("Documents were requested (art. 10 part 2)")},
    {"pass", N_("No remarks")},
    {"remarks", N_("With remarks")},
    {"accept", N_("Accept")},
    {"return", N_("Return")},
    {"cancel", N_("Cancel them, too")},
    {"keep", N_("They go on")},
    {"overdue", N_("Overdue")},
    {"today", N_("Due today")},
    {"week", N_("Due until Sunday")},
    {"later", N_("Due later")},
    {"reported", N_("To accept")},
    {"open", N_("Open")},
    {"normal", N_("Ordinary")},
    {"urgent", N_("Urgent")},
    {"very_urgent", N_("Very urgent")},
    {"mobile", N_("Mobile")},
    {"home", N_("Home phone")},
    {"work", N_("Work phone")},
    {"email", N_("E-mail")},
    {"address", N_("Address")},
    {"portal", N_("Portal")},
    {"this_month", N_("This month")},
    {"last_month", N_("Last month")},
    {"this_quarter", N_("This quarter")},
    {"last_quarter", N_("Last quarter")},
    {"this_year", N_("This year")},
    {"last_year", N_("Last year")},
    {"pdf", N_("PDF, to print")},
    {"xlsx", N_("XLSX, a spreadsheet")},
    {"csv", N_("CSV, data")},
    {"primary", N_("First")},
    {"repeated", N_("Repeated")},
    {"many_times", N_("Many times")},
    {"duplicate", N_("Duplicate")},
    {"ru", N_("Russian")},
    {"en", N_("English")},
};

const char *words_own(const char *code)
{
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(own[i].code, code) == 0)
            return _(own[i].label);
    return code;
}

static void items_take(struct words *w, const json_t *items, const char *code_name)
{
    w->count = json_array_size(items);
    w->items = arena_alloc(arena, (w->count + 1) * sizeof *w->items);
    for (size_t i = 0; i < w->count; i++) {
        const json_t *o = json_array_get(items, i);
        const char *label = js_str(o, "label");
        if (!*label)
            label = js_str(o, i18n_language());
        w->items[i].code = arena_strdup(arena, js_str(o, code_name));
        w->items[i].label = arena_strdup(arena, *label ? label : js_str(o, code_name));
        w->items[i].parent = arena_strdup(arena, js_str(o, "parent"));
        w->items[i].also = arena_strdup(arena, js_str(json_object_get(o, "data"), "words"));
        w->items[i].final = js_bool(o, "final");
        w->items[i].retired = js_bool(o, "retired");
    }
}

static void come(void *arg, json_t *result, const struct rpc_error *error)
{
    struct words *w = arg;
    w->ready = true;
    generation++;
    w->absent = error != NULL;
    if (error)
        return;
    if (json_object_get(result, "states"))
        items_take(w, json_object_get(result, "states"), "id");
    else
        items_take(w, json_object_get(result, "items"), "code");
    app_dirty();
}

static void ask(struct words *w)
{
    if (strncmp(w->name, "state:", 6) == 0)
        app_call(NULL, "workflow.show", json_pack("{s:s}", "record", w->name + 6), CALL_QUIET, come, w);
    else
        app_call(NULL, "classifier.list", json_pack("{s:s}", "classifier", w->name), CALL_QUIET, come, w);
}

const struct words *words_get(const char *name)
{
    static const struct words none = {.name = "", .ready = true, .absent = true};
    for (size_t i = 0; i < all_count; i++)
        if (strcmp(all[i].name, name) == 0)
            return &all[i];
    if (all_count == WORDS_MAX)
        return &none;
    if (!arena)
        arena = arena_new();
    struct words *w = &all[all_count++];
    *w = (struct words){.name = arena_strdup(arena, name)};
    ask(w);
    return w;
}

const char *words_label(const char *name, const char *code)
{
    const struct words *w = words_get(name);
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->items[i].code, code) == 0)
            return w->items[i].label;
    return w->ready ? words_own(code) : "";
}

unsigned words_generation(void) { return generation; }

bool words_is_final(const char *name, const char *code)
{
    const struct words *w = words_get(name);
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->items[i].code, code) == 0)
            return w->items[i].final;
    return false;
}

void words_reset(void)
{
    /* Answers under way still point into the table: what is there is asked for again in place. */
    for (size_t i = 0; i < all_count; i++)
        ask(&all[i]);
}
