/* Rows of MEMORY_INSTANCE_VERSIONS. */
#include "infrastructure/memory/memory_versions.h"

static struct memory_session *reading(struct image_reader *r)
{
    return container_of(r, struct memory_session, base.repositories.image_reader);
}

static struct memory_session *writing(struct image_writer *w)
{
    return container_of(w, struct memory_session, base.repositories.image_writer);
}

err memory_images_each_version(struct image_reader *r, int64_t study_key, struct image_sink *sink)
{
    const struct memory_state *state = memory_read(reading(r));
    const struct memory_rows *rows = &state->tables[MEMORY_INSTANCE_VERSIONS];
    for (size_t i = 0; i < rows->len; i++) {
        const struct instance_version *version = rows->at[i];
        const struct instance *of =
            memory_row_find(&state->tables[MEMORY_INSTANCES], version->instance_key);
        struct instance instance = {.study_key = study_key,
                                    .sop_instance_uid = of->sop_instance_uid,
                                    .object_name = version->object_name,
                                    .size = version->size};
        if (of->study_key == study_key)
            TRY(sink->take(sink, &instance, &(struct instance_blobs){0}));
    }
    return OK;
}

bool memory_images_is_version(struct image_reader *r, str object_name)
{
    const struct memory_rows *rows = memory_rows(reading(r), MEMORY_INSTANCE_VERSIONS);
    for (size_t i = 0; i < rows->len; i++)
        if (str_eq(((const struct instance_version *)rows->at[i])->object_name, object_name))
            return true;
    return false;
}

err memory_images_versions(struct image_reader *r, struct arena *a, int64_t instance_key,
                           uint64_t offset, uint32_t limit, struct instance_version_slice *out,
                           int64_t *total)
{
    const struct memory_rows *rows = memory_rows(reading(r), MEMORY_INSTANCE_VERSIONS);
    *out = (struct instance_version_slice){0};
    *total = 0;
    for (size_t i = rows->len; i > 0; i--) {
        const struct instance_version *version = rows->at[i - 1];
        if (version->instance_key != instance_key)
            continue;
        if ((uint64_t)*total >= offset && out->len < limit)
            memory_row_read(a, MEMORY_INSTANCE_VERSIONS, version, SLICE_PUSH(a, out));
        ++*total;
    }
    return OK;
}

struct owned_version {
    int64_t instance_key;
    uuid id;
};

static bool is_owned_version(const void *row, const void *argument)
{
    const struct instance_version *version = row;
    const struct owned_version *o = argument;
    return version->instance_key == o->instance_key && uuid_eq(version->id, o->id);
}

err memory_images_get_version(struct image_reader *r, struct arena *a, int64_t instance_key,
                              uuid id, struct instance_version *out)
{
    return memory_first(reading(r), a, MEMORY_INSTANCE_VERSIONS, is_owned_version,
                        &(struct owned_version){instance_key, id}, out);
}

err memory_images_add_version(struct image_writer *w, struct instance_version *version)
{
    return memory_insert(writing(w), MEMORY_INSTANCE_VERSIONS, version);
}

static bool has_key(const void *row, const void *argument)
{
    return memory_row_key(row) == *(const int64_t *)argument;
}

err memory_images_remove_version(struct image_writer *w, int64_t key)
{
    struct memory_session *s = writing(w);
    memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_INSTANCE_VERSIONS], has_key,
                       &key);
    return OK;
}
