#include "common/proto.h"
#include "server/cli/internal.h"
#include "server/cli/words.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EXIT_USAGE = 64, EXIT_UNAVAILABLE = 69, EXIT_INTERNAL = 70, EXIT_CANNOT_WRITE = 73, REQUEST_ID = 1 };

static bool is_help(const char *word) { return strcmp(word, "--help") == 0 || strcmp(word, "help") == 0 || strcmp(word, "-h") == 0; }

/* ---- what needs no session ---- */

static int fault_unknown(const char *program, const char *const candidates[], const char *word, const char *noun)
{
    char text[512], hint[256] = "";
    const char *near = cli_nearest(word, candidates);
    snprintf(text, sizeof text, CLI_TR("%s%s%.100s: такой операции нет", "%s%s%.100s: no such operation"), noun ? noun : "",
             noun ? " " : "", word);
    if (near)
        snprintf(hint, sizeof hint, CLI_TR("Может быть, %s%s%s?", "Did you mean %s%s%s?"), noun ? noun : "", noun ? " " : "", near);
    else
        snprintf(hint, sizeof hint, CLI_TR("Все операции: --help", "For all operations: --help"));
    cli_fault(program, text, hint);
    return EXIT_USAGE;
}

static int fault_params(const char *program, const struct op *op, const struct err *err)
{
    char why[700], text[900];
    err_text(err, cli_lang(), why, sizeof why);
    const char *dot = strchr(op->method, '.');
    snprintf(text, sizeof text, "%.*s %s: %s", (int)(dot - op->method), op->method, dot + 1, why);
    char hint[256];
    snprintf(hint, sizeof hint, CLI_TR("Параметры: %s %.*s %s --help", "Parameters: %s %.*s %s --help"), program, (int)(dot - op->method),
             op->method, dot + 1);
    cli_fault(program, text, hint);
    return cli_params_exit(err);
}

static bool has_noun(const char *noun)
{
    const char *const *verbs = cli_verbs(noun);
    return verbs[0] != NULL;
}

bool cli_answer_offline(const char *program, int argc, char *const argv[], int *exit_code)
{
    *exit_code = 0;
    if (argc == 0 || is_help(argv[0])) {
        fprintf(argc ? stdout : stderr,
                CLI_TR("Использование: %s ЗАПИСЬ ДЕЙСТВИЕ --параметр значение ... [--json]\n\n",
                       "Usage: %s NOUN VERB --parameter value ... [--json]\n\n"),
                program);
        cli_help_nouns(argc ? stdout : stderr);
        *exit_code = argc ? 0 : EXIT_USAGE;
        return true;
    }
    const struct op *op = cli_op(argc, argv);
    if (op) {
        for (int i = 2; i < argc; i++)
            if (strcmp(argv[i], "--help") == 0) {
                cli_help_op(stdout, program, op);
                return true;
            }
        return false;
    }
    if (!has_noun(argv[0])) {
        *exit_code = fault_unknown(program, cli_nouns(), argv[0], NULL);
    } else if (argc == 1 || is_help(argv[1])) {
        cli_help_noun(argc == 1 ? stderr : stdout, program, argv[0]);
        *exit_code = argc == 1 ? EXIT_USAGE : 0;
    } else {
        *exit_code = fault_unknown(program, cli_verbs(argv[0]), argv[1], argv[0]);
    }
    return true;
}

bool cli_has_param(int argc, char *const argv[], const char *name)
{
    const struct op *op = cli_op(argc, argv);
    return op && cli_param_find(op, name, strlen(name));
}

/* ---- the conversation: one request, one answer ---- */

/* send(2) with a descriptor attached to the first bytes, when it is not -1. */
static ssize_t send_with(int fd, const char *data, size_t len, int attached)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {.space = {0}};
    struct iovec iov = {(void *)data, len};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    if (attached >= 0) {
        msg.msg_control = control.space;
        msg.msg_controllen = sizeof control.space;
        struct cmsghdr *h = CMSG_FIRSTHDR(&msg);
        *h = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
        memcpy(CMSG_DATA(h), &attached, sizeof attached);
    }
    return sendmsg(fd, &msg, MSG_NOSIGNAL);
}

