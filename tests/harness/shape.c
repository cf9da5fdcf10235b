#include "tests/harness/shape.h"
#include "tests/harness/town.h"
#include <string.h>

static json_t *enum_value(struct rpc *admin, const json_t *param)
{
    const char *first = json_string_value(at(param, "values.list.0"));
    const char *classifier = json_string_value(at(param, "values.classifier"));
    if (!first && classifier)
        first = json_string_value(at(rpc_ok(admin, "classifier.list", "{s:s}", "classifier", classifier), "items.0.code"));
    return json_string(first ? first : "x");
}

static json_t *shaped_fields(struct rpc *admin, json_t *fields);

json_t *shaped_value(struct rpc *admin, const json_t *param)
{
    const char *type = at_text(param, "type"), *name = at_text(param, "name");
    if (strcmp(type, "id") == 0)
        return json_integer(ABSENT_ID);
    if (strcmp(type, "ids") == 0)
        return json_pack("[i]", ABSENT_ID);
    if (strcmp(type, "int") == 0)
        return json_integer(1);
    if (strcmp(type, "bool") == 0)
        return json_true();
    if (strcmp(type, "date") == 0)
        return json_string(day_from_today(0));
    if (strcmp(type, "time") == 0)
        return json_string("2026-11-24T12:00:00+03:00");
    if (strcmp(type, "uuid") == 0)
        return json_string(fresh_uuid());
    if (strcmp(type, "enum") == 0)
        return enum_value(admin, param);
    if (strcmp(type, "strings") == 0)
        return json_pack("[s]", "x");
    if (strcmp(type, "object") == 0)
        return json_object();
    if (strcmp(type, "objects") == 0)
        return json_pack("[o]", shaped_fields(admin, at(param, "fields")));
    /* A password or key of this shape changes nothing; a short one fits where little may stand. */
    json_int_t longest = json_integer_value(json_object_get(param, "max"));
    return json_string(strcmp(name, "password") == 0 || (longest && longest < 10) ? "x" : "нет такого");
}

/* What must be there, and the request's own id. */
static json_t *shaped_fields(struct rpc *admin, json_t *fields)
{
    json_t *params = json_object(), *param;
    size_t i;
    json_array_foreach(fields, i, param)
    {
        const char *name = at_text(param, "name");
        if (json_is_true(at(param, "required")) || strcmp(name, "request_id") == 0)
            json_object_set_new(params, name, shaped_value(admin, param));
    }
    return params;
}

json_t *shaped_params(struct rpc *admin, const json_t *op) { return shaped_fields(admin, at(op, "params")); }
