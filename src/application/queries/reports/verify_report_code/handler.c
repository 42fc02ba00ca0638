/* The code stands on the printed report; nothing here says whose it is. */
#include "application/queries/reports/verify_report_code/query.h"

SCHEMA(verify_report_code,
       FIELD(verify_report_code, code, .flags = KEY | REQUIRED | SECRET, .doc = "Of the report"));
SCHEMA(verify_report_code_result,
       FIELD(verify_report_code_result, is_valid,
             .doc = "Hash and signature are those of what is kept"),
       FIELD(verify_report_code_result, is_current, .doc = "No later version is signed"),
       FIELD(verify_report_code_result, is_retracted, .doc = "The report was taken back"),
       FIELD(verify_report_code_result, number, .doc = "Of the version"),
       FIELD(verify_report_code_result, signed_at), FIELD(verify_report_code_result, signer_name),
       FIELD(verify_report_code_result, meaning),
       FIELD(verify_report_code_result, hash, .doc = "SHA-256 of what was signed"));

static err verify_report_code_handle(struct query_ctx *ctx, const struct verify_report_code *query,
                                     struct verify_report_code_result *out)
{
    struct report report;
    struct report_version version;
    struct report_verification v;
    if (query->code.len != REPORT_CODE_SIZE)
        return ERR(NOT_FOUND, "there is no such report");
    TRY(report_reader_get_version_by_code(ctx->readers->reports, ctx->arena, query->code,
                                          &version));
    TRY(report_reader_get_by_key(ctx->readers->reports, ctx->arena, version.report_key, &report));
    TRY(report_verify(ctx->services, ctx->arena, &report, &version, &v));
    *out = (struct verify_report_code_result){.is_valid = v.is_valid,
                                              .is_current = v.is_current,
                                              .is_retracted = v.is_retracted,
                                              .number = v.number,
                                              .signed_at = v.signed_at,
                                              .signer_name = v.signer_name,
                                              .meaning = v.meaning,
                                              .hash = v.hash};
    return OK;
}
QUERY(verify_report_code, .needs = ANYONE, .doc = "Whether a printed report is signed, and counts");
