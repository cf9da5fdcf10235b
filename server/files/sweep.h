/* Removes contents that nobody refers to: removed files, replaced ones, and what was never sent to its end. */
#pragma once

struct pg;

/* One round; in small transactions of its own. Quiet when the database is away. */
void files_sweep(struct pg *db);
