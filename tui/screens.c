#include "tui/screens.h"
#include "tui/i18n.h"
#include "tui/meta.h"
#include "tui/record.h"
#include "tui/screens/explain.h"
#include "tui/screens/form.h"
#include "tui/screens/modules.h"
#include "tui/screens/records.h"
#include <string.h>

/* A row per kind of record: its list, its card. */
static const struct {
    const char *record;
    enum command go;
    const char *list_method;
    struct screen *(*list)(const char *query);
    struct screen *(*card)(int64_t id, enum command then);
} kinds[] = {
    {"correspondent", CMD_GO_CORRESPONDENTS, "correspondent.list", correspondents_list, correspondents_card},
    {"appeal", CMD_GO_APPEALS, "appeal.list", appeals_list, appeals_card},
    {"assignment", CMD_GO_ASSIGNMENTS, "assignment.list", assignments_list, assignments_card},
    {"board", CMD_GO_CONTROL, "assignment.board", board_screen, NULL},
    {"incident", CMD_GO_INCIDENTS, "incident.list", incidents_list, incidents_card},
    {"shift", CMD_GO_SHIFTS, "shift.list", shifts_list, shifts_card},
    {"outage_board", CMD_GO_OUTAGE_BOARD, "outage.board", outage_board_screen, NULL},
    {"outage", CMD_GO_OUTAGES, "outage.list", outages_list, outages_card},
    {"substitution", CMD_GO_SUBSTITUTES, "substitution.list", substitutes_list, NULL},
    {"file", CMD_GO_FILES, "file.list", files_list, files_viewer},
    {"access", CMD_GO_AUDIT, "audit.list", audit_list, NULL},
    {"periodic", CMD_GO_PERIODICS, "periodic.list", periodics_list, periodics_card},
    {"user", CMD_GO_USERS, "user.add", users_list, users_card},
    {"street", CMD_GO_ADDRESSES, "address.streets", streets_list, NULL},
    {"house", CMD_GO_HOUSES, "house.list", houses_list, houses_card},
    {"social_object", CMD_GO_SOCIAL_OBJECTS, "social_object.list", social_objects_list, social_objects_card},
    {"mail", CMD_GO_MAIL, "mail.list", mail_list, NULL},
    {"classifier", CMD_GO_CLASSIFIERS, "classifier.names", classifiers_list, classifiers_card},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* What makes a new record, by the operation it needs. */
static const struct {
    enum command command;
    const char *method;
} makers[] = {
    {CMD_GO_HOUSE_LINE, "house.resolve"},
    {CMD_NEW_APPEAL, "appeal.register"},
    {CMD_NEW_ASSIGNMENT, "assignment.create"},
    {CMD_NEW_CORRESPONDENT, "correspondent.add"},
    {CMD_NEW_SUBSTITUTE, "substitution.add"},
    {CMD_NEW_INCIDENT, "incident.log"},
    {CMD_SHIFT_NOTE, "shift.note"},
    {CMD_NEW_OUTAGE, "outage.open"},
    {CMD_REASSIGN_ALL, "assignment.reassign_all"},
};

struct screen *screens_first(void) { return worklist_screen(); }

bool screens_is_read_ahead(const char *record) { return strcmp(record, "appeal") == 0 || strcmp(record, "assignment") == 0; }

void screens_open_card(const char *record, int64_t id, enum command then)
{
    if (record && strcmp(record, "shift_entry") == 0) { /* it has no card: what came of it is asked */
        shift_entry_open(id);
        return;
    }
    for (int i = 0; record && i < KINDS; i++)
        if (strcmp(kinds[i].record, record) == 0 && kinds[i].card)
            app_push(kinds[i].card(id, then));
}

void screens_open_list(const char *record, const char *query)
{
    for (int i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i].record, record) == 0) {
            app_pop_to_root();
            app_push(kinds[i].list(query));
        }
    }
}

bool screens_command(enum command cmd)
{
    for (int i = 0; i < KINDS; i++) {
        if (kinds[i].go == cmd) {
            screens_open_list(kinds[i].record, NULL);
            return true;
        }
    }
    switch (cmd) {
    case CMD_GO_WORKLIST: app_pop_to_root(); return true;
    case CMD_GO_REPORTS: reports_open(); return true;
    case CMD_GO_NOTICES: notices_open(); return true;
    case CMD_GO_DRAFTS: drafts_open(); return true;
    case CMD_GO_SETTINGS: settings_open(); return true;
    case CMD_GO_HOUSE_LINE: house_line_open(); return true;
    case CMD_NEW_APPEAL: register_open(0, NULL); return true;
    case CMD_NEW_ASSIGNMENT: assign_open(NULL, 0); return true;
    case CMD_NEW_CORRESPONDENT: correspondents_new(); return true;
    case CMD_NEW_SUBSTITUTE: substitutes_new(); return true;
    case CMD_NEW_INCIDENT: call_open(); return true;
    case CMD_SHIFT_NOTE: shift_note_open(); return true;
    case CMD_NEW_OUTAGE: outages_new(NULL); return true;
    case CMD_REASSIGN_ALL: reassign_all_open(); return true;
    default: return false;
    }
}

