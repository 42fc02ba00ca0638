/* Queuing mails, and what they say, over a world in memory. */
#include "tests/contract/handlers.h"

#include "application/commands/mails/claim_mail/command.h"
#include "application/commands/mails/retry_mail/command.h"
#include "application/commands/mails/settle_mail/command.h"
#include "application/queries/mails/get_mail/query.h"
#include "application/services/mail/mail_template.h"
#include "application/services/mail_service.h"
#include "domain/entities/principal.h"

#define TOKEN "0hR3fZ-one-time"

/* A command of its own around the order. */
static err queue(struct world *w, const struct mail_order *order)
{
    struct principal principal = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope scope = world_scope(w, &principal);
    struct db_session *s = world_begin(w);
    struct command_ctx ctx = {.scope = &scope,
                              .arena = &w->arena,
                              .principal = &principal,
                              .clock = &w->clock.base,
                              .services = &w->services,
                              .readers = &s->readers,
                              .uow = &s->uow};
    err e = mail_queue(&ctx, order);
    if (!failed(e))
        e = db_session_commit(s);
    db_session_end(s);
    return e;
}

static struct mail newest(struct world *w)
{
    struct db_session *s = world_begin(w);
    struct mail_slice rows;
    int64_t total;
    CHECK_OK(mail_reader_find(
        s->readers.mails, &w->arena,
        &(struct mail_filter){.organization_key = w->organization.key, .limit = 1}, &rows, &total));
    db_session_end(s);
    CHECK_INT(1, rows.len);
    return rows.at[0];
}

static bool has(str text, const char *part)
{
    return str_find(text, str_of(part)) != SIZE_MAX;
}

/* With the lines of its paragraphs put together. */
static str unwrapped(struct world *w, str text)
{
    str out = str_copy(&w->arena, text);
    for (size_t i = 0; i < out.len; i++)
        if (out.ptr[i] == '\n')
            ((char *)out.ptr)[i] = ' ';
    return out;
}

/* Every value of the template, each of its kind. */
static struct mail_order full_order(struct world *w, enum mail_template number,
                                    const char *language)
{
    const struct mail_value_rule *rules = mail_template_rules[number].values;
    struct mail_parameter *parameters = NEW_ARRAY(&w->arena, struct mail_parameter, 16);
    size_t count = 0;
    for (; count < MAIL_VALUE_COUNT_MAX && rules[count].name != NULL; count++)
        parameters[count] = (struct mail_parameter){
            rules[count].name,
            rules[count].kind == MAIL_TIME   ? STR("2026-03-05T07:08:09Z")
            : rules[count].kind == MAIL_PATH ? STR("/x?token=" TOKEN "&a=b")
            : rules[count].kind == MAIL_LIST
                ? str_format(&w->arena, "<%s>\t/x\nmore\t/y\n", rules[count].name)
                : str_format(&w->arena, "<%s>", rules[count].name),
            false};
    return (struct mail_order){.template_name = number,
                               .language = str_of(language),
                               .to = STR("ada@clinic.example"),
                               .to_name = STR("Ada <b>Müller</b>"),
                               .parameters = parameters,
                               .parameter_count = count};
}

