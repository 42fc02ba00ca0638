/* Lists with an end. */
#include "application/models/task_report_body.h"

#include "base/arena.h"

SCHEMA(task_change, FIELD(task_change, attribute, .doc = "Tag", .example = "00100010"),
       FIELD(task_change, keyword, .doc = "Its keyword"),
       FIELD(task_change, action, .doc = "remove, empty, dummy, new UID, shift, clean, pseudonym"),
       FIELD(task_change, count, .doc = "How often"));
SCHEMA(task_item, FIELD(task_item, id, .doc = "Instance, or a study that cannot be read"),
       FIELD(task_item, state, .doc = "done, failed"), FIELD(task_item, reason, .doc = "Why"),
       FIELD(task_item, attempt_count, .doc = "Times it was sent"),
       FIELD(task_item, status, .doc = "HTTP status of the last answer; 0: there was none"),
       FIELD(task_item, path, .doc = "Of a file that was to be imported"),
       FIELD(task_item, code, .doc = "Of the error, as in a problem"));
SCHEMA(task_report_body,
       FIELD(task_report_body, position, .doc = "Instances that need not be looked at again"),
       FIELD(task_report_body, done_count, .doc = "Instances that are done"),
       FIELD(task_report_body, failed_count, .doc = "Instances that are not, and will not be"),
       FIELD(task_report_body, remaining_count, .doc = "Instances that were not tried"),
       FIELD(task_report_body, stored_count, .doc = "Files of an import that were stored"),
       FIELD(task_report_body, there_count, .doc = "Files of an import that were stored before"),
       FIELD(task_report_body, skipped_count,
             .doc = "Files of an import that are no DICOM objects, and links"),
       FIELD(task_report_body, place, .doc = "The file of an import that was looked at last"),
       FIELD(task_report_body, entry,
             .doc = "Entries that are done of the archive at that place; 0: all"),
       FIELD_LIST_OF(task_report_body, changes, task_change,
                     .doc = "What was done to which attribute"),
       FIELD_LIST_OF(task_report_body, items, task_item,
                     .doc = "Instances one by one: all that failed, and the first that did not"));

void task_report_add(struct arena *a, struct task_report_body *body, struct task_item item)
{
    bool is_done = str_eq(item.state, STR("done"));
    size_t room = is_done ? TASK_REPORT_DONE_COUNT_MAX : TASK_REPORT_ITEM_COUNT_MAX;
    body->done_count += is_done;
    body->failed_count += !is_done;
    if (body->items.len >= room)
        return;
    item.state = is_done ? STR("done") : STR("failed");
    item.reason = item.reason.ptr != NULL ? str_copy(a, item.reason) : STR_NONE;
    *SLICE_PUSH(a, &body->items) = item;
}

void task_report_count(struct arena *a, struct task_report_body *body, str attribute, str keyword,
                       str action, int64_t count)
{
    for (size_t i = 0; i < body->changes.len; i++) {
        struct task_change *c = &body->changes.at[i];
        if (str_eq(c->attribute, attribute) && str_eq(c->action, action)) {
            c->count += count;
            return;
        }
    }
    if (body->changes.len < TASK_REPORT_CHANGE_COUNT_MAX)
        *SLICE_PUSH(a, &body->changes) = (struct task_change){
            str_copy(a, attribute), keyword.ptr != NULL ? str_copy(a, keyword) : STR_NONE,
            str_copy(a, action), count};
}
