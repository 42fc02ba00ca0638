/* Mails: read, listed, claimed by one worker after the other, removed. */
#include "base/json.h"
#include "tests/contract/contract.h"

static struct mail mail_of(struct contract_db *c, int64_t organization_key, const char *recipient)
{
    instant now = clock_now(&c->clock.base);
    return (struct mail){.id = uuid_make(&c->clock.base),
                         .organization_key = organization_key,
                         .created_at = now,
                         .updated_at = now,
                         .template_name = MAIL_SHARE_LINK,
                         .language = STR("de"),
                         .recipient = str_of(recipient),
                         .recipient_name = STR("Ada Müller"),
                         .subject = STR("Bilder"),
                         .parameters = STR("{\"items\":[]}"),
                         .secrets = STR("s1.secret"),
                         .needs_public_url = true,
                         .next_attempt_at = now,
                         .give_up_at = instant_add(now, SECONDS(MAIL_TRY_SECONDS))};
}

static struct mail add_mail(struct contract_db *c, struct mail mail)
{
    struct db_session *s = contract_begin(c);
    CHECK_OK(mail_writer_add(s->uow.mails, &mail));
    CHECK(mail.key != 0 && mail.version == 1);
    contract_commit(s);
    return mail;
}

static void wait_seconds(struct contract_db *c, int64_t seconds)
{
    c->clock.time = instant_add(c->clock.time, SECONDS(seconds));
}

static struct mail_claim claim_of(struct contract_db *c, bool held, bool links)
{
    return (struct mail_claim){clock_now(&c->clock.base), held, links};
}

/* The recipient of what is claimed; "-" for none. */
static str claimed(struct contract_db *c, bool held, bool links, struct mail *out)
{
    struct db_session *s = contract_begin(c);
    struct mail_claim claim = claim_of(c, held, links);
    bool due;
    CHECK_OK(mail_reader_is_due(s->readers.mails, &claim, &due));
    db_session_end(s);
    s = contract_begin(c);
    err e = mail_writer_claim(s->uow.mails, &c->arena, &claim, out);
    CHECK(due == !failed(e));
    if (failed(e)) {
        CHECK_ERR(NOT_FOUND, e);
        db_session_end(s);
        return STR("-");
    }
    contract_commit(s);
    return out->recipient;
}

static err save_mail(struct contract_db *c, struct mail *mail)
{
    struct db_session *s = contract_begin(c);
    err e = mail_writer_save(s->uow.mails, mail);
    if (!failed(e))
        e = db_session_commit(s);
    db_session_end(s);
    return e;
}

static struct mail read_mail(struct contract_db *c, const struct mail *mail)
{
    struct mail out;
    struct db_session *s = contract_begin(c);
    CHECK_OK(mail_reader_get(s->readers.mails, &c->arena, mail->organization_key, mail->id, &out));
    db_session_end(s);
    return out;
}

CONTRACT(a_mail_is_read_as_it_was_written)
{
    struct mail mail = add_mail(c, mail_of(c, c->organization_key, "ada@clinic.example")), read;
    struct buf one = BUF_IN(&c->arena), other = BUF_IN(&c->arena);
    read = read_mail(c, &mail);
    json_write(&one, &mail_schema, &mail, JSON_INTERNAL);
    json_write(&other, &mail_schema, &read, JSON_INTERNAL);
    CHECK_STR(buf_str(&one), buf_str(&other));
    struct db_session *s = contract_begin(c);
    CHECK_ERR(NOT_FOUND,
              mail_reader_get(s->readers.mails, &c->arena, c->other_key, mail.id, &read));
    CHECK_ERR(NOT_FOUND, mail_reader_get(s->readers.mails, &c->arena, c->organization_key,
                                         uuid_make(&c->clock.base), &read));
    db_session_end(s);
}

CONTRACT(a_mail_that_is_rolled_back_is_not_there)
{
    struct mail mail = mail_of(c, c->organization_key, "ada@clinic.example"), out;
    struct db_session *s = contract_begin(c);
    CHECK_OK(mail_writer_add(s->uow.mails, &mail));
    db_session_end(s);
    CHECK_STR(STR("-"), claimed(c, true, true, &out));
}

