/* Written by blocks, hashed on the way. */
#include "infrastructure/backup/hashed_file.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

err backup_os_error(const char *what, const char *where)
{
    int code = errno;
    log_event(LOG_WARN, "backup", "what=%s errno=%d where=%s", what, code, where);
    if (code == ENOSPC || code == EDQUOT)
        return (err){ERR_NO_SPACE, "the folder of backups is full", where};
    return (err){ERR_UNAVAILABLE, "the folder of backups cannot be used", where};
}

err hashed_file_create(struct hashed_file *f, int folder_fd, const char *name)
{
    *f = (struct hashed_file){
        .fd = openat(folder_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (f->fd < 0) {
        *f = (struct hashed_file){0};
        return BACKUP_OS_ERR("create");
    }
    f->sha = EVP_MD_CTX_new();
    EVP_DigestInit_ex(f->sha, EVP_sha256(), NULL);
    f->block = heap_alloc_raw(HASHED_BLOCK_SIZE);
    return OK;
}

static void flush(struct hashed_file *f)
{
    const char *p = f->block;
    EVP_DigestUpdate(f->sha, f->block, f->used);
    f->size += f->used;
    while (f->used != 0 && f->failure == 0) {
        ssize_t written = write(f->fd, p, f->used);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            f->failure = written < 0 ? errno : EIO;
            break;
        }
        p += written;
        f->used -= (size_t)written;
    }
    f->used = 0;
}

void hashed_file_add(struct hashed_file *f, const void *bytes, size_t size)
{
    const char *p = bytes;
    while (size != 0) {
        size_t part = HASHED_BLOCK_SIZE - f->used < size ? HASHED_BLOCK_SIZE - f->used : size;
        memcpy(f->block + f->used, p, part);
        f->used += part;
        p += part;
        size -= part;
        if (f->used == HASHED_BLOCK_SIZE)
            flush(f);
    }
}

static void finish(EVP_MD_CTX *sha, struct file_sum *out)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[SHA256_TEXT_SIZE / 2];
    EVP_DigestFinal_ex(sha, digest, NULL);
    for (size_t i = 0; i < sizeof digest; i++) {
        out->sha256[2 * i] = digits[digest[i] >> 4];
        out->sha256[2 * i + 1] = digits[digest[i] & 15];
    }
    out->sha256[SHA256_TEXT_SIZE] = '\0';
}

static err end(struct hashed_file *f, bool is_awaited, struct file_sum *out)
{
    err e = OK;
    flush(f);
    if (is_awaited && f->failure == 0 && fsync(f->fd) != 0)
        f->failure = errno;
    if (f->failure != 0) {
        errno = f->failure;
        e = BACKUP_OS_ERR("write");
    } else {
        finish(f->sha, out);
        out->size = f->size;
    }
    hashed_file_abort(f);
    return e;
}

err hashed_file_end(struct hashed_file *f, struct file_sum *out)
{
    return end(f, true, out);
}

err hashed_file_close(struct hashed_file *f, struct file_sum *out)
{
    return end(f, false, out);
}

void hashed_file_abort(struct hashed_file *f)
{
    if (f->sha == NULL)
        return;
    close(f->fd);
    EVP_MD_CTX_free(f->sha);
    heap_free(f->block);
    *f = (struct hashed_file){0};
}

err file_sum_read(int folder_fd, const char *name, struct file_sum *out)
{
    int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? ERR(NOT_FOUND, "a file of the backup is missing")
                               : BACKUP_OS_ERR("open");
    char *block = heap_alloc_raw(HASHED_BLOCK_SIZE);
    EVP_MD_CTX *sha = EVP_MD_CTX_new();
    ssize_t got;
    EVP_DigestInit_ex(sha, EVP_sha256(), NULL);
    out->size = 0;
    while ((got = read(fd, block, HASHED_BLOCK_SIZE)) > 0 || (got < 0 && errno == EINTR)) {
        EVP_DigestUpdate(sha, block, got > 0 ? (size_t)got : 0);
        out->size += got > 0 ? (uint64_t)got : 0;
    }
    err e = got == 0 ? OK : BACKUP_OS_ERR("read");
    finish(sha, out);
    EVP_MD_CTX_free(sha);
    heap_free(block);
    close(fd);
    return e;
}
