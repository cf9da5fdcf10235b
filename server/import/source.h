/* The file that is imported: found, unpacked, and in one piece on the disk, for reading goes through it twice. */
#pragma once
#include <stddef.h>
#include <stdio.h>

/* Opens it. A packed one (gzip) and what cannot be rewound (a pipe, `zcat x | ... import houses /dev/stdin`) become a temporary file. The caller
 * closes. NULL: `why` tells in the language of the command line what is wrong, *exit_code is 66 when there is nothing to read and 65 when
 * what there is cannot be used. */
FILE *source_open(const char *path, char *why, size_t size, int *exit_code);
/* What an errno of a file means to whoever named it, in the language of the command line. */
const char *source_trouble(int fault);
