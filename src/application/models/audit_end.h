/* Where an organization's audit trail ends now. */
#ifndef APPLICATION_MODELS_AUDIT_END_H
#define APPLICATION_MODELS_AUDIT_END_H

#include "application/models/base_model.h"

struct audit_end {
    int64_t key;                /* of the newest event; 0: there is none */
    uuid organization_id;       /* absent: no organization's */
    struct audit_anchor anchor; /* sequence 0: none, no event has a number yet */
};

/* Texts live in a. */
err audit_end_find(struct readers *readers, const struct services *services, struct arena *a,
                   int64_t organization_key, instant now, struct audit_end *out);

#endif
