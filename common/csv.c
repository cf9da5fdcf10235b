#include "common/csv.h"
#include "common/buf.h"
#include "common/utf8.h"
#include <stdlib.h>
#include <string.h>

struct csv {
    FILE *f;
    char delimiter; /* 0: not known yet */
    int64_t line;   /* of the next byte */
    struct buf text;
    size_t begins[CSV_CELLS_MAX]; /* of the cells in text */
    const char *cells[CSV_CELLS_MAX];
    bool broken;
};

const char *csv_fault_text(enum csv_fault fault, enum lang lang)
{
    static const char *const texts[][2] = {
        {"", ""},
#define CSV_FAULT(name, ru, en) {ru, en},
#include "common/csv_faults.def"
#undef CSV_FAULT
    };
    return texts[fault][lang];
}

/* ---- encoding ---- */

struct census {
    uint64_t lower, upper, high; /* bytes: cp1251's small and capital letters, all above 0x7F */
    int64_t line, bad_line;      /* bad_line 0: all good so far */
};

/* Goes through whole characters of the block; returns how many bytes at its end wait for the next block. */
static size_t count_bytes(struct census *c, const unsigned char *s, size_t len, bool last)
{
    for (size_t i = 0; i < len;) {
        c->line += s[i] == '\n';
        if (s[i] < 0x80) {
            i++;
            continue;
        }
        size_t n = utf8_length((const char *)s + i, len - i);
        if (n == 0 && !last && len - i < 4)
            return len - i;
        if (n == 0 && !c->bad_line)
            c->bad_line = c->line;
        for (size_t k = 0; k < (n ? n : 1); k++, i++) {
            c->high++;
            c->lower += s[i] >= 0xE0 || s[i] == 0xB8;
            c->upper += (s[i] >= 0xC0 && s[i] <= 0xDF) || s[i] == 0xA8;
        }
    }
    return 0;
}

/* What the first bytes of other formats are. */
static enum csv_fault other_format(const unsigned char *s, size_t len)
{
    static const struct {
        const char *magic;
        enum csv_fault fault;
    } formats[] = {{"\xFF\xFE", CSV_UTF16}, {"\xFE\xFF", CSV_UTF16}, {"\x1F\x8B", CSV_GZIP}, {"PK\x03\x04", CSV_ZIP}};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (len >= strlen(formats[i].magic) && memcmp(s, formats[i].magic, strlen(formats[i].magic)) == 0)
            return formats[i].fault;
    return CSV_OK;
}

enum csv_fault csv_check_encoding(FILE *f, int64_t *line)
{
    unsigned char block[65536];
    struct census c = {.line = 1};
    size_t kept = 0, got;
    *line = 1;
    for (bool begun = false; (got = fread(block + kept, 1, sizeof block - kept, f)) > 0 || kept > 0; begun = true) {
        enum csv_fault other = begun ? CSV_OK : other_format(block, got);
        if (other)
            return other;
        size_t len = kept + got;
        kept = count_bytes(&c, block, len, got == 0);
        memmove(block, block + len - kept, kept);
        if (got == 0)
            break;
    }
    if (ferror(f) || fseek(f, 0, SEEK_SET) != 0)
        return CSV_READ;
    if (!c.bad_line)
        return CSV_OK;
    *line = c.bad_line;
    /* Russian in cp1251 is nearly all letters, small ones above all; in KOI8-R the capital ones would be. */
    bool russian = (c.lower + c.upper) * 10 >= c.high * 8 && c.lower > c.upper;
    return russian ? CSV_CP1251 : CSV_NOT_UTF8;
}

/* ---- reading ---- */

struct csv *csv_open(FILE *f)
{
    struct csv *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->f = f;
    c->line = 1;
    buf_init(&c->text, CSV_ROW_MAX_BYTES + CSV_CELLS_MAX);
    return c;
}

void csv_close(struct csv **c)
{
    if (!*c)
        return;
    buf_free(&(*c)->text);
    free(*c);
    *c = NULL;
}

char csv_delimiter(const struct csv *c) { return c->delimiter ? c->delimiter : ','; }

static void skip_bom(FILE *f)
{
    static const unsigned char bom[3] = {0xEF, 0xBB, 0xBF};
    long begin = ftell(f);
    for (int i = 0; i < 3; i++)
        if (getc(f) != bom[i]) {
            fseek(f, begin, SEEK_SET);
            return;
        }
}

