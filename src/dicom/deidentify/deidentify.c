/* Event by event. */
#include "dicom/deidentify/deidentify.h"

#include "base/arena.h"
#include "dicom/deidentify/pseudonym.h"
#include "dicom/deidentify/replaced_value.h"
#include "dicom/dictionary.h"
#include "dicom/part10/values.h"
#include "dicom/person_name.h"

enum {
    TAG_CHARSET = 0x00080005,
    TAG_CHARSET_SIZE_MAX = 1024,
    TAG_PATIENT_NAME = 0x00100010,
    TAG_IDENTITY_REMOVED = 0x00120062,
    TAG_METHOD = 0x00120063,
    TAG_METHOD_CODES = 0x00120064,
    TAG_TEMPORAL_INFORMATION = 0x00280303,
    SCRATCH_SIZE = 64 * 1024
};

/* What says that it was done: PS3.3 C.7.1.1 and C.12.1. */
static const uint32_t own_tags[DEIDENTIFY_OWN_COUNT] = {TAG_IDENTITY_REMOVED, TAG_METHOD,
                                                        TAG_METHOD_CODES, TAG_TEMPORAL_INFORMATION};

/* CID 7050; flag 0: always. */
static const struct method {
    unsigned flag;
    const char *code, *meaning;
} methods[] = {
    {0, "113100", "Basic Application Confidentiality Profile"},
    {DEIDENTIFY_CLEAN_DESCRIPTORS, "113105", "Clean Descriptors Option"},
    {DEIDENTIFY_RETAIN_DATES, "113106",
     "Retain Longitudinal Temporal Information Full Dates Option"},
    {DEIDENTIFY_SHIFT_DATES, "113107",
     "Retain Longitudinal Temporal Information Modified Dates Option"},
    {DEIDENTIFY_RETAIN_PATIENT, "113108", "Retain Patient Characteristics Option"},
    {DEIDENTIFY_RETAIN_DEVICE, "113109", "Retain Device Identity Option"},
    {DEIDENTIFY_RETAIN_UIDS, "113110", "Retain UIDs Option"},
    {DEIDENTIFY_RETAIN_SAFE_PRIVATE, "113111", "Retain Safe Private Option"},
    {DEIDENTIFY_RETAIN_INSTITUTION, "113112", "Retain Institution Identity Option"},
};

static struct deidentifier *self(struct part10_consumer *c)
{
    return container_of(c, struct deidentifier, base);
}

str deidentify_change_path(struct arena *a, const struct deidentify_change *change)
{
    struct buf out = BUF_IN(a);
    for (size_t i = 0; i < change->depth; i++)
        buf_addf(&out, "%08X/%u/", (unsigned)change->tags[i], (unsigned)change->items[i] + 1);
    buf_addf(&out, "%08X", (unsigned)change->tags[change->depth]);
    return buf_str(&out);
}

static void tell(struct deidentifier *d, uint32_t tag, enum deidentify_action action)
{
    struct deidentify_report *report = d->options.report;
    d->tags[d->depth] = tag;
    if (report != NULL && action != DEIDENTIFY_KEEP)
        report->change(report, &(struct deidentify_change){d->tags, d->items, d->depth, action});
}

static bool is_own(uint32_t tag)
{
    for (size_t i = 0; i < COUNT_OF(own_tags); i++)
        if (own_tags[i] == tag)
            return true;
    return false;
}

static err emit_at(struct deidentifier *d, unsigned depth, uint32_t tag, enum dicom_vr vr,
                   str value)
{
    const struct part10_element e = {
        .tag = tag, .vr = vr, .length = (uint32_t)value.len, .depth = depth};
    return d->to->ops->element(d->to, &e, value);
}

