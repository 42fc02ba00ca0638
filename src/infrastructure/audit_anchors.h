/* Anchors of the audit trail: made now and then of its newest event in each organization, written
 * to the log and to a file, one JSON object a line. Whoever copies either of them elsewhere as it
 * grows can prove later what stood in the trail, whatever became of the database. */
#ifndef INFRASTRUCTURE_AUDIT_ANCHORS_H
#define INFRASTRUCTURE_AUDIT_ANCHORS_H

#include "infrastructure/audit_seal.h"
#include "infrastructure/db_context.h"

enum {
    AUDIT_ANCHOR_FILE_SIZE_MAX = 256 * 1024 * 1024,
    AUDIT_ANCHOR_LINE_SIZE_MAX = 64 * 1024,
    AUDIT_ANCHORED_COUNT_MAX = 4096 /* organizations whose last anchor is remembered */
};
#define AUDIT_ANCHOR_FILE "audit-anchors.ndjson"

struct audit_anchors {
    struct db_context *db;
    struct clock *clock;
    const struct audit_seal *seal;
    const char *folder;
    struct {
        int64_t organization_key, sequence;
    } * written; /* a trail that has not moved gets no second one */
    size_t written_count;
};

/* folder lives as long. */
void audit_anchors_open(struct audit_anchors *s, struct db_context *db, struct clock *clock,
                        const struct audit_seal *seal, const char *folder);
void audit_anchors_close(struct audit_anchors *s);
/* One for each organization whose trail has grown since the last. On one thread at a time.
 * Errors: UNAVAILABLE, NO_SPACE (the file). */
err audit_anchors_write(struct audit_anchors *s);

/* All anchors of a file, in a; lines that are something else are passed over, so that a log of JSON
 * lines will do when the anchors stand in it as they are. Errors: NOT_FOUND, INVALID (too long). */
err audit_anchors_read(struct arena *a, const char *path, struct audit_anchor_slice *out);

#endif
