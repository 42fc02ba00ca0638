/* The table. Stored instances are not in it: they come by the thousand, and studies tell of them.
 */
#include "application/events/webhook_events.h"

#include "application/events/report_acknowledged.h"
#include "application/events/report_amended.h"
#include "application/events/report_critical.h"
#include "application/events/report_escalated.h"
#include "application/events/report_retracted.h"
#include "application/events/report_signed.h"
#include "application/events/report_submitted.h"
#include "application/events/share_opened.h"
#include "application/events/storage_full.h"
#include "application/events/storage_low.h"
#include "application/events/storage_ok.h"
#include "application/events/study_received.h"
#include "application/events/study_sent_in.h"
#include "application/events/task_failed.h"
#include "application/events/task_succeeded.h"
#include "application/events/work_item_changed.h"

const struct webhook_event webhook_events[] = {
    {&study_received_event, "study.received",
     "A study came in, and nothing more of it for a while; again when more comes", "study_id",
     "/public/v1/studies/"},
    {&study_sent_in_event, "inbox.received", "A study begins to come in by an inbox", "study_id",
     "/public/v1/studies/"},
    {&share_opened_event, "share.opened", "Somebody opened a share", "share_id", "/api/v1/shares/"},
    {&task_succeeded_event, "task.succeeded", "A task is done", "task_id", "/api/v1/tasks/"},
    {&task_failed_event, "task.failed", "A task has failed for good", "task_id", "/api/v1/tasks/"},
    {&report_submitted_event, "report.submitted", "A report waits to be signed", "report_id",
     "/api/v1/reports/"},
    {&report_signed_event, "report.signed", "A report was signed", "report_id", "/api/v1/reports/"},
    {&report_amended_event, "report.amended", "A signed report was changed, and signed anew",
     "report_id", "/api/v1/reports/"},
    {&report_retracted_event, "report.retracted", "A signed report was taken back", "report_id",
     "/api/v1/reports/"},
    {&report_critical_event, "report.critical", "A report has a critical result", "report_id",
     "/api/v1/reports/"},
    {&report_escalated_event, "report.escalated", "Nobody acknowledged a critical result in time",
     "report_id", "/api/v1/reports/"},
    {&report_acknowledged_event, "report.acknowledged", "A critical result was acknowledged",
     "report_id", "/api/v1/reports/"},
    {&storage_low_event, "storage.low", "There is little room for new images left", NULL, NULL},
    {&storage_full_event, "storage.full", "There is no room for new images any more", NULL, NULL},
    {&storage_ok_event, "storage.ok", "There is room for new images again", NULL, NULL},
    {&work_item_changed_event, "work_item.changed",
     "A work item was made, changed, or moved to another state", "work_item_id", NULL},
};
const size_t webhook_event_count = COUNT_OF(webhook_events);

const struct webhook_event *webhook_event_of(str event_type)
{
    for (size_t i = 0; i < webhook_event_count; i++)
        if (str_eq(event_type, str_of(webhook_events[i].event->name)))
            return &webhook_events[i];
    return NULL;
}

const char *webhook_event_complaint(str name)
{
    for (size_t i = 0; i < webhook_event_count; i++)
        if (str_eq(name, str_of(webhook_events[i].name)))
            return NULL;
    return str_eq(name, STR("*")) ? NULL : "names an event that there is not: see /webhooks/events";
}
