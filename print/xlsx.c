/* XLSX: one sheet, written as it comes (rows are not held), cells of their types, heads that stay in sight. */
#include "print/print.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum { CELL_CHARS_MAX = 32767 };

static struct {
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *title, *bold, *head, *text, *types[6];
    char path[512];
    struct table table;
    lxw_row_t row;
    bool frozen, sized;
} xlsx;

static lxw_format *bordered(const char *number, uint8_t align)
{
    lxw_format *f = workbook_add_format(xlsx.book);
    format_set_border(f, LXW_BORDER_THIN);
    format_set_text_wrap(f);
    format_set_align(f, LXW_ALIGN_VERTICAL_TOP);
    format_set_align(f, align);
    if (number)
        format_set_num_format(f, number);
    return f;
}

static bool xlsx_begin(const struct head *head)
{
    static char scratch[512];
    const char *folder = getenv("TMPDIR");
    snprintf(scratch, sizeof scratch, "%s", folder ? folder : "/tmp");
    snprintf(xlsx.path, sizeof xlsx.path, "%.480s/paper-%d.xlsx", scratch, (int)getpid());
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = scratch};
    xlsx.book = workbook_new_opt(xlsx.path, &options);
    if (!xlsx.book)
        return false;
    lxw_doc_properties properties = {.title = (char *)head->title, .author = (char *)(head->author ? head->author : "")};
    workbook_set_properties(xlsx.book, &properties);
    xlsx.sheet = workbook_add_worksheet(xlsx.book, NULL);
    if (head->landscape)
        worksheet_set_landscape(xlsx.sheet);
    worksheet_set_paper(xlsx.sheet, 9); /* A4 */
    worksheet_fit_to_pages(xlsx.sheet, 1, 0);
    xlsx.title = workbook_add_format(xlsx.book);
    format_set_bold(xlsx.title);
    format_set_font_size(xlsx.title, 14);
    xlsx.bold = workbook_add_format(xlsx.book);
    format_set_bold(xlsx.bold);
    xlsx.text = workbook_add_format(xlsx.book);
    xlsx.head = bordered(NULL, LXW_ALIGN_CENTER);
    format_set_bold(xlsx.head);
    format_set_bg_color(xlsx.head, 0xEDEDED);
    xlsx.types[CELL_TEXT] = bordered(NULL, LXW_ALIGN_LEFT);
    xlsx.types[CELL_INT] = bordered("0", LXW_ALIGN_RIGHT);
    xlsx.types[CELL_NUMBER] = bordered("0.0", LXW_ALIGN_RIGHT);
    xlsx.types[CELL_PERCENT] = bordered("0.0%", LXW_ALIGN_RIGHT);
    xlsx.types[CELL_DATE] = bordered("dd.mm.yyyy", LXW_ALIGN_CENTER);
    xlsx.types[CELL_TIME] = bordered("dd.mm.yyyy hh:mm", LXW_ALIGN_CENTER);
    return true;
}

/* A cell holds at most 32,767 characters; a longer text would make the file one that Excel repairs. */
static bool put_text(lxw_col_t column, const char *text, lxw_format *format)
{
    size_t bytes = 0, chars = 0;
    for (; text[bytes] && chars < CELL_CHARS_MAX; chars++)
        for (bytes++; ((unsigned char)text[bytes] & 0xC0) == 0x80; bytes++)
            ;
    if (!text[bytes])
        return worksheet_write_string(xlsx.sheet, xlsx.row, column, text, format) == LXW_NO_ERROR;
    char *cut = strndup(text, bytes);
    bool ok = cut && worksheet_write_string(xlsx.sheet, xlsx.row, column, cut, format) == LXW_NO_ERROR;
    free(cut);
    return ok;
}

static bool xlsx_paragraph(const struct paragraph *p)
{
    bool is_title = p->bold && xlsx.row == 0;
    bool ok = put_text(0, p->text, is_title ? xlsx.title : p->bold ? xlsx.bold : xlsx.text);
    xlsx.row++;
    return ok;
}

static bool xlsx_table(const struct table *t)
{
    const double page_chars = 150;
    double all = 0;
    bool ok = true;
    xlsx.table = *t;
    for (size_t i = 0; i < t->count; i++)
        all += t->columns[i].width;
    for (size_t i = 0; !xlsx.sized && i < t->count; i++)
        worksheet_set_column(xlsx.sheet, (lxw_col_t)i, (lxw_col_t)i, 4 + page_chars * t->columns[i].width / all, NULL);
    xlsx.sized = true;
    xlsx.row += xlsx.row > 0;
    if (t->heading) {
        ok = put_text(0, t->heading, xlsx.bold);
        xlsx.row++;
    }
    if (t->bare)
        return ok;
    for (size_t i = 0; ok && i < t->count; i++)
        ok = put_text((lxw_col_t)i, t->columns[i].head, xlsx.head);
    xlsx.row++;
    if (!xlsx.frozen) {
        worksheet_freeze_panes(xlsx.sheet, xlsx.row, 0);
        worksheet_repeat_rows(xlsx.sheet, xlsx.row - 1, xlsx.row - 1);
    }
    xlsx.frozen = true;
    return ok;
}

static bool xlsx_group(const char *text)
{
    (void)text; /* what rows are grouped by is a column of theirs: a line between would break filters */
    return true;
}

static bool xlsx_row(const char *const cells[], size_t count)
{
    bool ok = xlsx.row < LXW_ROW_MAX;
    for (size_t i = 0; ok && i < count; i++) {
        enum cell_type type = xlsx.table.columns[i].type;
        double number;
        bool is_date = type == CELL_DATE || type == CELL_TIME;
        if (!cells[i])
            ok = worksheet_write_blank(xlsx.sheet, xlsx.row, (lxw_col_t)i, xlsx.types[CELL_TEXT]) == LXW_NO_ERROR;
        else if (type != CELL_TEXT && (is_date ? cell_serial(cells[i], &number) : cell_number(cells[i], &number)))
            ok = worksheet_write_number(xlsx.sheet, xlsx.row, (lxw_col_t)i, number, xlsx.types[type]) == LXW_NO_ERROR;
        else
            ok = put_text((lxw_col_t)i, cells[i], xlsx.types[CELL_TEXT]);
    }
    xlsx.row++;
    return ok;
}

static bool copy_out(const char *path)
{
    char piece[65536];
    FILE *file = fopen(path, "rb");
    bool ok = file != NULL;
    for (size_t n; ok && (n = fread(piece, 1, sizeof piece, file)) > 0;)
        ok = out_write(piece, n);
    ok = ok && !ferror(file);
    if (file)
        fclose(file);
    return ok;
}

static bool xlsx_end(void)
{
    lxw_error error = workbook_close(xlsx.book);
    if (error != LXW_NO_ERROR)
        fprintf(stderr, "gorod-print: %s\n", lxw_strerror(error));
    bool ok = error == LXW_NO_ERROR && copy_out(xlsx.path);
    unlink(xlsx.path);
    return ok;
}

const struct format xlsx_format = {"xlsx", xlsx_begin, xlsx_paragraph, xlsx_table, xlsx_group, xlsx_row, xlsx_end};
