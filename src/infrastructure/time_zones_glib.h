/* Time zones as GLib reads them from the system's database (package tzdata). */
#ifndef INFRASTRUCTURE_TIME_ZONES_GLIB_H
#define INFRASTRUCTURE_TIME_ZONES_GLIB_H

#include "application/services/time_zones.h"
#include "base/arena.h"

#include <pthread.h>

struct time_zones_glib {
    struct time_zones base;
    pthread_mutex_t lock;
    struct arena arena; /* of those that were asked for; there are some hundreds at most */
    struct known_zone *known;
};

void time_zones_glib_open(struct time_zones_glib *z);
void time_zones_glib_close(struct time_zones_glib *z);

#endif