static bool send_all(int fd, const char *data, size_t len, int attached)
{
    while (len > 0) {
        ssize_t n = send_with(fd, data, len, attached);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
            continue;
        }
        if (n < 0)
            return false;
        data += n;
        len -= (size_t)n;
        attached = -1;
    }
    return true;
}

static bool send_request(int fd, const char *method, json_t *params, int attached)
{
    json_t *request = json_pack("{s:s, s:i, s:s, s:O}", "jsonrpc", "2.0", "id", REQUEST_ID, "method", method, "params", params);
    char *line = request ? json_dumps(request, JSON_COMPACT) : NULL;
    size_t len = line ? strlen(line) : 0;
    if (line)
        line[len] = '\n'; /* takes the place of the zero byte; the length is known */
    bool ok = line && send_all(fd, line, len + 1, attached);
    free(line);
    json_decref(request);
    return ok;
}

/* The answer to our request; lines before it are notifications. NULL: the server went away or spoke no JSON. */
static json_t *read_answer(int fd)
{
    struct buf in;
    json_t *answer = NULL;
    buf_init(&in, PROTO_ANSWER_MAX + 65536);
    while (!answer) {
        char piece[65536];
        ssize_t n = read(fd, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, -1);
            continue;
        }
        if (n <= 0 || !buf_append(&in, piece, (size_t)n))
            break;
        const char *end;
        while (!answer && memchr(piece, '\n', (size_t)n) && (end = memchr(in.data, '\n', in.len))) {
            size_t len = (size_t)(end - in.data);
            answer = json_loadb(in.data, len, 0, NULL);
            buf_consume(&in, len + 1);
            if (answer && json_integer_value(json_object_get(answer, "id")) != REQUEST_ID && !json_object_get(answer, "error")) {
                json_decref(answer);
                answer = NULL;
            }
        }
    }
    buf_free(&in);
    return answer;
}

/* ---- the answer ---- */

static const char *member_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static int fault_answer(const char *program, const struct op *op, const json_t *error)
{
    const struct err_info *info = err_info_wire((int)json_integer_value(json_object_get(error, "code")));
    const json_t *data = json_object_get(error, "data");
    const char *field = member_text(data, "field"), *reason = member_text(data, "reason"), *rule = member_text(data, "rule");
    const char *message = member_text(error, "message");
    enum lang lang = cli_lang();
    const char *dot = strchr(op->method, '.');
    struct buf text;
    buf_init(&text, 8192);
    buf_printf(&text, "%.*s %s: ", (int)(dot - op->method), op->method, dot + 1);
    if (*field && strncmp(message, field, strlen(field)) != 0)
        buf_printf(&text, "%s: ", field);
    if (!*message)
        message = info->text[lang];
    buf_puts(&text, message);
    const char *why = *reason ? reason : rule;
    if (*why && !strstr(message, err_reason_text(why, lang)))
        buf_printf(&text, " (%s)", err_reason_text(why, lang));
    const char *hint = member_text(data, "hint");
    cli_fault(program, text.data, *hint ? hint : info->hint[lang]);
    buf_free(&text);
    return info->exit_code;
}

/* The command as it was typed, without --after: what to type for the next page. */
static void command_again(struct buf *out, const char *program, int argc, char *const argv[])
{
    buf_puts(out, program);
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "--after=", 8) == 0)
            continue;
        if (strcmp(argv[i], "--after") == 0) {
            i++;
            continue;
        }
        bool plain = *argv[i] && strcspn(argv[i], " \t\n'\"\\$`*?[](){}<>|&;#~!") == strlen(argv[i]);
        if (plain) {
            buf_printf(out, " %s", argv[i]);
            continue;
        }
        buf_puts(out, " '");
        for (const char *p = argv[i]; *p; p++)
            *p == '\'' ? buf_puts(out, "'\\''") : buf_putc(out, *p);
        buf_putc(out, '\'');
    }
}

static int output_width_cells(void)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col;
}

