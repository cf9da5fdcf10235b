/* The parts of the table of operations, one per file; each ends with method NULL. */
#pragma once
#include "server/ops/op.h"
extern const struct op session_ops[], meta_ops[], worklist_ops[], appeal_ops[], assignment_ops[], correspondent_ops[], draft_ops[], event_ops[],
    classifier_ops[], workflow_ops[], calendar_ops[], periodic_ops[], audit_ops[], keeping_ops[], purge_ops[], user_ops[], unit_ops[], control_ops[],
    board_ops[], outage_ops[], outage_board_ops[], outage_breaks_ops[], substitution_ops[], file_ops[], notification_ops[], mail_ops[], report_ops[];
