/* Objects in memory: the twin of the file system behind struct storage. An object is an anonymous
 * file, so that whoever opens it has a descriptor as of any other. */
#ifndef INFRASTRUCTURE_MEMORY_MEMORY_STORAGE_H
#define INFRASTRUCTURE_MEMORY_MEMORY_STORAGE_H

#include "application/services/storage_service.h"
#include "base/clock.h"

#include <pthread.h>

struct memory_object;

struct memory_storage {
    struct storage base;
    struct clock *clock;           /* of the ages */
    pthread_mutex_t lock;          /* of what follows */
    struct memory_object *objects; /* in no order */
    struct stage *stages;
    size_t object_count, stage_count;
};

void memory_storage_init(struct memory_storage *s, struct clock *clock);
/* When no stage is left with anybody. */
void memory_storage_deinit(struct memory_storage *s);

#endif
