/* gorod-server: the table of its commands. What is no command here is an operation, and goes to the running server. */
#include "common/utf8.h"
#include "db/pg.h"
#include "server/cli/internal.h"
#include "server/cli/reference.h"
#include "server/config.h"
#include "server/demo/demo.h"
#include "server/import/import.h"
#include "server/purge/purge.h"
#include "server/rules/rules.h"
#include "server/supervisor/database.h"
#include "server/supervisor/postgres.h"
#include "server/supervisor/supervisor.h"
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char program[] = "gorod-server";

struct options {
    const char *config, *state, *listen;
    int port;
    bool help;
};

struct command {
    const char *words[2]; /* "config", "show"; the second NULL when one word names it */
    const char *options;  /* letters of option_rows that it takes; NULL: it reads argv itself */
    const char *summary[2];
    int (*run)(const struct options *o, int argc, char *argv[]);
};

/* One letter an option: c, s, p, l. */
static const struct option_row {
    struct option option;
    const char *value[2];
    const char *text[2];
} option_rows[] = {
    {{"config", required_argument, NULL, 'c'}, {"ФАЙЛ", "FILE"}, {"файл настроек YAML", "the configuration, YAML"}},
    {{"state", required_argument, NULL, 's'},
     {"ПАПКА", "DIR"},
     {"папка установки; иначе GOROD_STATE, иначе var", "folder of the installation; else GOROD_STATE, else var"}},
    {{"port", required_argument, NULL, 'p'},
     {"N", "N"},
     {"порт SSH вместо настроенного; 0 - любой свободный", "SSH port instead of the configured one; 0 - any free one"}},
    {{"listen", required_argument, NULL, 'l'}, {"АДРЕС", "ADDR"}, {"адрес вместо настроенного", "address instead of the configured one"}},
};
enum { OPTION_COUNT = sizeof option_rows / sizeof *option_rows };

static int fault(int exit_code, const char *text, const char *hint)
{
    cli_fault(program, text, hint);
    return exit_code;
}

/* ---- commands ---- */

static int run_serve(const struct options *o, int argc, char *argv[])
{
    (void)argc, (void)argv;
    struct serve_options options = {.config_path = o->config, .state = o->state, .listen = o->listen, .port = o->port};
    return supervisor_serve(&options);
}

/* NULL: told, and *exit_code is set. */
static struct config *load_config(const struct options *o, int *exit_code)
{
    struct err err;
    struct config *config = config_load(o->config, &err);
    if (!config)
        *exit_code = fault(err.code == ERR_NOT_FOUND ? EXIT_NO_INPUT : EXIT_CONFIGURATION, err.detail, "");
    return config;
}

/* A municipality's own file of an earlier release: the server starts with it. */
static void warn_of_missing(const char *path, const char *missing)
{
    if (*missing)
        fprintf(stderr,
                CLI_TR("%s: предупреждение: %s: нет правила для %s: такие записи хранятся и никогда не уничтожаются\n  Добавьте для каждой "
                       "строку {record: ИМЯ, years: N}, как в поставляемом retention.yaml\n",
                       "%s: warning: %s: no rule for %s: such records are kept and never deleted\n  Add a row {record: NAME, years: N} "
                       "for each, as in the retention.yaml that is shipped\n"),
                program, path, missing);
}