WORLD(a_mail_is_queued_with_its_secret_sealed)
{
    struct mail_order order = full_order(w, MAIL_INVITATION, "de-AT");
    CHECK_OK(queue(w, &order));
    struct mail mail = newest(w);
    struct mail_content content;
    CHECK(mail.state == MAIL_QUEUED && mail.needs_public_url && mail.last_error.ptr == NULL);
    CHECK_STR(STR("de"), mail.language);
    CHECK_STR(STR("Einladung zu St. Mary's"), mail.subject);
    CHECK(!has(mail.parameters, TOKEN) && !has(mail.secrets, TOKEN));
    CHECK_INT(1, row_count(w, MEMORY_OUTBOX));
    CHECK_OK(mail_render(&w->services, &w->arena, &mail, false, &content));
    CHECK(!has(content.text, TOKEN) && !has(content.html, TOKEN));
    CHECK(has(content.text, "\n\xE2\x80\xA6\n"));
    CHECK_OK(mail_render(&w->services, &w->arena, &mail, true, &content));
    CHECK(has(content.text, "\nhttps://gantry.example/x?token=" TOKEN "&a=b\n"));
    CHECK(has(content.html, "\"https://gantry.example/x?token=" TOKEN "&amp;a=b\""));
    CHECK(has(content.text, "Guten Tag Ada <b>Müller</b>,"));
    CHECK(has(content.html, "Guten Tag Ada &lt;b&gt;Müller&lt;/b&gt;,"));
    CHECK(has(content.text, "5. März 2026, 07:08 UTC"));
    /* another mail's seal in its place is none */
    struct mail other = mail;
    other.id = uuid_make(&w->clock.base);
    CHECK_ERR(MALFORMED, mail_render(&w->services, &w->arena, &other, true, &content));
}

WORLD(every_template_is_whole_in_every_language)
{
    for (size_t i = 0; mail_languages[i] != NULL; i++)
        for (int number = 0; number < MAIL_TEMPLATE_COUNT; number++) {
            const struct mail_value_rule *rules = mail_template_rules[number].values;
            struct mail_order order =
                full_order(w, (enum mail_template)number, mail_languages[i]->tag);
            struct mail_content content;
            CHECK_OK(queue(w, &order));
            struct mail mail = newest(w);
            CHECK_OK(mail_render(&w->services, &w->arena, &mail, true, &content));
            CHECK(mail.subject.len > 10 && !has(mail.subject, "{") && !has(mail.subject, TOKEN));
            CHECK(!has(content.text, "{") && !has(content.text, "\xE2\x80\xA6"));
            for (size_t v = 0; v < order.parameter_count; v++) {
                const char *shown = rules[v].kind == MAIL_TIME   ? "2026, 07:08 UTC"
                                    : rules[v].kind == MAIL_PATH ? TOKEN
                                                                 : rules[v].name;
                CHECK(has(unwrapped(w, content.text), shown) && has(content.html, shown));
                if (rules[v].kind == MAIL_TEXT)
                    CHECK(!has(content.html, str_cstr(&w->arena, order.parameters[v].value)));
                if (rules[v].kind == MAIL_LIST) {
                    CHECK(has(content.text, "- <list>\n  https://gantry.example/x\n- more\n"));
                    CHECK(has(content.html, "<li><a href=\"https://gantry.example/x\">&lt;list"));
                }
            }
            for (str rest = content.text, line; str_cut(&rest, '\n', &line);)
                CHECK(line.len < 120);
            w->clock.time = instant_add(w->clock.time, 1);
        }
}

WORLD(a_paragraph_without_its_value_is_left_out)
{
    struct mail_order order = full_order(w, MAIL_NEW_SIGN_IN, "en-GB");
    struct mail_content content;
    order.parameter_count = 1; /* the time alone */
    order.to_name = STR_NONE;
    CHECK_OK(queue(w, &order));
    struct mail mail = newest(w);
    CHECK_OK(mail_render(&w->services, &w->arena, &mail, true, &content));
    CHECK(str_starts(content.text, STR("Hello,\n\nOn 5 March 2026")));
    CHECK(!has(content.text, "Device") && !has(content.text, "Address"));
    CHECK(mail.secrets.ptr == NULL && !mail.needs_public_url);
}

