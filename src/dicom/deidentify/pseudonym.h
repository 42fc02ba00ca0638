/* Names that stand for others, the same ones in every instance and every run with the same key, and
 * nobody without the key finds the way back: HMAC-SHA256 of what is replaced. Whoever holds the key
 * can tell which pseudonym a known patient has, so it is kept as the original is. */
#ifndef DICOM_DEIDENTIFY_PSEUDONYM_H
#define DICOM_DEIDENTIFY_PSEUDONYM_H

#include "base/err.h"
#include "base/str.h"

enum {
    DEIDENTIFY_KEY_SIZE_MIN = 16,
    DEIDENTIFY_KEY_SIZE_MAX = 64,
    DEIDENTIFY_SHIFT_DAYS_MAX = 3650,
    PSEUDONYM_SIZE = 16
};

/* Errors: INVALID (a key that is too short or too long). */
err pseudonym_check_key(str key);

/* "2.25.<number>" (PS3.5 B.2) for a UID. What PS3.6 registers, such as a well-known frame of
 * reference, stays as it is. */
str pseudonym_uid(struct arena *a, str key, str uid);
/* PSEUDONYM_SIZE letters and digits. issuer, id: UTF-8 without padding. */
str pseudonym_patient(struct arena *a, str key, str issuer, str id);
/* Days to go back, 1 to DEIDENTIFY_SHIFT_DAYS_MAX. */
int pseudonym_shift_days(str key, str issuer, str id);

#endif
