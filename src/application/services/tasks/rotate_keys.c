/* Once more after a crash is one key more, which does no harm: old ones stay known. */
#include "application/services/tasks/rotate_keys.h"

#include "application/commands/auth/rotate_signing_keys/command.h"
#include "application/services/tasks/task_service.h"

static err run(struct task_run *run, const void *parameters, struct task_result *out)
{
    struct rotate_signing_keys_result result;
    (void)parameters;
    TRY(rotate_signing_keys_send(run->scope, &(struct rotate_signing_keys){0}, &result));
    out->words = STR("a new key signs soon; those before are known as long as their tokens");
    return OK;
}

const struct task_kind rotate_signing_keys_kind = {
    .name = "rotate_signing_keys",
    .doc = "Make another key to sign access tokens with",
    .parameters = &no_parameters_schema,
    .count_max = 1,
    .attempt_count_max = 3,
    .is_schedulable = true,
    .run = run,
};
