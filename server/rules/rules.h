/* What the operations decide by, as one immutable whole: a request keeps the one it began with while a reload puts another in place. */
#pragma once
#include "server/rules/classifiers.h"
#include "server/rules/due.h"
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

struct rules {
    struct file_limits files;
    struct workflow *workflow;
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
