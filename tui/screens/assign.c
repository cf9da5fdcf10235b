/* Giving assignments: without an appeal, on one, on several at once or one on each, and under another assignment. */
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/screens/form.h"
#include "tui/screens/modules.h"
#include "tui/text.h"
#include "tui/widgets/dialog.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct form_hint hints[] = {
    {"responsible", FH_REQUIRED, N_("Responsible")},
    {"title", 0, N_("What to do")},
    {"due", FH_REQUIRED, N_("Due")},
    {"text", 0, N_("Details")},
    {"appeal", FH_HIDE, NULL},
    {"appeals", FH_HIDE, NULL},
    {"parent", FH_HIDE, NULL},
    {"external_id", FH_HIDE, NULL},
    {"draft", 0, NULL},
    {NULL, 0, NULL},
};

static const char *const order[] = {"title",        "responsible", "due",          "text", "urgency", "controller", "check_only",
                                    "co_executors", "co_due", "watchers",    "on_behalf_of", "unit", NULL};

struct several {
    size_t count;
    struct form_target targets[];
};

static void open_on(struct record_ref *refs, size_t count, bool one_on_all)
{
    struct form_start start = {.method = "assignment.create", .title = _("New assignment"), .hints = hints, .order = order, .draft = ""};
    if (one_on_all) {
        json_t *ids = json_array();
        for (size_t i = 0; i < count; i++)
            json_array_append_new(ids, json_integer(refs[i].id));
        start.fixed = json_pack("{s:o}", "appeals", ids);
    } else {
        start.refs = refs;
        start.ref_count = count;
        start.target_param = "appeal";
        for (size_t i = 0; i < count; i++)
            refs[i].version = 0;
    }
    form_open(&start);
}

static void several_chosen(void *arg, int button)
{
    struct several *s = arg;
    struct record_ref *refs = calloc(s->count, sizeof *refs);
    if (!refs)
        abort();
    for (size_t i = 0; i < s->count; i++)
        refs[i] = (struct record_ref){.record = "appeal", .id = s->targets[i].id, .number = s->targets[i].number};
    if (button > 0)
        open_on(refs, s->count, button == 1);
    free(refs);
    free(s);
}

static void ask_several(const struct record_ref *refs, size_t count)
{
    struct several *s = calloc(1, sizeof *s + count * sizeof *s->targets);
    char one[80], each[80];
    if (!s)
        abort();
    s->count = count;
    for (size_t i = 0; i < count; i++) {
        s->targets[i].id = refs[i].id;
        strf(s->targets[i].number, sizeof s->targets[i].number, "%s", refs[i].number);
    }
    strf(one, sizeof one, _("One on all %zu"), count);
    strf(each, sizeof each, _("%zu, one on each"), count);
    const char *buttons[] = {_("Back"), one, each};
    dialog_open(_("Assignments on marked appeals"), _("Appeals about the same issue share one assignment; different ones get one each."),
                buttons, 3, several_chosen, s);
}

void assign_open(const struct record_ref *refs, size_t count)
{
    char draft[96];
    if (count > 1) {
        ask_several(refs, count);
        return;
    }
    struct form_start start = {.method = "assignment.create", .title = _("New assignment"), .hints = hints, .order = order};
    char title[240];
    if (count == 1) {
        bool sub = strcmp(refs->record, "assignment") == 0;
        start.fixed = json_pack("{s:I}", sub ? "parent" : "appeal", (json_int_t)refs->id);
        strf(draft, sizeof draft, "assignment.create:%s:%lld", refs->record, (long long)refs->id);
        strf(title, sizeof title, "%s · %s", sub ? _("Sub-assignment") : _("New assignment"), refs->number);
        start.draft = draft;
        start.title = title;
        if (refs->title && *refs->title)
            start.values = json_pack("{s:s}", "title", refs->title);
    }
    form_open(&start);
}
