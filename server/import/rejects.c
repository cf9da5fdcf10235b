#include "server/import/rejects.h"
#include <string.h>
#include <unistd.h>

static const char reason_column[] = "reason";

void rejects_keep_header(struct rejects *r, struct arena *arena, const struct csv_row *header)
{
    const char **cells = arena_alloc(arena, header->count * sizeof *cells);
    for (size_t i = 0; i < header->count; i++)
        cells[i] = arena_strdup(arena, header->cell[i]);
    r->header = (struct csv_row){.line = header->line, .count = header->count, .cell = cells};
}

static bool is_reason(const struct rejects *r, size_t i) { return i < r->header.count && strcmp(r->header.cell[i], reason_column) == 0; }

/* The reason stands under its heading even when the row has too few cells or too many; an earlier one goes. */
static void write_row(struct rejects *r, const struct csv_row *row, const char *reason)
{
    bool first = true;
    for (size_t i = 0; i < r->header.count; i++) {
        if (is_reason(r, i))
            continue;
        csv_write_cell(r->f, i < row->count ? row->cell[i] : "", r->delimiter, first);
        first = false;
    }
    csv_write_cell(r->f, reason, r->delimiter, first);
    for (size_t i = r->header.count; i < row->count; i++)
        csv_write_cell(r->f, row->cell[i], r->delimiter, false);
    csv_write_end(r->f);
}

bool rejects_begin(struct rejects *r, const char *path, char delimiter)
{
    r->f = NULL;
    r->delimiter = delimiter;
    if (!path)
        return true;
    snprintf(r->path, sizeof r->path, "%s", path);
    snprintf(r->fresh, sizeof r->fresh, "%s.new", r->path);
    r->f = fopen(r->fresh, "we");
    if (!r->f)
        return false;
    write_row(r, &r->header, reason_column);
    return true;
}

void rejects_add(struct rejects *r, const struct csv_row *row, const char *reason)
{
    if (r->f)
        write_row(r, row, reason);
}

bool rejects_end(struct rejects *r)
{
    if (!r->f)
        return true;
    bool ok = !ferror(r->f);
    ok = fclose(r->f) == 0 && ok;
    r->f = NULL;
    if (ok && rename(r->fresh, r->path) == 0)
        return true;
    unlink(r->fresh);
    return false;
}