static int run_check(const struct options *o, int argc, char *argv[])
{
    (void)argc, (void)argv;
    int code = 0;
    struct err err;
    struct config *config = load_config(o, &code);
    if (!config)
        return code;
    const char *shipped = CLI_TR("поставляемый", "as shipped");
    struct workflow *workflow = workflow_load(*config->workflow ? config->workflow : "workflow.yaml", *config->workflow ? NULL : workflow_default_yaml, &err);
    struct deadlines *deadlines = workflow ? deadlines_load(*config->deadlines ? config->deadlines : "deadlines.yaml", *config->deadlines ? NULL : deadlines_default_yaml, &err) : NULL;
    struct notice_rules *notices = deadlines ? notices_load(*config->notices ? config->notices : "notices.yaml", *config->notices ? NULL : notices_default_yaml, &err) : NULL;
    struct letters *letters = notices ? letters_load(config->mail_templates, &err) : NULL;
    if (!letters)
        code = fault(EXIT_CONFIGURATION, err.detail, "");
    else
        printf(CLI_TR("настройки: %s - верно\nпорядок работы: %s - верно\nсроки: %s - верно\nуведомления: %s - верно\nшаблоны писем: %s - верно\n",
                      "configuration: %s - right\nworkflow: %s - right\nterms: %s - right\nnotices: %s - right\ntemplates of letters: %s - right\n"),
               o->config ? o->config : CLI_TR("по умолчанию", "defaults"), *config->workflow ? config->workflow : shipped,
               *config->deadlines ? config->deadlines : shipped, *config->notices ? config->notices : shipped,
               *config->mail_templates ? config->mail_templates : shipped);
    workflow_free(&workflow);
    deadlines_free(&deadlines);
    struct retention *retention = *config->retention ? retention_load(config->retention, NULL, &err) : NULL;
    if (*config->retention && !retention)
        code = fault(EXIT_CONFIGURATION, err.detail, "");
    if (retention)
        warn_of_missing(config->retention, retention_missing(retention));
    retention_free(&retention);
    notices_free(&notices);
    letters_free(&letters);
    config_free(&config);
    return code;
}

static int run_config_show(const struct options *o, int argc, char *argv[])
{
    (void)o, (void)argc, (void)argv;
    config_write_sample(stdout, cli_lang());
    return 0;
}

/* The embedded database is migrated at each start; this is for an own one, and does no harm to the other while it runs. */
static int run_migrate(const struct options *o, int argc, char *argv[])
{
    (void)argc, (void)argv;
    char conninfo[4096], dir[PATH_MAX], why[768];
    int code = 0, applied = 0;
    struct err err;
    struct config *config = load_config(o, &code);
    if (!config)
        return code;
    bool embedded = !*config->database;
    if (embedded && state_socket(state_choose(o->state), "pg-run/.s.PGSQL.5432", dir, sizeof dir)) {
        *strrchr(dir, '/') = '\0';
        char *absolute = realpath(dir, NULL); /* libpq takes a relative folder for a host name */
        postgres_conninfo(absolute ? absolute : dir, conninfo, sizeof conninfo);
        free(absolute);
    } else {
        snprintf(conninfo, sizeof conninfo, "%s", embedded ? "host=/nonexistent" : config->database);
    }
    struct pg *pg = pg_new(conninfo, config->zone, 0);
    if (pg_migrate(pg, &applied, &err)) {
        printf(CLI_TR("применено миграций: %d\n", "migrations applied: %d\n"), applied);
    } else if (embedded) {
        err_text(&err, cli_lang(), why, sizeof why);
        code = fault(EXIT_AWAY, why,
                     CLI_TR("Встроенная база обновляется сама при запуске: gorod-server serve",
                            "The embedded database is migrated at each start: gorod-server serve"));
    } else {
        database_fault(pg, &err);
        code = EXIT_AWAY;
    }
    pg_close(&pg);
    config_free(&config);
    return code;
}

static int run_completion(const struct options *o, int argc, char *argv[])
{
    (void)o, (void)argc, (void)argv;
    fputs("# eval \"$(gorod-server completion bash)\"\n"
          "_gorod_server() {\n"
          "    local IFS=$'\\n'\n"
          "    COMPREPLY=($(gorod-server --complete \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null))\n"
          "    [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
          "}\n"
          "complete -F _gorod_server gorod-server\n",
          stdout);
    return 0;
}

static int run_reference(const struct options *o, int argc, char *argv[])
{
    (void)o;
    return cli_reference(program, argc - 1, argv + 1);
}

static int run_demo_data(const struct options *o, int argc, char *argv[]) { return demo_data_main(argc, argv, o->state, o->config); }

static int run_import(const struct options *o, int argc, char *argv[]) { return import_main(argc, argv, o->state); }

static int run_purge(const struct options *o, int argc, char *argv[]) { return purge_main(argc, argv, o->state); }

