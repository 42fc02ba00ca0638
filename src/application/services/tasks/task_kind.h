/* struct task_kind: what a worker can do. The kinds are a table (kinds.c); a new one is a file with
 * a function and a row. */
#ifndef APPLICATION_SERVICES_TASKS_TASK_KIND_H
#define APPLICATION_SERVICES_TASKS_TASK_KIND_H

#include "base/schema.h"

struct task_run;

/* Of a kind that needs none. */
struct no_parameters {
    EMPTY_STRUCT;
};
DECLARE_SCHEMA(no_parameters);

/* What came of it. Texts live in the arena of the run. */
struct task_result {
    str words;                                   /* for people */
    str output_object, output_name, output_type; /* a file in the storage; absent: none */
    int64_t output_size;
    bool is_settled; /* the task is settled already, in a unit of work with what it is about */
};

struct task_kind {
    const char *name; /* stable, stored */
    const char *doc;
    const struct schema *parameters;
    int64_t count_max;         /* at once, on all nodes together */
    int64_t attempt_count_max; /* then it has failed */
    bool is_schedulable;       /* it needs no parameters: it is about all of an organization */
    bool is_delivery; /* it waits for servers of others: done by threads of its own, and its
                         ends are told to nobody */
    /* Does it, however often it was begun before: whatever of it is done already is found done. It
     * asks task_run_check between pieces of its work and gives back its error. An error that is
     * retryable by the table of codes, or INTERNAL, is tried again; any other fails the task. */
    err (*run)(struct task_run *run, const void *parameters, struct task_result *out);
};

struct task_kinds {
    const struct task_kind *const *at;
    size_t len;
};

/* NULL: there is none of that name. */
const struct task_kind *task_kind_find(const struct task_kinds *kinds, str name);

#endif
