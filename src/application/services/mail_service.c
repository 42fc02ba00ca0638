/* Queuing: the order is checked against its template, and split into what may be read and what is
 * sealed. */
#include "application/services/mail_service.h"

#include "application/events/mail_queued.h"
#include "application/services/mail/mail_template.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "domain/entities/principal.h"
#include "domain/entities/user.h"

static err check_value(struct command_ctx *ctx, const struct mail_value_rule *rule, str value)
{
    instant ignored;
    size_t size_max = rule->kind == MAIL_LIST ? MAIL_LIST_SIZE_MAX : MAIL_VALUE_SIZE_MAX;
    if (value.len > size_max || !str_is_utf8(value))
        return ERRF(ctx->arena, INVALID, "%s is too long for a mail, or not UTF-8", rule->name);
    if (rule->kind == MAIL_TIME && !instant_from_text(value, &ignored))
        return ERRF(ctx->arena, INTERNAL, "%s is no time", rule->name);
    if (rule->kind == MAIL_PATH && mail_path_complaint(value) != NULL)
        return ERRF(ctx->arena, INTERNAL, "%s %s", rule->name, mail_path_complaint(value));
    return OK;
}

static const struct mail_parameter *parameter_of(const struct mail_order *order, const char *name)
{
    for (size_t i = 0; i < order->parameter_count; i++)
        if (strcmp(order->parameters[i].name, name) == 0 && order->parameters[i].value.ptr != NULL)
            return &order->parameters[i];
    return NULL;
}

static err check_order(struct command_ctx *ctx, const struct mail_order *order)
{
    if ((unsigned)order->template_name >= MAIL_TEMPLATE_COUNT)
        return ERR(INTERNAL, "there is no such mail");
    const struct mail_value_rule *rules = mail_template_rules[order->template_name].values;
    if (order->to.len > EMAIL_SIZE_MAX || !str_is_utf8(order->to) ||
        email_complaint(order->to) != NULL)
        return ERR(INVALID, "the recipient is not an e-mail address");
    if (order->to_name.len > NAME_SIZE_MAX || !str_is_utf8(order->to_name))
        return ERR(INVALID, "the recipient's name is too long, or not UTF-8");
    static const struct mail_value_rule organization = {"organization", MAIL_TEXT, true};
    const struct mail_parameter *given = parameter_of(order, organization.name);
    if (given != NULL)
        TRY(check_value(ctx, &organization, given->value));
    for (size_t i = 0; i < order->parameter_count; i++)
        if (mail_value_rule_of(order->template_name, str_of(order->parameters[i].name)) == NULL &&
            strcmp(order->parameters[i].name, organization.name) != 0)
            return ERRF(ctx->arena, INTERNAL, "this mail has no %s", order->parameters[i].name);
    for (size_t i = 0; i < MAIL_VALUE_COUNT_MAX && rules[i].name != NULL; i++) {
        const struct mail_parameter *parameter = parameter_of(order, rules[i].name);
        if (parameter == NULL && !rules[i].is_optional)
            return ERRF(ctx->arena, INTERNAL, "this mail needs %s", rules[i].name);
        if (parameter != NULL)
            TRY(check_value(ctx, &rules[i], parameter->value));
    }
    return OK;
}

static err organization_name(struct command_ctx *ctx, int64_t key, str *out)
{
    struct organization_slice all;
    TRY(organization_reader_all(ctx->readers->organizations, ctx->arena, &all));
    for (size_t i = 0; i < all.len; i++)
        if (all.at[i].key == key) {
            *out = all.at[i].name;
            return OK;
        }
    return ERR(INTERNAL, "a mail belongs to no organization");
}

/* Each text on one line; what is no path goes. */
static str list_cleaned(struct arena *a, str list)
{
    struct buf out = BUF_IN(a);
    str rest = list, line, text;
    while (str_cut(&rest, '\n', &line))
        if (line.len != 0 && str_cut(&line, '\t', &text)) {
            str path = mail_path_complaint(line) == NULL ? line : STR("/");
            buf_addf(&out, "%.*s\t%.*s\n", STR_ARG(mail_clean(a, text)), STR_ARG(path));
        }
    return buf_str(&out);
}

struct split_values {
    struct mail_values open, secret, shown; /* shown: with dots for what is secret */
    bool has_path;
};

