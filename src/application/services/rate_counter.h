/* Token buckets by name, counted for all nodes of an installation together where they can reach
 * each other, and by each for itself where they cannot. */
#ifndef APPLICATION_SERVICES_RATE_COUNTER_H
#define APPLICATION_SERVICES_RATE_COUNTER_H

#include "base/str.h"

enum { RATE_NAME_SIZE_MAX = 128, RATE_CAPACITY_MAX = 1000000, RATE_PER_MINUTE_MAX = 1000000 };

/* Both from 1 to their limits. A bucket nobody has taken from is full. */
struct rate_bucket {
    uint32_t capacity, per_minute;
};

struct rate_taken {
    bool is_allowed;
    uint32_t remaining;     /* whole tokens left */
    uint32_t retry_seconds; /* until there is one again; 0 when it was allowed */
};

struct rate_counter;
struct rate_counter_ops {
    bool (*take)(struct rate_counter *c, str name, struct rate_bucket bucket, bool must_not_wait,
                 struct rate_taken *out);
};
struct rate_counter {
    const struct rate_counter_ops *ops;
};

/* Takes one token. */
static inline struct rate_taken rate_counter_take(struct rate_counter *c, str name,
                                                  struct rate_bucket bucket)
{
    struct rate_taken taken = {0};
    (void)c->ops->take(c, name, bucket, false, &taken);
    return taken;
}
/* The same where nothing may wait: false when the answer is not known here. Then nothing was taken.
 */
static inline bool rate_counter_try(struct rate_counter *c, str name, struct rate_bucket bucket,
                                    struct rate_taken *out)
{
    return c->ops->take(c, name, bucket, true, out);
}

#endif
