/* The keys that requests are signed with: from our own settings, else from the environment that
 * Amazon's tools read, else from their shared file, which is read again when it changes, so that
 * keys can be exchanged while we run. */
#ifndef INFRASTRUCTURE_S3_CREDENTIALS_H
#define INFRASTRUCTURE_S3_CREDENTIALS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <pthread.h>
#include <time.h>

enum { CREDENTIALS_FILE_SIZE_MAX = 256 * 1024, CREDENTIALS_VALUE_SIZE_MAX = 4096 };

struct s3_credentials {
    str access_key_id, secret_access_key;
    str session_token; /* absent for lasting keys */
};

struct s3_credential_source {
    pthread_mutex_t lock; /* of what follows */
    struct arena arena;   /* of current and file_path */
    struct s3_credentials current;
    str file_path, profile; /* absent when the keys do not come from a file */
    struct timespec read_mtime;
    int64_t read_size;
};

/* given: absent members when there are no settings of our own.
 * Errors: INVALID (no keys anywhere, half a pair, a file that cannot be read). */
err s3_credentials_open(struct s3_credential_source *s, const struct s3_credentials *given);
void s3_credentials_close(struct s3_credential_source *s);

/* As they are now; copies in a. A file that is unreadable for a moment leaves the keys as they
 * were.
 */
void s3_credentials_get(struct s3_credential_source *s, struct arena *a,
                        struct s3_credentials *out);

/* The section of that name in the text of such a file. Tolerant: spaces, comments, other keys,
 * "[profile x]" for "[x]". Views into text. False when it has no pair of keys. */
bool s3_credentials_find(str text, str profile, struct s3_credentials *out);

#endif
