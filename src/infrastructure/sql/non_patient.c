/* Non-patient objects on SQL; lists of them are found as those of images are. */
#include "infrastructure/sql/find.h"
#include "infrastructure/sql/session.h"

static struct sql_session *reading(struct non_patient_reader *r)
{
    return container_of(r, struct sql_session, base.repositories.non_patient_reader);
}

static struct sql_session *writing(struct non_patient_writer *w)
{
    return container_of(w, struct sql_session, base.repositories.non_patient_writer);
}

static err find(struct non_patient_reader *r, struct arena *a, const struct image_filter *filter,
                struct image_page *out)
{
    return sql_images_find(&reading(r)->base.repositories.image_reader, a, filter, out);
}

static err start_by_uid(struct sql_connection *c, struct arena *a, int64_t organization_key,
                        str sop_uid, struct statement *out)
{
    TRY(statement_prepare(c,
                          str_format(a, "%sWHERE organization_key = ?1 AND sop_instance_uid = ?2",
                                     entity_sql(&non_patient_object_schema)->select),
                          out));
    statement_bind_i64(out, 1, organization_key);
    statement_bind_str(out, 2, sop_uid);
    return OK;
}

static err reader_locate(struct non_patient_reader *r, struct arena *a, int64_t organization_key,
                         enum non_patient_category category, str sop_uid,
                         struct non_patient_object *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    struct non_patient_object object;
    TRY(sql_session_read(reading(r), &c));
    TRY(start_by_uid(c, a, organization_key, sop_uid, &s));
    TRY(entity_read_row(&s, a, &non_patient_object_schema, &object));
    if (object.category != (int64_t)category)
        return ERR(NOT_FOUND, "not found");
    *out = object;
    return OK;
}

static err get_blobs(struct non_patient_reader *r, struct arena *a, int64_t object_key,
                     struct instance_blobs *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(sql_session_read(reading(r), &c));
    TRY(statement_begin(c,
                        "SELECT metadata, metadata_size, metadata_crc, frames, bulk "
                        "FROM non_patient_blobs WHERE object_key = ?1",
                        &s));
    statement_bind_i64(&s, 1, object_key);
    TRY(statement_step(&s, &has_row));
    if (!has_row)
        return ERR(NOT_FOUND, "not found");
    sql_read_blobs(&s, a, 0, out);
    return OK;
}

const struct non_patient_reader_ops sql_non_patient_reader_ops = {
    .find = find, .locate = reader_locate, .blobs = get_blobs};

static err writer_locate(struct non_patient_writer *w, struct arena *a, int64_t organization_key,
                         str sop_uid, struct non_patient_object *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(writing(w), &c));
    TRY(start_by_uid(c, a, organization_key, sop_uid, &s));
    *out = (struct non_patient_object){0};
    err e = entity_read_row(&s, a, &non_patient_object_schema, out);
    return e.code == ERR_NOT_FOUND ? OK : e;
}

static err add(struct non_patient_writer *w, struct non_patient_object *object,
               const struct instance_blobs *blobs)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(entity_insert(writing(w), &non_patient_object_schema, object));
    TRY(sql_session_write(writing(w), &c));
    TRY(statement_begin(c,
                        "INSERT INTO non_patient_blobs(object_key, metadata, metadata_size, "
                        "metadata_crc, frames, bulk) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                        &s));
    statement_bind_i64(&s, 1, object->key);
    sql_bind_blobs(&s, 2, blobs);
    return statement_run(&s);
}

const struct non_patient_writer_ops sql_non_patient_writer_ops = {.locate = writer_locate,
                                                                  .add = add};
