/* Every failure becomes application/problem+json (RFC 9457): a code, words fit for the caller,
 * complaints by field, the request's id; never a stack, a path, SQL or a patient's data. */
#ifndef PRESENTATION_EXCEPTION_HANDLERS_H
#define PRESENTATION_EXCEPTION_HANDLERS_H

#include "base/schema.h"
#include "presentation/request.h"

struct problem {
    str type, title;
    int64_t status;
    str detail, code, request_id;
    struct issue_slice issues;
};
DECLARE_SCHEMA(problem);

/* The body for an error; *status is its HTTP status. */
str problem_text(struct arena *a, err e, const struct issues *issues, str request_id,
                 unsigned *status);

#endif
