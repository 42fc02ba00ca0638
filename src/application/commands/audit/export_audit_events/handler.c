/* Writes nothing but the event that the pipeline adds. */
#include "application/commands/audit/export_audit_events/command.h"

const char *const audit_export_format_names[] = {"csv", "ndjson", "fhir", "dicom", NULL};

SCHEMA(export_audit_events, FIELD_EMBED_OF(export_audit_events, search, audit_search),
       FIELD_ENUM_OF(export_audit_events, format, audit_export_format_names,
                     .doc = "csv; ndjson: an event a line; fhir: an AuditEvent of R4 a line; "
                            "dicom: audit messages of PS3.15 A.5 in one XML document"));
SCHEMA_EMPTY(export_audit_events_result);

static err export_audit_events_handle(struct command_ctx *ctx,
                                      const struct export_audit_events *cmd,
                                      struct export_audit_events_result *out)
{
    (void)cmd;
    return audit_end_find(ctx->readers, ctx->services, ctx->arena, ctx->principal->organization_key,
                          clock_now(ctx->clock), &out->end);
}
COMMAND(export_audit_events, .needs = READ_AUDIT, .doc = "Export the audit trail");
