/* Bisection over the generated tables. */
#include "dicom/dictionary.h"

#include "base/err.h"

static const struct dictionary_entry entries[] = {
#define E(tag, vr, other, keyword, vm) {tag, VR_##vr, VR_##other, keyword, vm},
#include "dicom/tables/dictionary.inc"
#undef E
};

static const struct {
    struct dictionary_entry entry;
    uint32_t mask;
} ranges[] = {
#define R(tag, mask, vr, other, keyword, vm) {{tag, VR_##vr, VR_##other, keyword, vm}, mask},
#include "dicom/tables/dictionary_ranges.inc"
#undef R
};

static const uint16_t by_keyword[] = {
#include "dicom/tables/dictionary_keywords.inc"
};
_Static_assert(COUNT_OF(by_keyword) == COUNT_OF(entries), "tables of two editions");

const struct dictionary_entry *dictionary_find(uint32_t tag)
{
    size_t low = 0, high = COUNT_OF(entries);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (entries[middle].tag == tag)
            return &entries[middle];
        if (entries[middle].tag < tag)
            low = middle + 1;
        else
            high = middle;
    }
    uint32_t group = tag >> 24;
    if (group == 0x00 || group == 0x50 || group == 0x60 || group == 0x7F)
        for (size_t i = 0; i < COUNT_OF(ranges); i++)
            if ((tag & ranges[i].mask) == ranges[i].entry.tag)
                return &ranges[i].entry;
    return NULL;
}

const struct dictionary_entry *dictionary_find_keyword(str keyword)
{
    size_t low = 0, high = COUNT_OF(by_keyword);
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct dictionary_entry *entry = &entries[by_keyword[middle]];
        int order = str_cmp(str_of(entry->keyword), keyword);
        if (order == 0)
            return entry;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

enum dicom_vr dictionary_implicit_vr(uint32_t tag, bool is_signed)
{
    if ((tag & 0xFFFF) == 0)
        return VR_UL;
    if (tag_is_private(tag))
        return (tag & 0xFFFF) >= 0x10 && (tag & 0xFFFF) <= 0xFF ? VR_LO : VR_UN;
    const struct dictionary_entry *entry = dictionary_find(tag);
    if (entry == NULL)
        return VR_UN;
    if (entry->vr == VR_US && entry->other_vr == VR_SS && is_signed)
        return VR_SS;
    return entry->vr;
}

bool tag_from_text(str text, uint32_t *out)
{
    uint32_t tag = 0;
    if (text.len != 8)
        return false;
    for (size_t i = 0; i < 8; i++) {
        char c = text.ptr[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                                                : 16;
        if (digit == 16)
            return false;
        tag = tag << 4 | digit;
    }
    *out = tag;
    return true;
}

bool tag_from_name(str text, uint32_t *out)
{
    if (tag_from_text(text, out))
        return true;
    const struct dictionary_entry *entry = dictionary_find_keyword(text);
    if (entry != NULL)
        *out = entry->tag;
    return entry != NULL;
}

bool tag_path_from_name(str name, uint32_t *path, size_t room, size_t *depth)
{
    str part;
    for (*depth = 0; str_cut(&name, '.', &part); ++*depth)
        if (*depth == room || !tag_from_name(part, &path[*depth]))
            return false;
    return *depth != 0;
}
