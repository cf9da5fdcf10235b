#include "server/demo/sender.h"
#include <stdlib.h>

void sender_init(struct sender *s, struct pg *pg)
{
    *s = (struct sender){.pg = pg, .ok = true};
    sheets_init(&s->sheets);
}

static void *run(void *arg)
{
    struct sender *s = arg;
    s->ok = sheets_send(&s->sheets, s->pg, &s->err);
    return NULL;
}

bool sender_wait(struct sender *s, struct err *err)
{
    if (s->running)
        pthread_join(s->thread, NULL);
    s->running = false;
    if (!s->ok)
        *err = s->err;
    return s->ok;
}

/* The empty buffers of the last turn change places with the full ones; the counts of rows stay with the town. */
static void swap_rows(struct sheets *a, struct sheets *b)
{
    for (int i = 0; i < SHEET_COUNT; i++) {
        struct buf rows = a->sheet[i].rows;
        a->sheet[i].rows = b->sheet[i].rows;
        b->sheet[i].rows = rows;
    }
}

bool sender_send(struct sender *s, struct sheets *rows, struct err *err)
{
    if (!sender_wait(s, err))
        return false;
    swap_rows(&s->sheets, rows);
    if (pthread_create(&s->thread, NULL, run, s) != 0)
        abort();
    s->running = true;
    return true;
}

void sender_free(struct sender *s)
{
    struct err ignored;
    if (s->pg)
        sender_wait(s, &ignored);
    sheets_free(&s->sheets);
}
