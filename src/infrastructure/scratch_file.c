/* By O_TMPFILE, and where a file system has none, by a name that goes at once. */
#include "infrastructure/scratch_file.h"

#include "base/uuid.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

err scratch_file_open(int folder_fd, int *out)
{
    int fd = openat(folder_fd, ".", O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
        char name[32];
        uint64_t number;
        random_bytes(&number, sizeof number);
        snprintf(name, sizeof name, "scratch-%016llx", (unsigned long long)number);
        fd = openat(folder_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd >= 0)
            unlinkat(folder_fd, name, 0);
    }
    if (fd < 0)
        return errno == ENOSPC || errno == EDQUOT ? ERR(NO_SPACE, "the storage is full")
                                                  : ERR(UNAVAILABLE, "the storage cannot be used");
    *out = fd;
    return OK;
}
