/* Open a study or a patient to oneself, in an emergency, by what is known of them. */
#ifndef APPLICATION_COMMANDS_GRANTS_BREAK_GLASS_COMMAND_H
#define APPLICATION_COMMANDS_GRANTS_BREAK_GLASS_COMMAND_H

#include "application/models/glass.h"

struct break_glass {
    str study_instance_uid;
    str patient_id;
    str issuer_of_patient_id;
    str reason;
};
struct break_glass_result {
    struct grant_view view;
};
DECLARE_USE_CASE(break_glass);

#endif