static err emit_methods(struct deidentifier *d)
{
    struct part10_consumer *to = d->to;
    const struct part10_element sequence = {
        .tag = TAG_METHOD_CODES, .vr = VR_SQ, .length = PART10_UNDEFINED_LENGTH};
    uint32_t index = 0;
    TRY(to->ops->sequence_begin(to, &sequence));
    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        if (methods[i].flag != 0 && (d->options.flags & methods[i].flag) == 0)
            continue;
        TRY(to->ops->item_begin(to, index++));
        TRY(emit_at(d, 1, 0x00080100, VR_SH, str_of(methods[i].code)));
        TRY(emit_at(d, 1, 0x00080102, VR_SH, STR("DCM")));
        TRY(emit_at(d, 1, 0x00080104, VR_LO, str_of(methods[i].meaning)));
        TRY(to->ops->item_end(to));
    }
    return to->ops->sequence_end(to);
}

static err emit_own(struct deidentifier *d)
{
    switch (own_tags[d->next_own++]) {
    case TAG_IDENTITY_REMOVED:
        return emit_at(d, 0, TAG_IDENTITY_REMOVED, VR_CS, STR("YES"));
    case TAG_METHOD:
        return emit_at(d, 0, TAG_METHOD, VR_LO, STR("DICOM PS3.15 Annex E"));
    case TAG_METHOD_CODES:
        return emit_methods(d);
    default:
        return emit_at(d, 0, TAG_TEMPORAL_INFORMATION, VR_CS, str_of(d->temporal_information));
    }
}

static err emit_own_before(struct deidentifier *d, uint32_t tag)
{
    while (d->depth == 0 && d->next_own < COUNT_OF(own_tags) && own_tags[d->next_own] < tag)
        TRY(emit_own(d));
    return OK;
}

static struct deidentify_place place_of(const struct deidentifier *d,
                                        const struct part10_element *e)
{
    return (struct deidentify_place){e->tag, e->vr, d->depth != 0, d->above[d->depth]};
}

static enum deidentify_action action_of(const struct deidentifier *d,
                                        const struct part10_element *e)
{
    const struct deidentify_place place = place_of(d, e);
    if (d->depth == 0 && is_own(e->tag))
        return DEIDENTIFY_REMOVE;
    return confidentiality_action(&place, d->options.flags);
}

static bool is_left_out(const struct part10_element *e)
{
    return e->tag >> 16 <= 0x0003 || (e->tag & 0xFFFF) == 0;
}

/* Whether the private attribute may be on the list of safe ones: the value decides too. */
static bool may_be_safe(const struct deidentifier *d, const struct part10_element *e)
{
    return (d->options.flags & DEIDENTIFY_RETAIN_SAFE_PRIVATE) != 0 && tag_is_private(e->tag) &&
           e->vr != VR_SQ && e->length <= SAFE_PRIVATE_VALUE_SIZE_MAX &&
           (tag_is_private_creator(e->tag) ||
            safe_private_vr(&d->private_blocks, d->depth, e->tag) != VR_NONE);
}

static size_t deidentify_wants(struct part10_consumer *c, const struct part10_element *e)
{
    struct deidentifier *d = self(c);
    if (d->skip_depth != 0 || is_left_out(e))
        return 0;
    if (may_be_safe(d, e))
        return SAFE_PRIVATE_VALUE_SIZE_MAX;
    size_t wanted = d->to->ops->wants != NULL ? d->to->ops->wants(d->to, e) : PART10_VALUE_SIZE_MAX;
    switch (action_of(d, e)) {
    case DEIDENTIFY_KEEP:
        return e->tag == TAG_CHARSET && wanted < TAG_CHARSET_SIZE_MAX ? TAG_CHARSET_SIZE_MAX
                                                                      : wanted;
    case DEIDENTIFY_UID:
    case DEIDENTIFY_SHIFT:
    case DEIDENTIFY_CLEAN:
    case DEIDENTIFY_DUMMY: /* of nothing there is none, and spaces are nothing */
    case DEIDENTIFY_PSEUDONYM:
        return DEIDENTIFY_VALUE_SIZE_MAX;
    default:
        return 0;
    }
}

static str new_uid(struct deidentifier *d, str uid)
{
    return d->shown_study_instance_uid.len != 0 && str_eq(uid, d->study_instance_uid)
               ? d->shown_study_instance_uid
               : pseudonym_uid(&d->scratch, d->options.key, uid);
}

