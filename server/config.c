#include "server/config.h"
#include "common/utf8.h"
#include "db/pg.h"
#include "server/cli/cli.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

enum { FILE_MAX_BYTES = 256 * 1024, TEXT_MAX_BYTES = 2048 };

enum kind { KIND_TEXT, KIND_INT, KIND_BOOL };

struct row {
    const char *key;
    enum kind kind;
    size_t offset;
    const char *def_text;
    int64_t def, min, max;
    const char *unit;
    const char *text[2];
};

static const struct row rows[] = {
#define CONFIG_TEXT(k, d, ru, en) {#k, KIND_TEXT, offsetof(struct config, k), d, 0, 0, 0, "", {ru, en}},
#define CONFIG_INT(k, d, lo, hi, u, ru, en) {#k, KIND_INT, offsetof(struct config, k), "", d, lo, hi, u, {ru, en}},
#define CONFIG_BOOL(k, d, ru, en) {#k, KIND_BOOL, offsetof(struct config, k), "", d, 0, 1, "", {ru, en}},
#include "server/config.def"
#undef CONFIG_TEXT
#undef CONFIG_INT
#undef CONFIG_BOOL
};
enum { ROW_COUNT = sizeof rows / sizeof *rows };

/* What one reading of a file carries. */
struct reader {
    const char *path;
    const char *text;
    size_t len;
    yaml_document_t document;
    struct config *config;
    int line_of[ROW_COUNT]; /* where a key was first seen; 0: not yet */
    struct err *err;
};

/* Both texts stay literals, so that the compiler checks the arguments against them. */
#define TR(ru, en) (cli_lang() == LANG_EN ? (en) : (ru))

static bool fault(struct reader *r, int line, const char *key, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static bool fault(struct reader *r, int line, const char *key, const char *fmt, ...)
{
    char why[sizeof r->err->detail];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    return err_set(r->err, ERR_PARAMS, "%s:%d: %s%s%s", r->path, line, key, *key ? ": " : "", why);
}

static char *text_dup(const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        abort();
    return copy;
}

static const char **text_member(struct config *c, const struct row *row) { return (const char **)(void *)((char *)c + row->offset); }

static void text_set(struct config *c, const struct row *row, const char *text)
{
    const char **member = text_member(c, row);
    free((char *)*member);
    *member = text_dup(text);
}

static struct config *config_new(void)
{
    struct config *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char *at = (char *)c + rows[i].offset;
        switch (rows[i].kind) {
        case KIND_TEXT: *text_member(c, &rows[i]) = text_dup(rows[i].def_text); break;
        case KIND_INT: *(int64_t *)(void *)at = rows[i].def; break;
        case KIND_BOOL: *(bool *)at = rows[i].def != 0; break;
        }
    }
    return c;
}

void config_free(struct config **c)
{
    if (!*c)
        return;
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].kind == KIND_TEXT)
            free((char *)*text_member(*c, &rows[i]));
    free(*c);
    *c = NULL;
}

bool config_differs(const struct config *a, const struct config *b, const char *key)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const char *one = (const char *)a + rows[i].offset, *other = (const char *)b + rows[i].offset;
        if (strcmp(rows[i].key, key) != 0)
            continue;
        switch (rows[i].kind) {
        case KIND_TEXT: return strcmp(*(const char *const *)(const void *)one, *(const char *const *)(const void *)other) != 0;
        case KIND_INT: return memcmp(one, other, sizeof(int64_t)) != 0;
        case KIND_BOOL: return memcmp(one, other, sizeof(bool)) != 0;
        }
    }
    return false;
}

/* ---- checks of a text's meaning: true, or the fault is told ---- */

static bool check_address(struct reader *r, int line, const struct row *row, const char *text)
{
    unsigned char addr[sizeof(struct in6_addr)];
    if (inet_pton(AF_INET, text, addr) == 1 || inet_pton(AF_INET6, text, addr) == 1)
        return true;
    return fault(r, line, row->key,
                 TR("«%s» - не адрес: напишите адрес IPv4 или IPv6 цифрами, например 0.0.0.0",
                    "\"%s\" is not an address: write an IPv4 or IPv6 address in digits, such as 0.0.0.0"),
                 text);
}

