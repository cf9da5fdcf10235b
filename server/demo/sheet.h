/* Rows on their way into PostgreSQL: COPY's text format, a sheet a table. Rows gather in memory and go out together, tables in the order
 * in which they refer to each other. */
#pragma once
#include "common/buf.h"
#include "db/pg.h"
#include "server/rules/due.h"

/* In the order of references: a row may point to rows of sheets above its own. */
enum sheet_id {
    SHEET_UNIT,
    SHEET_USER,
    SHEET_USER_ROLE,
    SHEET_USER_CURATES,
    SHEET_USER_KEY,
    SHEET_CORRESPONDENT,
    SHEET_CONTACT,
    SHEET_APPEAL,
    SHEET_APPEAL_AUTHOR,
    SHEET_APPEAL_QUESTION,
    SHEET_APPEAL_LINK,
    SHEET_ASSIGNMENT,
    SHEET_ASSIGNMENT_APPEAL,
    SHEET_ASSIGNMENT_PARTY,
    SHEET_ASSIGNMENT_REPORT,
    SHEET_EXTENSION,
    SHEET_SUBSTITUTION,
    SHEET_COMMENT,
    SHEET_COMMENT_READ,
    SHEET_EVENT,
    SHEET_COUNT,
};

struct sheet {
    struct buf rows;
    bool begun; /* the row has a cell already */
    uint64_t count;
};

struct sheets {
    struct sheet sheet[SHEET_COUNT];
};

/* Seconds of the municipality's wall clock since 1970-01-01 00:00; MOMENT_NONE is SQL NULL. */
typedef int64_t moment_t;
#define MOMENT_NONE INT64_MIN
enum { DAY_SECONDS = 86400 };

void sheets_init(struct sheets *s);
void sheets_free(struct sheets *s);
size_t sheets_bytes(const struct sheets *s);
/* Sends what has gathered. */
bool sheets_send(struct sheets *s, struct pg *pg, struct err *err);

void cell_text(struct sheet *s, const char *text); /* NULL is SQL NULL */
void cell_int(struct sheet *s, int64_t value);
void cell_id(struct sheet *s, int64_t id); /* 0 is SQL NULL */
void cell_bool(struct sheet *s, bool value);
void cell_day(struct sheet *s, day_t day); /* DAY_NONE is SQL NULL */
void cell_moment(struct sheet *s, moment_t moment);
/* A cell written piece by piece: begin, then pieces. */
void cell_begin(struct sheet *s);
void cell_piece(struct sheet *s, const char *text, size_t len);
void row_end(struct sheet *s);
