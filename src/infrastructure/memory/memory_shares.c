/* Shares, visits and albums in memory. */
#include "infrastructure/memory/memory_grants.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

static bool is_share(const void *row, const void *argument)
{
    const struct share *share = row, *like = argument;
    return uuid_eq(share->id, like->id) && share->organization_key == like->organization_key;
}

static err get_share(struct share_reader *r, struct arena *a, int64_t organization_key, uuid id,
                     struct share *out)
{
    const struct share like = {.id = id, .organization_key = organization_key};
    return memory_first(SESSION_OF(r, share_reader), a, MEMORY_SHARES, is_share, &like, out);
}

static err read_by_key(const struct memory_rows *rows, struct arena *a, int64_t key,
                       struct share *out)
{
    const void *row = memory_row_find(rows, key);
    if (row == NULL)
        return ERR(NOT_FOUND, "not found");
    memory_row_read(a, MEMORY_SHARES, row, out);
    return OK;
}

static err get_share_by_key(struct share_reader *r, struct arena *a, int64_t key, struct share *out)
{
    return read_by_key(memory_rows(SESSION_OF(r, share_reader), MEMORY_SHARES), a, key, out);
}

static bool has_share_token(const void *row, const void *argument)
{
    return str_eq(((const struct share *)row)->token_hash, *(const str *)argument);
}

static err get_share_by_token(struct share_reader *r, struct arena *a, str token_hash,
                              struct share *out)
{
    return memory_first(SESSION_OF(r, share_reader), a, MEMORY_SHARES, has_share_token, &token_hash,
                        out);
}

/* Of the rows that are right those of the page, newest first. */
static const void *next_of_page(const struct memory_rows *rows, size_t *at,
                                bool (*is_right)(const void *row, const void *argument),
                                const void *argument)
{
    while (*at > 0)
        if (is_right(rows->at[--*at], argument))
            return rows->at[*at];
    return NULL;
}

static bool is_shown_share(const void *row, const void *argument)
{
    const struct share *share = row;
    const struct share_filter *f = argument;
    return share->organization_key == f->organization_key &&
           (f->owner_key == 0 || share->owner_key == f->owner_key) &&
           (f->open_at.us == 0 || share_state_at(share, f->open_at) == SHARE_OPEN);
}

static err find_shares(struct share_reader *r, struct arena *a, const struct share_filter *f,
                       struct share_slice *out, int64_t *total)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, share_reader), MEMORY_SHARES);
    const void *row;
    size_t at = rows->len;
    *out = (struct share_slice){0};
    for (*total = 0; (row = next_of_page(rows, &at, is_shown_share, f)) != NULL; ++*total)
        if ((uint64_t)*total >= f->offset && out->len < f->limit)
            memory_row_read(a, MEMORY_SHARES, row, SLICE_PUSH(a, out));
    return OK;
}

static bool has_visit_token(const void *row, const void *argument)
{
    return str_eq(((const struct share_visit *)row)->token_hash, *(const str *)argument);
}

static err get_visit(struct share_reader *r, struct arena *a, str token_hash,
                     struct share_visit *out)
{
    return memory_first(SESSION_OF(r, share_reader), a, MEMORY_SHARE_VISITS, has_visit_token,
                        &token_hash, out);
}

static bool is_visit_of(const void *row, const void *argument)
{
    return ((const struct share_visit *)row)->share_key == *(const int64_t *)argument;
}

static err find_visits(struct share_reader *r, struct arena *a, int64_t share_key, uint64_t offset,
                       uint32_t limit, struct share_visit_slice *out, int64_t *total)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, share_reader), MEMORY_SHARE_VISITS);
    const void *row;
    size_t at = rows->len;
    *out = (struct share_visit_slice){0};
    for (*total = 0; (row = next_of_page(rows, &at, is_visit_of, &share_key)) != NULL; ++*total)
        if ((uint64_t)*total >= offset && out->len < limit)
            memory_row_read(a, MEMORY_SHARE_VISITS, row, SLICE_PUSH(a, out));
    return OK;
}

const struct share_reader_ops memory_share_reader_ops = {.get = get_share,
                                                         .get_by_key = get_share_by_key,
                                                         .get_by_token = get_share_by_token,
                                                         .find = find_shares,
                                                         .get_visit = get_visit,
                                                         .find_visits = find_visits};

static err add_share(struct share_writer *w, struct share *share)
{
    return memory_insert(SESSION_OF(w, share_writer), MEMORY_SHARES, share);
}

static err save_share(struct share_writer *w, struct share *share)
{
    return memory_update(SESSION_OF(w, share_writer), MEMORY_SHARES, share);
}

static err locate_share(struct share_writer *w, struct arena *a, int64_t key, struct share *out)
{
    return read_by_key(&memory_write(SESSION_OF(w, share_writer))->tables[MEMORY_SHARES], a, key,
                       out);
}

static err add_visit(struct share_writer *w, struct share_visit *visit)
{
    return memory_insert(SESSION_OF(w, share_writer), MEMORY_SHARE_VISITS, visit);
}

static bool visit_has_ended(const void *row, const void *argument)
{
    return ((const struct share_visit *)row)->expires_at.us < ((const instant *)argument)->us;
}

