/* Heads of streams made here, marker by marker, after ISO 10918-1 B, 14495-1 C and 15444-1 A. Real
 * encoders' streams go through the API tests. */
#include "base/arena.h"
#include "base/uuid.h"
#include "dicom/bit_stream.h"
#include "tests/test.h"

TEST_MAIN("bit stream")

#define BYTES(text_)                                                                               \
    {                                                                                              \
        (text_), sizeof(text_) - 1                                                                 \
    }

/* 300 rows of 400 */
#define FRAME_1(marker_, bits_) "\xFF" marker_ "\0\x0B" bits_ "\x01\x2C\x01\x90\1\1\x11\0"
#define FRAME_3(marker_, sampling_)                                                                \
    "\xFF" marker_ "\0\x11\x08\x01\x2C\x01\x90\3\1" sampling_ "\0\2\x11\1\3\x11\1"
#define SCAN(parameter_) "\xFF\xDA\0\x08\1\1\0" parameter_ "\x3F\0"
#define ADOBE(transform_)                                                                          \
    "\xFF\xEE\0\x0E"                                                                               \
    "Adobe\0\x64\0\0\0\0" transform_
#define APP0 "\xFF\xE0\0\x04\1\2"

#define SIZ(components_, depth_)                                                                   \
    "\xFF\x51\0\x29\0\0\0\0\1\x9A\0\0\1\x2C\0\0\0\x0A\0\0\0\0\0\0\1\x90\0\0\1\x2C\0\0\0\0\0\0\0\0" \
    "\0" components_ depth_ "\1\1"
#define COD(transform_, wavelet_) "\xFF\x52\0\x0C\0\0\0\1" transform_ "\5\4\4\0" wavelet_
#define CAP "\xFF\x50\0\x08\0\2\0\0\0\0"

static const struct {
    str head;
    const char *syntax, *photometric;
    uint32_t samples, bits;
} streams[] = {
    {BYTES("\xFF\xD8" FRAME_1("\xC0", "\x08") SCAN("\0")), "50", "MONOCHROME2", 1, 8},
    {BYTES("\xFF\xD8" APP0 FRAME_1("\xC1", "\x0C") SCAN("\0")), "51", "MONOCHROME2", 1, 12},
    {BYTES("\xFF\xD8" FRAME_1("\xC3", "\x10") SCAN("\1")), "70", "MONOCHROME2", 1, 16},
    {BYTES("\xFF\xD8" FRAME_1("\xC3", "\x10") SCAN("\4")), "57", "MONOCHROME2", 1, 16},
    {BYTES("\xFF\xD8\xFF\xFF" FRAME_3("\xC0", "\x11") SCAN("\0")), "50", "YBR_FULL", 3, 8},
    {BYTES("\xFF\xD8" FRAME_3("\xC0", "\x21") SCAN("\0")), "50", "YBR_FULL_422", 3, 8},
    {BYTES("\xFF\xD8" ADOBE("\0") FRAME_3("\xC0", "\x11") SCAN("\0")), "50", "RGB", 3, 8},
    {BYTES("\xFF\xD8" ADOBE("\1") FRAME_3("\xC0", "\x11") SCAN("\0")), "50", "YBR_FULL", 3, 8},
    {BYTES("\xFF\xD8" FRAME_3("\xC3", "\x11") SCAN("\1")), "70", "RGB", 3, 8},
    {BYTES("\xFF\xD8" FRAME_1("\xF7", "\x0C") SCAN("\0")), "80", "MONOCHROME2", 1, 12},
    {BYTES("\xFF\xD8" FRAME_1("\xF7", "\x08") SCAN("\2")), "81", "MONOCHROME2", 1, 8},
    {BYTES("\xFF\x4F" SIZ("\1", "\x0B") COD("\0", "\1")), "90", "MONOCHROME2", 1, 12},
    {BYTES("\xFF\x4F" SIZ("\1", "\x07") COD("\0", "\0")), "91", "MONOCHROME2", 1, 8},
    {BYTES("\xFF\x4F" CAP SIZ("\1", "\x0F") COD("\0", "\1")), "201", "MONOCHROME2", 1, 16},
    {BYTES("\xFF\x4F" SIZ("\1", "\x0F") CAP COD("\0", "\0")), "203", "MONOCHROME2", 1, 16},
    {BYTES("\0\0\0\x0CjP  \r\n\x87\n\0\0\0\x08"
           "free\0\0\0\0jp2c\xFF\x4F" SIZ("\1", "\x07") COD("\0", "\1")),
     "90", "MONOCHROME2", 1, 8},
};

