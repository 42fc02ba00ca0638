/* RFC 4226 and RFC 6238. */
#include "infrastructure/otp_openssl.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/uuid.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

static str base32(struct arena *a, const unsigned char *bytes, size_t size)
{
    struct buf out = BUF_IN(a);
    unsigned bits = 0, count = 0;
    for (size_t i = 0; i < size; i++) {
        bits = (bits << 8 | bytes[i]) & 0xFFFF;
        for (count += 8; count >= 5; count -= 5)
            buf_add_char(&out, digits[bits >> (count - 5) & 31]);
    }
    if (count != 0)
        buf_add_char(&out, digits[bits << (5 - count) & 31]);
    return buf_str(&out);
}

static bool base32_decode(struct arena *a, str text, str *out)
{
    struct buf bytes = BUF_IN(a);
    unsigned bits = 0, count = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *at = text.ptr[i] != '\0' ? strchr(digits, text.ptr[i]) : NULL;
        if (at == NULL)
            return false;
        bits = (bits << 5 | (unsigned)(at - digits)) & 0xFFFF;
        count += 5;
        if (count >= 8) {
            count -= 8;
            buf_add_char(&bytes, (char)(bits >> count & 0xFF));
        }
    }
    *out = buf_str(&bytes);
    return true;
}

bool otp_code(struct arena *a, str secret, int64_t step, int digit_count, str *out)
{
    unsigned char message[8], mac[EVP_MAX_MD_SIZE];
    unsigned size = sizeof mac, modulus = 1;
    str key;
    if (!base32_decode(a, secret, &key) || key.len == 0)
        return false;
    for (int i = 0; i < 8; i++)
        message[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
    if (HMAC(EVP_sha1(), key.ptr, (int)key.len, message, sizeof message, mac, &size) == NULL)
        return false;
    const unsigned char *p = mac + (mac[size - 1] & 15);
    uint32_t number =
        (uint32_t)(p[0] & 0x7F) << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    for (int i = 0; i < digit_count; i++)
        modulus *= 10;
    *out = str_format(a, "%0*u", digit_count, number % modulus);
    return true;
}

static str make_secret(struct otp_service *o, struct arena *a)
{
    unsigned char bytes[OTP_SECRET_SIZE];
    (void)o;
    random_bytes(bytes, sizeof bytes);
    return base32(a, bytes, sizeof bytes);
}

/* All steps are looked at, whichever is right. */
static bool verify(struct otp_service *o, struct arena *a, str secret, str code, instant now,
                   int64_t after_step, int64_t *step)
{
    int64_t this_step = now.us / SECONDS(OTP_STEP_SECONDS);
    bool found = false;
    (void)o;
    for (int64_t s = this_step - OTP_STEPS_AROUND; s <= this_step + OTP_STEPS_AROUND; s++) {
        str right;
        if (!otp_code(a, secret, s, OTP_DIGIT_COUNT, &right))
            return false;
        if (str_eq_secret(right, code) && s > after_step && !found) {
            found = true;
            *step = s;
        }
    }
    return found;
}

static const struct otp_service_ops openssl_ops = {.make_secret = make_secret, .verify = verify};

void otp_openssl_open(struct otp_openssl *o)
{
    *o = (struct otp_openssl){.base = {&openssl_ops}};
}