static bool check_zone(struct reader *r, int line, const struct row *row, const char *text)
{
    char file[TEXT_MAX_BYTES + 32];
    struct stat st;
    snprintf(file, sizeof file, "/usr/share/zoneinfo/%s", text);
    bool clean = *text && *text != '/' && !strstr(text, "..") && !strchr(text, '\'');
    /* Without tzdata nothing can be said about a name that is spelled like one. */
    if (clean && (access("/usr/share/zoneinfo/UTC", F_OK) != 0 || (stat(file, &st) == 0 && S_ISREG(st.st_mode))))
        return true;
    return fault(r, line, row->key,
                 TR("часового пояса «%s» нет: возьмите имя из /usr/share/zoneinfo, например Europe/Moscow",
                    "there is no time zone \"%s\": take a name from /usr/share/zoneinfo, such as Europe/Moscow"),
                 text);
}

static bool check_name(struct reader *r, int line, const struct row *row, const char *text)
{
    if (*text)
        return true;
    return fault(r, line, row->key, TR("пусто: напишите название или уберите строку", "is empty: write the name or drop the line"));
}

/* A path that is not absolute counts from the configuration's own folder, wherever the server was started. */
static void path_resolve(struct reader *r, const struct row *row)
{
    const char *text = *text_member(r->config, row), *slash = strrchr(r->path, '/');
    if (!*text || *text == '/' || !slash)
        return;
    char *joined = NULL;
    if (asprintf(&joined, "%.*s/%s", (int)(slash - r->path), r->path, text) < 0)
        abort();
    text_set(r->config, row, joined);
    free(joined);
}

static bool check_path(struct reader *r, int line, const struct row *row, const char *text)
{
    if (!*text)
        return true;
    path_resolve(r, row);
    const char *path = *text_member(r->config, row);
    struct stat st;
    bool folder = strcmp(row->key, "postgres_bin") == 0 || strcmp(row->key, "mail_templates") == 0;
    if (stat(path, &st) != 0)
        return fault(r, line, row->key, TR("%s: %s; исправьте путь", "%s: %s; correct the path"), path, strerror(errno));
    if (folder && !S_ISDIR(st.st_mode))
        return fault(r, line, row->key, TR("%s - не папка; назовите папку", "%s is not a folder; name a folder"), path);
    if (!folder && !S_ISREG(st.st_mode))
        return fault(r, line, row->key, TR("%s - не файл; назовите файл", "%s is not a file; name a file"), path);
    return true;
}

static bool check_database(struct reader *r, int line, const struct row *row, const char *text)
{
    char why[256];
    return pg_conninfo_is_good(text, why, sizeof why) ||
           fault(r, line, row->key, TR("это не строка подключения libpq: %s", "not a libpq connection string: %s"), why);
}

static bool check_smtp_url(struct reader *r, int line, const struct row *row, const char *text)
{
    static const char *const schemes[] = {"smtp://", "smtps://"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t n = strlen(schemes[i]);
        /* A name before @ would put a password into what every administrator reads; it has keys of its own. */
        if (strncmp(text, schemes[i], n) == 0 && text[n] && !strpbrk(text + n, "@/ ?#"))
            return true;
    }
    return !*text ||
           fault(r, line, row->key,
                 TR("«%s»: нужно smtp://узел:порт или smtps://узел:порт; имя и пароль - в smtp_user и smtp_password_file",
                    "\"%s\": write smtp://host:port or smtps://host:port; name and password belong to smtp_user and smtp_password_file"),
                 text);
}

static bool check_mail_address(struct reader *r, int line, const struct row *row, const char *text)
{
    const char *at = strchr(text, '@');
    bool plain = strlen(text) <= 250 && !strpbrk(text, " <>,;\"\\()");
    for (const char *p = text; *p; p++)
        plain = plain && (unsigned char)*p < 0x80;
    if (!*text || (plain && at && at > text && at[1] && !strchr(at + 1, '@')))
        return true;
    return fault(
        r, line, row->key,
        TR("«%s» - не адрес почты: напишите адрес вида gorod@example.ru", "\"%s\" is no mail address: write one such as gorod@example.ru"),
        text);
}

