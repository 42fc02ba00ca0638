/* Request ids. */
#include "presentation/middleware/middleware.h"

static bool is_sane(str id)
{
    if (id.len == 0 || id.len > 64)
        return false;
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
              c == '-' || c == '_' || c == '.'))
            return false;
    }
    return true;
}

void request_id_begin(struct request *r)
{
    str given = http_header(r->x, "X-Request-Id");
    r->scope.request_id = is_sane(given) ? str_copy(request_arena(r), given)
                                         : uuid_text(request_arena(r), uuid_make(r->scope.clock));
    http_set_header(r->x, "X-Request-Id", r->scope.request_id);
}
