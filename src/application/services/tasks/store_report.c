/* What is there already is not stored again. */
#include "application/services/tasks/store_report.h"

#include "application/models/report_pdf.h"
#include "application/queries/reports/get_report_document/query.h"
#include "application/services/ingest_service.h"
#include "application/services/tasks/task_service.h"

SCHEMA(store_report_parameters, FIELD(store_report_parameters, report_id),
       FIELD(store_report_parameters, number));

static err store(struct task_run *run, const struct report_document *d, str bytes)
{
    struct memory_source source;
    struct ingest_result result;
    const struct ingest_options options = {.study_instance_uid = d->study.study_instance_uid};
    memory_source_init(&source, bytes);
    return ingest_instance(run->scope, &source.base, &options, &result);
}

static err store_pdf(struct task_run *run, const struct report_document *d)
{
    str pdf;
    struct scope *scope = run->scope;
    task_run_stage(run, "storing the PDF");
    TRY(report_pdf_render(scope->services, scope->arena, d, REPORT_PDF_AS_SIGNED, &pdf));
    return store(run, d, report_document_pdf(scope->arena, d, pdf));
}

static err run(struct task_run *run, const void *parameters, struct task_result *out)
{
    const struct store_report_parameters *p = parameters;
    struct get_report_document_result found = {0};
    const struct report_document *d = &found.document;
    TRY(get_report_document_send(run->scope, &(struct get_report_document){p->report_id, p->number},
                                 &found));
    task_run_stage(run, "storing the structured report");
    if (!d->has_sr)
        TRY(store(run, d, report_document_sr(run->scope->arena, d)));
    TRY(task_run_check(run));
    if (!d->has_pdf)
        TRY(store_pdf(run, d));
    TRY(task_run_check(run));
    out->words = STR("the report is in its study");
    return OK;
}

const struct task_kind store_report_kind = {
    .name = "store_report",
    .doc = "Store a signed report into its study",
    .parameters = &store_report_parameters_schema,
    .count_max = 2,
    .attempt_count_max = 8,
    .run = run,
};
