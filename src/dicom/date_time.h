/* DT, PS3.5 6.2: a date and time written as far as it is known, with or without its offset from
 * UTC. */
#ifndef DICOM_DATE_TIME_H
#define DICOM_DATE_TIME_H

#include "base/clock.h"

/* "YYYYMMDDHHMMSSFFFFFF": compares as text. */
enum { MOMENT_SIZE = 20 };

/* From its first to its last moment, as written: "2020" is all of that year. */
struct date_time {
    char first[MOMENT_SIZE], last[MOMENT_SIZE];
    bool has_offset;
    int offset; /* minutes east of UTC */
};

/* YYYY[MM[DD[HH[MM[SS[.F{1,6}]]]]]][&ZZXX] with every part in its range; the second 60 is taken for
 * the one before it. */
bool date_time_read(str dt, struct date_time *out);
/* "+ZZXX" or "-ZZXX", -1200 to +1400, as minutes east of UTC. */
bool utc_offset_read(str text, int *out);
/* The moment that many minutes later; not beyond the years 1 and 9999. */
void moment_add(const char moment[MOMENT_SIZE], int minutes, char out[MOMENT_SIZE]);

/* The first and the last moment of a DT, in UTC. An offset that it does not state is the given one,
 * in minutes east. The first moment of 1970 is told as the second one, because 0 is the absence of
 * an instant. False when it is no DT. */
bool date_time_instants(str dt, int offset, instant *first, instant *last);
/* Range matching, PS3.4 C.2.2.2.5: "a", "a-b", "a-", "-b". An end that is open is INT64_MIN or
 * INT64_MAX. A "-" before four digits that are no year but an offset (up to 1200) belongs to the
 * value. */
bool date_time_range_instants(str range, int offset, instant *first, instant *last);
/* DT of a moment in UTC, with its offset. */
str date_time_text(struct arena *a, instant t);

#endif
