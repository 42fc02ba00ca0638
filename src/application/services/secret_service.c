/* What a secret looks like. */
#include "application/services/secret_service.h"

bool secret_is_plausible(str text, const char *prefix)
{
    str start = str_of(prefix);
    if (!str_starts(text, start) || text.len != start.len + SECRET_TEXT_SIZE)
        return false;
    for (size_t i = start.len; i < text.len; i++) {
        char c = text.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
              c == '-' || c == '_'))
            return false;
    }
    return true;
}
