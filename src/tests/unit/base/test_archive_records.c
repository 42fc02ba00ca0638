/* What no small archive shows: where numbers outgrow their fields. */
#include "base/tar.h"
#include "base/zip.h"
#include "tests/test.h"

TEST_MAIN("archive_records")

static uint64_t number_at(str bytes, size_t at, unsigned size)
{
    uint64_t value = 0;
    assert_true(at + size <= bytes.len);
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)(unsigned char)bytes.ptr[at + i] << (8 * i);
    return value;
}

static struct zip_entry entry_of(uint64_t size, uint64_t offset)
{
    return (struct zip_entry){.name = STR("A/B"),
                              .size = size,
                              .offset = offset,
                              .crc = 0x11223344,
                              .crc_is_behind = true,
                              .time = {INT64_C(1767323045) * 1000000}}; /* 2026-01-02T03:04:05Z */
}

TEST(a_small_entry_has_no_zip64)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct buf local = BUF_IN(&a), central = BUF_IN(&a);
    unsigned char descriptor[ZIP_DESCRIPTOR_SIZE_MAX];
    struct zip_entry e = entry_of(0xFFFFFFFE, 0xFFFFFFFE);
    zip_write_local(&local, &e);
    CHECK_INT(33, local.len);
    CHECK_INT(20, number_at(buf_str(&local), 4, 2));
    CHECK_INT(8, number_at(buf_str(&local), 6, 2));
    CHECK_INT(0, number_at(buf_str(&local), 14, 4));
    CHECK_INT(0, number_at(buf_str(&local), 18, 8));
    CHECK_INT(3 << 11 | 4 << 5 | 2, number_at(buf_str(&local), 10, 2));
    CHECK_INT(46 << 9 | 1 << 5 | 2, number_at(buf_str(&local), 12, 2));
    CHECK_INT(16, zip_write_descriptor(&e, descriptor));
    CHECK_INT(16, zip_write_central(&central, &e));
    CHECK_INT(49, central.len);
    CHECK_INT(0x11223344, number_at(buf_str(&central), 16, 4));
    CHECK_INT(0xFFFFFFFE, number_at(buf_str(&central), 42, 4));
}

TEST(what_outgrows_32_bits_is_told_in_64)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct buf local = BUF_IN(&a), central = BUF_IN(&a), far = BUF_IN(&a);
    unsigned char bytes[ZIP_DESCRIPTOR_SIZE_MAX];
    struct zip_entry e = entry_of(0xFFFFFFFF, 7), behind = entry_of(9, UINT64_C(0x100000000));
    zip_write_local(&local, &e);
    CHECK_INT(53, local.len);
    CHECK_INT(45, number_at(buf_str(&local), 4, 2));
    CHECK_INT(0xFFFFFFFF, number_at(buf_str(&local), 18, 4));
    CHECK_INT(20, number_at(buf_str(&local), 28, 2));
    CHECK_INT(24, zip_write_descriptor(&e, bytes));
    CHECK_INT(0xFFFFFFFF, number_at((str){(char *)bytes, 24}, 16, 8));
    zip_write_central(&central, &e);
    CHECK_INT(49 + 20, central.len);
    CHECK_INT(7, number_at(buf_str(&central), 42, 4));
    zip_write_central(&far, &behind);
    CHECK_INT(49 + 12, far.len);
    CHECK_INT(9, number_at(buf_str(&far), 24, 4));
    CHECK_INT(0x100000000, number_at(buf_str(&far), 53, 8));
}

TEST(the_end_grows_when_it_must)
{
    static const struct {
        uint64_t count, size, offset;
        size_t len;
    } cases[] = {
        {65534, 0xFFFFFFFE, 0xFFFFFFFE, 22},
        {65535, 1, 1, 98},
        {1, 0xFFFFFFFF, 1, 98},
        {1, 1, UINT64_C(0x100000000), 98},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(arena_deinit) struct arena a = {0};
        struct buf out = BUF_IN(&a);
        zip_write_end(&out, cases[i].count, cases[i].size, cases[i].offset);
        CHECK_INT(cases[i].len, out.len);
        if (out.len == 98)
            CHECK_INT(cases[i].size + cases[i].offset, number_at(buf_str(&out), 64, 8));
    }
}

TEST(times_outside_of_what_dos_knows)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct buf early = BUF_IN(&a), late = BUF_IN(&a);
    struct zip_entry e = entry_of(1, 1);
    e.time = (instant){0};
    zip_write_local(&early, &e);
    CHECK_INT(1 << 5 | 1, number_at(buf_str(&early), 12, 2));
    e.time = (instant){INT64_C(5000000000) * 1000000};
    zip_write_local(&late, &e);
    CHECK_INT(127 << 9 | 12 << 5 | 31, number_at(buf_str(&late), 12, 2));
}

TEST(tar_headers)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct buf small = BUF_IN(&a), large = BUF_IN(&a);
    tar_write_header(&small, STR("DICOM/X"), 077777777777, (instant){SECONDS(8)});
    CHECK_INT(512, small.len);
    CHECK_STR(STR("77777777777"), str_sub(buf_str(&small), 124, 135));
    CHECK_STR(STR("00000000010"), str_sub(buf_str(&small), 136, 147));
    tar_write_header(&large, STR("DICOM/X"), UINT64_C(0200000000000), (instant){0});
    CHECK_INT(3 * 512, large.len);
    CHECK(large.ptr[156] == 'x');
    CHECK_STR(STR("20 size=17179869184\n"), str_sub(buf_str(&large), 512, 532));
    CHECK_STR(STR("00000000000"), str_sub(buf_str(&large), 1024 + 124, 1024 + 135));
    CHECK_INT(0, tar_padding(1024));
    CHECK_INT(511, tar_padding(1));
}
