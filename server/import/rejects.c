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

/* An earlier reason goes: the new one takes its place at the end. */
static void write_row(struct rejects *r, const struct csv_row *row, const char *last)
{
    bool first = true;
    for (size_t i = 0; i < row->count; i++) {
        if (i < r->header.count && strcmp(r->header.cell[i], reason_column) == 0)
            continue;
        csv_write_cell(r->f, row->cell[i], r->delimiter, first);
        first = false;
    }
    csv_write_cell(r->f, last, r->delimiter, first);
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
