/* QIDO-RS, PS3.18 10.6, and the search of non-patient objects, 12.6: what one search asks.
 * dicomweb_search.c reads it, dicomweb_rows.c writes its rows as DICOM JSON, dicomweb_results.c the
 * answer in the form that was asked for. */
#ifndef PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_SEARCH_H
#define PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_SEARCH_H

#include "application/queries/images/search_images/query.h"
#include "domain/entities/non_patient_attribute.h"
#include "presentation/internal_routers/dicomweb.h"

enum { INCLUDE_COUNT_MAX = 128, ATTRIBUTE_COUNT_MAX = 64 };

/* Names of parameters and attributes that are none there, for the warning: as far as they are
 * names. */
struct ignored_names {
    struct buf names;
    size_t count;
};
void ignored_names_add(struct ignored_names *ignored, str name);
/* Says that some were ignored, and that there is more (PS3.18 8.3.4.4 and 10.6.3.1). building: the
 * attributes whose index is not ready, or absent. */
void search_set_warning(struct request *r, const struct ignored_names *ignored, bool more,
                        str building);

/* A whole number, max at most. Errors: MALFORMED. */
err search_read_number(str text, uint64_t max, uint64_t *out);
/* true or false. Errors: MALFORMED. */
err search_read_switch(str value, bool *out);

struct search {
    struct request *r;
    struct search_images query; /* of patients: of studies, one of each patient */
    bool includes_all;
    uint32_t included[INCLUDE_COUNT_MAX]; /* by includefield and by being matched */
    size_t included_count;
    uint32_t matched[MATCH_COUNT_MAX]; /* of the included: by being matched */
    size_t matched_count;
    struct ignored_names ignored;
    unsigned seen; /* parameters that may stand once */
    bool in_study, in_series;
    bool matches_empty, matches_any, is_fuzzy; /* the switches of that name */
    struct wanted_attribute {
        const struct image_attribute *attribute;
        const struct field *field;
        str head;                  /* "TTTTTTTT": */
    } wanted[ATTRIBUTE_COUNT_MAX]; /* in the order of tags */
    size_t wanted_count;
    uint32_t derived[ATTRIBUTE_COUNT_MAX]; /* what stands in no column, in the order of tags */
    size_t derived_count;
};
SLICE_OF(uint32_t, tag);

/* Patients are found as the newest of their studies. */
static inline bool search_is_of_patients(const struct search *s)
{
    return s->query.filter.one_per_patient;
}

/* Their rows are made of their metadata alone. */
static inline bool search_is_of_objects(const struct search *s)
{
    return s->query.filter.level == LEVEL_NON_PATIENT;
}

/* The attribute can be searched by, sorted by and given at the level of the search. */
bool search_has_attribute(const struct search *s, const struct image_attribute *attribute);
/* What is made of a row instead of read from a column: availability, address, counts of a patient.
 */
bool search_is_derived(uint32_t tag);
bool search_is_patient_count(uint32_t tag);

/* The tag is to be in every row. */
void search_include(struct search *s, uint32_t tag);
/* All tags that PS3.18 12.6 asks for of the category; where a key stands in a sequence, all of it.
 */
void search_include_required(struct search *s);

/* What every row of this search holds, found once. */
void search_choose_attributes(struct search *s);
/* The tags at the top level of every row, in order; a row can have more of its metadata. */
void search_columns(struct search *s, struct tag_slice *out);
/* One result as DICOM JSON. metadata: of an instance, when more than the columns is asked for. */
void search_write_row(struct search *s, struct buf *out, str base_url, const struct image_row *row,
                      str metadata);

/* A form of results, chosen by Accept (PS3.18 8.7.4). */
struct result_form;
/* NULL: none that the client takes. */
const struct result_form *result_form_choose(struct request *r);
/* Answers with the rows, once all other headers are set. */
err result_form_respond(const struct result_form *form, struct search *s,
                        const struct search_images_result *result);

/* RFC 4180 with a header of keywords, for programs that calculate: see docs/API.md. rows: DICOM
 * JSON, as this program writes it. columns: which there are in any case. */
void csv_write(struct buf *out, const struct str_slice *rows, const struct tag_slice *columns);

#endif
