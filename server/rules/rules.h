/* What the operations decide by, as one immutable whole: a request keeps the one it began with while a reload puts another in place. */
#pragma once
#include "server/rules/classifiers.h"
#include "server/rules/due.h"
#include "server/rules/retention.h"
#include "server/rules/letters.h"
#include "server/rules/notices.h"
#include "server/rules/workflow.h"

struct rules {
    struct workflow *workflow;
    struct work_calendar *calendar;
    struct classifiers *classifiers;
    struct retention *retention;
    struct notice_rules *notices;
    struct letters *letters;
    bool mail_on; /* a mail server is configured */
    char municipality[256];
    char zone[64];
};
