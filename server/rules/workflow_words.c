#include "server/rules/workflow_words.h"
#include "server/ops/op.h"
#include "server/rules/workflow.h"
#include <stdio.h>
#include <string.h>

const char *const workflow_records_known[] = {"appeal", "assignment", "extension_request", "incident",      "outage", "shift", "project",
                                              "stage",  "product",    "work_package",      "project_issue", "risk",   NULL};

const char *const workflow_guards[] = {"no_open_assignments",        "within_forward_term_else_reason",
                                       "total_extension_le_30_days", "children_closed_or_reason",
                                       "one_open_request",           "one_open_request_before_due",
                                       "one_open_request_day_before", "is_controlled",
                                       "own_part_open",              "part_reported",
                                       NULL};

const char *const workflow_clocks[] = {"start_at_registration", "stop", "move_due", "resume_same_due", "stamp_reported_at",
                                       "unstamp_reported_at",   NULL};

const char *const workflow_cascades[] = {"ask", NULL};

const char *const workflow_fields[] = {"comment", "reason", "text", "title", "subject", "address", "topic", "nature", "questions",
                                       /* the answer */
                                       "answer_type", "answer_date", "answer_number", "answer_channel", "answer_text", "answer_file",
                                       "answer_text_or_file", "measures", "follow_up", "decline_ground", "withdrawal_file", "file",
                                       /* forwarding and extending */
                                       "forward_to", "forward_date", "cover_number", "cover_date", "notice_sent", "notice_date", "new_due",
                                       /* people and terms */
                                       "responsible", "co_executors", "controller", "watchers", "considering", "unit", "urgency", "due",
                                       "verdict", "quality", "co_executor", "decision",
                                       /* outages */
                                       "houses", "time", "promised", "ended", "kind",
                                       /* incidents and shifts */
                                       "service", "service_answer", "until", "contact", "caller_confirmed", "incident", "outage",
                                       "handover_note", "acknowledge_open_items", NULL};

/* Roles on one record. Those with 0 belong to records without operations yet: known words that give nobody anything. */
static const struct {
    const char *word;
    uint32_t relation;
} record_roles[] = {
    {"author", REL_AUTHOR},
    {"on_behalf_of", REL_AUTHOR},
    {"controller", REL_CONTROLLER},
    {"controller_if_allowed", REL_CONTROLLER_DECIDES},
    {"responsible", REL_RESPONSIBLE},
    {"co_executor", REL_CO_EXECUTOR},
    {"watcher", REL_WATCHER},
    {"chief_of_responsible", REL_CHIEF},
    {"considering", REL_CONSIDERING},
    {"clock", 0},
    {"project_board", 0},
    {"team_manager", 0},
    {"senior_user", 0},
    {"quality_reviewer", 0},
    {"change_authority", 0},
    {"manager_within_tolerance", 0},
    {"executive", 0},
    {"dispatcher_next", REL_DISPATCHER_NEXT},
};

bool workflow_record_is_served(const char *record)
{
    static const char *const served[] = {"appeal", "assignment", "extension_request", "outage", "incident", "shift", NULL};
    return workflow_word_is_in(served, record);
}

bool workflow_word_by(const char *word, uint32_t *roles, uint32_t *relations)
{
    /* Record roles first: "controller" of a record is the person named on its card, not everybody who holds the role. */
    for (size_t i = 0; i < sizeof record_roles / sizeof *record_roles; i++) {
        if (strcmp(record_roles[i].word, word) == 0) {
            *relations |= record_roles[i].relation;
            return true;
        }
    }
    uint32_t bit = role_bit(word);
    *roles |= bit;
    return bit != 0;
}

bool workflow_word_is_in(const char *const *words, const char *word)
{
    for (; *words; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

const char *workflow_words_join(const char *const *words, char out[], unsigned size)
{
    unsigned used = 0;
    out[0] = '\0';
    for (const char *sep = ""; *words; words++, sep = ", ") {
        if (used + strlen(sep) + strlen(*words) + sizeof ", ..." > size) {
            snprintf(out + used, size - used, ", ...");
            break;
        }
        used += (unsigned)snprintf(out + used, size - used, "%s%s", sep, *words);
    }
    return out;
}
