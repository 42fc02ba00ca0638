/* Patients, studies, series and instances: one aggregate, because an image that arrives touches all
 * four. Reading and writing are apart; a list at any level is one find with one filter. */
#ifndef DOMAIN_REPOSITORIES_IMAGE_REPOSITORY_H
#define DOMAIN_REPOSITORIES_IMAGE_REPOSITORY_H

#include "base/err.h"
#include "core/searchable_query.h"
#include "dicom/value_match.h"
#include "domain/entities/access.h"
#include "domain/entities/image_attribute.h"
#include "domain/entities/non_patient_object.h"
#include "domain/entities/instance_version.h"
#include "domain/entities/patient.h"

enum {
    MATCH_COUNT_MAX = 64,
    UID_LIST_LEN_MAX = MATCHED_UID_COUNT_MAX,
    VALUE_LIST_LEN_MAX = MATCHED_VALUE_COUNT_MAX,
    NAME_WORD_COUNT_MAX = MATCHED_WORD_COUNT_MAX,
    IMAGE_PAGE_SIZE_MAX = 5000,
    IMAGE_CURSOR_SIZE_MAX = 360 /* of its text, which grows by a third on its way */
};

/* One matching key. value is as DICOM writes it: with * and ?, with "-" for ranges, with "\" or ","
 * for UID lists. A range of days and a key on the time that belongs to it are one range from moment
 * to moment (combined date-time matching, PS3.18 8.3.4.1). */
struct image_match {
    const struct image_attribute *attribute;
    str value;
    bool matches_empty; /* empty value matching: what has no value; value is not looked at */
    bool matches_any;   /* multiple value matching: one of the values between "\" */
    bool is_fuzzy;      /* of a name: fuzzy matching, see dicom/person_name.h */
};
SLICE(image_match);

/* A key on the values kept of an indexed attribute. */
struct value_match {
    int64_t attribute_key;
    const struct value_condition *condition;
};
SLICE(value_match);
SLICE_OF(int64_t, key);

struct image_sort {
    const struct image_attribute *attribute; /* NULL: the order of arrival */
    bool descending;
};

struct image_filter {
    enum image_level level;
    enum non_patient_category category; /* of LEVEL_NON_PATIENT */
    struct access access;
    bool trashed;             /* what is in the trash itself instead of what is not */
    bool under_trashed;       /* also of series and studies that are in the trash */
    uuid study_id, series_id; /* within one study or series when set */
    int64_t album_key;        /* of studies in this album; 0: all */
    /* All of them hold. Those on what is below the level, and those on kept values, hold for the
     * same instance: at the level of studies, a study is found that has such an instance. */
    struct image_match_slice matches;
    struct value_match_slice values;
    const struct key_slice *only; /* rows with one of these keys; NULL: all */
    str search;                   /* words over names, identifiers and description */
    /* Of studies: the newest of each patient alone, which tells what the patient is called. Studies
     * without Patient ID are patients of their own. */
    bool one_per_patient;
    bool wants_patient_counts;
    struct image_sort sort[SORT_KEY_COUNT_MAX];
    size_t sort_count;
    uint64_t offset;
    uint32_t limit;
    bool wants_total;
    str after; /* cursor: only what stands behind it in the order */
};

/* One row; what is under the level asked for stays zero. */
struct image_row {
    struct study study;
    struct series series;
    struct instance instance;
    struct {
        int64_t studies, series, instances;
    } of_patient;                            /* not in the trash; zero unless wanted */
    const struct non_patient_object *object; /* of LEVEL_NON_PATIENT, where all else is zero */
};
SLICE(image_row);

struct image_page {
    struct image_row_slice rows;
    int64_t total; /* -1 unless wanted */
    str next;      /* cursor; absent on the last page */
};

/* Instances of a study that are not in the trash themselves and have these in common. */
struct image_tally {
    int64_t series_key;
    str sop_class_uid;
    str transfer_syntax_uid;
    int64_t instance_count;
    int64_t size;
};
SLICE(image_tally);

struct image_contents {
    struct series_slice series;       /* all, by key */
    struct image_tally_slice tallies; /* in the order in which the first of each came */
};

struct image_reader;
/* Gives one instance after the other; stops at the first error. */
struct image_sink {
    err (*take)(struct image_sink *sink, const struct instance *instance,
                const struct instance_blobs *blobs);
};

