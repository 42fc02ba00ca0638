/* The tables. A subscriber that is new begins with what happens from then on. */
#include "application/events/subscriptions.h"

#include "application/commands/events/note_arrival/command.h"
#include "application/commands/notifications/notify/command.h"
#include "application/commands/reports/store_report_documents/command.h"
#include "application/commands/webhooks/queue_webhooks/command.h"
#include "application/events/account_changed.h"
#include "application/events/glass_broken.h"
#include "application/events/instance_stored.h"
#include "application/events/legal_hold_changed.h"
#include "application/events/mail_queued.h"
#include "application/events/new_device_signed_in.h"
#include "application/events/notifications_made.h"
#include "application/events/report_acknowledged.h"
#include "application/events/report_amended.h"
#include "application/events/report_critical.h"
#include "application/events/report_escalated.h"
#include "application/events/report_lock_taken.h"
#include "application/events/report_retracted.h"
#include "application/events/report_signed.h"
#include "application/events/report_submitted.h"
#include "application/events/share_opened.h"
#include "application/events/storage_full.h"
#include "application/events/storage_low.h"
#include "application/events/storage_ok.h"
#include "application/events/storage_quota_reached.h"
#include "application/events/study_received.h"
#include "application/events/study_sent_in.h"
#include "application/events/task_failed.h"
#include "application/events/task_queued.h"
#include "application/events/task_succeeded.h"
#include "application/events/webhook_deactivated.h"
#include "application/events/work_item_changed.h"

#include <string.h>

const struct event_type *const event_types[] = {
    &account_changed_event,    &glass_broken_event,          &instance_stored_event,
    &legal_hold_changed_event, &mail_queued_event,           &new_device_signed_in_event,
    &notifications_made_event, &report_acknowledged_event,   &report_amended_event,
    &report_critical_event,    &report_escalated_event,      &report_lock_taken_event,
    &report_retracted_event,   &report_signed_event,         &report_submitted_event,
    &share_opened_event,       &storage_full_event,          &storage_low_event,
    &storage_ok_event,         &storage_quota_reached_event, &study_received_event,
    &study_sent_in_event,      &task_failed_event,           &task_queued_event,
    &task_succeeded_event,     &webhook_deactivated_event,   &work_item_changed_event,
};
const size_t event_type_count = COUNT_OF(event_types);

const struct subscription subscriptions[] = {
    {"arrivals", &instance_stored_event, &note_arrival_use_case},
    {"report_documents", &report_signed_event, &store_report_documents_use_case},
    /* who is told is in notification_rules.c */
    {"notifications", &account_changed_event, &notify_use_case},
    {"notifications", &glass_broken_event, &notify_use_case},
    {"notifications", &new_device_signed_in_event, &notify_use_case},
    {"notifications", &report_acknowledged_event, &notify_use_case},
    {"notifications", &report_critical_event, &notify_use_case},
    {"notifications", &report_escalated_event, &notify_use_case},
    {"notifications", &report_lock_taken_event, &notify_use_case},
    {"notifications", &share_opened_event, &notify_use_case},
    {"notifications", &storage_full_event, &notify_use_case},
    {"notifications", &storage_low_event, &notify_use_case},
    {"notifications", &storage_ok_event, &notify_use_case},
    {"notifications", &storage_quota_reached_event, &notify_use_case},
    {"notifications", &study_received_event, &notify_use_case},
    {"notifications", &study_sent_in_event, &notify_use_case},
    {"notifications", &task_failed_event, &notify_use_case},
    {"notifications", &task_succeeded_event, &notify_use_case},
    {"notifications", &webhook_deactivated_event, &notify_use_case},
    /* under which names is in webhook_events.c */
    {"webhooks", &report_acknowledged_event, &queue_webhooks_use_case},
    {"webhooks", &report_amended_event, &queue_webhooks_use_case},
    {"webhooks", &report_critical_event, &queue_webhooks_use_case},
    {"webhooks", &report_escalated_event, &queue_webhooks_use_case},
    {"webhooks", &report_retracted_event, &queue_webhooks_use_case},
    {"webhooks", &report_signed_event, &queue_webhooks_use_case},
    {"webhooks", &report_submitted_event, &queue_webhooks_use_case},
    {"webhooks", &share_opened_event, &queue_webhooks_use_case},
    {"webhooks", &storage_full_event, &queue_webhooks_use_case},
    {"webhooks", &storage_low_event, &queue_webhooks_use_case},
    {"webhooks", &storage_ok_event, &queue_webhooks_use_case},
    {"webhooks", &study_received_event, &queue_webhooks_use_case},
    {"webhooks", &study_sent_in_event, &queue_webhooks_use_case},
    {"webhooks", &task_failed_event, &queue_webhooks_use_case},
    {"webhooks", &task_succeeded_event, &queue_webhooks_use_case},
    {"webhooks", &work_item_changed_event, &queue_webhooks_use_case},
};
const size_t subscription_count = COUNT_OF(subscriptions);

static bool is_first_of_name(size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(subscriptions[i].subscriber, subscriptions[at].subscriber) == 0)
            return false;
    return true;
}

const char *subscriber_name(size_t number)
{
    for (size_t i = 0; i < subscription_count; i++)
        if (is_first_of_name(i) && number-- == 0)
            return subscriptions[i].subscriber;
    return NULL;
}

const struct use_case *subscribed(const char *subscriber, str event_type)
{
    for (size_t i = 0; i < subscription_count; i++)
        if (strcmp(subscriptions[i].subscriber, subscriber) == 0 &&
            str_eq(event_type, str_of(subscriptions[i].event->name)))
            return subscriptions[i].send;
    return NULL;
}
