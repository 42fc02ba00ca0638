/* A data set that came as DICOM JSON or XML, as DICOM JSON of this program's own form: in the order
 * of tags, without spaces, UTF-8. */
#ifndef APPLICATION_MODELS_DATA_SET_TEXT_H
#define APPLICATION_MODELS_DATA_SET_TEXT_H

#include "dicom/part10/reader.h"

enum data_set_form { DATA_SET_JSON, DATA_SET_XML };

/* Pushes one data set, in JSON alone or in an array of one. Errors: MALFORMED (not one data set, or
 * not of the model), TOO_LARGE, and what the consumer returns. */
err data_set_read(struct arena *a, enum data_set_form form, str document,
                  struct part10_consumer *consumer);

/* document: as of data_set_read. Values stand in it: there are no bulk data.
 * The VR of each attribute that the dictionary knows is one of those it has there.
 * Errors: MALFORMED (names the tag or the place, never a value), TOO_LARGE. */
err data_set_text_read(struct arena *a, enum data_set_form form, str document, str *out);

#endif
