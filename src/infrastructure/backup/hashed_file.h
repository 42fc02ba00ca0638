/* Files whose SHA-256 is known when they are on the disk. */
#ifndef INFRASTRUCTURE_BACKUP_HASHED_FILE_H
#define INFRASTRUCTURE_BACKUP_HASHED_FILE_H

#include "base/err.h"
#include "base/str.h"

enum { SHA256_TEXT_SIZE = 64, HASHED_BLOCK_SIZE = 256 * 1024 };

struct evp_md_ctx_st;

/* What was hashed. */
struct file_sum {
    char sha256[SHA256_TEXT_SIZE + 1];
    uint64_t size;
};

struct hashed_file {
    int fd;
    struct evp_md_ctx_st *sha;
    char *block;
    size_t used;
    uint64_t size;
    int failure; /* the first errno */
};

/* Makes the file, of mode 0600; there is none of that name. Errors: NO_SPACE, UNAVAILABLE. */
err hashed_file_create(struct hashed_file *f, int folder_fd, const char *name);
/* A failure is told by the end. */
void hashed_file_add(struct hashed_file *f, const void *bytes, size_t size);
/* Returns when it is on the disk. Closes it in every case. Errors: NO_SPACE, UNAVAILABLE. */
err hashed_file_end(struct hashed_file *f, struct file_sum *out);
/* The same without waiting for the disk: whoever has many waits for all of them. */
err hashed_file_close(struct hashed_file *f, struct file_sum *out);
/* Closes one that is not wanted; the file stays. Nothing for one of zeros. */
void hashed_file_abort(struct hashed_file *f);

/* Reads what is there, from its beginning. Errors: NOT_FOUND, UNAVAILABLE. */
err file_sum_read(int folder_fd, const char *name, struct file_sum *out);

/* What errno means for a folder of backups. */
err backup_os_error(const char *what, const char *where);
#define BACKUP_OS_ERR(what_) backup_os_error((what_), HERE)

#endif
