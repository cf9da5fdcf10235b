/* The SQL against a real PostgreSQL: migrations from nothing, over data and twice; every named statement prepares. */
#include "db/embedded.h"
#include "db/pg.h"
#include "db/raw.h"
#include "tests/harness/check.h"
#include "tests/harness/cluster.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static struct cluster *cluster;

static int migration_count(void)
{
    int count = 0;
    for (const struct migration *m = migrations; m->version; m++)
        count++;
    return count;
}

static void postgres_starts(void **state)
{
    (void)state;
    cluster = cluster_start();
}

static void migrates_from_nothing_and_once(void **state)
{
    (void)state;
    struct err err = {.code = ERR_OK};
    int applied = -1;
    struct pg *pg = pg_new(cluster_database(cluster, "fresh"), "Europe/Moscow", 15000);
    CHECK(!pg_schema_check(pg, &err), "an empty database passes for a migrated one");
    CHECK(pg_migrate(pg, &applied, &err), "migrate: %s", err.detail);
    assert_int_equal(applied, migration_count());
    CHECK(pg_schema_check(pg, &err), "after migrating: %s", err.detail);
    CHECK(pg_migrate(pg, &applied, &err), "again: %s", err.detail);
    assert_int_equal(applied, 0);
    pg_close(&pg);
}

static void every_statement_prepares(void **state)
{
    (void)state;
    struct err err = {.code = ERR_OK};
    char conninfo[512];
    snprintf(conninfo, sizeof conninfo, "host=%s user=gorod dbname=fresh", cluster->dir);
    struct pg *pg = pg_new(conninfo, "Europe/Moscow", 15000);
    CHECK(pg_connect(pg, &err), "a statement does not prepare: %s", err.detail);
    assert_true(pg_query_count() > 100);
    for (size_t i = 0; i < pg_query_count(); i++)
        for (size_t k = i + 1; k < pg_query_count(); k++)
            CHECK(strcmp(query_infos[i].name, query_infos[k].name) != 0, "two statements are named %s", query_infos[i].name);
    pg_close(&pg);
}

/* Prepared is not yet planned: each reading statement is run once with no values. */
static void every_list_and_count_runs_with_nothing(void **state)
{
    (void)state;
    struct err err = {.code = ERR_OK};
    char conninfo[512];
    snprintf(conninfo, sizeof conninfo, "host=%s user=gorod dbname=fresh", cluster->dir);
    struct pg *pg = pg_new(conninfo, "Europe/Moscow", 15000);
    for (size_t i = 0; i < pg_query_count(); i++) {
        const char *sql = query_infos[i].sql + strspn(query_infos[i].sql, " \n\t"), *none[64] = {NULL};
        /* Writing ones refuse NULL where a value must stand: theirs is the integration tests' business. */
        if (query_infos[i].copy || strncmp(sql, "SELECT", 6) != 0)
            continue;
        struct pg_res *res = pg_query(pg, (enum query)i, none, query_infos[i].params, &err);
        CHECK(res, "%s with no values: %s", query_infos[i].name, err.detail);
        pg_free(res);
    }
    pg_close(&pg);
}

static const char some_rows[] =
    "INSERT INTO org_unit (code, name) VALUES ('a', 'Отдел А'), ('b', 'Отдел Б');"
    "INSERT INTO app_user (login, name, unit_id) SELECT 'u' || n, 'Пользователь ' || n, 1 + n % 2 FROM generate_series(1, 50) n;"
    "INSERT INTO user_role SELECT id, 'executor' FROM app_user WHERE login <> 'system';"
    "INSERT INTO event (actor_id, record, record_id, action) SELECT 1, 'user', id, 'add' FROM app_user;"
    "INSERT INTO draft (user_id, screen, body) SELECT id, 'form', '{\"subject\": \"текст\"}' FROM app_user;"
    "INSERT INTO comment (record, record_id, author_id, text) VALUES ('appeal', 1, 1, 'слова');"
    "INSERT INTO counter VALUES ('letter', 2026, 41);";

