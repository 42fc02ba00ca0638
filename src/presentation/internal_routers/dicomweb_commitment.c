/* Storage commitment, PS3.18 13: the answer is there at once, so a transaction has no state that
 * could be asked for later. */
#include "presentation/internal_routers/dicomweb.h"

#include "application/queries/images/check_storage/query.h"
#include "base/arena.h"
#include "dicom/uid.h"
#include "presentation/internal_routers/dicomweb_model.h"

/* References of one outcome, by study or each on its own. */
struct answered {
    const struct sop_reference **at;
    const uint16_t *reasons;
    size_t count;
};

/* What instances are grouped by, from the outside in. The last is the instance. */
static const struct grouping {
    const char *sequence, *uid;
    size_t member;
} groupings[] = {{NULL, "0020000D", offsetof(struct sop_reference, study_uid)},
                 {"00081115", "0020000E", offsetof(struct sop_reference, series_uid)},
                 {"00081112", "00081150", offsetof(struct sop_reference, sop_class_uid)},
                 {"0008114A", "00081155", offsetof(struct sop_reference, sop_instance_uid)}};

static str member_of(const struct sop_reference *of, const struct grouping *g)
{
    return *(const str *)(const void *)((const char *)of + g->member);
}

/* UIDs have been checked: digits and dots need no escaping. */
static void add_uid(struct buf *out, const char *tag, str uid)
{
    buf_addf(out, "\"%s\":{\"vr\":\"UI\",\"Value\":[\"%.*s\"]}", tag, STR_ARG(uid));
}

static void add_reason(struct buf *out, uint16_t reason)
{
    if (reason != COMMITMENT_GIVEN)
        buf_addf(out, ",\"00081197\":{\"vr\":\"US\",\"Value\":[%u]}", reason);
}

static void add_alone(struct buf *out, const char *sequence, const struct answered *of)
{
    buf_addf(out, "\"%s\":{\"vr\":\"SQ\",\"Value\":[", sequence);
    for (size_t i = 0; i < of->count; i++) {
        buf_add(out, i != 0 ? STR(",{") : STR("{"));
        add_uid(out, "00081150", of->at[i]->sop_class_uid);
        buf_add_char(out, ',');
        add_uid(out, "00081155", of->at[i]->sop_instance_uid);
        add_reason(out, of->reasons[i]);
        buf_add_char(out, '}');
    }
    buf_add(out, STR("]}"));
}

/* Neighbours that share what the level groups by are one item. The depth is that of the table. */
static void add_grouped(struct buf *out, const char *sequence, const struct answered *of,
                        size_t level)
{
    const struct grouping *g = &groupings[level];
    bool is_instance = level == COUNT_OF(groupings) - 1;
    buf_addf(out, "\"%s\":{\"vr\":\"SQ\",\"Value\":[", sequence);
    for (size_t first = 0, end; first < of->count; first = end) {
        str uid = member_of(of->at[first], g);
        for (end = first + 1; end < of->count && !is_instance; end++)
            if (!str_eq(member_of(of->at[end], g), uid))
                break;
        buf_add(out, first != 0 ? STR(",{") : STR("{"));
        if (!is_instance) {
            struct answered inner = {of->at + first, of->reasons + first, end - first};
            add_grouped(out, groupings[level + 1].sequence, &inner, level + 1);
            buf_add_char(out, ',');
        }
        add_uid(out, g->uid, uid);
        if (is_instance)
            add_reason(out, of->reasons[first]);
        buf_add_char(out, '}');
    }
    buf_add(out, STR("]}"));
}

/* Those by study or those alone, those given or those not. */
static struct answered choose(struct arena *a, const struct sop_reference_slice *references,
                              const uint16_t *reasons, bool by_study, bool given)
{
    uint16_t *chosen = NEW_ARRAY(a, uint16_t, references->len);
    struct answered out = {.at = NEW_ARRAY(a, const struct sop_reference *, references->len),
                           .reasons = chosen};
    for (size_t i = 0; i < references->len; i++) {
        const struct sop_reference *of = &references->at[i];
        if ((of->study_uid.len != 0) != by_study || (reasons[i] == COMMITMENT_GIVEN) != given)
            continue;
        chosen[out.count] = reasons[i];
        out.at[out.count++] = of;
    }
    return out;
}

/* The Storage Commitment Response Module, PS3.18 J.2. */
static str response_of(struct arena *a, const struct sop_reference_slice *references,
                       const uint16_t *reasons)
{
    static const struct {
        const char *sequence;
        bool by_study, given;
    } sequences[] = {{"00081110", true, true},
                     {"00081198", false, false},
                     {"00081199", false, true},
                     {"0008119B", true, false}};
    struct buf out = BUF_IN(a);
    buf_add_char(&out, '{');
    for (size_t i = 0; i < COUNT_OF(sequences); i++) {
        struct answered of =
            choose(a, references, reasons, sequences[i].by_study, sequences[i].given);
        if (of.count == 0)
            continue;
        if (out.len > 1)
            buf_add_char(&out, ',');
        if (sequences[i].by_study)
            add_grouped(&out, sequences[i].sequence, &of, 0);
        else
            add_alone(&out, sequences[i].sequence, &of);
    }
    buf_add_char(&out, '}');
    return buf_str(&out);
}

err dicomweb_commitment(struct request *r)
{
    struct arena *a = request_arena(r);
    struct sop_references references;
    struct check_storage_result result;
    enum model_form form = dicomweb_model_form(r);
    enum data_set_form body_form;
    str document;
    if (!uid_is_tolerable(request_parameter(r, "transaction")))
        return ERR(MALFORMED, "the transaction has a UID that is none");
    if (form == MODEL_NONE)
        return ERR(NOT_ACCEPTABLE, "the answer is application/dicom+json or application/dicom+xml");
    sop_references_init(&references, a);
    TRY(dicomweb_read_body(r, &body_form, &document));
    TRY(data_set_read(a, body_form, document, &references.base));
    if (references.list.len == 0)
        return ERR(INVALID, "no instance is named in Referenced SOP Sequence or Referenced Study "
                            "Sequence");
    TRY(check_storage_send(&r->scope, &(struct check_storage){&references.list}, &result));
    return dicomweb_respond_model(r, 200, form, response_of(a, &references.list, result.reasons),
                                  STR("commitment"));
}
