/* Found again by their names; what somebody changed of them stays. */
#include "application/commands/schedules/ship_schedules/command.h"

#include "application/services/schedule_service.h"

SCHEMA_EMPTY(ship_schedules);
SCHEMA(ship_schedules_result, FIELD(ship_schedules_result, added_count, .doc = "Added"));

/* Those of the installation belong to its first organization. */
static const struct {
    const char *name, *kind, *expression;
    enum missed_runs missed;
    bool is_of_installation, is_enabled;
} shipped[] = {
    {"check of the storage", "verify_storage", "0 3 * * sun", MISSED_RUN_ONCE, false, true},
    {"clean-up", "clean_up", "30 2 * * *", MISSED_RUN_ONCE, true, true},
    /* clocks differ by quarters of an hour at least */
    {"notifications by mail", "send_digests", "*/15 * * * *", MISSED_RUN_ONCE, false, true},
    {"retention", "retention", "0 1 * * *", MISSED_RUN_ONCE, false, true},
    {"new signing key", "rotate_signing_keys", "0 4 1 * *", MISSED_SKIP, true, false},
};

static bool has(const struct schedule_slice *there, const char *name)
{
    for (size_t i = 0; i < there->len; i++)
        if (str_eq(there->at[i].name, str_of(name)))
            return true;
    return false;
}

static err ship(struct command_ctx *ctx, int64_t organization_key, bool is_first,
                struct ship_schedules_result *out)
{
    struct schedule_slice there;
    TRY(schedule_reader_find(ctx->readers->schedules, ctx->arena, organization_key, &there));
    for (size_t i = 0; i < COUNT_OF(shipped); i++) {
        instant now = clock_now(ctx->clock);
        struct schedule schedule = {.id = uuid_make(ctx->clock),
                                    .organization_key = organization_key,
                                    .created_at = now,
                                    .updated_at = now,
                                    .name = str_of(shipped[i].name),
                                    .kind = str_of(shipped[i].kind),
                                    .expression = str_of(shipped[i].expression),
                                    .time_zone = STR("UTC"),
                                    .missed = shipped[i].missed,
                                    .is_enabled = shipped[i].is_enabled,
                                    .is_shipped = true};
        if ((shipped[i].is_of_installation && !is_first) || has(&there, shipped[i].name))
            continue;
        TRY(schedule_plan(ctx, &schedule));
        TRY(schedule_writer_add(ctx->uow->schedules, &schedule));
        out->added_count++;
    }
    return OK;
}

static err ship_schedules_handle(struct command_ctx *ctx, const struct ship_schedules *cmd,
                                 struct ship_schedules_result *out)
{
    struct organization_slice organizations;
    (void)cmd;
    TRY(organization_reader_all(ctx->readers->organizations, ctx->arena, &organizations));
    for (size_t i = 0; i < organizations.len; i++)
        TRY(ship(ctx, organizations.at[i].key, i == 0, out));
    return OK;
}
COMMAND(ship_schedules, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Add the schedules that come with the program");
