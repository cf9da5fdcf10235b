/* Forms about an assignment that know more than their operation: what becomes of the parts of a cancelled one, whose part is taken, which date is
 * asked for; and giving many assignments to another person, with what each answered. */
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/screens/form.h"
#include "tui/screens/modules.h"
#include "tui/text.h"
#include "tui/widgets/dialog.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- cancelling ---- */

static const struct form_hint cancel_hints[] = {{"children", FH_HIDE, NULL}, {NULL, 0, NULL}};

static void cancel_form(const struct record_ref *refs, size_t count, const char *children)
{
    struct form_start start = {.method = "assignment.cancel", .hints = cancel_hints, .refs = refs, .ref_count = count};
    if (children)
        start.fixed = json_pack("{s:s}", "children", children);
    form_open(&start);
}

struct cancelling {
    struct form_target target;
};

static void cancel_chosen(void *arg, int button)
{
    struct cancelling *c = arg;
    struct record_ref ref = {.record = "assignment", .id = c->target.id, .version = c->target.version, .number = c->target.number};
    if (button > 0)
        cancel_form(&ref, 1, button == 1 ? "keep" : "cancel");
    free(c);
}

void cancel_open(const struct record_ref *refs, size_t count)
{
    int64_t parts = count == 1 ? js_int(refs->whole, "open_parts") : 0;
    char text[200];
    if (parts == 0) {
        cancel_form(refs, count, NULL);
        return;
    }
    struct cancelling *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    form_target_take(&c->target, refs);
    strf(text, sizeof text, ngettext("%lld part of it is not done. What becomes of it?", "%lld parts of it are not done. What becomes of them?", (unsigned long)parts),
         (long long)parts);
    const char *buttons[] = {_("Back"), _("They go on"), _("Cancel them, too")};
    dialog_open(_("Cancelling an assignment with parts"), text, buttons, 3, cancel_chosen, c);
}

/* ---- the part of a co-executor ---- */

void part_decide_open(const struct record_ref *refs, size_t count)
{
    struct form_start start = {.method = "assignment.part_decide", .refs = refs, .ref_count = count, .draft = ""};
    size_t i;
    json_t *p;
    json_array_foreach(json_object_get(refs->whole, "co_executors"), i, p)
    {
        if (strcmp(js_str(p, "state"), "reported") == 0) {
            start.values = json_pack("{s:{s:I,s:s}}", "co_executor", "value", (json_int_t)js_int(p, "id"), "label", js_str(p, "name"));
            break;
        }
    }
    form_open(&start);
}

/* ---- an extension ---- */

void extend_decide_open(const struct record_ref *refs, size_t count)
{
    const json_t *asked = json_object_get(refs->whole, "extension");
    struct form_start start = {.method = "assignment.extend_decide", .refs = refs, .ref_count = count, .draft = ""};
    char title[160], due[16];
    if (json_is_object(asked)) {
        dates_full(dates_from_wire(js_str(asked, "new_due")), due, sizeof due);
        strf(title, sizeof title, _("Extend until %s?"), due);
        start.title = title;
        start.values = json_pack("{s:s}", "new_due", js_str(asked, "new_due"));
    }
    form_open(&start);
}

/* ---- many at once ---- */

static void told(void *arg, int button)
{
    (void)arg;
    (void)button;
}

static bool handed_over(struct form_screen *fs, const json_t *result)
{
    char title[120], text[1100] = "";
    size_t i;
    json_t *item;
    (void)fs;
    strf(title, sizeof title, _("Handed over: %lld, not possible: %lld"), (long long)js_int(result, "done"), (long long)js_int(result, "refused"));
    json_array_foreach(json_object_get(result, "items"), i, item)
    {
        size_t len = strlen(text);
        if (!js_bool(item, "done"))
            strf(text + len, sizeof text - len, "%s%s: %s", len ? "\n" : "", js_str(item, "number"), js_str(item, "error"));
    }
    if (!text[0]) {
        app_status(STATUS_GOOD, "%s", title);
        return true;
    }
    const char *buttons[] = {_("Close")};
    dialog_open(title, text, buttons, 1, told, NULL);
    return true;
}

void reassign_all_open(void)
{
    static const struct form_extra extra = {.done = handed_over};
    form_open(&(struct form_start){.method = "assignment.reassign_all", .extra = &extra, .draft = ""});
}
