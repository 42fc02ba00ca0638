/* Mail after mail, each in two commands with the server in between. */
#include "infrastructure/mail_sender.h"

#include "application/commands/mails/claim_mail/command.h"
#include "application/commands/mails/settle_mail/command.h"
#include "base/arena.h"
#include "base/log.h"

err mail_sender_open(struct mail_sender *s, struct arena *a, str smtp_url, str ca_file, str from)
{
    *s = (struct mail_sender){.client = {.fd = -1}};
    if (smtp_url.ptr == NULL)
        return OK;
    if (!mail_address_read(from, &s->from))
        return ERR(INVALID, "GANTRY_SMTP_URL needs GANTRY_MAIL_FROM");
    return smtp_client_open(&s->client, a, smtp_url, ca_file);
}

void mail_sender_stop(struct mail_sender *s)
{
    __atomic_store_n(&s->is_stopping, true, __ATOMIC_RELAXED);
    smtp_client_stop(&s->client);
}

void mail_sender_close(struct mail_sender *s)
{
    smtp_client_close(&s->client);
}

static bool is_stopping(const struct mail_sender *s)
{
    return __atomic_load_n(&s->is_stopping, __ATOMIC_RELAXED);
}

/* A server that is away is not asked for each mail. */
static void note_server(struct mail_sender *s, struct arena *a, const struct smtp_answer *answer)
{
    if (!answer->is_about_server) {
        s->away_seconds = 0;
        return;
    }
    s->away_seconds = s->away_seconds == 0 ? MAIL_AWAY_SECONDS_MIN : s->away_seconds * 2;
    if (s->away_seconds > MAIL_AWAY_SECONDS_MAX)
        s->away_seconds = MAIL_AWAY_SECONDS_MAX;
    s->away_until_ns = monotonic_ns() + s->away_seconds * UINT64_C(1000000000);
    log_err(LOG_WARN, "mail_server", ERRF(a, UNAVAILABLE, "%.*s", STR_ARG(answer->words)));
}

static void hand_over(struct mail_sender *s, struct scope *scope, const struct mail *mail,
                      bool is_last, struct smtp_answer *out)
{
    struct mail_content content;
    *out = (struct smtp_answer){.outcome = MAIL_REFUSED};
    err e = mail_render(scope->services, scope->arena, mail, true, &content);
    if (failed(e)) {
        out->words = str_of(e.text);
        return;
    }
    smtp_client_send(&s->client, scope->arena, s->from.address, mail->recipient,
                     mail_message(scope->arena, &s->from, mail, &content), is_last, out);
}

static err settle(struct scope *scope, const struct mail *mail, const struct smtp_answer *answer)
{
    struct settle_mail_result result;
    const struct settle_mail cmd = {*mail, answer->outcome, answer->words};
    err e = settle_mail_send(scope, &cmd, &result);
    if (e.code == ERR_PRECONDITION_FAILED) {
        log_event(LOG_WARN, "mail_lease_lost", "mail=%.*s",
                  STR_ARG(uuid_text(scope->arena, mail->id)));
        return OK;
    }
    TRY(e);
    log_event(LOG_INFO, "mail", "id=%.*s state=%s attempt=%lld",
              STR_ARG(uuid_text(scope->arena, mail->id)), mail_state_names[result.mail.state],
              (long long)mail->attempt_count);
    return OK;
}

err mail_sender_step(struct mail_sender *s, struct scope *scope, bool *goes_on)
{
    struct claim_mail_result claimed;
    struct smtp_answer answer;
    *goes_on = false;
    if (is_stopping(s) || monotonic_ns() < s->away_until_ns)
        return OK;
    TRY(claim_mail_send(scope, &(struct claim_mail){0}, &claimed));
    if (!claimed.is_claimed)
        return OK;
    *goes_on = true;
    if (claimed.is_held)
        return OK;
    if (claimed.mail.message_id.ptr == NULL)
        claimed.mail.message_id = mail_message_id(scope->arena, &s->from, claimed.mail.id);
    hand_over(s, scope, &claimed.mail, claimed.is_last, &answer);
    if (is_stopping(s) && answer.is_about_server)
        answer.words = STR("the program was stopped");
    else
        note_server(s, scope->arena, &answer);
    *goes_on = !answer.is_about_server;
    return settle(scope, &claimed.mail, &answer);
}
