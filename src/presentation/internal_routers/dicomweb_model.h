/* DICOM JSON and XML as the two forms of one answer, PS3.18 8.7.1: what is made as JSON is sent as
 * XML to who asks for that. */
#ifndef PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_MODEL_H
#define PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_MODEL_H

#include "application/models/data_set_text.h"
#include "presentation/internal_routers/dicomweb.h"

enum model_form {
    MODEL_NONE,         /* the client takes neither */
    MODEL_JSON,         /* application/dicom+json; an array where there are several */
    MODEL_XML,          /* application/dicom+xml: one document */
    MODEL_MULTIPART_XML /* multipart/related; type="application/dicom+xml": one part each */
};

/* What the client likes best. JSON where it says nothing. */
enum model_form dicomweb_model_form(struct request *r);

/* Data sets, DICOM JSON, as a multipart body with a document of the Native DICOM Model (PS3.19 A.1)
 * each. seed: of the boundary. *type: the Content-Type. Errors: MALFORMED (not DICOM JSON). */
err dicomweb_write_xml_parts(struct request *r, const struct str_slice *objects, str seed,
                             struct buf *out, str *type);

/* Answers with a JSON text, an array of data sets or a single one, in the form. For XML: one
 * document if there is one data set and a single one will do, else a part each. etag: the seed of
 * the boundary. Errors: MALFORMED; NOT_ACCEPTABLE (several, and only one document is taken). */
err dicomweb_respond_model(struct request *r, unsigned status, enum model_form form, str json,
                           str seed);

/* The one data set of a buffered body: application/dicom+json or application/dicom+xml, as it is or
 * as the only part of multipart/related (PS3.18 8.6). Errors: UNSUPPORTED (another media type, or
 * an encoding), TOO_LARGE, MALFORMED (no part, or several). */
err dicomweb_read_body(struct request *r, enum data_set_form *form, str *document);

#endif
