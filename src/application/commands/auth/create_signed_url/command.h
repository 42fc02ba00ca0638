/* Make an address that is good without other credentials, for a short time. */
#ifndef APPLICATION_COMMANDS_AUTH_CREATE_SIGNED_URL_COMMAND_H
#define APPLICATION_COMMANDS_AUTH_CREATE_SIGNED_URL_COMMAND_H

#include "application/models/base_model.h"

struct create_signed_url {
    str method;
    str path; /* with its query, in the one spelling that is signed: see signed_url.h */
    opt_i64 expires_in;
    str filename;
    /* What the door has found it to be the address of. */
    str study_uid, series_uid, sop_uid;
    uuid instance_id;
};
struct create_signed_url_result {
    str path;
    instant expires_at;
};
DECLARE_USE_CASE(create_signed_url);

/* What is signed. */
str signed_url_text(struct arena *a, str method, str path);

#endif
