/* The principals that need no sign-in. */
#include "domain/entities/principal.h"

const struct principal principal_nobody = {.kind = PRINCIPAL_NOBODY,
                                           .permissions = UINT64_C(1) << ANYONE};

uuid principal_actor_id(const struct principal *p)
{
    return p->kind == PRINCIPAL_API_KEY ? p->session_id : p->user_id;
}

struct principal principal_system(int64_t organization_key)
{
    return (struct principal){.kind = PRINCIPAL_SYSTEM,
                              .organization_key = organization_key,
                              .permissions = ~UINT64_C(1)};
}
