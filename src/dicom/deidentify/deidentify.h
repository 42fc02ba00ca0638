/* De-identification, PS3.15 Annex E: a filter between a reader and a writer (part10/reader.h),
 * which does to each attribute what confidentiality.h says. Bounded memory: values that are kept
 * pass as they come, pixel data piece by piece.
 *
 * It takes two passes, because dates come before the patient they are shifted for: one for the
 * facts (risk.h), which also tell whether it should be done at all, and one to write
 * (deidentify_write).
 *
 * The writer makes preamble and meta information anew, so nothing of the file's own goes out.
 *
 * The same facts, flags and key give the same bytes. Patients, studies, series, instances and what
 * they refer to stay together: their identifiers are replaced by keyed hashes (pseudonym.h). A
 * patient without an identifier is told by the study. Of a name or an identifier in an item of a
 * sequence nobody knows whose it is, so it gets no pseudonym. */
#ifndef DICOM_DEIDENTIFY_DEIDENTIFY_H
#define DICOM_DEIDENTIFY_DEIDENTIFY_H

#include "base/buf.h"
#include "dicom/charset.h"
#include "dicom/deidentify/confidentiality.h"
#include "dicom/deidentify/risk.h"
#include "dicom/deidentify/safe_private.h"
#include "dicom/part10/reader.h"

enum {
    DEIDENTIFY_VALUE_SIZE_MAX = 64 * 1024, /* of a value that is replaced by one made of it; longer
 ones become dummies */
    DEIDENTIFY_OWN_COUNT = 4
};

/* What was changed, one attribute after the other. A sequence that is left out is told as a whole.
 * There is no value in it. */
struct deidentify_change {
    const uint32_t *tags;  /* of the sequences it stands in, and its own */
    const uint32_t *items; /* of those sequences, from 0 */
    size_t depth;          /* of sequences: tags has one more */
    enum deidentify_action action;
};
struct deidentify_report {
    void (*change)(struct deidentify_report *r, const struct deidentify_change *change);
};
/* "00400275/1/00400009": sequences, the numbers of their items from 1, and the attribute. */
str deidentify_change_path(struct arena *a, const struct deidentify_change *change);

struct deidentify_options {
    unsigned flags;                   /* of deidentify_flags */
    str key;                          /* secret; DEIDENTIFY_KEY_SIZE_MIN to …_MAX bytes */
    struct deidentify_report *report; /* or NULL */
};

struct deidentifier {
    struct part10_consumer base; /* for the reader */
    struct part10_consumer *to;
    struct deidentify_options options;
    str sop_instance_uid, patient_id;                 /* the new ones */
    str study_instance_uid, shown_study_instance_uid; /* of the facts */
    int shift_days;
    const char *temporal_information;
    struct arena arena, scratch; /* of all, of one value */
    unsigned depth, skip_depth; /* in a sequence that is left out: the depth it stands at, plus 1 */
    bool is_passing;            /* pieces and fragments of the value that is there */
    size_t next_own;
    uint32_t tags[PART10_NESTING_MAX + 2], items[PART10_NESTING_MAX + 2];
    enum deidentify_action above[PART10_NESTING_MAX + 2];
    struct charset charset[PART10_NESTING_MAX + 2];
    struct safe_private private_blocks;
};

/* options, facts and their texts: the caller's until the end. Free with deidentifier_deinit in any
 * case. Errors: INVALID (the key; dates that are both kept and shifted). */
err deidentifier_init(struct deidentifier *d, struct part10_consumer *to,
                      const struct deidentify_options *options,
                      const struct deidentify_facts *facts);
/* What says that it was done, if the data set ends before its place. Errors: those of to. */
err deidentifier_finish(struct deidentifier *d);
void deidentifier_deinit(struct deidentifier *d);

/* Both together with a writer: source is the same file from its beginning, to is a transfer syntax
 * it can be written in without decoding pixels; NULL: its own. Errors: those of deidentifier_init,
 * of the reader and of the writer; then what the sink has is of no use. */
err deidentify_write(struct arena *a, struct byte_source *source,
                     const struct deidentify_options *options, const struct deidentify_facts *facts,
                     const struct transfer_syntax *to, struct byte_sink *sink);

/* Kept metadata, as dicom/json.h writes it: the same data set as of the file. bulk_prefix stands in
 * its BulkDataURIs before "/bulkdata/…", and must not hold an original UID. *out lives in a.
 * Errors: MALFORMED, and those of deidentifier_init. */
err deidentify_json(struct arena *a, str document, const struct deidentify_options *options,
                    const struct deidentify_facts *facts, str bulk_prefix, str *out);

/* A time of the day or an offset from UTC: kept only where it is nothing else (time_is_plain). */
bool deidentify_is_time(uint32_t tag, enum dicom_vr vr);

/* Whether a bulk value is the same in what is de-identified: who asks for it by its path, as bulk
 * tables have it (dicom/json.h), may have it only then. */
bool deidentify_keeps_bulk(str path, enum dicom_vr vr, unsigned flags);

#endif
