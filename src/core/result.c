/* The table of meanings, made from the one list of codes. */
#include "core/result.h"

static const struct result_meaning meanings[] = {
#define X(code, http, dimse, retry, title) [ERR_##code] = {http, dimse, retry, title},
    ERR_CODES(X)
#undef X
};

const struct result_meaning *result_meaning(enum err_code code)
{
    return &meanings[(size_t)code < COUNT_OF(meanings) ? code : ERR_INTERNAL];
}
