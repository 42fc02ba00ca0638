/* What the parts of gantry verify share. */
#ifndef CLI_VERIFY_H
#define CLI_VERIFY_H

#include "cli/cli.h"
#include "infrastructure/audit_anchors.h"
#include "infrastructure/audit_chain.h"

struct audit_verification {
    struct audit_verifier base;
    struct app *app;
    struct audit_seal seal;
    const char *anchor_file; /* NULL: the one in the data folder, if it is there */
    struct audit_anchor_slice anchors;
    const char *organization; /* whose trail it is at; for what is printed */
    struct progress progress;
    uint64_t total_count; /* about */
    uint64_t event_count, finding_count, broken_trail_count;
    uint64_t anchor_count, old_anchor_count, foreign_anchor_count;
};

/* Prints what it finds. Errors: NOT_FOUND, INVALID (the file of anchors), UNAVAILABLE. */
err verify_audit(struct audit_verification *v);

#endif