WORLD(without_server_or_address_a_mail_is_held)
{
    struct mail_order order = full_order(w, MAIL_SHARE_LINK, "fr");
    struct mail_content content;
    w->services.mail.public_url = STR_NONE;
    CHECK_OK(queue(w, &order));
    struct mail mail = newest(w);
    CHECK_STR(STR("en"), mail.language);
    CHECK(mail.state == MAIL_HELD && has(mail.last_error, "GANTRY_PUBLIC_URL"));
    CHECK_OK(mail_render(&w->services, &w->arena, &mail, true, &content));
    CHECK(has(content.text, "\n/x?token=" TOKEN));
    order = full_order(w, MAIL_PASSWORD_CHANGED, "en");
    world_wait(w, 1);
    CHECK_OK(queue(w, &order));
    CHECK(newest(w).state == MAIL_QUEUED);
    w->services.mail.has_server = false;
    world_wait(w, 1);
    CHECK_OK(queue(w, &order));
    mail = newest(w);
    CHECK(mail.state == MAIL_HELD && has(mail.last_error, "GANTRY_SMTP_URL"));
}

WORLD(what_comes_from_people_stays_on_its_line)
{
    struct mail_order order = full_order(w, MAIL_API_KEY_CREATED, "en");
    struct mail_parameter parameters[] = {
        {"key_name", STR("a\r\nBcc: evil@example.org\xE2\x80\xAE\xE2\x80\xA8z"), false},
        {"created_at", STR("2026-03-05T07:08:09Z"), false},
        {"organization", STR("Clinic\r\nX-Evil: 1"), false}};
    struct mail_content content;
    order.to_name = STR("\tEve\nTo: all");
    order.parameters = parameters;
    order.parameter_count = COUNT_OF(parameters);
    CHECK_OK(queue(w, &order));
    struct mail mail = newest(w);
    CHECK_STR(STR("A new API key for Clinic  X-Evil: 1"), mail.subject);
    CHECK_STR(STR("Eve To: all"), mail.recipient_name);
    CHECK_OK(mail_render(&w->services, &w->arena, &mail, true, &content));
    CHECK(has(unwrapped(w, content.text), "\"a  Bcc: evil@example.org  z\""));
}

WORLD(a_wrong_order_is_refused)
{
    static const char *const recipients[] = {"",      "ada",     "a@b\r\nBcc: c@d", "a b@c",
                                             "<a@b>", "a@b,c@d", "\xFF@b"};
    struct mail_order order = full_order(w, MAIL_INVITATION, "en");
    for (size_t i = 0; i < COUNT_OF(recipients); i++) {
        order.to = str_of(recipients[i]);
        CHECK_ERR(INVALID, queue(w, &order));
    }
    order = full_order(w, MAIL_INVITATION, "en");
    order.to_name = STR("\xC3");
    CHECK_ERR(INVALID, queue(w, &order));
    static const char *const paths[] = {
        "",          "x",   "//evil.example/x", "https://evil.example", "/a b", "/a\"b", "/a\nb",
        "/\xC3\xA4", "/a<b"};
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct mail_parameter parameters[] = {{"path", str_of(paths[i]), false},
                                              {"valid_until", STR("2026-03-05T07:08:09Z"), false}};
        order = (struct mail_order){.template_name = MAIL_PASSWORD_RESET,
                                    .to = STR("ada@clinic.example"),
                                    .parameters = parameters,
                                    .parameter_count = 2};
        CHECK_ERR(INTERNAL, queue(w, &order));
        parameters[0].value = STR("/reset?token=1");
        parameters[1].value = STR("tomorrow");
        CHECK_ERR(INTERNAL, queue(w, &order));
        order.parameter_count = 1;
        CHECK_ERR(INTERNAL, queue(w, &order));
    }
    struct mail_parameter broken[] = {{"path", STR("/x"), false},
                                      {"valid_until", STR("2026-03-05T07:08:09Z"), false},
                                      {"organization", STR("\xFF"), false}};
    order.parameters = broken;
    order.parameter_count = COUNT_OF(broken);
    CHECK_ERR(INVALID, queue(w, &order));
    struct mail_parameter unknown = {"patient_name", STR("x"), false};
    order = full_order(w, MAIL_INVITATION, "en");
    order.parameters = &unknown;
    order.parameter_count = 1;
    CHECK_ERR(INTERNAL, queue(w, &order));
    CHECK_INT(0, row_count(w, MEMORY_MAILS));
}