/* Every UID of the value, each by itself. */
static str new_uids(struct deidentifier *d, str values)
{
    struct buf out = BUF_IN(&d->scratch);
    str rest = values, part;
    for (bool first = true; str_cut(&rest, '\\', &part); first = false) {
        str uid = value_trim_both(part);
        if (!first)
            buf_add_char(&out, '\\');
        if (uid.len != 0)
            buf_add(&out, new_uid(d, uid));
    }
    return buf_str(&out);
}

/* In the VR that the dictionary has when the element has come as UN. */
static err emit(struct deidentifier *d, const struct part10_element *e, str value)
{
    const struct dictionary_entry *entry = e->vr == VR_UN ? dictionary_find(e->tag) : NULL;
    return emit_at(d, e->depth, e->tag, entry != NULL ? entry->vr : e->vr, value);
}

static err emit_dummy(struct deidentifier *d, const struct part10_element *e)
{
    const struct dictionary_entry *entry = e->vr == VR_UN ? dictionary_find(e->tag) : NULL;
    return emit(d, e, dummy_value(entry != NULL ? entry->vr : e->vr));
}

static err replace_name_or_id(struct deidentifier *d, const struct part10_element *e)
{
    return emit(d, e,
                e->tag == TAG_PATIENT_NAME
                    ? str_format(&d->scratch, "Anonymized^%.*s", STR_ARG(d->patient_id))
                    : d->patient_id);
}

/* The value that is made of the one that was there. False: there is none. */
static bool make_value(struct deidentifier *d, const struct part10_element *e, str value,
                       enum deidentify_action action, str *out)
{
    const struct dictionary_entry *entry = e->vr == VR_UN ? dictionary_find(e->tag) : NULL;
    enum dicom_vr vr = entry != NULL ? entry->vr : e->vr;
    if (value.ptr == NULL)
        return false;
    str utf8 = value_trim(charset_to_utf8(&d->charset[d->depth], &d->scratch, vr, value));
    if (action == DEIDENTIFY_SHIFT)
        return dates_shift(&d->scratch, vr, utf8, d->shift_days, out);
    *out = action == DEIDENTIFY_UID ? new_uids(d, utf8) : text_clean(&d->scratch, vr, utf8);
    return out->len != 0;
}

static bool is_empty_name(str utf8)
{
    str rest = utf8, part;
    while (str_cut(&rest, '\\', &part)) {
        struct person_name name = person_name_split(part);
        if (value_trim_both(name.alphabetic).len + value_trim_both(name.ideographic).len +
                value_trim_both(name.phonetic).len !=
            0)
            return false;
    }
    return true;
}

/* Spaces are no value, nor is a name without a group: what DICOM JSON does not have. */
static bool is_empty_value(struct deidentifier *d, const struct part10_element *e, str value)
{
    bool is_text = vr_kind(e->vr) == VR_KIND_ASCII || vr_kind(e->vr) == VR_KIND_TEXT;
    if (e->length == 0 || value.ptr == NULL || !is_text)
        return e->length == 0;
    return e->vr == VR_PN
               ? is_empty_name(charset_to_utf8(&d->charset[d->depth], &d->scratch, e->vr, value))
               : value_trim_both(value).len == 0;
}

/* A value that is not there needs no other in its place. */
static err replace(struct deidentifier *d, const struct part10_element *e, str value,
                   enum deidentify_action action)
{
    str made;
    bool is_empty = is_empty_value(d, e, value);
    if (action == DEIDENTIFY_UID || action == DEIDENTIFY_SHIFT || action == DEIDENTIFY_CLEAN) {
        const struct deidentify_place place = place_of(d, e);
        if (!is_empty && make_value(d, e, value, action, &made)) {
            tell(d, e->tag, action);
            return emit(d, e, made);
        }
        action = is_empty && action != DEIDENTIFY_CLEAN ? DEIDENTIFY_EMPTY
                                                        : confidentiality_fallback(&place);
        if (action == DEIDENTIFY_UID) /* of a UID that is none, or too long */
            action = DEIDENTIFY_DUMMY;
    }
    if (is_empty && action != DEIDENTIFY_REMOVE)
        return emit(d, e, STR(""));
    tell(d, e->tag, action);
    if (action == DEIDENTIFY_REMOVE)
        return OK;
    if (action == DEIDENTIFY_EMPTY)
        return emit(d, e, STR(""));
    return action == DEIDENTIFY_PSEUDONYM ? replace_name_or_id(d, e) : emit_dummy(d, e);
}

