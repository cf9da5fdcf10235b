/* Sending a file of the person's own computer: only where the screens run there (gorod-tui --connect). Under the gate they run on the server,
 * whose files are nobody's to send: it is never offered, and there is no way to switch it on. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Called once, before the screens. */
void send_allow(void);
/* NULL when a file may be sent now; else why not. */
const char *send_why_not(void);
/* Asks for a path; the file goes into the inbox, and from there onto the record. `record` NULL: it stays in the inbox. */
void send_open(const char *record, int64_t id, const char *number);
