/* err: the value every fallible function returns.
 *
 * 24 bytes, copied by value: a code from the one table below, a text fit for the caller (never
 * patient data, never a path), and the place where it was born for the log. Nothing to free,
 * nothing kept aside. core/result.h gives the codes their meaning at the doors (HTTP, DIMSE). */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/*       code               http  dimse   retry  title */
#define ERR_CODES(X)                                                                               \
    X(OK, 200, 0x0000, false, "OK")                                                                \
    X(INVALID, 422, 0xA900, false, "The request is not valid")                                     \
    X(MALFORMED, 400, 0xC000, false, "The data could not be read")                                 \
    X(UNAUTHENTICATED, 401, 0x0124, false, "Sign in first")                                        \
    X(OTP_REQUIRED, 401, 0x0124, false, "A code is needed too")                                    \
    X(FORBIDDEN, 403, 0x0124, false, "Not allowed")                                                \
    X(MFA_REQUIRED, 403, 0x0124, false, "Set up a second factor first")                            \
    X(NOT_FOUND, 404, 0x0112, false, "Not found")                                                  \
    X(METHOD_NOT_ALLOWED, 405, 0x0211, false, "Method not allowed")                                \
    X(NOT_ACCEPTABLE, 406, 0x0122, false, "No acceptable representation")                          \
    X(TIMED_OUT, 408, 0xA700, true, "The request took too long")                                   \
    X(CONFLICT, 409, 0x0111, false, "In conflict with what is stored")                             \
    X(GONE, 410, 0x0112, false, "No longer there")                                                 \
    X(PRECONDITION_FAILED, 412, 0x0110, false, "Changed in the meantime")                          \
    X(TOO_LARGE, 413, 0xA700, false, "Larger than the limit")                                      \
    X(UNSUPPORTED, 415, 0x0122, false, "Not a supported media type")                               \
    X(RANGE, 416, 0x0110, false, "The range is outside the content")                               \
    X(PRECONDITION_REQUIRED, 428, 0x0110, false, "A precondition is required")                     \
    X(RATE_LIMITED, 429, 0xA700, true, "Too many requests")                                        \
    X(INTERNAL, 500, 0x0110, false, "Something went wrong")                                        \
    X(UNAVAILABLE, 503, 0xA700, true, "Not available right now")                                   \
    X(SERIALIZATION, 503, 0xA700, true, "Busy; try again")                                         \
    X(NO_SPACE, 507, 0xA700, true, "The storage is full")

enum err_code {
#define X(code, http, dimse, retry, title) ERR_##code,
    ERR_CODES(X)
#undef X
        ERR_CODE_COUNT
};

#if defined(__has_c_attribute) && __STDC_VERSION__ > 201710L
#define NODISCARD_TYPE [[nodiscard]]
#else
#define NODISCARD_TYPE
#endif
#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt_, args_) __attribute__((format(printf, fmt_, args_)))

typedef struct NODISCARD_TYPE err {
    enum err_code code;
    const char *text;  /* static or in an arena that lives as long as the request */
    const char *where; /* "file:line" of birth */
} err;

#define HERE_(file_, line_) file_ ":" #line_
#define HERE_EXPAND_(file_, line_) HERE_(file_, line_)
#define HERE HERE_EXPAND_(__FILE__, __LINE__)

#define OK ((err){0})
#define ERR(code_, text_) ((err){ERR_##code_, "" text_, HERE})
#define ERRF(arena_, code_, ...) err_format((arena_), ERR_##code_, HERE, __VA_ARGS__)
#define TRY(expr_)                                                                                 \
    do {                                                                                           \
        err try_err_ = (expr_);                                                                    \
        if (failed(try_err_))                                                                      \
            return try_err_;                                                                       \
    } while (0)

static inline bool failed(err e)
{
    return e.code != ERR_OK;
}

/* An error whose text is formatted into a. */
err err_format(struct arena *a, enum err_code code, const char *where, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* "NOT_FOUND" for ERR_NOT_FOUND: the name clients, logs and metrics see. */
const char *err_code_name(enum err_code code);

/* Runs fn(&variable) when the variable leaves its scope, so that TRY may return anywhere. */
#define CLEANUP(fn_) __attribute__((cleanup(fn_)))

#define container_of(ptr_, type_, member_)                                                         \
    ((type_ *)(void *)((char *)(1 ? (ptr_) : &((type_ *)0)->member_) - offsetof(type_, member_)))

#define COUNT_OF(array_) (sizeof(array_) / sizeof((array_)[0]))

#endif