static err keep_safe_private(struct deidentifier *d, const struct part10_element *e, str value)
{
    if (tag_is_private_creator(e->tag)) {
        const char *creator = safe_private_note(&d->private_blocks, d->depth, e->tag, value);
        if (creator != NULL)
            return emit_at(d, e->depth, e->tag, VR_LO, str_of(creator));
    } else if (safe_private_accepts(safe_private_vr(&d->private_blocks, d->depth, e->tag), value)) {
        return d->to->ops->element(d->to, e, value);
    }
    tell(d, e->tag, DEIDENTIFY_REMOVE);
    return OK;
}

static err deidentify_element(struct part10_consumer *c, const struct part10_element *e, str value)
{
    struct deidentifier *d = self(c);
    d->is_passing = false;
    if (d->skip_depth != 0 || is_left_out(e))
        return OK;
    TRY(emit_own_before(d, e->tag));
    if (value.ptr != NULL && may_be_safe(d, e))
        return keep_safe_private(d, e, value);
    enum deidentify_action action = action_of(d, e);
    if (action == DEIDENTIFY_KEEP && deidentify_is_time(e->tag, e->vr) &&
        (value.ptr == NULL ? e->length != 0 : !time_is_plain(value))) {
        const struct deidentify_place place = place_of(d, e);
        action = confidentiality_fallback(&place);
    }
    if (action == DEIDENTIFY_KEEP) {
        if (e->tag == TAG_CHARSET && value.ptr != NULL)
            d->charset[d->depth] = charset_parse(value_trim(value));
        d->is_passing = true;
        return d->to->ops->element(d->to, e, value);
    }
    err outcome = replace(d, e, value, action);
    if (d->scratch.used_size > SCRATCH_SIZE)
        arena_reset(&d->scratch);
    return outcome;
}

static err deidentify_sequence_begin(struct part10_consumer *c, const struct part10_element *e)
{
    struct deidentifier *d = self(c);
    struct part10_consumer *to = d->to;
    if (d->skip_depth != 0) {
        d->depth++;
        return OK;
    }
    TRY(emit_own_before(d, e->tag));
    enum deidentify_action action = action_of(d, e), above = d->above[d->depth];
    tell(d, e->tag, action);
    if (action == DEIDENTIFY_REMOVE || action == DEIDENTIFY_EMPTY) {
        if (action == DEIDENTIFY_EMPTY) {
            TRY(to->ops->sequence_begin(to, e));
            TRY(to->ops->sequence_end(to));
        }
        d->skip_depth = ++d->depth;
        return OK;
    }
    d->depth++;
    d->charset[d->depth] = d->charset[d->depth - 1];
    d->above[d->depth] = action == DEIDENTIFY_DUMMY || above == DEIDENTIFY_KEEP ? action : above;
    return to->ops->sequence_begin(to, e);
}

static err deidentify_item_begin(struct part10_consumer *c, uint32_t index)
{
    struct deidentifier *d = self(c);
    if (d->skip_depth != 0)
        return OK;
    d->items[d->depth - 1] = index;
    d->charset[d->depth] = d->charset[d->depth - 1];
    return d->to->ops->item_begin(d->to, index);
}

static err deidentify_item_end(struct part10_consumer *c)
{
    struct deidentifier *d = self(c);
    if (d->skip_depth != 0)
        return OK;
    safe_private_leave(&d->private_blocks, d->depth);
    return d->to->ops->item_end(d->to);
}

