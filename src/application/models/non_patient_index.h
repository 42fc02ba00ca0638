/* What a non-patient object is searched by, read out of its metadata when it comes in. */
#ifndef APPLICATION_MODELS_NON_PATIENT_INDEX_H
#define APPLICATION_MODELS_NON_PATIENT_INDEX_H

#include "base/err.h"
#include "domain/entities/non_patient_attribute.h"

/* Longer values are not searched by; sets take no more values when they are as long. */
enum { NON_PATIENT_TEXT_SIZE_MAX = 1024, NON_PATIENT_SET_SIZE_MAX = 4096 };

/* Fills the members of *object that its category is searched by. metadata: its DICOM JSON.
 * Errors: MALFORMED. */
err non_patient_index_read(struct arena *a, str metadata, struct non_patient_object *object);

#endif
