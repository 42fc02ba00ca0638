/* A share: a link by which somebody without an account sees chosen studies, or sends some in. What
 * it opens are grants to it; the link itself is kept as a hash only. */
#ifndef DOMAIN_ENTITIES_SHARE_H
#define DOMAIN_ENTITIES_SHARE_H

#include "domain/entities/entity.h"

enum share_kind {
    SHARE_VIEW,  /* who has the link sees what is granted to it */
    SHARE_INBOX, /* who has the link sends studies in, and sees none */
    SHARE_KIND_COUNT
};
extern const char *const share_kind_names[]; /* NULL-terminated */

enum share_state {
    SHARE_OPEN,
    SHARE_REVOKED,
    SHARE_EXPIRED,
    SHARE_USED_UP,
    SHARE_SUSPENDED, /* of somebody who is deactivated or deleted: not of the share alone */
    SHARE_STATE_COUNT
};
extern const char *const share_state_names[];

enum {
    SHARE_DAYS_DEFAULT = 30,
    SHARE_DAYS_MAX = 366,
    SHARE_STUDY_COUNT_MAX = 100, /* of one share; an album has no limit */
    SHARE_USE_COUNT_MAX = 100000,
    SHARE_PASSWORD_SIZE_MIN = 6,
    SHARE_VISIT_SECONDS = 12 * 3600,        /* then the link has to be opened again */
    SHARE_VISIT_KEPT_SECONDS = 365 * 86400, /* so that who came can be seen */
    SHARE_FAILURE_COUNT_MAX = 5,            /* wrong passwords in a row; then nobody may try for */
    SHARE_LOCK_SECONDS = 5 * 60
};

/* What the address of a share's link and the credentials of a visit begin with, so that neither is
 * ever taken for the other. */
#define SHARE_TOKEN_PREFIX "sl_"
#define SHARE_VISIT_PREFIX "sv_"

struct share {
    ENTITY_MEMBERS;
    enum share_kind kind;
    str name; /* what its owner calls it */
    int64_t owner_key;
    uuid owner_id;
    str token_hash;
    str password_hash; /* absent: the link is enough */
    instant expires_at;
    int64_t use_count;
    int64_t use_count_max; /* 0: no limit */
    bool allows_download;
    bool is_deidentified; /* whose the images are is not seen */
    int64_t series_key;   /* of the one series that is seen of the study; 0: all */
    uuid series_id;
    int64_t album_key; /* what comes in by an inbox is put into it; 0: none */
    uuid album_id;
    int64_t failure_count;
    instant locked_until;
    instant revoked_at;
    instant last_opened_at;
};
DECLARE_SCHEMA(share);
SLICE(share);

enum share_state share_state_at(const struct share *share, instant now);
/* Counts a wrong password, and locks the share for a while at the limit. */
void share_count_failure(struct share *share, instant now);
const char *share_password_complaint(str password);

/* Somebody opened the link: the credentials of their visit, by their hash. */
struct share_visit {
    ENTITY_MEMBERS;
    int64_t share_key;
    str token_hash;
    instant expires_at;
    str peer_address;
    str user_agent;
};
DECLARE_SCHEMA(share_visit);
SLICE(share_visit);

#endif
