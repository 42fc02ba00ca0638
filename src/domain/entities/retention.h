/* How long studies are kept: rules by which they go to the trash, and legal holds, under which they
 * stay whatever the rules say and whoever asks. */
#ifndef DOMAIN_ENTITIES_RETENTION_H
#define DOMAIN_ENTITIES_RETENTION_H

#include "domain/entities/entity.h"
#include "domain/entities/image_attribute.h"

enum {
    RETENTION_RULE_COUNT_MAX = 100, /* of an organization */
    RETENTION_DAYS_MAX = 36525,
    RETENTION_MODALITY_SIZE_MAX = 16, /* a CS */
    LEGAL_HOLD_REASON_SIZE_MAX = 1024,
    RETENTION_PAGE_SIZE = 50 /* of studies that are due */
};

/* Kept as numbers: from when on the days are counted. */
enum retention_start { RETENTION_FROM_RECEIVED, RETENTION_FROM_STUDY_DATE, RETENTION_START_COUNT };
extern const char *const retention_start_names[]; /* NULL-terminated */
/* False, and out as it was, for an absent name and one that is none. */
bool retention_start_find(str name, enum retention_start *out);
const char *retention_start_complaint(str name);
const char *retention_modality_complaint(str modality);

struct retention_rule {
    ENTITY_MEMBERS;
    str name;
    str modality; /* of studies that have it among theirs; absent: of all */
    enum retention_start counted_from;
    int64_t days;
    bool is_enabled;
};
DECLARE_SCHEMA(retention_rule);
SLICE(retention_rule);

struct legal_hold {
    ENTITY_MEMBERS;
    int64_t study_key; /* of one study there is one */
    uuid study_id;
    str reason;
    uuid placed_by;
};
DECLARE_SCHEMA(legal_hold);

/* The studies that a rule is about: not in the trash, and older than it says. */
struct retention_filter {
    int64_t organization_key;
    str modality;            /* absent: all */
    instant received_before; /* unset: whenever */
    str study_date_before;   /* YYYYMMDD; absent: whenever. Studies without a date are not meant */
};
struct retention_filter retention_filter_of(struct arena *a, const struct retention_rule *rule,
                                            instant now);

struct retention_count {
    int64_t study_count, size; /* without those on hold */
    int64_t held_count;
};

/* What was moved to the trash itself. */
struct trash_item {
    enum image_level level;
    uuid id;
};
SLICE(trash_item);

#endif
