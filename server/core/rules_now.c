/* The rules in force: replaced as a whole, freed when the last request that began with them is done. */
#include "common/log.h"
#include "db/pg.h"
#include "server/config.h"
#include "server/core/internal.h"
#include <stdlib.h>
#include <string.h>

struct rules_box {
    atomic_int readers; /* one of them is the core itself while the box is the current one */
    struct rules rules;
};

static void box_unref(struct rules_box *box)
{
    if (atomic_fetch_sub(&box->readers, 1) > 1)
        return;
    workflow_free(&box->rules.workflow);
    deadlines_free(&box->rules.deadlines);
    work_calendar_free(&box->rules.calendar);
    classifiers_free(&box->rules.classifiers);
    retention_free(&box->rules.retention);
    notices_free(&box->rules.notices);
    letters_free(&box->rules.letters);
    free(box);
}

struct rules_box *rules_take(struct core *core)
{
    pthread_mutex_lock(&core->rules_lock);
    struct rules_box *box = core->rules;
    if (box)
        atomic_fetch_add(&box->readers, 1);
    pthread_mutex_unlock(&core->rules_lock);
    return box;
}

const struct rules *rules_of(const struct rules_box *box)
{
    return box ? &box->rules : NULL;
}

void rules_drop(struct rules_box **box)
{
    if (*box)
        box_unref(*box);
    *box = NULL;
}

bool rules_reload(struct core *core, struct pg *db, struct err *err)
{
    /* On SIGHUP the supervisor has checked the file before it passed the signal on; a fault here keeps the old rules. */
    struct config *config = config_load(core->start->config_path, err);
    if (!config)
        return false;
    struct rules_box *box = calloc(1, sizeof *box);
    if (!box)
        abort();
    atomic_init(&box->readers, 1);
    snprintf(box->rules.municipality, sizeof box->rules.municipality, "%s", config->name);
    snprintf(box->rules.sstu_department, sizeof box->rules.sstu_department, "%s", config->sstu_department);
    /* Clock and connections keep the zone they began with. */
    snprintf(box->rules.zone, sizeof box->rules.zone, "%s", core->start->config->zone);
    enum { MIB = 1024 * 1024 };
    box->rules.files = (struct file_limits){.file_bytes = config->file_max_mib * MIB, .folder_bytes = config->inbox_max_mib * MIB,
                                            .folder_files = config->inbox_max_files, .record_bytes = config->record_max_mib * MIB};
    atomic_store(&core->passwords, config->passwords);
    box->rules.workflow = workflow_load(config->workflow[0] ? config->workflow : "workflow.yaml (shipped)",
                                        config->workflow[0] ? NULL : workflow_default_yaml, err);
    /* Each only while those before it are good: err tells of the first fault. */
    if (box->rules.workflow)
        box->rules.deadlines = deadlines_load(config->deadlines[0] ? config->deadlines : "deadlines.yaml (shipped)",
                                              config->deadlines[0] ? NULL : deadlines_default_yaml, err);
    if (box->rules.deadlines)
        box->rules.notices = notices_load(config->notices[0] ? config->notices : "notices.yaml (shipped)", config->notices[0] ? NULL : notices_default_yaml, err);
    if (box->rules.notices)
        box->rules.letters = letters_load(config->mail_templates, err);
    if (box->rules.letters)
        box->rules.retention = retention_load(config->retention[0] ? config->retention : "retention.yaml (shipped)",
                                              config->retention[0] ? NULL : retention_default_yaml, err);
    if (box->rules.retention && *retention_missing(box->rules.retention))
        log_warn("%s: no rule for %s: these records are kept and never deleted; add {record: NAME, years: N} for each", config->retention,
                 retention_missing(box->rules.retention));
    box->rules.mail_on = config->smtp_url[0] != '\0';
    config_free(&config);
    if (!box->rules.retention || !(box->rules.calendar = rules_read_calendar(db, err)) ||
        !(box->rules.classifiers = rules_read_classifiers(db, err))) {
        box_unref(box);
        return false;
    }
    pthread_mutex_lock(&core->rules_lock);
    struct rules_box *old = core->rules;
    core->rules = box;
    pthread_cond_broadcast(&core->rules_loaded);
    pthread_mutex_unlock(&core->rules_lock);
    if (old)
        box_unref(old);
    log_info("rules loaded");
    return true;
}
