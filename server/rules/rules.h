/* What the operations decide by, as one immutable whole: a request keeps the one it began with while a reload puts another in place. */
#pragma once
#include "server/rules/classifiers.h"
#include "server/rules/deadlines.h"
#include "server/rules/retention.h"
#include "server/rules/letters.h"
#include "server/rules/notices.h"
#include "server/rules/workflow.h"

/* How much may be kept (configuration). */
struct file_limits {
    int64_t file_bytes;   /* of one file */
    int64_t folder_bytes; /* of all in one folder of a user */
    int64_t folder_files;
    int64_t record_bytes; /* of all that hangs on one record */
};

struct pg;

struct rules {
    struct file_limits files;
    struct workflow *workflow;
    struct deadlines *deadlines;
    struct work_calendar *calendar;
    struct classifiers *classifiers;
    struct retention *retention;
    struct notice_rules *notices;
    struct letters *letters;
    bool mail_on; /* a mail server is configured */
    char municipality[256];
    char zone[64];
    char sstu_department[64];
};

/* The calendar and the classifiers as the database has them now; NULL: err says why. The caller frees. */
struct work_calendar *rules_read_calendar(struct pg *db, struct err *err);
struct classifiers *rules_read_classifiers(struct pg *db, struct err *err);
/* The term of an appeal's kind: the one that the classifier names in `due_rule`, as it held on that day, else a citizen's appeal's; never
 * NULL. */
const struct due_rule *rules_of_appeal(const struct deadlines *deadlines, const struct classifiers *classifiers, const char *kind,
                                       day_t on);
