/* What is done with other bytes under a SOP Instance UID that is stored. */
#ifndef DOMAIN_ENUMS_DUPLICATE_POLICY_H
#define DOMAIN_ENUMS_DUPLICATE_POLICY_H

enum duplicate_policy {
    DUPLICATES_REFUSE,
    DUPLICATES_KEEP,    /* what is there is served, what came is a version beside it */
    DUPLICATES_REPLACE, /* what came is served, what was there is a version */
    DUPLICATE_POLICY_COUNT
};

extern const char *const duplicate_policy_names[];

#endif
