/* Two tables, and rules for what is in neither. */
#include "dicom/deidentify/confidentiality.h"

#include "base/err.h"
#include "dicom/dictionary.h"

enum {
    TAG_PATIENT_NAME = 0x00100010,
    TAG_PATIENT_ID = 0x00100020,
    TAG_TIMEZONE = 0x00080201,
    GROUP_PIXELS = 0x7FE0
};

/*       column of the profile, as the standard writes it, what is done */
#define PROFILES(X_)                                                                               \
    X_(X, "X", REMOVE)                                                                             \
    X_(Z, "Z", EMPTY)                                                                              \
    X_(D, "D", DUMMY)                                                                              \
    X_(U, "U", UID)                                                                                \
    X_(XZ, "X/Z", EMPTY)                                                                           \
    X_(XD, "X/D", DUMMY)                                                                           \
    X_(XZD, "X/Z/D", DUMMY)                                                                        \
    X_(ZD, "Z/D", DUMMY)                                                                           \
    X_(XZU, "X/Z/U*", KEEP)                                                                        \
    X_(K, "K", KEEP)

enum profile {
#define P(name, text, action) PROFILE_##name,
    PROFILES(P)
#undef P
};
static const struct {
    const char *text;
    enum deidentify_action action;
} profiles[] = {
#define P(name, text, action) {text, DEIDENTIFY_##action},
    PROFILES(P)
#undef P
};

/* Columns of the options. The first five say K with the option (of dates: with modified ones C),
 * the others C. */
enum {
    DATES = 1 << 0,
    UIDS = 1 << 1,
    DEVICE = 1 << 2,
    INSTITUTION = 1 << 3,
    PATIENT = 1 << 4,
    DEVICE_C = 1 << 5,
    PATIENT_C = 1 << 6,
    DESCRIPTORS = 1 << 7,
    GRAPHICS = 1 << 8,
    CONTENT = 1 << 9,
    REQUIRED = 1 << 10 /* by some object: what is removed elsewhere becomes a dummy */
};

#define A(tag, profile, options) {tag, PROFILE_##profile, options},
const struct confidentiality_row confidentiality_rows[] = {
#include "dicom/tables/confidentiality.inc"
};
const struct confidentiality_row confidentiality_more_rows[] = {
#include "dicom/tables/confidentiality_more.inc"
};
#undef A
const size_t confidentiality_row_count = COUNT_OF(confidentiality_rows);
const size_t confidentiality_more_row_count = COUNT_OF(confidentiality_more_rows);

const char *confidentiality_profile_name(const struct confidentiality_row *row)
{
    return profiles[row->profile].text;
}

const char *deidentify_action_name(enum deidentify_action action)
{
    static const char *const names[DEIDENTIFY_ACTION_COUNT] = {
        "keep", "remove", "empty", "dummy", "new UID", "shift", "clean", "pseudonym"};
    return names[action];
}

static const struct confidentiality_row *find_in(const struct confidentiality_row *rows,
                                                 size_t count, uint32_t tag)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (rows[middle].tag == tag)
            return &rows[middle];
        if (rows[middle].tag < tag)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static const struct confidentiality_row *find_row(uint32_t tag)
{
    const struct confidentiality_row *row =
        find_in(confidentiality_rows, confidentiality_row_count, tag);
    return row != NULL ? row
                       : find_in(confidentiality_more_rows, confidentiality_more_row_count, tag);
}

static bool is_date(enum dicom_vr vr)
{
    return vr == VR_DA || vr == VR_DT;
}

static bool is_text(enum dicom_vr vr)
{
    return vr_kind(vr) == VR_KIND_TEXT && vr != VR_PN;
}

/* PS3.15 E.3.6: how long after each other two things were is kept, and the time of the day. */
static bool dates_option(const struct deidentify_place *p, enum dicom_vr vr, unsigned flags,
                         enum deidentify_action *out)
{
    if ((flags & DEIDENTIFY_RETAIN_DATES) != 0) {
        *out = DEIDENTIFY_KEEP;
        return true;
    }
    if ((flags & DEIDENTIFY_SHIFT_DATES) == 0)
        return false;
    *out = is_date(vr) ? DEIDENTIFY_SHIFT : DEIDENTIFY_KEEP;
    return is_date(vr) || vr == VR_TM || p->tag == TAG_TIMEZONE;
}

static bool retains(unsigned options, unsigned flags)
{
    return ((options & UIDS) != 0 && (flags & DEIDENTIFY_RETAIN_UIDS) != 0) ||
           ((options & DEVICE) != 0 && (flags & DEIDENTIFY_RETAIN_DEVICE) != 0) ||
           ((options & INSTITUTION) != 0 && (flags & DEIDENTIFY_RETAIN_INSTITUTION) != 0) ||
           ((options & PATIENT) != 0 && (flags & DEIDENTIFY_RETAIN_PATIENT) != 0);
}

static bool cleans(unsigned options, unsigned flags)
{
    return ((options & DESCRIPTORS) != 0 && (flags & DEIDENTIFY_CLEAN_DESCRIPTORS) != 0) ||
           ((options & DEVICE_C) != 0 && (flags & DEIDENTIFY_RETAIN_DEVICE) != 0) ||
           ((options & PATIENT_C) != 0 && (flags & DEIDENTIFY_RETAIN_PATIENT) != 0);
}

