/* The time zones of the world by their names in the IANA database. */
#ifndef APPLICATION_SERVICES_TIME_ZONES_H
#define APPLICATION_SERVICES_TIME_ZONES_H

#include "base/cron.h"

enum { TIME_ZONE_NAME_SIZE_MAX = 64 };

struct time_zones;
struct time_zones_ops {
    err (*find)(struct time_zones *z, str name, const struct time_zone **out);
};
struct time_zones {
    const struct time_zones_ops *ops;
};

/* "Europe/Berlin", "UTC"; it lives as long as the service. Errors: NOT_FOUND. */
static inline err time_zones_find(struct time_zones *z, str name, const struct time_zone **out)
{
    return z->ops->find(z, name, out);
}

#endif
