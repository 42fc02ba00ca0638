/* Rows by their UIDs, many at once; then their objects, where that costs no way over a network: a
 * row on a storage far away was written when the storage had said that it has the object. */
#include "application/queries/images/check_storage/query.h"

#include "application/services/services.h"
#include "application/services/storage_service.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/byte_source.h"
#include "dicom/uid.h"

enum { SOP_INSTANCE_UID = 0x00080018, AT_ONCE = UID_LIST_LEN_MAX / (DICOM_UID_SIZE_MAX + 1) };

SCHEMA_EMPTY(check_storage);
SCHEMA_EMPTY(check_storage_result);

static bool has_object(struct storage *storage, const struct instance *instance)
{
    struct object_file file;
    if (storage->may_wait)
        return true;
    if (failed(storage_open(storage, instance->object_name, OBJECT_WHOLE, &file)))
        return false;
    fd_close(file.fd);
    return file.size == (uint64_t)instance->size;
}

static bool is_within(const struct sop_reference *of, const struct image_row *row)
{
    return of->study_uid.len == 0 || (str_eq(of->study_uid, row->study.study_instance_uid) &&
                                      str_eq(of->series_uid, row->series.series_instance_uid));
}

static uint16_t reason_for(struct storage *storage, const struct sop_reference *of,
                           const struct image_row_slice *rows)
{
    for (size_t i = 0; i < rows->len; i++) {
        const struct image_row *row = &rows->at[i];
        if (!str_eq(of->sop_instance_uid, row->instance.sop_instance_uid) || !is_within(of, row))
            continue;
        if (!str_eq(of->sop_class_uid, row->instance.sop_class_uid))
            return COMMITMENT_CLASS_CONFLICT;
        return has_object(storage, &row->instance) ? COMMITMENT_GIVEN
                                                   : COMMITMENT_PROCESSING_FAILURE;
    }
    return COMMITMENT_NO_SUCH_INSTANCE;
}

static err find_rows(struct query_ctx *ctx, struct arena *a, const struct sop_reference *references,
                     size_t count, struct image_row_slice *out)
{
    struct buf uids = BUF_IN(a);
    struct image_page page;
    for (size_t i = 0; i < count; i++) {
        if (i != 0)
            buf_add_char(&uids, '\\');
        buf_add(&uids, references[i].sop_instance_uid);
    }
    struct image_match match = {.attribute = image_attribute_find(SOP_INSTANCE_UID),
                                .value = buf_str(&uids)};
    struct image_filter filter = {
        .level = LEVEL_INSTANCE, .access = *ctx->access, .matches = {&match, 1}, .limit = AT_ONCE};
    TRY(image_reader_find(ctx->readers->images, a, &filter, &page));
    *out = page.rows;
    return OK;
}

static err check_storage_handle(struct query_ctx *ctx, const struct check_storage *query,
                                struct check_storage_result *out)
{
    const struct sop_reference_slice *references = query->references;
    struct arena scratch = {0};
    err e = OK;
    out->reasons = NEW_ARRAY(ctx->arena, uint16_t, references->len);
    for (size_t first = 0; first < references->len && !failed(e); first += AT_ONCE) {
        size_t left = references->len - first, count = left < AT_ONCE ? left : AT_ONCE;
        struct image_row_slice rows = {0};
        arena_reset(&scratch);
        e = find_rows(ctx, &scratch, &references->at[first], count, &rows);
        for (size_t i = first; i < first + count && !failed(e); i++) {
            out->reasons[i] = reason_for(ctx->services->storage, &references->at[i], &rows);
            out->given_count += out->reasons[i] == COMMITMENT_GIVEN;
        }
    }
    arena_deinit(&scratch);
    return e;
}
QUERY(check_storage, .needs = WRITE_STUDIES, .reads_patient_data = true,
      .doc = "Tell which instances are kept for good");
