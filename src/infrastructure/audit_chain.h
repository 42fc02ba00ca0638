/* The chain that makes the audit trail tell on whoever changes it: each event of an organization
 * carries a SHA-256 over the hash before it and over itself, and a number one higher.
 *
 * Whoever can write to the database can also make the chain anew from any event on, or take its end
 * away. That is what anchors are for (audit_anchors.h). */
#ifndef INFRASTRUCTURE_AUDIT_CHAIN_H
#define INFRASTRUCTURE_AUDIT_CHAIN_H

#include "domain/repositories/audit_repository.h"
#include "infrastructure/audit_seal.h"

/* Gives the event its hash, which lives in a. before: hash of the event before, "" for the first.
 */
void audit_chain_seal(struct arena *a, str before, struct audit_event *event);

enum audit_flaw {
    AUDIT_CHANGED,      /* the event, or the hash of the one before it */
    AUDIT_MISSING,      /* events before this one, from first to last */
    AUDIT_OUT_OF_ORDER, /* moved, or put in */
    AUDIT_REMADE,       /* not the event that was anchored: the chain was made anew */
    AUDIT_CUT_SHORT,    /* the newest events, from first to last: an anchor knows of them */
    AUDIT_FALSE_CUT,    /* the record of where retention cut is not ours */
    AUDIT_FALSE_ANCHOR  /* its signature does not hold */
};

struct audit_finding {
    enum audit_flaw flaw;
    int64_t key, sequence; /* of the event it was seen at; sequence 0: it has none */
    instant at;            /* its time, or the anchor's */
    int64_t first, last;   /* sequences of what is missing */
};

struct audit_verifier {
    /* Told of each finding, in the order of the trail. */
    void (*found)(struct audit_verifier *v, const struct audit_finding *finding);
    /* NULL, or told of each page how many events have been looked at in all. */
    void (*passed)(struct audit_verifier *v, int64_t event_count);
    const struct audit_seal *seal;
    const struct audit_anchor_slice *anchors; /* NULL: none */
};

struct audit_chain_check {
    int64_t event_count, finding_count;
    int64_t broken_key;                             /* of the first event with a finding; 0: none */
    int64_t anchor_count;                           /* that the trail agrees with */
    int64_t old_anchor_count, foreign_anchor_count; /* of before a cut; signed by an unknown key */
};
/* Walks the whole trail of an organization from its start and goes on behind a finding.
 * v: may be NULL, then findings are only counted and no cut is believed. organization_id: whose
 * anchors count. */
err audit_chain_verify(struct audit_reader *r, int64_t organization_key, uuid organization_id,
                       struct audit_verifier *v, struct audit_chain_check *out);

#endif
