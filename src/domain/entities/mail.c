/* Schema and pauses of the mail. */
#include "domain/entities/mail.h"

#include "base/err.h"
#include "domain/entities/user.h"

const char *const mail_template_names[] = {"invitation",
                                           "password_reset",
                                           "password_changed",
                                           "new_sign_in",
                                           "share_link",
                                           "upload_link",
                                           "api_key_created",
                                           "test",
                                           "glass_broken",
                                           "mfa_removed",
                                           "security_changed",
                                           "study_received",
                                           "inbox_received",
                                           "share_opened",
                                           "task_succeeded",
                                           "task_failed",
                                           "report_critical",
                                           "report_escalated",
                                           "report_acknowledged",
                                           "report_taken_over",
                                           "webhook_deactivated",
                                           "notification_digest",
                                           "storage_low",
                                           "storage_full",
                                           "storage_ok",
                                           NULL};
_Static_assert(COUNT_OF(mail_template_names) == MAIL_TEMPLATE_COUNT + 1, "a template's name");

const char *const mail_state_names[] = {"queued", "sending", "sent", "failed", "held", NULL};
_Static_assert(COUNT_OF(mail_state_names) == MAIL_STATE_COUNT + 1, "a state without a name");

const char *const mail_outcome_names[] = {"taken", "try_again", "refused", NULL};
_Static_assert(COUNT_OF(mail_outcome_names) == MAIL_OUTCOME_COUNT + 1, "an outcome without a name");

SCHEMA(mail, ENTITY_FIELDS(mail),
       FIELD_ENUM_OF(mail, template_name, mail_template_names, .doc = "What it is about"),
       FIELD(mail, language, .doc = "Language of its text", .example = "en"),
       FIELD(mail, recipient, .max = EMAIL_SIZE_MAX, .check = email_complaint,
             .doc = "Address it goes to"),
       FIELD(mail, recipient_name, .max = NAME_SIZE_MAX, .doc = "Name it goes to"),
       FIELD(mail, subject, .doc = "Its subject"),
       FIELD(mail, parameters, .flags = INTERNAL, .doc = "Values of the template"),
       FIELD(mail, secrets, .flags = SECRET | INTERNAL, .doc = "Its one-time link, sealed"),
       FIELD(mail, needs_public_url, .flags = INTERNAL, .doc = "There is a link in it"),
       FIELD_ENUM_OF(mail, state, mail_state_names,
                     .doc = "queued, sending, sent, failed, or held because a setting is missing"),
       FIELD(mail, attempt_count, .doc = "Times it was tried"),
       FIELD(mail, next_attempt_at, .doc = "Tried not before; of one being sent, tried again then"),
       FIELD(mail, give_up_at, .doc = "Not tried any more afterwards"),
       FIELD(mail, sent_at, .doc = "When a server took it"),
       FIELD(mail, last_error, .doc = "Why it is not sent yet, or never will be"),
       FIELD(mail, message_id, .doc = "Its Message-ID, RFC 5322, the same in each attempt"));

SCHEMA(mail_value, FIELD(mail_value, name), FIELD(mail_value, value));
SCHEMA(mail_values, FIELD_LIST_OF(mail_values, items, mail_value));

int64_t mail_pause_us(int64_t attempt_count, uint32_t chance)
{
    int64_t seconds = MAIL_PAUSE_SECONDS_MIN;
    for (int64_t i = 1; i < attempt_count && seconds < MAIL_PAUSE_SECONDS_MAX; i++)
        seconds *= 2;
    if (seconds > MAIL_PAUSE_SECONDS_MAX)
        seconds = MAIL_PAUSE_SECONDS_MAX;
    int64_t half = SECONDS(seconds) / 2;
    return SECONDS(seconds) - half / 2 + half / 1000 * (chance % 1001);
}

void mail_begin_attempt(struct mail *mail, instant now)
{
    mail->state = MAIL_SENDING;
    mail->attempt_count++;
    mail->next_attempt_at = instant_add(now, SECONDS(MAIL_LEASE_SECONDS));
    mail->updated_at = now;
}

void mail_end_attempt(struct mail *mail, enum mail_outcome outcome, str words, instant now,
                      uint32_t chance)
{
    mail->last_error = outcome == MAIL_TAKEN ? STR_NONE : words;
    mail->updated_at = now;
    if (outcome == MAIL_TAKEN) {
        mail->state = MAIL_SENT;
        mail->sent_at = now;
        mail->secrets = STR_NONE;
        return;
    }
    mail->next_attempt_at = instant_add(now, mail_pause_us(mail->attempt_count, chance));
    bool is_late = mail->next_attempt_at.us > mail->give_up_at.us;
    mail->state = outcome == MAIL_REFUSED || is_late ? MAIL_FAILED : MAIL_QUEUED;
}

void mail_hold(struct mail *mail, str obstacle, instant now)
{
    mail->state = MAIL_HELD;
    mail->attempt_count--;
    mail->next_attempt_at = mail->updated_at = now;
    mail->last_error = obstacle;
}

err mail_retry(struct mail *mail, instant now)
{
    if (mail->state == MAIL_SENT)
        return ERR(CONFLICT, "it is sent, and its link is forgotten: make a new one");
    if (mail->state == MAIL_SENDING)
        return ERR(CONFLICT, "it is being sent");
    mail->state = MAIL_QUEUED;
    mail->attempt_count = 0;
    mail->next_attempt_at = mail->updated_at = now;
    mail->give_up_at = instant_add(now, SECONDS(MAIL_TRY_SECONDS));
    return OK;
}
