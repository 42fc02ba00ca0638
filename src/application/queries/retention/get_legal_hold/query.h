/* Whether a study is on hold, and why. */
#ifndef APPLICATION_QUERIES_RETENTION_GET_LEGAL_HOLD_QUERY_H
#define APPLICATION_QUERIES_RETENTION_GET_LEGAL_HOLD_QUERY_H

#include "application/models/base_model.h"
#include "domain/entities/retention.h"

struct get_legal_hold {
    uuid id; /* of the study */
};
struct get_legal_hold_result {
    struct legal_hold hold;
};
/* Errors: NOT_FOUND (no such study, or it is not on hold). */
DECLARE_USE_CASE(get_legal_hold);

#endif
