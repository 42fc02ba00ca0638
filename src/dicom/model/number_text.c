/* One switch each way. */
#include "dicom/model/number_text.h"

#include "dicom/dictionary.h"
#include "dicom/part10/values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

size_t number_size(enum dicom_vr vr)
{
    return vr == VR_AT ? 4 : vr_word_size(vr);
}

/* A float as a double is the same number. */
static double real_at(enum dicom_vr vr, const unsigned char *p, bool big_endian)
{
    if (vr == VR_FL) {
        uint32_t word = value_u32(p, big_endian);
        float value;
        memcpy(&value, &word, sizeof value);
        return (double)value;
    }
    uint64_t word = value_u64(p, big_endian);
    double value;
    memcpy(&value, &word, sizeof value);
    return value;
}

bool number_is_finite(enum dicom_vr vr, const unsigned char *p, bool big_endian)
{
    return (vr != VR_FL && vr != VR_FD) || isfinite(real_at(vr, p, big_endian));
}

static void write_real(struct buf *out, enum dicom_vr vr, double value)
{
    char text[40];
    if (!isfinite(value)) {
        buf_add(out, isnan(value) ? STR("NaN") : value > 0 ? STR("INF") : STR("-INF"));
        return;
    }
    if (vr == VR_FD) {
        buf_add_double(out, value);
        return;
    }
    for (int precision = 6; precision <= 9; precision++) { /* the shortest that is the same float */
        snprintf(text, sizeof text, "%.*g", precision, value);
        float again = strtof(text, NULL), wanted = (float)value;
        if (memcmp(&again, &wanted, sizeof again) == 0)
            break;
    }
    buf_add(out, str_of(text));
}

void number_text_write(struct buf *out, enum dicom_vr vr, const unsigned char *p, bool big_endian)
{
    switch (vr) {
    case VR_US:
        buf_add_u64(out, value_u16(p, big_endian));
        break;
    case VR_SS:
        buf_add_i64(out, (int16_t)value_u16(p, big_endian));
        break;
    case VR_UL:
        buf_add_u64(out, value_u32(p, big_endian));
        break;
    case VR_SL:
        buf_add_i64(out, (int32_t)value_u32(p, big_endian));
        break;
    case VR_UV:
        buf_add_u64(out, value_u64(p, big_endian));
        break;
    case VR_SV:
        buf_add_i64(out, (int64_t)value_u64(p, big_endian));
        break;
    case VR_FL:
    case VR_FD:
        write_real(out, vr, real_at(vr, p, big_endian));
        break;
    default: /* AT: two words */
        buf_addf(out, "%04X%04X", value_u16(p, big_endian), value_u16(p + 2, big_endian));
        break;
    }
}

static bool read_not_finite(str text, double *out)
{
    bool negative = str_starts(text, STR("-"));
    str name = negative ? str_sub(text, 1, text.len) : text;
    if (str_eq_nocase(name, STR("nan")))
        *out = (double)NAN;
    else if (str_eq_nocase(name, STR("inf")) || str_eq_nocase(name, STR("infinity")))
        *out = negative ? -HUGE_VAL : HUGE_VAL;
    else
        return false;
    return true;
}

static bool read_real(enum dicom_vr vr, str text, uint64_t *bits)
{
    double wide;
    bool finite = !read_not_finite(text, &wide);
    if (finite && !str_to_double(text, &wide))
        return false;
    if (vr == VR_FD) {
        memcpy(bits, &wide, sizeof wide);
        return true;
    }
    float narrow = (float)wide;
    if (finite) { /* straight from the text: by way of the double it could be rounded twice */
        char copy[64];
        snprintf(copy, sizeof copy, "%.*s", STR_ARG(text));
        narrow = strtof(copy, NULL);
        if (!isfinite(narrow))
            return false;
    }
    uint32_t word;
    memcpy(&word, &narrow, sizeof word);
    *bits = word;
    return true;
}

static bool read_integer(enum dicom_vr vr, str text, uint64_t *bits)
{
    bool is_signed = vr == VR_SS || vr == VR_SL || vr == VR_SV;
    unsigned width = 8 * vr_word_size(vr);
    if (!is_signed)
        return str_to_u64(text, bits) && (width == 64 || *bits >> width == 0);
    int64_t value;
    if (!str_to_i64(text, &value))
        return false;
    int64_t most = (int64_t)(UINT64_MAX >> (65 - width));
    *bits = (uint64_t)value;
    return value <= most && value >= -most - 1;
}

bool number_text_read(enum dicom_vr vr, str text, unsigned char *out)
{
    uint64_t bits;
    uint32_t tag;
    if (vr == VR_AT) {
        if (!tag_from_text(text, &tag))
            return false;
        bits = tag >> 16 | (uint64_t)(tag & 0xFFFF) << 16;
    } else if (!(vr == VR_FL || vr == VR_FD ? read_real(vr, text, &bits)
                                            : read_integer(vr, text, &bits))) {
        return false;
    }
    for (size_t i = 0; i < number_size(vr); i++)
        out[i] = (unsigned char)(bits >> 8 * i);
    return true;
}
