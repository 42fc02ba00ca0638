/* Objects in a folder: staging/a/ for what arrives, objects/ab/<name> for what is kept. Arrivals
 * are spread over several folders because a file system makes the files of one folder one after
 * another.
 *
 * A commit is rename, fsync of the file, fsync of the folder, in this order, because a file system
 * with a journal then writes that once. A file is locked (flock) from before it has its name until
 * it is on the disk, and one that is there already counts only when it is not locked and its bytes
 * are those its name says: what a power cut left behind is replaced when it is offered again, and
 * so is an object that the disk damaged. The last step is shared: callers that come at the same
 * time wait for one round that covers all their folders. */
#ifndef INFRASTRUCTURE_STORAGE_FILESYSTEM_H
#define INFRASTRUCTURE_STORAGE_FILESYSTEM_H

#include "application/services/storage_service.h"

#include <pthread.h>

enum {
    STORAGE_FOLDER_COUNT = 256,
    STAGING_FOLDER_COUNT = 16,
    STORAGE_WRITE_BEHIND_SIZE = 8 * 1024 * 1024, /* handed to the disk while more arrives */
    STORAGE_PLACE_COUNT_MAX = 100, /* attempts to place an object that others write or remove */
    STORAGE_RESERVE_MIB = 256,     /* free space below which nothing new is taken */
    STORAGE_WARNING_MIB = 1024,    /* above that: it is told that there is little room left */
    STORAGE_RESERVE_MIB_MAX = 1024 * 1024
};

struct storage_filesystem {
    struct storage base;
    uint64_t reserve_mib; /* STORAGE_RESERVE_MIB once open; may be changed before anybody stores */
    int staging_fd;
    int folder_fds[STORAGE_FOLDER_COUNT];
    pthread_mutex_t lock; /* of what follows */
    bool dirty[STORAGE_FOLDER_COUNT];
    bool is_syncing;
    struct sync_waiter *waiters; /* for the round that comes next */
    uint64_t next_name;
};

/* Makes the folders if they are not there (mode 0700). Errors: UNAVAILABLE. */
err storage_filesystem_open(struct storage_filesystem *s, str root);
void storage_filesystem_close(struct storage_filesystem *s);

#endif
