/* Made like one that is sent, but for its values. */
#include "application/queries/notifications/preview_notification_mail/query.h"

#include "application/services/notification_service.h"

SCHEMA(preview_notification_mail,
       FIELD(preview_notification_mail, event, .max = NOTIFICATION_KIND_SIZE_MAX,
             .doc = "Kind of notification, or digest; digest without",
             .example = "report_critical"),
       FIELD(preview_notification_mail, language, .max = 35,
             .doc = "A tag of BCP 47; English without", .example = "de"));
SCHEMA(preview_notification_mail_result,
       FIELD(preview_notification_mail_result, subject, .doc = "Its subject"),
       FIELD(preview_notification_mail_result, text, .doc = "Its plain text"),
       FIELD(preview_notification_mail_result, html, .doc = "Its HTML"));

static err preview_notification_mail_handle(struct query_ctx *ctx,
                                            const struct preview_notification_mail *query,
                                            struct preview_notification_mail_result *out)
{
    struct organization organization;
    struct mail_content content;
    TRY(organization_reader_get(ctx->readers->organizations, ctx->arena,
                                ctx->principal->organization_key, &organization));
    TRY(notification_mail_example(ctx->services, ctx->arena,
                                  query->event.len != 0 ? query->event : STR("digest"),
                                  query->language, organization.name, &content));
    *out = (struct preview_notification_mail_result){content.subject, content.text, content.html};
    return OK;
}
QUERY(preview_notification_mail, .needs = WRITE_SETTINGS,
      .doc = "What a mail about an event says, by an example");
