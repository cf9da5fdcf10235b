/* The command line over one session: `NOUN VERB --param value [--json]`, the same at `ssh HOST` and at `gorod-server`. */
#pragma once
#include "common/err.h"
#include <stdbool.h>
/* Runs one operation over the connected session descriptor and prints the answer to standard output (a table or card for people, one JSON
 * document with --json), faults to standard error as `program: what: why` with what to do. Returns a sysexits code.
 * `args` are the words after the program's name; owns nothing, closes nothing. */
int cli_run(const char *program, int argc, char *const argv[], int session_fd);
/* Prints completions of the last word for the words given (bash protocol: one candidate a line). */
int cli_complete(int argc, char *const argv[]);
/* Splits a command as a POSIX shell splits words (blanks, quotes, backslash; no expansion). Returns the count or -1 for an open quote;
 * words are pointers into `buffer`, which must hold strlen(line) + 1 bytes. */
int cli_split(const char *line, char *buffer, char *words[], int max_words);

/* Help can be told without a session: true when the words ask for it (or name nothing that exists), then *exit_code is set and the page
 * or the fault is printed. cli_run does this by itself; a caller that must open a session first asks beforehand. */
bool cli_answer_offline(const char *program, int argc, char *const argv[], int *exit_code);
/* Does the operation that the words name have a parameter of this name? */
bool cli_has_param(int argc, char *const argv[], const char *name);
/* Language of the messages: English when the first of LANGUAGE, LC_ALL, LC_MESSAGES, LANG that is set starts with "en", else Russian. */
enum lang cli_lang(void);
/* Prints `program: text` and, when not NULL or empty, the hint on a second line, to standard error. */
void cli_fault(const char *program, const char *text, const char *hint);
/* The candidate of a NULL-ended list that was most likely meant by `word`, NULL when none is near. */
const char *cli_nearest(const char *word, const char *const candidates[]);
