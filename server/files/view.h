/* What a file looks like on a terminal: text as it is, PDF as its text, a picture drawn with characters. */
#pragma once
#include "common/buf.h"
#include "common/err.h"
#include "server/files/store.h"

enum view_kind { VIEW_NONE, VIEW_TEXT, VIEW_PICTURE };

struct view_size {
    int columns, rows;
    bool ascii; /* no block elements */
};

/* Writes the lines (UTF-8, no control characters but the newline) to `out`. VIEW_NONE: there is nothing to see but its properties. *cut: there
 * is more of it. */
bool view_file(struct content_reader *content, const char *mime, const struct view_size *size, enum view_kind *kind, bool *cut, struct buf *out,
               struct err *err);
