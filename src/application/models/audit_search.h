/* What a search of the audit trail, or an export of it, asks for. */
#ifndef APPLICATION_MODELS_AUDIT_SEARCH_H
#define APPLICATION_MODELS_AUDIT_SEARCH_H

#include "application/models/base_model.h"

/* An absent member asks for nothing. */
struct audit_search {
    uuid user_id, actor_id, subject_id, study_id;
    str action, outcome, actor_kind, subject_kind, peer_address;
    instant from, to; /* from <= created_at < to */
};
DECLARE_SCHEMA(audit_search);

/* Within an organization. */
struct audit_filter audit_search_filter(const struct audit_search *search,
                                        int64_t organization_key);

#endif
