/* Dates and times as DICOM writes them, DT and DA (PS3.5 6.2): of any precision, with or without an
 * offset from UTC. */
#ifndef DICOM_DATE_TIME_H
#define DICOM_DATE_TIME_H

#include "base/clock.h"

/* The first and the last moment of what is said: of "202601" those of that January. An offset that
 * it does not state is the given one, in minutes east. The first moment of 1970 is told as the
 * second one, because 0 is the absence of an instant. False when it is no DT. */
bool date_time_read(str text, int offset_minutes, instant *first, instant *last);

/* Range matching, PS3.4 C.2.2.2.5: "a", "a-b", "a-", "-b". An end that is open is INT64_MIN or
 * INT64_MAX. A "-" before four digits that are no year but an offset (up to 1200) belongs to the
 * value. */
bool date_time_range_read(str text, int offset_minutes, instant *first, instant *last);

/* "+0100", "-0530" (0008,0201), as minutes; false for anything else. */
bool utc_offset_read(str text, int *minutes);

/* DT of a moment in UTC, with its offset. */
str date_time_text(struct arena *a, instant t);

#endif
