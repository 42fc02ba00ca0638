/* One-time codes by time (TOTP, RFC 6238): SHA-1, six digits, thirty seconds, which is what every
 * authenticator knows. */
#ifndef APPLICATION_SERVICES_OTP_SERVICE_H
#define APPLICATION_SERVICES_OTP_SERVICE_H

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

enum {
    OTP_SECRET_SIZE = 20, /* bytes, RFC 4226 4 R6 */
    OTP_DIGIT_COUNT = 6,
    OTP_STEP_SECONDS = 30,
    OTP_STEPS_AROUND = 1 /* before and after this one, for clocks that differ */
};

struct otp_service;
struct otp_service_ops {
    str (*make_secret)(struct otp_service *o, struct arena *a);
    bool (*verify)(struct otp_service *o, struct arena *a, str secret, str code, instant now,
                   int64_t after_step, int64_t *step);
};
struct otp_service {
    const struct otp_service_ops *ops;
};

/* Base32 without padding (RFC 4648 6), as people type it in. */
static inline str otp_make_secret(struct otp_service *o, struct arena *a)
{
    return o->ops->make_secret(o, a);
}
/* Whether the code is that of a step around now which comes after after_step; *step is which. */
static inline bool otp_verify(struct otp_service *o, struct arena *a, str secret, str code,
                              instant now, int64_t after_step, int64_t *step)
{
    return o->ops->verify(o, a, secret, code, now, after_step, step);
}

#endif
