#include "server/rules/yaml_tree.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* One reading. `stack` holds the containers being filled; `last` the latest child of each, so that appending is cheap. */
struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    const char *path;
    struct err *err;
    struct yaml_tree *root;
    struct {
        struct yaml_tree *node, *last;
        const char *key; /* of a map: the key that waits for its value */
        int key_line;
    } stack[YAML_TREE_MAX_DEPTH];
    int depth;
};

bool yaml_tree_fault(struct err *err, const char *path, int line, const char *fmt, ...)
{
    char what[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return err_set(err, ERR_PARAMS, "%s:%d: %s", path, line, what);
}

const char *yaml_tree_kind_name(enum yaml_tree_kind kind)
{
    static const char *const names[] = {[YT_TEXT] = "a text", [YT_LIST] = "a list", [YT_MAP] = "a map"};
    return names[kind];
}

struct yaml_tree *yaml_tree_get(const struct yaml_tree *node, const char *key)
{
    if (node->kind != YT_MAP)
        return NULL;
    for (struct yaml_tree *c = node->child; c; c = c->next)
        if (strcmp(c->key, key) == 0)
            return c;
    return NULL;
}

bool yaml_tree_bool(const struct yaml_tree *node, bool *value)
{
    if (node->kind != YT_TEXT || !node->plain)
        return false;
    bool yes = strcmp(node->text, "true") == 0;
    if (!yes && strcmp(node->text, "false") != 0)
        return false;
    *value = yes;
    return true;
}

bool yaml_tree_int(const struct yaml_tree *node, int64_t *value)
{
    if (node->kind != YT_TEXT || !node->plain || strspn(node->text, "-0123456789") != strlen(node->text))
        return false;
    char *end;
    errno = 0;
    long long n = strtoll(node->text, &end, 10);
    if (errno || end == node->text || *end)
        return false;
    *value = n;
    return true;
}

static bool refuse(struct reader *r, const yaml_event_t *event, const char *what)
{
    return yaml_tree_fault(r->err, r->path, (int)event->start_mark.line + 1, "%s", what);
}

/* libyaml's own complaint; the place of the problem where it has one. */
static bool not_yaml(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    int line = (int)(p->problem_mark.line > p->context_mark.line ? p->problem_mark.line : p->context_mark.line) + 1;
    if (p->error == YAML_READER_ERROR)
        return yaml_tree_fault(r->err, r->path, line, "not UTF-8 text at byte %zu (%s): save the file as UTF-8", p->problem_offset,
                               p->problem ? p->problem : "unreadable");
    return yaml_tree_fault(r->err, r->path, line, "not YAML: %s%s%s; check indents, brackets and quotes near this line",
                           p->context ? p->context : "", p->context ? ": " : "", p->problem ? p->problem : "cannot be read");
}

static bool take_key(struct reader *r, const yaml_event_t *event, const char *text)
{
    int top = r->depth - 1;
    if (r->stack[top].node->count == YAML_TREE_MAX_KEYS)
        return refuse(r, event, "too many keys in one map");
    for (const struct yaml_tree *c = r->stack[top].node->child; c; c = c->next)
        if (strcmp(c->key, text) == 0)
            return yaml_tree_fault(r->err, r->path, (int)event->start_mark.line + 1,
                                   "the key \"%.60s\" stands twice (first on line %d): remove one", text, c->key_line);
    r->stack[top].key = text;
    r->stack[top].key_line = (int)event->start_mark.line + 1;
    return true;
}

static struct yaml_tree *add_node(struct reader *r, enum yaml_tree_kind kind, const yaml_event_t *event)
{
    struct yaml_tree *node = arena_alloc(r->arena, sizeof *node);
    node->kind = kind;
    node->line = (int)event->start_mark.line + 1;
    if (r->depth == 0) {
        r->root = node;
        return node;
    }
    int top = r->depth - 1;
    struct yaml_tree *parent = r->stack[top].node;
    if (parent->kind == YT_MAP) {
        node->key = r->stack[top].key;
        node->key_line = r->stack[top].key_line;
        r->stack[top].key = NULL;
    }
    if (r->stack[top].last)
        r->stack[top].last->next = node;
    else
        parent->child = node;
    r->stack[top].last = node;
    parent->count++;
    return node;
}

static bool expects_key(const struct reader *r)
{
    return r->depth > 0 && r->stack[r->depth - 1].node->kind == YT_MAP && !r->stack[r->depth - 1].key;
}

static bool take_text(struct reader *r, const yaml_event_t *event)
{
    const char *value = (const char *)event->data.scalar.value;
    size_t len = event->data.scalar.length;
    if (event->data.scalar.anchor || event->data.scalar.tag)
        return refuse(r, event, "anchors (&) and tags (!) are not used here: write the value itself");
    if (memchr(value, '\0', len))
        return refuse(r, event, "a zero byte inside a text: remove it");
    char *text = arena_strndup(r->arena, value, len);
    if (expects_key(r))
        return take_key(r, event, text);
    struct yaml_tree *node = add_node(r, YT_TEXT, event);
    node->text = text;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return true;
}

static bool open_container(struct reader *r, const yaml_event_t *event, enum yaml_tree_kind kind, bool decorated)
{
    if (decorated)
        return refuse(r, event, "anchors (&) and tags (!) are not used here: write the value itself");
    if (expects_key(r))
        return refuse(r, event, "a key must be a plain word, not a list or a map");
    if (r->depth == YAML_TREE_MAX_DEPTH)
        return refuse(r, event, "nested too deeply");
    struct yaml_tree *node = add_node(r, kind, event);
    r->stack[r->depth].node = node;
    r->stack[r->depth].last = NULL;
    r->stack[r->depth].key = NULL;
    r->depth++;
    return true;
}

/* One event of libyaml. *done: the document has ended. */
static bool take_event(struct reader *r, const yaml_event_t *event, bool *done)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (r->root)
            return refuse(r, event, "a second document: keep one (remove the line ---)");
        return true;
    case YAML_SCALAR_EVENT: return take_text(r, event);
    case YAML_ALIAS_EVENT: return refuse(r, event, "aliases (*) are not used here: write the value itself");
    case YAML_SEQUENCE_START_EVENT:
        return open_container(r, event, YT_LIST, event->data.sequence_start.anchor || event->data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
        return open_container(r, event, YT_MAP, event->data.mapping_start.anchor || event->data.mapping_start.tag);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: r->depth--; return true;
    case YAML_STREAM_END_EVENT: *done = true; return true;
    default: return true;
    }
}

