/* A supplier's period as somebody pastes it: every interval ends after it begins, every piece lies inside of the text. */
#include "server/rules/period_text.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t minutes_of(struct period_moment m)
{
    assert(m.day != DAY_NONE && m.minute >= 0 && m.minute <= PERIOD_DAY_MINUTES);
    return (int64_t)m.day * PERIOD_DAY_MINUTES + m.minute;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct period_text out;
    char *text = malloc(size ? size : 1); /* without a zero byte after it: reading on would show */
    if (!text)
        abort();
    memcpy(text, data, size);
    period_text_parse(text, size, day_from_civil(2024, 1, 15), &out);
    assert(out.intervals <= PERIOD_INTERVALS_MAX && out.unreads <= PERIOD_UNREADS_MAX);
    for (size_t i = 0; i < out.intervals; i++) {
        const struct period_interval *v = &out.interval[i];
        assert(minutes_of(v->from) < minutes_of(v->to));
        assert(v->len > 0 && v->at <= size && v->len <= size - v->at);
    }
    for (size_t i = 0; i < out.unreads; i++)
        assert(out.unread[i].len > 0 && out.unread[i].at <= size && out.unread[i].len <= size - out.unread[i].at && *out.unread[i].reason);
    free(text);
    return 0;
}
