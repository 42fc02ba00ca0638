/* Open a study, or all studies of its patient, to a user or a group. */
#ifndef APPLICATION_COMMANDS_GRANTS_CREATE_STUDY_GRANT_COMMAND_H
#define APPLICATION_COMMANDS_GRANTS_CREATE_STUDY_GRANT_COMMAND_H

#include "application/models/grant_view.h"

struct create_study_grant {
    uuid id;
    str grantee_kind;
    uuid grantee_id;
    struct str_slice permissions;
    instant expires_at;
    bool patient;
};
struct create_study_grant_result {
    struct grant_view view;
};
DECLARE_USE_CASE(create_study_grant);

#endif
