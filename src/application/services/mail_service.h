/* Mails: a command queues one, in its own transaction, and a worker sends it (docs/MAIL.md).
 *
 *     const struct mail_parameter parameters[] = {
 *         {"invited_by", inviter.name},
 *         {"path", str_format(ctx->arena, "/invitations/accept?token=%.*s", STR_ARG(token))},
 *         {"valid_until", instant_text(ctx->arena, expires_at)}};
 *     TRY(mail_queue(ctx, &(struct mail_order){.template_name = MAIL_INVITATION,
 *                                              .to = invitation.email,
 *                                              .parameters = parameters,
 *                                              .parameter_count = COUNT_OF(parameters)}));
 *
 * Which parameters a template has is in mail/mail_template.c. None of them is for anything about a
 * patient. */
#ifndef APPLICATION_SERVICES_MAIL_SERVICE_H
#define APPLICATION_SERVICES_MAIL_SERVICE_H

#include "application/services/services.h"
#include "core/handler_interface.h"
#include "domain/entities/mail.h"

struct mail_parameter {
    const char *name;
    str value;      /* UTF-8; of a time its instant_text, of a path what follows GANTRY_PUBLIC_URL,
                       "/…" */
    bool is_secret; /* a path always is: kept sealed, and forgotten once the mail is sent */
};

struct mail_order {
    enum mail_template template_name;
    str language;             /* a tag of BCP 47, "de-AT"; absent, or none that we have: English */
    str to;                   /* the address */
    str to_name;              /* may be absent */
    int64_t organization_key; /* 0: the principal's; where nobody is signed in it must be given */
    const struct mail_parameter *parameters; /* those with an absent value may be left out */
    size_t parameter_count;
};

/* Adds the mail to the outbox in the command's transaction: it is sent if and when that commits.
 * Nothing of the order is needed afterwards. Where there is no mail server, or no
 * GANTRY_PUBLIC_URL for the link in it, it is held, which is no error.
 * Errors: INVALID (the recipient is no address, a value is too long or is not UTF-8), INTERNAL (a
 * parameter that the template needs is missing, or one that it does not have). */
err mail_queue(struct command_ctx *ctx, const struct mail_order *order);
/* The same, for whoever shows the mail. */
err mail_queue_shown(struct command_ctx *ctx, const struct mail_order *order, struct mail *out);

/* What a mail says. */
struct mail_content {
    str subject; /* one line */
    str text;    /* lines end with LF */
    str html;
};

/* Renders it. With its secrets only when with_secrets; else dots stand in their place. Errors:
 * MALFORMED (sealed with another key, or of a newer program). */
err mail_render(struct services *services, struct arena *a, const struct mail *mail,
                bool with_secrets, struct mail_content *out);

/* Why it could not go out now, in words; NULL: it could. */
const char *mail_obstacle(const struct services *services, const struct mail *mail);

#endif
