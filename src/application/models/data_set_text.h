/* A data set that came as DICOM JSON or XML, as DICOM JSON of this program's own form: in the order
 * of tags, without spaces, UTF-8. */
#ifndef APPLICATION_MODELS_DATA_SET_TEXT_H
#define APPLICATION_MODELS_DATA_SET_TEXT_H

#include "base/err.h"
#include "base/str.h"

enum data_set_form { DATA_SET_JSON, DATA_SET_XML };

/* document: one data set, in JSON alone or in an array. Values stand in it: there are no bulk data.
 * The VR of each attribute that the dictionary knows is one of those it has there.
 * Errors: MALFORMED (names the tag or the place, never a value), TOO_LARGE. */
err data_set_text_read(struct arena *a, enum data_set_form form, str document, str *out);

#endif