/* Whichever of the two stands oftener outside the quotes of the first line. A quote counts in a cell that begins with one. */
static char find_delimiter(FILE *f)
{
    long begin = ftell(f);
    size_t commas = 0, semicolons = 0;
    bool quoted = false, begins = true, in_quoted_cell = false;
    for (int ch; (ch = getc(f)) != EOF && (quoted || (ch != '\n' && ch != '\r'));) {
        in_quoted_cell = begins ? ch == '"' : in_quoted_cell;
        quoted ^= ch == '"' && in_quoted_cell;
        commas += !quoted && ch == ',';
        semicolons += !quoted && ch == ';';
        begins = !quoted && (ch == ',' || ch == ';');
    }
    fseek(f, begin, SEEK_SET);
    return semicolons > commas ? ';' : ',';
}

static enum csv_fault put(struct csv *c, int ch)
{
    if (ch == '\0')
        return CSV_NUL;
    c->line += ch == '\n';
    return c->text.len < CSV_ROW_MAX_BYTES && buf_putc(&c->text, (char)ch) ? CSV_OK : CSV_TOO_LONG;
}

/* After the opening quote, up to the character behind the closing one, which goes to *ch. */
static enum csv_fault read_quoted(struct csv *c, int *ch)
{
    for (;;) {
        *ch = getc(c->f);
        if (*ch == EOF)
            return CSV_QUOTE_OPEN;
        if (*ch == '"') {
            *ch = getc(c->f);
            if (*ch != '"')
                return *ch == EOF || *ch == c->delimiter || *ch == '\n' || *ch == '\r' ? CSV_OK : CSV_QUOTE_TAIL;
        }
        enum csv_fault fault = put(c, *ch);
        if (fault)
            return fault;
    }
}

static enum csv_fault read_plain(struct csv *c, int *ch)
{
    for (; *ch != EOF && *ch != c->delimiter && *ch != '\n' && *ch != '\r'; *ch = getc(c->f)) {
        enum csv_fault fault = put(c, *ch);
        if (fault)
            return fault;
    }
    return CSV_OK;
}

/* One row into text and begins; *ch is what ended it. *quoted: some cell was in quotes, so the row is not an empty line. */
static enum csv_fault read_row(struct csv *c, size_t *count, int *ch, bool *quoted)
{
    buf_reset(&c->text);
    *quoted = false;
    for (*count = 0;; *ch = getc(c->f)) {
        if (*count == CSV_CELLS_MAX)
            return CSV_TOO_MANY_CELLS;
        c->begins[(*count)++] = c->text.len;
        bool quote = *ch == '"';
        *quoted = *quoted || quote;
        enum csv_fault fault = quote ? read_quoted(c, ch) : read_plain(c, ch);
        if (fault)
            return fault;
        buf_append(&c->text, "", 1);
        if (*ch != c->delimiter)
            break;
    }
    if (*ch == '\r' && (*ch = getc(c->f)) != '\n')
        return CSV_LONE_CR;
    c->line += *ch == '\n';
    return ferror(c->f) ? CSV_READ : CSV_OK;
}

bool csv_next(struct csv *c, struct csv_row *row, enum csv_fault *fault)
{
    *fault = CSV_OK;
    if (!c->delimiter) {
        skip_bom(c->f);
        c->delimiter = find_delimiter(c->f);
    }
    for (int ch; !c->broken && (ch = getc(c->f)) != EOF;) {
        size_t count;
        bool quoted;
        *row = (struct csv_row){.line = c->line};
        *fault = read_row(c, &count, &ch, &quoted);
        if (*fault) {
            /* An open quote is best looked for where the row begins, everything else where it was met. */
            row->line = *fault == CSV_QUOTE_OPEN || *fault == CSV_TOO_LONG ? row->line : c->line;
            c->broken = true;
            return false;
        }
        if (count == 1 && !quoted && !*c->text.data)
            continue;
        for (size_t i = 0; i < count; i++)
            c->cells[i] = c->text.data + c->begins[i];
        row->count = count;
        row->cell = c->cells;
        return true;
    }
    if (!c->broken && ferror(c->f))
        *fault = CSV_READ;
    return false;
}

/* ---- writing ---- */

/* Both delimiters, so that the reader finds out the right one. A row that is one empty cell must not become an empty line, which is
 * skipped, nor a text that begins with a BOM the beginning of a file. */
static bool needs_quotes(const char *text, bool first)
{
    return strpbrk(text, "\"\r\n,;") || (first && (!*text || strncmp(text, "\xEF\xBB\xBF", 3) == 0));
}

void csv_write_cell(FILE *f, const char *text, char delimiter, bool first)
{
    if (!first)
        putc(delimiter, f);
    if (!needs_quotes(text, first)) {
        fputs(text, f);
        return;
    }
    putc('"', f);
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            putc('"', f);
        putc(*p, f);
    }
    putc('"', f);
}

void csv_write_end(FILE *f) { fputs("\r\n", f); }
