/* The operations of API keys and uploads. */
#include "tests/support/faulty_parts.h"

static err faulty_api_key_reader_get(struct api_key_reader *r, struct arena *a,
                                     int64_t organization_key, uuid id, struct api_key *out)
{
    PASS(api_key_reader, r, "api_key_reader_get");
    return api_key_reader_get(s->inner->readers.api_keys, a, organization_key, id, out);
}

static err faulty_api_key_reader_find(struct api_key_reader *r, struct arena *a,
                                      const struct api_key_filter *filter,
                                      struct api_key_slice *out, int64_t *total)
{
    PASS(api_key_reader, r, "api_key_reader_find");
    return api_key_reader_find(s->inner->readers.api_keys, a, filter, out, total);
}

const struct api_key_reader_ops faulty_api_key_reader_ops = {
    .get = faulty_api_key_reader_get,
    .find = faulty_api_key_reader_find,
};

static err faulty_api_key_writer_add(struct api_key_writer *w, struct api_key *key)
{
    PASS(api_key_writer, w, "api_key_writer_add");
    return api_key_writer_add(s->inner->uow.api_keys, key);
}

static err faulty_api_key_writer_save(struct api_key_writer *w, struct api_key *key)
{
    PASS(api_key_writer, w, "api_key_writer_save");
    return api_key_writer_save(s->inner->uow.api_keys, key);
}

static err faulty_api_key_writer_note_use(struct api_key_writer *w, int64_t key, instant now,
                                          str from)
{
    PASS(api_key_writer, w, "api_key_writer_note_use");
    return api_key_writer_note_use(s->inner->uow.api_keys, key, now, from);
}

static err faulty_api_key_writer_count_sent(struct api_key_writer *w, int64_t key, int64_t day,
                                            int64_t size)
{
    PASS(api_key_writer, w, "api_key_writer_count_sent");
    return api_key_writer_count_sent(s->inner->uow.api_keys, key, day, size);
}

const struct api_key_writer_ops faulty_api_key_writer_ops = {
    .add = faulty_api_key_writer_add,
    .save = faulty_api_key_writer_save,
    .note_use = faulty_api_key_writer_note_use,
    .count_sent = faulty_api_key_writer_count_sent,
};

static err faulty_upload_reader_get(struct upload_reader *r, struct arena *a,
                                    int64_t organization_key, uuid owner_id, uuid id,
                                    struct upload *out)
{
    PASS(upload_reader, r, "upload_reader_get");
    return upload_reader_get(s->inner->readers.uploads, a, organization_key, owner_id, id, out);
}

static err faulty_upload_reader_find(struct upload_reader *r, struct arena *a,
                                     const struct upload_filter *filter, struct upload_slice *out,
                                     int64_t *total)
{
    PASS(upload_reader, r, "upload_reader_find");
    return upload_reader_find(s->inner->readers.uploads, a, filter, out, total);
}

static err faulty_upload_reader_parts(struct upload_reader *r, struct arena *a, int64_t upload_key,
                                      int64_t after, uint32_t limit, struct upload_part_slice *out)
{
    PASS(upload_reader, r, "upload_reader_parts");
    return upload_reader_parts(s->inner->readers.uploads, a, upload_key, after, limit, out);
}

static err faulty_upload_reader_files(struct upload_reader *r, struct arena *a, int64_t upload_key,
                                      uint64_t offset, uint32_t limit,
                                      struct upload_file_slice *out, int64_t *total)
{
    PASS(upload_reader, r, "upload_reader_files");
    return upload_reader_files(s->inner->readers.uploads, a, upload_key, offset, limit, out, total);
}

const struct upload_reader_ops faulty_upload_reader_ops = {
    .get = faulty_upload_reader_get,
    .find = faulty_upload_reader_find,
    .parts = faulty_upload_reader_parts,
    .files = faulty_upload_reader_files,
};

static err faulty_upload_writer_add(struct upload_writer *w, struct upload *upload)
{
    PASS(upload_writer, w, "upload_writer_add");
    return upload_writer_add(s->inner->uow.uploads, upload);
}

static err faulty_upload_writer_save(struct upload_writer *w, struct upload *upload)
{
    PASS(upload_writer, w, "upload_writer_save");
    return upload_writer_save(s->inner->uow.uploads, upload);
}

static err faulty_upload_writer_put_part(struct upload_writer *w, struct upload_part *part,
                                         opt_i64 *replaced_size)
{
    PASS(upload_writer, w, "upload_writer_put_part");
    return upload_writer_put_part(s->inner->uow.uploads, part, replaced_size);
}

static err faulty_upload_writer_add_file(struct upload_writer *w, struct upload_file *file)
{
    PASS(upload_writer, w, "upload_writer_add_file");
    return upload_writer_add_file(s->inner->uow.uploads, file);
}

static err faulty_upload_writer_remove_parts(struct upload_writer *w, int64_t upload_key)
{
    PASS(upload_writer, w, "upload_writer_remove_parts");
    return upload_writer_remove_parts(s->inner->uow.uploads, upload_key);
}

static err faulty_upload_writer_remove(struct upload_writer *w, int64_t upload_key)
{
    PASS(upload_writer, w, "upload_writer_remove");
    return upload_writer_remove(s->inner->uow.uploads, upload_key);
}

static err faulty_upload_writer_purge(struct upload_writer *w, instant now, int64_t *count)
{
    PASS(upload_writer, w, "upload_writer_purge");
    return upload_writer_purge(s->inner->uow.uploads, now, count);
}

const struct upload_writer_ops faulty_upload_writer_ops = {
    .add = faulty_upload_writer_add,
    .save = faulty_upload_writer_save,
    .put_part = faulty_upload_writer_put_part,
    .add_file = faulty_upload_writer_add_file,
    .remove_parts = faulty_upload_writer_remove_parts,
    .remove = faulty_upload_writer_remove,
    .purge = faulty_upload_writer_purge,
};
