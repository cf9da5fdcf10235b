#!/usr/bin/env python3
"""The lints themselves: each fault they are for is found, and what is allowed passes."""
import unittest

import arrows
import shell
import texts


class Arrows(unittest.TestCase):
    def faults(self, path, source):
        return arrows.check_source(path, source)

    def test_allowed(self):
        for path, name in (("server/ops/a.c", '"common/err.h"'), ("server/ops/a.c", '"db/pg.h"'), ("db/pg.c", "<libpq-fe.h>"),
                           ("tui/app.c", "<ncurses.h>"), ("tui/app.c", "<curses.h>"), ("server/gate/s.c", "<libssh/server.h>"),
                           ("common/a.c", '"common/b.h"'), ("server/rules/w.c", "<yaml.h>"), ("tui/app.c", "<jansson.h>")):
            self.assertEqual(self.faults(path, f"#include {name}\n"), [], (path, name))

    def test_arrows_back(self):
        for path, name in (("common/a.c", '"db/pg.h"'), ("common/a.c", '"server/x.h"'), ("db/a.c", '"server/config.h"'),
                           ("tui/a.c", '"db/pg.h"'), ("tui/a.c", '"server/ops/op.h"'), ("server/a.c", '"tui/app.h"'),
                           ("server/a.c", '"../tui/app.h"'), ("tui/a.c", "<libpq-fe.h>"), ("server/a.c", "<libpq-fe.h>"),
                           ("server/a.c", "<ncursesw/curses.h>"), ("server/core/a.c", "<libssh/libssh.h>"), ("tui/a.c", "<yaml.h>")):
            found = self.faults(path, f"int a;\n  #  include {name}\n")
            self.assertEqual(len(found), 1, (path, name))
            self.assertTrue(found[0].startswith(path + ":2:"), found)

    def test_comments_do_not_count(self):
        self.assertEqual(self.faults("tui/a.c", '/* #include "db/pg.h" */\n// #include "db/pg.h"\n/*\n#include "db/pg.h"\n*/\n'), [])
        self.assertEqual(self.faults("tui/a.c", '/* "SELECT a FROM b" */ char *s = "/*"; // "DELETE FROM x"\n'), [])

    def test_sql_outside_db(self):
        for text in ("SELECT 1", "  INSERT INTO a VALUES (1)", "UPDATE appeal SET x = 1", "DELETE FROM a", "x; DELETE FROM a",
                     "WITH x AS (SELECT 1) SELECT * FROM x", "CREATE TABLE a ()", "LISTEN gorod"):
            self.assertEqual(len(self.faults("server/ops/a.c", f'f("{text}");\n')), 1, text)
            self.assertEqual(self.faults("db/pg.c", f'f("{text}");\n'), [], text)
        self.assertEqual(len(self.faults("server/a.c", 'f("SELECT a "\n  "FROM b");\n')), 1)

    def test_ordinary_words_pass(self):
        for text in ("Select one from the list", "update available", "Delete from the list", "Selected", "with", "SELECTED", "from"):
            self.assertEqual(self.faults("tui/a.c", f'f("{text}");\n'), [], text)


class Texts(unittest.TestCase):
    def test_arguments(self):
        self.assertEqual(texts.arguments(r'A, -1, "a, (b) \"c\"", "d" "e"'), ["A", "-1", r'a, (b) \"c\"', "de"])

    def test_languages(self):
        self.assertIsNone(texts.language_fault("да", "yes"))
        self.assertIsNone(texts.language_fault("ЕДДС / 112", "EDDS / 112"))
        self.assertIn("Russian", texts.language_fault("", "yes"))
        self.assertIn("English", texts.language_fault("да", " "))
        self.assertIn("letters", texts.language_fault("да", "dа"))


class Shell(unittest.TestCase):
    def test_pipes_that_are_left_early(self):
        for line in ("a --help | grep -q x", "a | grep -v -q x", "a|grep -Eq x || b", "a | head -n 1"):
            self.assertEqual(len(shell.faults("run.sh", line)), 1, line)
        for line in ("grep -q x file", "a | grep -v x", "# a | grep -q x", "a || grep -q x file", "a | tail -n 1"):
            self.assertEqual(shell.faults("run.sh", line), [], line)


if __name__ == "__main__":
    unittest.main()
