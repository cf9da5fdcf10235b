/* A form: fields in a fixed order, one of them with the focus. Enter goes to the next, what is wrong is said at the field, values are
 * chosen from a list that narrows as one types. It collects the parameters of an operation; sending them is the screen's work. */
#pragma once
#include "tui/app.h"
#include "tui/widgets/choices.h"
#include "tui/widgets/field.h"

struct form;

/* How a form differs from the bare table of parameters. */
struct form_hint {
    const char *name;
    enum { FH_HIDE = 1, FH_OPTIONAL = 2, FH_REQUIRED = 4, FH_LINE = 8 } flags;
    const char *label; /* msgid, NULL: the operation's */
};

struct form_ops {
    /* A value was chosen, typed or left; `left`: the focus has gone from the field. */
    void (*changed)(void *arg, struct field *f, bool left);
    /* The last item of a lookup's list; NULL: none. Called with what is typed. */
    const char *(*offer_new)(void *arg, const struct field *f);
    void (*make_new)(void *arg, struct field *f);
    /* Enter on the last field. */
    void (*submit)(void *arg);
};

struct form *form_new(struct screen *owner, const struct form_ops *ops, void *arg);
void form_free(struct form **f);
/* Adds a field for every parameter that a person fills in, in the table's order; hints end with a NULL name, may be NULL. */
void form_add_params(struct form *f, const struct meta_param *const *params, size_t count, const struct form_hint *hints);
struct field *form_add(struct form *f, const struct meta_param *param);
/* One more element of an array parameter; returns its number. The fields stand after the array's other elements, else after `after`. */
int form_add_group(struct form *f, const struct meta_param *array, const struct field *after);
int form_group_count(const struct form *f, const char *array);
void form_drop_group(struct form *f, const char *array, int group);
/* Puts the fields of these names first, in this order; the list ends with NULL. */
void form_order(struct form *f, const char *const *names);

/* By the parameter's name; NULL when there is none. The second finds an element's field. */
struct field *form_field(const struct form *f, const char *name);
struct field *form_group_field(const struct form *f, const char *array, int group, const char *name);
struct field *form_focused(const struct form *f);
void form_focus(struct form *f, struct field *field);
/* The first field that is shown and empty, else the first that is shown. */
void form_focus_first(struct form *f);
size_t form_count(const struct form *f);
struct field *form_at(const struct form *f, size_t i);
bool form_is_touched(const struct form *f);

/* True: taken. Keys that are commands (F2, Esc without an open list ...) are not. */
bool form_key(struct form *f, int key);
bool form_click(struct form *f, enum hit what, int arg);
void form_choose(struct form *f); /* opens the list of the focused field */
/* Closes the open list; false when there is none. */
bool form_close_choices(struct form *f);
/* A lookup was left before its answer came: keys wait. */
bool form_is_busy(const struct form *f);

/* Takes what is being chosen right now. False: its list is still coming; `submit` of the form's ops is called when it has come. */
bool form_settle(struct form *f);
/* Checks everything; puts the focus on the first wrong field. */
bool form_check(struct form *f);
/* The parameters. */
json_t *form_collect(const struct form *f);
/* The server's complaint about a field; false when there is no such field. */
bool form_blame(struct form *f, const char *name, const char *message);

json_t *form_draft(const struct form *f);
void form_draft_load(struct form *f, const json_t *draft);

/* Lines needed at this width when texts have their least height. */
int form_height(const struct form *f, int width);
void form_paint(struct form *f, struct rect r, struct cursor *cursor);
