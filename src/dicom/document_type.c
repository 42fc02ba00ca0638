/* The table. */
#include "dicom/document_type.h"

#include "base/err.h"

#define DOCUMENT_CLASSES "1.2.840.10008.5.1.4.1.1.104."

static const struct document_type types[] = {
    {"application/pdf", "", DOCUMENT_CLASSES "1", "DOC", "pdf"},
    {"text/xml", "application/xml", DOCUMENT_CLASSES "2", "DOC", "xml"},
    {"model/stl", "", DOCUMENT_CLASSES "3", "M3D", "stl"},
    {"model/obj", "", DOCUMENT_CLASSES "4", "M3D", "obj"},
    {"model/mtl", "", DOCUMENT_CLASSES "5", "M3D", "mtl"},
};

const struct document_type *document_type_find(str media_type)
{
    str name = str_trim(str_sub(media_type, 0, str_find_char(media_type, ';')));
    for (size_t i = 0; name.len != 0 && i < COUNT_OF(types); i++)
        if (str_eq_nocase(name, str_of(types[i].media_type)) ||
            str_eq_nocase(name, str_of(types[i].alias)))
            return &types[i];
    return NULL;
}

const struct document_type *document_type_of_class(str sop_class_uid)
{
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (str_eq(sop_class_uid, str_of(types[i].sop_class_uid)))
            return &types[i];
    return NULL;
}

bool document_class_is(str sop_class_uid)
{
    return str_starts(sop_class_uid, STR(DOCUMENT_CLASSES));
}
