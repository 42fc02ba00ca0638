/* Whether a file holds the object it is named after: names are the SHA-256 of the bytes. */
#ifndef INFRASTRUCTURE_OBJECT_BYTES_H
#define INFRASTRUCTURE_OBJECT_BYTES_H

#include "application/services/storage_service.h"

/* name: OBJECT_NAME_SIZE characters. The whole file is read, its position is left alone. A medium
 * that fails (EIO) has other bytes. Errors: UNAVAILABLE (it cannot be read otherwise). */
err object_bytes_check(int fd, const char *name, bool *are_right);

/* Of any storage, by reading. */
extern const struct object_checker object_checker_by_reading;

#endif