/* To add a command: a row. */
static const struct command commands[] = {
    {{"serve", NULL}, "cspl", {"запустить сервер (на переднем плане)", "run the server (in the foreground)"}, run_serve},
    {{"check", NULL}, "c", {"проверить настройки, порядок работы (workflow) и сроки (deadlines)", "check the configuration, the workflow and the terms"}, run_check},
    {{"config", "show"}, "", {"образец настроек со всеми ключами", "a sample of the configuration with all keys"}, run_config_show},
    {{"migrate", NULL},
     "cs",
     {"обновить схему своей базы (ключ database)", "bring the schema of an own database (key database) up to date"},
     run_migrate},
    {{"demo-data", NULL},
     NULL,
     {"наполнить пустую базу вымышленным муниципалитетом", "fill an empty database with an invented municipality"},
     run_demo_data},
    {{"import", NULL}, NULL, {"внести таблицу CSV", "bring in a CSV table"}, run_import},
    {{"purge", NULL}, NULL, {"уничтожить то, чей срок хранения вышел", "delete what was kept long enough"}, run_purge},
    {{"completion", "bash"}, "", {"дополнение команд для bash", "completion of commands for bash"}, run_completion},
    {{"reference", NULL},
     NULL,
     {"страницы справочника: операции, ошибки, настройки", "pages of the reference: operations, errors, configuration"},
     run_reference},
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

/* ---- help ---- */

static void print_row(const char *words, const char *text)
{
    int used = utf8_width(words);
    printf("  %s%*s %s\n", words, used < 24 ? 24 - used : 1, "", text);
}

static void print_options(const char *letters)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        char words[128];
        snprintf(words, sizeof words, "--%s %s", option_rows[i].option.name, option_rows[i].value[cli_lang()]);
        if (strchr(letters, option_rows[i].option.val))
            print_row(words, option_rows[i].text[cli_lang()]);
    }
}

static void print_help(void)
{
    printf(CLI_TR("gorod-server - сервер информационной системы муниципалитета\n\n"
                  "Использование: %s КОМАНДА [параметры]\n"
                  "               %s [--state ПАПКА] ЗАПИСЬ ДЕЙСТВИЕ --параметр значение ... [--json]\n\nКоманды:\n",
                  "gorod-server - the server of a municipality's information system\n\n"
                  "Usage: %s COMMAND [options]\n"
                  "       %s [--state DIR] NOUN VERB --parameter value ... [--json]\n\nCommands:\n"),
           program, program);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        char words[64];
        snprintf(words, sizeof words, "%s%s%s", commands[i].words[0], commands[i].words[1] ? " " : "",
                 commands[i].words[1] ? commands[i].words[1] : "");
        print_row(words, commands[i].summary[cli_lang()]);
    }
    fputs(CLI_TR("\nПараметры:\n", "\nOptions:\n"), stdout);
    print_options("cspl");
    print_row("--help", CLI_TR("эта справка; после команды - её параметры", "this help; after a command, its options"));
    print_row("--version", CLI_TR("версия", "the version"));
    fputs(CLI_TR("\nЗаписи и действия (работающего сервера):\n", "\nNouns and verbs (of the running server):\n"), stdout);
    cli_help_nouns(stdout);
}

static void print_command_help(const struct command *c)
{
    printf(CLI_TR("%s\n\nИспользование: %s %s%s%s%s\n", "%s\n\nUsage: %s %s%s%s%s\n"), c->summary[cli_lang()], program, c->words[0],
           c->words[1] ? " " : "", c->words[1] ? c->words[1] : "", *c->options ? CLI_TR(" [параметры]", " [options]") : "");
    if (*c->options)
        putchar('\n');
    print_options(c->options);
}

/* ---- words ---- */

static int fault_option(const struct command *c, const char *word)
{
    char text[256], hint[128];
    snprintf(text, sizeof text,
             CLI_TR("%s: %.100s: такого параметра нет или нет его значения", "%s: %.100s: no such option, or its value is missing"),
             c->words[0], word);
    snprintf(hint, sizeof hint, CLI_TR("Параметры команды: %s %s --help", "Options of the command: %s %s --help"), program, c->words[0]);
    return fault(EXIT_BAD_USAGE, text, hint);
}