TEST(pauses_grow_and_differ)
{
    CHECK_INT(SECONDS(45), mail_pause_us(1, 0));
    CHECK_INT(SECONDS(75), mail_pause_us(1, 1000));
    CHECK_INT(SECONDS(90), mail_pause_us(2, 0));
    CHECK_INT(SECONDS(MAIL_PAUSE_SECONDS_MAX) * 5 / 4, mail_pause_us(1000000, 1000));
}

static struct claim_mail_result claim(struct world *w)
{
    struct principal principal = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &principal);
    struct claim_mail_result out;
    CHECK_OK(claim_mail_send(&scope, &(struct claim_mail){0}, &out));
    return out;
}

static err settle(struct world *w, const struct mail *mail, enum mail_outcome outcome,
                  struct mail *out)
{
    struct principal principal = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &principal);
    struct settle_mail_result result;
    const struct settle_mail cmd = {*mail, outcome, STR("451 later")};
    err e = settle_mail_send(&scope, &cmd, &result);
    *out = result.mail;
    return e;
}

static err retry(struct world *w, enum role role, uuid id, struct mail *out)
{
    struct principal principal = world_principal(w, role);
    struct scope scope = world_scope(w, &principal);
    struct retry_mail_result result;
    err e = retry_mail_send(&scope, &(struct retry_mail){id}, &result);
    *out = result.mail;
    return e;
}

static struct get_mail_result look(struct world *w, uuid id, uint64_t permissions)
{
    struct principal principal = world_principal(w, ROLE_ADMINISTRATOR);
    principal.permissions = permissions;
    struct scope scope = world_scope(w, &principal);
    struct get_mail_result out;
    CHECK_OK(get_mail_send(&scope, &(struct get_mail){id}, &out));
    return out;
}

WORLD(a_mail_goes_from_hand_to_hand)
{
    struct mail_order order = full_order(w, MAIL_INVITATION, "en");
    struct mail after;
    CHECK(!claim(w).is_claimed);
    CHECK_OK(queue(w, &order));
    CHECK_OK(queue(w, &order));
    struct claim_mail_result one = claim(w), other = claim(w);
    CHECK(one.is_claimed && !one.is_last && other.is_claimed && other.is_last);
    CHECK(!uuid_eq(one.mail.id, other.mail.id) && !claim(w).is_claimed);
    CHECK_ERR(CONFLICT, retry(w, ROLE_ADMINISTRATOR, one.mail.id, &after));
    CHECK_OK(settle(w, &one.mail, MAIL_TAKEN, &after));
    CHECK(after.state == MAIL_SENT && after.secrets.ptr == NULL && after.last_error.ptr == NULL);
    CHECK_ERR(CONFLICT, retry(w, ROLE_ADMINISTRATOR, one.mail.id, &after));
    CHECK_OK(settle(w, &other.mail, MAIL_TRY_AGAIN, &after));
    CHECK(after.state == MAIL_QUEUED && after.secrets.ptr != NULL);
    CHECK_STR(STR("451 later"), after.last_error);
    CHECK(!claim(w).is_claimed);
    CHECK_ERR(FORBIDDEN, retry(w, ROLE_VIEWER, other.mail.id, &after));
    CHECK_OK(retry(w, ROLE_ADMINISTRATOR, other.mail.id, &after));
    other = claim(w);
    CHECK(other.is_claimed && other.mail.attempt_count == 1);
    CHECK_OK(settle(w, &other.mail, MAIL_REFUSED, &after));
    CHECK(after.state == MAIL_FAILED);
}

