/* Grants, shares and albums that fail on demand. */
#include "tests/support/faulty_parts.h"

static err faulty_grant_reader_get(struct grant_reader *r, struct arena *a,
                                   int64_t organization_key, uuid id, struct grant *out)
{
    PASS(grant_reader, r, "grant_reader_get");
    return grant_reader_get(s->inner->readers.grants, a, organization_key, id, out);
}

static err faulty_grant_reader_find(struct grant_reader *r, struct arena *a,
                                    const struct grant_filter *filter, struct grant_slice *out,
                                    int64_t *total)
{
    PASS(grant_reader, r, "grant_reader_find");
    return grant_reader_find(s->inner->readers.grants, a, filter, out, total);
}

const struct grant_reader_ops faulty_grant_reader_ops = {
    .get = faulty_grant_reader_get,
    .find = faulty_grant_reader_find,
};

static err faulty_grant_writer_add(struct grant_writer *w, struct grant *grant)
{
    PASS(grant_writer, w, "grant_writer_add");
    return grant_writer_add(s->inner->uow.grants, grant);
}

static err faulty_grant_writer_save(struct grant_writer *w, struct grant *grant)
{
    PASS(grant_writer, w, "grant_writer_save");
    return grant_writer_save(s->inner->uow.grants, grant);
}

static err faulty_grant_writer_remove(struct grant_writer *w, int64_t key)
{
    PASS(grant_writer, w, "grant_writer_remove");
    return grant_writer_remove(s->inner->uow.grants, key);
}

static err faulty_grant_writer_remove_all(struct grant_writer *w, enum grantee_kind kind,
                                          int64_t grantee_key)
{
    PASS(grant_writer, w, "grant_writer_remove_all");
    return grant_writer_remove_all(s->inner->uow.grants, kind, grantee_key);
}

static err faulty_grant_writer_purge(struct grant_writer *w, instant ended_before, int64_t *count)
{
    PASS(grant_writer, w, "grant_writer_purge");
    return grant_writer_purge(s->inner->uow.grants, ended_before, count);
}

const struct grant_writer_ops faulty_grant_writer_ops = {
    .add = faulty_grant_writer_add,
    .save = faulty_grant_writer_save,
    .remove = faulty_grant_writer_remove,
    .remove_all = faulty_grant_writer_remove_all,
    .purge = faulty_grant_writer_purge,
};

static err faulty_share_reader_get(struct share_reader *r, struct arena *a,
                                   int64_t organization_key, uuid id, struct share *out)
{
    PASS(share_reader, r, "share_reader_get");
    return share_reader_get(s->inner->readers.shares, a, organization_key, id, out);
}

static err faulty_share_reader_get_by_key(struct share_reader *r, struct arena *a, int64_t key,
                                          struct share *out)
{
    PASS(share_reader, r, "share_reader_get_by_key");
    return share_reader_get_by_key(s->inner->readers.shares, a, key, out);
}

static err faulty_share_reader_get_by_token(struct share_reader *r, struct arena *a, str token_hash,
                                            struct share *out)
{
    PASS(share_reader, r, "share_reader_get_by_token");
    return share_reader_get_by_token(s->inner->readers.shares, a, token_hash, out);
}

static err faulty_share_reader_find(struct share_reader *r, struct arena *a,
                                    const struct share_filter *filter, struct share_slice *out,
                                    int64_t *total)
{
    PASS(share_reader, r, "share_reader_find");
    return share_reader_find(s->inner->readers.shares, a, filter, out, total);
}

static err faulty_share_reader_get_visit(struct share_reader *r, struct arena *a, str token_hash,
                                         struct share_visit *out)
{
    PASS(share_reader, r, "share_reader_get_visit");
    return share_reader_get_visit(s->inner->readers.shares, a, token_hash, out);
}

static err faulty_share_reader_find_visits(struct share_reader *r, struct arena *a,
                                           int64_t share_key, uint64_t offset, uint32_t limit,
                                           struct share_visit_slice *out, int64_t *total)
{
    PASS(share_reader, r, "share_reader_find_visits");
    return share_reader_find_visits(s->inner->readers.shares, a, share_key, offset, limit, out,
                                    total);
}

