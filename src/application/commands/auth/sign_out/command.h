/* End the session that asks. */
#ifndef APPLICATION_COMMANDS_AUTH_SIGN_OUT_COMMAND_H
#define APPLICATION_COMMANDS_AUTH_SIGN_OUT_COMMAND_H

#include "application/models/base_model.h"

struct sign_out {
    EMPTY_STRUCT;
};
struct sign_out_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(sign_out);

#endif
