/* The row of the arrival goes and the event comes, in one unit of work. */
#include "application/commands/events/announce_studies/command.h"

#include "application/events/study_received.h"

enum { QUIET_SECONDS_MAX = 24 * 60 * 60 };

SCHEMA(announce_studies, FIELD(announce_studies, quiet_seconds, .max = QUIET_SECONDS_MAX));
SCHEMA(announce_studies_result, FIELD(announce_studies_result, study_count),
       FIELD(announce_studies_result, has_more));

/* One that went meanwhile is told of to nobody. */
static err announce(struct command_ctx *ctx, const struct study_arrival *arrival)
{
    struct study study;
    const struct access access = {.organization_key = arrival->organization_key};
    err e = image_reader_get_study(ctx->readers->images, ctx->arena, &access, arrival->study_id,
                                   &study);
    if (failed(e))
        return e.code == ERR_NOT_FOUND ? OK : e;
    const struct study_received event = {.study_id = study.id,
                                         .instance_count = arrival->instance_count,
                                         .is_more = study.instance_count > arrival->instance_count};
    return mediator_publish(ctx->uow->outbox, ctx->arena, &study_received_event,
                            arrival->organization_key, study.id, &event);
}

static err announce_studies_handle(struct command_ctx *ctx, const struct announce_studies *cmd,
                                   struct announce_studies_result *out)
{
    struct study_arrival_slice quiet;
    TRY(event_writer_take_arrivals(ctx->uow->events, ctx->arena,
                                   instant_add(clock_now(ctx->clock), -SECONDS(cmd->quiet_seconds)),
                                   ANNOUNCED_STUDY_COUNT_MAX, &quiet));
    for (size_t i = 0; i < quiet.len; i++)
        TRY(announce(ctx, &quiet.at[i]));
    out->study_count = (int64_t)quiet.len;
    out->has_more = quiet.len == ANNOUNCED_STUDY_COUNT_MAX;
    return OK;
}
COMMAND(announce_studies, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Tell of the studies that have come in");
