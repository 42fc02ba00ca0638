/* Non-patient objects in memory; lists of them are found as those of images are. */
#include "infrastructure/memory/memory_find.h"

static struct memory_session *reading(struct non_patient_reader *r)
{
    return container_of(r, struct memory_session, base.repositories.non_patient_reader);
}

static struct memory_session *writing(struct non_patient_writer *w)
{
    return container_of(w, struct memory_session, base.repositories.non_patient_writer);
}

static err find(struct non_patient_reader *r, struct arena *a, const struct image_filter *filter,
                struct image_page *out)
{
    return memory_images_find(&reading(r)->base.repositories.image_reader, a, filter, out);
}

/* NULL when there is none. */
static const struct non_patient_object *find_by_uid(const struct memory_rows *rows,
                                                    int64_t organization_key, str sop_uid)
{
    for (size_t i = 0; i < rows->len; i++) {
        const struct non_patient_object *object = rows->at[i];
        if (object->organization_key == organization_key &&
            str_eq(object->sop_instance_uid, sop_uid))
            return object;
    }
    return NULL;
}

static err reader_locate(struct non_patient_reader *r, struct arena *a, int64_t organization_key,
                         enum non_patient_category category, str sop_uid,
                         struct non_patient_object *out)
{
    const struct non_patient_object *object =
        find_by_uid(memory_rows(reading(r), MEMORY_NON_PATIENT_OBJECTS), organization_key, sop_uid);
    if (object == NULL || object->category != (int64_t)category)
        return ERR(NOT_FOUND, "not found");
    memory_row_read(a, MEMORY_NON_PATIENT_OBJECTS, object, out);
    return OK;
}

static err get_blobs(struct non_patient_reader *r, struct arena *a, int64_t object_key,
                     struct instance_blobs *out)
{
    const struct memory_non_patient_object *row =
        memory_row_find(memory_rows(reading(r), MEMORY_NON_PATIENT_OBJECTS), object_key);
    if (row == NULL)
        return ERR(NOT_FOUND, "not found");
    memory_copy_blobs(a, &row->blobs, true, out);
    return OK;
}

const struct non_patient_reader_ops memory_non_patient_reader_ops = {
    .find = find, .locate = reader_locate, .blobs = get_blobs};

static err writer_locate(struct non_patient_writer *w, struct arena *a, int64_t organization_key,
                         str sop_uid, struct non_patient_object *out)
{
    const struct non_patient_object *object = find_by_uid(
        &memory_write(writing(w))->tables[MEMORY_NON_PATIENT_OBJECTS], organization_key, sop_uid);
    *out = (struct non_patient_object){0};
    if (object != NULL)
        memory_row_read(a, MEMORY_NON_PATIENT_OBJECTS, object, out);
    return OK;
}

static err add(struct non_patient_writer *w, struct non_patient_object *object,
               const struct instance_blobs *blobs)
{
    struct memory_session *s = writing(w);
    if (blobs->metadata.ptr == NULL)
        return ERR(CONFLICT, "something required is not there");
    TRY(memory_insert(s, MEMORY_NON_PATIENT_OBJECTS, object));
    struct memory_non_patient_object *row =
        memory_row_make(&s->db->arena, MEMORY_NON_PATIENT_OBJECTS, object);
    memory_copy_blobs(&s->db->arena, blobs, true, &row->blobs);
    memory_row_replace(&s->db->arena, &memory_write(s)->tables[MEMORY_NON_PATIENT_OBJECTS], row);
    return OK;
}

const struct non_patient_writer_ops memory_non_patient_writer_ops = {.locate = writer_locate,
                                                                     .add = add};
