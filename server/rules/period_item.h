/* The words and numbers of a supplier's period, one at a time; what they mean together is told by period_text.c. */
#pragma once
#include "server/rules/scan.h"

enum { PERIOD_LIST_MAX = 31 };

enum period_item_kind {
    ITEM_END,
    ITEM_DAY,
    ITEM_TIME,
    ITEM_DAILY,   /* «ежедневно» */
    ITEM_THROUGH, /* «круглосуточно» */
    ITEM_STOP,    /* a semicolon: what follows is another period */
    ITEM_UNREAD,
};
enum period_link { LINK_NONE, LINK_LIST, LINK_TO }; /* «,» and «и»; a dash, «по» and «до» */

struct period_item {
    enum period_item_kind kind;
    enum period_link link;    /* what stands before it */
    int32_t year, month, day; /* ITEM_DAY; the year is 0 when not said */
    int32_t minute;           /* ITEM_TIME */
    const char *from, *end;   /* where it stands */
    const char *reason;       /* ITEM_UNREAD: of reasons.def */
};

struct period_items {
    struct scan s;
    struct period_item ready[PERIOD_LIST_MAX]; /* days of a list that ends in one month */
    size_t count, next;
};

/* The next item; ITEM_END at the end, again and again. */
struct period_item period_item_next(struct period_items *items);
