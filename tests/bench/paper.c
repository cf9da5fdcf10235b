/* F4: the journal of a year (8,000 appeals) as PDF against pango laying out the same texts and nothing else; and the memory of the printer
 * at 8,000 and at 80,000 rows. */
#include "common/csv.h"
#include "server/report/report.h"
#include "tests/bench/bench.h"
#include "tests/harness/check.h"
#include <pango/pangocairo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUNS = 3, DATA_MS = 3600 * 1000, LARGER = 10 };

static const struct form *journal;
static char csv_path[SERVER_PATH_BYTES + 16], pdf_path[SERVER_PATH_BYTES + 16];

static void given_documents(const struct server *s, int appeals)
{
    char count[16];
    struct outcome o;
    snprintf(count, sizeof count, "%d", appeals);
    char *const fill[] = {(char *)server_program(), "demo-data", "--appeals", count, "--seed", "1", "--state", (char *)s->state, NULL};
    run_program(fill, NULL, DATA_MS, &o);
    CHECK(o.exit_code == 0, "demo-data: %s", o.err);
    outcome_free(&o);
    snprintf(csv_path, sizeof csv_path, "%s/journal.csv", s->dir);
    snprintf(pdf_path, sizeof pdf_path, "%s/journal.pdf", s->dir);
    server_cli(s, &o, NULL, "report", "appeals_journal", "--from", "2000-01-01", "--format", "csv", "--output", csv_path, NULL);
    CHECK(o.exit_code == 0, "%s", o.err);
    outcome_free(&o);
}

static double printed_ms(const struct server *s)
{
    struct outcome o;
    int64_t began = clock_us();
    server_cli(s, &o, NULL, "report", "appeals_journal", "--from", "2000-01-01", "--output", pdf_path, NULL);
    double ms = (double)(clock_us() - began) / 1000;
    CHECK(o.exit_code == 0, "%s", o.err);
    outcome_free(&o);
    return ms;
}

/* Calls `each` for every row of the journal but the heads, `times` over. */
static int64_t rows(int times, void (*each)(const struct csv_row *row, void *arg), void *arg)
{
    int64_t count = 0;
    for (int i = 0; i < times; i++) {
        struct csv_row row;
        enum csv_fault fault;
        FILE *f = fopen(csv_path, "r");
        struct csv *csv = csv_open(f);
        for (int64_t n = 0; csv_next(csv, &row, &fault); n++)
            if (n > 0) {
                each(&row, arg);
                count++;
            }
        csv_close(&csv);
        fclose(f);
    }
    return count;
}

struct plain {
    PangoLayout *cells[64];
    double height;
};

static void lay_out(const struct csv_row *row, void *arg)
{
    struct plain *p = arg;
    for (size_t i = 0; i < row->count; i++) {
        int height;
        if (!*row->cell[i])
            continue;
        pango_layout_set_text(p->cells[i], row->cell[i], -1);
        pango_layout_get_size(p->cells[i], NULL, &height);
        p->height += height;
    }
}

static double laid_out_ms(int64_t *count)
{
    const double text_points = 770;
    struct plain p = {.height = 0};
    double all = 0;
    PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());
    PangoFontDescription *font = pango_font_description_from_string("Liberation Serif");
    pango_font_description_set_absolute_size(font, journal->size_points * PANGO_SCALE);
    pango_context_set_round_glyph_positions(context, FALSE);
    for (int i = 0; journal->parts->columns[i].head[0]; i++)
        all += journal->parts->columns[i].width;
    for (int i = 0; journal->parts->columns[i].head[0]; i++) {
        p.cells[i] = pango_layout_new(context);
        pango_layout_set_font_description(p.cells[i], font);
        pango_layout_set_wrap(p.cells[i], PANGO_WRAP_WORD_CHAR);
        pango_layout_set_width(p.cells[i], (int)(text_points * journal->parts->columns[i].width / all * PANGO_SCALE));
    }
    int64_t began = clock_us();
    *count = rows(1, lay_out, &p);
    return (double)(clock_us() - began) / 1000;
}

static void write_row(const struct csv_row *row, void *arg)
{
    FILE *to = arg;
    for (size_t i = 0; i < row->count; i++) {
        json_t *cell = json_string(row->cell[i]);
        char *text = json_dumps(cell, JSON_ENCODE_ANY);
        fprintf(to, "%s%s", i ? "," : "[", text);
        free(text);
        json_decref(cell);
    }
    fputs("]\n", to);
}

/* Peak memory of gorod-print with the journal so many times over, KiB. */
static long printer_kib(int times)
{
    char program[4096];
    int fds[2], status;
    struct rusage usage;
    snprintf(program, sizeof program, "%s", server_program());
    snprintf(strrchr(program, '/') + 1, 16, "gorod-print");
    CHECK(pipe(fds) == 0, "pipe");
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fds[0], 0);
        close(fds[0]);
        close(fds[1]);
        CHECK(freopen("/dev/null", "w", stdout), "/dev/null");
        execl(program, program, NULL);
        _exit(127);
    }
    close(fds[0]);
    FILE *to = fdopen(fds[1], "w");
    fputs("{\"format\":\"pdf\",\"title\":\"Journal\",\"landscape\":true,\"size\":7.5}\n{\"table\":[", to);
    for (int i = 0; journal->parts->columns[i].head[0]; i++)
        fprintf(to, "%s{\"head\":\"%s\",\"width\":%.1f}", i ? "," : "", journal->parts->columns[i].head[0], journal->parts->columns[i].width);
    fputs("]}\n", to);
    rows(times, write_row, to);
    fputs("{\"end\":true}\n", to);
    fclose(to);
    CHECK(wait4(pid, &status, 0, &usage) == pid && status == 0, "gorod-print: %d", status);
    return usage.ru_maxrss;
}

int main(void)
{
    struct samples ours = {0}, plain = {0};
    int64_t count = 0;
    int appeals = bench_setting("GOROD_BENCH_JOURNAL", 8000);
    journal = form_find("report.appeals_journal");
    struct server *s = server_start(NULL);
    given_documents(s, appeals);
    for (int i = 0; i < RUNS; i++) {
        samples_add(&plain, laid_out_ms(&count));
        samples_add(&ours, printed_ms(s));
    }
    table_title("F4: the journal of a year as PDF against pango laying out its texts", "ms");
    table_row("report appeals_journal (query, layout, drawing, PDF)", samples_percentile(&ours, 50), samples_percentile(&plain, 50), 2, false);
    table_note("%lld rows of %d appeals", (long long)count, appeals);
    table_title("memory of the printer, ten journals against one", "KiB");
    table_row("gorod-print", (double)printer_kib(LARGER), (double)printer_kib(1), 1.2, false);
    server_discard(&s, false);
    return table_verdict();
}