static void newer_migrations_climb_over_data(void **state)
{
    (void)state;
    struct err err = {.code = ERR_OK};
    int applied = 0;
    char sql[512];
    struct pg *pg = pg_new(cluster_database(cluster, "climb"), "Europe/Moscow", 15000);
    /* As the first release left it. */
    assert_true(
        pg_raw(pg, "CREATE TABLE schema_migration (version integer PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL DEFAULT now())",
               &err));
    CHECK(pg_raw(pg, migrations[0].sql, &err), "0001: %s", err.detail);
    snprintf(sql, sizeof sql, "INSERT INTO schema_migration (version, name) VALUES (%d, '%s')", migrations[0].version, migrations[0].name);
    assert_true(pg_raw(pg, sql, &err));
    cluster_psql(cluster, "climb", some_rows);
    CHECK(pg_migrate(pg, &applied, &err), "over data: %s", err.detail);
    assert_int_equal(applied, migration_count() - 1);
    assert_string_equal(cluster_psql(cluster, "climb", "SELECT count(*) FROM app_user"), "51");
    assert_string_equal(cluster_psql(cluster, "climb", "SELECT value FROM counter"), "41");
    assert_string_equal(cluster_psql(cluster, "climb", "SELECT body->>'subject' FROM draft LIMIT 1"), "текст");
    pg_close(&pg);
    /* A database that climbed and one made at once have the same schema. */
    static const char schema[] =
        "SELECT md5(string_agg(t, E'\\n' ORDER BY t)) FROM ("
        "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || coalesce(column_default, '') || ' ' || is_nullable AS t "
        "FROM information_schema.columns WHERE table_schema = 'public' UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = "
        "'public' "
        "UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = "
        "'public'::regnamespace) s";
    char fresh[64];
    snprintf(fresh, sizeof fresh, "%s", cluster_psql(cluster, "fresh", schema));
    assert_string_equal(cluster_psql(cluster, "climb", schema), fresh);
}

static void a_newer_schema_is_refused(void **state)
{
    (void)state;
    struct err err = {.code = ERR_OK};
    int applied = 0;
    cluster_psql(cluster, "climb", "INSERT INTO schema_migration (version, name) VALUES (9999, 'from the future')");
    char conninfo[512];
    snprintf(conninfo, sizeof conninfo, "host=%s user=gorod dbname=climb", cluster->dir);
    struct pg *pg = pg_new(conninfo, "Europe/Moscow", 15000);
    assert_false(pg_migrate(pg, &applied, &err));
    assert_non_null(strstr(err.detail, "9999"));
    assert_false(pg_schema_check(pg, &err));
    pg_close(&pg);
}

struct migrator {
    pthread_t thread;
    const char *conninfo;
    int applied;
    bool ok;
    struct err err;
};

static void *migrate(void *arg)
{
    struct migrator *m = arg;
    struct pg *pg = pg_new(m->conninfo, "UTC", 15000);
    m->ok = pg_migrate(pg, &m->applied, &m->err);
    pg_close(&pg);
    return NULL;
}

static void migrators_at_once_do_it_once(void **state)
{
    (void)state;
    enum { AT_ONCE = 4 };
    struct migrator all[AT_ONCE];
    const char *conninfo = cluster_database(cluster, "twice");
    int applied = 0;
    for (int i = 0; i < AT_ONCE; i++) {
        all[i] = (struct migrator){.conninfo = conninfo};
        assert_int_equal(pthread_create(&all[i].thread, NULL, migrate, &all[i]), 0);
    }
    for (int i = 0; i < AT_ONCE; i++) {
        pthread_join(all[i].thread, NULL);
        CHECK(all[i].ok, "migrator %d: %s", i, all[i].err.detail);
        applied += all[i].applied;
    }
    assert_int_equal(applied, migration_count());
}

/* A day's beginning and a period's birth, as one of several cores would take them: how many rows it got. */
struct taker {
    pthread_t thread;
    const char *conninfo;
    enum query take;
    const char *id;
    int rows;
};

