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
