#include "tui/stack.h"
#include "tui/timers.h"
#include <stdlib.h>

static struct screen *top, *popped;

struct screen *screen_new(const struct screen_ops *ops, void *data)
{
    struct screen *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->ops = ops;
    s->data = data;
    return s;
}

static void screen_free(struct screen *s)
{
    app_forget(s);
    if (s->ops->close)
        s->ops->close(s);
    timers_forget(s);
    free(s);
}

struct screen *stack_top(void) { return top; }

void stack_push(struct screen *s)
{
    s->below = top;
    top = s;
    app_dirty();
}

void stack_commit(void)
{
    struct screen *s = popped;
    popped = NULL;
    if (s)
        screen_free(s);
}

static void uncover(struct screen *s)
{
    if (s && s->stale && s->ops->refresh) {
        s->stale = false;
        s->ops->refresh(s);
    }
}

void stack_pop(struct screen *s, bool undoable)
{
    struct screen **at = &top;
    while (*at && *at != s)
        at = &(*at)->below;
    if (!*at)
        return;
    bool was_top = *at == top;
    *at = s->below;
    if (undoable && was_top) {
        stack_commit();
        popped = s;
    } else {
        screen_free(s);
    }
    uncover(top);
    app_dirty();
}

bool stack_undo(void)
{
    if (!popped)
        return false;
    struct screen *s = popped;
    popped = NULL;
    stack_push(s);
    return true;
}

void stack_close(void)
{
    stack_commit();
    while (top)
        stack_pop(top, false);
}