TEST(a_stream_says_what_it_is)
{
    for (size_t i = 0; i < COUNT_OF(streams); i++) {
        struct bit_stream_facts facts;
        struct arena a = {0};
        if (!bit_stream_read(streams[i].head, &facts))
            fail_msg("stream %zu", i);
        CHECK_STR(str_format(&a, "1.2.840.10008.1.2.4.%s", streams[i].syntax),
                  str_of(facts.transfer_syntax_uid));
        CHECK_STR(str_of(streams[i].photometric), str_of(facts.photometric_interpretation));
        CHECK_INT(streams[i].samples, facts.samples);
        CHECK_INT(streams[i].bits, facts.bits_stored);
        CHECK_INT(300, facts.rows);
        CHECK_INT(400, facts.columns);
        arena_deinit(&a);
    }
}

/* A block of exactly that size, so that a sanitizer sees one byte too many. */
static bool read_cut(str head, size_t size)
{
    struct bit_stream_facts facts;
    char *block = heap_alloc(size + (size == 0));
    memcpy(block, head.ptr, size);
    bool read = bit_stream_read((str){block, size}, &facts);
    heap_free(block);
    return read;
}

TEST(a_stream_that_is_cut_off_says_nothing)
{
    for (size_t i = 0; i < COUNT_OF(streams); i++)
        for (size_t size = 0; size < streams[i].head.len; size++)
            if (read_cut(streams[i].head, size))
                fail_msg("stream %zu cut at %zu", i, size);
}

TEST(what_no_transfer_syntax_has_is_not_one)
{
    static const str heads[] = {
        BYTES("\xFF\xD8" FRAME_1("\xC2", "\x08") SCAN("\0")), /* progressive */
        BYTES("\xFF\xD8" FRAME_1("\xC9", "\x08") SCAN("\0")), /* arithmetic */
        BYTES("\xFF\xD8" SCAN("\0")),
        BYTES("\xFF\xD8\xFF\xC0\0\x0B\x08\0\0\x01\x90\1\1\x11\0" SCAN("\0")), /* no rows */
        BYTES("\xFF\xD8\x01\x02\0\4\0\0"),
        BYTES("\xFF\x4F" COD("\0", "\1")),
        BYTES("\xFF\x4F" SIZ("\1", "\x1F") COD("\0", "\1")), /* 32 bits */
        BYTES("\x89PNG\r\n\x1A\n"),
        BYTES("%PDF-1.4"),
    };
    for (size_t i = 0; i < COUNT_OF(heads); i++)
        if (read_cut(heads[i], heads[i].len))
            fail_msg("head %zu", i);
}

TEST(any_bytes_may_follow_the_first_two)
{
    for (int round = 0; round < 20000; round++) {
        char bytes[64];
        size_t which = (size_t)round % COUNT_OF(streams);
        str head = streams[which].head;
        size_t size = head.len < sizeof bytes ? head.len : sizeof bytes, at;
        uint32_t chance;
        memcpy(bytes, head.ptr, size);
        random_bytes(&chance, sizeof chance);
        at = 2 + chance % (size - 2);
        bytes[at] = (char)(chance >> 16);
        read_cut((str){bytes, size}, size);
    }
}
