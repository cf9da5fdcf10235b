/* Sends gathered rows in a thread of its own, so that the town grows while the database takes in what has grown already. */
#pragma once
#include "server/demo/sheet.h"
#include <pthread.h>

struct sender {
    struct pg *pg; /* nobody else uses it between sender_send and the next call */
    struct sheets sheets;
    pthread_t thread;
    bool running, ok;
    struct err err;
};

void sender_init(struct sender *s, struct pg *pg);
/* Takes the rows over and leaves the sheets empty; waits for what is still on its way. false: the earlier rows did not arrive. */
bool sender_send(struct sender *s, struct sheets *rows, struct err *err);
/* Waits until all is there. */
bool sender_wait(struct sender *s, struct err *err);
void sender_free(struct sender *s);
