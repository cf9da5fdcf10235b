/* Dates as people type them and times as the wire brings them: a day that exists, or none. */
#include "tui/dates.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_day(int32_t when)
{
    char wire[16], text[64];
    int year, month, day;
    if (when == DAY_NONE)
        return;
    day_split(when, &year, &month, &day);
    assert(day_from(year, month, day) == when);
    assert(day_week(when) >= 0 && day_week(when) <= 6);
    dates_to_wire(when, wire);
    assert(dates_from_wire(wire) == when);
    dates_full(when, text, sizeof text);
    assert(dates_parse(text) == when);
    dates_short(when, text, sizeof text);
    dates_resolved(when, text, sizeof text);
    dates_due(when, text, sizeof text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char moment[64], *text = malloc(size + 1);
    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    dates_start("Europe/Moscow", "2026-11-24");
    check_day(dates_parse(text));
    check_day(dates_from_wire(text));
    dates_moment(text, moment, sizeof moment);
    assert(strlen(moment) < sizeof moment);
    free(text);
    return 0;
}
