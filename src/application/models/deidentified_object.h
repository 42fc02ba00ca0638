/* The file of an instance for whoever sees it de-identified (struct deidentified_object): made of
 * the stored one each time, as it passes. */
#ifndef APPLICATION_MODELS_DEIDENTIFIED_OBJECT_H
#define APPLICATION_MODELS_DEIDENTIFIED_OBJECT_H

#include "application/services/storage_service.h"
#include "base/byte_sink.h"
#include "dicom/deidentify/deidentify.h"
#include "dicom/transfer_syntax.h"
#include "domain/entities/instance.h"

/* The options of PS3.15 E.3 that every de-identified view has. */
enum { DEIDENTIFIED_VIEW_FLAGS = DEIDENTIFY_SHIFT_DATES | DEIDENTIFY_CLEAN_DESCRIPTORS };

/* Whose a file or its metadata says it is does not count: all of a study are of the study's
 * patient. The options of the view. */
struct deidentify_options deidentified_options(const struct deidentified_object *object,
                                               struct deidentify_facts *facts);
/* Errors: FORBIDDEN, with the first reason why an instance is not shown (dicom/deidentify/risk.h).
 */
err deidentified_check(struct arena *a, const struct deidentify_facts *facts);

/* n: of a de-identified view. to: as of deidentify_write. Errors: FORBIDDEN (a risk), UNAVAILABLE,
 * NOT_ACCEPTABLE (it can be read by nobody), those of the sink. */
err deidentified_object_write(struct storage *storage, const struct instance *n,
                              const struct transfer_syntax *to, struct byte_sink *sink);

#endif
