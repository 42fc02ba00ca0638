/* Objects in a bucket of S3, or of anything that speaks its language.
 *
 *   <prefix>objects/ab/<name>   what is kept
 *   <prefix>trash/ab/<name>     what nobody referred to; removed for good when it lay there long
 *                               enough
 *
 * An object's name is known when all of its bytes were hashed: a stage is a file in the local
 * folder staging-s3. A commit uploads it, asks the server whether it has exactly these bytes, and
 * only then succeeds; the staged file goes over to the cache. Nothing is deleted before something
 * is written.
 *
 * Removing has two phases, because a sender may offer the same bytes while a sweeper removes them,
 * and S3 knows no delete under a condition. The first call copies the object to the trash, and only
 * if nobody wrote it since it was looked at, and deletes the live key. A later call, when the
 * object is in the trash only and was there for so long, deletes it for good. With an age of 0 both
 * happen at once. Meanwhile
 * - storage_open finds it in the trash and brings it back,
 * - storage_list tells of it, with the time since it came there,
 * - an offer that does not find the live key writes it; one that finds it older than half of an
 * hour writes it again and so makes it young: a sweeper removes nothing younger than an hour, so
 * half of one is left for the row that makes the object be referred to.
 *
 * What the network does is UNAVAILABLE, after ten seconds at most for an object of ordinary size.
 */
#ifndef INFRASTRUCTURE_S3_STORAGE_S3_H
#define INFRASTRUCTURE_S3_STORAGE_S3_H

#include "application/services/storage_service.h"
#include "infrastructure/s3/client.h"
#include "infrastructure/s3/object_cache.h"

enum {
    S3_YOUNG_SECONDS = 1800,
    S3_LIST_PAGE_COUNT_MAX = 1000 * 1000, /* a thousand million objects */
    S3_HEALTH_MS = 3000,
    S3_HEALTH_KEPT_MS = 2000, /* what was found out is told again for so long, */
    S3_FAILURE_KEPT_MS = 500  /* and if it was bad news */
};

struct storage_s3_settings {
    str url, data_dir;
    struct s3_credentials credentials; /* absent members: from the environment or the shared file */
    uint64_t cache_size;
    struct clock *clock;
};

struct upload_flight;

struct storage_s3 {
    struct storage base;
    struct s3_client client;
    struct object_cache cache;
    int staging_fd;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t landed;
    struct upload_flight *uploads; /* names on their way up: the same bytes once at a time */
    uint64_t next_name, checked_ns;
    err health;
};

/* a: of the settings' texts and of an error's, for as long as the storage is open. A server that
 * does not answer is no reason not to start. Errors: INVALID (a wrong address, no keys, no such
 * bucket, no access), UNAVAILABLE (the local folders). Close it then too. */
err storage_s3_open(struct storage_s3 *s, struct arena *a,
                    const struct storage_s3_settings *settings);
void storage_s3_close(struct storage_s3 *s);

/* From now on everything is read from the bucket: for whoever wants to know what is there. */
void storage_s3_bypass_cache(struct storage_s3 *s);

#endif
