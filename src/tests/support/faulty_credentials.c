/* Signing keys and requests for a password that fail. */
#include "tests/support/faulty_parts.h"

static err faulty_signing_key_reader_all(struct signing_key_reader *r, struct arena *a,
                                         struct signing_key_slice *out)
{
    PASS(signing_key_reader, r, "signing_key_reader_all");
    return signing_key_reader_all(s->inner->readers.signing_keys, a, out);
}

const struct signing_key_reader_ops faulty_signing_key_reader_ops = {
    .all = faulty_signing_key_reader_all,
};

static err faulty_signing_key_writer_add(struct signing_key_writer *w, struct signing_key *key)
{
    PASS(signing_key_writer, w, "signing_key_writer_add");
    return signing_key_writer_add(s->inner->uow.signing_keys, key);
}

static err faulty_signing_key_writer_remove(struct signing_key_writer *w, int64_t key)
{
    PASS(signing_key_writer, w, "signing_key_writer_remove");
    return signing_key_writer_remove(s->inner->uow.signing_keys, key);
}

const struct signing_key_writer_ops faulty_signing_key_writer_ops = {
    .add = faulty_signing_key_writer_add,
    .remove = faulty_signing_key_writer_remove,
};

static err faulty_password_request_writer_add(struct password_request_writer *w,
                                              struct password_request *request)
{
    PASS(password_request_writer, w, "password_request_writer_add");
    return password_request_writer_add(s->inner->uow.password_requests, request);
}

static err faulty_password_request_writer_take(struct password_request_writer *w, struct arena *a,
                                               uint32_t limit, struct password_request_slice *out)
{
    PASS(password_request_writer, w, "password_request_writer_take");
    return password_request_writer_take(s->inner->uow.password_requests, a, limit, out);
}

const struct password_request_writer_ops faulty_password_request_writer_ops = {
    .add = faulty_password_request_writer_add,
    .take = faulty_password_request_writer_take,
};