/* The VR that counts: of what was not understood on its way (UN) the dictionary's. */
static enum dicom_vr effective_vr(const struct deidentify_place *p,
                                  const struct dictionary_entry *entry)
{
    return p->vr == VR_UN && entry != NULL ? entry->vr : p->vr;
}

/* Without the options. A sequence that cannot be cleaned here, for graphics and structured content,
 * is left out: dummies of it would say nothing. So is one with X/Z that may be absent but not
 * empty. */
static enum deidentify_action listed_fallback(const struct confidentiality_row *row,
                                              enum dicom_vr vr)
{
    enum deidentify_action action = profiles[row->profile].action;
    if (action == DEIDENTIFY_DUMMY && (row->options & (GRAPHICS | CONTENT)) != 0)
        return DEIDENTIFY_REMOVE;
    if (row->profile == PROFILE_XZ && vr == VR_SQ && (row->options & CONTENT) == 0)
        return DEIDENTIFY_REMOVE;
    if ((row->options & REQUIRED) != 0)
        return DEIDENTIFY_DUMMY;
    if (action == DEIDENTIFY_DUMMY && vr == VR_UI)
        return DEIDENTIFY_UID;
    return action;
}

static enum deidentify_action listed_action(const struct deidentify_place *p,
                                            const struct confidentiality_row *row, enum dicom_vr vr,
                                            unsigned flags)
{
    enum deidentify_action action;
    if (retains(row->options, flags))
        return DEIDENTIFY_KEEP;
    if ((row->options & DATES) != 0 && dates_option(p, vr, flags, &action))
        return action;
    if (cleans(row->options, flags) && (is_text(vr) || vr == VR_SQ))
        return DEIDENTIFY_CLEAN;
    return listed_fallback(row, vr);
}

/* A text where the dictionary has none is somebody's mistake, or worse. */
static bool is_misplaced(enum dicom_vr vr, const struct dictionary_entry *entry)
{
    enum vr_kind came = vr_kind(vr), is = vr_kind(entry->vr);
    if ((came == VR_KIND_SEQUENCE) != (is == VR_KIND_SEQUENCE))
        return true;
    if (came == VR_KIND_TEXT && is != VR_KIND_TEXT)
        return true;
    return came == VR_KIND_ASCII && is != VR_KIND_ASCII && is != VR_KIND_TEXT && vr != VR_DS &&
           vr != VR_IS;
}

static enum deidentify_action unlisted_action(const struct deidentify_place *p,
                                              const struct dictionary_entry *entry,
                                              enum dicom_vr vr, unsigned flags)
{
    enum deidentify_action action;
    if (is_misplaced(vr, entry) || (p->vr == VR_UN && entry->vr == VR_SQ))
        return DEIDENTIFY_REMOVE;
    if (vr == VR_PN || entry->vr == VR_PN || vr == VR_AE)
        return DEIDENTIFY_DUMMY;
    if (is_date(vr) || vr == VR_TM || is_date(entry->vr) || entry->vr == VR_TM)
        return dates_option(p, vr, flags, &action) ? action : DEIDENTIFY_DUMMY;
    if (vr == VR_UI || entry->vr == VR_UI)
        return (flags & DEIDENTIFY_RETAIN_UIDS) != 0 ? DEIDENTIFY_KEEP : DEIDENTIFY_UID;
    if (p->above == DEIDENTIFY_DUMMY && is_text(vr))
        return DEIDENTIFY_DUMMY;
    if (p->above == DEIDENTIFY_CLEAN && is_text(vr) && vr != VR_SH)
        return DEIDENTIFY_CLEAN;
    return DEIDENTIFY_KEEP;
}

/* Groups that are of one kind as a whole; and pixels, which have their place in the data set. */
static bool removes_group(const struct deidentify_place *p)
{
    uint32_t group = p->tag >> 16;
    return group < 0x0004 || tag_is_private(p->tag) || group >> 8 == 0x50 || group >> 8 == 0x60 ||
           (group >> 8 == 0x7F && (group != GROUP_PIXELS || p->is_nested));
}

enum deidentify_action confidentiality_action(const struct deidentify_place *p, unsigned flags)
{
    if (removes_group(p))
        return DEIDENTIFY_REMOVE;
    const struct dictionary_entry *entry = dictionary_find(p->tag);
    const struct confidentiality_row *row = find_row(p->tag);
    enum dicom_vr vr = effective_vr(p, entry);
    bool is_sequence = entry != NULL && entry->vr == VR_SQ;
    if (row != NULL && entry != NULL && (p->vr == VR_SQ) != is_sequence)
        return DEIDENTIFY_REMOVE;
    if (!p->is_nested && (p->tag == TAG_PATIENT_NAME || p->tag == TAG_PATIENT_ID))
        return DEIDENTIFY_PSEUDONYM;
    if (row != NULL && row->profile == PROFILE_K && vr != VR_UI)
        return DEIDENTIFY_REMOVE;
    if (row != NULL)
        return listed_action(p, row, vr, flags);
    if (entry != NULL)
        return unlisted_action(p, entry, vr, flags);
    return vr_kind(p->vr) == VR_KIND_BINARY ? DEIDENTIFY_KEEP : DEIDENTIFY_REMOVE;
}

enum deidentify_action confidentiality_fallback(const struct deidentify_place *p)
{
    const struct confidentiality_row *row = find_row(p->tag);
    return row != NULL ? listed_fallback(row, effective_vr(p, dictionary_find(p->tag)))
                       : DEIDENTIFY_DUMMY;
}
