/* A task as people see it: with its rate and what is left of its time. */
#ifndef APPLICATION_MODELS_TASK_VIEW_H
#define APPLICATION_MODELS_TASK_VIEW_H

#include "domain/entities/task.h"

struct task_view {
    struct task task;
    double progress_per_second; /* 0: not known */
    opt_i64 remaining_seconds;  /* absent: not known */
};
DECLARE_SCHEMA(task_view);
SLICE(task_view);

struct task_view task_view_of(const struct task *task, instant now);

#endif
