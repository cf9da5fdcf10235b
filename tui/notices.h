/* What the person has been told and not read: the number in the status line, and the signals a terminal can give.
 *
 * The server says with each notice by which ways it goes (notification.settings); here it is only done, and only where the terminal can. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Asks the server; again after the line was broken. */
void notices_start(void);
/* A notice for this person has come: `params` of the event. */
void notices_come(const json_t *params);
/* Unread ones; 10001 stands for "more than 10000". */
int notices_unread(void);
/* A card was opened: the notices about it are read. */
void notices_card_opened(const char *record, int64_t id);
/* Some were read here: what the server answered. */
void notices_unread_set(int count);
