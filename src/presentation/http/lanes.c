/* How many threads each lane has. */
#include "presentation/http/lanes.h"

#include <unistd.h>

/* As many as units of work that can share a commit are worth waiting for; look-ups do not come
 * here. */
enum { DB_THREAD_COUNT = 16, QUEUED_PER_THREAD = 256 };

err lanes_open(struct lanes *l, const struct lanes_settings *settings)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned cpu = processors > 0 ? (unsigned)processors : 1;
    const unsigned defaults[LANE_COUNT] = {
        [LANE_DB] = DB_THREAD_COUNT, [LANE_CPU] = cpu, [LANE_STREAM] = 32};
    *l = (struct lanes){0};
    for (unsigned i = LANE_DB; i < LANE_COUNT; i++) {
        unsigned count = settings->thread_counts[i] != 0 ? settings->thread_counts[i] : defaults[i];
        TRY(thread_pool_open(&l->pools[i], count, count * QUEUED_PER_THREAD));
    }
    return OK;
}

void lanes_close(struct lanes *l)
{
    for (unsigned i = LANE_DB; i < LANE_COUNT; i++)
        thread_pool_close(&l->pools[i]);
}
