/* All of them: there are INDEXED_ATTRIBUTE_COUNT_MAX at most. */
#include "application/queries/attributes/list_indexed_attributes/query.h"

SCHEMA_EMPTY(list_indexed_attributes);
SCHEMA(list_indexed_attributes_result,
       FIELD_LIST_OF(list_indexed_attributes_result, items, indexed_attribute));

static err list_indexed_attributes_handle(struct query_ctx *ctx,
                                          const struct list_indexed_attributes *query,
                                          struct list_indexed_attributes_result *out)
{
    (void)query;
    return attribute_reader_list(ctx->readers->attributes, ctx->arena,
                                 ctx->principal->organization_key, &out->items);
}
QUERY(list_indexed_attributes, .needs = WRITE_SETTINGS,
      .doc = "List indexed attributes, and how far each has come");
