/* Reading the Authorization header. */
#include "presentation/auth.h"

str auth_bearer(str header)
{
    if (!str_starts_nocase(header, STR("Bearer ")))
        return STR_NONE;
    return str_trim(str_sub(header, 7, header.len));
}
