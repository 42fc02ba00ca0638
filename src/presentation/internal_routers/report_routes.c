/* Reports, templates, and what a printed report is verified by. */
#include "application/commands/reports/acknowledge_report/command.h"
#include "application/commands/reports/add_report_addendum/command.h"
#include "application/commands/reports/amend_report/command.h"
#include "application/commands/reports/cancel_report/command.h"
#include "application/commands/reports/create_report/command.h"
#include "application/commands/reports/create_report_template/command.h"
#include "application/commands/reports/delete_report_template/command.h"
#include "application/commands/reports/flag_report/command.h"
#include "application/commands/reports/lock_report/command.h"
#include "application/commands/reports/retract_report/command.h"
#include "application/commands/reports/sign_report/command.h"
#include "application/commands/reports/submit_report/command.h"
#include "application/commands/reports/take_over_report/command.h"
#include "application/commands/reports/unlock_report/command.h"
#include "application/commands/reports/update_report/command.h"
#include "application/commands/reports/update_report_template/command.h"
#include "application/queries/reports/expand_report_template/query.h"
#include "application/queries/reports/get_report/query.h"
#include "application/queries/reports/get_report_pdf/query.h"
#include "application/queries/reports/get_report_template/query.h"
#include "application/queries/reports/get_report_version/query.h"
#include "application/queries/reports/list_report_templates/query.h"
#include "application/queries/reports/list_report_versions/query.h"
#include "application/queries/reports/list_reports/query.h"
#include "application/queries/reports/list_study_reports/query.h"
#include "application/queries/reports/verify_report/query.h"
#include "application/queries/reports/verify_report_code/query.h"
#include "application/models/report_pdf.h"
#include "base/html.h"
#include "presentation/binding.h"
#include "presentation/internal_routers/routers.h"

/* Passwords are hashed where processors are. */
#define BODY .body = HTTP_BODY_BUFFERED, .tag = "reports"
#define TEMPLATE .body = HTTP_BODY_BUFFERED, .tag = "report templates"

/* Pages are made where processors are, and outside of the unit of work. */
static const struct query_parameter *pdf_parameter(size_t at)
{
    static const struct query_parameter parameters[] = {
        {"number", "Of the version; absent: the one that is shown"}};
    return at < COUNT_OF(parameters) ? &parameters[at] : NULL;
}

static err report_pdf(struct request *r)
{
    struct arena *a = request_arena(r);
    struct get_report_pdf query = {0};
    struct get_report_pdf_result found = {0};
    const struct report_document *d = &found.document;
    str bytes;
    TRY(request_bind(r, &get_report_pdf_schema, &query));
    TRY(get_report_pdf_send(&r->scope, &query, &found));
    TRY(report_pdf_render(r->scope.services, a, d, REPORT_PDF_AS_IT_STANDS, &bytes));
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    http_set_header(r->x, "Content-Disposition",
                    str_format(a, "inline; filename=\"report-%.*s-%lld.pdf\"",
                               STR_ARG(uuid_text(a, d->report.id)), (long long)d->version.number));
    http_respond(r->x, 200, STR("application/pdf"), bytes);
    return OK;
}

#define PDF                                                                                        \
    .handle = report_pdf, .behind = &get_report_pdf_use_case, .needs = READ_REPORTS,               \
    .lane = LANE_CPU, .tag = "reports", .doc = "A report as PDF, to be printed",                   \
    .answers = "application/pdf", .parameter = pdf_parameter