static bool parse_port(const char *text, int *port)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    *port = (int)value;
    return *text && !*end && !errno && value >= 0 && value <= 65535;
}

static bool set_option(struct options *o, int letter, const char *value)
{
    switch (letter) {
    case 'c': o->config = value; return true;
    case 's': o->state = value; return true;
    case 'l': o->listen = value; return true;
    case 'p': return parse_port(value, &o->port);
    case 'h': return o->help = true;
    default: return false;
    }
}

/* Options of a command; argv[0] is its last word. */
static int parse_options(const struct command *c, int argc, char *argv[], struct options *o)
{
    struct option longs[OPTION_COUNT + 2] = {{"help", no_argument, NULL, 'h'}};
    int count = 1, letter;
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strchr(c->options, option_rows[i].option.val))
            longs[count++] = option_rows[i].option;
    longs[count] = (struct option){0};
    opterr = 0;
    optind = 1;
    for (int at = 1; (letter = getopt_long(argc, argv, "+:h", longs, NULL)) != -1; at = optind)
        if (!set_option(o, letter, optarg))
            return fault_option(c, letter == 'p' ? "--port" : argv[at < argc ? at : argc - 1]);
    return optind < argc ? fault_option(c, argv[optind]) : 0;
}

static int run_command(const struct command *c, int argc, char *argv[], struct options *o)
{
    if (c->options) {
        int code = parse_options(c, argc, argv, o);
        if (code)
            return code;
        if (o->help) {
            print_command_help(c);
            return 0;
        }
    }
    return c->run(o, argc, argv);
}

/* Takes `--state DIR` out of the words of an operation, unless the operation has a parameter of that name. */
static int take_state(int argc, char *argv[], struct options *o)
{
    int kept = 0;
    bool own = cli_has_param(argc, argv, "state");
    for (int i = 0; i < argc; i++) {
        if (!own && strncmp(argv[i], "--state=", 8) == 0)
            o->state = argv[i] + 8;
        else if (!own && strcmp(argv[i], "--state") == 0 && i + 1 < argc)
            o->state = argv[++i];
        else
            argv[kept++] = argv[i];
    }
    argv[kept] = NULL;
    return kept;
}

static int run_operation(int argc, char *argv[], struct options *o)
{
    int code;
    struct fault f;
    argc = take_state(argc, argv, o);
    if (cli_answer_offline(program, argc, argv, &code))
        return code;
    int fd = state_connect(state_choose(o->state), &f);
    if (fd < 0)
        return fault(f.exit_code, f.text, f.hint);
    code = cli_run(program, argc, argv, fd);
    close(fd);
    return code;
}

static const struct command *find_command(int argc, char *argv[])
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const char *const *w = commands[i].words;
        if (argc > 0 && strcmp(w[0], argv[0]) == 0 && (!w[1] || (argc > 1 && strcmp(w[1], argv[1]) == 0)))
            return &commands[i];
    }
    return NULL;
}

/* A first word that begins a command of two, or nothing at all, is not an operation. */
static bool is_half_command(int argc, char *argv[])
{
    for (size_t i = 0; argc > 0 && i < COMMAND_COUNT; i++)
        if (commands[i].words[1] && strcmp(commands[i].words[0], argv[0]) == 0)
            return true;
    return argc == 0;
}

static int fault_no_command(int argc, char *argv[])
{
    const char *hint = CLI_TR("Все команды: gorod-server --help", "For all commands: gorod-server --help");
    char text[160];
    if (argc == 0)
        return fault(EXIT_BAD_USAGE, CLI_TR("не указана команда", "the command is missing"), hint);
    snprintf(text, sizeof text, CLI_TR("%.60s: второго слова нет или оно неверно", "%.60s: the second word is missing or wrong"), argv[0]);
    return fault(EXIT_BAD_USAGE, text, hint);
}

