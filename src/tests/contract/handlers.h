/* What the tests of handlers share: requests as their doors would send them. */
#ifndef TESTS_CONTRACT_HANDLERS_H
#define TESTS_CONTRACT_HANDLERS_H

#include "application/models/session_tokens.h"
#include "application/services/ingest_service.h"
#include "application/services/tasks/task_service.h"
#include "base/log.h"
#include "infrastructure/memory/memory_table.h"
#include "tests/support/world.h"
#include "tests/test.h"

/* A test in a world of its own. */
#define WORLD(name_)                                                                               \
    static void world_##name_(struct world *w);                                                    \
    TEST(name_)                                                                                    \
    {                                                                                              \
        static struct world w;                                                                     \
        log_configure(LOG_ERROR, LOG_TEXT, 2);                                                     \
        world_open(&w);                                                                            \
        world_##name_(&w);                                                                         \
        world_close(&w);                                                                           \
    }                                                                                              \
    static void world_##name_(struct world *w)

/* Rows that are committed. */
size_t row_count(const struct world *w, enum memory_table table);
/* No patient, study, series, instance or line about one; no stage. */
void check_nothing_stored(const struct world *w);

struct user get_user(struct world *w, enum role role);
void save_user(struct world *w, struct user *user);

err try_sign_in(struct world *w, const char *email, const char *password,
                struct session_tokens *out);
err try_refresh(struct world *w, str token, struct session_tokens *out);
/* Makes a viewer; key may be NULL. */
err make_user(struct world *w, enum role by, const char *key, const char *email, struct user *out);

/* A technologist sends a file; study_uid may be absent. */
err ingest(struct world *w, str bytes, str study_uid, struct ingest_result *out);
str sample_file(struct world *w, uint32_t study, uint32_t instance);

/* The next task, by a worker that is never told anything. goes_on: there was one. */
err work_on_task(struct world *w, bool *goes_on);
void work_on_tasks(struct world *w);
/* As it is in the database. */
struct task task_now(struct world *w, uuid id);
/* For observers. */
void look_away(struct task_run_observer *o, struct task_run *run);

#endif
