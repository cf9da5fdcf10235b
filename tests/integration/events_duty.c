/* Events of the duty desk: addresses, outages, incidents, shifts. */
#include "tests/harness/check.h"
#include "tests/integration/events_walk.h"

static json_int_t settlement, street, house[3], outage, incident;

static struct rpc *desk(void) { return town_as(&town, TOWN_dispatcher); }

static json_int_t added(const char *method, json_t *params) { return at_int(writes(desk(), 1, method, params), "id"); }

/* ---- addresses ---- */

void of_addresses(void **state)
{
    (void)state;
    leaves_nothing(desk(), "address.district_add", text("name", " "));
    json_int_t district = added("address.district_add", text("name", "Заречный район"));
    changes(desk(), 1, "address.district_set", district, text("name", "Зареченский район"));
    leaves_nothing(desk(), "address.settlement_add", json_pack("{s:s, s:s}", "name", "г. Событинск", "kind", "no_such"));
    settlement = added("address.settlement_add", text("name", "г. Событинск"));
    changes(desk(), 1, "address.settlement_set", settlement, json_pack("{s:I}", "district", district));
    leaves_nothing(desk(), "address.street_add", json_pack("{s:i, s:s}", "settlement", ABSENT, "name", "ул. Ленина"));
    street = added("address.street_add", json_pack("{s:I, s:s}", "settlement", settlement, "name", "ул. Ленина"));
    leaves_nothing(desk(), "address.street_add", json_pack("{s:I, s:s}", "settlement", settlement, "name", "ЛЕНИНА улица"));
    changes(desk(), 1, "address.street_set", street, text("kind", "avenue"));
    leaves_nothing(desk(), "company.add", json_pack("{s:s, s:s}", "name", "...", "phone", "2-12-12"));
    json_int_t company = added("company.add", text("name", "ООО «Уют»"));
    changes(desk(), 1, "company.set", company, text("phone", "2-12-12"));
    /* Each part that is written down is a card of its own; one that is there is not written again. */
    json_t *address = json_pack("{s:s, s:s, s:[s]}", "settlement_name", "Событинск", "street_name", "ул. Мира", "create", "street");
    json_t *elsewhere = json_copy(address);
    json_object_set_new(elsewhere, "settlement_name", json_string("Небывалое"));
    leaves_nothing(desk(), "address.add", elsewhere);
    writes(desk(), 1, "address.add", json_incref(address));
    writes(desk(), 0, "address.add", address);
    json_t *all =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:[s,s,s,s]}", "district_name", "Новый район", "settlement_name", "п. Новый", "street_name",
                  "ул. Новая", "number", "1", "company_name", "ООО «Новь»", "create", "district", "settlement", "street", "company");
    json_t *half = json_copy(all);
    json_object_set_new(half, "create", json_pack("[s,s,s]", "district", "settlement", "street"));
    leaves_nothing(desk(), "address.add", half); /* the company may not be made: nothing of the address is */
    writes(desk(), 5, "address.add", all);
}

void of_houses(void **state)
{
    (void)state;
    static const char *const numbers[] = {"1", "2", "3"};
    leaves_nothing(desk(), "house.add", json_pack("{s:I, s:s}", "street", street, "number", "1,3"));
    for (size_t i = 0; i < 3; i++)
        house[i] = added("house.add", json_pack("{s:I, s:s}", "street", street, "number", numbers[i]));
    writes(desk(), 0, "house.add", json_pack("{s:I, s:s}", "street", street, "number", "2")); /* it is there */
    changes(desk(), 1, "house.set", house[0], json_pack("{s:i}", "residents", 40));
    leaves_nothing(desk(), "house.set", json_pack("{s:I, s:s}", "id", house[0], "number", "3"));
    json_t *school = json_pack("{s:s, s:s, s:I}", "kind", "school", "name", "Школа № 1", "house", house[0]);
    leaves_nothing(desk(), "social_object.add", json_pack("{s:s, s:s, s:i}", "kind", "school", "name", "Школа № 1", "house", ABSENT));
    json_int_t object = added("social_object.add", json_incref(school));
    writes(desk(), 0, "social_object.add", school);
    changes(desk(), 1, "social_object.set", object, text("contact_duty_phone", "2-13-13"));
}

/* ---- outages ---- */

static json_t *an_outage(const char *kind, int started, int promised)
{
    return json_pack("{s:s, s:s, s:[I,I], s:s, s:s, s:s}", "kind", kind, "resource", "cold_water", "houses", house[0], house[1], "started",
                     in_minutes(started), "promised", in_minutes(promised), "reason", "Порыв");
}

