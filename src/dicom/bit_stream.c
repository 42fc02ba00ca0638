/* Marker by marker. */
#include "dicom/bit_stream.h"

#include "base/err.h"

enum {
    SOI = 0xFFD8,
    SOS = 0xFFDA,
    APP14 = 0xFFEE,
    SOF_JPEGLS = 0xFFF7,
    SOC = 0xFF4F,
    SIZ = 0xFF51,
    COD = 0xFF52,
    CAP = 0xFF50,
    COMPONENT_COUNT_MAX = 4
};

struct cursor {
    const unsigned char *at;
    size_t left;
};

static bool take(struct cursor *c, unsigned size, uint32_t *out)
{
    if (c->left < size)
        return false;
    *out = 0;
    for (unsigned i = 0; i < size; i++)
        *out = *out << 8 | c->at[i];
    c->at += size;
    c->left -= size;
    return true;
}

static bool pass(struct cursor *c, uint64_t size)
{
    if (c->left < size)
        return false;
    c->at += size;
    c->left -= (size_t)size;
    return true;
}

/* A marker segment: its bytes behind the length. */
static bool take_segment(struct cursor *c, struct cursor *out)
{
    uint32_t length;
    if (!take(c, 2, &length) || length < 2 || c->left < length - 2)
        return false;
    *out = (struct cursor){c->at, length - 2};
    return pass(c, length - 2);
}

struct jpeg {
    uint32_t frame; /* the SOF marker */
    bool has_adobe, is_subsampled;
    uint32_t adobe_transform;
};

static bool read_frame(struct cursor segment, struct jpeg *jpeg, struct bit_stream_facts *out)
{
    uint32_t id, sampling, table, first_sampling = 0;
    if (!take(&segment, 1, &out->bits_stored) || !take(&segment, 2, &out->rows) ||
        !take(&segment, 2, &out->columns) || !take(&segment, 1, &out->samples) ||
        out->samples > COMPONENT_COUNT_MAX)
        return false;
    for (uint32_t i = 0; i < out->samples; i++) {
        if (!take(&segment, 1, &id) || !take(&segment, 1, &sampling) || !take(&segment, 1, &table))
            return false;
        if (i == 0)
            first_sampling = sampling;
        else if (sampling != first_sampling)
            jpeg->is_subsampled = true;
    }
    return true;
}

/* Of the first scan: the predictor of lossless JPEG (A) or NEAR of JPEG-LS. */
static bool read_scan(struct cursor segment, uint32_t *parameter)
{
    uint32_t count;
    return take(&segment, 1, &count) && pass(&segment, 2 * (uint64_t)count) &&
           take(&segment, 1, parameter);
}

static const char *jpeg_syntax(const struct jpeg *jpeg, uint32_t parameter)
{
    switch (jpeg->frame) {
    case 0xFFC0:
        return "1.2.840.10008.1.2.4.50";
    case 0xFFC1:
        return "1.2.840.10008.1.2.4.51";
    case 0xFFC3:
        return parameter == 1 ? "1.2.840.10008.1.2.4.70" : "1.2.840.10008.1.2.4.57";
    case SOF_JPEGLS:
        return parameter == 0 ? "1.2.840.10008.1.2.4.80" : "1.2.840.10008.1.2.4.81";
    default: /* progressive and arithmetic ones have no transfer syntax that is not retired */
        return NULL;
    }
}

/* Three components are YCbCr unless the stream says otherwise, or cannot say it (JPEG-LS,
 * lossless), as every decoder takes it. */
static const char *jpeg_photometric(const struct jpeg *jpeg, uint32_t samples)
{
    bool can_say = jpeg->frame == 0xFFC0 || jpeg->frame == 0xFFC1;
    if (samples == 1)
        return "MONOCHROME2";
    if (!can_say || (jpeg->has_adobe && jpeg->adobe_transform == 0))
        return "RGB";
    return jpeg->is_subsampled ? "YBR_FULL_422" : "YBR_FULL";
}

static void read_adobe(struct cursor segment, struct jpeg *jpeg)
{
    if (segment.left >= 12 && memcmp(segment.at, "Adobe", 5) == 0) {
        jpeg->has_adobe = true;
        jpeg->adobe_transform = segment.at[11];
    }
}

