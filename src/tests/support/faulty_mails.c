/* Mails that fail. */
#include "tests/support/faulty_parts.h"

static err faulty_mail_reader_get(struct mail_reader *r, struct arena *a, int64_t organization_key,
                                  uuid id, struct mail *out)
{
    PASS(mail_reader, r, "mail_reader_get");
    return mail_reader_get(s->inner->readers.mails, a, organization_key, id, out);
}

static err faulty_mail_reader_find(struct mail_reader *r, struct arena *a,
                                   const struct mail_filter *filter, struct mail_slice *out,
                                   int64_t *total)
{
    PASS(mail_reader, r, "mail_reader_find");
    return mail_reader_find(s->inner->readers.mails, a, filter, out, total);
}

static err faulty_mail_reader_is_due(struct mail_reader *r, const struct mail_claim *claim,
                                     bool *out)
{
    PASS(mail_reader, r, "mail_reader_is_due");
    return mail_reader_is_due(s->inner->readers.mails, claim, out);
}

const struct mail_reader_ops faulty_mail_reader_ops = {
    .get = faulty_mail_reader_get,
    .find = faulty_mail_reader_find,
    .is_due = faulty_mail_reader_is_due,
};

static err faulty_mail_writer_add(struct mail_writer *w, struct mail *mail)
{
    PASS(mail_writer, w, "mail_writer_add");
    return mail_writer_add(s->inner->uow.mails, mail);
}

static err faulty_mail_writer_save(struct mail_writer *w, struct mail *mail)
{
    PASS(mail_writer, w, "mail_writer_save");
    return mail_writer_save(s->inner->uow.mails, mail);
}

static err faulty_mail_writer_claim(struct mail_writer *w, struct arena *a,
                                    const struct mail_claim *claim, struct mail *out)
{
    PASS(mail_writer, w, "mail_writer_claim");
    return mail_writer_claim(s->inner->uow.mails, a, claim, out);
}

static err faulty_mail_writer_purge(struct mail_writer *w, instant made_before, uint32_t limit,
                                    int64_t *count)
{
    PASS(mail_writer, w, "mail_writer_purge");
    return mail_writer_purge(s->inner->uow.mails, made_before, limit, count);
}

const struct mail_writer_ops faulty_mail_writer_ops = {
    .add = faulty_mail_writer_add,
    .save = faulty_mail_writer_save,
    .claim = faulty_mail_writer_claim,
    .purge = faulty_mail_writer_purge,
};
