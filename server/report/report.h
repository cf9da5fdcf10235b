/* Printed forms. A form is a row of a table: its parts name a statement of db/queries/report.sql and the columns that it answers, in order.
 * A new form is a row, its columns and one statement; the operation report.ID, its command, its help and its line on the screen follow. */
#pragma once
#include "server/ops/op.h"

/* What each statement gets, as far as it has parameters: $1 user, $2 sees all, $3 units, $4 hide persons, $5 from, $6 to, $7 unit, $8
 * language, $9 record, $10 today. */
enum { REPORT_PARAMS = 10 };

enum form_layout {
    LAYOUT_TABLE,   /* heads above, a row below a row */
    LAYOUT_CARD,    /* one row, its columns below each other: name and value; what is not there is left out */
    LAYOUT_FIGURES, /* two rows (the period, the same of last year), their columns below each other: figure, share, growth */
    LAYOUT_LETTER,  /* one row of named columns that a letter is made of */
};

struct form_column {
    const char *head[2]; /* by enum lang */
    double width;        /* in shares of the page */
    char align;          /* l, c, r */
    const char *type;    /* as gorod-print knows it: text, int, number, percent, date, time; appeal_state, assignment_state: a code that
                            becomes words */
};

struct form_part {
    const char *heading[2]; /* NULL: none */
    int query;              /* enum query */
    enum form_layout layout;
    const struct form_column *columns; /* ends with a head of NULL */
    bool grouped;                      /* on paper the first column is a line above the rows that share it */
};

enum form_scope {
    SCOPE_PERIOD, /* from, to, unit */
    SCOPE_DAY,    /* as it is today; unit */
    SCOPE_APPEAL, /* one card, by id or number */
    SCOPE_ASSIGNMENT,
    SCOPE_MONTH, /* YYYY-MM */
    SCOPE_ALL,   /* everything there is */
    SCOPE_TOUR,  /* 24 hours that end at an hour of a date */
};

struct form {
    const char *id; /* the operation is report.ID, of export_forms export.ID */
    const char *title[2];
    enum form_scope scope;
    bool landscape, numbered;
    double size_points;
    const struct form_part *parts; /* ends with columns NULL */
    const char *const *signatures; /* Russian and English one after the other; ends with NULL; NULL: none */
};

/* Ready periods, as a parameter has them. */
#define REPORT_PERIODS "this_month|last_month|this_quarter|last_quarter|this_year|last_year"

extern const struct form report_forms[], export_forms[], desk_forms[]; /* end with id NULL */
/* The form of the operation report.ID or export.ID; NULL when there is none. */
const struct form *form_find(const char *method);
/* What the statements of a form get from the call, as far as its scope has parameters ($1 is params[0]). */
bool report_params(struct call *c, const struct form *form, const char *params[REPORT_PARAMS]);

/* Makes the form of the operation report.ID that `c` calls (an OP_LONG one): the document goes to the descriptor of c->work, else into the
 * user's reports. Writes {"form", "format", "rows", "size", ...}. The printing is an event. */
bool report_make(struct call *c, const struct form *form);
