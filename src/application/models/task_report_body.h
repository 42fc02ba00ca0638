/* What a task that goes through instances has done so far: it goes on behind it when its worker was
 * killed, and tells it when it has ended. */
#ifndef APPLICATION_MODELS_TASK_REPORT_BODY_H
#define APPLICATION_MODELS_TASK_REPORT_BODY_H

#include "application/models/base_model.h"

enum {
    TASK_REPORT_DONE_COUNT_MAX = 5000, /* instances listed that are done; all are counted */
    TASK_REPORT_ITEM_COUNT_MAX = 10000,
    TASK_REPORT_CHANGE_COUNT_MAX = 5000
};

/* What was done to an attribute, wherever it stands. */
struct task_change {
    str attribute; /* "00100010" */
    str keyword;   /* absent: it has none */
    str action;
    int64_t count;
};
DECLARE_SCHEMA(task_change);
SLICE(task_change);

struct task_item {
    uuid id;   /* of the instance, or of a study that cannot be read */
    str state; /* "done", "failed" */
    str reason;
    int64_t attempt_count;
    int64_t status; /* of HTTP, of what was sent */
    str path, code; /* of a file: where it lies, and what kind of error */
};
DECLARE_SCHEMA(task_item);
SLICE(task_item);

struct task_report_body {
    int64_t position; /* instances that need not be looked at again */
    int64_t done_count, failed_count;
    int64_t remaining_count; /* that were not tried */
    /* of files that are imported, which are done or failed too, but for those that were skipped */
    int64_t stored_count, there_count, skipped_count;
    str place;     /* the file that was looked at last */
    int64_t entry; /* of an archive that is not done: as many entries of it are; 0: it is done */
    struct task_change_slice changes;
    struct task_item_slice items;
};
DECLARE_SCHEMA(task_report_body);

/* Counts the item, and lists it if there is room. Texts are copied. */
void task_report_add(struct arena *a, struct task_report_body *body, struct task_item item);
/* Adds up what was done to an attribute. Texts are copied. */
void task_report_count(struct arena *a, struct task_report_body *body, str attribute, str keyword,
                       str action, int64_t count);

#endif
