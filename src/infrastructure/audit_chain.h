/* The chain that makes the audit trail tell on whoever changes it: each event of an organization
 * carries a SHA-256 over the hash before it and over itself. */
#ifndef INFRASTRUCTURE_AUDIT_CHAIN_H
#define INFRASTRUCTURE_AUDIT_CHAIN_H

#include "domain/repositories/audit_repository.h"

/* Gives the event its hash, which lives in a. before: hash of the event before, "" for the first.
 */
void audit_chain_seal(struct arena *a, str before, struct audit_event *event);

struct audit_chain_check {
    int64_t event_count;
    int64_t broken_key; /* of the first event that does not follow from the one before; 0: none */
};
/* Walks the whole trail of an organization from its start. */
err audit_chain_verify(struct audit_reader *r, int64_t organization_key,
                       struct audit_chain_check *out);

#endif
