/* «Страница 3 из 27» without holding 27 pages: each page shows one shared drawing, and only when the last page is done that drawing is
 * said anew, by an incremental update at the end of the file (ISO 32000-1, 7.5.6). Pages can so be written as they fill. */
#pragma once
#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>

enum { TOTAL_WIDTH = 37, TOTAL_HEIGHT = 13 }; /* points; unusual on purpose: by its size the drawing is known in the file */

/* The shared drawing. Free with cairo_surface_destroy. */
cairo_surface_t *pdf_total_drawing(void);
/* Everything that cairo writes goes through here, on to standard output (a cairo_write_func_t). */
cairo_status_t pdf_total_write(void *closure, const unsigned char *data, unsigned length);
/* After the file has been finished: the drawing becomes the number. False when the output cannot be written, or when the drawing was not
 * found in what cairo wrote. */
bool pdf_total_finish(int pages, double size_points);
