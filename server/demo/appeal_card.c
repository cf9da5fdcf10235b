/* The card of an appeal and all that hangs on it, as rows. */
#include "server/demo/appeal_plan.h"
#include <stdio.h>
#include <string.h>

static int64_t user(const struct town *t, int member) { return staff_member(t, member)->id; }

static bool write_vector(struct town *t, const struct appeal_plan *a, const char *address, const char *author)
{
    struct vector *v = &t->vector;
    vector_reset(v);
    if (!vector_number(v, t->lexicon, t->letters[a->kind], a->serial, a->year, 'A', t->err) ||
        !vector_text(v, t->lexicon, a->subject, 'A', t->err))
        return false;
    vector_part(v);
    if (!vector_text(v, t->lexicon, address, 'B', t->err))
        return false;
    vector_part(v);
    if (!vector_text(v, t->lexicon, a->body, 'C', t->err))
        return false;
    vector_part(v);
    return vector_text(v, t->lexicon, author, 'D', t->err);
}

static void write_row(struct town *t, const struct appeal_plan *a, const char *number, const char *address)
{
    struct sheet *s = &t->sheets.sheet[SHEET_APPEAL];
    const struct demo_text *text = &t->material.texts[TEXT_APPEAL].list[a->text];
    char cover[32] = "";
    if (a->forwarded_by)
        snprintf(cover, sizeof cover, "А26-%lld", (long long)(a->id % 9000 + 100));
    cell_int(s, a->id);
    cell_text(s, number);
    cell_text(s, appeal_kinds[a->kind].id);
    cell_int(s, a->year);
    cell_int(s, a->serial);
    cell_text(s, a->status);
    cell_text(s, a->channel);
    cell_text(s, a->nature);
    cell_text(s, a->frequency);
    cell_day(s, a->received);
    cell_day(s, moment_day(a->at));
    cell_moment(s, a->at);
    cell_day(s, a->due);
    cell_day(s, a->nominal);
    cell_text(s, a->rule);
    cell_int(s, a->extended_days);
    cell_day(s, a->closed);
    cell_id(s, a->author < 0 ? 0 : citizen_id(t, (size_t)a->author));
    cell_bool(s, a->author < 0);
    cell_bool(s, a->collective);
    cell_id(s, a->members);
    cell_text(s, random_chance(&t->random, 300) ? "Глава муниципального образования" : "Администрация муниципального образования");
    cell_text(s, a->subject);
    cell_text(s, a->body);
    cell_text(s, address);
    cell_text(s, text->topic);
    cell_id(s, town_unit_id(t, a->unit));
    cell_int(s, user(t, a->registrar));
    cell_id(s, user(t, a->considering));
    cell_text(s, a->forwarded_by ? a->forwarded_by : "");
    cell_text(s, cover);
    cell_day(s, a->forwarded_by ? a->received - 3 : DAY_NONE);
    cell_text(s, a->answer);
    cell_int(s, a->open);
    cell_int(s, a->steps.count);
    cell_text(s, t->vector.out.data);
    row_end(s);
}

static void write_author(struct town *t, const struct appeal_plan *a, int64_t citizen, int ord)
{
    struct sheet *s = &t->sheets.sheet[SHEET_APPEAL_AUTHOR];
    cell_int(s, a->id);
    cell_int(s, citizen_id(t, (size_t)citizen));
    cell_int(s, ord);
    row_end(s);
}

static void write_questions(struct town *t, const struct appeal_plan *a)
{
    struct sheet *s = &t->sheets.sheet[SHEET_APPEAL_QUESTION];
    for (int i = 0; i < a->question_count; i++) {
        const struct question *q = &a->questions[i];
        cell_int(s, a->id);
        cell_int(s, i + 1);
        cell_text(s, q->topic);
        cell_text(s, a->nature);
        cell_text(s, q->result);
        cell_day(s, q->result ? a->result_date : DAY_NONE);
        cell_day(s, q->result && strcmp(q->result, "supported") == 0 ? town_working_day(t, a->result_date + 60) : DAY_NONE);
        cell_text(s, q->result && strcmp(q->result, "forwarded") == 0 ? a->forward_to : NULL);
        row_end(s);
    }
}

static void write_link(struct town *t, const struct appeal_plan *a)
{
    struct sheet *s = &t->sheets.sheet[SHEET_APPEAL_LINK];
    if (!a->link_to)
        return;
    cell_int(s, a->id);
    cell_int(s, a->link_to);
    cell_text(s, a->link_kind);
    cell_moment(s, a->at + 40);
    row_end(s);
}

bool appeal_write(struct town *t, struct appeal_plan *a)
{
    char number[64], address[300], author[400] = "";
    snprintf(number, sizeof number, "%s-%lld/%02d", t->letters[a->kind], (long long)a->serial, a->year % 100);
    snprintf(address, sizeof address, "%s, %d", t->material.streets[a->place.street], a->place.house);
    if (a->author >= 0)
        citizen_name(t, (size_t)a->author, author, sizeof author);
    if (!write_vector(t, a, address, author))
        return false;
    write_row(t, a, number, address);
    if (a->author >= 0)
        write_author(t, a, a->author, 0);
    for (int i = 0; i < a->other_count; i++)
        write_author(t, a, a->others[i], i + 1);
    write_questions(t, a);
    write_link(t, a);
    days_put_steps(t, "appeal", a->id, &a->steps);
    return true;
}
