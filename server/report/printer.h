/* The helper program gorod-print in a process of its own: rows go in, a document comes out at a descriptor. */
#pragma once
#include "common/buf.h"
#include "server/ops/op.h"

struct printer;

/* Starts it; the document goes to out_fd, which stays the caller's. NULL: err says why. */
struct printer *printer_start(const struct work *work, int out_fd, struct err *err);
/* Sends what the buffer holds and empties it; waits while the helper has enough to do. False when the work is to stop or the helper died.
 */
bool printer_send(struct printer *p, struct buf *lines, struct err *err);
/* No more rows: waits for the end of the document. Frees the printer in any case. `is_good` false throws the document away. */
bool printer_finish(struct printer **p, bool is_good, struct err *err);
