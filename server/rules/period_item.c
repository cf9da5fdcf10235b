#include "server/rules/period_item.h"

enum { NUMBER_MAX = 9999, WORD_BYTES = 64, CENTURY = 2000, NUMERO = 0x2116 };

static bool starts(const char *word, const char *stem) { return strncmp(word, stem, strlen(stem)) == 0; }

static bool one_of(const char *word, const char *const *stems)
{
    for (; *stems; stems++)
        if (starts(word, *stems))
            return true;
    return false;
}

/* The word at the place, after blanks, when it begins so. */
static bool take_word(struct scan *s, const char *const *stems)
{
    struct scan at = *s;
    char word[WORD_BYTES];
    scan_blanks(&at);
    if (scan_letters(&at, word, sizeof word) == 0 || !one_of(word, stems))
        return false;
    scan_take(&at, '.');
    *s = at;
    return true;
}

/* A number of so many digits and no more. */
static bool digits(struct scan *s, int least, int most, int32_t *value)
{
    struct scan at = *s;
    int32_t n;
    if (!scan_number(&at, NUMBER_MAX, &n) || at.p - s->p < least || at.p - s->p > most)
        return false;
    *value = n;
    *s = at;
    return true;
}

/* ---- months and years ---- */

static bool month_name(struct scan *s, int32_t *month)
{
    static const char *const stems[] = {"янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"};
    struct scan at = *s;
    char word[WORD_BYTES];
    scan_blanks(&at);
    if (scan_letters(&at, word, sizeof word) < 3)
        return false;
    for (int i = 0; i < 12; i++)
        if (starts(word, stems[i]) && (i != 4 || strcmp(word, "мая") == 0 || strcmp(word, "май") == 0 || strcmp(word, "мае") == 0)) {
            scan_take(&at, '.');
            *month = i + 1;
            *s = at;
            return true;
        }
    return false;
}

static void year_word(struct scan *s)
{
    struct scan at = *s;
    char word[WORD_BYTES];
    scan_blanks(&at);
    scan_letters(&at, word, sizeof word);
    if (strcmp(word, "г") != 0 && strcmp(word, "год") != 0 && strcmp(word, "года") != 0)
        return;
    scan_take(&at, '.');
    *s = at;
}

/* «.11.2023», «.11.23», «.11», «/11/2023», « ноября 2023 года» after a day. */
static bool month_and_year(struct scan *s, int32_t *month, int32_t *year)
{
    struct scan at = *s, after;
    uint32_t mark = scan_peek(at, NULL);
    *year = 0;
    if (mark == '.' || mark == '/') {
        at.p++;
        if (!digits(&at, 1, 2, month) || *month < 1 || *month > 12)
            return false;
        after = at;
        if (scan_take(&after, mark) && (digits(&after, 4, 4, year) || digits(&after, 2, 2, year))) {
            *year += *year < 100 ? CENTURY : 0;
            at = after;
        }
    } else if (month_name(&at, month)) {
        after = at;
        scan_blanks(&after);
        if (digits(&after, 4, 4, year))
            at = after;
    } else {
        return false;
    }
    year_word(&at);
    *s = at;
    return true;
}

/* ---- hours ---- */

static bool hour_word(struct scan *s)
{
    struct scan at = *s;
    char word[WORD_BYTES];
    scan_blanks(&at);
    scan_letters(&at, word, sizeof word);
    if (strcmp(word, "ч") != 0 && !starts(word, "час"))
        return false;
    scan_take(&at, '.');
    *s = at;
    return true;
}

/* «8:00», «8.00» and «8-00» where no day can be meant, «8 ч 30 мин». */
static bool clock_time(struct scan *s, int32_t *hour, int32_t *minute)
{
    static const char *const minutes[] = {"мин", NULL};
    struct scan at = *s;
    int32_t month, year, seconds;
    *minute = 0;
    if (!digits(&at, 1, 2, hour))
        return false;
    if (hour_word(&at)) {
        struct scan after = at;
        scan_blanks(&after);
        if (digits(&after, 1, 2, minute) && take_word(&after, minutes))
            at = after;
        else
            *minute = 0;
        *s = at;
        return true;
    }
    uint32_t mark = scan_peek(at, NULL);
    if (mark != ':' && mark != '.' && !scan_is_dash(mark))
        return false;
    scan_take(&at, mark);
    if (!digits(&at, 2, 2, minute))
        return false;
    struct scan after = at;
    if (mark == '.' && ((*minute >= 1 && *minute <= 12) || scan_take(&after, '.')))
        return false;
    if (scan_is_dash(mark) && (*minute > 59 || month_and_year(&after, &month, &year)))
        return false;
    if (mark == ':' && scan_take(&after, ':') && digits(&after, 2, 2, &seconds))
        at = after;
    *s = at;
    return true;
}

/* «с 8 до 17 часов»: the first of them has no word of its own. */
static bool bare_hour(struct scan *s, int32_t *hour)
{
    static const char *const to[] = {"до", "по", NULL};
    struct scan at = *s, after;
    int32_t other;
    if (!digits(&at, 1, 2, hour))
        return false;
    after = at;
    scan_blanks(&after);
    uint32_t cp = scan_peek(after, NULL);
    if (!(scan_is_dash(cp) ? scan_take(&after, cp) : take_word(&after, to)))
        return false;
    scan_blanks(&after);
    if (!digits(&after, 1, 2, &other) || !hour_word(&after))
        return false;
    *s = at;
    return true;
}

/* ---- days ---- */

