/* Rules of notices and templates of letters: what is shipped is right, and what is wrong is told with its line; letters as they go out. */
#include "common/buf.h"
#include "mail/mime.h"
#include "server/rules/letters.h"
#include "server/rules/notices.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void what_is_shipped_is_right(void **state)
{
    (void)state;
    struct err err = {0};
    struct notice_rules *rules = notices_load("notices.yaml", notices_default_yaml, &err);
    struct letters *letters = letters_load(NULL, &err);
    if (!rules || !letters)
        fail_msg("%s", err.detail);
    assert_true(notices_count(rules) > 10);
    const struct notice_rule *r = notices_find(rules, "assigned");
    assert_non_null(r);
    assert_true(r->urgent);
    assert_null(notices_find(rules, "nonsense"));
    assert_non_null(strstr(notices_texts(rules, LANG_EN), "Assigned to you"));
    notices_free(&rules);
    letters_free(&letters);
}

#define HEAD "version: 1\nnotices:\n  - id: a\n    ru: А\n    en: A\n    record: assignment\n    on: [issue]\n"
#define TEXTS "    text_ru: \"{title}\"\n    text_en: \"{title}\"\n"

static void faults_of_rules_are_told_with_line_and_advice(void **state)
{
    (void)state;
    static const struct {
        const char *text, *fault;
    } cases[] = {
        {"notices: []\n", "n.yaml:1: this program reads version: 1"},
        {"version: 1\n", "n.yaml:1: no list `notices`"},
        {HEAD TEXTS, "n.yaml:3: a notice without `to`"},
        {HEAD "    to: [everybody]\n" TEXTS, "n.yaml:8: unknown word \"everybody\" in to: use one of author"},
        {HEAD "    to: [author]\n    ways: [pigeon]\n" TEXTS, "n.yaml:9: unknown word \"pigeon\" in ways"},
        {HEAD "    to: [author]\n    text_ru: x\n", "n.yaml:3: a notice without text_en"},
        {HEAD "    to: [author]\n    text_ru: \"{titel}\"\n    text_en: x\n",
         "n.yaml:9: unknown name {titel} in text_ru: use one of number"},
        {HEAD "    to: [author]\n    text_ru: \"{title\"\n    text_en: x\n", "n.yaml:9: unknown name {} in text_ru"},
        {HEAD "    to: [author]\n    text_ru: \"a\\nb\"\n    text_en: x\n", "n.yaml:9: text_ru must be one line"},
        {HEAD "    to: [author]\n    ways: [mail]\n" TEXTS, "n.yaml:3: a notice without letter_ru"},
        {HEAD "    to: [author]\n" TEXTS "    letter_ru: \"{title}\"\n",
         "n.yaml:11: {title} may name a person and never goes into a letter"},
        {HEAD "    to: [author]\n    colour: red\n" TEXTS, "n.yaml:9: unknown key \"colour\" of a notice"},
        {HEAD "    to: [author]\n" TEXTS "  - {id: a, ru: А, en: A, record: appeal, on: [set], to: [registrar], text_ru: x, text_en: x}\n",
         "n.yaml:11: a notice \"a\" stands twice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        struct notice_rules *rules = notices_load("n.yaml", cases[i].text, &err);
        if (rules || strncmp(err.detail, cases[i].fault, strlen(cases[i].fault)) != 0)
            fail_msg("case %zu: wanted %s\ngot %s", i, cases[i].fault, rules ? "accepted" : err.detail);
        assert_int_equal(err.code, ERR_PARAMS);
    }
}

static void letter_fault(const char *file, const char *text, const char *words)
{
    char folder[] = "/tmp/gorod-letters-XXXXXX", path[200];
    struct err err = {0};
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/%s", folder, file);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    struct letters *letters = letters_load(folder, &err);
    unlink(path);
    rmdir(folder);
    if (!words) {
        if (!letters) {
            fail_msg("%s: %s", file, err.detail);
            return;
        }
        assert_string_equal(letters->of[LETTER_NOTICE][LANG_RU].subject, "Своё {number}");
        assert_non_null(strstr(letters->of[LETTER_NOTICE][LANG_EN].body, "{what}")); /* the others are as shipped */
        letters_free(&letters);
        return;
    }
    if (letters || !strstr(err.detail, words) || !strstr(err.detail, file))
        fail_msg("%s: wanted %s, got %s", file, words, letters ? "accepted" : err.detail);
}

static void templates_may_be_replaced_and_are_checked(void **state)
{
    (void)state;
    letter_fault("notice.ru.txt", "Subject: Своё {number}\n\n{what}\n", NULL);
    letter_fault("notice.ru.txt", "Тема: x\n\ny\n", ":1: the first line must be");
    letter_fault("notice.ru.txt", "Subject: x\ny\n", ":2: an empty line");
    letter_fault("notice.ru.txt", "Subject:\n\ny\n", ":1: the subject is empty");
    letter_fault("notice.ru.txt", "Subject: x\n\ny\n{title}\n", ":4: unknown name {title}");
    letter_fault("notice.ru.txt", "Subject: x\r\n\r\ny\r\n", ": ");
    letter_fault("notise.ru.txt", "Subject: x\n\ny\n", "no letter bears this name");
    letter_fault("digest.en.txt", "Subject: \xff\n\ny\n", "UTF-8");
}

static void addresses(void **state)
{
    (void)state;
    static const char *const good[] = {"a@b", "ivan.petrov+x@mail.example.ru"};
    static const char *const bad[] = {"", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nBcc: c@d", "<a@b>", "a,b@c", "иван@город.рф", "a\"@b"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(mail_address_is_good(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (mail_address_is_good(bad[i]))
            fail_msg("%s is no address", bad[i]);
}

static const char *written(struct buf *out, const char *subject, const char *name)
{
    buf_init(out, 1 << 20);
    mime_write(out, &(struct letter_parts){.from = "gorod@example.ru",
                                           .from_name = name,
                                           .to = "a@b.ru",
                                           .subject = subject,
                                           .text = "Раз\nдва\n",
                                           .message_id = "0-1",
                                           .at = 0});
    return out->data;
}

/* Whatever a name or a title holds, the headers are ours: each line is one that we wrote, or goes on with a blank. */
static void nothing_becomes_a_header(void **state)
{
    (void)state;
    static const char *const nasty[] = {"a\r\nBcc: x@y.ru",
                                        "a\nSubject: b",
                                        "\r\n\r\nbody",
                                        "=?UTF-8?B?YQ==?=",
                                        "\x7f\x01",
                                        "a, b <c@d>",
                                        "Очень длинная тема письма о том, что срок скоро, и ещё раз о том же самом"};
    static const char *const ours[] = {"Date: ",
                                       "From: ",
                                       "To: ",
                                       "Subject: ",
                                       "Message-ID: ",
                                       "Auto-Submitted: ",
                                       "MIME-Version: ",
                                       "Content-Type: ",
                                       "Content-Transfer-Encoding: ",
                                       " "};
    for (size_t i = 0; i < sizeof nasty / sizeof *nasty; i++) {
        struct buf out;
        const char *end = strstr(written(&out, nasty[i], nasty[i]), "\r\n\r\n");
        assert_non_null(end);
        int subjects = 0;
        for (const char *p = out.data; p < end + 2; p = strstr(p, "\r\n") + 2) {
            size_t k = 0, len = strcspn(p, "\r\n");
            while (k < sizeof ours / sizeof *ours && strncmp(p, ours[k], strlen(ours[k])) != 0)
                k++;
            if (k == sizeof ours / sizeof *ours)
                fail_msg("%.*s is a header of nobody", (int)len, p);
            subjects += strncmp(p, "Subject: ", 9) == 0;
            assert_true(len <= 76);
        }
        assert_int_equal(subjects, 1);
        for (const char *p = out.data; *p; p++)
            assert_true((unsigned char)*p < 0x7f && ((unsigned char)*p >= 0x20 || *p == '\r' || *p == '\n'));
        buf_free(&out);
    }
}

static void a_plain_letter_is_as_expected(void **state)
{
    (void)state;
    struct buf out;
    setenv("TZ", "UTC", 1);
    assert_string_equal(
        written(&out, "P-1/26: report", "Tutaev"),
        "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\nFrom: \"Tutaev\" <gorod@example.ru>\r\nTo: <a@b.ru>\r\nSubject: P-1/26: report\r\n"
        "Message-ID: <0-1@example.ru>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n0KDQsNC3DQrQtNCy0LANCg==\r\n");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_shipped_is_right),
        cmocka_unit_test(faults_of_rules_are_told_with_line_and_advice),
        cmocka_unit_test(templates_may_be_replaced_and_are_checked),
        cmocka_unit_test(addresses),
        cmocka_unit_test(nothing_becomes_a_header),
        cmocka_unit_test(a_plain_letter_is_as_expected),
    };
    return cmocka_run_group_tests_name("notices", tests, NULL, NULL);
}
