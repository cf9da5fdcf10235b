/* What a file is, by its contents (libmagic), and what its name claims it to be. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Writes the type ("application/pdf") of a content of size_bytes whose beginning is `head`; `name` decides only among kinds that share one
 * container (OLE2: .doc, .xls, .ppt, .msg). Nothing is unpacked. Safe from any thread. */
void file_type_of(const void *head, size_t len, int64_t size_bytes, const char *name, char *mime, size_t size);
/* The type that the name claims when the contents are of another; NULL when they agree or the name claims nothing. Static. */
const char *file_type_claimed(const char *name, const char *mime);
