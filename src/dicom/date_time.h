/* DT, PS3.5 6.2: a date and time written as far as it is known, with or without its offset from
 * UTC. */
#ifndef DICOM_DATE_TIME_H
#define DICOM_DATE_TIME_H

#include "base/str.h"

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

#endif
