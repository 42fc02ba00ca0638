/* Events of the account's own organization, whoever acts. */
#include "application/models/account_events.h"

#include "application/events/account_changed.h"
#include "application/events/new_device_signed_in.h"

err account_note_sign_in(struct command_ctx *ctx, const struct session *session)
{
    enum device_news news;
    TRY(session_writer_note_device(ctx->uow->sessions, session->user_key,
                                   device_of(ctx->arena, session->user_agent),
                                   clock_now(ctx->clock), &news));
    if (news != DEVICE_NEW)
        return OK;
    const struct new_device_signed_in event = {.user_id = session->user_id,
                                               .session_id = session->id,
                                               .device = session->user_agent,
                                               .peer_address = session->peer_address};
    return mediator_publish(ctx->uow->outbox, ctx->arena, &new_device_signed_in_event,
                            session->organization_key, session->user_id, &event);
}

err account_tell_changed(struct command_ctx *ctx, const struct user *user, const char *change)
{
    const struct account_changed event = {
        .user_id = user->id, .change = str_of(change), .peer_address = ctx->scope->peer_address};
    return mediator_publish(ctx->uow->outbox, ctx->arena, &account_changed_event,
                            user->organization_key, user->id, &event);
}
