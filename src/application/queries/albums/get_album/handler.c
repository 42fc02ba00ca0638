/* One's own, or one that was granted. */
#include "application/queries/albums/get_album/query.h"

SCHEMA(get_album, FIELD(get_album, id, .flags = KEY | REQUIRED));
SCHEMA(get_album_result, FIELD_EMBED_OF(get_album_result, album, album));

static err get_album_handle(struct query_ctx *ctx, const struct get_album *query,
                            struct get_album_result *out)
{
    return album_get_visible(ctx, query->id, &out->album);
}
QUERY(get_album, .needs = READ_STUDIES, .is_limitable = true, .doc = "Get an album");