static bool list_link(struct scan *s, enum period_link *link)
{
    static const char *const to[] = {"по", NULL}, *const and[] = {"и", NULL};
    scan_blanks(s);
    uint32_t cp = scan_peek(*s, NULL);
    bool joined = scan_is_dash(cp);
    *link = joined ? LINK_TO : LINK_LIST;
    if (joined || cp == ',')
        scan_take(s, cp);
    else if (take_word(s, to))
        *link = LINK_TO;
    else if (!take_word(s, and))
        return false;
    scan_blanks(s);
    return true;
}

/* «1, 3-5 ноября 2023»: days that share the month after the last one. */
static bool day_list(struct period_items *items, struct scan *s, enum period_link link)
{
    struct scan at = *s;
    int32_t month, year, day;
    items->count = items->next = 0;
    while (items->count < PERIOD_LIST_MAX) {
        const char *from = at.p;
        if (!digits(&at, 1, 2, &day) || (link == LINK_LIST && items->count > 0 && day <= items->ready[items->count - 1].day))
            return false; /* «ТП 12, 1-3 ноября»: a list of days rises */
        items->ready[items->count++] = (struct period_item){.kind = ITEM_DAY, .link = link, .day = day, .from = from, .end = at.p};
        if (month_and_year(&at, &month, &year)) {
            for (size_t i = 0; i < items->count; i++) {
                items->ready[i].month = month;
                items->ready[i].year = year;
            }
            items->ready[items->count - 1].end = at.p;
            *s = at;
            return true;
        }
        if (!list_link(&at, &link))
            return false;
    }
    return false;
}

static bool iso_day(struct scan *s, struct period_item *item)
{
    struct scan at = *s;
    if (!digits(&at, 4, 4, &item->year) || !scan_take(&at, '-') || !digits(&at, 2, 2, &item->month) || !scan_take(&at, '-') ||
        !digits(&at, 2, 2, &item->day))
        return false;
    scan_take(&at, 't'); /* 2023-11-01T08:00 */
    *s = at;
    return true;
}

/* ---- an item ---- */

/* `named`: the number of a thing («ТП 12»), never a time. */
static struct period_item number(struct period_items *items, enum period_link link, bool named)
{
    struct scan *s = &items->s;
    struct period_item item = {.kind = ITEM_DAY, .link = link, .from = s->p};
    int32_t hour = 0, minute = 0;
    if (!named && iso_day(s, &item)) {
        item.end = s->p;
    } else if (!named && (clock_time(s, &hour, &minute) || (minute = 0, bare_hour(s, &hour)))) {
        bool is = hour < 24 ? minute < 60 : hour == 24 && minute == 0;
        item.kind = is ? ITEM_TIME : ITEM_UNREAD;
        item.reason = is ? NULL : "period_hour";
        item.minute = hour * 60 + minute;
    } else if (!named && day_list(items, s, link)) {
        return items->ready[items->next++];
    } else {
        items->count = items->next = 0;
        while (scan_is_digit(scan_peek(*s, NULL)))
            s->p++;
        item.kind = ITEM_UNREAD;
        item.reason = "period_number";
    }
    item.end = s->p;
    return item;
}

/* A word: a link, one that means something, or prose. */
static bool word_item(struct period_items *items, struct period_item *item, enum period_link *link, bool *named)
{
    static const char *const things[] = {"тп", "ктп", "бктп", "рп", "пс", "ф", "фидер", "кл", "вл", NULL};
    static const char *const daily[] = {"ежедневн", "каждый", NULL}, *const through[] = {"круглосуточн", "непрерывн", NULL},
                             *const to[] = {"по", "до", NULL}, *const days[] = {"кроме",         "исключ",    "выходн",       "будн",
                                                                                "рабочие",       "рабочим",   "четн",         "нечетн",
                                                                                "понедельникам", "вторникам", "средам",       "четвергам",
                                                                                "пятницам",      "субботам",  "воскресеньям", NULL};
    char word[WORD_BYTES];
    *item = (struct period_item){.link = *link, .from = items->s.p};
    size_t letters = scan_letters(&items->s, word, sizeof word);
    item->end = items->s.p;
    *named = false;
    for (const char *const *t = things; *t; t++)
        *named = *named || strcmp(word, *t) == 0;
    if (letters == 1 && strcmp(word, "и") == 0)
        *link = LINK_LIST;
    else if (letters == 2 && one_of(word, to))
        *link = LINK_TO;
    else if (one_of(word, daily))
        item->kind = ITEM_DAILY;
    else if (one_of(word, through))
        item->kind = ITEM_THROUGH;
    else if (one_of(word, days)) {
        item->kind = ITEM_UNREAD;
        item->reason = "period_word";
    }
    return item->kind != ITEM_END;
}

struct period_item period_item_next(struct period_items *items)
{
    enum period_link link = LINK_NONE;
    bool named = false;
    struct scan *s = &items->s;
    struct period_item item;
    size_t n;
    if (items->next < items->count)
        return items->ready[items->next++];
    for (uint32_t cp; (cp = scan_peek(*s, &n)) != 0;) {
        if (scan_is_digit(cp))
            return number(items, link, named);
        if (scan_is_letter(cp)) {
            if (word_item(items, &item, &link, &named))
                return item;
            continue;
        }
        if (scan_is_dash(cp))
            link = LINK_TO;
        else if (cp == ',' || (cp == '\n' && link == LINK_NONE))
            link = LINK_LIST;
        named = cp == NUMERO || (named && cp != ',');
        s->p += n;
        if (cp == ';')
            return (struct period_item){.kind = ITEM_STOP, .from = s->p, .end = s->p};
    }
    return (struct period_item){.kind = ITEM_END, .from = s->p, .end = s->p};
}
