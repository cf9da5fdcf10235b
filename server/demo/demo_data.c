#include "server/cli/internal.h"
#include "server/config.h"
#include "server/demo/demo.h"
#include "server/demo/life.h"
#include "server/demo/sender.h"
#include "server/supervisor/postgres.h"
#include "server/supervisor/state.h"
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    HISTORY_DAYS = 730,
    APPEALS_DEFAULT = 2000,
    APPEALS_MAX_COUNT = 5000000,
    CHUNK_BYTES = 12 * 1024 * 1024,
    EXIT_DATA = 65,
    MORNING_SECONDS = 8 * 3600 + 29 * 60
};

struct options {
    const char *state, *config;
    int64_t appeals, seed;
};

static int fault(int code, const char *text, const char *hint)
{
    cli_fault("gorod-server", text, hint);
    return code;
}

static int fault_err(const struct err *err)
{
    char text[768];
    err_text(err, cli_lang(), text, sizeof text);
    return fault(err_info(err->code)->exit_code, text, err_info(err->code)->hint[cli_lang()]);
}

bool demo_conninfo(const char *state, const struct config *config, char *out, size_t size, struct err *err)
{
    char socket[PATH_MAX];
    if (*config->database) {
        snprintf(out, size, "%s", config->database);
        return true;
    }
    if (!state_socket(state, "pg-run/.s.PGSQL.5432", socket, sizeof socket))
        return err_set(err, ERR_UNAVAILABLE, "%s: %s", state, strerror(errno));
    *strrchr(socket, '/') = '\0';
    char *absolute = realpath(socket, NULL); /* libpq takes a relative folder for a host name */
    if (!absolute)
        return err_set(err, ERR_UNAVAILABLE, CLI_TR("%s: сервер здесь не работает: %s", "%s: no server runs here: %s"), state,
                       strerror(errno));
    postgres_conninfo(absolute, out, size);
    free(absolute);
    return true;
}

/* ---- what there is to begin with ---- */

static bool load_rules(struct town *t, struct err *err)
{
    t->deadlines = deadlines_load("deadlines.yaml", deadlines_default_yaml, err);
    return t->deadlines && (t->calendar = rules_read_calendar(t->pg, err)) && (t->classifiers = rules_read_classifiers(t->pg, err));
}

static void set_clock(struct town *t)
{
    time_t now = time(NULL);
    struct tm tm;
    localtime_r(&now, &tm);
    t->today = day_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    t->first = t->today - HISTORY_DAYS;
    /* The town always ends at the beginning of a working morning: whoever loads it later the same day gets the same. */
    bool morning_over = tm.tm_hour * 3600 + tm.tm_min * 60 > MORNING_SECONDS;
    t->now = (moment_t)(morning_over ? t->today : t->today - 1) * DAY_SECONDS + (morning_over ? MORNING_SECONDS : 19 * 3600);
}

static bool check_fresh(struct town *t, struct err *err)
{
    if (!pg_exec(t->pg, Q_DEMO_LOCK, NULL, 0, NULL, err) || !pg_exec(t->pg, Q_DEMO_REFERENCES_LATER, NULL, 0, NULL, err))
        return false;
    struct pg_res *res = pg_query(t->pg, Q_DEMO_IS_FRESH, NULL, 0, err);
    if (!res)
        return false;
    int64_t appeals = pg_int(res, 0, 0), correspondents = pg_int(res, 0, 1), units = pg_int(res, 0, 2), users = pg_int(res, 0, 3);
    pg_free(res);
    if (appeals + correspondents + units + users == 0)
        return true;
    return err_set(err, ERR_RULE,
                   CLI_TR("база уже не пуста: обращений %lld, корреспондентов %lld, подразделений %lld, пользователей %lld",
                          "the database is not empty: %lld appeals, %lld correspondents, %lld units, %lld users"),
                   (long long)appeals, (long long)correspondents, (long long)units, (long long)users);
}

