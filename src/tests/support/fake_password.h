/* A password service that costs nothing: its hash is the password behind a word. */
#ifndef TESTS_SUPPORT_FAKE_PASSWORD_H
#define TESTS_SUPPORT_FAKE_PASSWORD_H

#include "application/services/password_service.h"

struct fake_password {
    struct password_service base;
    unsigned verify_count;
};

void fake_password_init(struct fake_password *p);

#endif
