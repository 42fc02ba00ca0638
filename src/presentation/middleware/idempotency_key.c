/* Idempotency-Key of a write that somebody who is signed in sends: any text of visible characters.
 */
#include "presentation/middleware/middleware.h"

#include "domain/entities/idempotency_record.h"

err idempotency_key_begin(struct request *r)
{
    const struct use_case *u = r->route->use_case;
    str key = http_header(r->x, "Idempotency-Key");
    if (key.ptr == NULL || u == NULL || !u->writes || u->needs == PERMISSION_ANYONE)
        return OK;
    bool fits = key.len != 0 && key.len <= IDEMPOTENCY_KEY_SIZE_MAX;
    for (size_t i = 0; i < key.len; i++)
        fits = fits && key.ptr[i] > 0x20 && key.ptr[i] < 0x7F;
    if (!fits)
        return ERR(MALFORMED, "an Idempotency-Key has 1 to 128 visible characters");
    r->scope.idempotency_key = str_copy(request_arena(r), key);
    return OK;
}
