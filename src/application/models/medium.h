/* A study, or a part of it, as the files of an interchange medium: DICOM/S0000001/I0000001 and so
 * on (PS3.10 8, PS3.12) with a DICOMDIR at the root. Names are numbers and tell nothing about the
 * patient. The same rows give the same bytes. */
#ifndef APPLICATION_MODELS_MEDIUM_H
#define APPLICATION_MODELS_MEDIUM_H

#include "application/models/base_model.h"
#include "dicom/write/dicomdir.h"

struct medium_instance {
    struct instance row;
    struct dicomdir_value_slice values; /* for the keys of its record that no column holds */
};
SLICE(medium_instance);

/* Instances of one series need not stand together. */
struct medium_content {
    struct study study;
    struct series_slice series;
    struct medium_instance_slice instances;
};

struct medium_file {
    str name; /* components separated by "/" */
    const struct instance *instance;
};
SLICE(medium_file);

struct medium {
    str dicomdir;
    struct medium_file_slice files;
};

/* The kind of its record, and which of that kind's keys a column holds; the others are told as
 * values. */
const struct dicomdir_kind *medium_kind_of(const struct instance *instance);
bool medium_key_is_in_row(uint32_t tag);

/* What *out refers to lives in a or in content. Errors: UNAVAILABLE (an instance of a series that
 * is not there: it came while the rows were read). */
err medium_plan(struct arena *a, const struct medium_content *content, struct medium *out);
/* The same of several studies on one medium, in that order; those of one patient that stand
 * together are below one record. Of a single study the same bytes. */
err medium_plan_all(struct arena *a, const struct medium_content *const *contents, size_t count,
                    struct medium *out);

#endif
