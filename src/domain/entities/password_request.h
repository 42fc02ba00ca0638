/* Somebody said that they forgot the password of an address. Whether anybody has that address is
 * looked at afterwards, by a job: so the answer, and the time it takes, cannot tell. */
#ifndef DOMAIN_ENTITIES_PASSWORD_REQUEST_H
#define DOMAIN_ENTITIES_PASSWORD_REQUEST_H

#include "domain/entities/entity.h"

struct password_request {
    int64_t key;
    instant created_at;
    str email; /* lower case */
    str peer_address;
};
DECLARE_SCHEMA(password_request);
SLICE(password_request);

#endif
