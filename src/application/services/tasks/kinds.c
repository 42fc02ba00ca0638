/* The table. */
#include "application/services/tasks/kinds.h"

#include "application/services/tasks/rebuild_study.h"

static const struct task_kind *const kinds[] = {
    &rebuild_study_kind,
};
const struct task_kinds task_kinds = {kinds, COUNT_OF(kinds)};
