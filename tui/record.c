#include "tui/record.h"
#include "tui/i18n.h"
#include "tui/meta.h"
#include "tui/screens.h"
#include "tui/screens/form.h"
#include "tui/text.h"
#include "tui/words.h"
#include <stdio.h>
#include <string.h>

/* Where the name of an action in the workflow, of the operation and of the command differ. `always`: no transition of the workflow;
 * possible whenever the operation is this person's, and the record is not closed. */
static const struct alias {
    const char *command;   /* of commands.def */
    const char *actions;   /* names the server may list, "" for the last part of the command */
    const char *operation; /* NULL: as the command */
    enum { WHEN_LISTED, WHILE_OPEN, ALWAYS } when;
} aliases[] = {
    {"appeal.assign", "assign", "assignment.create", WHILE_OPEN},
    {"appeal.comment", "comment", NULL, ALWAYS},
    {"appeal.link", "link", NULL, ALWAYS},
    {"assignment.comment", "comment", NULL, ALWAYS},
    {"assignment.recall", "recall recall_report", NULL, WHEN_LISTED},
    {"assignment.extend_request", "extend_request ask", NULL, WHEN_LISTED},
    {"assignment.extend_decide", "extend_decide grant refuse", NULL, WHEN_LISTED},
    {"assignment.sub", "sub", "assignment.create", WHEN_LISTED},
    {"incident.new_outage", "to_outage", "outage.open", WHEN_LISTED},
    {"incident.comment", "comment", NULL, ALWAYS},
    {"shift.offer", "offer", "shift.hand_over", WHEN_LISTED},
    {"outage.comment", "comment", NULL, ALWAYS},
    {"outage.notice", "notice", NULL, ALWAYS},
    {"substitution.end", "end", NULL, ALWAYS},
    {"user.enable", "enable", "user.disable", WHEN_LISTED},
    {"appeal.print", "print", "report.appeal_card", ALWAYS},
    {"appeal.letter", "letter", "report.answer_letter", ALWAYS},
    {"assignment.print", "print", "report.control_slip", ALWAYS},
    {"appeal.hold", "hold", "hold.set", ALWAYS},
    {"appeal.keeping", "keeping", "retention.decide", ALWAYS},
    {"correspondent.appeal", "appeal", "appeal.register", ALWAYS},
    {"correspondent.consent", "consent", "consent.give", ALWAYS},
    {"correspondent.consent_back", "consent_back", "consent.withdraw", ALWAYS},
    {"correspondent.merge", "merge", NULL, ALWAYS},
    {"correspondent.part", "part", NULL, ALWAYS},
};

static const struct alias *alias_of(enum command cmd)
{
    const char *name = command_info(cmd)->name;
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(aliases[i].command, name) == 0)
            return &aliases[i];
    return NULL;
}

static const char *operation_of(enum command cmd)
{
    const struct alias *a = alias_of(cmd);
    return a && a->operation ? a->operation : command_info(cmd)->name;
}

bool command_is_global(enum command cmd) { return cmd >= CMD_HELP && cmd <= CMD_NEW_CORRESPONDENT; }

bool command_is_action(enum command cmd, const char *record)
{
    size_t n = strlen(record);
    const char *name = command_info(cmd)->name;
    return cmd >= CMD_APPEAL_ASSIGN && strncmp(name, record, n) == 0 && name[n] == '.';
}

static bool has_word(const char *words, const char *word, size_t len)
{
    for (const char *p = words; *p;) {
        p += strspn(p, " ");
        size_t n = strcspn(p, " ");
        if (n == len && memcmp(p, word, len) == 0)
            return true;
        p += n;
    }
    return false;
}

static bool is_listed(const char *actions, enum command cmd)
{
    const struct alias *a = alias_of(cmd);
    const char *names = a ? a->actions : strchr(command_info(cmd)->name, '.') + 1;
    for (const char *p = names; *p;) {
        size_t n = strcspn(p, " ");
        if (has_word(actions, p, n))
            return true;
        p += n + strspn(p + n, " ");
    }
    return false;
}

enum command command_for_action(const char *record, const char *action)
{
    char listed[64];
    strf(listed, sizeof listed, " %s ", action);
    for (int i = CMD_APPEAL_ASSIGN; i < CMD_COUNT; i++)
        if (command_is_action((enum command)i, record) && is_listed(listed, (enum command)i))
            return (enum command)i;
    return CMD_NONE;
}

const char *record_why_not(const struct record_ref *r, enum command cmd)
{
    static char why[192];
    char states[40];
    if (!r || !r->id)
        return _("Choose a record first");
    if (!command_is_action(cmd, r->record))
        return _("This key does nothing here; F1 tells what is possible");
    if (meta_is_known() && !meta_op(operation_of(cmd)))
        return _("Your role may not do this");
    if (cmd == CMD_CORRESPONDENT_PART && json_array_size(json_object_get(r->whole, "merged")) == 0)
        return r->whole ? _("Nothing is merged into this card") : _("Open the card: merged ones are parted there");
    const struct alias *a = alias_of(cmd);
    strf(states, sizeof states, "state:%s", r->record);
    if (is_listed(r->actions, cmd) || (a && a->when == ALWAYS) || (a && a->when == WHILE_OPEN && !words_is_final(states, r->status)))
        return NULL;
    if (cmd == CMD_APPEAL_ANSWER && r->open_assignments > 0 && !words_is_final(states, r->status))
        strf(why, sizeof why, _("First the assignments must be done or cancelled: %s has open ones: %d"), r->number, r->open_assignments);
    else if (r->status[0])
        strf(why, sizeof why, _("Not possible now: %s is \"%s\""), r->number, words_label(states, r->status));
    else
        strf(why, sizeof why, "%s", _("Not possible now"));
    return why;
}

void record_run(const struct record_ref *refs, size_t count, enum command cmd)
{
    if (count == 0)
        return;
    if (!screens_action(refs, count, cmd))
        form_open_action(operation_of(cmd), refs, count);
}
