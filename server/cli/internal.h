/* What the files of the command line share; nobody else includes this. */
#pragma once
#include "server/cli/cli.h"
#include "server/ops/op.h"
#include <jansson.h>
#include <stdio.h>

enum { CLI_PARAMS_MAX = 48 };

/* Both texts stay literals, so that the compiler checks printf arguments against them. */
#define CLI_TR(ru, en) (cli_lang() == LANG_EN ? (en) : (ru))

/* What the words after NOUN VERB ask for. */
struct cli_request {
    json_t *params; /* object; the caller's to json_decref */
    bool json;      /* --json: one document */
    bool help;      /* --help: nothing else counts */
    const char *output; /* --output FILE of an operation that makes a document; NULL: standard output */
};

/* The row that the first two words name, NULL when there is none. Nouns of several words are written as in the method: work_package. */
const struct op *cli_op(int argc, char *const argv[]);
/* Turns words into params by the rows of the operation; stdin_file is what `-` reads. On false: err, whose reason is "unknown" or
 * "required" where the command line itself is wrong (exit 64), else the value (exit 65). params is set in any case. */
bool cli_params_parse(const struct op *op, int argc, char *const argv[], FILE *stdin_file, struct cli_request *req, struct err *err);
/* Exit code of a fault of cli_params_parse. */
int cli_params_exit(const struct err *err);
const struct op_param *cli_param_find(const struct op *op, const char *name, size_t len);

/* Help of everything, of a noun, of an operation. */
void cli_help_nouns(FILE *out);
void cli_help_noun(FILE *out, const char *program, const char *noun);
void cli_help_op(FILE *out, const char *program, const struct op *op);
/* The distinct nouns of the table, the verbs of a noun: NULL at the end, borrowed until the next call. */
const char *const *cli_nouns(void);
const char *const *cli_verbs(const char *noun);

/* Prints a result for people: a list as a table, a record as "label: value" lines. width_cells 0: not a terminal, nothing is cut short.
 * `again` is the command that gave it, for the hint how to get the next page (NULL: no hint). */
void cli_print(FILE *out, const struct op *op, const json_t *result, int width_cells, const char *again);