struct image_reader_ops {
    err (*find)(struct image_reader *r, struct arena *a, const struct image_filter *filter,
                struct image_page *out);
    err (*get_study)(struct image_reader *r, struct arena *a, const struct access *access, uuid id,
                     struct study *out);
    err (*get_series)(struct image_reader *r, struct arena *a, const struct access *access, uuid id,
                      struct series *out);
    err (*get_instance)(struct image_reader *r, struct arena *a, const struct access *access,
                        uuid id, struct instance *out);
    err (*locate)(struct image_reader *r, struct arena *a, const struct access *access,
                  str study_uid, str series_uid, str sop_uid, struct image_row *out);
    err (*blobs)(struct image_reader *r, struct arena *a, int64_t instance_key, bool with_metadata,
                 struct instance_blobs *out);
    err (*each_instance)(struct image_reader *r, struct arena *a, int64_t study_key,
                         int64_t series_key, bool with_blobs, struct image_sink *sink);
    err (*each_match)(struct image_reader *r, struct arena *a, const struct image_filter *filter,
                      uint32_t count_max, struct image_sink *sink);
    err (*each_after)(struct image_reader *r, int64_t after_key, uint32_t limit,
                      struct image_sink *sink);
    err (*each_stored)(struct image_reader *r, int64_t study_key, struct image_sink *sink);
    err (*is_referenced)(struct image_reader *r, str object_name, bool *out);
    err (*statistics)(struct image_reader *r, int64_t organization_key, int64_t *studies,
                      int64_t *instances, int64_t *size);
    err (*versions)(struct image_reader *r, struct arena *a, int64_t instance_key, uint64_t offset,
                    uint32_t limit, struct instance_version_slice *out, int64_t *total);
    err (*uncounted)(struct image_reader *r, struct arena *a, uint32_t limit,
                     struct key_slice *out);
    err (*get_version)(struct image_reader *r, struct arena *a, int64_t instance_key, uuid id,
                       struct instance_version *out);
};
struct image_reader {
    const struct image_reader_ops *ops;
};

/* Errors: INVALID (a value that its attribute cannot be matched with). */
err image_reader_find(struct image_reader *r, struct arena *a, const struct image_filter *filter,
                      struct image_page *out);
/* Errors: NOT_FOUND, also for what is not within the access. Trashed studies are found: the caller
 * looks at state. */
err image_reader_get_study(struct image_reader *r, struct arena *a, const struct access *access,
                           uuid id, struct study *out);
err image_reader_get_series(struct image_reader *r, struct arena *a, const struct access *access,
                            uuid id, struct series *out);
err image_reader_get_instance(struct image_reader *r, struct arena *a, const struct access *access,
                              uuid id, struct instance *out);
/* By UIDs, not in the trash at any level: the study; with series_uid the series too; with sop_uid
 * the instance too. The level asked for is complete; of those above it at least key, id, version
 * and UID are there. Within an access to one series a study comes with that series. Errors:
 * NOT_FOUND. */
err image_reader_locate(struct image_reader *r, struct arena *a, const struct access *access,
                        str study_uid, str series_uid, str sop_uid, struct image_row *out);
/* Without metadata the tables alone are read. Errors: NOT_FOUND. */
static inline err image_reader_blobs(struct image_reader *r, struct arena *a, int64_t instance_key,
                                     bool with_metadata, struct instance_blobs *out)
{
    return r->ops->blobs(r, a, instance_key, with_metadata, out);
}
/* All instances of a study (series_key 0) or of one series that are not in the trash, whatever they
 * are in is, in the order series number, instance number, key. What the sink is given lives until
 * it returns when a is NULL, else in a. */
static inline err image_reader_each_instance(struct image_reader *r, struct arena *a,
                                             int64_t study_key, int64_t series_key, bool with_blobs,
                                             struct image_sink *sink)
{
    return r->ops->each_instance(r, a, study_key, series_key, with_blobs, sink);
}
/* Gives the instances that a filter of their level finds, in whatever order, with their metadata
 * alone; of the instance the keys of its rows. Nothing in it lives beyond the sink. Errors: INVALID
 * (as find), TOO_LARGE (more than count_max: then the sink is given none). */
err image_reader_each_match(struct image_reader *r, struct arena *a,
                            const struct image_filter *filter, uint32_t count_max,
                            struct image_sink *sink);
