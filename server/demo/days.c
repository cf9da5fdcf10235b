/* The days' book: what is known beforehand waits for its day, so that numbers of assignments and the log of events go by time. */
#include "server/demo/life.h"
#include <stdlib.h>
#include <string.h>

struct entry {
    moment_t at;
    uint64_t order;          /* among those of the same second */
    char *row;               /* of the event, without its id */
    const struct part *part; /* whose number the row still lacks */
};

struct page {
    struct entry *entry;
    size_t entry_count, entry_max;
    struct assignment_plan **plan;
    size_t plan_count, plan_max;
};

struct days {
    struct page *page;
    size_t count;
    uint64_t order;
    struct sheet line; /* for composing a row */
};

static void *grown(void *list, size_t *max, size_t size)
{
    *max = *max ? *max * 2 : 16;
    list = realloc(list, *max * size);
    if (!list)
        abort();
    return list;
}

struct days *days_new(const struct town *t)
{
    struct days *d = calloc(1, sizeof *d);
    if (!d)
        abort();
    d->count = (size_t)(t->today - t->first) + 1;
    d->page = calloc(d->count, sizeof *d->page);
    if (!d->page)
        abort();
    buf_init(&d->line.rows, 4 * 1024 * 1024);
    return d;
}

static void page_free(struct page *p)
{
    for (size_t i = 0; i < p->entry_count; i++)
        free(p->entry[i].row);
    for (size_t i = 0; i < p->plan_count; i++)
        assignment_plan_free(p->plan[i]);
    free(p->entry);
    free(p->plan);
    *p = (struct page){0};
}

void days_free(struct days **d)
{
    if (!*d)
        return;
    for (size_t i = 0; i < (*d)->count; i++)
        page_free(&(*d)->page[i]);
    buf_free(&(*d)->line.rows);
    free((*d)->page);
    free(*d);
    *d = NULL;
}

static struct page *page_of(struct town *t, moment_t at)
{
    day_t day = moment_day(at);
    return &t->days->page[day < t->first ? 0 : day > t->today ? t->days->count - 1 : (size_t)(day - t->first)];
}

void days_put_assignment(struct town *t, struct assignment_plan *p)
{
    struct page *page = page_of(t, p->created);
    if (page->plan_count == page->plan_max)
        page->plan = grown(page->plan, &page->plan_max, sizeof *page->plan);
    page->plan[page->plan_count++] = p;
}

void days_put_steps(struct town *t, const char *record, int64_t id, const struct steps *s)
{
    struct sheet *line = &t->days->line;
    bool card = strcmp(record, "user") != 0; /* what people are told of has no version */
    int version = 0;
    for (int i = 0; i < s->count; i++) {
        const struct step *step = &s->list[i];
        struct page *page = page_of(t, step->at);
        line->rows.len = 0;
        line->begun = false;
        cell_moment(line, step->at);
        cell_int(line, step->actor);
        cell_text(line, record);
        cell_int(line, id);
        cell_text(line, step->action);
        version += !step->part;
        cell_id(line, card ? version : 0);
        cell_text(line, step->from);
        cell_text(line, step->to);
        cell_text(line, step->comment);
        cell_text(line, step->changes);
        row_end(line);
        if (page->entry_count == page->entry_max)
            page->entry = grown(page->entry, &page->entry_max, sizeof *page->entry);
        page->entry[page->entry_count] =
            (struct entry){.at = step->at, .order = t->days->order++, .row = strndup(line->rows.data, line->rows.len), .part = step->part};
        if (!page->entry[page->entry_count++].row)
            abort();
    }
}

static int plans_by_time(const void *a, const void *b)
{
    const struct assignment_plan *x = *(struct assignment_plan *const *)a, *y = *(struct assignment_plan *const *)b;
    if (x->created != y->created)
        return x->created < y->created ? -1 : 1;
    return strcmp(x->title, y->title);
}

static int entries_by_time(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

/* Parts are written before the events of their day. */
static void put_row(struct buf *out, const struct entry *e)
{
    const char *hole = e->part ? strchr(e->row, PART_NUMBER) : NULL;
    if (hole) {
        buf_append(out, e->row, (size_t)(hole - e->row));
        buf_puts(out, e->part->number);
    }
    buf_puts(out, hole ? hole + 1 : e->row);
}

bool days_close(struct town *t, day_t day, struct err *err)
{
    struct page *page = page_of(t, (moment_t)day * DAY_SECONDS);
    struct sheet *events = &t->sheets.sheet[SHEET_EVENT];
    if (page->plan_count > 1)
        qsort(page->plan, page->plan_count, sizeof *page->plan, plans_by_time);
    for (size_t i = 0; i < page->plan_count; i++) {
        if (page->plan[i]->recent)
            page->plan[i]->recent->assignment = NULL;
        if (!assignment_write(t, page->plan[i], err))
            return false;
    }
    if (page->entry_count > 1)
        qsort(page->entry, page->entry_count, sizeof *page->entry, entries_by_time);
    for (size_t i = 0; i < page->entry_count; i++) {
        cell_int(events, t->next_event++);
        buf_putc(&events->rows, '\t');
        put_row(&events->rows, &page->entry[i]);
        events->begun = false;
        events->count++;
    }
    page_free(page);
    return true;
}
