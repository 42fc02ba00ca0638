/* WADO-URI, PS3.18 9: older viewers ask so. Rendered is what needs no decoded pixels. And the
 * removal of what UIDs name. */
#include "presentation/internal_routers/dicomweb_answer.h"
#include "presentation/internal_routers/dicomweb_rendered.h"

#include "application/commands/images/trash_instance/command.h"
#include "application/commands/images/trash_series/command.h"
#include "application/commands/images/trash_study/command.h"
#include "application/queries/images/search_images/query.h"
#include "base/arena.h"
#include "dicom/transfer_syntax.h"
#include "dicom/uid.h"

static err read_uid(struct request *r, const char *name, str *out)
{
    *out = request_query(r, name);
    if (out->len == 0)
        return ERRF(request_arena(r), MALFORMED, "the parameter %s is missing", name);
    return uid_is_tolerable(*out) ? OK : ERR(NOT_FOUND, "not found");
}

/* contentType is a list as Accept is one, and wins over it (PS3.18 9.4.1). Without any: as the
 * standard has it, a rendered image, which for most clients that still ask is not what they want.
 * Gives what stands before application/dicom; is that, or whatever takes it, there at all? */
static bool wants_dicom(struct request *r, struct accept_item_slice *before)
{
    str asked = request_query(r, "contentType");
    accept_read(request_arena(r), asked.len != 0 ? asked : http_header(r->x, "Accept"), before);
    for (size_t i = 0; i < before->len; i++) {
        str type = before->at[i].media_type;
        if (str_eq(type, STR("application/dicom")) || str_eq(type, STR("application/*")) ||
            str_eq(type, STR("*/*"))) {
            before->len = i;
            return true;
        }
    }
    return before->len == 0;
}

static err respond_dicom(struct request *r, const struct image_path *path, str syntax)
{
    struct retrieve_images query = {*path};
    struct retrieve_images_result *images = NEW(request_arena(r), struct retrieve_images_result);
    TRY(retrieve_images_send(&r->scope, &query, images));
    if (images->instances.len == 0)
        return ERR(NOT_FOUND, "not found");
    return dicomweb_respond_single(r, images, syntax);
}

err dicomweb_wado_uri(struct request *r)
{
    struct image_path path;
    struct accept_item_slice rendered;
    if (!str_eq(request_query(r, "requestType"), STR("WADO")))
        return ERR(MALFORMED, "requestType must be WADO");
    TRY(read_uid(r, "studyUID", &path.study_uid));
    TRY(read_uid(r, "seriesUID", &path.series_uid));
    TRY(read_uid(r, "objectUID", &path.sop_uid));
    bool is_dicom = wants_dicom(r, &rendered);
    if (rendered.len != 0) {
        err e = dicomweb_respond_rendered(r, &path, &rendered, true);
        if (e.code != ERR_NOT_ACCEPTABLE || !is_dicom)
            return e;
    }
    return respond_dicom(r, &path, request_query(r, "transferSyntax"));
}

static err trash(struct request *r, const struct image_row *row)
{
    struct trash_study_result study;
    struct trash_series_result series;
    struct trash_instance_result instance;
    if (row->instance.key != 0)
        return trash_instance_send(&r->scope, &(struct trash_instance){.id = row->instance.id},
                                   &instance);
    if (row->series.key != 0)
        return trash_series_send(&r->scope, &(struct trash_series){.id = row->series.id}, &series);
    return trash_study_send(&r->scope, &(struct trash_study){.id = row->study.id}, &study);
}

err dicomweb_delete(struct request *r)
{
    struct search_images search = {.filter = {.limit = 1}};
    struct search_images_result found;
    struct image_path path;
    TRY(dicomweb_path(r, &path));
    const struct {
        uint32_t tag;
        str uid;
    } uids[LEVEL_COUNT] = {
        {0x0020000D, path.study_uid}, {0x0020000E, path.series_uid}, {0x00080018, path.sop_uid}};
    for (unsigned level = 0; level < LEVEL_COUNT && uids[level].uid.ptr != NULL; level++) {
        search.filter.level = (enum image_level)level;
        *SLICE_PUSH(request_arena(r), &search.filter.matches) = (struct image_match){
            .attribute = image_attribute_find(uids[level].tag), .value = uids[level].uid};
    }
    TRY(search_images_send(&r->scope, &search, &found));
    if (found.page.rows.len == 0)
        return ERR(NOT_FOUND, "not found");
    TRY(trash(r, &found.page.rows.at[0]));
    http_respond(r->x, 204, STR(""), STR(""));
    return OK;
}
