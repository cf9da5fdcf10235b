/* `gorod-server purge [--dry-run] [--json] [--state DIR]`: the client of purge.run, batch after batch into one act. */
#pragma once

/* Prints the list, or the number of the act and how much it holds; returns the exit code. */
int purge_main(int argc, char **argv, const char *state);
