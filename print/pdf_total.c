#include "print/pdf_total.h"
#include "print/print.h"
#include <cairo-pdf.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 2048 };

/* What passes by: the end of what was written, and how much it was. */
static struct {
    char window[2 * WINDOW + 1];
    size_t used, offset; /* bytes in the window, bytes written in all */
    long object;         /* of the drawing, 0: not seen yet */
} seen;

cairo_surface_t *pdf_total_drawing(void)
{
    static const unsigned char name[] = "gorod-total";
    const cairo_rectangle_t extents = {0, 0, TOTAL_WIDTH, TOTAL_HEIGHT};
    cairo_surface_t *drawing = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, &extents);
    cairo_t *cr = cairo_create(drawing);
    cairo_rectangle(cr, 1, TOTAL_HEIGHT - 2, 4, 1); /* seen only by who cannot read updates */
    cairo_fill(cr);
    cairo_destroy(cr);
    /* The name makes cairo write it once. */
    cairo_surface_set_mime_data(drawing, CAIRO_MIME_TYPE_UNIQUE_ID, name, sizeof name - 1, NULL, NULL);
    return drawing;
}

/* The number of the object whose dictionary holds the text at `at`. */
static long object_before(const char *start, const char *at)
{
    for (const char *p = at; p > start; p--)
        if (strncmp(p, " 0 obj", 6) == 0) {
            const char *digits = p;
            while (digits > start && digits[-1] >= '0' && digits[-1] <= '9')
                digits--;
            return strtol(digits, NULL, 10);
        }
    return 0;
}

static void look(void)
{
    char box[48];
    snprintf(box, sizeof box, "/BBox [ 0 0 %d %d ]", TOTAL_WIDTH, TOTAL_HEIGHT);
    const char *at = memmem(seen.window, seen.used, box, strlen(box));
    if (at && seen.object == 0)
        seen.object = object_before(seen.window, at);
}

cairo_status_t pdf_total_write(void *closure, const unsigned char *data, unsigned length)
{
    (void)closure;
    if (!out_write(data, length))
        return CAIRO_STATUS_WRITE_ERROR;
    seen.offset += length;
    while (length > 0) {
        if (seen.used > WINDOW) {
            memmove(seen.window, seen.window + seen.used - WINDOW, WINDOW);
            seen.used = WINDOW;
        }
        unsigned n = length < WINDOW ? length : WINDOW;
        memcpy(seen.window + seen.used, data, n);
        seen.used += n;
        seen.window[seen.used] = '\0';
        data += n;
        length -= n;
        if (seen.object == 0)
            look();
    }
    return CAIRO_STATUS_SUCCESS;
}

/* The last number after a word of the trailer. */
static long trailer_number(const char *word)
{
    const char *last = NULL;
    for (const char *at = seen.window; (at = memmem(at, seen.used - (size_t)(at - seen.window), word, strlen(word))); at += strlen(word))
        last = at;
    return last ? strtol(last + strlen(word), NULL, 10) : 0;
}

bool pdf_total_finish(int pages, double size_points)
{
    char stream[160], update[1400];
    size_t start = seen.offset;
    long size = trailer_number("/Size "), root = trailer_number("/Root "), info = trailer_number("/Info "),
         xref = trailer_number("startxref\n");
    if (seen.object == 0 || size == 0 || root == 0 || xref == 0) {
        fputs("gorod-print: this version of cairo writes PDF in another way: the number of pages cannot be said\n", stderr);
        return false;
    }
    /* cairo's pages count from the top down: so does the drawing, and its text is turned upright again. */
    int stream_len = snprintf(stream, sizeof stream, "BT /F %.1f Tf 1 0 0 -1 0 %d Tm (%d) Tj ET\n", size_points, TOTAL_HEIGHT - 3, pages);
    /* Times is one of the 14 fonts that every reader has, and digits of the text's font are of its widths. */
    int len = snprintf(
        update, sizeof update,
        "%ld 0 obj\n<< /Length %d /Type /XObject /Subtype /Form /BBox [ 0 0 %d %d ]\n"
        "   /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >> >> >>\n>>\nstream\n%sendstream\nendobj\n",
        seen.object, stream_len, TOTAL_WIDTH, TOTAL_HEIGHT, stream);
    size_t table = start + (size_t)len;
    len +=
        snprintf(update + len, sizeof update - (size_t)len,
                 "xref\n%ld 1\n%010zu 00000 n \ntrailer\n<< /Size %ld /Root %ld 0 R /Info %ld 0 R /Prev %ld >>\nstartxref\n%zu\n%%%%EOF\n",
                 seen.object, start, size, root, info, xref, table);
    return out_write(update, (size_t)len);
}
