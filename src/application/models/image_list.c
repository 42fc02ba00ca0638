/* Page, search and sort to a filter. */
#include "application/models/image_list.h"

static const struct {
    const char *name, *member; /* member NULL: time of arrival */
    enum image_level level;
} sortable[] = {
    {"created_at", NULL, LEVEL_STUDY},
    {"study_date", "study_date", LEVEL_STUDY},
    {"patient_name", "patient_name", LEVEL_STUDY},
    {"patient_id", "patient_id", LEVEL_STUDY},
    {"accession_number", "accession_number", LEVEL_STUDY},
    {"series_number", "series_number", LEVEL_SERIES},
    {"modality", "modality", LEVEL_SERIES},
    {"instance_number", "instance_number", LEVEL_INSTANCE},
};

static err add_sort(struct query_ctx *ctx, const struct sort_key *key, struct image_filter *out)
{
    for (size_t i = 0; i < COUNT_OF(sortable); i++) {
        bool is_time = sortable[i].member == NULL;
        if (str_eq(key->name, str_of(sortable[i].name)) &&
            (is_time || sortable[i].level == out->level)) {
            out->sort[out->sort_count++] = (struct image_sort){
                is_time ? NULL
                        : image_attribute_by_member(sortable[i].level, str_of(sortable[i].member)),
                key->descending};
            return OK;
        }
    }
    issues_add(&ctx->scope->issues, STR("sort"), "is not something this list can be sorted by");
    return ERR(INVALID, "some fields are not valid");
}

err image_list_filter(struct query_ctx *ctx, enum image_level level, const struct paged_query *page,
                      const struct searchable_query *search, struct image_filter *out)
{
    const char *names[COUNT_OF(sortable) + 1] = {NULL};
    struct sort_key_slice keys;
    for (size_t i = 0; i < COUNT_OF(sortable); i++)
        names[i] = sortable[i].name;
    *out = (struct image_filter){.level = level,
                                 .access = *ctx->access,
                                 .search = search->search,
                                 .offset = paged_query_offset(page),
                                 .limit = paged_query_size(page),
                                 .wants_total = true,
                                 .after = page->cursor};
    if (page->cursor.len != 0)
        out->offset = 0;
    searchable_query_sort(search, names, ctx->arena, &keys, &ctx->scope->issues);
    if (ctx->scope->issues.list.len != 0)
        return ERR(INVALID, "some fields are not valid");
    for (size_t i = 0; i < keys.len; i++)
        TRY(add_sort(ctx, &keys.at[i], out));
    return OK;
}

err image_list_study(struct query_ctx *ctx, uuid id, struct study *out)
{
    TRY(image_reader_get_study(ctx->readers->images, ctx->arena, ctx->access, id, out));
    ctx->scope->subject_id = out->id;
    return OK;
}

err image_list_series(struct query_ctx *ctx, const struct image_row *row, struct series_slice *out)
{
    struct image_filter filter = {.level = LEVEL_SERIES,
                                  .access = *ctx->access,
                                  .study_id = row->study.id,
                                  .limit = IMAGE_PAGE_SIZE_MAX};
    struct image_page page;
    if (row->series.key != 0)
        return image_reader_get_series(ctx->readers->images, ctx->arena, &filter.access,
                                       row->series.id, SLICE_PUSH(ctx->arena, out));
    do {
        TRY(image_reader_find(ctx->readers->images, ctx->arena, &filter, &page));
        for (size_t i = 0; i < page.rows.len; i++)
            *SLICE_PUSH(ctx->arena, out) = page.rows.at[i].series;
        filter.offset += page.rows.len;
    } while (page.rows.len == IMAGE_PAGE_SIZE_MAX);
    return OK;
}
