#include "common/proto.h"
#include "common/utf8.h"
#include "server/cli/internal.h"
#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* One reading of the words; `at` is the word in hand. */
struct words {
    const struct op *op;
    int argc, at;
    char *const *argv;
    FILE *in;
    bool in_used;
    json_t *params;
    struct err *err;
};

const struct op_param *cli_param_find(const struct op *op, const char *name, size_t len)
{
    const struct op_param *all[CLI_PARAMS_MAX];
    size_t count = op_params_all(op, all);
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        while (k < len && all[i]->name[k] && (all[i]->name[k] == name[k] || (all[i]->name[k] == '_' && name[k] == '-')))
            k++;
        if (k == len && !all[i]->name[k])
            return all[i];
    }
    return NULL;
}

static bool unknown_param(struct words *w, const char *word)
{
    const struct op_param *all[CLI_PARAMS_MAX];
    const char *names[CLI_PARAMS_MAX + 3] = {"json", "help"};
    size_t count = op_params_all(w->op, all);
    for (size_t i = 0; i < count; i++)
        names[i + 2] = all[i]->name;
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
    const char *near = cli_nearest(name, names);
    if (near)
        return err_field(w->err, name, "unknown",
                         CLI_TR("такого параметра нет; может быть, --%s?", "there is no such parameter; did you mean --%s?"), near);
    return err_field(w->err, name, "unknown",
                     CLI_TR("такого параметра нет; все параметры: --help", "there is no such parameter; for all of them: --help"));
}

/* ---- standard input as a value ---- */

static bool read_stdin(struct words *w, const struct op_param *p, struct buf *out)
{
    char piece[16384];
    size_t n;
    if (w->in_used)
        return err_field(
            w->err, p->name, "unknown",
            CLI_TR("стандартный ввод уже прочитан: «-» можно указать один раз", "standard input is read already: \"-\" may stand once"));
    w->in_used = true;
    while ((n = fread(piece, 1, sizeof piece, w->in)) > 0)
        if (!buf_append(out, piece, n))
            return err_field(w->err, p->name, "too_long", CLI_TR("больше 1 МиБ: сократите текст", "more than 1 MiB: shorten the text"));
    /* The line break that echo and editors leave at the end is not part of the text. */
    if (out->len > 0 && out->data[out->len - 1] == '\n')
        out->data[--out->len] = '\0';
    if (out->len > 0 && out->data[out->len - 1] == '\r')
        out->data[--out->len] = '\0';
    return true;
}

/* ---- one value by type ---- */

static json_t *string_value(struct words *w, const struct op_param *p, const char *text, size_t len)
{
    if (!utf8_is_valid(text, len)) {
        err_field(w->err, p->name, "not_utf8", NULL);
        return NULL;
    }
    return json_stringn(text, len);
}

static json_t *int_value(struct words *w, const struct op_param *p, const char *text, size_t len)
{
    char copy[32], *end;
    snprintf(copy, sizeof copy, "%.*s", (int)len, text);
    errno = 0;
    long long value = strtoll(copy, &end, 10);
    if (len == 0 || len >= sizeof copy || *end || errno || isspace((unsigned char)*copy)) {
        err_field(w->err, p->name, "wrong_type", CLI_TR("«%.*s» - не целое число", "\"%.*s\" is not a whole number"),
                  (int)(len < 64 ? len : 64), text);
        return NULL;
    }
    return json_integer(value);
}

/* -1 when the word is not a switch. */
static int bool_word(const char *text)
{
    static const char *const words[] = {"no", "yes", "false", "true", "нет", "да", "off", "on", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(text, words[i]) == 0)
            return (int)(i % 2);
    return -1;
}

static json_t *bool_value(struct words *w, const struct op_param *p, const char *text)
{
    int yes = bool_word(text);
    if (yes >= 0)
        return json_boolean(yes);
    err_field(w->err, p->name, "wrong_type", CLI_TR("нужно yes или no", "yes or no is wanted"));
    return NULL;
}

static json_t *json_value(struct words *w, const struct op_param *p, const char *text, size_t len)
{
    json_error_t fault;
    json_t *value = json_loadb(text, len, JSON_REJECT_DUPLICATES, &fault);
    if (!value)
        err_field(w->err, p->name, "wrong_type", CLI_TR("это не JSON: %s", "not JSON: %s"), fault.text);
    return value;
}

/* The comma that ends a piece, NULL when there is none. In texts a comma with a blank after it is prose: `--tags "b, c"` is one. */
static const char *piece_end(const struct op_param *p, const char *text, size_t len)
{
    const char *comma = memchr(text, ',', len);
    bool prose_possible = p->type == P_STRINGS && !p->values;
    while (comma && prose_possible && comma + 1 < text + len && comma[1] == ' ')
        comma = memchr(comma + 1, ',', len - (size_t)(comma + 1 - text));
    return comma;
}

/* Appends the pieces of a comma-separated value to the array of earlier ones. */
static bool append_pieces(struct words *w, const struct op_param *p, json_t *array, const char *text, size_t len)
{
    for (size_t from = 0; from <= len;) {
        const char *comma = piece_end(p, text + from, len - from);
        size_t end = comma ? (size_t)(comma - text) : len;
        json_t *piece = p->type == P_IDS ? int_value(w, p, text + from, end - from) : string_value(w, p, text + from, end - from);
        if (!piece)
            return false;
        json_array_append_new(array, piece);
        from = end + 1;
    }
    return true;
}

