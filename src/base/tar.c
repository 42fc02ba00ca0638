/* Numbers are octal texts. */
#include "base/tar.h"

#include <stdio.h>

struct tar_header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, linkname[100],
        magic[6], version[2], uname[32], gname[32], devmajor[8], devminor[8], prefix[155],
        unused[12];
};
_Static_assert(sizeof(struct tar_header) == TAR_BLOCK_SIZE, "one block");

#define SIZE_OCTAL_MAX UINT64_C(077777777777)

const char tar_zeros[2 * TAR_BLOCK_SIZE];

static void write_octal(char *to, size_t width, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%0*llo", (int)width - 1, (unsigned long long)value);
    memcpy(to, text, width);
}

static void add_header(struct buf *out, str name, uint64_t size, instant time, char type)
{
    struct tar_header h = {.type = type, .magic = "ustar", .version = {'0', '0'}};
    uint64_t seconds = time.us > 0 ? (uint64_t)time.us / 1000000 : 0;
    unsigned sum = 0;
    memcpy(h.name, name.ptr, name.len < sizeof h.name ? name.len : sizeof h.name);
    write_octal(h.mode, sizeof h.mode, 0644);
    write_octal(h.uid, sizeof h.uid, 0);
    write_octal(h.gid, sizeof h.gid, 0);
    write_octal(h.size, sizeof h.size, size);
    write_octal(h.mtime, sizeof h.mtime, seconds < SIZE_OCTAL_MAX ? seconds : SIZE_OCTAL_MAX);
    memset(h.checksum, ' ', sizeof h.checksum);
    for (size_t i = 0; i < sizeof h; i++)
        sum += ((const unsigned char *)&h)[i];
    write_octal(h.checksum, sizeof h.checksum - 1, sum);
    buf_add_bytes(out, &h, sizeof h);
}

void tar_write_header(struct buf *out, str name, uint64_t size, instant time)
{
    if (size > SIZE_OCTAL_MAX) { /* "27 size=12345678901\n": its length counts itself */
        char record[64];
        int length = 0, before;
        do {
            before = length;
            length =
                snprintf(record, sizeof record, "%d size=%llu\n", before, (unsigned long long)size);
        } while (length != before);
        add_header(out, STR("PaxHeaders/SIZE"), (uint64_t)length, time, 'x');
        buf_add_bytes(out, record, (size_t)length);
        buf_add_bytes(out, tar_zeros, tar_padding((uint64_t)length));
        size = 0;
    }
    add_header(out, name, size, time, '0');
}
