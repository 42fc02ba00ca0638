/* Identities that fail. */
#include "tests/support/faulty_parts.h"

static err faulty_identity_reader_get_provider(struct identity_reader *r, struct arena *a,
                                               int64_t organization_key, uuid id,
                                               struct identity_provider *out)
{
    PASS(identity_reader, r, "identity_reader_get_provider");
    return identity_reader_get_provider(s->inner->readers.identities, a, organization_key, id, out);
}

static err faulty_identity_reader_find_provider(struct identity_reader *r, struct arena *a, uuid id,
                                                struct identity_provider *out)
{
    PASS(identity_reader, r, "identity_reader_find_provider");
    return identity_reader_find_provider(s->inner->readers.identities, a, id, out);
}

static err faulty_identity_reader_list_providers(struct identity_reader *r, struct arena *a,
                                                 int64_t organization_key,
                                                 struct identity_provider_slice *out)
{
    PASS(identity_reader, r, "identity_reader_list_providers");
    return identity_reader_list_providers(s->inner->readers.identities, a, organization_key, out);
}

static err faulty_identity_reader_get(struct identity_reader *r, struct arena *a,
                                      int64_t provider_key, str subject, struct identity *out)
{
    PASS(identity_reader, r, "identity_reader_get");
    return identity_reader_get(s->inner->readers.identities, a, provider_key, subject, out);
}

static err faulty_identity_reader_of_user(struct identity_reader *r, struct arena *a,
                                          int64_t user_key, struct identity_slice *out)
{
    PASS(identity_reader, r, "identity_reader_of_user");
    return identity_reader_of_user(s->inner->readers.identities, a, user_key, out);
}

const struct identity_reader_ops faulty_identity_reader_ops = {
    .get_provider = faulty_identity_reader_get_provider,
    .find_provider = faulty_identity_reader_find_provider,
    .list_providers = faulty_identity_reader_list_providers,
    .get = faulty_identity_reader_get,
    .of_user = faulty_identity_reader_of_user,
};

static err faulty_identity_writer_add_provider(struct identity_writer *w,
                                               struct identity_provider *provider)
{
    PASS(identity_writer, w, "identity_writer_add_provider");
    return identity_writer_add_provider(s->inner->uow.identities, provider);
}

static err faulty_identity_writer_save_provider(struct identity_writer *w,
                                                struct identity_provider *provider)
{
    PASS(identity_writer, w, "identity_writer_save_provider");
    return identity_writer_save_provider(s->inner->uow.identities, provider);
}

static err faulty_identity_writer_remove_provider(struct identity_writer *w, int64_t key)
{
    PASS(identity_writer, w, "identity_writer_remove_provider");
    return identity_writer_remove_provider(s->inner->uow.identities, key);
}

static err faulty_identity_writer_add(struct identity_writer *w, struct identity *identity)
{
    PASS(identity_writer, w, "identity_writer_add");
    return identity_writer_add(s->inner->uow.identities, identity);
}

static err faulty_identity_writer_save(struct identity_writer *w, struct identity *identity)
{
    PASS(identity_writer, w, "identity_writer_save");
    return identity_writer_save(s->inner->uow.identities, identity);
}

static err faulty_identity_writer_remove(struct identity_writer *w, int64_t key)
{
    PASS(identity_writer, w, "identity_writer_remove");
    return identity_writer_remove(s->inner->uow.identities, key);
}

static err faulty_identity_writer_remove_user(struct identity_writer *w, int64_t user_key)
{
    PASS(identity_writer, w, "identity_writer_remove_user");
    return identity_writer_remove_user(s->inner->uow.identities, user_key);
}

const struct identity_writer_ops faulty_identity_writer_ops = {
    .add_provider = faulty_identity_writer_add_provider,
    .save_provider = faulty_identity_writer_save_provider,
    .remove_provider = faulty_identity_writer_remove_provider,
    .add = faulty_identity_writer_add,
    .save = faulty_identity_writer_save,
    .remove = faulty_identity_writer_remove,
    .remove_user = faulty_identity_writer_remove_user,
};
