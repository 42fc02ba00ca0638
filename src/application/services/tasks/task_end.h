/* How a task ends, whoever ends it: what waits for it goes on, and who hears of it is told. */
#ifndef APPLICATION_SERVICES_TASKS_TASK_END_H
#define APPLICATION_SERVICES_TASKS_TASK_END_H

#include "application/models/base_model.h"
#include "domain/entities/task.h"

/* As it is now, if whoever claimed it with that fence still has it.
 * Errors: PRECONDITION_FAILED, NOT_FOUND. */
err task_locate_held(struct command_ctx *ctx, int64_t key, int64_t fence, struct task *out);

/* Ends its attempt and saves it. */
err task_end(struct command_ctx *ctx, struct task *task, enum task_verdict verdict, str words);
/* Saves one that changed otherwise: cancelled, tried again. */
err task_save_changed(struct command_ctx *ctx, struct task *task);

/* Own ones; of the organization for whoever looks after its settings.
 * Errors: NOT_FOUND. */
err task_get_own(struct arena *a, struct readers *readers, const struct principal *principal,
                 uuid id, struct task *out);
/* The maker whose tasks are listed; unset: everybody's. */
uuid task_maker_shown(const struct principal *principal);

#endif