/* The next instances by their key, of all organizations and in the trash too, as each_match gives
 * them and with the organization. */
static inline err image_reader_each_after(struct image_reader *r, int64_t after_key, uint32_t limit,
                                          struct image_sink *sink)
{
    return r->ops->each_after(r, after_key, limit, sink);
}
/* Every object that belongs to a study, in the trash or not, versions of its instances too. What
 * the sink is given lives until it returns; there are no derived data. */
static inline err image_reader_each_stored(struct image_reader *r, int64_t study_key,
                                           struct image_sink *sink)
{
    return r->ops->each_stored(r, study_key, sink);
}
/* Some row of an instance, a version of one or a non-patient object, of whatever organization,
 * points at the stored object. */
static inline err image_reader_is_referenced(struct image_reader *r, str object_name, bool *out)
{
    return r->ops->is_referenced(r, object_name, out);
}
static inline err image_reader_statistics(struct image_reader *r, int64_t organization_key,
                                          int64_t *studies, int64_t *instances, int64_t *size)
{
    return r->ops->statistics(r, organization_key, studies, instances, size);
}
/* Newest first. */
static inline err image_reader_versions(struct image_reader *r, struct arena *a,
                                        int64_t instance_key, uint64_t offset, uint32_t limit,
                                        struct instance_version_slice *out, int64_t *total)
{
    return r->ops->versions(r, a, instance_key, offset, limit, out, total);
}
/* Errors: NOT_FOUND, also for another instance. */
static inline err image_reader_get_version(struct image_reader *r, struct arena *a,
                                           int64_t instance_key, uuid id,
                                           struct instance_version *out)
{
    return r->ops->get_version(r, a, instance_key, id, out);
}
/* Keys of studies, of whatever organization, with series whose transfer syntaxes are not counted: a
 * program that did not know of them wrote those. */
static inline err image_reader_uncounted(struct image_reader *r, struct arena *a, uint32_t limit,
                                         struct key_slice *out)
{
    return r->ops->uncounted(r, a, limit, out);
}

struct image_writer;
struct image_writer_ops {
    err (*locate)(struct image_writer *w, struct arena *a, int64_t organization_key, str study_uid,
                  str series_uid, str sop_uid, struct image_row *out);
    err (*locate_patient)(struct image_writer *w, struct arena *a, int64_t organization_key,
                          str patient_id, str issuer, struct patient *out);
    err (*add_patient)(struct image_writer *w, struct patient *patient);
    err (*add_study)(struct image_writer *w, struct study *study);
    err (*add_series)(struct image_writer *w, struct series *series);
    err (*add_instance)(struct image_writer *w, struct instance *instance,
                        const struct instance_blobs *blobs);
    err (*save_study)(struct image_writer *w, struct study *study);
    err (*save_series)(struct image_writer *w, struct series *series);
    err (*save_instance)(struct image_writer *w, struct instance *instance);
    err (*locate_id)(struct image_writer *w, struct arena *a, int64_t organization_key,
                     enum image_level level, uuid id, struct image_row *out);
    err (*contents)(struct image_writer *w, struct arena *a, int64_t study_key,
                    struct image_contents *out);
    err (*set_transfer_syntaxes)(struct image_writer *w, enum image_level level, int64_t key,
                                 str set);
    err (*revive)(struct image_writer *w, int64_t study_key, int64_t series_key, instant now);
    err (*replace_instance)(struct image_writer *w, struct instance *instance,
                            const struct instance_blobs *blobs);
    err (*add_version)(struct image_writer *w, struct instance_version *version);
    err (*remove_version)(struct image_writer *w, int64_t key);
    err (*count_instance)(struct image_writer *w, struct study *study, struct series *series);
    err (*purge)(struct image_writer *w, enum image_level level, const struct image_row *row,
                 instant now, bool *is_gone);
};
struct image_writer {
    const struct image_writer_ops *ops;
};

/* Begins the unit of work, so that nobody else changes what is found until it ends. What is there
 * is filled in, what is not has key 0; an instance is looked for by its UID in the whole
 * organization. Trashed studies are found too. */
