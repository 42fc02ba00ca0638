/* On the audit trail like what tells about patients: a link that is shown opens something. */
#include "application/queries/mails/get_mail/query.h"

#include "application/services/mail_service.h"
#include "domain/entities/principal.h"

SCHEMA(get_mail, FIELD(get_mail, id, .flags = KEY | REQUIRED));
SCHEMA(get_mail_result, FIELD_EMBED_OF(get_mail_result, mail, mail),
       FIELD(get_mail_result, shows_link,
             .doc = "The link in it is the real one: it is held, and you may all that an "
                    "administrator may"),
       FIELD(get_mail_result, text, .flags = SECRET, .doc = "Its text"),
       FIELD(get_mail_result, html, .flags = SECRET, .doc = "The same in HTML"));

/* Whoever opens the link is signed in as the recipient, who may be an administrator. */
static bool may_open_links(const struct principal *p)
{
    const struct rights own = {p->permissions, p->granted_permissions};
    return rights_cover(own, role_rights(ROLE_ADMINISTRATOR));
}

static err get_mail_handle(struct query_ctx *ctx, const struct get_mail *query,
                           struct get_mail_result *out)
{
    struct mail_content content;
    TRY(mail_reader_get(ctx->readers->mails, ctx->arena, ctx->principal->organization_key,
                        query->id, &out->mail));
    ctx->scope->subject_id = out->mail.id;
    out->shows_link = out->mail.state == MAIL_HELD && out->mail.secrets.ptr != NULL &&
                      may_open_links(ctx->principal);
    err e = mail_render(ctx->services, ctx->arena, &out->mail, out->shows_link, &content);
    if (e.code == ERR_MALFORMED && out->shows_link) { /* of before another GANTRY_SECRET_KEY */
        out->shows_link = false;
        e = mail_render(ctx->services, ctx->arena, &out->mail, false, &content);
    }
    TRY(e);
    out->text = content.text;
    out->html = content.html;
    return OK;
}
QUERY(get_mail, .needs = READ_USERS, .reads_patient_data = true,
      .doc = "Get a mail as its recipient sees it");
