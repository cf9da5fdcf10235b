#include "server/purge/purge.h"
#include "server/cli/internal.h"
#include "server/import/rpc.h"
#include "server/supervisor/state.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 64 };

struct options {
    const char *state;
    bool dry_run, json;
};

static int fault_err(const struct err *err)
{
    char text[768];
    err_text(err, cli_lang(), text, sizeof text);
    cli_fault("gorod-server", text, err_info(err->code)->hint[cli_lang()]);
    return err_info(err->code)->exit_code;
}

static const char *member(const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));
    return text ? text : "";
}

static void print_list(const json_t *list, bool json)
{
    size_t i;
    json_t *item;
    if (json) {
        json_dumpf(list, stdout, JSON_COMPACT);
        putchar('\n');
        return;
    }
    json_array_foreach(json_object_get(list, "items"), i, item)
        printf("%s  %s  %s  %s\n", member(item, "number"), member(item, "record"), member(item, "closed"), member(item, "rule"));
    printf(CLI_TR("к уничтожению %lld, ждут решения экспертной комиссии %lld\n",
                  "to be deleted %lld, waiting for the expert commission %lld\n"),
           (long long)json_integer_value(json_object_get(list, "total")),
           (long long)json_integer_value(json_object_get(list, "waiting_for_commission")));
}

static bool look(struct rpc *rpc, json_t **list, struct err *err)
{
    json_t *params = json_pack("{s:b}", "dry_run", 1);
    bool ok = rpc_call(rpc, "purge.run", params, list, err);
    json_decref(params);
    return ok;
}

/* The first batch goes by the list that was just read; the following ones into its act. */
static bool delete_all(struct rpc *rpc, const char *digest, json_int_t *act, json_int_t *deleted, struct err *err)
{
    json_t *params = json_pack("{s:s}", "digest", digest), *result = NULL;
    bool ok, more = true;
    for (*deleted = *act = 0; more; json_decref(result)) {
        ok = rpc_call(rpc, "purge.run", params, &result, err);
        json_decref(params);
        if (!ok)
            return false;
        *act = json_integer_value(json_object_get(result, "act"));
        *deleted += json_integer_value(json_object_get(result, "deleted"));
        more = json_is_true(json_object_get(result, "more"));
        params = json_pack("{s:I}", "act", *act);
    }
    json_decref(params);
    return true;
}

static int print_act(struct rpc *rpc, json_int_t act, bool json, struct err *err)
{
    json_t *params = json_pack("{s:I}", "id", act), *result = NULL;
    bool ok = rpc_call(rpc, "purge.get", params, &result, err);
    json_decref(params);
    if (!ok)
        return fault_err(err);
    if (json) {
        json_dumpf(result, stdout, JSON_COMPACT);
        putchar('\n');
    } else {
        fputs(member(result, "text"), stdout);
    }
    json_decref(result);
    return 0;
}

static int run(struct rpc *rpc, const struct options *o)
{
    struct err err = {.code = ERR_OK};
    json_t *list = NULL;
    json_int_t act, deleted;
    int code = 0;
    if (!look(rpc, &list, &err))
        return fault_err(&err);
    if (o->dry_run || json_integer_value(json_object_get(list, "total")) == 0)
        print_list(list, o->json);
    else
        code = delete_all(rpc, member(list, "digest"), &act, &deleted, &err) ? print_act(rpc, act, o->json, &err) : fault_err(&err);
    json_decref(list);
    return code;
}

int purge_main(int argc, char **argv, const char *state)
{
    static const struct option options[] = {{"dry-run", no_argument, NULL, 'd'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"state", required_argument, NULL, 's'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct options o = {.state = state};
    struct fault f;
    struct rpc rpc;
    int c;
    opterr = 0;
    optind = 0;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
        switch (c) {
        case 'd': o.dry_run = true; break;
        case 'j': o.json = true; break;
        case 's': o.state = optarg; break;
        case 'h':
            fputs(
                CLI_TR(
                    "Использование: gorod-server purge [--dry-run] [--json] [--state ПАПКА]\n\nУничтожает то, чей срок хранения вышел, и "
                    "составляет акт.\n"
                    "  --dry-run  только показать список: ровно это и было бы уничтожено\n",
                    "Usage: gorod-server purge [--dry-run] [--json] [--state DIR]\n\nDeletes what was kept long enough and writes an act.\n"
                    "  --dry-run  only show the list: exactly this would be deleted\n"),
                stdout);
            return 0;
        default:
            cli_fault("gorod-server", CLI_TR("purge: такого параметра нет", "purge: no such option"),
                      CLI_TR("Параметры: purge --help", "Options: purge --help"));
            return EXIT_USAGE;
        }
    int fd = state_connect(state_choose(o.state), &f);
    if (fd < 0) {
        cli_fault("gorod-server", f.text, f.hint);
        return f.exit_code;
    }
    rpc_open(&rpc, fd);
    int code = run(&rpc, &o);
    rpc_close(&rpc);
    return code;
}
