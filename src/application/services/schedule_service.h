/* Schedules come due here, and their tasks are queued. */
#ifndef APPLICATION_SERVICES_SCHEDULE_SERVICE_H
#define APPLICATION_SERVICES_SCHEDULE_SERVICE_H

#include "application/models/base_model.h"
#include "domain/entities/schedule.h"
#include "domain/entities/task.h"

/* Sets when it comes next; complains of the member that is wrong in issues.
 * Errors: INVALID (with issues). */
err schedule_plan(struct command_ctx *ctx, struct schedule *schedule);

/* Its task, in its organization. A run that was queued before is found, not doubled: key names it.
 * Errors: CONFLICT (the task before has not ended, or its kind is unknown). */
err schedule_queue(struct command_ctx *ctx, const struct schedule *schedule, str key,
                   struct task *out);

/* The member of an order for a schedule. NULL, or what is wrong with it. */
const char *schedule_expression_complaint(str expression);
const char *schedule_missed_complaint(str name);
/* The kinds that need nothing but the organization. */
bool schedule_kind_is_known(const struct services *services, str kind);

#endif
