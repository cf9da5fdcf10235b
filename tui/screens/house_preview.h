/* What a line of houses means, told while one types it: how many houses, residents and social objects, how each piece was read, what was
 * not understood and why; streets that look alike are chosen from here. Stands beside the fields, below them on a narrow screen.
 *
 * A form that has such a line makes one, watches its fields, and sends what the preview knows:
 *   .ready    house_preview_watch(p, fs->screen, form_field(fs->form, "line"), form_field(fs->form, "settlement"));
 *   .changed  house_preview_changed(p, f);
 *   .side     return house_preview_split(p, &r);      .paint  house_preview_split(p, &r); house_preview_paint(p, r, cursor);
 *   .command  CMD_CANDIDATES: house_preview_focus(p, !house_preview_focused(p)); CMD_CHOOSE while focused: house_preview_choose(p)
 *   .collect  json_object_set_new(params, "houses", house_preview_ids(p)); or "choices" for an operation that takes the line itself */
#pragma once
#include "tui/app.h"
#include "tui/theme.h"
#include "tui/widgets/field.h"

struct house_preview;

struct house_preview *house_preview_new(void);
void house_preview_free(struct house_preview *p);
/* The field of the line, and that of a settlement or street for lines that name none (FK_LOOKUP; may be NULL). */
void house_preview_watch(struct house_preview *p, struct screen *owner, struct field *line, struct field *settlement, struct field *street);
/* The field of a supplier's period (`period` of outage.open; NULL: the form has none): how it is read stands above the houses. */
void house_preview_watch_period(struct house_preview *p, struct screen *owner, struct field *period);
/* Called whenever that period is read anew; when it begins then, "" while that is not known. */
void house_preview_on_period(struct house_preview *p, void (*read)(void *arg), void *arg);
const char *house_preview_period_begins(const struct house_preview *p);
/* A line of the form's own, first of all; "" drops it. */
void house_preview_note(struct house_preview *p, enum role role, const char *text);
/* A field changed: asks again when it is one of those watched. */
void house_preview_changed(struct house_preview *p, const struct field *f);

/* Is what is shown the answer to what stands in the field now? */
bool house_preview_is_ready(const struct house_preview *p);
/* How many houses were found; is there anything that was not understood or not found? */
int house_preview_count(const struct house_preview *p);
bool house_preview_has_trouble(const struct house_preview *p);
/* New references: ids of the houses, and what was chosen (the parameter `choices` of house.resolve). */
json_t *house_preview_ids(const struct house_preview *p);
json_t *house_preview_choices(const struct house_preview *p);
/* The whole answer of house.resolve, borrowed; NULL before the first. */
const json_t *house_preview_answer(const struct house_preview *p);

/* How many streets and companies there are to choose from. */
int house_preview_asked(const struct house_preview *p);
bool house_preview_focused(const struct house_preview *p);
void house_preview_focus(struct house_preview *p, bool on);
/* Moving keys while it has the focus; Tab gives it back. */
bool house_preview_key(struct house_preview *p, int key);
/* Takes the one under the cursor and asks again. */
void house_preview_choose(struct house_preview *p);

/* Takes its part of *r and returns what is left for the fields; *r becomes its part (h 0: none). */
struct rect house_preview_split(const struct house_preview *p, struct rect *r);
void house_preview_paint(const struct house_preview *p, struct rect r, struct cursor *cursor);

struct form_extra;
/* A form whose field `line` (and `settlement`, `street`, if it has them) is previewed; `extra_data` of the form: house_preview_new(). */
extern const struct form_extra house_line_extra;
