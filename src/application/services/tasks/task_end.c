/* What waits is released in the same unit of work, and what waits for that. */
#include "application/services/tasks/task_end.h"

#include "application/events/task_failed.h"
#include "application/events/task_queued.h"
#include "application/events/task_succeeded.h"

enum { RELEASED_COUNT_MAX = 10000 };

err task_locate_held(struct command_ctx *ctx, int64_t key, int64_t fence, struct task *out)
{
    TRY(task_writer_locate(ctx->uow->tasks, ctx->arena, key, out));
    return out->state == TASK_RUNNING && out->fence == fence
               ? OK
               : ERR(PRECONDITION_FAILED, "somebody else has the task");
}

static err publish(struct command_ctx *ctx, const struct task *task)
{
    const struct task_succeeded succeeded = {task->id, task->kind, task->created_by,
                                             task->subject_id};
    const struct task_failed failed_one = {task->id, task->kind, task->created_by,
                                           task->subject_id};
    const struct task_kind *kind = task_kind_find(&ctx->services->task_kinds, task->kind);
    struct outbox *outbox = ctx->uow->outbox;
    int64_t organization = task->organization_key;
    if (kind != NULL && kind->is_delivery && task_has_ended(task))
        return OK;
    switch (task->state) {
    case TASK_SUCCEEDED:
        return mediator_publish(outbox, ctx->arena, &task_succeeded_event, organization, task->id,
                                &succeeded);
    case TASK_FAILED:
        return mediator_publish(outbox, ctx->arena, &task_failed_event, organization, task->id,
                                &failed_one);
    case TASK_QUEUED:
        return mediator_publish(outbox, ctx->arena, &task_queued_event, organization, task->id,
                                &(struct task_queued){task->id});
    default:
        return OK;
    }
}

/* Of a long chain that fails all are cancelled: a list, not a recursion. */
static err release(struct command_ctx *ctx, const struct task *ended)
{
    struct task_slice todo = {0};
    *SLICE_PUSH(ctx->arena, &todo) = *ended;
    for (size_t i = 0; i < todo.len && i < RELEASED_COUNT_MAX; i++) {
        struct task_slice waiting;
        bool succeeded = todo.at[i].state == TASK_SUCCEEDED;
        TRY(task_writer_find_waiting(ctx->uow->tasks, ctx->arena, todo.at[i].key, &waiting));
        for (size_t k = 0; k < waiting.len; k++) {
            task_release(&waiting.at[k], succeeded, clock_now(ctx->clock));
            TRY(task_writer_save(ctx->uow->tasks, &waiting.at[k]));
            TRY(publish(ctx, &waiting.at[k]));
            if (task_has_ended(&waiting.at[k]))
                *SLICE_PUSH(ctx->arena, &todo) = waiting.at[k];
        }
    }
    return OK;
}

err task_save_changed(struct command_ctx *ctx, struct task *task)
{
    TRY(task_writer_save(ctx->uow->tasks, task));
    TRY(publish(ctx, task));
    return task_has_ended(task) ? release(ctx, task) : OK;
}

err task_end(struct command_ctx *ctx, struct task *task, enum task_verdict verdict, str words)
{
    uint32_t chance;
    random_bytes(&chance, sizeof chance);
    task_end_attempt(task, verdict, str_clip(words, TASK_WORDS_SIZE_MAX), clock_now(ctx->clock),
                     chance);
    return task_save_changed(ctx, task);
}

uuid task_maker_shown(const struct principal *principal)
{
    return permissions_have(principal->permissions, WRITE_SETTINGS) ? (uuid){0}
                                                                    : principal_actor_id(principal);
}

err task_get_own(struct arena *a, struct readers *readers, const struct principal *principal,
                 uuid id, struct task *out)
{
    uuid maker = task_maker_shown(principal);
    TRY(task_reader_get(readers->tasks, a, principal->organization_key, id, out));
    return !uuid_is_set(maker) || uuid_eq(maker, out->created_by) ? OK
                                                                  : ERR(NOT_FOUND, "not found");
}
