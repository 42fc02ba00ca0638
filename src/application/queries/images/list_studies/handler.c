/* The JSON API's view of the one query model. */
#include "application/queries/images/list_studies/query.h"

#include "application/models/image_list.h"

SCHEMA(list_studies, FIELD_EMBED_OF(list_studies, page, paged_query),
       FIELD_EMBED_OF(list_studies, search, searchable_query),
       FIELD(list_studies, patient_name, .flags = PHI, .max = 256,
             .doc = "With * and ?, without case and accents"),
       FIELD(list_studies, patient_id, .flags = PHI, .max = 256, .doc = "With * and ?"),
       FIELD(list_studies, accession_number, .flags = PHI, .max = 256, .doc = "With * and ?"),
       FIELD(list_studies, study_date, .max = 32,
             .doc = "A day or a range: 20260101-20260131, 20260101-, -20260131"),
       FIELD(list_studies, study_description, .flags = PHI, .max = 256, .doc = "With * and ?"),
       FIELD(list_studies, modality, .max = 64, .doc = "One of the modalities in the study"),
       FIELD(list_studies, study_instance_uid, .max = 4096,
             .doc = "One UID or several, separated by commas"),
       FIELD(list_studies, trashed, .doc = "What is in the trash instead"));
SCHEMA(list_studies_result, FIELD_LIST_OF(list_studies_result, items, study),
       FIELD_EMBED_OF(list_studies_result, page, paged_result));

static err list_studies_handle(struct query_ctx *ctx, const struct list_studies *query,
                               struct list_studies_result *out)
{
    struct image_filter filter;
    struct image_page page;
    const struct {
        const char *member;
        str value;
    } matches[] = {{"patient_name", query->patient_name},
                   {"patient_id", query->patient_id},
                   {"accession_number", query->accession_number},
                   {"study_date", query->study_date},
                   {"study_description", query->study_description},
                   {"modalities", query->modality},
                   {"study_instance_uid", query->study_instance_uid}};
    TRY(image_list_filter(ctx, LEVEL_STUDY, &query->page, &query->search, &filter));
    filter.trashed = query->trashed;
    for (size_t i = 0; i < COUNT_OF(matches); i++)
        if (matches[i].value.len != 0)
            *SLICE_PUSH(ctx->arena, &filter.matches) = (struct image_match){
                .attribute = image_attribute_by_member(LEVEL_STUDY, str_of(matches[i].member)),
                .value = matches[i].value};
    TRY(image_reader_find(ctx->readers->images, ctx->arena, &filter, &page));
    for (size_t i = 0; i < page.rows.len; i++)
        *SLICE_PUSH(ctx->arena, &out->items) = page.rows.at[i].study;
    out->page = paged_result_of(&query->page, page.total, page.next);
    return OK;
}
QUERY(list_studies, .needs = READ_STUDIES, .is_limitable = true, .shows_deidentified = true,
      .reads_patient_data = true, .doc = "List studies");
