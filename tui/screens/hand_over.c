/* The hand-over of a shift: what is said to the next, and what was checked. The checks are a classifier: a row there is a field here. */
#include "tui/i18n.h"
#include "tui/screens/form.h"
#include "tui/screens/modules.h"
#include "tui/text.h"
#include "tui/timers.h"
#include "tui/words.h"
#include <stdlib.h>
#include <string.h>

enum { CHECKS_MAX = 24, WORDS_AGAIN_MS = 30, ANSWER_MAX = 200 };
#define PREFIX "checks."

struct checks {
    size_t count;
    struct meta_param params[CHECKS_MAX];
    char names[CHECKS_MAX][80]; /* as the server names them when it refuses one */
};

/* Fields for the checks, as soon as their words are here. */
static void add(void *arg)
{
    struct form_screen *fs = arg;
    struct checks *k = fs->extra_data;
    const struct words *w = words_get("shift_check");
    if (!w->ready) {
        timers_start(WORDS_AGAIN_MS, false, add, fs);
        return;
    }
    for (size_t i = 0; i < w->count && k->count < CHECKS_MAX; i++) {
        struct meta_param *p = &k->params[k->count];
        if (w->items[i].retired)
            continue;
        strf(k->names[k->count], sizeof k->names[k->count], PREFIX "%s", w->items[i].code);
        *p = (struct meta_param){.name = k->names[k->count], .label = w->items[i].label, .type = MT_STRING, .max = ANSWER_MAX};
        form_add(fs->form, p);
        p->label = ""; /* the field has taken it; words are made anew with another language */
        k->count++;
    }
    app_dirty();
}

static void checks_ready(struct form_screen *fs) { add(fs); }
static bool is_check(const struct field *f) { return strncmp(f->param->name, PREFIX, strlen(PREFIX)) == 0; }

/* "+" is well, "-" is not; words say what is not; what was left empty was not checked. */
static void checks_collect(struct form_screen *fs, json_t *params)
{
    const struct checks *k = fs->extra_data;
    json_t *checks = json_object();
    for (size_t i = 0; i < k->count; i++) {
        const char *answer = json_string_value(json_object_get(params, k->names[i])), *code = k->names[i] + strlen(PREFIX);
        if (answer && (strcmp(answer, "+") == 0 || strcmp(answer, "-") == 0))
            json_object_set_new(checks, code, json_boolean(*answer == '+'));
        else if (answer)
            json_object_set_new(checks, code, json_string(answer));
        json_object_del(params, k->names[i]);
    }
    if (json_object_size(checks) > 0)
        json_object_set(params, "checks", checks);
    json_decref(checks);
}

static const char *checks_hint(struct form_screen *fs)
{
    const struct field *f = fs->form ? form_focused(fs->form) : NULL;
    return f && is_check(f) ? _("+ it is well, else what is wrong; empty: not checked") : NULL;
}

static void checks_free(struct form_screen *fs) { free(fs->extra_data); }

void shift_hand_over_open(const struct record_ref *ref)
{
    static const struct form_extra extra = {.ready = checks_ready, .collect = checks_collect, .hint = checks_hint, .free = checks_free};
    struct checks *k = calloc(1, sizeof *k);
    if (!k)
        abort();
    form_open(&(struct form_start){.method = "shift.hand_over", .refs = ref, .ref_count = 1, .extra = &extra, .extra_data = k});
}