const char *screens_why_not(enum command cmd)
{
    const char *method = NULL;
    for (int i = 0; i < KINDS; i++)
        if (kinds[i].go == cmd)
            method = kinds[i].list_method;
    if (cmd == CMD_GO_NOTICES)
        method = "notification.list";
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        if (makers[i].command == cmd)
            method = makers[i].method;
    return method && meta_is_known() && !meta_op(method) ? _("Your role may not do this") : NULL;
}

/* Operations on any kind of record name the kind beside the number. */
static void keeping_open(const char *method, const struct record_ref *refs, size_t count)
{
    static const struct form_hint hints[] = {{"record", FH_HIDE, NULL}, {"record_id", FH_HIDE, NULL}, {NULL, 0, NULL}};
    form_open(&(struct form_start){.method = method,
                                   .refs = refs,
                                   .ref_count = count,
                                   .target_param = "record_id",
                                   .hints = hints,
                                   .fixed = json_pack("{s:s}", "record", refs->record)});
}

bool screens_action(const struct record_ref *refs, size_t count, enum command cmd)
{
    switch (cmd) {
    case CMD_APPEAL_ASSIGN:
    case CMD_ASSIGNMENT_SUB: assign_open(refs, cmd == CMD_ASSIGNMENT_SUB ? 1 : count); return true;
    case CMD_APPEAL_ANSWER:
        /* The questions of an appeal are known on its card only. */
        if (count == 1 && !refs->whole && strcmp(app_top()->ops->name, "card") != 0)
            screens_open_card("appeal", refs->id, cmd);
        else if (count == 1)
            answer_open(refs);
        return count == 1;
    case CMD_ASSIGNMENT_CANCEL:
    case CMD_ASSIGNMENT_PART_DECIDE:
    case CMD_ASSIGNMENT_EXTEND_DECIDE:
        /* What it is about - parts, who has handed in, the asked date - is known on the card only. */
        if (count == 1 && !refs->whole && strcmp(app_top()->ops->name, "card") != 0)
            screens_open_card("assignment", refs->id, cmd);
        else if (cmd == CMD_ASSIGNMENT_CANCEL)
            cancel_open(refs, count);
        else if (cmd == CMD_ASSIGNMENT_PART_DECIDE)
            part_decide_open(refs, count);
        else
            extend_decide_open(refs, count);
        return true;
    case CMD_INCIDENT_DISPATCH: incident_dispatch_open(refs, count); return true;
    case CMD_INCIDENT_NEW_OUTAGE:
        /* What the outage takes over stands on the card. */
        if (!refs->whole && strcmp(app_top()->ops->name, "card") != 0)
            screens_open_card("incident", refs->id, cmd);
        else
            outages_new(refs);
        return true;
    case CMD_SHIFT_OFFER: shift_hand_over_open(refs); return true;
    case CMD_SHIFT_ACCEPT:
        /* What is signed for stands on the card. */
        if (!refs->whole && strcmp(app_top()->ops->name, "card") != 0)
            screens_open_card("shift", refs->id, cmd);
        else
            shift_accept_open(refs);
        return true;
    case CMD_USER_DISABLE: users_disable(refs); return true;
    case CMD_USER_ENABLE: users_enable(refs); return true;
    case CMD_APPEAL_PRINT: reports_print("report.appeal_card", refs); return true;
    case CMD_APPEAL_LETTER: reports_print("report.answer_letter", refs); return true;
    case CMD_ASSIGNMENT_PRINT: reports_print("report.control_slip", refs); return true;
    case CMD_OUTAGE_ADD_HOUSES:
    case CMD_OUTAGE_RESTORE_HOUSES: outage_houses_open(command_info(cmd)->name, refs); return true;
    case CMD_OUTAGE_NOTICE: explain_text_open(_("Text for residents"), "outage.notice", refs->id); return true;
    case CMD_CORRESPONDENT_APPEAL: register_open(refs->id, refs->number); return true;
    case CMD_CORRESPONDENT_MERGE: correspondents_merge(refs, count); return true;
    case CMD_CORRESPONDENT_PART: correspondents_part(refs); return true;
    case CMD_APPEAL_HOLD: keeping_open("hold.set", refs, count); return true;
    case CMD_APPEAL_KEEPING: keeping_open("retention.decide", refs, count); return true;
    default: return false;
    }
}

/* The list that stands directly below the card. */
static struct screen *list_below(const struct screen *card)
{
    return card->below && strcmp(card->below->ops->name, "list") == 0 ? card->below : NULL;
}

bool screens_has_neighbours(struct screen *card) { return list_below(card) != NULL; }

void screens_neighbour(struct screen *card, int step)
{
    struct screen *list = list_below(card);
    if (!list || !records_step(list, step)) {
        app_status(STATUS_WARN, "%s", step > 0 ? _("This is the last one of the list") : _("This is the first one of the list"));
        return;
    }
    app_pop_now(card);
    app_command(CMD_OPEN);
}
