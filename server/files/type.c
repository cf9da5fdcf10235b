#include "server/files/type.h"
#include "common/log.h"
#include <magic.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HEAD_MAX = 64 * 1024 };

static const char ole[] = "application/CDFV2"; /* how libmagic says OLE2 when it may not look inside */

/* Endings that claim something, and what contents then may be: the first is the claim. */
static const struct claim {
    const char *ending;
    const char *types[5];
} claims[] = {
    {"pdf", {"application/pdf"}},
    {"jpg", {"image/jpeg"}},
    {"jpeg", {"image/jpeg"}},
    {"png", {"image/png"}},
    {"gif", {"image/gif"}},
    {"tif", {"image/tiff"}},
    {"tiff", {"image/tiff"}},
    {"bmp", {"image/bmp"}},
    {"webp", {"image/webp"}},
    {"docx", {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/zip"}},
    {"xlsx", {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/zip"}},
    {"odt", {"application/vnd.oasis.opendocument.text"}},
    {"ods", {"application/vnd.oasis.opendocument.spreadsheet"}},
    {"doc", {"application/msword", "text/rtf"}},
    {"xls", {"application/vnd.ms-excel"}},
    {"rtf", {"text/rtf"}},
    {"zip", {"application/zip"}},
    {"rar", {"application/x-rar"}},
    {"7z", {"application/x-7z-compressed"}},
    {"mp4", {"video/mp4"}},
    {"mp3", {"audio/mpeg"}},
};

static const struct {
    const char *ending, *type;
} ole_kinds[] = {{"doc", "application/msword"}, {"xls", "application/vnd.ms-excel"}, {"ppt", "application/vnd.ms-powerpoint"},
                 {"msg", "application/vnd.ms-outlook"}};

static const char *ending_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : "";
}

/* Only the table of signatures is asked. What looks into formats (ELF, CDF, tar, packed data, JSON, CSV) stays off: those parsers have had the
 * faults, and a bomb is one only for who unpacks it. */
static magic_t open_magic(void)
{
    magic_t m = magic_open(MAGIC_MIME_TYPE | MAGIC_ERROR | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_ELF | MAGIC_NO_CHECK_CDF |
                           MAGIC_NO_CHECK_CSV | MAGIC_NO_CHECK_JSON | MAGIC_NO_CHECK_TOKENS | MAGIC_NO_CHECK_APPTYPE);
    if (m && magic_load(m, NULL) != 0) {
        log_error("libmagic: %s: files will be of unknown type", magic_error(m));
        magic_close(m);
        m = NULL;
    }
    return m;
}

static void ask_magic(const void *head, size_t len, char *mime, size_t size)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static magic_t magic;
    pthread_mutex_lock(&lock);
    if (!magic)
        magic = open_magic();
    const char *said = magic ? magic_buffer(magic, head, len) : NULL;
    snprintf(mime, size, "%s", said && strchr(said, '/') ? said : "application/octet-stream");
    pthread_mutex_unlock(&lock);
}

void file_type_of(const void *head, size_t len, int64_t size_bytes, const char *name, char *mime, size_t size)
{
    static const unsigned char ole_mark[] = {0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1};
    if (size_bytes == 0) {
        snprintf(mime, size, "inode/x-empty");
        return;
    }
    if (len >= sizeof ole_mark && memcmp(head, ole_mark, sizeof ole_mark) == 0) {
        snprintf(mime, size, "%s", ole);
        for (size_t i = 0; i < sizeof ole_kinds / sizeof *ole_kinds; i++)
            if (strcasecmp(ending_of(name), ole_kinds[i].ending) == 0)
                snprintf(mime, size, "%s", ole_kinds[i].type);
        return;
    }
    ask_magic(head, len < HEAD_MAX ? len : HEAD_MAX, mime, size);
}

const char *file_type_claimed(const char *name, const char *mime)
{
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        if (strcasecmp(ending_of(name), claims[i].ending) != 0)
            continue;
        for (size_t k = 0; k < sizeof claims[i].types / sizeof *claims[i].types && claims[i].types[k]; k++)
            if (strcmp(claims[i].types[k], mime) == 0)
                return NULL;
        return claims[i].types[0];
    }
    return NULL;
}