static err purge_visits(struct share_writer *w, instant ended_before, int64_t *count)
{
    struct memory_session *s = SESSION_OF(w, share_writer);
    *count = memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_SHARE_VISITS],
                                visit_has_ended, &ended_before);
    return OK;
}

const struct share_writer_ops memory_share_writer_ops = {.add = add_share,
                                                         .save = save_share,
                                                         .locate = locate_share,
                                                         .add_visit = add_visit,
                                                         .purge_visits = purge_visits};

static bool is_album(const void *row, const void *argument)
{
    const struct album *album = row, *like = argument;
    return uuid_eq(album->id, like->id) && album->organization_key == like->organization_key;
}

static err get_album(struct album_reader *r, struct arena *a, int64_t organization_key, uuid id,
                     struct album *out)
{
    const struct album like = {.id = id, .organization_key = organization_key};
    return memory_first(SESSION_OF(r, album_reader), a, MEMORY_ALBUMS, is_album, &like, out);
}

struct album_question {
    const struct memory_state *state;
    const struct album_filter *filter;
};

static bool is_shown_album(const void *row, const void *argument)
{
    const struct album_question *q = argument;
    const struct album_filter *f = q->filter;
    const struct album *album = row;
    const struct access access = {
        .grantee_kind = GRANTEE_USER, .grantee_key = f->user_key, .now = f->now};
    return album->organization_key == f->organization_key &&
           (f->user_key == 0 || album->owner_key == f->user_key ||
            memory_album_is_granted(q->state, &access, album->key));
}

static err find_albums(struct album_reader *r, struct arena *a, const struct album_filter *f,
                       struct album_slice *out, int64_t *total)
{
    const struct album_question q = {memory_read(SESSION_OF(r, album_reader)), f};
    const struct memory_rows *rows = &q.state->tables[MEMORY_ALBUMS];
    const void *row;
    size_t at = rows->len;
    *out = (struct album_slice){0};
    for (*total = 0; (row = next_of_page(rows, &at, is_shown_album, &q)) != NULL; ++*total)
        if ((uint64_t)*total >= f->offset && out->len < f->limit)
            memory_row_read(a, MEMORY_ALBUMS, row, SLICE_PUSH(a, out));
    return OK;
}

static err is_granted(struct album_reader *r, const struct access *access, int64_t album_key,
                      bool *out)
{
    *out = memory_album_is_granted(memory_read(SESSION_OF(r, album_reader)), access, album_key);
    return OK;
}

const struct album_reader_ops memory_album_reader_ops = {
    .get = get_album, .find = find_albums, .is_granted = is_granted};

static err add_album(struct album_writer *w, struct album *album)
{
    return memory_insert(SESSION_OF(w, album_writer), MEMORY_ALBUMS, album);
}

static err save_album(struct album_writer *w, struct album *album)
{
    return memory_update(SESSION_OF(w, album_writer), MEMORY_ALBUMS, album);
}

static bool is_grant_on(const void *row, const void *argument)
{
    const struct grant *grant = row;
    return grant->granted_kind == GRANTED_ALBUM && grant->granted_key == *(const int64_t *)argument;
}

static bool is_in_album(const void *row, const void *argument)
{
    return ((const struct memory_album_study *)row)->album_key == *(const int64_t *)argument;
}

static bool has_key(const void *row, const void *argument)
{
    return memory_row_key(row) == *(const int64_t *)argument;
}

static err remove_album(struct album_writer *w, int64_t key)
{
    struct memory_session *s = SESSION_OF(w, album_writer);
    struct memory_rows *tables = memory_write(s)->tables;
    memory_rows_remove(&s->db->arena, &tables[MEMORY_GRANTS], is_grant_on, &key);
    memory_rows_remove(&s->db->arena, &tables[MEMORY_ALBUM_STUDIES], is_in_album, &key);
    memory_rows_remove(&s->db->arena, &tables[MEMORY_ALBUMS], has_key, &key);
    return OK;
}

static bool is_album_study(const void *row, const void *argument)
{
    const struct memory_album_study *one = row, *like = argument;
    return one->album_key == like->album_key && one->study_key == like->study_key;
}

static err take_study(struct album_writer *w, int64_t album_key, int64_t study_key)
{
    const struct memory_album_study like = {0, album_key, study_key};
    struct memory_session *s = SESSION_OF(w, album_writer);
    memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_ALBUM_STUDIES],
                       is_album_study, &like);
    return OK;
}

static err put_study(struct album_writer *w, int64_t album_key, int64_t study_key, uuid added_by,
                     instant now)
{
    struct memory_session *s = SESSION_OF(w, album_writer);
    (void)added_by, (void)now;
    TRY(take_study(w, album_key, study_key));
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_ALBUM_STUDIES];
    struct memory_album_study *row = NEW(&s->db->arena, struct memory_album_study);
    *row = (struct memory_album_study){memory_row_next_key(rows), album_key, study_key};
    memory_row_add(&s->db->arena, rows, row);
    return OK;
}

const struct album_writer_ops memory_album_writer_ops = {.add = add_album,
                                                         .save = save_album,
                                                         .remove = remove_album,
                                                         .put_study = put_study,
                                                         .take_study = take_study};
