/* deadlines.yaml as a stranger may write it: the loader must answer with a fault or with terms that every question can be asked of. */
#include "common/buf.h"
#include "server/rules/deadlines.h"
#include "server/rules/due_explain.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask_everything(const struct deadlines *d, const struct work_calendar *calendar)
{
    size_t count;
    const struct due_rule *rules = deadlines_rules(d, &count);
    day_t event = day_from_civil(2026, 4, 9);
    for (const char *const *id = deadlines_needed; *id; id++)
        assert(deadlines_rule(d, *id, event) && deadlines_rule(d, *id, day_from_civil(1900, 1, 1)));
    for (size_t i = 0; i < count; i++) {
        struct buf out;
        struct jw w;
        buf_init(&out, 1 << 20);
        jw_init(&w, &out);
        struct due_story s = {.calendar = calendar, .rule = &rules[i], .event = event, .lang = (enum lang)(i % 2)};
        s.due = due_count(calendar, event, &rules[i]);
        due_explain(&s, &w);
        buf_free(&out);
    }
    const struct period_rule *period = deadlines_period(d, "monthly");
    if (period) {
        struct period p = period_of(period, event, 3);
        assert(p.first == DAY_NONE || (p.first <= event && event <= p.last));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    struct err err = {0};
    struct deadlines *d = deadlines_load("fuzz.yaml", text, &err);
    if (d) {
        struct work_calendar *calendar = work_calendar_new();
        ask_everything(d, calendar);
        work_calendar_free(&calendar);
    } else {
        assert(err.code == ERR_PARAMS && strncmp(err.detail, "fuzz.yaml:", strlen("fuzz.yaml:")) == 0);
    }
    deadlines_free(&d);
    free(text);
    return 0;
}
