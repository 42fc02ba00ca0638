/* Retrieving non-patient objects, PS3.18 12.4: what is an instance to the answers of WADO-RS, found
 * by another query. */
#include "presentation/internal_routers/dicomweb_answer.h"

#include "application/models/metadata_block.h"
#include "application/queries/non_patient_objects/retrieve_non_patient_object/query.h"
#include "base/arena.h"

/* In the request's arena, where it lives until the last byte has gone. */
static err find(struct request *r, bool with_blobs, struct retrieve_derived_result **out)
{
    struct image_path path;
    struct retrieve_non_patient_object_result *result =
        NEW(request_arena(r), struct retrieve_non_patient_object_result);
    TRY(dicomweb_path(r, &path));
    const struct retrieve_non_patient_object query = {dicomweb_category(r), path.sop_uid,
                                                      with_blobs};
    TRY(retrieve_non_patient_object_send(&r->scope, &query, result));
    *out = &result->found;
    return OK;
}

err dicomweb_object(struct request *r)
{
    struct retrieve_derived_result *found;
    TRY(find(r, false, &found));
    const struct retrieve_images_result images = {.instances = {&found->instance, 1}};
    return dicomweb_respond_images(r, &images, true);
}

static err send_metadata(struct request *r, str if_none_match, struct retrieve_metadata_result *out)
{
    struct retrieve_derived_result *found;
    struct metadata_join join;
    TRY(find(r, true, &found));
    struct metadata_block block = {found->blobs.metadata, found->blobs.metadata_size,
                                   found->blobs.metadata_crc};
    *out = (struct retrieve_metadata_result){
        .etag = str_format(request_arena(r), "m-%.*s",
                           STR_ARG(uuid_text(request_arena(r), found->instance.id)))};
    if (str_eq(if_none_match, out->etag))
        return OK;
    metadata_join_begin(&join, request_arena(r));
    metadata_join_add(&join, &block);
    out->gzip = metadata_join_end(&join);
    return OK;
}

err dicomweb_object_metadata(struct request *r)
{
    return dicomweb_respond_metadata(r, send_metadata);
}

err dicomweb_object_bulkdata(struct request *r)
{
    struct retrieve_derived_result *found;
    struct bulk_owner *owner = NEW(request_arena(r), struct bulk_owner);
    TRY(find(r, true, &found));
    *owner = (struct bulk_owner){
        .instance = found->instance, .frames = found->blobs.frames, .bulk = found->blobs.bulk};
    return dicomweb_respond_bulkdata(r, owner);
}
