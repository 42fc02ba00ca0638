/* Values out of bytes, in either byte order, and the trimming of padded text. */
#ifndef DICOM_PART10_VALUES_H
#define DICOM_PART10_VALUES_H

#include "base/str.h"

static inline uint16_t value_u16(const unsigned char *p, bool big_endian)
{
    return (uint16_t)(big_endian ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}
static inline uint32_t value_u32(const unsigned char *p, bool big_endian)
{
    return big_endian ? (uint32_t)value_u16(p, true) << 16 | value_u16(p + 2, true)
                      : (uint32_t)value_u16(p + 2, false) << 16 | value_u16(p, false);
}
static inline uint64_t value_u64(const unsigned char *p, bool big_endian)
{
    return big_endian ? (uint64_t)value_u32(p, true) << 32 | value_u32(p + 4, true)
                      : (uint64_t)value_u32(p + 4, false) << 32 | value_u32(p, false);
}
/* Without the padding at the end: spaces and NULs (PS3.5 6.2). */
static inline str value_trim(str s)
{
    while (s.len != 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\0'))
        s.len--;
    return s;
}
/* And without spaces at the start, which most VRs do not count. */
static inline str value_trim_both(str s)
{
    s = value_trim(s);
    while (s.len != 0 && s.ptr[0] == ' ')
        s = (str){s.ptr + 1, s.len - 1};
    return s;
}

#endif
