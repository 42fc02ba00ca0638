/* The canonical form is hashed and the hash signed before anything is written; the report's version
 * tells whether it is still that. From then on nothing changes it. */
#include "application/commands/reports/sign_report/command.h"

#include "application/events/report_amended.h"
#include "application/events/report_signed.h"
#include "application/models/second_factor.h"
#include "base/buf.h"

SCHEMA(sign_report, FIELD(sign_report, id, .flags = KEY | REQUIRED),
       FIELD(sign_report, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(sign_report, password, .flags = SECRET, .max = PASSWORD_SIZE_MAX,
             .doc = "One's own; or otp"),
       FIELD(sign_report, otp, .flags = SECRET, .max = OTP_TEXT_SIZE_MAX,
             .doc = "A code of one's second factor, instead of the password"),
       FIELD(sign_report, meaning, .max = REPORT_MEANING_SIZE_MAX, .example = "Approved",
             .doc = "What the signature means; Approved unless it is said"));
SCHEMA(sign_report_result, FIELD_EMBED_OF(sign_report_result, report, report_view));

static str make_code(struct arena *a)
{
    unsigned char bytes[16];
    struct buf out = BUF_IN(a);
    random_bytes(bytes, sizeof bytes);
    buf_add_base64url(&out, bytes, sizeof bytes);
    return buf_str(&out);
}

static void seal_version(struct command_ctx *ctx, const struct sign_report *cmd,
                         const struct user *user, struct report_writing *w)
{
    const struct report_sealer *sealer = ctx->services->report_sealer;
    struct report_version *v = &w->version;
    struct report_seal_mark mark;
    v->content = report_content_text(ctx->arena, &w->content);
    v->signed_at = clock_now(ctx->clock);
    v->signer_id = user->id;
    v->signer_name = user->name;
    v->meaning = cmd->meaning.len != 0 ? cmd->meaning : STR("Approved");
    v->hash =
        report_sealer_hash(sealer, ctx->arena, report_canonical_text(ctx->arena, &w->report, v));
    report_sealer_sign(sealer, ctx->arena, report_signature_text(ctx->arena, v), &mark);
    v->key_id = mark.key_id;
    v->public_key = mark.public_key;
    v->signature = mark.signature;
    v->verification_code = make_code(ctx->arena);
    w->report.state = report_state_signed(v->kind);
    w->report.signed_number = v->number;
    w->report.working_number = 0;
    w->report.signed_at = v->signed_at;
    w->report.signer_id = v->signer_id;
    w->report.signer_name = v->signer_name;
}

static err tell(struct command_ctx *ctx, const struct report_writing *w)
{
    const struct report_version *v = &w->version;
    str kind = str_of(report_version_kind_names[v->kind]);
    const struct report_signed first = {w->report.id,       v->id,       v->number, kind,
                                        w->report.study_id, v->signer_id};
    const struct report_amended again = {w->report.id,       v->id,       v->number, kind,
                                         w->report.study_id, v->signer_id};
    TRY(mediator_publish(ctx->uow->outbox, ctx->arena, &report_signed_event,
                         w->report.organization_key, w->report.id, &first));
    return v->kind == REPORT_ORIGINAL
               ? OK
               : mediator_publish(ctx->uow->outbox, ctx->arena, &report_amended_event,
                                  w->report.organization_key, w->report.id, &again);
}

static err sign_report_handle(struct command_ctx *ctx, const struct sign_report *cmd,
                              struct sign_report_result *out)
{
    struct report_writing w;
    struct user user;
    TRY(report_writing_begin(ctx, cmd->id, cmd->if_match, &w));
    TRY(report_may_sign(&w.report));
    report_content_check_complete(&w.form, &w.content, &ctx->scope->issues);
    if (ctx->scope->issues.list.len != 0)
        return ERR(INVALID, "the report is not complete");
    TRY(report_confirm(ctx, cmd->password, cmd->otp, &user));
    seal_version(ctx, cmd, &user, &w);
    TRY(report_writing_save(ctx, &w));
    TRY(report_writer_remove_lock(ctx->uow->reports, w.report.key));
    TRY(tell(ctx, &w));
    return report_show(ctx->readers, ctx->arena, ctx->principal, clock_now(ctx->clock), &w.report,
                       &out->report);
}
COMMAND(sign_report, .needs = SIGN_REPORTS, .doc = "Sign the version that is being written");