const struct route report_routes[] = {
    {"GET", "/reports", &list_reports_use_case, .tag = "reports"},
    {"GET", "/studies/{id}/reports", &list_study_reports_use_case, .tag = "reports"},
    {"POST", "/studies/{id}/reports", &create_report_use_case, .success = 201, BODY},
    {"GET", "/reports/{id}", &get_report_use_case, .tag = "reports"},
    {"GET", "/reports/{id}/pdf", PDF},
    {"PATCH", "/reports/{id}", &update_report_use_case, BODY},
    {"POST", "/reports/{id}/submit", &submit_report_use_case, .tag = "reports"},
    {"POST", "/reports/{id}/sign", &sign_report_use_case, .lane = LANE_CPU, BODY},
    {"POST", "/reports/{id}/amend", &amend_report_use_case, BODY},
    {"POST", "/reports/{id}/addenda", &add_report_addendum_use_case, BODY},
    {"POST", "/reports/{id}/cancel", &cancel_report_use_case, BODY},
    {"POST", "/reports/{id}/retract", &retract_report_use_case, .lane = LANE_CPU, BODY},
    {"GET", "/reports/{id}/versions", &list_report_versions_use_case, .tag = "reports"},
    {"GET", "/reports/{id}/versions/{number}", &get_report_version_use_case, .tag = "reports"},
    {"GET", "/reports/{id}/verification", &verify_report_use_case, .tag = "reports"},
    {"PUT", "/reports/{id}/lock", &lock_report_use_case, .tag = "reports"},
    {"DELETE", "/reports/{id}/lock", &unlock_report_use_case, .success = 204, .tag = "reports"},
    {"POST", "/reports/{id}/lock/take-over", &take_over_report_use_case, BODY},
    {"POST", "/reports/{id}/critical", &flag_report_use_case, .success = 201, BODY},
    {"POST", "/reports/{id}/acknowledge", &acknowledge_report_use_case, .tag = "reports"},
    {"GET", "/report-templates", &list_report_templates_use_case, .tag = "report templates"},
    {"POST", "/report-templates", &create_report_template_use_case, .success = 201, TEMPLATE},
    {"GET", "/report-templates/{id}", &get_report_template_use_case, .tag = "report templates"},
    {"PATCH", "/report-templates/{id}", &update_report_template_use_case, TEMPLATE},
    {"DELETE", "/report-templates/{id}", &delete_report_template_use_case, .success = 204,
     .tag = "report templates"},
    {"GET", "/report-templates/{id}/studies/{study_id}", &expand_report_template_use_case,
     .tag = "report templates"},
};
const size_t report_route_count = COUNT_OF(report_routes);

/* For programs. */
const struct route public_report_routes[] = {
    {"GET", "/reports", &list_reports_use_case, .tag = "reports"},
    {"GET", "/reports/{id}", &get_report_use_case, .tag = "reports"},
    {"GET", "/reports/{id}/pdf", PDF},
    {"GET", "/reports/{id}/versions", &list_report_versions_use_case, .tag = "reports"},
    {"GET", "/reports/{id}/verification", &verify_report_use_case, .tag = "reports"},
    {"GET", "/studies/{id}/reports", &list_study_reports_use_case, .tag = "reports"},
    {"POST", "/studies/{id}/reports", &create_report_use_case, .success = 201, BODY},
};
const size_t public_report_route_count = COUNT_OF(public_report_routes);

/* ---- for whoever holds a printed report ---- */

#define PAGE_POLICY                                                                                \
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

static void add_row(struct buf *out, const char *name, str value)
{
    buf_addf(out, "<dt>%s</dt><dd>", name);
    html_add(out, value);
    buf_add(out, STR("</dd>"));
}

static const char *standing_of(const struct verify_report_code_result *v)
{
    return !v->is_valid      ? "The signature does not hold: do not rely on this report."
           : v->is_retracted ? "This report was retracted."
           : v->is_current   ? "This report is signed, and current."
                             : "This report is signed, and was superseded by a later version.";
}

static str page_of(struct arena *a, const struct verify_report_code_result *v)
{
    struct buf out = BUF_IN(a);
    buf_addf(&out,
             "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
             "<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" "
             "content=\"noindex\"><title>Verification of a report</title></head><body>"
             "<h1>%s</h1><dl>",
             standing_of(v));
    add_row(&out, "Signed by", v->signer_name);
    add_row(&out, "Signed at", instant_text(a, v->signed_at));
    add_row(&out, "Meaning", v->meaning);
    add_row(&out, "Version", str_format(a, "%lld", (long long)v->number));
    add_row(&out, "SHA-256", v->hash);
    buf_add(&out, STR("</dl></body></html>\n"));
    return buf_str(&out);
}

static err verification_page(struct request *r)
{
    const struct verify_report_code query = {request_parameter(r, "code")};
    struct verify_report_code_result result = {0};
    http_set_header(r->x, "Content-Security-Policy", STR(PAGE_POLICY));
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    http_set_header(r->x, "Referrer-Policy", STR("no-referrer"));
    http_set_header(r->x, "X-Robots-Tag", STR("noindex, nofollow"));
    TRY(verify_report_code_send(&r->scope, &query, &result));
    http_respond(r->x, 200, STR("text/html; charset=utf-8"), page_of(request_arena(r), &result));
    return OK;
}

const struct route report_verification_routes[] = {
    {"GET", "/report-verifications/{code}", &verify_report_code_use_case, .tag = "reports",
     .is_limited = true},
};
const size_t report_verification_route_count = COUNT_OF(report_verification_routes);

const struct route report_page_routes[] = {
    {"GET", "/verify/{code}", .handle = verification_page, .needs = PERMISSION_ANYONE,
     .behind = &verify_report_code_use_case, .is_hidden = true, .is_limited = true},
};
const size_t report_page_route_count = COUNT_OF(report_page_routes);