static void *take(void *arg)
{
    struct taker *t = arg;
    struct err err = {.code = ERR_OK};
    struct pg *pg = pg_new(t->conninfo, "Europe/Moscow", 15000);
    struct pg_res *res = pg_begin(pg, &err) ? pg_query(pg, t->take, t->id ? &t->id : NULL, t->id ? 1 : 0, &err) : NULL;
    t->rows = res ? pg_rows(res) : -1;
    pg_free(res);
    if (t->id && t->rows == 1) {
        const char *done[] = {t->id, "2199-01-01"};
        pg_exec(pg, Q_PERIODIC_DONE, done, 2, NULL, &err);
    }
    if (!pg_commit(pg, &err))
        t->rows = -1;
    pg_close(&pg);
    return NULL;
}

static void many_cores_do_it_once(void **state)
{
    (void)state;
    enum { AT_ONCE = 6 };
    struct taker all[AT_ONCE];
    char conninfo[512];
    snprintf(conninfo, sizeof conninfo, "host=%s user=gorod dbname=fresh", cluster->dir);
    cluster_psql(cluster, "fresh", "UPDATE clock_day SET day = current_date - 3");
    cluster_psql(cluster, "fresh", "INSERT INTO periodic (id, author_id, period, weekday, next_on, params) VALUES (1, 1, 'monthly', 5, current_date, '{}')");
    for (int what = 0; what < 2; what++) {
        int taken = 0;
        for (int i = 0; i < AT_ONCE; i++) {
            all[i] = (struct taker){.conninfo = conninfo, .take = what ? Q_PERIODIC_TAKE : Q_CLOCK_TAKE, .id = what ? "1" : NULL};
            assert_int_equal(pthread_create(&all[i].thread, NULL, take, &all[i]), 0);
        }
        for (int i = 0; i < AT_ONCE; i++) {
            pthread_join(all[i].thread, NULL);
            CHECK(all[i].rows >= 0, "a core failed");
            taken += all[i].rows;
        }
        assert_int_equal(taken, 1);
    }
    /* The clock went back: nothing is done again, and it is told by how much. */
    cluster_psql(cluster, "fresh", "UPDATE clock_day SET day = current_date + 2");
    all[0] = (struct taker){.conninfo = conninfo, .take = Q_CLOCK_TAKE};
    take(&all[0]);
    assert_int_equal(all[0].rows, 0);
}

static void folding_functions_say_the_same_as_people(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *is;
    } cases[] = {
        {"SELECT gorod_fold('ЩЁГОЛЕВА Ёж')", "щеголева еж"},
        {"SELECT gorod_phone('+7 (48533) 2-15-40')", "4853321540"},
        {"SELECT gorod_phone('8-485-33-2-15-40')", "4853321540"},
        {"SELECT gorod_phone('2-15-40')", "21540"},
        {"SELECT gorod_words('Иванова-Петрова  М. П., «Ёлка»')::text", "{иванова,петрова,м,п,елка}"},
        {"SELECT gorod_tsquery('', false)::text = ''", "t"},
        {"SELECT gorod_tsquery('& | ! '' \\ :*', false)::text = ''", "t"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(cluster_psql(cluster, "fresh", cases[i].sql), cases[i].is);
}

static void stops(void **state)
{
    (void)state;
    cluster_stop(&cluster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(postgres_starts),
        cmocka_unit_test(migrates_from_nothing_and_once),
        cmocka_unit_test(every_statement_prepares),
        cmocka_unit_test(every_list_and_count_runs_with_nothing),
        cmocka_unit_test(newer_migrations_climb_over_data),
        cmocka_unit_test(a_newer_schema_is_refused),
        cmocka_unit_test(migrators_at_once_do_it_once),
        cmocka_unit_test(many_cores_do_it_once),
        cmocka_unit_test(folding_functions_say_the_same_as_people),
        cmocka_unit_test(stops),
    };
    return cmocka_run_group_tests_name("queries", tests, NULL, NULL);
}
