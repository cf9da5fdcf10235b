/* Files: the tab of a card, the folders of a person, the viewer. */
#pragma once
#include "tui/widgets/doc.h"
#include <jansson.h>

/* The tab "Files" of a record's card, and how many there are. */
void files_build(struct doc *d, const json_t *record);
int files_count(const json_t *record);
/* The form that attaches files of the inbox to a record ("appeal", "assignment", "outage"). */
void files_attach(const char *record, int64_t id);
/* NULL: to records of this kind this person may attach. */
const char *files_attach_why_not(const char *record);
