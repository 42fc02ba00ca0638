/* An audit event as other systems take it: a row of CSV, a line of JSON, a FHIR R4 AuditEvent, an
 * audit message of PS3.15 A.5. */
#ifndef APPLICATION_MODELS_AUDIT_MESSAGE_H
#define APPLICATION_MODELS_AUDIT_MESSAGE_H

#include "base/buf.h"
#include "domain/entities/audit_event.h"

/* Who says so: AuditSourceID, AuditEnterpriseSiteID. */
struct audit_origin {
    str source;           /* this installation */
    uuid organization_id; /* absent: no organization's */
};

typedef void audit_writer_function(struct buf *out, const struct audit_origin *origin,
                                   const struct audit_event *event);

/* One line with its end. */
audit_writer_function audit_message_csv;
void audit_message_csv_header(struct buf *out);
/* One object without a line end. */
audit_writer_function audit_message_json;
audit_writer_function audit_message_fhir;
/* One element AuditMessage, on one line, without an XML declaration and a line end. */
audit_writer_function audit_message_dicom;

/* What the two standards have in common, for the writers. */
bool audit_message_is_address(str peer_address);
/* Whom the event names as the one who acted. */
str audit_message_user(struct arena *a, const struct audit_origin *origin,
                       const struct audit_event *event);

#endif