static bool begin_ids(struct town *t, struct err *err)
{
    struct pg_res *res = pg_query(t->pg, Q_DEMO_EVENT_FIRST, NULL, 0, err);
    if (!res)
        return false;
    t->next_event = pg_int(res, 0, 0);
    pg_free(res);
    t->next_appeal = t->next_assignment = t->next_comment = t->citizen_first = 1;
    static const char *const kinds[KIND_COUNT] = {"letter",          "electronic",   "message",       "reception",
                                                  "official_letter", "info_request", "deputy_request"};
    for (int i = 0; i < KIND_COUNT; i++) {
        t->letters[i] = material_letters(t->arena, kinds[i]);
        if (!t->letters[i])
            return err_set(err, ERR_INTERNAL, "db/seed/classifiers.csv: appeal_kind %s has no letters", kinds[i]);
    }
    return true;
}

/* ---- day by day ---- */

/* How busy a day is beside others: Mondays most, days off hardly, each year a little more than the last. */
static double weight_of(const struct town *t, day_t day)
{
    if (day == t->today)
        return moment_day(t->now) == t->today ? 8 : 0;
    double growth = 1 + 0.15 * (day - t->first) / HISTORY_DAYS;
    if (!town_is_working(t, day))
        return 9 * growth;
    return (day_weekday(day) == 1 ? 125 : 100) * growth;
}

static int by_value(const void *a, const void *b)
{
    moment_t x = *(const moment_t *)a, y = *(const moment_t *)b;
    return x < y ? -1 : x > y;
}

static moment_t arrival(struct town *t, day_t day)
{
    if (day == t->today)
        return (moment_t)day * DAY_SECONDS + random_between(&t->random, 8 * 3600, MORNING_SECONDS - 120);
    if (!town_is_working(t, day))
        return (moment_t)day * DAY_SECONDS + random_between(&t->random, 9 * 3600, 20 * 3600);
    return town_office_hour(t, day);
}

static void new_year(struct town *t, day_t day)
{
    int year, month, dom;
    day_to_civil(day, &year, &month, &dom);
    if (year == t->serial_year)
        return;
    t->serial_year = year;
    t->assignment_serial = t->outgoing = 0;
    memset(t->serial, 0, sizeof t->serial);
}

static bool live_day(struct town *t, day_t day, int64_t count, struct err *err)
{
    moment_t *at = malloc((size_t)(count + 1) * sizeof *at);
    if (!at)
        abort();
    new_year(t, day);
    for (int64_t i = 0; i < count; i++)
        at[i] = arrival(t, day);
    qsort(at, (size_t)count, sizeof *at, by_value);
    for (int64_t i = 0; i < count && !t->failed; i++) {
        appeal_imagine(t, at[i]);
        if (town_is_working(t, day) && random_chance(&t->random, 90))
            assignment_alone(t, day);
    }
    free(at);
    if (t->failed)
        return false;
    cast_alone(t, day);
    return days_close(t, day, err);
}

static bool live_days(struct town *t, struct sender *sender, int64_t appeals, struct err *err)
{
    double total = 0, past = 0;
    int64_t done = 0;
    for (day_t d = t->first; d <= t->today; d++)
        total += weight_of(t, d);
    for (day_t d = t->first; d <= t->today; d++) {
        past += weight_of(t, d);
        int64_t until = d == t->today ? appeals : (int64_t)(past / total * (double)appeals);
        if (!live_day(t, d, until - done, err))
            return false;
        done = until;
        if (sheets_bytes(&t->sheets) > CHUNK_BYTES && !sender_send(sender, &t->sheets, err))
            return false;
    }
    return sender_send(sender, &t->sheets, err) && sender_wait(sender, err);
}

static bool live_all(struct town *t, int64_t appeals, struct err *err)
{
    struct sender sender;
    sender_init(&sender, t->pg);
    bool ok = live_days(t, &sender, appeals, err);
    sender_free(&sender);
    return ok;
}

