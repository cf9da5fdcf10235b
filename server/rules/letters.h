/* The templates of letters: a file each, NAME.ru.txt and NAME.en.txt. First line "Subject: ...", an empty line, the text.
 *
 * A folder may replace any of them; what it does not hold is as shipped. Immutable after loading. */
#pragma once
#include "common/err.h"

enum letter { LETTER_NOTICE, LETTER_DIGEST, LETTER_COUNT };

struct letters {
    struct {
        const char *subject, *body;
    } of[LETTER_COUNT][2]; /* by enum lang */
    void *memory;
};

/* Reads the folder, or gives the shipped templates for NULL or "". NULL on a fault: err->detail is "file:line: what, what to do".
 * Refused: a .txt file of another name, no Subject, unknown {names}, over 64 KiB, not UTF-8. Caller frees. */
struct letters *letters_load(const char *folder, struct err *err);
void letters_free(struct letters **letters);
extern const char letter_notice_ru[], letter_notice_en[], letter_digest_ru[], letter_digest_en[];
