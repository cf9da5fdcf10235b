/* Programs that a test starts: each dies with the test, none runs for ever. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What a program that ended has said. Free with outcome_free. */
struct outcome {
    int exit_code; /* 128 + signal when a signal ended it, -1 when the time was over and it was killed */
    char *out;     /* standard output, zero-terminated, never NULL after run_program */
    char *err;
    size_t out_bytes, err_bytes;
};

/* Where a started program's standard streams go; -1 inherits. */
struct streams {
    int in, out, err;
};

/* Starts a program (looked up in PATH), which dies with this process; -1 never: a failed start ends the child with 127. */
pid_t proc_start(char *const argv[], struct streams streams);
/* Starts it with pipes on standard input and output; standard error goes to `err_fd` (-1 inherits). Pipes are ours to close. */
pid_t proc_start_piped(char *const argv[], int *to_it, int *from_it, int err_fd);
/* Waits for the end; the code as in struct outcome. Kills it when the time is over. */
int proc_wait(pid_t pid, int timeout_ms);
void proc_kill(pid_t pid);

/* Runs it to the end with `input` (may be NULL) on its standard input. */
void run_program(char *const argv[], const char *input, int timeout_ms, struct outcome *o);
void outcome_free(struct outcome *o);

/* Parent of a process, 0 when there is no such process. `name` (16 bytes, may be NULL) receives its short name. */
pid_t proc_parent(pid_t pid, char *name);
/* The child of `parent` with this short name, 0 when there is none. */
pid_t proc_find_child(pid_t parent, const char *name);
/* A process of this short name anywhere below `ancestor`, 0 when there is none. */
pid_t proc_find_below(pid_t ancestor, const char *name);
/* Removes a folder with all that is in it. */
void remove_tree(const char *path);
/* Whole file as text, NULL when it cannot be read; caller frees. */
char *read_whole(const char *path);
/* A file of the source tree (GOROD_SOURCE); NULL when it cannot be read. */
char *read_source(const char *name);
/* Writes that file of the source to `path` with one piece of its text replaced (NULL: as it is); fails when the piece is not there. */
void write_changed_source(const char *path, const char *name, const char *piece, const char *instead);
/* Path inside tests/data; lives until the next call. */
const char *data_path(const char *name);
bool write_whole(const char *path, const char *text, unsigned mode);
