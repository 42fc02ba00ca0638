/* Names of the codes and formatted errors. */
#include "base/err.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const names[] = {
#define X(code, http, dimse, retry, title) [ERR_##code] = #code,
    ERR_CODES(X)
#undef X
};

const char *err_code_name(enum err_code code)
{
    return (size_t)code < COUNT_OF(names) ? names[code] : "INTERNAL";
}

err err_format(struct arena *a, enum err_code code, const char *where, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t kept = len < 0 ? 0 : (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
    return (err){code, arena_strndup(a, text, kept), where};
}
