/* `gorod-server import KIND FILE`: rows of a CSV file as operations of the running server, with its rules, events and history. */
#pragma once
/* KIND FILE [--map MAP.yaml] [--dry-run] [--errors FILE.csv] [--json] [--state DIR]; `state` is the folder named before the command, or
 * NULL. argv[0] is the command's own word. Returns a sysexits code: 0, or 65 when rows were rejected. */
int import_main(int argc, char **argv, const char *state);
