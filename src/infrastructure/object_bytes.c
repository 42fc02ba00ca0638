/* Block by block. */
#include "infrastructure/object_bytes.h"

#include "base/arena.h"
#include "base/buf.h"

#include <errno.h>
#include <openssl/evp.h>
#include <unistd.h>

enum { BLOCK_SIZE = 256 * 1024 };

err object_bytes_check(int fd, const char *name, bool *are_right)
{
    unsigned char digest[32], *block = heap_alloc_raw(BLOCK_SIZE);
    struct arena scratch = {0};
    struct buf hex = BUF_IN(&scratch);
    EVP_MD_CTX *sha = EVP_MD_CTX_new();
    ssize_t got;
    off_t at = 0;
    EVP_DigestInit_ex(sha, EVP_sha256(), NULL);
    while ((got = pread(fd, block, BLOCK_SIZE, at)) > 0 || (got < 0 && errno == EINTR)) {
        EVP_DigestUpdate(sha, block, got > 0 ? (size_t)got : 0);
        at += got > 0 ? got : 0;
    }
    bool is_readable = got == 0 || errno == EIO;
    EVP_DigestFinal_ex(sha, digest, NULL);
    EVP_MD_CTX_free(sha);
    heap_free(block);
    buf_add_hex(&hex, digest, sizeof digest);
    *are_right = got == 0 && memcmp(hex.ptr, name, OBJECT_NAME_SIZE) == 0;
    arena_deinit(&scratch);
    return is_readable ? OK : ERR(UNAVAILABLE, "the object cannot be read");
}

/* One that is missing, or that the storage itself finds damaged, is not whole. */
static err check(struct storage *s, str name, uint64_t size, bool *is_whole)
{
    struct object_file file;
    *is_whole = false;
    err e = storage_open(s, name, OBJECT_WHOLE, &file);
    if (failed(e))
        return e.code == ERR_NOT_FOUND || !failed(storage_health(s)) ? OK : e;
    e = object_bytes_check(file.fd, name.ptr, is_whole);
    *is_whole = *is_whole && file.size == size;
    close(file.fd);
    return e;
}

const struct object_checker object_checker_by_reading = {check};
