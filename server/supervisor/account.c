#include "server/supervisor/account.h"
#include "server/cli/internal.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool account_fill(const struct passwd *pw, struct account *a)
{
    *a = (struct account){.uid = pw->pw_uid, .gid = pw->pw_gid};
    snprintf(a->name, sizeof a->name, "%s", pw->pw_name);
    snprintf(a->home, sizeof a->home, "%s", pw->pw_dir);
    return true;
}

static bool account_own(struct account *a, struct fault *f)
{
    const struct passwd *pw = getpwuid(geteuid());
    if (pw)
        return account_fill(pw, a);
    return fault_set(f, EXIT_NO_USER,
                     CLI_TR("PostgreSQL требует имени: добавьте учётную запись с этим номером",
                            "PostgreSQL wants a name: add an account with this number"),
                     CLI_TR("пользователь %d: такой учётной записи нет", "user %d: there is no such account"), (int)geteuid());
}

static bool account_wanted(const char *wanted, struct account *a, struct fault *f)
{
    const struct passwd *pw = getpwnam(wanted);
    if (!pw)
        return fault_set(f, EXIT_NO_USER,
                         CLI_TR("Создайте её: adduser --system --group ИМЯ, или исправьте ключ user",
                                "Create it: adduser --system --group NAME, or correct the key user"),
                         CLI_TR("user: учётной записи «%s» нет", "user: there is no account \"%s\""), wanted);
    if (pw->pw_uid == 0)
        return fault_set(
            f, EXIT_CONFIGURATION,
            CLI_TR("Назовите обычную учётную запись или оставьте ключ пустым", "Name an ordinary account or leave the key empty"),
            CLI_TR("user: от root сервер не работает", "user: the server does not run as root"));
    return account_fill(pw, a);
}

bool account_choose(const char *wanted, struct account *a, struct fault *f)
{
    if (geteuid() != 0)
        return account_own(a, f);
    if (*wanted)
        return account_wanted(wanted, a, f);
    static const char *const usual[] = {"gorod", "postgres"};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        const struct passwd *pw = getpwnam(usual[i]);
        if (pw && pw->pw_uid != 0)
            return account_fill(pw, a);
    }
    return fault_set(
        f, EXIT_NO_USER,
        CLI_TR("Создайте учётную запись: adduser --system --group gorod", "Create an account: adduser --system --group gorod"),
        CLI_TR("запущено от root, а учётных записей gorod и postgres нет", "started as root, and there is no account gorod or postgres"));
}

bool account_become(const struct account *a, struct fault *f)
{
    if (geteuid() == a->uid)
        return true;
    bool changed = initgroups(a->name, a->gid) == 0 && setgid(a->gid) == 0 && setuid(a->uid) == 0;
    /* A half-made change would leave root behind: that must never go on. */
    if (!changed || setuid(0) == 0 || geteuid() != a->uid || getegid() != a->gid)
        return fault_set(f, EXIT_SOFTWARE, "", CLI_TR("не удалось стать пользователем %s: %s", "could not become the user %s: %s"), a->name,
                         strerror(errno));
    setenv("USER", a->name, 1);
    setenv("LOGNAME", a->name, 1);
    setenv("HOME", a->home, 1);
    unsetenv("XDG_RUNTIME_DIR"); /* root's */
    return true;
}
