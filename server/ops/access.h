/* Records of limited access: classes of data and the people named on a card (152-FZ; classifiers: data_class). */
#pragma once
#include "server/ops/helpers.h"

/* Checks the arguments data_class and readers, where there are such: a value of the classifier; users who can still log in, one at least. */
bool access_ok(struct call *c);
/* Writes the arguments confidential, data_class and readers to an appeal whose row and authors are written, and takes over the class of its
 * authors. Does nothing to a card that is, and stays, open. */
bool appeal_access_write(struct call *c, const char *id);
