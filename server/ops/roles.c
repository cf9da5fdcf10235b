#include "server/ops/op.h"
#include <string.h>

/* R_SYSTEM has no row: it belongs to the local socket and cannot be given to a user. */
const struct role_info role_infos[] = {
    {R_ADMIN, "admin", {"Администратор системы", "Administrator"}},
    {R_CLERK, "clerk", {"Делопроизводитель", "Clerk"}},
    {R_HEAD, "head", {"Глава муниципального образования", "Head"}},
    {R_DEPUTY, "deputy", {"Заместитель главы", "Deputy head"}},
    {R_CHIEF, "chief", {"Руководитель подразделения", "Chief of a unit"}},
    {R_EXECUTOR, "executor", {"Исполнитель", "Executor"}},
    {R_CONTROLLER, "controller", {"Контролёр", "Controller"}},
    {R_DISPATCHER, "dispatcher", {"Диспетчер ЕДДС", "EDDS dispatcher"}},
    {R_MANAGER, "manager", {"Руководитель проекта", "Project manager"}},
    {R_ANALYST, "analyst", {"Аналитик", "Analyst"}},
    {R_CITIZENS, "citizens", {"Доступ к карточкам граждан", "Access to citizens' cards"}},
    {0, NULL, {NULL, NULL}},
};

uint32_t role_bit(const char *id)
{
    for (const struct role_info *r = role_infos; r->bit; r++)
        if (strcmp(r->id, id) == 0)
            return r->bit;
    return 0;
}
