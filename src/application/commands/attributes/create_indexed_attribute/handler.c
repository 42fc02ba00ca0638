/* Adds it; instances that come from now on have its values kept, the others are brought in by
 * build_indexed_attributes. */
#include "application/commands/attributes/create_indexed_attribute/command.h"

#include "dicom/attribute_path.h"

SCHEMA(create_indexed_attribute,
       FIELD(create_indexed_attribute, attribute, .flags = REQUIRED, .max = ATTRIBUTE_PATH_SIZE_MAX,
             .doc = "Keyword or tag, or a path through sequences with . between them",
             .example = "ManufacturerModelName"));
SCHEMA(create_indexed_attribute_result,
       FIELD_EMBED_OF(create_indexed_attribute_result, attribute, indexed_attribute));

/* What is wrong with it as the attribute of an index; NULL: nothing. */
static const char *complaint_about(str text, struct attribute_path *path)
{
    if (!attribute_path_read(text, path))
        return "is no keyword or tag of the dictionary, nor a path of them";
    if (attribute_path_is_private(path))
        return "is private: where a private attribute stands differs from file to file";
    enum dicom_vr vr = attribute_path_vr(path);
    if (vr == VR_SQ)
        return "is a sequence: name an attribute of its items";
    return vr == VR_NONE ? "is no attribute that can be matched" : NULL;
}

static err check_room(struct command_ctx *ctx)
{
    struct indexed_attribute_slice all;
    TRY(attribute_reader_list(ctx->readers->attributes, ctx->arena,
                              ctx->principal->organization_key, &all));
    return all.len < INDEXED_ATTRIBUTE_COUNT_MAX
               ? OK
               : ERRF(ctx->arena, CONFLICT, "an organization has at most %d indexed attributes",
                      INDEXED_ATTRIBUTE_COUNT_MAX);
}

static err create_indexed_attribute_handle(struct command_ctx *ctx,
                                           const struct create_indexed_attribute *cmd,
                                           struct create_indexed_attribute_result *out)
{
    struct attribute_path path;
    int64_t studies, size;
    instant now = clock_now(ctx->clock);
    const char *complaint = complaint_about(cmd->attribute, &path);
    if (complaint != NULL) {
        issues_add(&ctx->scope->issues, STR("attribute"), complaint);
        return ERR(INVALID, "some fields are not valid");
    }
    if (image_attribute_at(path.tags, path.depth) != NULL)
        return ERR(CONFLICT, "it can be searched by already: it is a column");
    TRY(check_room(ctx));
    struct indexed_attribute attribute = {.id = uuid_make(ctx->clock),
                                          .organization_key = ctx->principal->organization_key,
                                          .created_at = now,
                                          .updated_at = now,
                                          .path = attribute_path_tags(ctx->arena, &path),
                                          .keyword = attribute_path_keywords(ctx->arena, &path),
                                          .vr = vr_name(attribute_path_vr(&path)),
                                          .state = INDEX_BUILDING};
    TRY(image_reader_statistics(ctx->readers->images, attribute.organization_key, &studies,
                                &attribute.total_count, &size));
    err e = attribute_writer_add(ctx->uow->attributes, &attribute);
    if (e.code == ERR_CONFLICT)
        return ERR(CONFLICT, "it is an indexed attribute already");
    out->attribute = attribute;
    return e;
}
COMMAND(create_indexed_attribute, .needs = WRITE_SETTINGS,
        .doc = "Index an attribute, so that searches by it need not read metadata");