static inline err image_writer_locate(struct image_writer *w, struct arena *a,
                                      int64_t organization_key, str study_uid, str series_uid,
                                      str sop_uid, struct image_row *out)
{
    return w->ops->locate(w, a, organization_key, study_uid, series_uid, sop_uid, out);
}
/* Key 0 when there is none. */
static inline err image_writer_locate_patient(struct image_writer *w, struct arena *a,
                                              int64_t organization_key, str patient_id, str issuer,
                                              struct patient *out)
{
    return w->ops->locate_patient(w, a, organization_key, patient_id, issuer, out);
}
/* The adds give key and version 1. Errors: CONFLICT, by which the unit of work is lost; it may be
 * told by its commit. */
static inline err image_writer_add_patient(struct image_writer *w, struct patient *patient)
{
    return w->ops->add_patient(w, patient);
}
static inline err image_writer_add_study(struct image_writer *w, struct study *study)
{
    return w->ops->add_study(w, study);
}
static inline err image_writer_add_series(struct image_writer *w, struct series *series)
{
    return w->ops->add_series(w, series);
}
/* The instance, its derived data and its line in the change feed. */
static inline err image_writer_add_instance(struct image_writer *w, struct instance *instance,
                                            const struct instance_blobs *blobs)
{
    return w->ops->add_instance(w, instance, blobs);
}
/* The saves write all of it if the version is still the one read, and add one to it. Errors:
 * PRECONDITION_FAILED. */
static inline err image_writer_save_study(struct image_writer *w, struct study *study)
{
    return w->ops->save_study(w, study);
}
static inline err image_writer_save_series(struct image_writer *w, struct series *series)
{
    return w->ops->save_series(w, series);
}
static inline err image_writer_save_instance(struct image_writer *w, struct instance *instance)
{
    return w->ops->save_instance(w, instance);
}
/* Begins the unit of work as locate does: the row of that level and those above it, complete, in
 * the trash or not. Errors: NOT_FOUND, also for another organization. */
static inline err image_writer_locate_id(struct image_writer *w, struct arena *a,
                                         int64_t organization_key, enum image_level level, uuid id,
                                         struct image_row *out)
{
    return w->ops->locate_id(w, a, organization_key, level, id, out);
}
static inline err image_writer_contents(struct image_writer *w, struct arena *a, int64_t study_key,
                                        struct image_contents *out)
{
    return w->ops->contents(w, a, study_key, out);
}
/* Of a study or a series; nothing else of it changes, its version neither. */
static inline err image_writer_set_transfer_syntaxes(struct image_writer *w, enum image_level level,
                                                     int64_t key, str set)
{
    return w->ops->set_transfer_syntaxes(w, level, key, set);
}
/* Takes out of the trash what is in there of a series (or, series_key 0, of a study): its series
 * and instances. */
static inline err image_writer_revive(struct image_writer *w, int64_t study_key, int64_t series_key,
                                      instant now)
{
    return w->ops->revive(w, study_key, series_key, now);
}
/* Saves the instance with other derived data, and a line in the change feed. */
static inline err image_writer_replace_instance(struct image_writer *w, struct instance *instance,
                                                const struct instance_blobs *blobs)
{
    return w->ops->replace_instance(w, instance, blobs);
}
/* Gives it its key. Errors: CONFLICT (the instance has a version of that object). */
static inline err image_writer_add_version(struct image_writer *w, struct instance_version *version)
{
    return w->ops->add_version(w, version);
}
static inline err image_writer_remove_version(struct image_writer *w, int64_t key)
{
    return w->ops->remove_version(w, key);
}
/* Writes what an arriving instance changes in its study and series: counts, sizes, modalities, SOP
 * classes, transfer syntaxes, time, version. All else in them is as it was found. Between locate
 * and the end of the unit of work nobody else changes them. */
static inline err image_writer_count_instance(struct image_writer *w, struct study *study,
                                              struct series *series)
{
    return w->ops->count_instance(w, study, series);
}

/* For good: the instances of row's study or series, or its instance, with their versions; the
 * series of the study that have no instances left; then the study without series, with its grants
 * and its places in albums, and the patient without studies. A study that reports are about stays,
 * without series. Lines of the change feed about what is gone are gone too, but for a last one,
 * study_purged. Objects in the storage are not touched. is_gone: the study is. */
static inline err image_writer_purge(struct image_writer *w, enum image_level level,
                                     const struct image_row *row, instant now, bool *is_gone)
{
    return w->ops->purge(w, level, row, now, is_gone);
}

#endif
