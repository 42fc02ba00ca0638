/* The tables of composed objects. */
#include "application/services/compose_iod.h"

#include "base/err.h"

#define DOCUMENTS (COMPOSED_PDF | COMPOSED_CDA)
#define SHAPES (COMPOSED_STL | COMPOSED_OBJ)
#define MODELS (SHAPES | COMPOSED_MTL)
#define ENCAPSULATED (DOCUMENTS | MODELS)
#define PICTURES (COMPOSED_PHOTO | COMPOSED_VIDEO | COMPOSED_CAPTURE)
#define VISIBLE_LIGHT (COMPOSED_PHOTO | COMPOSED_VIDEO)
#define ANY (ENCAPSULATED | PICTURES)

const struct composed_class composed_classes[] = {
    {"application/pdf", "1.2.840.10008.5.1.4.1.1.104.1", "DOC", COMPOSED_PDF},
    {"text/xml", "1.2.840.10008.5.1.4.1.1.104.2", "DOC", COMPOSED_CDA},
    {"application/xml", "1.2.840.10008.5.1.4.1.1.104.2", "DOC", COMPOSED_CDA},
    {"model/stl", "1.2.840.10008.5.1.4.1.1.104.3", "M3D", COMPOSED_STL},
    {"model/obj", "1.2.840.10008.5.1.4.1.1.104.4", "M3D", COMPOSED_OBJ},
    {"model/mtl", "1.2.840.10008.5.1.4.1.1.104.5", "M3D", COMPOSED_MTL},
    {"image/", "1.2.840.10008.5.1.4.1.1.77.1.4", "XC", COMPOSED_PHOTO},
    {"image/", "1.2.840.10008.5.1.4.1.1.7", "OT", COMPOSED_CAPTURE},
    {"video/", "1.2.840.10008.5.1.4.1.1.77.1.4.1", "XC", COMPOSED_VIDEO},
};
const size_t composed_class_count = COUNT_OF(composed_classes);

const struct composed_class *composed_class_of(str media_type, bool has_deep_pixels)
{
    for (size_t i = 0; i < COUNT_OF(composed_classes); i++) {
        const struct composed_class *c = &composed_classes[i];
        str type = str_of(c->media_type);
        bool fits = str_ends(type, STR("/")) ? str_starts_nocase(media_type, type)
                                             : str_eq_nocase(media_type, type);
        if (fits && !(c->iod == COMPOSED_PHOTO && has_deep_pixels))
            return c;
    }
    return NULL;
}

const struct composed_class *composed_class_find(str sop_class_uid)
{
    for (size_t i = 0; i < COUNT_OF(composed_classes); i++)
        if (str_eq(str_of(composed_classes[i].sop_class_uid), sop_class_uid))
            return &composed_classes[i];
    return NULL;
}

#define EMPTY(tag_, vr_, iods_)                                                                    \
    {                                                                                              \
        tag_, VR_##vr_, iods_, COMPOSED_WITHOUT_VALUE, NULL                                        \
    }
#define VALUE(tag_, vr_, iods_, value_)                                                            \
    {                                                                                              \
        tag_, VR_##vr_, iods_, COMPOSED_VALUE, value_                                              \
    }
#define SENDERS(tag_, vr_, iods_)                                                                  \
    {                                                                                              \
        tag_, VR_##vr_, iods_, COMPOSED_SENDERS, NULL                                              \
    }

/* Conversion Type: a workstation, since no scanner or camera did it. Burned In Annotation: YES,
 * because who takes a document for anonymous has to know that it is. */
const struct composed_attribute composed_attributes[] = {
    VALUE(0x00080008, CS, VISIBLE_LIGHT, "ORIGINAL\\PRIMARY"),
    EMPTY(0x00080020, DA, ANY),
    EMPTY(0x00080023, DA, ENCAPSULATED),
    EMPTY(0x0008002A, DT, ENCAPSULATED),
    EMPTY(0x00080030, TM, ANY),
    EMPTY(0x00080033, TM, ENCAPSULATED),
    EMPTY(0x00080050, SH, ANY),
    VALUE(0x00080064, CS, DOCUMENTS | COMPOSED_CAPTURE, "WSD"),
    EMPTY(0x00080070, LO, DOCUMENTS | PICTURES),
    SENDERS(0x00080070, LO, MODELS),
    EMPTY(0x00080090, PN, ANY),
    SENDERS(0x00081090, LO, MODELS),
    EMPTY(0x00100010, PN, ANY),
    EMPTY(0x00100020, LO, ANY),
    EMPTY(0x00100030, DA, ANY),
    EMPTY(0x00100040, CS, ANY),
    SENDERS(0x00181000, LO, MODELS),
    SENDERS(0x00181020, LO, MODELS),
    EMPTY(0x00200010, SH, ANY),
    VALUE(0x00200011, IS, ENCAPSULATED, "1"),
    EMPTY(0x00200011, IS, PICTURES),
    VALUE(0x00200013, IS, ENCAPSULATED, "1"),
    EMPTY(0x00200013, IS, PICTURES),
    EMPTY(0x00200020, CS, PICTURES),
    {0x00200052, VR_UI, SHAPES, COMPOSED_UID, NULL},
    EMPTY(0x00200060, CS, PICTURES),
    EMPTY(0x00201040, LO, SHAPES),
    SENDERS(0x00280008, IS, COMPOSED_VIDEO),
    SENDERS(0x00280009, AT, COMPOSED_VIDEO),
    VALUE(0x00280301, CS, ENCAPSULATED, "YES"),
    EMPTY(0x00400555, SQ, VISIBLE_LIGHT),
    SENDERS(0x004008EA, SQ, SHAPES),
    EMPTY(0x0040A043, SQ, ENCAPSULATED),
    SENDERS(0x0040E001, ST, COMPOSED_CDA),
    EMPTY(0x00420010, ST, ENCAPSULATED),
};
const size_t composed_attribute_count = COUNT_OF(composed_attributes);

const uint32_t pixel_attributes[PIXEL_ATTRIBUTE_COUNT] = {
    0x00280002, 0x00280004, 0x00280010, 0x00280011, 0x00280100, 0x00280101, 0x00280102, 0x00280103};

str lossy_method_of(const struct transfer_syntax *syntax)
{
    static const struct {
        const char *media_type, *method;
    } methods[] = {{"image/jpeg", "ISO_10918_1"},  {"image/jls", "ISO_14495_1"},
                   {"image/jp2", "ISO_15444_1"},   {"image/jpx", "ISO_15444_2"},
                   {"image/jphc", "ISO_15444_15"}, {"image/jxl", "ISO_18181_1"},
                   {"video/mpeg", "ISO_13818_2"}};
    if (str_starts(str_of(syntax->name), STR("HEVC")))
        return STR("ISO_23008_2");
    if (str_eq(str_of(syntax->media_type), STR("video/mp4")))
        return STR("ISO_14496_10");
    for (size_t i = 0; i < COUNT_OF(methods); i++)
        if (str_eq(str_of(methods[i].media_type), str_of(syntax->media_type)))
            return str_of(methods[i].method);
    return STR_NONE;
}
