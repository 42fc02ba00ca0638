/* Values that take the place of others: dummies, shifted dates, texts with only the words that name
 * nobody. All in UTF-8, several values separated by "\", without padding. */
#ifndef DICOM_DEIDENTIFY_REPLACED_VALUE_H
#define DICOM_DEIDENTIFY_REPLACED_VALUE_H

#include "dicom/vr.h"

#define DUMMY_TEXT "ANONYMIZED"

/* A value that is valid for the VR: one for every VR but SQ; ASCII for texts, little endian zeros
 * for the rest. It is static. */
str dummy_value(enum dicom_vr vr);

/* DA or DT, that many days earlier (PS3.15 E.3.6), as far as it is written: "202003" stays a month.
 * False when one of the values is none, or would be before the year 1. */
bool dates_shift(struct arena *a, enum dicom_vr vr, str values, int days, str *out);

/* Whether a time or an offset from UTC that is to be kept is one: a text in its place may name
 * somebody. */
bool time_is_plain(str values);

/* The words of anatomy and technique of a table (dicom/tables/safe_words.inc), and measures such as
 * "5mm"; with single spaces. "" when there is none. */
str text_clean(struct arena *a, enum dicom_vr vr, str text);

#endif
