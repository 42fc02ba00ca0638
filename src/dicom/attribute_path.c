/* Paths as text, and what the dictionary says about them. */
#include "dicom/attribute_path.h"

#include "base/buf.h"
#include "dicom/dictionary.h"

bool attribute_path_read(str text, struct attribute_path *out)
{
    str rest = text, part;
    for (out->depth = 0; str_cut(&rest, '.', &part); out->depth++)
        if (out->depth == ATTRIBUTE_DEPTH_MAX || !tag_from_name(part, &out->tags[out->depth]))
            return false;
    return out->depth != 0;
}

str attribute_path_tags(struct arena *a, const struct attribute_path *path)
{
    struct buf out = BUF_IN(a);
    for (size_t i = 0; i < path->depth; i++)
        buf_addf(&out, "%s%08X", i == 0 ? "" : ".", (unsigned)path->tags[i]);
    return buf_str(&out);
}

str attribute_path_keywords(struct arena *a, const struct attribute_path *path)
{
    struct buf out = BUF_IN(a);
    for (size_t i = 0; i < path->depth; i++) {
        const struct dictionary_entry *entry = dictionary_find(path->tags[i]);
        if (i != 0)
            buf_add_char(&out, '.');
        if (entry != NULL && entry->keyword != NULL && entry->keyword[0] != '\0')
            buf_add(&out, str_of(entry->keyword));
        else
            buf_addf(&out, "%08X", (unsigned)path->tags[i]);
    }
    return buf_str(&out);
}

bool attribute_path_eq(const struct attribute_path *one, const struct attribute_path *other)
{
    return one->depth == other->depth &&
           memcmp(one->tags, other->tags, one->depth * sizeof one->tags[0]) == 0;
}

bool attribute_path_is_private(const struct attribute_path *path)
{
    for (size_t i = 0; i < path->depth; i++)
        if (tag_is_private(path->tags[i]))
            return true;
    return false;
}

enum dicom_vr attribute_path_vr(const struct attribute_path *path)
{
    for (size_t i = 0; i < path->depth; i++) {
        uint32_t tag = path->tags[i];
        const struct dictionary_entry *entry = tag_is_private(tag) ? NULL : dictionary_find(tag);
        bool is_last = i + 1 == path->depth;
        if (entry == NULL || tag >> 16 < 0x0008 || (tag & 0xFFFF) == 0 ||
            (!is_last && entry->vr != VR_SQ))
            return VR_NONE;
        if (is_last)
            return vr_kind(entry->vr) == VR_KIND_BYTES ? VR_NONE : entry->vr;
    }
    return VR_NONE;
}