static bool set_array(struct words *w, const struct op_param *p, const char *text, size_t len)
{
    json_t *array = json_object_get(w->params, p->name);
    if (!array) {
        array = json_array();
        json_object_set_new(w->params, p->name, array);
    }
    if (p->type == P_IDS || p->type == P_STRINGS)
        return append_pieces(w, p, array, text, len);
    json_t *value = json_value(w, p, text, len);
    if (!value)
        return false;
    if (!json_is_array(value)) /* one object: repeating the parameter makes the list */
        return json_array_append_new(array, value) == 0;
    json_array_extend(array, value);
    json_decref(value);
    return true;
}

static bool set_value(struct words *w, const struct op_param *p, const char *text, size_t len)
{
    json_t *value = NULL;
    switch (p->type) {
    case P_IDS:
    case P_STRINGS:
    case P_OBJECTS: return set_array(w, p, text, len);
    case P_INT:
    case P_ID: value = int_value(w, p, text, len); break;
    case P_BOOL: value = bool_value(w, p, text); break;
    case P_OBJECT: value = json_value(w, p, text, len); break;
    case P_STRING:
    case P_TEXT:
    case P_DATE:
    case P_TIME:
    case P_UUID:
    case P_ENUM:
    case P_CURSOR: value = string_value(w, p, text, len); break;
    }
    if (!value)
        return false;
    if (json_object_get(w->params, p->name)) {
        json_decref(value);
        return err_field(w->err, p->name, "unknown", CLI_TR("указан дважды", "stands twice"));
    }
    return json_object_set_new(w->params, p->name, value) == 0;
}

/* `--name` has been read; its value is after `=`, the next word, or standard input. */
static bool read_param(struct words *w, const struct op_param *p, const char *equals)
{
    const char *value = equals ? equals + 1 : NULL;
    if (!value && p->type == P_BOOL) {
        bool given = w->at + 1 < w->argc && bool_word(w->argv[w->at + 1]) >= 0;
        value = given ? w->argv[++w->at] : "yes";
    }
    if (!value && w->at + 1 < w->argc)
        value = w->argv[++w->at];
    if (!value)
        return err_field(w->err, p->name, "required", CLI_TR("после --%s нужно значение", "a value is wanted after --%s"), p->name);
    /* A secret from standard input stays out of the list of processes. In other one-line values a dash is a dash. */
    bool takes_stdin = p->type == P_TEXT || p->type == P_OBJECT || p->type == P_OBJECTS || (p->flags & PF_SECRET);
    bool from_stdin = strcmp(value, "-") == 0 && takes_stdin;
    if (!from_stdin)
        return set_value(w, p, value, strlen(value));
    struct buf text;
    buf_init(&text, PROTO_LINE_MAX);
    bool ok = read_stdin(w, p, &text) && set_value(w, p, text.data, text.len);
    if (p->flags & PF_SECRET)
        buf_wipe(&text);
    buf_free(&text);
    return ok;
}

static bool read_word(struct words *w, struct cli_request *req)
{
    const char *word = w->argv[w->at];
    if (strncmp(word, "--", 2) != 0 || !word[2]) {
        char name[64];
        snprintf(name, sizeof name, "%.48s", word);
        return err_field(w->err, name, "unknown",
                         CLI_TR("лишнее слово: параметры пишут --имя значение", "a stray word: parameters are written --name value"));
    }
    const char *equals = strchr(word, '=');
    size_t len = equals ? (size_t)(equals - word - 2) : strlen(word + 2);
    const struct op_param *p = cli_param_find(w->op, word + 2, len);
    if (p)
        return read_param(w, p, equals);
    if ((w->op->flags & OP_LONG) && strncmp(word, "--output", 8) == 0 && (!word[8] || word[8] == '=')) {
        req->output = equals ? equals + 1 : w->at + 1 < w->argc ? w->argv[++w->at] : NULL;
        return req->output || err_field(w->err, "output", "required", CLI_TR("после --output нужно имя файла", "a file is wanted after --output"));
    }
    if (strcmp(word, "--json") == 0)
        return req->json = true;
    if (strcmp(word, "--help") == 0)
        return req->help = true;
    return unknown_param(w, word);
}

/* ---- what the words left out ---- */

static json_t *uuid_new(void)
{
    unsigned char b[16];
    char text[37];
    randombytes_buf(b, sizeof b);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    snprintf(text, sizeof text, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4], b[5],
             b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
    return json_string(text);
}

static bool check_required(struct words *w)
{
    const struct op_param *all[CLI_PARAMS_MAX];
    size_t count = op_params_all(w->op, all);
    for (size_t i = 0; i < count; i++)
        if ((all[i]->flags & PF_REQUIRED) && !json_object_get(w->params, all[i]->name))
            return err_field(w->err, all[i]->name, "required", CLI_TR("обязательный параметр: добавьте --%s", "is required: add --%s"),
                             all[i]->name);
    return true;
}

bool cli_params_parse(const struct op *op, int argc, char *const argv[], FILE *stdin_file, struct cli_request *req, struct err *err)
{
    *req = (struct cli_request){.params = json_object()};
    struct words w = {.op = op, .argc = argc, .argv = argv, .in = stdin_file, .params = req->params, .err = err};
    for (; w.at < argc; w.at++)
        if (!read_word(&w, req))
            return false;
    if (req->help)
        return true;
    if ((op->flags & OP_WRITE) && !json_object_get(req->params, "request_id"))
        json_object_set_new(req->params, "request_id", uuid_new());
    return check_required(&w);
}

int cli_params_exit(const struct err *err)
{
    bool usage = strcmp(err->reason, "unknown") == 0 || strcmp(err->reason, "required") == 0;
    return usage ? 64 : err_info(err->code)->exit_code;
}
