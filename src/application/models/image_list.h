/* What the lists of studies, series and instances share. */
#ifndef APPLICATION_MODELS_IMAGE_LIST_H
#define APPLICATION_MODELS_IMAGE_LIST_H

#include "application/models/base_model.h"
#include "core/searchable_query.h"

/* The filter of a page of the principal's organization. Errors: INVALID with issues (sort). */
err image_list_filter(struct query_ctx *ctx, enum image_level level, const struct paged_query *page,
                      const struct searchable_query *search, struct image_filter *out);

/* A study of the organization, in the trash or not as wanted; notes it as the subject of the audit
 * event. Errors: NOT_FOUND. */
err image_list_study(struct query_ctx *ctx, uuid id, struct study *out);

/* All series of a located study, page by page, or the one that the row names. Read them behind
 * instances: a series is there before its first instance. */
err image_list_series(struct query_ctx *ctx, const struct image_row *row, struct series_slice *out);

#endif
