/* Begins an export of the audit trail: what is exported is what was there before. The event that
 * tells of it is durable before the first byte goes out; read_audit_events has the pages. */
#ifndef APPLICATION_COMMANDS_AUDIT_EXPORT_AUDIT_EVENTS_COMMAND_H
#define APPLICATION_COMMANDS_AUDIT_EXPORT_AUDIT_EVENTS_COMMAND_H

#include "application/models/audit_end.h"
#include "application/models/audit_search.h"

enum audit_export_format {
    AUDIT_EXPORT_CSV,
    AUDIT_EXPORT_NDJSON,
    AUDIT_EXPORT_FHIR,
    AUDIT_EXPORT_DICOM
};
extern const char *const audit_export_format_names[];

struct export_audit_events {
    struct audit_search search;
    enum audit_export_format format;
};
struct export_audit_events_result {
    struct audit_end end;
};
DECLARE_USE_CASE(export_audit_events);

#endif
