/* Prints what the reader finds in files, one JSON line each, for tools/check_corpus.py to compare
 * with ground truth. */
#include "base/arena.h"
#include "base/json.h"
#include "dicom/part10/instance.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HASHED_FRAME_COUNT_MAX = 8 };

static void add_member(struct buf *out, bool *first, const char *name, str value)
{
    if (value.ptr == NULL)
        return;
    json_write_member(out, first, str_of(name));
    json_write_str(out, value);
}

static void hash_frame(struct arena *a, int fd, const struct frame_place *place, struct buf *out)
{
    EVP_MD_CTX *sha = EVP_MD_CTX_new();
    unsigned char digest[32];
    uint64_t size = 0;
    EVP_DigestInit_ex(sha, EVP_sha256(), NULL);
    for (size_t i = 0; i < place->ranges.len; i++) {
        size_t want = (size_t)place->ranges.at[i].size;
        char *bytes = arena_alloc_raw(a, want + 1, 1);
        ssize_t got = pread(fd, bytes, want, (off_t)place->ranges.at[i].offset);
        if (got > 0)
            EVP_DigestUpdate(sha, bytes, (size_t)got);
        size += place->ranges.at[i].size;
    }
    EVP_DigestFinal_ex(sha, digest, NULL);
    EVP_MD_CTX_free(sha);
    buf_addf(out, "{\"size\":%llu,\"sha256\":\"", (unsigned long long)size);
    buf_add_hex(out, digest, sizeof digest);
    buf_addf(out, "\",\"first_bit\":%u}", place->first_bit);
}

static void add_frames(struct arena *a, int fd, str table, struct buf *out)
{
    struct frame_table_info info;
    err e = frame_table_info(table, &info);
    buf_addf(out, ",\"frame_count\":%u,\"in_inflated\":%s,\"bit_packed\":%s,\"frames\":[",
             failed(e) ? 0 : info.frame_count, info.in_inflated ? "true" : "false",
             info.is_bit_packed ? "true" : "false");
    for (uint32_t n = 1; n <= info.frame_count && n <= HASHED_FRAME_COUNT_MAX && !info.in_inflated;
         n++) {
        struct frame_place place;
        if (failed(frame_table_find(a, table, n, &place)))
            break;
        if (n != 1)
            buf_add_char(out, ',');
        hash_frame(a, fd, &place, out);
    }
    buf_add_char(out, ']');
}

static void print_facts(const char *path)
{
    struct arena a;
    arena_init(&a);
    struct buf out = BUF_IN(&a);
    struct instance_read read;
    struct fd_source source;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    fd_source_init(&source, fd);
    err e = instance_read(&a, &source.base, &(struct instance_read_options){0}, &read);
    buf_add(&out, STR("{\"path\":"));
    json_write_str(&out, str_of(path));
    if (failed(e)) {
        buf_add(&out, STR(",\"error\":"));
        json_write_str(&out, str_of(e.text));
    } else {
        bool first = true;
        buf_addf(&out, ",\"size\":%llu,\"preamble\":%s,\"index\":{",
                 (unsigned long long)read.file.size, read.file.has_preamble ? "true" : "false");
#define X(member, tag) add_member(&out, &first, #member, read.index.member);
        DICOM_INDEX_TEXTS(X)
#undef X
        buf_add(&out, STR("},\"transfer_syntax\":"));
        json_write_str(&out, read.file.transfer_syntax_uid);
        buf_add(&out, STR(",\"read_as\":"));
        json_write_str(&out, str_of(read.file.transfer_syntax->uid));
        add_frames(&a, fd, read.frame_table, &out);
        buf_add(&out, STR(",\"json\":"));
        buf_add(&out,
                json_model_finish(&read.json, &a, STR("/dicom-web/studies/1/series/2/instances/3"),
                                  STR_NONE));
    }
    buf_add(&out, STR("}\n"));
    fwrite(out.ptr, 1, out.len, stdout);
    close(fd);
    arena_deinit(&a);
}

int main(int count, char **paths)
{
    for (int i = 1; i < count; i++)
        print_facts(paths[i]);
    return 0;
}