static int print_answer(const char *program, int argc, char *const argv[], const struct op *op, bool json, const json_t *result)
{
    if (json) {
        json_dumpf(result, stdout, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
        fputc('\n', stdout);
    } else {
        struct buf again;
        buf_init(&again, 65536);
        command_again(&again, program, argc, argv);
        cli_print(stdout, op, result, output_width_cells(), again.data);
        buf_free(&again);
    }
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    cli_fault(program, CLI_TR("ответ не записан в стандартный вывод", "the answer could not be written to standard output"),
              strerror(errno));
    return EXIT_INTERNAL;
}

/* What is asked beside what the person asked for: for the words of codes. */
static json_t *ask(void *arg, const char *method, json_t *params)
{
    int fd = *(const int *)arg;
    json_t *answer = send_request(fd, method, params, -1) ? read_answer(fd) : NULL, *result = json_incref(json_object_get(answer, "result"));
    json_decref(answer);
    json_decref(params);
    return result;
}

/* Where a document goes: a file or what standard output is, but no terminal, which would take it for commands. */
static bool open_document(const char *program, const struct cli_request *req, int *fd)
{
    if (req->output) {
        *fd = open(req->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600); /* personal data: for its owner alone */
        if (*fd >= 0)
            return true;
        char text[700];
        snprintf(text, sizeof text, "%.500s: %s", req->output, strerror(errno));
        cli_fault(program, text, CLI_TR("Файл пишется там, где работает команда; через ssh направьте вывод: ssh ХОСТ ... > файл",
                                        "The file is written where the command runs; over ssh redirect the output: ssh HOST ... > file"));
        return false;
    }
    *fd = STDOUT_FILENO;
    if (!isatty(STDOUT_FILENO))
        return true;
    cli_fault(program, CLI_TR("документ не выводится на терминал", "a document is not written to a terminal"),
              CLI_TR("Направьте вывод в файл (> файл или --output ФАЙЛ); с --json документ ложится в папку отчётов",
                     "Redirect the output (> file or --output FILE); with --json the document goes into your reports"));
    return false;
}

/* The document has arrived; a person at a terminal hears what it is. */
static int close_document(const char *program, const json_t *result, const struct cli_request *req)
{
    if (req->output && isatty(STDERR_FILENO))
        fprintf(stderr, CLI_TR("%s: %s: строк %lld, записано в %s\n", "%s: %s: %lld rows, written to %s\n"), program, member_text(result, "title"),
                (long long)json_integer_value(json_object_get(result, "rows")), req->output);
    return 0;
}

static int call(const char *program, int argc, char *const argv[], const struct op *op, const struct cli_request *req, int session_fd)
{
    int out_fd = -1;
    if ((op->flags & OP_LONG) && !req->json && !open_document(program, req, &out_fd))
        return EXIT_CANNOT_WRITE;
    json_t *answer = send_request(session_fd, op->method, req->params, out_fd) ? read_answer(session_fd) : NULL;
    const json_t *error = json_object_get(answer, "error");
    json_t *result = json_object_get(answer, "result");
    int code = EXIT_UNAVAILABLE;
    if (error)
        code = fault_answer(program, op, error);
    else if (result && !req->json && out_fd < 0)
        cli_words(op, result, ask, &session_fd);
    if (!error && result && out_fd >= 0)
        code = close_document(program, result, req);
    else if (!error && result)
        code = print_answer(program, argc, argv, op, req->json, result);
    else if (!error)
        cli_fault(program, CLI_TR("сервер закрыл соединение, не ответив", "the server closed the connection without an answer"),
                  op->flags & OP_WRITE ? CLI_TR("Неизвестно, записано ли: посмотрите запись и при необходимости повторите",
                                                "It is not known whether it was written: look at the record, then repeat if need be")
                                       : CLI_TR("Повторите через несколько секунд", "Try again in a few seconds"));
    if (code != 0 && req->output && out_fd >= 0)
        unlink(req->output);
    if (req->output && out_fd >= 0)
        close(out_fd);
    json_decref(answer);
    return code;
}

int cli_run(const char *program, int argc, char *const argv[], int session_fd)
{
    int code;
    if (cli_answer_offline(program, argc, argv, &code))
        return code;
    const struct op *op = cli_op(argc, argv);
    struct cli_request req;
    struct err err;
    if (!cli_params_parse(op, argc - 2, argv + 2, stdin, &req, &err))
        code = fault_params(program, op, &err);
    else
        code = call(program, argc, argv, op, &req, session_fd);
    json_decref(req.params);
    return code;
}
