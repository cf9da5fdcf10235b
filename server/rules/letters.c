#include "server/rules/letters.h"
#include "common/arena.h"
#include "common/utf8.h"
#include "server/rules/notices.h"
#include "server/rules/workflow_words.h"
#include "server/rules/yaml_tree.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX_BYTES = 64 * 1024, JOINED_MAX = 240 };

static const char *const notice_names[] = {"number", "kind", "what", "due", "days_left", "municipality", NULL};
static const char *const digest_names[] = {"date", "overdue", "due_soon", "to_accept", "unread", "lines", "municipality", NULL};

static const struct row {
    enum letter letter;
    enum lang lang;
    const char *file, *shipped;
    const char *const *names;
} rows[] = {
    {LETTER_NOTICE, LANG_RU, "notice.ru.txt", letter_notice_ru, notice_names},
    {LETTER_NOTICE, LANG_EN, "notice.en.txt", letter_notice_en, notice_names},
    {LETTER_DIGEST, LANG_RU, "digest.ru.txt", letter_digest_ru, digest_names},
    {LETTER_DIGEST, LANG_EN, "digest.en.txt", letter_digest_en, digest_names},
};
enum { ROWS = sizeof rows / sizeof *rows };

static int line_of(const char *text, const char *at)
{
    int line = 1;
    for (const char *p = text; p < at; p++)
        line += *p == '\n';
    return line;
}

/* Names are checked line by line, so that the fault is told with its line. */
static bool check_names(const struct row *row, const char *path, char *text, struct err *err)
{
    char bad[40], joined[JOINED_MAX];
    int line = 1;
    for (char *p = text; *p; line++) {
        size_t n = strcspn(p, "\n");
        char end = p[n];
        p[n] = '\0';
        bool good = template_names_are(p, row->names, bad);
        p[n] = end;
        if (!good)
            return yaml_tree_fault(err, path, line, "unknown name {%s}: use one of %s", bad,
                                   workflow_words_join(row->names, joined, sizeof joined));
        p += n + (end != '\0');
    }
    return true;
}

static bool split(struct letters *l, const struct row *row, const char *path, char *text, struct err *err)
{
    static const char head[] = "Subject:";
    char *end = strchr(text, '\n');
    if (strncmp(text, head, sizeof head - 1) != 0 || !end)
        return yaml_tree_fault(err, path, 1, "the first line must be \"Subject: ...\"");
    if (end[1] != '\n')
        return yaml_tree_fault(err, path, 2, "an empty line must stand between the subject and the text");
    if (strlen(text) != strcspn(text, "\r"))
        return yaml_tree_fault(err, path, line_of(text, strchr(text, '\r')), "a carriage return: save the file with Unix line ends");
    if (!check_names(row, path, text, err))
        return false;
    *end = '\0';
    char *subject = text + sizeof head - 1;
    subject += strspn(subject, " \t");
    if (!*subject)
        return yaml_tree_fault(err, path, 1, "the subject is empty: write it behind \"Subject:\"");
    l->of[row->letter][row->lang].subject = subject;
    l->of[row->letter][row->lang].body = end + 2;
    return true;
}

static char *read_file(struct arena *arena, const char *path, bool *absent, struct err *err)
{
    FILE *f = fopen(path, "re");
    *absent = !f && errno == ENOENT;
    if (!f) {
        err_set(err, ERR_PARAMS, "%s: %m; correct its permissions", path);
        return NULL;
    }
    char *text = arena_alloc(arena, FILE_MAX_BYTES + 2);
    size_t len = fread(text, 1, FILE_MAX_BYTES + 1, f);
    fclose(f);
    if (len > FILE_MAX_BYTES || strlen(text) != len || !utf8_is_valid(text, len)) {
        yaml_tree_fault(err, path, 1, "not a text in UTF-8 of at most %d bytes: save it as one", FILE_MAX_BYTES);
        return NULL;
    }
    return text;
}

static bool load_row(struct letters *l, const struct row *row, const char *folder, struct err *err)
{
    char *path = arena_printf(l->memory, "%s/%s", folder ? folder : "shipped", row->file), *text = NULL;
    bool absent = true;
    if (folder && !(text = read_file(l->memory, path, &absent, err)) && !absent)
        return false;
    return split(l, row, path, text ? text : arena_strdup(l->memory, row->shipped), err);
}

/* A template under a mistyped name would be passed over in silence. */
static bool no_other_files(const char *folder, struct err *err)
{
    DIR *dir = opendir(folder);
    bool ok = dir || err_set(err, ERR_PARAMS, "%s: %m; correct the path", folder);
    for (struct dirent *e; ok && dir && (e = readdir(dir));) { /* NOLINT(concurrency-mt-unsafe): the stream is this thread's own */
        size_t n = strlen(e->d_name), i = 0;
        while (i < ROWS && strcmp(rows[i].file, e->d_name) != 0)
            i++;
        if (i == ROWS && n > 4 && strcmp(e->d_name + n - 4, ".txt") == 0)
            ok = err_set(err, ERR_PARAMS,
                         "%s/%.80s: no letter bears this name: use notice.ru.txt, notice.en.txt, digest.ru.txt, digest.en.txt", folder,
                         e->d_name);
    }
    if (dir)
        closedir(dir);
    return ok;
}

struct letters *letters_load(const char *folder, struct err *err)
{
    struct letters *l = calloc(1, sizeof *l);
    if (!l)
        abort();
    l->memory = arena_new();
    folder = folder && *folder ? folder : NULL;
    bool ok = !folder || no_other_files(folder, err);
    for (size_t i = 0; ok && i < ROWS; i++)
        ok = load_row(l, &rows[i], folder, err);
    if (!ok)
        letters_free(&l);
    return l;
}

void letters_free(struct letters **letters)
{
    if (!*letters)
        return;
    struct arena *arena = (*letters)->memory;
    arena_free(&arena);
    free(*letters);
    *letters = NULL;
}
