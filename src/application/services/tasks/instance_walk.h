/* What tasks share that go through the instances of some studies: they begin where they were, do
 * each, remember it, and tell what came of it. */
#ifndef APPLICATION_SERVICES_TASKS_INSTANCE_WALK_H
#define APPLICATION_SERVICES_TASKS_INSTANCE_WALK_H

#include "application/queries/images/list_study_objects/query.h"
#include "application/services/disclosure_service.h"

struct instance_walk;

struct walked_study {
    const struct list_study_objects_result *list;
    str id;
};

struct instance_walk {
    struct task_run_report report;
    /* Errors: of this one alone (then the walk goes on), or such as pass (then the task is tried
     * again from here). item: attempts, status; its reason stays if it is set. scope's arena is
     * emptied after it. */
    err (*each)(struct instance_walk *w, struct scope *scope, const struct walked_study *study,
                const struct study_object *object, struct task_item *item);
    /* Whether an error ends the task: it would be that of all that follow. */
    bool (*ends)(err e);
};

/* walk->each, …->ends are set. Errors: those that end the task. */
err instance_walk_run(struct instance_walk *walk, struct task_run *run,
                      const struct str_slice *studies);

#endif
