/* Cases on which the counter of the server and the second one must agree. */
#pragma once
#include "server/rules/rules.h"
#include "tests/unit/second_counter.h"

struct second_case {
    int event;
    struct sc_term term;
    struct due_rule rule;
};

/* The next one of a series that `seed` (never 0) begins: any day of 2013-2027, any unit, start, roll and a length that people use. */
static void second_case_next(uint64_t *seed, struct second_case *c)
{
    static const char units[] = "dwm", rolls[] = "-pn";
    uint64_t x = *seed;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *seed = x;
    int unit = (int)(x % 3), roll = (int)(x / 3 % 3), same = (int)(x / 9 % 2);
    int length = unit == 0 ? (int)(x / 18 % 461) - 60 : unit == 1 ? (int)(x / 18 % 161) - 40 : (int)(x / 18 % 37) - 12;
    c->event = sc_days(2013, 1, 1) + (int)(x / 18 / 461 % (uint64_t)(sc_days(2028, 1, 1) - sc_days(2013, 1, 1)));
    c->term = (struct sc_term){.unit = units[unit], .roll = rolls[roll], .same = same, .length = length};
    c->rule = (struct due_rule){.id = "case",
                                .unit = (enum due_unit)unit,
                                .roll = (enum due_roll)roll,
                                .start = same ? DUE_SAME_DAY : DUE_NEXT_DAY,
                                .length = length};
}