static void split(struct arena *a, const struct mail_order *order, str organization,
                  struct split_values *out)
{
    const struct mail_value_rule *rules = mail_template_rules[order->template_name].values;
    struct mail_value owner = {STR("organization"), mail_clean(a, organization)};
    *SLICE_PUSH(a, &out->open.items) = owner;
    *SLICE_PUSH(a, &out->shown.items) = owner;
    for (size_t i = 0; i < MAIL_VALUE_COUNT_MAX && rules[i].name != NULL; i++) {
        const struct mail_parameter *parameter = parameter_of(order, rules[i].name);
        if (parameter == NULL)
            continue;
        bool is_secret = parameter->is_secret || rules[i].kind == MAIL_PATH;
        struct mail_value value = {str_of(rules[i].name), rules[i].kind == MAIL_LIST
                                                              ? list_cleaned(a, parameter->value)
                                                              : mail_clean(a, parameter->value)};
        out->has_path |= rules[i].kind == MAIL_PATH || rules[i].kind == MAIL_LIST;
        *SLICE_PUSH(a, is_secret ? &out->secret.items : &out->open.items) = value;
        *SLICE_PUSH(a, &out->shown.items) =
            (struct mail_value){value.name, is_secret ? STR("\xE2\x80\xA6") : value.value};
    }
}

static str values_text(struct arena *a, const struct mail_values *values)
{
    struct buf out = BUF_IN(a);
    json_write(&out, &mail_values_schema, values, 0);
    return buf_str(&out);
}

static str subject_of(struct arena *a, const struct mail *mail, const struct mail_values *values)
{
    struct buf out = BUF_IN(a);
    const struct mail_language *language = mail_language_of(mail->language);
    mail_fill(&out, language->texts[mail->template_name].subject, values, buf_add);
    return buf_str(&out);
}

const char *mail_obstacle(const struct services *services, const struct mail *mail)
{
    if (!services->mail.has_server)
        return "no mail server: GANTRY_SMTP_URL is not set";
    if (mail->needs_public_url && services->mail.public_url.ptr == NULL)
        return "no address for the link in it: GANTRY_PUBLIC_URL is not set";
    return NULL;
}

static struct mail make(struct command_ctx *ctx, const struct mail_order *order)
{
    instant now = clock_now(ctx->clock);
    str name = mail_clean(ctx->arena, order->to_name);
    return (struct mail){.id = uuid_make(ctx->clock),
                         .organization_key = order->organization_key != 0
                                                 ? order->organization_key
                                                 : ctx->principal->organization_key,
                         .created_at = now,
                         .updated_at = now,
                         .template_name = order->template_name,
                         .language = str_of(mail_language_of(order->language)->tag),
                         .recipient = order->to,
                         .recipient_name = name.len != 0 ? name : STR_NONE,
                         .next_attempt_at = now,
                         .give_up_at = instant_add(now, SECONDS(MAIL_TRY_SECONDS))};
}

err mail_queue_shown(struct command_ctx *ctx, const struct mail_order *order, struct mail *out)
{
    struct split_values values = {0};
    const struct mail_parameter *given = parameter_of(order, "organization");
    str organization = given != NULL ? given->value : STR_NONE;
    TRY(check_order(ctx, order));
    struct mail mail = make(ctx, order);
    if (given == NULL)
        TRY(organization_name(ctx, mail.organization_key, &organization));
    split(ctx->arena, order, organization, &values);
    mail.parameters = values_text(ctx->arena, &values.open);
    if (values.secret.items.len != 0)
        mail.secrets =
            seal(ctx->services->seals, ctx->arena,
                 str_format(ctx->arena, "mail %.*s", STR_ARG(uuid_text(ctx->arena, mail.id))),
                 values_text(ctx->arena, &values.secret));
    mail.needs_public_url = values.has_path;
    mail.subject = subject_of(ctx->arena, &mail, &values.shown);
    const char *obstacle = mail_obstacle(ctx->services, &mail);
    mail.state = obstacle != NULL ? MAIL_HELD : MAIL_QUEUED;
    mail.last_error = str_of(obstacle);
    TRY(mail_writer_add(ctx->uow->mails, &mail));
    *out = mail;
    return mediator_publish(ctx->uow->outbox, ctx->arena, &mail_queued_event, mail.organization_key,
                            mail.id, &(struct mail_queued){.mail_id = mail.id});
}

err mail_queue(struct command_ctx *ctx, const struct mail_order *order)
{
    struct mail ignored;
    return mail_queue_shown(ctx, order, &ignored);
}