const struct share_reader_ops faulty_share_reader_ops = {
    .get = faulty_share_reader_get,
    .get_by_key = faulty_share_reader_get_by_key,
    .get_by_token = faulty_share_reader_get_by_token,
    .find = faulty_share_reader_find,
    .get_visit = faulty_share_reader_get_visit,
    .find_visits = faulty_share_reader_find_visits,
};

static err faulty_share_writer_add(struct share_writer *w, struct share *share)
{
    PASS(share_writer, w, "share_writer_add");
    return share_writer_add(s->inner->uow.shares, share);
}

static err faulty_share_writer_save(struct share_writer *w, struct share *share)
{
    PASS(share_writer, w, "share_writer_save");
    return share_writer_save(s->inner->uow.shares, share);
}

static err faulty_share_writer_locate(struct share_writer *w, struct arena *a, int64_t key,
                                      struct share *out)
{
    PASS(share_writer, w, "share_writer_locate");
    return share_writer_locate(s->inner->uow.shares, a, key, out);
}

static err faulty_share_writer_add_visit(struct share_writer *w, struct share_visit *visit)
{
    PASS(share_writer, w, "share_writer_add_visit");
    return share_writer_add_visit(s->inner->uow.shares, visit);
}

static err faulty_share_writer_purge_visits(struct share_writer *w, instant ended_before,
                                            int64_t *count)
{
    PASS(share_writer, w, "share_writer_purge_visits");
    return share_writer_purge_visits(s->inner->uow.shares, ended_before, count);
}

const struct share_writer_ops faulty_share_writer_ops = {
    .add = faulty_share_writer_add,
    .save = faulty_share_writer_save,
    .locate = faulty_share_writer_locate,
    .add_visit = faulty_share_writer_add_visit,
    .purge_visits = faulty_share_writer_purge_visits,
};

static err faulty_album_reader_get(struct album_reader *r, struct arena *a,
                                   int64_t organization_key, uuid id, struct album *out)
{
    PASS(album_reader, r, "album_reader_get");
    return album_reader_get(s->inner->readers.albums, a, organization_key, id, out);
}

static err faulty_album_reader_find(struct album_reader *r, struct arena *a,
                                    const struct album_filter *filter, struct album_slice *out,
                                    int64_t *total)
{
    PASS(album_reader, r, "album_reader_find");
    return album_reader_find(s->inner->readers.albums, a, filter, out, total);
}

static err faulty_album_reader_is_granted(struct album_reader *r, const struct access *access,
                                          int64_t album_key, bool *out)
{
    PASS(album_reader, r, "album_reader_is_granted");
    return album_reader_is_granted(s->inner->readers.albums, access, album_key, out);
}

const struct album_reader_ops faulty_album_reader_ops = {
    .get = faulty_album_reader_get,
    .find = faulty_album_reader_find,
    .is_granted = faulty_album_reader_is_granted,
};

static err faulty_album_writer_add(struct album_writer *w, struct album *album)
{
    PASS(album_writer, w, "album_writer_add");
    return album_writer_add(s->inner->uow.albums, album);
}

static err faulty_album_writer_save(struct album_writer *w, struct album *album)
{
    PASS(album_writer, w, "album_writer_save");
    return album_writer_save(s->inner->uow.albums, album);
}

static err faulty_album_writer_remove(struct album_writer *w, int64_t key)
{
    PASS(album_writer, w, "album_writer_remove");
    return album_writer_remove(s->inner->uow.albums, key);
}

static err faulty_album_writer_put_study(struct album_writer *w, int64_t album_key,
                                         int64_t study_key, uuid added_by, instant now)
{
    PASS(album_writer, w, "album_writer_put_study");
    return album_writer_put_study(s->inner->uow.albums, album_key, study_key, added_by, now);
}

static err faulty_album_writer_take_study(struct album_writer *w, int64_t album_key,
                                          int64_t study_key)
{
    PASS(album_writer, w, "album_writer_take_study");
    return album_writer_take_study(s->inner->uow.albums, album_key, study_key);
}

const struct album_writer_ops faulty_album_writer_ops = {
    .add = faulty_album_writer_add,
    .save = faulty_album_writer_save,
    .remove = faulty_album_writer_remove,
    .put_study = faulty_album_writer_put_study,
    .take_study = faulty_album_writer_take_study,
};