WORLD(a_worker_that_was_away_cannot_say_what_became_of_a_mail)
{
    struct mail_order order = full_order(w, MAIL_INVITATION, "en");
    struct mail after;
    CHECK_OK(queue(w, &order));
    struct claim_mail_result slow = claim(w);
    world_wait(w, MAIL_LEASE_SECONDS);
    struct claim_mail_result quick = claim(w);
    CHECK(quick.is_claimed);
    CHECK_ERR(PRECONDITION_FAILED, settle(w, &slow.mail, MAIL_REFUSED, &after));
    CHECK_OK(settle(w, &quick.mail, MAIL_TAKEN, &after));
    CHECK_ERR(PRECONDITION_FAILED, settle(w, &slow.mail, MAIL_TRY_AGAIN, &after));
    CHECK(newest(w).state == MAIL_SENT);
}

WORLD(attempts_end_after_a_day)
{
    struct mail_order order = full_order(w, MAIL_INVITATION, "en");
    struct mail after = {0};
    int attempts = 0;
    CHECK_OK(queue(w, &order));
    instant began = clock_now(&w->clock.base);
    while (after.state != MAIL_FAILED) {
        struct claim_mail_result claimed = claim(w);
        if (claimed.is_claimed) {
            CHECK_OK(settle(w, &claimed.mail, MAIL_TRY_AGAIN, &after));
            attempts++;
        }
        world_wait(w, 60);
    }
    int64_t passed = clock_now(&w->clock.base).us - began.us;
    CHECK(attempts >= 10 && attempts <= 16);
    CHECK(passed > SECONDS(MAIL_TRY_SECONDS - 5 * MAIL_PAUSE_SECONDS_MAX / 4) &&
          passed <= SECONDS(MAIL_TRY_SECONDS));
}

WORLD(a_link_is_shown_while_it_is_held_and_to_who_writes_users)
{
    struct mail_order order = full_order(w, MAIL_INVITATION, "en");
    uint64_t all = role_permissions(ROLE_ADMINISTRATOR);
    uint64_t reads = all & ~(UINT64_C(1) << WRITE_USERS);
    struct mail mail;
    w->services.mail.has_server = false;
    CHECK_OK(queue(w, &order));
    uuid id = newest(w).id;
    CHECK(look(w, id, all).shows_link && has(look(w, id, all).text, TOKEN));
    CHECK(!look(w, id, reads).shows_link && !has(look(w, id, reads).text, TOKEN));
    CHECK(!has(look(w, id, reads).html, TOKEN));
    CHECK_ERR(CONFLICT, retry(w, ROLE_ADMINISTRATOR, id, &mail));
    CHECK(!claim(w).is_claimed);
    w->services.mail.has_server = true;
    CHECK_OK(retry(w, ROLE_ADMINISTRATOR, id, &mail));
    CHECK(!look(w, id, all).shows_link && !has(look(w, id, all).text, TOKEN));
    /* the server is gone again before anybody came for it */
    w->services.mail.has_server = false;
    struct claim_mail_result claimed = claim(w);
    CHECK(claimed.is_held && claimed.mail.attempt_count == 0);
    CHECK(newest(w).state == MAIL_HELD && look(w, id, all).shows_link);
}

/* Whatever fails, a mail is claimed as a whole, and settled as a whole. */
WORLD(a_mail_is_not_lost_whatever_fails)
{
    struct mail_order order = full_order(w, MAIL_INVITATION, "en");
    struct principal principal = principal_system(w->organization.key);
    struct mail after;
    CHECK_OK(queue(w, &order));
    for (uint64_t at = 1;; at++) {
        struct scope scope = world_scope(w, &principal);
        struct claim_mail_result out;
        w->fault = (struct fault){.fail_at = at, .code = ERR_UNAVAILABLE};
        err e = claim_mail_send(&scope, &(struct claim_mail){0}, &out);
        w->fault = (struct fault){0};
        CHECK(newest(w).state == (failed(e) ? MAIL_QUEUED : MAIL_SENDING));
        if (!failed(e))
            break;
        CHECK(at < 100);
    }
    world_wait(w, MAIL_LEASE_SECONDS);
    struct claim_mail_result claimed = claim(w);
    CHECK(claimed.is_claimed);
    CHECK_OK(settle(w, &claimed.mail, MAIL_TAKEN, &after));
}