void of_outages(void **state)
{
    (void)state;
    json_t *with_fault = an_outage("emergency", -30, 60);
    json_array_append_new(json_object_get(with_fault, "houses"), json_integer(ABSENT));
    leaves_nothing(desk(), "outage.open", with_fault);
    outage = added("outage.open", an_outage("emergency", -30, 60));
    changes(desk(), 1, "outage.set", outage, text("reason", "Порыв на вводе"));
    changes(desk(), 1, "outage.extend", outage, json_pack("{s:s, s:s}", "promised", in_minutes(120), "reason", "Ждём трубу"));
    changes(desk(), 1, "outage.add_houses", outage, json_pack("{s:[I]}", "houses", house[2]));
    json_t *back = json_pack("{s:[I], s:s}", "houses", house[0], "time", in_minutes(-10));
    json_t *stranger = json_pack("{s:I, s:[I,i], s:s}", "id", outage, "houses", house[0], ABSENT, "time", in_minutes(-10));
    leaves_nothing(desk(), "outage.restore_houses", stranger);
    changes(desk(), 1, "outage.restore_houses", outage, back);
    changes(desk(), 1, "outage.comment", outage, text("text", "Бригада на месте"));
    changes(desk(), 1, "outage.close", outage, text("ended", in_minutes(0)));
    changes(desk(), 1, "outage.reopen", outage, json_pack("{s:s, s:s}", "reason", "Снова течёт", "promised", in_minutes(240)));
    changes(desk(), 1, "outage.convert", outage, json_pack("{s:s, s:s}", "kind", "limited", "reason", "Слабый напор"));
    changes(desk(), 1, "outage.begin", added("outage.open", an_outage("planned", 60, 120)), none());
    changes(desk(), 1, "outage.cancel", added("outage.open", an_outage("planned", 60, 120)), text("reason", "Не понадобилось"));
    json_t *of_a_system =
        json_pack("{s:s, s:s, s:s, s:s}", "kind", "emergency", "resource", "gas", "source", "051", "external_id", "051-1");
    writes(desk(), 1, "outage.open", json_incref(of_a_system));
    writes(desk(), 0, "outage.open", of_a_system); /* told twice, written once */
}

static const char *const started = "2026-03-22T08:00:00Z"; /* a feed tells of the past, too: nothing here waits for a clock */

/* What a snapshot of a feed shows. */
static json_t *shown(const char *snapshot, const char *promised, const char *number)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:[{s:s, s:s, s:s}]}", "source", "feed", "snapshot", snapshot, "kind", "emergency",
                     "resource", "gas", "started", started, "promised", promised, "addresses", "settlement", "Событинск", "street",
                     "просп. Ленина", "number", number);
}

static json_t *ended(const char *snapshot) { return json_pack("{s:s, s:s}", "source", "feed", "snapshot", snapshot); }

void of_outages_of_a_feed(void **state)
{
    (void)state;
    static const char *const nine = "2026-03-22T09:00:00Z", *const ten = "2026-03-22T10:00:00Z", *const eleven = "2026-03-22T11:00:00Z";
    static const char *const late = "2199-03-22T20:00:00Z", *const later = "2199-03-22T21:00:00Z";
    leaves_nothing(desk(), "outage.feed_take", shown(nine, started, "1"));
    writes(desk(), 0, "outage.feed_take", shown(nine, late, "999")); /* no house of it is known: told, not opened */
    writes(desk(), 1, "outage.feed_take", shown(nine, late, "1"));
    writes(desk(), 0, "outage.feed_take", shown(nine, late, "1")); /* the same again */
    writes(desk(), 1, "outage.feed_take", shown(ten, later, "1"));
    json_t *with_house = shown(ten, later, "4");
    json_object_set_new(with_house, "create", json_true());
    writes(desk(), 2, "outage.feed_take", with_house); /* the house, and the change of the outage */
    leaves_nothing(desk(), "outage.feed_end", ended(in_minutes(60)));
    writes(desk(), 0, "outage.feed_end", ended(nine)); /* older than what was taken: nothing is closed by it */
    writes(desk(), 1, "outage.feed_end", ended(eleven));
}

/* ---- incidents ---- */

/* Of kinds whose clocks run for longer than this test: none of them tells of itself meanwhile. */
static json_t *a_call(const char *place)
{
    return json_pack("{s:s, s:s, s:s}", "type", "street_light", "place", place, "text", "Не горит");
}

static json_int_t fresh_call(const char *place) { return added("incident.log", a_call(place)); }

