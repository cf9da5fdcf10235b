#include "server/demo/sheet.h"
#include <stdio.h>
#include <string.h>

enum { SHEET_MAX_BYTES = 512 * 1024 * 1024, SEND_BYTES = 1024 * 1024 };

static const enum query queries[SHEET_COUNT] = {
    [SHEET_UNIT] = Q_DEMO_COPY_UNIT,
    [SHEET_USER] = Q_DEMO_COPY_USER,
    [SHEET_USER_ROLE] = Q_DEMO_COPY_USER_ROLE,
    [SHEET_USER_CURATES] = Q_DEMO_COPY_USER_CURATES,
    [SHEET_USER_KEY] = Q_DEMO_COPY_USER_KEY,
    [SHEET_CORRESPONDENT] = Q_DEMO_COPY_CORRESPONDENT,
    [SHEET_CONTACT] = Q_DEMO_COPY_CONTACT,
    [SHEET_APPEAL] = Q_DEMO_COPY_APPEAL,
    [SHEET_APPEAL_AUTHOR] = Q_DEMO_COPY_APPEAL_AUTHOR,
    [SHEET_APPEAL_QUESTION] = Q_DEMO_COPY_APPEAL_QUESTION,
    [SHEET_APPEAL_LINK] = Q_DEMO_COPY_APPEAL_LINK,
    [SHEET_ASSIGNMENT] = Q_DEMO_COPY_ASSIGNMENT,
    [SHEET_ASSIGNMENT_APPEAL] = Q_DEMO_COPY_ASSIGNMENT_APPEAL,
    [SHEET_ASSIGNMENT_PARTY] = Q_DEMO_COPY_ASSIGNMENT_PARTY,
    [SHEET_ASSIGNMENT_REPORT] = Q_DEMO_COPY_ASSIGNMENT_REPORT,
    [SHEET_EXTENSION] = Q_DEMO_COPY_EXTENSION,
    [SHEET_SUBSTITUTION] = Q_DEMO_COPY_SUBSTITUTION,
    [SHEET_COMMENT] = Q_DEMO_COPY_COMMENT,
    [SHEET_COMMENT_READ] = Q_DEMO_COPY_COMMENT_READ,
    [SHEET_EVENT] = Q_DEMO_COPY_EVENT,
};

void sheets_init(struct sheets *s)
{
    *s = (struct sheets){0};
    for (int i = 0; i < SHEET_COUNT; i++)
        buf_init(&s->sheet[i].rows, SHEET_MAX_BYTES);
}

void sheets_free(struct sheets *s)
{
    for (int i = 0; i < SHEET_COUNT; i++)
        buf_free(&s->sheet[i].rows);
}

size_t sheets_bytes(const struct sheets *s)
{
    size_t bytes = 0;
    for (int i = 0; i < SHEET_COUNT; i++)
        bytes += s->sheet[i].rows.len;
    return bytes;
}

bool sheets_send(struct sheets *s, struct pg *pg, struct err *err)
{
    for (int i = 0; i < SHEET_COUNT; i++) {
        struct buf *rows = &s->sheet[i].rows;
        if (rows->overflow)
            return err_set(err, ERR_TOO_LARGE, NULL);
        if (rows->len == 0)
            continue;
        if (!pg_copy_begin(pg, queries[i], err))
            return false;
        for (size_t sent = 0; sent < rows->len; sent += SEND_BYTES) {
            size_t rest = rows->len - sent;
            if (!pg_copy_data(pg, rows->data + sent, rest < SEND_BYTES ? rest : SEND_BYTES, err))
                return false;
        }
        if (!pg_copy_end(pg, err))
            return false;
        rows->len = 0; /* the memory is needed again at once */
    }
    return true;
}

void cell_begin(struct sheet *s)
{
    if (s->begun)
        buf_putc(&s->rows, '\t');
    s->begun = true;
}

void cell_piece(struct sheet *s, const char *text, size_t len)
{
    for (size_t i = 0, plain; i < len; i += plain) {
        for (plain = 0; i + plain < len && !strchr("\t\n\r\\", text[i + plain]); plain++)
            ;
        buf_append(&s->rows, text + i, plain);
        if (i + plain == len)
            break;
        char c = text[i + plain];
        buf_puts(&s->rows, c == '\t' ? "\\t" : c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\\\");
        plain++;
    }
}

void cell_text(struct sheet *s, const char *text)
{
    cell_begin(s);
    if (text)
        cell_piece(s, text, strlen(text));
    else
        buf_puts(&s->rows, "\\N");
}

void cell_int(struct sheet *s, int64_t value)
{
    char digits[24], *p = digits + sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    cell_begin(s);
    do
        *--p = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        *--p = '-';
    buf_append(&s->rows, p, (size_t)(digits + sizeof digits - p));
}

void cell_id(struct sheet *s, int64_t id)
{
    if (id)
        cell_int(s, id);
    else
        cell_text(s, NULL);
}

void cell_bool(struct sheet *s, bool value) { cell_text(s, value ? "t" : "f"); }

void cell_day(struct sheet *s, day_t day)
{
    char text[11];
    if (day != DAY_NONE)
        day_format(day, text);
    cell_text(s, day == DAY_NONE ? NULL : text);
}

void cell_moment(struct sheet *s, moment_t moment)
{
    char text[32];
    if (moment == MOMENT_NONE) {
        cell_text(s, NULL);
        return;
    }
    day_t day = (day_t)(moment / DAY_SECONDS);
    int second = (int)(moment % DAY_SECONDS);
    day_format(day, text);
    snprintf(text + 10, sizeof text - 10, " %02d:%02d:%02d", second / 3600, second / 60 % 60, second % 60);
    cell_text(s, text);
}

void row_end(struct sheet *s)
{
    buf_putc(&s->rows, '\n');
    s->begun = false;
    s->count++;
}