static bool finish(struct town *t, struct err *err)
{
    static const enum query after[] = {
        Q_DEMO_WORDS, Q_DEMO_CORRESPONDENT_WORDS, Q_DEMO_COUNTERS, Q_DEMO_SEQUENCES, Q_DEMO_PRECHECKS, Q_DEMO_PARTS, Q_DEMO_BOARD,
        /* outages */
        Q_DEMO_SUPPLIERS, Q_DEMO_OUTAGES, Q_DEMO_OUTAGE_HOUSES, Q_DEMO_OUTAGE_PROMISES, Q_DEMO_OUTAGE_COUNTER, Q_DEMO_OUTAGE_BOARD,
        /* the duty desk */
        Q_DEMO_SHIFTS, Q_DEMO_INCIDENTS, Q_DEMO_REPEATS, Q_DEMO_INCIDENT_OUTAGES, Q_DEMO_INCIDENT_SERVICES, Q_DEMO_INCIDENT_CLOCKS,
        Q_DEMO_SHIFT_LOG, Q_DEMO_DESK_EVENTS, Q_DEMO_DESK_VERSIONS, Q_DEMO_DESK_COUNTERS, Q_DEMO_ANALYZE, Q_DEMO_REFERENCES_CHECK,
        Q_PACE_OF_ALL};
    for (size_t i = 0; i < sizeof after / sizeof *after; i++)
        if (!pg_exec(t->pg, after[i], NULL, 0, NULL, err))
            return false;
    return pg_commit(t->pg, err);
}

static bool make_town(struct town *t, const struct options *o, struct err *err)
{
    if (!pg_connect(t->pg, err) || !pg_schema_check(t->pg, err) || !pg_begin(t->pg, err))
        return false;
    if (!check_fresh(t, err) || !load_rules(t, err) || !material_load(&t->material, t->arena, err) || !begin_ids(t, err))
        return false;
    set_clock(t);
    t->days = days_new(t);
    if (!staff_make(t, o->state, err) || !addresses_make(t, err))
        return false;
    absences_make(t);
    return live_all(t, o->appeals, err) && finish(t, err);
}

static void town_free(struct town *t)
{
    lexicon_free(&t->lexicon);
    days_free(&t->days);
    deadlines_free(&t->deadlines);
    classifiers_free(&t->classifiers);
    work_calendar_free(&t->calendar);
    sheets_free(&t->sheets);
    buf_free(&t->vector.out);
    free(t->citizen);
    pg_close(&t->pg);
    arena_free(&t->arena);
}

static int run(const struct options *o, const struct config *config)
{
    char conninfo[4096];
    struct err err = {.code = ERR_INTERNAL};
    struct timespec begin, end;
    if (!demo_conninfo(o->state, config, conninfo, sizeof conninfo, &err))
        return fault(EXIT_AWAY, err.detail,
                     CLI_TR("Запустите сервер: gorod-server serve --state ПАПКА", "Start the server: gorod-server serve --state DIR"));
    /* Days and hours of the data are the municipality's, wherever the command is run. */
    setenv("TZ", config->zone, 1);
    tzset();
    clock_gettime(CLOCK_MONOTONIC, &begin);
    struct town t = {.arena = arena_new(), .pg = pg_new(conninfo, config->zone, 0), .random = {(uint64_t)o->seed}, .err = &err};
    sheets_init(&t.sheets);
    buf_init(&t.vector.out, 1024 * 1024);
    struct pg *words = pg_new(conninfo, config->zone, 0); /* the first one is busy taking rows in */
    t.lexicon = lexicon_new(words);
    bool ok = make_town(&t, o, &err);
    if (!ok)
        pg_rollback(t.pg);
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
    if (ok)
        printf(CLI_TR("обращений %lld, поручений %lld, корреспондентов %lld, пользователей %d, событий %llu за %.1f с\n",
                      "%lld appeals, %lld assignments, %lld correspondents, %d users, %llu events in %.1f s\n"),
               (long long)o->appeals, (long long)(t.next_assignment - 1), (long long)t.citizen_count, t.staff.count,
               (unsigned long long)t.sheets.sheet[SHEET_EVENT].count, seconds);
    town_free(&t);
    pg_close(&words);
    if (ok)
        return 0;
    return err.code == ERR_RULE ? fault(EXIT_DATA, err.detail,
                                        CLI_TR("Демонстрационные данные нужны новой установке: назовите другую папку, --state",
                                               "Demonstration data are for a new installation: name another folder, --state"))
                                : fault_err(&err);
}

