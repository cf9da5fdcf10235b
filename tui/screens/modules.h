/* What each module of screens gives to the registry (screens.c), and the few pieces that cards of one kind show of another. */
#pragma once
#include "tui/record.h"
#include "tui/screens/card.h"
#include "tui/widgets/doc.h"

struct screen *worklist_screen(void);

struct screen *appeals_list(const char *query);
struct screen *appeals_card(int64_t id, enum command then);
/* Registering; `correspondent` (may be 0) is filled in with its name. */
void register_open(int64_t correspondent, const char *name);

/* The answer, with a result for each of several questions. */
void answer_open(const struct record_ref *ref);

struct screen *assignments_list(const char *query);
struct screen *assignments_card(int64_t id, enum command then);
/* A new one: without an appeal, on one, on several, or under another assignment. */
void assign_open(const struct record_ref *refs, size_t count);
/* The list of what a filter of assignment.list tells; `about` says it in words. Takes the filter over. */
struct screen *assignments_rows(json_t *filters, const char *about);
/* Forms that know more than their operation: what becomes of the parts, whose part it is, which date is asked for. */
void cancel_open(const struct record_ref *refs, size_t count);
void part_decide_open(const struct record_ref *refs, size_t count);
void extend_decide_open(const struct record_ref *refs, size_t count);
/* Many assignments of one person to another. */
void reassign_all_open(void);
/* The board of control. */
struct screen *board_screen(const char *query);
struct screen *substitutes_list(const char *query);
void substitutes_new(void);
/* Links to assignments for another card. */
void assignments_build(struct doc *d, const json_t *list);

struct screen *outages_list(const char *query);
struct screen *outages_card(int64_t id, enum command then);
/* `incident` (may be NULL): its card, from which the form is filled; saving joins the two. */
void outages_new(const struct record_ref *incident);
/* More houses are off, or some are back. */
void outage_houses_open(const char *method, const struct record_ref *ref);
struct screen *outage_board_screen(const char *query);
/* The wall screen, which takes no keys. */
struct screen *wall_screen(void);

struct screen *correspondents_list(const char *query);
struct screen *correspondents_card(int64_t id, enum command then);
void correspondents_new(void);
void correspondents_merge(const struct record_ref *refs, size_t count);
void correspondents_part(const struct record_ref *ref);

void reports_open(void);
/* Prints the paper of one card into the person's reports. */
void reports_print(const char *method, const struct record_ref *ref);
struct screen *files_list(const char *query);
struct screen *files_viewer(int64_t id, enum command then);
struct screen *classifiers_list(const char *query);
struct screen *classifiers_card(int64_t id, enum command then);

/* The duty desk: incidents, the form of a call, shifts. */
struct screen *incidents_list(const char *query);
struct screen *incidents_card(int64_t id, enum command then);
void incident_dispatch_open(const struct record_ref *refs, size_t count);
void call_open(void);
struct screen *shifts_list(const char *query);
struct screen *shifts_card(int64_t id, enum command then);
void shift_accept_open(const struct record_ref *ref);
void shift_hand_over_open(const struct record_ref *ref);
void shift_note_open(void);
/* What came of an entry that waits. */
void shift_entry_open(int64_t entry);
struct screen *users_list(const char *query);
struct screen *users_card(int64_t id, enum command then);
/* A person leaves: asks who gets the open work; and comes back. */
void users_disable(const struct record_ref *ref);
void users_enable(const struct record_ref *ref);
struct screen *mail_list(const char *query);
struct screen *periodics_list(const char *query);
struct screen *periodics_card(int64_t id, enum command then);
/* An assignment that repeats. */
void assign_open_periodic(void);

struct screen *audit_list(const char *query);

void settings_open(void);
void drafts_open(void);
/* What the person was told; and how they want to be told. */
void notices_open(void);
void notice_ways_open(void);

/* The register of addresses: streets (and the houses of each), houses, social objects; a line of houses tried out. */
struct screen *streets_list(const char *query);
struct screen *houses_list(const char *query);
struct screen *houses_card(int64_t id, enum command then);
/* What happened in a house, for its card. */
extern const struct card_list incidents_of_house, outages_of_house, appeals_of_house;
struct screen *social_objects_list(const char *query);
struct screen *social_objects_card(int64_t id, enum command then);
void house_line_open(void);