CONTRACT(mails_are_claimed_in_their_turn)
{
    struct mail late = mail_of(c, c->organization_key, "late@clinic.example"), out;
    late.next_attempt_at = instant_add(late.next_attempt_at, SECONDS(100));
    add_mail(c, late);
    add_mail(c, mail_of(c, c->other_key, "one@clinic.example"));
    wait_seconds(c, 1);
    add_mail(c, mail_of(c, c->organization_key, "two@clinic.example"));
    CHECK_STR(STR("one@clinic.example"), claimed(c, true, true, &out));
    CHECK(out.state == MAIL_SENDING && out.attempt_count == 1 && out.version == 2);
    CHECK(out.next_attempt_at.us ==
          instant_add(clock_now(&c->clock.base), SECONDS(MAIL_LEASE_SECONDS)).us);
    CHECK_STR(STR("two@clinic.example"), claimed(c, false, false, &out));
    CHECK_STR(STR("-"), claimed(c, true, true, &out));
    wait_seconds(c, 99);
    CHECK_STR(STR("late@clinic.example"), claimed(c, true, true, &out));
}

CONTRACT(a_lease_that_ended_gives_the_mail_to_another_worker)
{
    struct mail first, second;
    add_mail(c, mail_of(c, c->organization_key, "ada@clinic.example"));
    CHECK_STR(STR("ada@clinic.example"), claimed(c, true, true, &first));
    wait_seconds(c, MAIL_LEASE_SECONDS - 1);
    CHECK_STR(STR("-"), claimed(c, true, true, &second));
    wait_seconds(c, 1);
    CHECK_STR(STR("ada@clinic.example"), claimed(c, true, true, &second));
    CHECK_INT(2, second.attempt_count);
    /* the first one wakes up: what it says does not count any more */
    first.state = MAIL_FAILED;
    CHECK_ERR(PRECONDITION_FAILED, save_mail(c, &first));
    second.state = MAIL_SENT;
    second.secrets = STR_NONE;
    CHECK_OK(save_mail(c, &second));
    CHECK(read_mail(c, &second).state == MAIL_SENT && read_mail(c, &second).secrets.ptr == NULL);
    wait_seconds(c, MAIL_LEASE_SECONDS);
    CHECK_STR(STR("-"), claimed(c, true, true, &first));
}

CONTRACT(a_held_mail_waits_for_who_can_send_it)
{
    struct mail link = mail_of(c, c->organization_key, "link@clinic.example"), out;
    struct mail plain = mail_of(c, c->organization_key, "plain@clinic.example");
    link.state = plain.state = MAIL_HELD;
    plain.needs_public_url = false;
    add_mail(c, link);
    add_mail(c, plain);
    CHECK_STR(STR("-"), claimed(c, false, false, &out));
    CHECK_STR(STR("-"), claimed(c, false, true, &out));
    CHECK_STR(STR("plain@clinic.example"), claimed(c, true, false, &out));
    CHECK_STR(STR("-"), claimed(c, true, false, &out));
    wait_seconds(c, 1);
    add_mail(c, mail_of(c, c->organization_key, "queued@clinic.example"));
    CHECK_STR(STR("queued@clinic.example"), claimed(c, true, true, &out));
    CHECK_STR(STR("link@clinic.example"), claimed(c, true, true, &out));
    CHECK_STR(STR("-"), claimed(c, true, true, &out));
}

CONTRACT(a_mail_that_was_held_too_long_stays)
{
    struct mail mail = mail_of(c, c->organization_key, "old@clinic.example"), out;
    mail.state = MAIL_HELD;
    add_mail(c, mail);
    wait_seconds(c, MAIL_TRY_SECONDS);
    CHECK_STR(STR("-"), claimed(c, true, true, &out));
    CHECK_INT(0, read_mail(c, &mail).attempt_count);
}

