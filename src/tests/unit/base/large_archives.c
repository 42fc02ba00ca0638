/* Writes archives that are large and nearly empty into a folder, for other programs to read: an
 * entry of more than 4 GiB (tar: 8) with others behind it, and more entries than 16 bits count. */
#include "base/tar.h"
#include "base/zip.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

enum { MANY = 70000 };
#define GIB (UINT64_C(1) << 30)

struct output {
    int fd;
    uint64_t at;
};

static void put(struct output *o, str bytes)
{
    if (pwrite(o->fd, bytes.ptr, bytes.len, (off_t)o->at) != (ssize_t)bytes.len)
        exit(1);
    o->at += bytes.len;
}

static struct output open_output(const char *folder, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    struct output o = {open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600), 0};
    if (o.fd < 0)
        exit(1);
    return o;
}

/* text, or without one a hole of that size. */
static void add_entry(struct arena *a, struct output *o, struct buf *directory, str name,
                      uint64_t size, str text)
{
    struct buf local = BUF_IN(a);
    unsigned char descriptor[ZIP_DESCRIPTOR_SIZE_MAX];
    struct zip_entry e = {.name = name, .size = size, .offset = o->at, .crc_is_behind = true};
    zip_write_local(&local, &e);
    put(o, buf_str(&local));
    if (text.len != 0) {
        e.crc = (uint32_t)crc32_z(0, (const unsigned char *)text.ptr, text.len);
        put(o, text);
    } else {
        static const unsigned char zero[1];
        uLong crc = crc32_z(0, NULL, 0), power = crc32_z(0, zero, 1);
        uint64_t length = 1;
        for (uint64_t left = size; left != 0; left >>= 1, length <<= 1) { /* of zeros, doubling */
            if (left & 1)
                crc = crc32_combine(crc, power, (z_off_t)length);
            power = crc32_combine(power, power, (z_off_t)length);
        }
        e.crc = (uint32_t)crc;
        o->at += size;
    }
    put(o, (str){(char *)descriptor, zip_write_descriptor(&e, descriptor)});
    zip_write_central(directory, &e);
}

static void end_zip(struct arena *a, struct output *o, struct buf *directory, uint64_t count)
{
    struct buf end = BUF_IN(a);
    zip_write_end(&end, count, directory->len, o->at);
    put(o, buf_str(directory));
    put(o, buf_str(&end));
    close(o->fd);
}

static void write_zips(struct arena *a, const char *folder)
{
    struct output large = open_output(folder, "large.zip"), many = open_output(folder, "many.zip");
    struct buf of_large = BUF_IN(a), of_many = BUF_IN(a);
    add_entry(a, &large, &of_large, STR("FIRST"), 5, STR("first"));
    add_entry(a, &large, &of_large, STR("LARGE"), 5 * GIB, STR_NONE);
    add_entry(a, &large, &of_large, STR("LAST"), 4, STR("last"));
    end_zip(a, &large, &of_large, 3);
    for (unsigned i = 0; i < MANY; i++) {
        str text = str_format(a, "%u", i);
        add_entry(a, &many, &of_many, str_format(a, "F%07u", i), text.len, text);
    }
    end_zip(a, &many, &of_many, MANY);
}

static void write_tar(struct arena *a, const char *folder)
{
    struct output o = open_output(folder, "large.tar");
    struct buf large = BUF_IN(a), last = BUF_IN(a);
    tar_write_header(&large, STR("LARGE"), 9 * GIB, (instant){0});
    put(&o, buf_str(&large));
    o.at += 9 * GIB;
    tar_write_header(&last, STR("LAST"), 4, (instant){0});
    put(&o, buf_str(&last));
    put(&o, STR("last"));
    put(&o, (str){tar_zeros, tar_padding(4)});
    put(&o, (str){tar_zeros, sizeof tar_zeros});
    close(o.fd);
}

int main(int count, char **arguments)
{
    struct arena a = {0};
    if (count != 2)
        return 2;
    write_zips(&a, arguments[1]);
    write_tar(&a, arguments[1]);
    arena_deinit(&a);
    return 0;
}
