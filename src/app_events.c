/* Three jobs; a commit that wrote events wakes the first. */
#include "app_events.h"

#include "application/commands/events/announce_studies/command.h"
#include "application/commands/events/purge_events/command.h"
#include "application/commands/webhooks/rearm_webhooks/command.h"
#include "application/events/subscriptions.h"
#include "base/arena.h"
#include "infrastructure/leadership.h"

#define DELIVER_JOB "deliver_events"

static bool leads(void *owner)
{
    return leadership_leads(&((struct app *)owner)->leadership);
}

/* One subscriber after the other, each while there is something for it. */
static err deliver_events_job(void *owner)
{
    struct app *app = owner;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct principal principal = principal_system(app->organization_key);
    err first = OK;
    for (size_t i = 0; i < EVENT_SUBSCRIBER_COUNT_MAX && subscriber_name(i) != NULL; i++) {
        bool goes_on = true;
        while (goes_on && leads(app)) {
            struct scope scope = app_scope(app, &scratch, &principal);
            err e = event_dispatcher_step(&app->event_dispatcher, &scope, i, &goes_on);
            first = failed(first) ? first : e;
            arena_reset(&scratch);
        }
    }
    return first;
}

static err announce_studies_job(void *owner)
{
    struct app *app = owner;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct principal principal = principal_system(app->organization_key);
    const struct announce_studies cmd = {.quiet_seconds = app->settings.study_quiet_seconds.value};
    struct announce_studies_result result = {.has_more = true};
    while (result.has_more) {
        struct scope scope = app_scope(app, &scratch, &principal);
        TRY(announce_studies_send(&scope, &cmd, &result));
        arena_reset(&scratch);
    }
    return OK;
}

static err purge_events_job(void *owner)
{
    struct app *app = owner;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct principal principal = principal_system(app->organization_key);
    struct purge_events_result result = {.event_count = PURGED_EVENT_COUNT_MAX};
    while (result.event_count == PURGED_EVENT_COUNT_MAX) {
        struct scope scope = app_scope(app, &scratch, &principal);
        TRY(purge_events_send(&scope, &(struct purge_events){0}, &result));
        arena_reset(&scratch);
    }
    return OK;
}

static err rearm_webhooks_job(void *owner)
{
    struct app *app = owner;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct principal principal = principal_system(app->organization_key);
    struct scope scope = app_scope(app, &scratch, &principal);
    struct rearm_webhooks_result result;
    return rearm_webhooks_send(&scope, &(struct rearm_webhooks){0}, &result);
}

static const struct scheduled_job jobs[] = {
    {DELIVER_JOB, 5, deliver_events_job, .is_shared = true},
    {"announce_studies", 1, announce_studies_job, .is_shared = true},
    {"purge_events", 30, purge_events_job, .is_shared = true},
    {"rearm_webhooks", 60, rearm_webhooks_job, .is_shared = true},
};

static void wake(struct message_listener *l, str payload)
{
    (void)payload;
    scheduler_wake(&container_of(l, struct app, outbox_listener)->event_scheduler, DELIVER_JOB);
}

err app_events_open(struct app *app)
{
    TRY(scheduler_open(&app->event_scheduler, jobs, COUNT_OF(jobs), leads, app));
    app->outbox_listener.heard = wake;
    return message_bus_subscribe(app->services.bus, OUTBOX_CHANNEL, &app->outbox_listener);
}

void app_events_close(struct app *app)
{
    message_bus_unsubscribe(app->services.bus, &app->outbox_listener);
    scheduler_close(&app->event_scheduler);
}