static str listed(struct contract_db *c, struct mail_filter f, int64_t expected_total)
{
    struct db_session *s = contract_begin(c);
    struct mail_slice rows;
    struct buf text = BUF_IN(&c->arena);
    int64_t total;
    f.organization_key = c->organization_key;
    f.limit = f.limit == 0 ? 50 : f.limit;
    CHECK_OK(mail_reader_find(s->readers.mails, &c->arena, &f, &rows, &total));
    CHECK_INT(expected_total, total);
    for (size_t i = 0; i < rows.len; i++)
        buf_addf(&text, "%s%.*s", i == 0 ? "" : " ", (int)str_find_char(rows.at[i].recipient, '@'),
                 rows.at[i].recipient.ptr);
    db_session_end(s);
    return buf_str(&text);
}

CONTRACT(mails_are_listed_by_what_is_asked)
{
    struct mail mails[] = {mail_of(c, c->organization_key, "ada@clinic.example"),
                           mail_of(c, c->organization_key, "bob@clinic.example"),
                           mail_of(c, c->organization_key, "cy_@clinic.example"),
                           mail_of(c, c->other_key, "dora@clinic.example")};
    struct sort_key by_recipient = {STR("recipient"), true}, by_time = {STR("created_at"), false},
                    by_state = {STR("state"), true};
    mails[0].state = MAIL_SENT;
    mails[1].subject = STR("Neues Passwort");
    mails[1].template_name = MAIL_PASSWORD_RESET;
    mails[2].recipient_name = STR_NONE;
    for (size_t i = 0; i < COUNT_OF(mails); i++) {
        wait_seconds(c, 1);
        mails[i].created_at = clock_now(&c->clock.base);
        add_mail(c, mails[i]);
    }
    CHECK_STR(STR("cy_ bob ada"), listed(c, (struct mail_filter){0}, 3));
    CHECK_STR(STR("ada bob cy_"), listed(c, (struct mail_filter){.sort = {&by_time, 1}}, 3));
    CHECK_STR(STR("cy_ bob ada"), listed(c, (struct mail_filter){.sort = {&by_recipient, 1}}, 3));
    CHECK_STR(STR("ada cy_ bob"), listed(c, (struct mail_filter){.sort = {&by_state, 1}}, 3));
    CHECK_STR(STR("bob"), listed(c, (struct mail_filter){.limit = 1, .offset = 1}, 3));
    CHECK_STR(STR("ada"), listed(c, (struct mail_filter){.state = {true, MAIL_SENT}}, 1));
    CHECK_STR(STR("bob"),
              listed(c, (struct mail_filter){.template_name = {true, MAIL_PASSWORD_RESET}}, 1));
    CHECK_STR(STR("bob"), listed(c, (struct mail_filter){.search = STR("passWORT")}, 1));
    CHECK_STR(STR("bob ada"), listed(c, (struct mail_filter){.search = STR("ada m")}, 2));
    CHECK_STR(STR("cy_"), listed(c, (struct mail_filter){.search = STR("y_@")}, 1));
    CHECK_STR(STR(""), listed(c, (struct mail_filter){.search = STR("dora")}, 0));
}

CONTRACT(old_mails_are_removed_but_none_that_is_to_be_sent)
{
    const enum mail_state states[] = {MAIL_SENT, MAIL_QUEUED, MAIL_SENDING, MAIL_FAILED, MAIL_HELD};
    int64_t count;
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        struct mail mail = mail_of(c, c->organization_key, "x@clinic.example");
        mail.state = states[i];
        add_mail(c, mail);
    }
    instant made = clock_now(&c->clock.base);
    struct db_session *s = contract_begin(c);
    CHECK_OK(mail_writer_purge(s->uow.mails, made, 10, &count));
    CHECK_INT(0, count);
    CHECK_OK(mail_writer_purge(s->uow.mails, instant_add(made, 1), 2, &count));
    CHECK_INT(2, count);
    CHECK_OK(mail_writer_purge(s->uow.mails, instant_add(made, 1), 10, &count));
    CHECK_INT(1, count);
    contract_commit(s);
    listed(c, (struct mail_filter){0}, 2);
}