static void print_help(void)
{
    fputs(CLI_TR("Использование: gorod-server demo-data [--appeals N] [--seed S] [--state ПАПКА] [--config ФАЙЛ]\n\n"
                 "Наполняет пустую базу работающего сервера вымышленным муниципалитетом. Одно и то же число seed\n"
                 "в один и тот же день даёт одни и те же данные. Ключи SSH учётных записей: ПАПКА/keys/.\n\n"
                 "  --appeals N  сколько обращений за два года (2000)\n"
                 "  --seed S     число, из которого всё выводится (1)\n",
                 "Usage: gorod-server demo-data [--appeals N] [--seed S] [--state DIR] [--config FILE]\n\n"
                 "Fills the empty database of the running server with an invented municipality. The same seed on the\n"
                 "same day gives the same data. SSH keys of the demo logins: DIR/keys/.\n\n"
                 "  --appeals N  appeals in two years (2000)\n"
                 "  --seed S     the number from which all is drawn (1)\n"),
          stdout);
}

static bool number(const char *text, int64_t low, int64_t high, int64_t *out)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    *out = value;
    return errno == 0 && end != text && *end == '\0' && value >= low && value <= high;
}

/* 0: go on; else an exit code, -1 for success without work (--help). */
static int read_options(int argc, char **argv, struct options *o)
{
    static const struct option options[] = {{"appeals", required_argument, NULL, 'a'}, {"seed", required_argument, NULL, 'r'},
                                            {"state", required_argument, NULL, 's'},   {"config", required_argument, NULL, 'c'},
                                            {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0}};
    int c;
    opterr = 0;
    optind = 0;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
        switch (c) {
        case 'a':
            if (!number(optarg, 1, APPEALS_MAX_COUNT, &o->appeals))
                return fault(EXIT_BAD_USAGE, CLI_TR("--appeals: нужно число от 1 до 5000000", "--appeals: a number from 1 to 5000000"), "");
            break;
        case 'r':
            if (!number(optarg, 0, INT64_MAX, &o->seed))
                return fault(EXIT_BAD_USAGE, CLI_TR("--seed: нужно целое число от 0", "--seed: a whole number from 0"), "");
            break;
        case 's': o->state = optarg; break;
        case 'c': o->config = optarg; break;
        case 'h': print_help(); return -1;
        default:
            return fault(
                EXIT_BAD_USAGE,
                CLI_TR("demo-data: такого параметра нет или нет его значения", "demo-data: no such option, or its value is missing"),
                CLI_TR("Параметры команды: demo-data --help", "Options of the command: demo-data --help"));
        }
    if (optind < argc)
        return fault(EXIT_BAD_USAGE, argv[optind], CLI_TR("Лишнее слово; см. demo-data --help", "An extra word; see demo-data --help"));
    return 0;
}

int demo_data_main(int argc, char **argv, const char *state, const char *config_path)
{
    struct options o = {.state = state, .config = config_path, .appeals = APPEALS_DEFAULT, .seed = 1};
    struct err err;
    int code = read_options(argc, argv, &o);
    if (code != 0)
        return code < 0 ? 0 : code;
    o.state = state_choose(o.state);
    struct config *config = config_load(o.config, &err);
    if (!config)
        return fault(err.code == ERR_NOT_FOUND ? EXIT_NO_INPUT : EXIT_CONFIGURATION, err.detail, "");
    code = run(&o, config);
    config_free(&config);
    return code;
}
