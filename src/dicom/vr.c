/* The table of Value Representations. */
#include "dicom/vr.h"

#include "base/arena.h"
#include "base/err.h"

static const struct {
    char name[3];
    bool has_long_length;
    unsigned char word_size;
    enum vr_kind kind;
} vrs[] = {[VR_NONE] = {"", true, 1, VR_KIND_BYTES},
#define X(name, is_long, word, kind) [VR_##name] = {#name, is_long, word, VR_KIND_##kind},
           DICOM_VRS(X)
#undef X
};

str vr_name(enum dicom_vr vr)
{
    return vr == VR_NONE ? STR("") : (str){vrs[vr].name, 2};
}

enum dicom_vr vr_from_chars(const char two[2])
{
    unsigned low = 1, high = VR_COUNT; /* the list is in alphabetical order */
    while (low < high) {
        unsigned middle = (low + high) / 2;
        int order = memcmp(vrs[middle].name, two, 2);
        if (order == 0)
            return (enum dicom_vr)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return VR_NONE;
}

bool vr_has_long_length(enum dicom_vr vr)
{
    return vrs[vr].has_long_length;
}

enum vr_kind vr_kind(enum dicom_vr vr)
{
    return vrs[vr].kind;
}

unsigned vr_word_size(enum dicom_vr vr)
{
    return vrs[vr].word_size;
}

str vr_turn_words(struct arena *a, str bytes, unsigned word)
{
    if (word < 2)
        return bytes;
    char *turned = arena_copy(a, bytes.ptr, bytes.len);
    for (size_t at = 0; at + word <= bytes.len; at += word)
        for (unsigned i = 0; i < word; i++)
            turned[at + i] = bytes.ptr[at + word - 1 - i];
    return (str){turned, bytes.len};
}

bool vr_is_multi_valued(enum dicom_vr vr)
{
    enum vr_kind kind = vr_kind(vr);
    return (kind == VR_KIND_ASCII && vr != VR_UR) ||
           (kind == VR_KIND_TEXT && vr != VR_LT && vr != VR_ST && vr != VR_UT);
}
