/* One upload and how far it is. */
#ifndef APPLICATION_QUERIES_UPLOADS_GET_UPLOAD_QUERY_H
#define APPLICATION_QUERIES_UPLOADS_GET_UPLOAD_QUERY_H

#include "application/models/base_model.h"

struct get_upload {
    uuid id;
};
struct get_upload_result {
    struct upload upload;
};
DECLARE_USE_CASE(get_upload);

#endif
