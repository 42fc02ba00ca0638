/* What of an organization's studies whoever asks may see. The mediator makes it for each call, of
 * the principal and the use case; repositories take it with every question about images, so that
 * what is not within it is not there, for a list as for a single study. */
#ifndef DOMAIN_ENTITIES_ACCESS_H
#define DOMAIN_ENTITIES_ACCESS_H

#include "base/clock.h"
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
};

struct principal;

/* What somebody may see with that right: all of it, or what was granted. False: nothing. */
bool principal_access(const struct principal *principal, enum permission right, instant now,
                      struct access *out);

/* Everything in an organization: for the program itself. */
#define ACCESS_TO_ALL(organization_key_)                                                           \
    (&(const struct access){.organization_key = (organization_key_)})

#endif
