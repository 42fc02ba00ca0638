/* argon2id by libsodium, RFC 9106 and OWASP's figures: 46 MiB, one pass. */
#ifndef INFRASTRUCTURE_PASSWORD_ARGON2_H
#define INFRASTRUCTURE_PASSWORD_ARGON2_H

#include "application/services/password_service.h"

#include <pthread.h>

enum {
    PASSWORD_MEMORY_MIB = 46,
    PASSWORD_PASS_COUNT = 1,
    PASSWORD_AT_ONCE_MAX =
        2, /* so that sign-ins take at most 92 MiB and leave processors to others */
    PASSWORD_WAITING_MAX = 64 /* beyond that the caller is asked to come back */
};

struct password_argon2 {
    struct password_service base;
    pthread_mutex_t lock;
    pthread_cond_t free;
    unsigned working_count, waiting_count;
};

err password_argon2_open(struct password_argon2 *p);
void password_argon2_close(struct password_argon2 *p);

#endif
