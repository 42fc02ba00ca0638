/* The problem as a struct with a schema, like every other document. */
#include "presentation/exception_handlers.h"

#include "base/json.h"
#include "base/log.h"
#include "core/result.h"

DECLARE_SCHEMA(issue);
SCHEMA(issue, FIELD(issue, field, .doc = "Member that is not valid"),
       FIELD(issue, text, .doc = "Why"));
SCHEMA(problem, FIELD(problem, type, .doc = "about:blank"), FIELD(problem, title),
       FIELD(problem, status), FIELD(problem, detail, .flags = NULLABLE),
       FIELD(problem, code, .doc = "Stable name of the kind of error"), FIELD(problem, request_id),
       FIELD_LIST_OF(problem, issues, issue));

str problem_text(struct arena *a, err e, const struct issues *issues, str request_id,
                 unsigned *status)
{
    const struct result_meaning *meaning = result_meaning(e.code);
    bool own_fault = e.code == ERR_INTERNAL;
    struct problem problem = {.type = STR("about:blank"),
                              .title = str_of(meaning->title),
                              .status = meaning->http_status,
                              .detail = own_fault ? STR_NONE : str_of(e.text),
                              .code = str_of(err_code_name(e.code)),
                              .request_id = request_id,
                              .issues = issues->list};
    struct buf out = BUF_IN(a);
    json_write(&out, &problem_schema, &problem, 0);
    *status = meaning->http_status;
    return buf_str(&out);
}

/* What was said of a content that is not sent after all. */
static void unset_content_headers(struct request *r, err e)
{
    static const char *const names[] = {"ETag",
                                        "Cache-Control",
                                        "Accept-Ranges",
                                        "Content-Disposition",
                                        "Content-Encoding",
                                        "Content-Security-Policy"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        http_unset_header(r->x, names[i]);
    if (e.code != ERR_RANGE)
        http_unset_header(r->x, "Content-Range");
}

void request_fail(struct request *r, err e)
{
    unsigned status;
    struct arena *a = request_arena(r);
    str body = problem_text(a, e, &r->scope.issues, r->scope.request_id, &status);
    r->outcome = e;
    unset_content_headers(r, e);
    if (status >= 500)
        log_err(LOG_WARN, "request_failed", e);
    if (e.code == ERR_UNAUTHENTICATED || e.code == ERR_OTP_REQUIRED)
        http_set_header(r->x, "WWW-Authenticate", STR("Bearer"));
    if (result_meaning(e.code)->retry)
        http_set_header(r->x, "Retry-After",
                        str_format(a, "%u", r->retry_seconds != 0 ? r->retry_seconds : 1));
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    http_respond(r->x, status, STR("application/problem+json"), body);
}