static bool is_known_noun(const char *noun) { return cli_verbs(noun)[0] != NULL; }

/* A mistyped word is nearer to a command or to a noun: look at both. */
static int fault_unknown(const char *word)
{
    const char *candidates[COMMAND_COUNT + 160] = {NULL};
    size_t count = 0;
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        candidates[count++] = commands[i].words[0];
    for (const char *const *noun = cli_nouns(); *noun && count < COMMAND_COUNT + 150; noun++)
        candidates[count++] = *noun;
    const char *near = cli_nearest(word, candidates);
    char text[160], hint[128];
    snprintf(text, sizeof text, CLI_TR("%.60s: такой команды и записи нет", "%.60s: no such command or noun"), word);
    if (near)
        snprintf(hint, sizeof hint, CLI_TR("Может быть, %s?", "Did you mean %s?"), near);
    else
        snprintf(hint, sizeof hint, CLI_TR("Все команды: %s --help", "For all commands: %s --help"), program);
    return fault(EXIT_BAD_USAGE, text, hint);
}

static int complete(int argc, char *argv[])
{
    for (size_t i = 0; argc <= 1 && i < COMMAND_COUNT; i++)
        if (strncmp(commands[i].words[0], argc ? argv[0] : "", argc ? strlen(argv[0]) : 0) == 0)
            puts(commands[i].words[0]);
    for (size_t i = 0; argc == 2 && i < COMMAND_COUNT; i++)
        if (commands[i].words[1] && strcmp(commands[i].words[0], argv[0]) == 0)
            puts(commands[i].words[1]);
    const struct command *c = find_command(argc, argv);
    for (size_t i = 0; c && argc > 1 && c->options && i < OPTION_COUNT; i++)
        if (strchr(c->options, option_rows[i].option.val) && strncmp("--", argv[argc - 1], 2) == 0)
            printf("--%s\n", option_rows[i].option.name);
    return c ? 0 : cli_complete(argc, argv);
}

/* Options may stand before the command, too: `gorod-server --state DIR appeal list`. */
static int take_leading(int argc, char *argv[], struct options *o)
{
    int at = 1;
    for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
        size_t i = 0, len = strcspn(argv[at], "=");
        while (i < OPTION_COUNT &&
               (strlen(option_rows[i].option.name) != len - 2 || strncmp(option_rows[i].option.name, argv[at] + 2, len - 2) != 0))
            i++;
        const char *value = argv[at][len] ? argv[at] + len + 1 : at + 1 < argc ? argv[at + 1] : NULL;
        if (i == OPTION_COUNT || !value || !set_option(o, option_rows[i].option.val, value))
            return -at;
        at += argv[at][len] ? 0 : 1;
    }
    return at;
}

int main(int argc, char *argv[])
{
    struct options o = {.port = -1};
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        setlocale(LC_CTYPE, "");
    if (sodium_init() < 0)
        return fault(EXIT_SOFTWARE, "libsodium", "");
    if (argc > 1 && strcmp(argv[1], "--complete") == 0)
        return complete(argc - 2, argv + 2);
    int at = take_leading(argc, argv, &o);
    const char *word = at < 0 ? argv[-at] : at < argc ? argv[at] : "";
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        print_help();
        return 0;
    }
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        printf("gorod-server %s\n", GOROD_VERSION);
        return 0;
    }
    if (at < 0) {
        char text[160];
        snprintf(text, sizeof text,
                 CLI_TR("%.60s: такого параметра нет или неверно его значение", "%.60s: no such option, or its value is wrong"), word);
        return fault(EXIT_BAD_USAGE, text, CLI_TR("Все параметры: gorod-server --help", "For all options: gorod-server --help"));
    }
    argc -= at;
    argv += at;
    const struct command *c = find_command(argc, argv);
    if (c)
        return run_command(c, argc - (c->words[1] != NULL), argv + (c->words[1] != NULL), &o);
    if (is_half_command(argc, argv))
        return fault_no_command(argc, argv);
    return is_known_noun(argv[0]) ? run_operation(argc, argv, &o) : fault_unknown(argv[0]);
}
