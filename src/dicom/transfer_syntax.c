/* The table of transfer syntaxes. */
#include "dicom/transfer_syntax.h"

#include "base/err.h"

#define OCTETS "application/octet-stream"
#define ENCAPSULATED(uid_, name_, media_, lossy_)                                                  \
    {                                                                                              \
        .uid = uid_, .name = name_, .media_type = media_, .explicit_vr = true,                     \
        .encapsulated = true, .lossy = lossy_                                                      \
    }
#define VIDEO(uid_, name_, media_)                                                                 \
    {                                                                                              \
        .uid = uid_, .name = name_, .media_type = media_, .explicit_vr = true,                     \
        .encapsulated = true, .lossy = true, .video = true                                         \
    }

const struct transfer_syntax transfer_syntaxes[] = {
    {.uid = TS_IMPLICIT_LITTLE, .name = "Implicit VR Little Endian", .media_type = OCTETS},
    {.uid = TS_EXPLICIT_LITTLE,
     .name = "Explicit VR Little Endian",
     .media_type = OCTETS,
     .explicit_vr = true},
    {.uid = TS_DEFLATED,
     .name = "Deflated Explicit VR Little Endian",
     .media_type = OCTETS,
     .explicit_vr = true,
     .deflated = true},
    {.uid = TS_EXPLICIT_BIG,
     .name = "Explicit VR Big Endian",
     .media_type = OCTETS,
     .explicit_vr = true,
     .big_endian = true},
    ENCAPSULATED("1.2.840.10008.1.2.1.98", "Encapsulated Uncompressed Explicit VR Little Endian",
                 OCTETS, false),
    ENCAPSULATED("1.2.840.10008.1.2.4.50", "JPEG Baseline", "image/jpeg", true),
    ENCAPSULATED("1.2.840.10008.1.2.4.51", "JPEG Extended", "image/jpeg", true),
    ENCAPSULATED("1.2.840.10008.1.2.4.53", "JPEG Spectral Selection", "image/jpeg", true),
    ENCAPSULATED("1.2.840.10008.1.2.4.55", "JPEG Full Progression", "image/jpeg", true),
    ENCAPSULATED("1.2.840.10008.1.2.4.57", "JPEG Lossless", "image/jpeg", false),
    ENCAPSULATED("1.2.840.10008.1.2.4.70", "JPEG Lossless SV1", "image/jpeg", false),
    ENCAPSULATED("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless", "image/jls", false),
    ENCAPSULATED("1.2.840.10008.1.2.4.81", "JPEG-LS Near-lossless", "image/jls", true),
    ENCAPSULATED("1.2.840.10008.1.2.4.90", "JPEG 2000 Lossless", "image/jp2", false),
    ENCAPSULATED("1.2.840.10008.1.2.4.91", "JPEG 2000", "image/jp2", true),
    ENCAPSULATED("1.2.840.10008.1.2.4.92", "JPEG 2000 Part 2 Lossless", "image/jpx", false),
    ENCAPSULATED("1.2.840.10008.1.2.4.93", "JPEG 2000 Part 2", "image/jpx", true),
    VIDEO("1.2.840.10008.1.2.4.100", "MPEG2 Main Profile / Main Level", "video/mpeg"),
    VIDEO("1.2.840.10008.1.2.4.101", "MPEG2 Main Profile / High Level", "video/mpeg"),
    VIDEO("1.2.840.10008.1.2.4.102", "MPEG-4 AVC/H.264 High Profile", "video/mp4"),
    VIDEO("1.2.840.10008.1.2.4.103", "MPEG-4 AVC/H.264 BD-compatible", "video/mp4"),
    VIDEO("1.2.840.10008.1.2.4.104", "MPEG-4 AVC/H.264 2D Video", "video/mp4"),
    VIDEO("1.2.840.10008.1.2.4.105", "MPEG-4 AVC/H.264 3D Video", "video/mp4"),
    VIDEO("1.2.840.10008.1.2.4.106", "MPEG-4 AVC/H.264 Stereo", "video/mp4"),
    VIDEO("1.2.840.10008.1.2.4.107", "HEVC/H.265 Main Profile", "video/mp4"),
    VIDEO("1.2.840.10008.1.2.4.108", "HEVC/H.265 Main 10 Profile", "video/mp4"),
    ENCAPSULATED("1.2.840.10008.1.2.4.110", "JPEG XL Lossless", "image/jxl", false),
    ENCAPSULATED("1.2.840.10008.1.2.4.111", "JPEG XL JPEG Recompression", "image/jxl", true),
    ENCAPSULATED("1.2.840.10008.1.2.4.112", "JPEG XL", "image/jxl", true),
    ENCAPSULATED("1.2.840.10008.1.2.4.201", "HTJ2K Lossless", "image/jphc", false),
    ENCAPSULATED("1.2.840.10008.1.2.4.202", "HTJ2K Lossless RPCL", "image/jphc", false),
    ENCAPSULATED("1.2.840.10008.1.2.4.203", "HTJ2K", "image/jphc", true),
    ENCAPSULATED("1.2.840.10008.1.2.5", "RLE Lossless", "image/dicom-rle", false),
    ENCAPSULATED("1.2.840.10008.1.2.8.1", "Deflated Image Frame Compression", OCTETS, false),
};
const size_t transfer_syntax_count = COUNT_OF(transfer_syntaxes);

const struct transfer_syntax *transfer_syntax_find(str uid)
{
    for (size_t i = 0; i < transfer_syntax_count; i++)
        if (str_eq(str_of(transfer_syntaxes[i].uid), uid))
            return &transfer_syntaxes[i];
    return NULL;
}