static bool check_tls(struct reader *r, int line, const struct row *row, const char *text)
{
    if (strcmp(text, "required") == 0 || strcmp(text, "optional") == 0 || strcmp(text, "none") == 0)
        return true;
    return fault(r, line, row->key, TR("«%s»: напишите required, optional или none", "\"%s\": write required, optional or none"), text);
}

static const struct text_check {
    const char *key;
    bool (*check)(struct reader *r, int line, const struct row *row, const char *text);
} text_checks[] = {
    {"name", check_name},
    {"zone", check_zone},
    {"listen", check_address},
    {"postgres_bin", check_path},
    {"workflow", check_path},
    {"deadlines", check_path},
    {"retention", check_path},
    {"tui", check_path},
    {"database", check_database},
    {"notices", check_path},
    {"mail_templates", check_path},
    {"smtp_password_file", check_path},
    {"smtp_ca", check_path},
    {"smtp_url", check_smtp_url},
    {"smtp_from", check_mail_address},
    {"smtp_tls", check_tls},
};

/* ---- values ---- */

static bool set_text(struct reader *r, int line, const struct row *row, const char *text, size_t len)
{
    if (len > TEXT_MAX_BYTES)
        return fault(r, line, row->key, TR("длиннее %d байт: сократите", "longer than %d bytes: shorten it"), TEXT_MAX_BYTES);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return fault(r, line, row->key,
                         TR("управляющий символ или перевод строки: нужна одна строка текста",
                            "a control character or line break: one line of text is wanted"));
    text_set(r->config, row, text);
    for (size_t i = 0; i < sizeof text_checks / sizeof *text_checks; i++)
        if (strcmp(text_checks[i].key, row->key) == 0)
            return text_checks[i].check(r, line, row, text);
    return true;
}

static bool set_int(struct reader *r, int line, const struct row *row, const char *text, bool plain)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    bool digits = strspn(text, "-+0123456789") == strlen(text);
    if (!plain || !*text || !digits || *end)
        return fault(r, line, row->key,
                     TR("«%s» - не целое число: напишите число от %lld до %lld без кавычек и единиц",
                        "\"%s\" is not a whole number: write a number from %lld to %lld without quotes or units"),
                     text, (long long)row->min, (long long)row->max);
    if (errno || value < row->min || value > row->max)
        return fault(r, line, row->key,
                     TR("%s вне пределов: нужно от %lld до %lld%s%s", "%s is out of limits: it must be from %lld to %lld%s%s"), text,
                     (long long)row->min, (long long)row->max, *row->unit ? " " : "", row->unit);
    *(int64_t *)(void *)((char *)r->config + row->offset) = value;
    return true;
}

static bool set_bool(struct reader *r, int line, const struct row *row, const char *text, bool plain)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
    for (size_t i = 0; plain && i < sizeof words / sizeof *words; i++)
        if (strcasecmp(text, words[i]) == 0) {
            *((bool *)((char *)r->config + row->offset)) = i % 2 == 1;
            return true;
        }
    return fault(r, line, row->key, TR("«%s» - не переключатель: напишите true или false", "\"%s\" is not a switch: write true or false"),
                 text);
}

static bool set_value(struct reader *r, const struct row *row, const yaml_node_t *value)
{
    int line = (int)value->start_mark.line + 1;
    if (value->type != YAML_SCALAR_NODE)
        return fault(r, line, row->key,
                     TR("здесь список или вложенные ключи: нужно одно значение", "a list or nested keys stand here: one value is wanted"));
    const char *text = (const char *)value->data.scalar.value;
    size_t len = value->data.scalar.length;
    bool plain = value->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (strlen(text) != len)
        return fault(r, line, row->key, TR("нулевой байт в тексте: уберите его", "a zero byte in the text: remove it"));
    if (plain && (strcmp(text, "~") == 0 || strcmp(text, "null") == 0))
        text = "", len = 0;
    switch (row->kind) {
    case KIND_TEXT: return set_text(r, line, row, text, len);
    case KIND_INT: return set_int(r, line, row, text, plain);
    case KIND_BOOL: return set_bool(r, line, row, text, plain);
    }
    return true;
}

