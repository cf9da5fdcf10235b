/* The parts of the table of operations, one per file; each ends with method NULL. */
#pragma once
#include "server/ops/op.h"
extern const struct op session_ops[];
extern const struct op meta_ops[];
extern const struct op worklist_ops[];
extern const struct op appeal_ops[];
extern const struct op assignment_ops[];
extern const struct op correspondent_ops[];
extern const struct op draft_ops[];
extern const struct op event_ops[];
extern const struct op classifier_ops[];
extern const struct op workflow_ops[];
extern const struct op calendar_ops[];
extern const struct op periodic_ops[];
extern const struct op audit_ops[];
extern const struct op keeping_ops[];
extern const struct op purge_ops[];
extern const struct op user_ops[];
extern const struct op unit_ops[];
extern const struct op control_ops[];
extern const struct op board_ops[];
extern const struct op substitution_ops[];
extern const struct op file_ops[];
extern const struct op notification_ops[];
extern const struct op mail_ops[];
extern const struct op report_ops[];
extern const struct op export_ops[];
extern const struct op stats_ops[];
extern const struct op outage_ops[];
extern const struct op outage_board_ops[];
extern const struct op outage_breaks_ops[];
extern const struct op incident_ops[];
extern const struct op shift_ops[];
extern const struct op address_ops[];
extern const struct op company_ops[];
extern const struct op house_ops[];
extern const struct op social_object_ops[];