void of_incidents(void **state)
{
    (void)state;
    leaves_nothing(desk(), "incident.log", text("type", "street_light"));
    json_int_t i = fresh_call("Парк");
    incident = i;
    changes(desk(), 1, "incident.set", i, text("text", "Не горят три фонаря"));
    changes(desk(), 1, "incident.dispatch", i, json_pack("{s:[s], s:s}", "service", "lighting", "contact", "Мастер Котов"));
    changes(desk(), 1, "incident.inform", i, text("service", "management_company"));
    changes(desk(), 1, "incident.take", i, json_pack("{s:s, s:s}", "service", "lighting", "service_answer", "Выехали"));
    leaves_nothing(desk(), "incident.arrive", json_pack("{s:I, s:s}", "id", i, "service", "fire")); /* nobody told it */
    changes(desk(), 1, "incident.arrive", i, text("service", "lighting"));
    changes(desk(), 1, "incident.tell", i, text("until", in_minutes(120)));
    changes(desk(), 1, "incident.localize", i, none());
    changes(desk(), 1, "incident.resolve", i, text("measures", "Заменены лампы"));
    changes(desk(), 1, "incident.close", i, json_pack("{s:b}", "caller_confirmed", 1));
    changes(desk(), 1, "incident.reopen", i, text("reason", "Снова не горят"));
    changes(desk(), 1, "incident.comment", i, text("text", "Проверить щит"));
    json_int_t second = fresh_call("Парк, вход");
    leaves_nothing(desk(), "incident.link_duplicate", json_pack("{s:I, s:I}", "id", second, "incident", second));
    changes(desk(), 1, "incident.link_duplicate", second, json_pack("{s:I}", "incident", i));
    changes(desk(), 1, "incident.mark_false", fresh_call("Сквер"), text("reason", "Фонари горят"));
    json_int_t strange = fresh_call("Трасса");
    leaves_nothing(desk(), "incident.hand_out", json_pack("{s:I, s:s}", "id", strange, "service", "navy"));
    changes(desk(), 1, "incident.hand_out", strange, text("service", "lighting"));
}

void of_what_incidents_go_on_as(void **state)
{
    (void)state;
    changes(desk(), 1, "incident.to_outage", incident, json_pack("{s:I}", "outage", outage));
    leaves_nothing(desk(), "incident.to_outage", json_pack("{s:I, s:i}", "id", incident, "outage", ABSENT));
    json_t *behind = an_outage("emergency", -30, 60), *of_none = an_outage("emergency", -30, 60);
    json_object_set_new(behind, "incident", json_integer(incident));
    json_object_set_new(of_none, "incident", json_integer(ABSENT));
    writes(desk(), 2, "outage.open", behind); /* the outage, and the incident joined to it */
    leaves_nothing(desk(), "outage.open", of_none);
    /* Nobody said who calls: the appeal is anonymous. */
    changes(desk(), 2, "incident.to_appeal", incident, none());
    leaves_nothing(desk(), "incident.to_appeal", json_pack("{s:I}", "id", incident)); /* there is one */
    json_t *call = a_call("Двор");
    json_object_set_new(call, "caller", json_string("Сидорова Анна Петровна"));
    changes(desk(), 3, "incident.to_appeal", added("incident.log", call), none()); /* the caller becomes a correspondent */
    /* The appeal of the call goes under consideration by its first assignment. */
    leaves_nothing(desk(), "incident.to_assignment", json_pack("{s:I, s:i}", "id", incident, "responsible", ABSENT));
    changes(desk(), 3, "incident.to_assignment", incident, json_pack("{s:I}", "responsible", town.user[TOWN_executor]));
    /* A call about what is known is linked as it is written down. */
    json_t *known = a_call("Двор, вход");
    json_object_set_new(known, "outage", json_integer(outage));
    json_object_set_new(known, "repeat_of", json_integer(ABSENT));
    leaves_nothing(desk(), "incident.log", json_copy(known));
    json_object_set_new(known, "repeat_of", json_integer(incident));
    writes(desk(), 3, "incident.log", known);
}

/* ---- shifts ---- */

void of_shifts(void **state)
{
    (void)state;
    struct rpc *next = town_as(&town, TOWN_manager); /* a dispatcher, too */
    leaves_nothing(desk(), "shift.note", text("text", "Рано"));
    leaves_nothing(desk(), "shift.open", json_pack("{s:s, s:[i]}", "weather", "Ясно", "members", ABSENT));
    json_int_t shift = added("shift.open", text("weather", "Ясно"));
    leaves_nothing(next, "shift.open", none());
    changes(desk(), 1, "shift.set", shift, text("weather", "Снег"));
    json_int_t order = added("shift.note", json_pack("{s:s, s:s}", "kind", "order", "text", "Проверить генераторы"));
    leaves_nothing(desk(), "shift.entry_done", json_pack("{s:i}", "entry", ABSENT));
    writes(desk(), 1, "shift.entry_done", json_pack("{s:I, s:s}", "entry", order, "text", "Проверены"));
    changes(desk(), 1, "shift.hand_over", shift, text("handover_note", "Всё тихо"));
    changes(next, 1, "shift.refuse", shift, text("reason", "Не закрыта заявка"));
    rpc_ok(desk(), "shift.hand_over", "{s:I, s:s}", "id", shift, "handover_note", "Всё тихо");
    const char *seen = at_text(rpc_ok(next, "shift.items", NULL), "digest");
    json_t *accepted = json_pack("{s:I, s:s, s:[i]}", "id", shift, "acknowledge_open_items", seen, "members", ABSENT);
    leaves_nothing(next, "shift.accept", accepted);                                /* the next shift cannot open: this one does not end */
    changes(next, 2, "shift.accept", shift, text("acknowledge_open_items", seen)); /* one ends, one begins */
}