/* ---- the document ---- */

static bool unknown_key(struct reader *r, int line, const char *key)
{
    const char *keys[ROW_COUNT + 1] = {NULL};
    for (size_t i = 0; i < ROW_COUNT; i++)
        keys[i] = rows[i].key;
    const char *near = cli_nearest(key, keys);
    if (near)
        return fault(r, line, key, TR("такого ключа нет; может быть, %s?", "there is no such key; did you mean %s?"), near);
    return fault(
        r, line, key,
        TR("такого ключа нет; все ключи: gorod-server config show", "there is no such key; for all keys: gorod-server config show"));
}

static bool read_pair(struct reader *r, const yaml_node_t *key, const yaml_node_t *value)
{
    int line = (int)key->start_mark.line + 1;
    if (key->type != YAML_SCALAR_NODE)
        return fault(r, line, "", TR("имя ключа должно быть словом", "the name of a key must be a word"));
    const char *name = (const char *)key->data.scalar.value;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strcmp(rows[i].key, name) != 0)
            continue;
        if (r->line_of[i])
            return fault(r, line, name, TR("ключ уже задан в строке %d: оставьте один", "the key stands already in line %d: keep one"),
                         r->line_of[i]);
        r->line_of[i] = line;
        return set_value(r, &rows[i], value);
    }
    return unknown_key(r, line, name);
}

static bool read_root(struct reader *r)
{
    const yaml_node_t *root = yaml_document_get_root_node(&r->document);
    if (!root) /* an empty file: all defaults */
        return true;
    if (root->type == YAML_SCALAR_NODE && root->data.scalar.length == 0)
        return true;
    if (root->type != YAML_MAPPING_NODE)
        return fault(r, (int)root->start_mark.line + 1, "",
                     TR("ожидались строки вида «ключ: значение»", "lines of the form \"key: value\" are wanted"));
    for (const yaml_node_pair_t *p = root->data.mapping.pairs.start; p < root->data.mapping.pairs.top; p++)
        if (!read_pair(r, yaml_document_get_node(&r->document, p->key), yaml_document_get_node(&r->document, p->value)))
            return false;
    return true;
}

static bool not_yaml(struct reader *r, const yaml_parser_t *parser)
{
    size_t line = parser->problem_mark.line + 1;
    /* A bad byte has no mark, only an offset into the file. */
    if (parser->error == YAML_READER_ERROR)
        for (size_t i = 0; i < parser->problem_offset && i < r->len; i++)
            line += r->text[i] == '\n';
    return fault(r, (int)line, "",
                 TR("это не YAML (%s): исправьте строку; образец - gorod-server config show",
                    "not YAML (%s): correct the line; for a sample see gorod-server config show"),
                 parser->problem ? parser->problem : "?");
}

static bool no_second_document(struct reader *r, yaml_parser_t *parser)
{
    yaml_document_t more;
    if (!yaml_parser_load(parser, &more))
        return not_yaml(r, parser);
    const yaml_node_t *root = yaml_document_get_root_node(&more);
    bool ok = !root || fault(r, (int)root->start_mark.line + 1, "",
                             TR("второй документ YAML: уберите «---»", "a second YAML document: remove the \"---\""));
    yaml_document_delete(&more);
    return ok;
}

/* Keys that need each other. */
static bool check_together(struct reader *r)
{
    const struct config *c = r->config;
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (strcmp(rows[i].key, "smtp_url") == 0 && *c->smtp_url && !*c->smtp_from)
            return fault(r, r->line_of[i], "smtp_url",
                         TR("нужен и адрес отправителя: добавьте smtp_from", "the sender's address is needed, too: add smtp_from"));
        else if (strcmp(rows[i].key, "smtp_user") == 0 && *c->smtp_user && !*c->smtp_password_file)
            return fault(r, r->line_of[i], "smtp_user",
                         TR("нужен и пароль: добавьте smtp_password_file", "the password is needed, too: add smtp_password_file"));
    return true;
}

