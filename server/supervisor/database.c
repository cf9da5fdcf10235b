#include "server/supervisor/database.h"
#include "db/pg.h"
#include "server/cli/internal.h"
#include <stdio.h>
#include <string.h>

/* Rows: SQLSTATE ("": the connection itself failed), a piece of the message ("": any), what to do. The first that fits counts. */
static const struct advice {
    const char *state, *piece;
    const char *text[2];
} rows[] = {
    {"", "too old",
     {"Обновите PostgreSQL или уберите ключ database: тогда сервер возьмёт встроенный",
      "Upgrade PostgreSQL, or drop the key database: then the server takes the embedded one"}},
    {"", "password",
     {"Исправьте пароль в ключе database (или в ~/.pgpass учётной записи сервера)",
      "Correct the password in the key database (or in ~/.pgpass of the server's account)"}},
    {"", "does not exist",
     {"Создайте роль и базу: CREATE ROLE gorod LOGIN; CREATE DATABASE gorod OWNER gorod",
      "Make the role and the database: CREATE ROLE gorod LOGIN; CREATE DATABASE gorod OWNER gorod"}},
    {"", "pg_hba.conf",
     {"Разрешите этой роли вход в pg_hba.conf того PostgreSQL", "Let this role in by pg_hba.conf of that PostgreSQL"}},
    {"", "",
     {"Проверьте, работает ли PostgreSQL, и ключ database: host, port, dbname, user",
      "Check that PostgreSQL runs, and the key database: host, port, dbname, user"}},
    {"42501", "",
     {"Сделайте роль владельцем базы: ALTER DATABASE имя OWNER TO роль, или выполните migrate от её владельца",
      "Make the role the owner of the database: ALTER DATABASE name OWNER TO role, or run migrate as its owner"}},
    {"0A000", "extension", {"Установите на его машину пакет postgresql-contrib", "Install the package postgresql-contrib on its machine"}},
    {"58P01", "extension", {"Установите на его машину пакет postgresql-contrib", "Install the package postgresql-contrib on its machine"}},
};

static const char *advice_for(const struct pg *pg)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].state, pg_state(pg)) == 0 && strstr(pg_why(pg), rows[i].piece))
            return rows[i].text[cli_lang()];
    return "";
}

void database_fault(const struct pg *pg, const struct err *err)
{
    char text[768];
    bool is_schema = *err->detail; /* our own words, which say what to do */
    snprintf(text, sizeof text, "database: %s", is_schema ? err->detail : pg_why(pg));
    cli_fault("gorod-server", text,
              !is_schema ? advice_for(pg) : CLI_TR("Выполните: gorod-server migrate --config ФАЙЛ", "Run: gorod-server migrate --config FILE"));
}
