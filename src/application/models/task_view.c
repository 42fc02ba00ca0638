/* The rate is that of the attempt that runs. */
#include "application/models/task_view.h"

SCHEMA(task_view, FIELD_EMBED_OF(task_view, task, task),
       FIELD(task_view, progress_per_second, .doc = "Of progress_unit, since it began"),
       FIELD(task_view, remaining_seconds, .doc = "If it goes on like that"));

struct task_view task_view_of(const struct task *task, instant now)
{
    struct task_view view = {.task = *task};
    instant until = task_has_ended(task) ? task->finished_at : now;
    double seconds = (double)(until.us - task->started_at.us) / 1e6;
    if (task->started_at.us == 0 || seconds <= 0 || task->progress_done <= 0)
        return view;
    view.progress_per_second = (double)task->progress_done / seconds;
    if (task->state == TASK_RUNNING && task->progress_total >= task->progress_done)
        view.remaining_seconds =
            (opt_i64){true, (int64_t)((double)(task->progress_total - task->progress_done) /
                                      view.progress_per_second)};
    return view;
}