static bool read_text(struct reader *r)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        abort();
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)r->text, r->len);
    bool ok;
    if (!yaml_parser_load(&parser, &r->document)) {
        ok = not_yaml(r, &parser);
    } else {
        ok = read_root(r) && check_together(r);
        yaml_document_delete(&r->document);
        ok = ok && no_second_document(r, &parser);
    }
    yaml_parser_delete(&parser);
    return ok;
}

static bool read_file(const char *path, char *text, size_t size, size_t *len, struct err *err)
{
    FILE *f = fopen(path, "re");
    if (!f)
        return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_PARAMS,
                       TR("%s: не открывается: %s; проверьте путь и права", "%s: cannot be opened: %s; check the path and the permissions"),
                       path, strerror(errno));
    *len = fread(text, 1, size, f);
    bool failed = ferror(f);
    int saved = errno;
    fclose(f);
    if (failed)
        return err_set(err, ERR_PARAMS, TR("%s: не читается: %s", "%s: cannot be read: %s"), path, strerror(saved));
    if (*len == size)
        return err_set(err, ERR_PARAMS, TR("%s: больше %d КиБ: это не файл настроек", "%s: more than %d KiB: not a configuration"), path,
                       FILE_MAX_BYTES / 1024);
    return true;
}

/* libyaml gives no line for a byte that is not UTF-8, so it is looked for first. */
static bool check_utf8(struct reader *r)
{
    int line = 1;
    for (size_t i = 0; i < r->len;) {
        size_t n = utf8_length(r->text + i, r->len - i);
        if (n == 0)
            return fault(r, line, "", TR("текст не в UTF-8: сохраните файл в UTF-8", "the text is not UTF-8: save the file as UTF-8"));
        line += r->text[i] == '\n';
        i += n;
    }
    return true;
}

struct config *config_load(const char *path, struct err *err)
{
    struct config *config = config_new();
    if (!path)
        return config;
    char *text = malloc(FILE_MAX_BYTES);
    if (!text)
        abort();
    struct reader r = {.path = path, .text = text, .config = config, .err = err};
    bool ok = read_file(path, text, FILE_MAX_BYTES, &r.len, err) && check_utf8(&r) && read_text(&r);
    free(text);
    if (!ok)
        config_free(&config);
    return config;
}

/* ---- the sample ---- */

static void write_limits(FILE *out, const struct row *row, enum lang lang)
{
    const char *from = lang == LANG_EN ? "from" : "от", *to = lang == LANG_EN ? "to" : "до";
    if (row->kind == KIND_INT)
        fprintf(out, " (%s %lld %s %lld%s%s)", from, (long long)row->min, to, (long long)row->max, *row->unit ? " " : "", row->unit);
    if (row->kind == KIND_BOOL)
        fputs(" (true, false)", out);
}

void config_write_sample(FILE *out, enum lang lang)
{
    fputs(lang == LANG_EN ? "# Configuration of gorod-server (YAML, UTF-8). Every key may be left out; what stands here are the defaults.\n"
                          : "# Настройки gorod-server (YAML, UTF-8). Любой ключ можно не писать; здесь стоят значения по умолчанию.\n",
          out);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct row *row = &rows[i];
        fprintf(out, "\n# %s", row->text[lang]);
        write_limits(out, row, lang);
        switch (row->kind) {
        case KIND_TEXT: fprintf(out, "\n#%s: \"%s\"\n", row->key, row->def_text); break;
        case KIND_INT: fprintf(out, "\n#%s: %lld\n", row->key, (long long)row->def); break;
        case KIND_BOOL: fprintf(out, "\n#%s: %s\n", row->key, row->def ? "true" : "false"); break;
        }
    }
}
