/* What of an organization's studies whoever asks may see. The mediator makes it for each call, of
 * the principal and the use case; repositories take it with every question about images, so that
 * what is not within it is not there, for a list as for a single study. */
#ifndef DOMAIN_ENTITIES_ACCESS_H
#define DOMAIN_ENTITIES_ACCESS_H

#include "base/clock.h"
#include "base/uuid.h"
#include "domain/enums/grantee.h"
#include "domain/enums/permission.h"

/* One of zeros sees nothing: no organization has the key 0. */
struct access {
    int64_t organization_key;
    bool is_limited; /* to the studies granted to this one, directly, by patient or by album */
    enum grantee_kind grantee_kind;
    int64_t grantee_key;
    enum permission right; /* that the grant has to include */
    instant now;           /* grants that ended before do not count */
    int64_t series_key;    /* of a study nothing but this series; 0: all of it */
    uuid series_id;
    /* Of what is seen de-identified only: the access behind it, which the readers of a
     * de-identified view have (infrastructure/deidentified_images.h). All else in here sees nothing
     * then, whoever asks with it. NULL: what is seen is as it came. */
    const struct deidentified_access *deidentified;
};

enum { VIEW_KEY_SIZE = 32 };

struct deidentified_access {
    struct access behind;
    unsigned char key[VIEW_KEY_SIZE]; /* of the pseudonyms: one for each organization, one for each
                                         share */
};

struct principal;

/* What somebody may see with that right: all of it, or what was granted. False: nothing. */
bool principal_access(const struct principal *principal, enum permission right, instant now,
                      struct access *out);

/* The same of whoever sees no more than de-identified data: what lies behind it, to look at and to
 * download. */
bool principal_deidentified_access(const struct principal *principal, enum permission right,
                                   instant now, struct access *out);

/* Everything in an organization: for the program itself. */
#define ACCESS_TO_ALL(organization_key_)                                                           \
    (&(const struct access){.organization_key = (organization_key_)})

#endif
