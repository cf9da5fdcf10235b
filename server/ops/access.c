#include "server/ops/access.h"

bool access_ok(struct call *c)
{
    const json_t *readers = json_object_get(c->params, "readers");
    size_t i;
    json_t *user;
    if (!check_classifier(c, "data_class", "data_class", arg_str(c, "data_class"), NULL))
        return false;
    if (json_is_array(readers) && json_array_size(readers) == 0)
        return err_field(c->err, "readers", "required", NULL);
    json_array_foreach(readers, i, user)
    {
        const char *params[] = {call_int(c, json_integer_value(user))};
        struct pg_res *res = pg_query(c->db, Q_ASSIGNMENT_USER_OK, params, 1, c->err);
        if (!res)
            return false;
        bool there = pg_rows(res) == 1;
        pg_free(res);
        if (!there)
            return err_field(c->err, "readers", "not_there", NULL);
    }
    return true;
}

bool appeal_access_write(struct call *c, const char *id)
{
    const char *params[] = {id, arg_sql(c, "confidential"), arg_sql(c, "data_class"), arg_sql(c, "readers"), call_user(c)};
    return pg_exec(c->db, Q_APPEAL_ACCESS_SET, params, 5, NULL, c->err);
}
