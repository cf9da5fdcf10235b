/* The pages of errors and of the configuration: their rows are read as the program itself reads them. */
#include "server/cli/reference.h"
#include <stdint.h>

/* ---- errors ---- */

static void write_error(FILE *out, const char *wire, int code, int exit_code, const char *const cells[4])
{
    fprintf(out, "| %d | `%s` | %d |", code, wire, exit_code);
    for (int i = 0; i < 4; i++) {
        fputc(' ', out);
        reference_cell(out, cells[i]);
        fputs(" |", out);
    }
    fputc('\n', out);
}

void reference_write_errors(FILE *out)
{
    fputs("# Errors\n\n"
          "Written by `gorod-server reference errors` from `common/errors.def` and `common/reasons.def`. A number is never used again for\n"
          "something else. *Exit* is the exit code of the same operation at a shell (sysexits(3)).\n\n"
          "| Code | Name | Exit | What happened | По-русски | What to do | Что делать |\n| --- | --- | --- | --- | --- | --- | --- |\n",
          out);
#define ERR(name, code, wire, exit_code, ru, en, hint_ru, hint_en)                                                                         \
    if (ERR_##name != ERR_OK)                                                                                                              \
        write_error(out, wire, code, exit_code, (const char *const[]){en, ru, hint_en, hint_ru});
#include "common/errors.def"
#undef ERR
    fputs("\n## Reasons\n\nWhy a field (`data.reason` of -32602) or an action (`data.rule` of 1004) was refused. A rule may also bear the "
          "name of a\n"
          "guard of the [workflow](workflow.md).\n\n| Reason | Meaning | По-русски |\n| --- | --- | --- |\n",
          out);
#define REASON(name, ru, en)                                                                                                               \
    fputs("| `" name "` | ", out);                                                                                                         \
    reference_cell(out, en);                                                                                                               \
    fputs(" | ", out);                                                                                                                     \
    reference_cell(out, ru);                                                                                                               \
    fputs(" |\n", out);
#include "common/reasons.def"
#undef REASON
}

/* ---- configuration ---- */

static void write_texts(FILE *out, const char *en, const char *ru)
{
    reference_cell(out, en);
    fputs(" | ", out);
    reference_cell(out, ru);
    fputs(" |\n", out);
}

static void write_number(FILE *out, const char *key, int64_t def, int64_t min, int64_t max, const char *unit)
{
    fprintf(out, "| `%s` | %lld | %lld to %lld%s%s | ", key, (long long)def, (long long)min, (long long)max, *unit ? " " : "", unit);
}

void reference_write_config(FILE *out)
{
    fputs("# Configuration\n\n"
          "Written by `gorod-server reference config` from `server/config.def`. The file is YAML in UTF-8, named by `serve --config FILE`; "
          "every key\n"
          "may be left out, and with no file at all the server works by these defaults. `gorod-server config show` prints a commented "
          "sample,\n"
          "`gorod-server check --config FILE` names what is wrong by file, line and key.\n\n"
          "| Key | Default | Values | Meaning | По-русски |\n| --- | --- | --- | --- | --- |\n",
          out);
#define CONFIG_TEXT(key, def, ru, en)                                                                                                      \
    fputs(*def ? "| `" #key "` | `" def "` | text | " : "| `" #key "` | empty | text | ", out);                                            \
    write_texts(out, en, ru);
#define CONFIG_INT(key, def, min, max, unit, ru, en)                                                                                       \
    write_number(out, #key, def, min, max, unit);                                                                                          \
    write_texts(out, en, ru);
#define CONFIG_BOOL(key, def, ru, en)                                                                                                      \
    fprintf(out, "| `" #key "` | %s | true, false | ", def ? "true" : "false");                                                            \
    write_texts(out, en, ru);
#include "server/config.def"
#undef CONFIG_TEXT
#undef CONFIG_INT
#undef CONFIG_BOOL
}
