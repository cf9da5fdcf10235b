/* A line of a session as a stranger may write it: the core answers with lines of JSON or with nothing, and reads no parameter that the
 * row of the operation has not let pass. There is no database here: whatever needs one is answered with `unavailable`. */
#include "common/arena.h"
#include "common/proto.h"
#include "common/utf8.h"
#include "server/core/internal.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was answered must be what the client's parser takes: one value and a newline. */
static void check_answer(const struct buf *answer)
{
    if (answer->len == 0)
        return;
    assert(answer->data[answer->len - 1] == '\n' && utf8_is_valid(answer->data, answer->len));
    json_t *value = json_loadb(answer->data, answer->len, JSON_DECODE_ANY, NULL);
    assert(value && !memchr(answer->data, '\n', answer->len - 1));
    json_decref(value);
}

static void dispatch(const uint8_t *data, size_t size, enum conn_kind kind, struct arena *arena)
{
    static const struct core_start start = {.secret_hex = "00112233445566778899aabbccddeeff"};
    static struct core core = {.start = &start};
    struct job *job = job_new();
    struct dispatch d = {.core = &core, .arena = arena, .job = job};
    job->kind = kind;
    job->passed_fd = -1;
    job->open_fd = -1;
    if (kind == CONN_ADMIN)
        job->user = (struct session_user){.id = 1, .roles = R_ANY, .login = "system", .units = "{}"};
    buf_append(&job->line, data, size);
    if (!dispatch_line(&d)) {
        job->lane = LANE_SLOW; /* where no long operation begins */
        assert(dispatch_line(&d));
    }
    assert(!d.committed);
    check_answer(&job->answer);
    job_free(job);
}

/* Parameters that passed the check are read in every way that handlers read them. */
static void read_arguments(const json_t *request, struct arena *arena)
{
    const struct op_param *rows[48];
    const char *method = json_string_value(json_object_get(request, "method"));
    const struct op *op = method ? op_find(method, strlen(method)) : NULL;
    json_t *params = json_object_get(request, "params");
    struct err err = {.code = ERR_OK};
    if (!op || !json_is_object(params) || !op_check(op, params, &err))
        return;
    struct call c = {.op = op, .params = params, .arena = arena, .err = &err};
    for (size_t i = 0, count = op_params_all(op, rows); i < count; i++) {
        const char *text = arg_sql(&c, rows[i]->name);
        assert(!text || utf8_is_valid(text, strlen(text)));
        (void)arg_int(&c, rows[i]->name);
        (void)arg_bool(&c, rows[i]->name);
        assert(arg_has(&c, rows[i]->name) || !arg_str(&c, rows[i]->name));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena *arena;
    if (!arena)
        arena = arena_new();
    /* The loop cuts lines at newlines and at the limit before they come here. */
    if (size > PROTO_LINE_MAX || memchr(data, '\n', size))
        return 0;
    dispatch(data, size, CONN_ADMIN, arena);
    dispatch(data, size, CONN_GATE, arena);
    arena_reset(arena);
    json_t *root = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    read_arguments(root, arena);
    json_decref(root);
    arena_reset(arena);
    return 0;
}
