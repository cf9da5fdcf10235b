/* Words for the codes of an answer that people read. */
#pragma once
#include "server/cli/internal.h"

/* Asks the server; takes `params` over. The result is the caller's to json_decref, NULL when there is none. */
typedef json_t *cli_ask(void *arg, const char *method, json_t *params);

/* Replaces codes of states, actions and classifiers in the answer by their words in the person's language; what has none stays. */
void cli_words(const struct op *op, json_t *result, cli_ask *ask, void *arg);
