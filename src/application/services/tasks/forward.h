/* Sends studies to another DICOMweb server, instance by instance (STOW-RS, PS3.18 10.5). */
#ifndef APPLICATION_SERVICES_TASKS_FORWARD_H
#define APPLICATION_SERVICES_TASKS_FORWARD_H

#include "application/services/tasks/task_kind.h"

struct forward_parameters {
    uuid destination_id;
    struct str_slice studies;
};
DECLARE_SCHEMA(forward_parameters);

extern const struct task_kind forward_kind;

#endif
