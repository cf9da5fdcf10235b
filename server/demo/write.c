/* The card of an assignment and all that hangs on it, as rows. */
#include "server/demo/life.h"
#include <stdio.h>
#include <string.h>

static int64_t user(const struct town *t, int member) { return member < 0 ? 0 : staff_member(t, member)->id; }

static void write_row(struct town *t, const struct assignment_plan *p, int64_t id, const char *number, int year)
{
    struct sheet *s = &t->sheets.sheet[SHEET_ASSIGNMENT];
    cell_int(s, id);
    cell_text(s, number);
    cell_int(s, year);
    cell_int(s, t->assignment_serial);
    cell_text(s, p->status);
    cell_text(s, p->source);
    cell_text(s, p->title);
    cell_text(s, p->text);
    cell_text(s, p->urgency);
    cell_int(s, user(t, p->author));
    cell_id(s, user(t, p->behalf));
    cell_id(s, user(t, p->controller));
    cell_int(s, user(t, p->responsible));
    cell_id(s, town_unit_id(t, p->unit));
    cell_day(s, p->due);
    cell_day(s, p->nominal);
    cell_text(s, p->rule);
    cell_moment(s, p->created);
    cell_moment(s, p->issued);
    cell_moment(s, p->seen);
    cell_moment(s, p->reported);
    cell_moment(s, p->accepted);
    cell_day(s, p->closed == MOMENT_NONE ? DAY_NONE : moment_day(p->closed));
    cell_int(s, p->returned_times);
    cell_id(s, p->quality);
    cell_int(s, steps_version(&p->steps));
    cell_id(s, p->part ? p->part->whole->id : 0);
    cell_text(s, t->vector.out.data);
    row_end(s);
}

static void write_parties(struct town *t, const struct assignment_plan *p, int64_t id)
{
    struct sheet *s = &t->sheets.sheet[SHEET_ASSIGNMENT_PARTY];
    for (int i = 0; i < p->party_count; i++) {
        cell_int(s, id);
        cell_int(s, user(t, p->parties[i].member));
        cell_text(s, p->parties[i].role);
        cell_day(s, DAY_NONE);
        cell_moment(s, p->created);
        cell_text(s, p->parties[i].part_state);
        cell_text(s, p->parties[i].part_text);
        cell_moment(s, p->parties[i].part_state ? p->parties[i].part_at : MOMENT_NONE);
        row_end(s);
    }
}

static void write_extensions(struct town *t, const struct assignment_plan *p, int64_t id)
{
    struct sheet *s = &t->sheets.sheet[SHEET_EXTENSION];
    for (int i = 0; i < p->extension_count; i++) {
        const struct extension *x = &p->extensions[i];
        cell_int(s, id);
        cell_text(s, x->status);
        cell_int(s, user(t, x->asked_by));
        cell_moment(s, x->asked_at);
        cell_text(s, x->reason);
        cell_day(s, x->before);
        cell_day(s, x->wished);
        cell_id(s, user(t, x->decided_by));
        cell_moment(s, x->decided_at);
        cell_day(s, strcmp(x->status, "granted") == 0 ? x->wished : DAY_NONE);
        cell_text(s, x->comment);
        row_end(s);
    }
}

static void write_reports(struct town *t, const struct assignment_plan *p, int64_t id)
{
    struct sheet *s = &t->sheets.sheet[SHEET_ASSIGNMENT_REPORT];
    for (int i = 0; i < p->report_count; i++) {
        const struct report *r = &p->reports[i];
        cell_int(s, id);
        cell_int(s, user(t, r->author));
        cell_moment(s, r->at);
        cell_text(s, r->text);
        cell_text(s, r->verdict);
        cell_id(s, user(t, r->verdict_by));
        cell_moment(s, r->verdict_at);
        cell_text(s, r->verdict_comment);
        row_end(s);
    }
}

/* Most have read what was said, so that an unread remark means something. */
static void mark_read(struct town *t, const struct assignment_plan *p, int64_t id, int64_t last)
{
    struct sheet *s = &t->sheets.sheet[SHEET_COMMENT_READ];
    int64_t done[PARTIES_MAX];
    int count = 0;
    for (int i = 0; i < p->party_count; i++) {
        bool met = p->closed == MOMENT_NONE && random_chance(&t->random, 150);
        for (int k = 0; k < count; k++)
            met = met || done[k] == user(t, p->parties[i].member);
        if (met)
            continue;
        done[count++] = user(t, p->parties[i].member);
        cell_int(s, done[count - 1]);
        cell_text(s, "assignment");
        cell_int(s, id);
        cell_int(s, last);
        row_end(s);
    }
}

static void write_remarks(struct town *t, const struct assignment_plan *p, int64_t id)
{
    struct sheet *s = &t->sheets.sheet[SHEET_COMMENT];
    for (int i = 0; i < p->remark_count; i++) {
        cell_int(s, t->next_comment++);
        cell_text(s, "assignment");
        cell_int(s, id);
        cell_int(s, user(t, p->remarks[i].author));
        cell_moment(s, p->remarks[i].at);
        cell_text(s, p->remarks[i].text);
        row_end(s);
    }
    if (p->remark_count > 0 && !p->unread)
        mark_read(t, p, id, t->next_comment - 1);
}

bool assignment_write(struct town *t, struct assignment_plan *p, struct err *err)
{
    int year, month, day;
    char number[40];
    int64_t id = t->next_assignment++;
    struct vector *v = &t->vector;
    day_to_civil(moment_day(p->created), &year, &month, &day);
    snprintf(number, sizeof number, "П-%lld/%02d", (long long)++t->assignment_serial, year % 100);
    if (p->whole)
        p->whole->id = id;
    if (p->part)
        snprintf(p->part->number, sizeof p->part->number, "%s", number);
    vector_reset(v);
    if (!vector_number(v, t->lexicon, "П", t->assignment_serial, year, 'A', err) || !vector_text(v, t->lexicon, p->title, 'A', err))
        return false;
    vector_part(v);
    if (!vector_text(v, t->lexicon, p->text, 'D', err))
        return false;
    write_row(t, p, id, number, year);
    write_parties(t, p, id);
    for (int i = 0; i < p->appeal_count; i++) {
        cell_int(&t->sheets.sheet[SHEET_ASSIGNMENT_APPEAL], id);
        cell_int(&t->sheets.sheet[SHEET_ASSIGNMENT_APPEAL], p->appeals[i]);
        row_end(&t->sheets.sheet[SHEET_ASSIGNMENT_APPEAL]);
    }
    write_extensions(t, p, id);
    write_reports(t, p, id);
    write_remarks(t, p, id);
    days_put_steps(t, "assignment", id, &p->steps);
    return true;
}
