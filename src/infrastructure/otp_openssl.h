/* TOTP by OpenSSL's HMAC. */
#ifndef INFRASTRUCTURE_OTP_OPENSSL_H
#define INFRASTRUCTURE_OTP_OPENSSL_H

#include "application/services/otp_service.h"

struct otp_openssl {
    struct otp_service base;
};

void otp_openssl_open(struct otp_openssl *o);

/* The code of a step, RFC 4226 5.3; digit_count up to 8. False: the secret is no base32. */
bool otp_code(struct arena *a, str secret, int64_t step, int digit_count, str *out);

#endif