static bool read_events(struct reader *r)
{
    for (bool done = false; !done;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event))
            return not_yaml(r);
        bool ok = take_event(r, &event, &done);
        yaml_event_delete(&event);
        if (!ok)
            return false;
    }
    return true;
}

struct yaml_tree *yaml_tree_read(struct arena *arena, const char *path, const char *text, size_t len, struct err *err)
{
    if (len > YAML_TREE_MAX_BYTES) {
        err_set(err, ERR_PARAMS, "%s: larger than 1 MiB: this is not a settings file", path);
        return NULL;
    }
    struct reader r = {.arena = arena, .path = path, .err = err};
    if (!yaml_parser_initialize(&r.parser))
        abort();
    /* Said outright, so that a file in UTF-16 is refused and not guessed. */
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        len -= 3;
    }
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
    bool ok = read_events(&r);
    yaml_parser_delete(&r.parser);
    if (!ok)
        return NULL;
    if (!r.root || (r.root->kind == YT_TEXT && r.root->plain && !*r.root->text)) {
        r.root = arena_alloc(arena, sizeof *r.root);
        r.root->kind = YT_MAP;
        r.root->line = 1;
    }
    return r.root;
}

struct yaml_tree *yaml_tree_read_file(struct arena *arena, const char *path, struct err *err)
{
    FILE *file = fopen(path, "rbe");
    if (!file) {
        err_set(err, ERR_NOT_FOUND, "%s: %m: check the path and the file's rights", path);
        return NULL;
    }
    char *text = malloc(YAML_TREE_MAX_BYTES + 1);
    if (!text)
        abort();
    size_t len = fread(text, 1, YAML_TREE_MAX_BYTES + 1, file);
    int fault = ferror(file) ? errno : 0;
    fclose(file);
    struct yaml_tree *root = NULL;
    errno = fault;
    if (fault)
        err_set(err, ERR_NOT_FOUND, "%s: %m: is it a file?", path);
    else
        root = yaml_tree_read(arena, path, text, len, err);
    free(text);
    return root;
}
