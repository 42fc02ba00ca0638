/* The end of the organization's audit trail, signed: to be kept elsewhere. */
#ifndef APPLICATION_QUERIES_AUDIT_GET_AUDIT_ANCHOR_QUERY_H
#define APPLICATION_QUERIES_AUDIT_GET_AUDIT_ANCHOR_QUERY_H

#include "application/models/base_model.h"

struct get_audit_anchor {
    EMPTY_STRUCT;
};
struct get_audit_anchor_result {
    struct audit_anchor anchor;
};
DECLARE_USE_CASE(get_audit_anchor);

#endif
