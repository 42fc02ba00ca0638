/* Open a study to oneself, in an emergency, for a limited time and with a reason. */
#ifndef APPLICATION_COMMANDS_GRANTS_BREAK_GLASS_STUDY_COMMAND_H
#define APPLICATION_COMMANDS_GRANTS_BREAK_GLASS_STUDY_COMMAND_H

#include "application/models/glass.h"

struct break_glass_study {
    uuid id;
    str reason;
};
struct break_glass_study_result {
    struct grant_view view;
};
DECLARE_USE_CASE(break_glass_study);

#endif
