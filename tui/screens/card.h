/* The card of a record: a heading, tabs of fields, texts and links, read live from the server. A kind of record gives the table and
 * the functions that lay its tabs out. */
#pragma once
#include "tui/record.h"
#include "tui/widgets/doc.h"
#include "tui/widgets/list.h"
#include <jansson.h>

/* A tab that is a list of other records, read by pages: those whose filter is this card. Who may not ask for
 * them has no such tab. `params` of the list is the card's own affair. */
struct card_list {
    const char *record; /* what Enter opens */
    const char *param;  /* the parameter that gets the card's id; NULL: it is called as the card's record */
    const char *sort;   /* NULL: the list's own order */
    struct list_spec list;
};

struct card_tab {
    const char *label; /* msgid */
    /* NULL count: no number on the tab. */
    int (*count)(const json_t *record);
    void (*build)(struct doc *d, const json_t *record); /* may be NULL with a list, unless it is the side tab */
    const struct card_list *rows;                       /* NULL: none */
};

struct card_spec {
    const char *record;          /* "appeal" */
    const char *method;          /* "appeal.get" */
    const char *scopes;          /* "appeal card" */
    const char *title;           /* msgid: "Appeal" */
    const struct card_tab *tabs; /* ends with a NULL label */
    size_t side_tab;             /* on a wide screen this tab stands beside the first; 0: none */
    /* One line under the title: state, due date. `role` of the second part. */
    void (*heading)(const json_t *record, char *left, size_t left_size, char *right, size_t right_size, enum role *role);
    const char *set_method; /* F4 */
    const struct form_hint *set_hints;
    enum command new_command; /* F7; CMD_NONE: none */
    const char *follows;      /* "incident outage": other kinds of records that stand on it and change it; NULL: none */
    const char *seen_method;  /* called once when the record offers the action `see`; NULL: none */
};

/* For `list.params` of every card_list. */
json_t *card_list_params(void *arg);

struct screen *card_screen(const struct card_spec *spec, int64_t id, enum command then);

/* Pieces that cards share. */
void card_history(struct doc *d, const json_t *record);
void card_comments(struct doc *d, const json_t *record);
int card_count_comments(const json_t *record);
/* "Label  value" of a date or moment on the wire. */
void card_date(struct doc *d, const char *label, const json_t *record, const char *name);
/* The due date, and what makes it uncertain: a year without a calendar, a forecast. */
void card_due(struct doc *d, const json_t *record);
void card_text(struct doc *d, const char *label, const json_t *record, const char *name);
void card_word(struct doc *d, const char *label, const json_t *record, const char *name, const char *words);
