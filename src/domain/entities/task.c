/* Schema and states of the task. */
#include "domain/entities/task.h"

const char *const task_state_names[] = {"waiting", "queued",    "running", "succeeded",
                                        "failed",  "cancelled", NULL};
_Static_assert(COUNT_OF(task_state_names) == TASK_STATE_COUNT + 1, "a state without a name");

const char *const task_verdict_names[] = {"done",    "try_again", "give_up",
                                          "stopped", "cancelled", NULL};
_Static_assert(COUNT_OF(task_verdict_names) == TASK_VERDICT_COUNT + 1, "a verdict without a name");

SCHEMA(task, ENTITY_FIELDS(task),
       FIELD(task, kind, .max = TASK_KIND_SIZE_MAX, .doc = "What is done"),
       FIELD_ENUM_OF(task, state, task_state_names,
                     .doc = "waiting for another, queued, running, succeeded, failed, cancelled"),
       FIELD(task, priority, .max = TASK_PRIORITY_MAX, .doc = "The greatest comes first"),
       FIELD(task, created_by, .doc = "Who asked for it; absent: the program itself"),
       FIELD(task, subject_kind, .doc = "What it is about: study, report, …"),
       FIELD(task, subject_id, .doc = "Which one"),
       FIELD(task, parameters, .flags = INTERNAL, .doc = "How it is done"),
       FIELD(task, idempotency_key, .flags = INTERNAL, .doc = "There is one of each"),
       FIELD(task, depends_on_key, .flags = INTERNAL, .doc = "The one it waits for"),
       FIELD(task, depends_on_id, .doc = "The task it waits for, or has waited for"),
       FIELD(task, attempt_count, .doc = "Times it was begun"),
       FIELD(task, attempt_count_max, .doc = "Then it has failed"),
       FIELD(task, next_attempt_at, .doc = "Not before; of a running one, when its lease ends"),
       FIELD(task, fence, .flags = INTERNAL, .doc = "Grows with each claim"),
       FIELD(task, worker, .doc = "Who has it, or had it last"),
       FIELD(task, started_at, .doc = "When the last attempt began"),
       FIELD(task, finished_at, .doc = "When it ended"),
       FIELD(task, is_cancel_requested, .doc = "Its worker has been told to stop"),
       FIELD(task, progress_done, .doc = "So much is done"),
       FIELD(task, progress_total, .doc = "Of so much; 0: not known"),
       FIELD(task, progress_unit, .doc = "Of both", .example = "instances"),
       FIELD(task, stage, .doc = "What is being done"),
       FIELD(task, outcome, .doc = "What came of it"),
       FIELD(task, output_object, .flags = INTERNAL, .doc = "The file it made, in the storage"),
       FIELD(task, output_name, .doc = "Name of the file it made: see output"),
       FIELD(task, output_type, .doc = "Media type of that file"),
       FIELD(task, output_size, .doc = "Bytes of that file"),
       FIELD(task, last_error, .doc = "What went wrong in the last attempt"));

SCHEMA(task_count, FIELD(task_count, kind), FIELD(task_count, state), FIELD(task_count, count),
       FIELD(task_count, oldest_at));

int64_t task_pause_us(int64_t attempt_count, uint32_t chance)
{
    int64_t seconds = TASK_PAUSE_SECONDS_MIN;
    for (int64_t i = 1; i < attempt_count && seconds < TASK_PAUSE_SECONDS_MAX; i++)
        seconds *= 2;
    if (seconds > TASK_PAUSE_SECONDS_MAX)
        seconds = TASK_PAUSE_SECONDS_MAX;
    int64_t half = SECONDS(seconds) / 2;
    return SECONDS(seconds) - half / 2 + half / 1000 * (chance % 1001);
}

void task_begin_attempt(struct task *task, str worker, instant now, int64_t lease_seconds)
{
    task->state = TASK_RUNNING;
    task->attempt_count++;
    task->fence++;
    task->worker = worker;
    task->started_at = task->updated_at = now;
    task->next_attempt_at = instant_add(now, SECONDS(lease_seconds));
    task->progress_done = task->progress_total = 0;
    task->progress_unit = task->stage = STR_NONE;
}

static void end(struct task *task, enum task_state state, instant now)
{
    task->state = state;
    task->finished_at = now;
    task->next_attempt_at = (instant){0};
    task->stage = STR_NONE;
}

void task_end_attempt(struct task *task, enum task_verdict verdict, str words, instant now,
                      uint32_t chance)
{
    task->updated_at = now;
    if (verdict == TASK_DONE) {
        task->outcome = words;
        task->last_error = STR_NONE;
        end(task, TASK_SUCCEEDED, now);
        return;
    }
    if (task->is_cancel_requested || verdict == TASK_WAS_CANCELLED) {
        end(task, TASK_CANCELLED, now);
        return;
    }
    if (verdict == TASK_STOPPED) {
        task->state = TASK_QUEUED;
        task->attempt_count--;
        task->next_attempt_at = now;
        return;
    }
    task->last_error = words;
    if (verdict == TASK_GIVE_UP || task->attempt_count >= task->attempt_count_max) {
        end(task, TASK_FAILED, now);
        return;
    }
    task->state = TASK_QUEUED;
    task->next_attempt_at = instant_add(now, task_pause_us(task->attempt_count, chance));
}

err task_cancel(struct task *task, instant now)
{
    if (task_has_ended(task))
        return ERR(CONFLICT, "the task has ended");
    task->is_cancel_requested = true;
    task->updated_at = now;
    if (task->state != TASK_RUNNING)
        end(task, TASK_CANCELLED, now);
    return OK;
}

err task_retry(struct task *task, instant now)
{
    if (task->state != TASK_FAILED && task->state != TASK_CANCELLED)
        return ERR(CONFLICT, "only a task that failed or was cancelled is tried again");
    task->state = TASK_QUEUED;
    task->attempt_count = 0;
    task->is_cancel_requested = false;
    task->finished_at = (instant){0};
    task->next_attempt_at = task->updated_at = now;
    return OK;
}

void task_release(struct task *task, bool succeeded, instant now)
{
    task->updated_at = now;
    if (succeeded) {
        task->state = TASK_QUEUED;
        return;
    }
    task->last_error = STR("the task before it did not succeed");
    end(task, TASK_CANCELLED, now);
}
