/* Uploads in memory. */
#include "infrastructure/memory/memory_session.h"

#include <stdlib.h>

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

static bool has_id(const void *row, const void *argument)
{
    const struct upload *upload = row, *like = argument;
    return uuid_eq(upload->id, like->id) && uuid_eq(upload->owner_id, like->owner_id) &&
           upload->organization_key == like->organization_key;
}

static err get(struct upload_reader *r, struct arena *a, int64_t organization_key, uuid owner_id,
               uuid id, struct upload *out)
{
    const struct upload like = {
        .id = id, .organization_key = organization_key, .owner_id = owner_id};
    return memory_first(SESSION_OF(r, upload_reader), a, MEMORY_UPLOADS, has_id, &like, out);
}

static err find(struct upload_reader *r, struct arena *a, const struct upload_filter *f,
                struct upload_slice *out, int64_t *total)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, upload_reader), MEMORY_UPLOADS);
    *out = (struct upload_slice){0};
    *total = 0;
    for (size_t i = rows->len; i-- != 0;) {
        const struct upload *upload = rows->at[i];
        if (upload->organization_key != f->organization_key ||
            !uuid_eq(upload->owner_id, f->owner_id) ||
            (f->state.is_set && (int64_t)upload->state != f->state.value))
            continue;
        if ((uint64_t)*total >= f->offset && out->len < f->limit)
            memory_row_read(a, MEMORY_UPLOADS, upload, SLICE_PUSH(a, out));
        ++*total;
    }
    return OK;
}

static int by_number(const void *one, const void *other)
{
    int64_t a = (*(const struct upload_part *const *)one)->number;
    int64_t b = (*(const struct upload_part *const *)other)->number;
    return (a > b) - (a < b);
}

static err parts(struct upload_reader *r, struct arena *a, int64_t upload_key, int64_t after,
                 uint32_t limit, struct upload_part_slice *out)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, upload_reader), MEMORY_UPLOAD_PARTS);
    const struct upload_part **found = NEW_ARRAY(a, const struct upload_part *, rows->len);
    size_t count = 0;
    *out = (struct upload_part_slice){0};
    for (size_t i = 0; i < rows->len; i++) {
        const struct upload_part *part = rows->at[i];
        if (part->upload_key == upload_key && part->number > after)
            found[count++] = part;
    }
    if (count != 0)
        qsort(found, count, sizeof *found, by_number);
    for (size_t i = 0; i < count && out->len < limit; i++)
        memory_row_read(a, MEMORY_UPLOAD_PARTS, found[i], SLICE_PUSH(a, out));
    return OK;
}

/* Files are added in the order of their numbers. */
static err files(struct upload_reader *r, struct arena *a, int64_t upload_key, uint64_t offset,
                 uint32_t limit, struct upload_file_slice *out, int64_t *total)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, upload_reader), MEMORY_UPLOAD_FILES);
    *out = (struct upload_file_slice){0};
    *total = 0;
    for (size_t i = 0; i < rows->len; i++) {
        const struct upload_file *file = rows->at[i];
        if (file->upload_key != upload_key)
            continue;
        if ((uint64_t)*total >= offset && out->len < limit)
            memory_row_read(a, MEMORY_UPLOAD_FILES, file, SLICE_PUSH(a, out));
        ++*total;
    }
    return OK;
}

const struct upload_reader_ops memory_upload_reader_ops = {
    .get = get, .find = find, .parts = parts, .files = files};

static err add(struct upload_writer *w, struct upload *upload)
{
    return memory_insert(SESSION_OF(w, upload_writer), MEMORY_UPLOADS, upload);
}

static err save(struct upload_writer *w, struct upload *upload)
{
    return memory_update(SESSION_OF(w, upload_writer), MEMORY_UPLOADS, upload);
}

static int64_t remove_where(struct upload_writer *w, enum memory_table table,
                            bool (*goes)(const void *row, const void *argument),
                            const void *argument)
{
    struct memory_session *s = SESSION_OF(w, upload_writer);
    return memory_rows_remove(&s->db->arena, &memory_write(s)->tables[table], goes, argument);
}

static bool is_same_part(const void *row, const void *argument)
{
    const struct upload_part *part = row, *like = argument;
    return part->upload_key == like->upload_key && part->number == like->number;
}

static err put_part(struct upload_writer *w, struct upload_part *part, opt_i64 *replaced_size)
{
    const struct memory_rows *rows =
        &memory_write(SESSION_OF(w, upload_writer))->tables[MEMORY_UPLOAD_PARTS];
    *replaced_size = (opt_i64){0};
    for (size_t i = 0; i < rows->len; i++)
        if (is_same_part(rows->at[i], part))
            *replaced_size = (opt_i64){true, ((const struct upload_part *)rows->at[i])->size};
    remove_where(w, MEMORY_UPLOAD_PARTS, is_same_part, part);
    return memory_insert(SESSION_OF(w, upload_writer), MEMORY_UPLOAD_PARTS, part);
}

static err add_file(struct upload_writer *w, struct upload_file *file)
{
    return memory_insert(SESSION_OF(w, upload_writer), MEMORY_UPLOAD_FILES, file);
}

static bool is_part_of(const void *row, const void *argument)
{
    return ((const struct upload_part *)row)->upload_key == *(const int64_t *)argument;
}

static bool is_file_of(const void *row, const void *argument)
{
    return ((const struct upload_file *)row)->upload_key == *(const int64_t *)argument;
}

static bool has_key(const void *row, const void *argument)
{
    return memory_row_key(row) == *(const int64_t *)argument;
}

static err remove_parts(struct upload_writer *w, int64_t upload_key)
{
    remove_where(w, MEMORY_UPLOAD_PARTS, is_part_of, &upload_key);
    return OK;
}

static err remove_one(struct upload_writer *w, int64_t upload_key)
{
    TRY(remove_parts(w, upload_key));
    remove_where(w, MEMORY_UPLOAD_FILES, is_file_of, &upload_key);
    remove_where(w, MEMORY_UPLOADS, has_key, &upload_key);
    return OK;
}

static err purge(struct upload_writer *w, instant now, int64_t *count)
{
    struct memory_session *s = SESSION_OF(w, upload_writer);
    const struct memory_rows *rows = &memory_write(s)->tables[MEMORY_UPLOADS];
    *count = 0;
    for (size_t i = 0; i < rows->len;) {
        const struct upload *upload = rows->at[i];
        bool goes = upload->expires_at.us < now.us && upload->lease_until.us < now.us;
        if (goes)
            TRY(remove_one(w, upload->key));
        *count += goes;
        i += !goes;
    }
    return OK;
}

const struct upload_writer_ops memory_upload_writer_ops = {.add = add,
                                                           .save = save,
                                                           .put_part = put_part,
                                                           .add_file = add_file,
                                                           .remove_parts = remove_parts,
                                                           .remove = remove_one,
                                                           .purge = purge};