static err deidentify_sequence_end(struct part10_consumer *c)
{
    struct deidentifier *d = self(c);
    unsigned depth = d->depth--;
    if (d->skip_depth == 0)
        return d->to->ops->sequence_end(d->to);
    if (d->skip_depth == depth)
        d->skip_depth = 0;
    return OK;
}

static err deidentify_fragment(struct part10_consumer *c, const struct part10_element *e,
                               const struct part10_fragment *f)
{
    struct part10_consumer *to = self(c)->to;
    return self(c)->is_passing ? to->ops->fragment(to, e, f) : OK;
}

static err deidentify_fragments_end(struct part10_consumer *c, const struct part10_element *e)
{
    struct part10_consumer *to = self(c)->to;
    return self(c)->is_passing ? to->ops->fragments_end(to, e) : OK;
}

static err deidentify_piece(struct part10_consumer *c, const struct part10_element *e, str bytes)
{
    struct part10_consumer *to = self(c)->to;
    return self(c)->is_passing && to->ops->piece != NULL ? to->ops->piece(to, e, bytes) : OK;
}

static const struct part10_consumer_ops deidentify_ops = {.wants = deidentify_wants,
                                                          .element = deidentify_element,
                                                          .sequence_begin =
                                                              deidentify_sequence_begin,
                                                          .item_begin = deidentify_item_begin,
                                                          .item_end = deidentify_item_end,
                                                          .sequence_end = deidentify_sequence_end,
                                                          .fragment = deidentify_fragment,
                                                          .fragments_end = deidentify_fragments_end,
                                                          .piece = deidentify_piece};

/* What an earlier de-identification has done to the dates stays true. */
static const char *temporal_information(unsigned flags, str before)
{
    if (str_eq(before, STR("REMOVED")) ||
        (flags & (DEIDENTIFY_RETAIN_DATES | DEIDENTIFY_SHIFT_DATES)) == 0)
        return "REMOVED";
    return str_eq(before, STR("MODIFIED")) || (flags & DEIDENTIFY_SHIFT_DATES) != 0 ? "MODIFIED"
                                                                                    : "UNMODIFIED";
}

err deidentifier_init(struct deidentifier *d, struct part10_consumer *to,
                      const struct deidentify_options *options,
                      const struct deidentify_facts *facts)
{
    const unsigned both = DEIDENTIFY_RETAIN_DATES | DEIDENTIFY_SHIFT_DATES;
    bool has_id = facts->patient_id.len != 0;
    str issuer = has_id ? facts->issuer_of_patient_id : STR("(0020,000D)");
    str id = has_id ? facts->patient_id : facts->study_instance_uid;
    *d = (struct deidentifier){.base = {.ops = &deidentify_ops}, .to = to, .options = *options};
    d->charset[0] = charset_parse(STR(""));
    d->study_instance_uid = facts->study_instance_uid;
    d->shown_study_instance_uid = facts->shown_study_instance_uid;
    TRY(pseudonym_check_key(options->key));
    if ((options->flags & both) == both)
        return ERR(INVALID, "dates are either kept or shifted");
    d->patient_id = facts->shown_patient_id.len != 0
                        ? facts->shown_patient_id
                        : pseudonym_patient(&d->arena, options->key, issuer, id);
    d->shift_days = pseudonym_shift_days(options->key, issuer, id);
    d->sop_instance_uid = (options->flags & DEIDENTIFY_RETAIN_UIDS) != 0
                              ? facts->sop_instance_uid
                              : pseudonym_uid(&d->arena, options->key, facts->sop_instance_uid);
    d->temporal_information = temporal_information(options->flags, facts->temporal_information);
    return OK;
}

err deidentifier_finish(struct deidentifier *d)
{
    while (d->next_own < COUNT_OF(own_tags))
        TRY(emit_own(d));
    return OK;
}

void deidentifier_deinit(struct deidentifier *d)
{
    arena_deinit(&d->arena);
    arena_deinit(&d->scratch);
    *d = (struct deidentifier){0};
}
