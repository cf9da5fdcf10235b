#include "server/import/source.h"
#include "server/cli/internal.h"
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { EXIT_DATA = 65, EXIT_INPUT = 66, UNPACKED_MAX_MIB = 1024, PIECE_BYTES = 65536 };

const char *source_trouble(int fault)
{
    switch (fault) {
    case ENOENT: return CLI_TR("такого файла или папки нет", "there is no such file or folder");
    case EACCES:
    case EPERM:
        return CLI_TR("нет доступа: проверьте права на файл и его папку", "no access: check the permissions of the file and its folder");
    case EISDIR: return CLI_TR("это папка, а нужен файл", "a folder where a file is needed");
    case ENOTDIR: return CLI_TR("часть пути - не папка", "a part of the path is no folder");
    case EIO: return CLI_TR("диск не читается", "the disk cannot be read");
    default: return strerror(fault); // NOLINT(concurrency-mt-unsafe): the command line has one thread
    }
}

static bool is_packed(FILE *f)
{
    unsigned char magic[2] = {0};
    bool packed = fread(magic, 1, sizeof magic, f) == sizeof magic && magic[0] == 0x1f && magic[1] == 0x8b;
    rewind(f);
    return packed;
}

/* What `fd` gives, unpacked if it is packed, to a temporary file at its beginning; NULL: cut short, damaged, or too much. Takes fd over. */
static FILE *copy_out(int fd)
{
    static char piece[PIECE_BYTES];
    FILE *plain = tmpfile();
    gzFile in = plain ? gzdopen(fd, "r") : NULL;
    int n = 0, status = Z_ERRNO;
    int64_t total = 0;
    if (!in)
        close(fd);
    while (in && (n = gzread(in, piece, sizeof piece)) > 0 && total <= (int64_t)UNPACKED_MAX_MIB << 20 &&
           fwrite(piece, 1, (size_t)n, plain) == (size_t)n)
        total += n;
    bool whole = in && n == 0 && fflush(plain) == 0 && !ferror(plain);
    if (in)
        status = gzclose(in);
    if (whole && status == Z_OK) {
        rewind(plain);
        return plain;
    }
    if (plain)
        fclose(plain);
    return NULL;
}

FILE *source_open(const char *path, char *why, size_t size, int *exit_code)
{
    struct stat st;
    FILE *f = fopen(path, "re");
    bool known = f && fstat(fileno(f), &st) == 0;
    *exit_code = EXIT_INPUT;
    if (!known || S_ISDIR(st.st_mode)) {
        snprintf(why, size, "%.300s: %s", path, source_trouble(known ? EISDIR : errno));
        if (f)
            fclose(f);
        return NULL;
    }
    bool streams = !S_ISREG(st.st_mode);
    if (!streams && !is_packed(f))
        return f;
    int fd = dup(fileno(f));
    FILE *plain = fd >= 0 && (streams || lseek(fd, 0, SEEK_SET) == 0) ? copy_out(fd) : NULL;
    fclose(f);
    *exit_code = EXIT_DATA;
    if (!plain)
        snprintf(why, size, "%.300s: %s", path,
                 streams ? CLI_TR("не читается до конца, или в нём больше 1 ГиБ", "cannot be read to its end, or is more than 1 GiB")
                         : CLI_TR("архив gzip повреждён, обрезан или распаковывается больше чем в 1 ГиБ",
                                  "the gzip file is damaged, cut short, or unpacks to more than 1 GiB"));
    return plain;
}
