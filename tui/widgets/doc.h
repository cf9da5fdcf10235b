/* A page of a card: labelled fields, texts, headings and links to other records, laid out for a width and scrolled. Built anew when
 * the record or the width changes. */
#pragma once
#include "tui/draw.h"
#include <stdbool.h>
#include <stdint.h>

struct doc;

struct doc_link {
    const char *record; /* "appeal" */
    int64_t id;
};

struct doc *doc_new(void);
void doc_free(struct doc **d);
/* Empties it for building at this width; scrolling and the chosen link stay. */
void doc_begin(struct doc *d, int width);
void doc_end(struct doc *d);
int doc_width(const struct doc *d);
/* What it is painted on: G_BASE unless said otherwise. */
void doc_on(struct doc *d, enum ground ground);

void doc_heading(struct doc *d, const char *text);
void doc_blank(struct doc *d);
/* "Label   value": nothing when the value is empty. In a wide document two short fields in a row share a line. */
void doc_field(struct doc *d, const char *label, const char *value, enum role role);
void doc_field_short(struct doc *d, const char *label, const char *value, enum role role);
/* A paragraph, wrapped. */
void doc_text(struct doc *d, int indent, enum role role, const char *text);
/* A line that Enter opens: `head` (a number, in its own column) and text. The record's name must live for ever. */
/* doc_row: the same among links, but it opens nothing: the record that is looked at, one that may not be seen. */
void doc_row(struct doc *d, const char *head, const char *text, enum role role);
void doc_link(struct doc *d, const char *record, int64_t id, const char *head, const char *text, enum role role);

void doc_paint(struct doc *d, struct rect r, struct cursor *cursor);
/* Moving keys. */
bool doc_key(struct doc *d, int key);
/* To the beginning: another tab. */
void doc_rewind(struct doc *d);
/* The chosen link; record NULL when there is none. */
struct doc_link doc_chosen(const struct doc *d);
bool doc_choose(struct doc *d, int link);
int doc_lines(const struct doc *d);