static bool read_jpeg(struct cursor c, struct bit_stream_facts *out)
{
    struct jpeg jpeg = {0};
    uint32_t marker, parameter;
    for (;;) {
        struct cursor segment;
        if (!take(&c, 2, &marker))
            return false;
        while (marker == 0xFFFF) /* fill bytes */
            if (!take(&c, 1, &marker))
                return false;
            else
                marker |= 0xFF00;
        if (marker < 0xFFC0 || !take_segment(&c, &segment))
            return false;
        bool is_frame = (marker >= 0xFFC0 && marker <= 0xFFCF && marker != 0xFFC4 &&
                         marker != 0xFFC8 && marker != 0xFFCC) ||
                        marker == SOF_JPEGLS;
        if (is_frame) {
            jpeg.frame = marker;
            if (!read_frame(segment, &jpeg, out))
                return false;
        } else if (marker == APP14) {
            read_adobe(segment, &jpeg);
        } else if (marker == SOS) {
            if (jpeg.frame == 0 || !read_scan(segment, &parameter))
                return false;
            out->transfer_syntax_uid = jpeg_syntax(&jpeg, parameter);
            out->photometric_interpretation = jpeg_photometric(&jpeg, out->samples);
            return out->transfer_syntax_uid != NULL;
        }
    }
}

static bool read_siz(struct cursor segment, struct bit_stream_facts *out)
{
    uint32_t width, height, left, top, depth;
    if (!pass(&segment, 2) || !take(&segment, 4, &width) || !take(&segment, 4, &height) ||
        !take(&segment, 4, &left) || !take(&segment, 4, &top) || !pass(&segment, 16) ||
        !take(&segment, 2, &out->samples) || !take(&segment, 1, &depth) || left >= width ||
        top >= height)
        return false;
    out->columns = width - left;
    out->rows = height - top;
    out->bits_stored = (depth & 0x7F) + 1;
    out->is_signed = (depth & 0x80) != 0;
    return true;
}

static bool read_codestream(struct cursor c, struct bit_stream_facts *out)
{
    uint32_t marker, transform, wavelet;
    bool has_size = false, is_high_throughput = false;
    for (;;) {
        struct cursor segment;
        if (!take(&c, 2, &marker) || !take_segment(&c, &segment))
            return false;
        if (marker == SIZ)
            has_size = read_siz(segment, out);
        if (marker == CAP)
            is_high_throughput = true;
        if (marker != COD)
            continue;
        /* Scod, progression, layers; then the component transform; five bytes on, the wavelet */
        if (!has_size || !pass(&segment, 4) || !take(&segment, 1, &transform) ||
            !pass(&segment, 4) || !take(&segment, 1, &wavelet))
            return false;
        bool is_lossless = wavelet == 1;
        out->transfer_syntax_uid =
            is_high_throughput
                ? (is_lossless ? "1.2.840.10008.1.2.4.201" : "1.2.840.10008.1.2.4.203")
                : (is_lossless ? "1.2.840.10008.1.2.4.90" : "1.2.840.10008.1.2.4.91");
        out->photometric_interpretation = out->samples == 1 ? "MONOCHROME2"
                                          : transform == 0  ? "RGB"
                                          : is_lossless     ? "YBR_RCT"
                                                            : "YBR_ICT";
        return true;
    }
}

/* Boxes of a JP2 file up to the code stream, 15444-1 Annex I. */
static bool read_boxes(struct cursor c, struct bit_stream_facts *out)
{
    uint32_t length, type, high, marker;
    for (;;) {
        if (!take(&c, 4, &length) || !take(&c, 4, &type))
            return false;
        uint64_t size = length;
        unsigned header = 8;
        if (length == 1) {
            if (!take(&c, 4, &high) || !take(&c, 4, &length))
                return false;
            size = (uint64_t)high << 32 | length;
            header = 16;
        }
        if (type == 0x6A703263) /* jp2c */
            return take(&c, 2, &marker) && marker == SOC && read_codestream(c, out);
        if (size < header || !pass(&c, size - header))
            return false;
    }
}

bool bit_stream_read(str head, struct bit_stream_facts *out)
{
    struct cursor c = {(const unsigned char *)head.ptr, head.len};
    uint32_t first;
    *out = (struct bit_stream_facts){0};
    if (head.len >= 12 && memcmp(head.ptr, "\0\0\0\14jP  \r\n\207\n", 12) == 0)
        return read_boxes(c, out) && out->rows != 0 && out->columns != 0;
    if (!take(&c, 2, &first))
        return false;
    bool known = first == SOI ? read_jpeg(c, out) : first == SOC && read_codestream(c, out);
    return known && out->rows != 0 && out->columns != 0 &&
           (out->samples == 1 || out->samples == 3) && out->bits_stored <= 16;
}
