/* What the corpus does not have: values that come in pieces, that stand elsewhere, that are odd. */
#include "base/arena.h"
#include "base/uuid.h"
#include "dicom/part10/instance.h"
#include "dicom/part10/values.h"
#include "dicom/write/data_set_writer.h"
#include "tests/test.h"

TEST_MAIN("data set writer")

/* A writer into memory, begun. */
struct written {
    struct arena arena;
    struct buf bytes;
    struct memory_sink sink;
    struct data_set_writer writer;
};

static void begin(struct written *w, const char *syntax, struct bulk_values *bulk)
{
    *w = (struct written){0};
    w->bytes = BUF_IN(&w->arena);
    memory_sink_init(&w->sink, &w->bytes);
    data_set_writer_init(&w->writer, transfer_syntax_find(str_of(syntax)), &w->sink.base, bulk);
    CHECK_OK(data_set_writer_begin(&w->writer, STR("1.2"), STR("1.2.3"), STR("")));
}

static err give(struct written *w, uint32_t tag, enum dicom_vr vr, str value, bool big_endian)
{
    struct part10_consumer *c = &w->writer.base;
    const struct part10_element e = {
        .tag = tag, .vr = vr, .length = (uint32_t)value.len, .big_endian = big_endian};
    size_t wanted = c->ops->wants(c, &e);
    if (value.len <= wanted)
        return c->ops->element(c, &e, value);
    TRY(c->ops->element(c, &e, STR_NONE));
    for (size_t at = 0; at < value.len; at += 1001) /* no multiple of a word */
        TRY(c->ops->piece(c, &e,
                          str_sub(value, at, at + 1001 < value.len ? at + 1001 : value.len)));
    return OK;
}

/* What stands behind the meta information. */
static str data_set(struct written *w)
{
    CHECK_OK(data_set_writer_finish(&w->writer));
    str file = buf_str(&w->bytes);
    const unsigned char *p = (const unsigned char *)file.ptr;
    return str_sub(file, 144 + value_u32(p + 140, false), file.len);
}

static void end(struct written *w)
{
    data_set_writer_deinit(&w->writer);
    arena_deinit(&w->arena);
}

static void check_written(const char *syntax, uint32_t tag, enum dicom_vr vr, str value, str wanted)
{
    struct written w;
    begin(&w, syntax, NULL);
    CHECK_OK(give(&w, tag, vr, value, false));
    CHECK_STR(wanted, data_set(&w));
    end(&w);
}

#define BYTES(text_) ((str){(text_), sizeof(text_) - 1})

TEST(a_value_is_written_in_each_encoding)
{
    const str rows = BYTES("\x00\x02");
    check_written(TS_EXPLICIT_LITTLE, 0x00280010, VR_US, rows, BYTES("\x28\0\x10\0US\2\0\0\2"));
    check_written(TS_IMPLICIT_LITTLE, 0x00280010, VR_US, rows, BYTES("\x28\0\x10\0\2\0\0\0\0\2"));
    check_written(TS_EXPLICIT_BIG, 0x00280010, VR_US, rows, BYTES("\0\x28\0\x10US\0\2\2\0"));
    check_written(TS_EXPLICIT_BIG, 0x00281101, VR_AT, BYTES("\x18\0\x50\0"),
                  BYTES("\0\x28\x11\1"
                        "AT\0\4\0\x18\0\x50"));
    check_written(TS_EXPLICIT_BIG, 0x00189087, VR_FD, BYTES("12345678"),
                  BYTES("\0\x18\x90\x87"
                        "FD\0\x8"
                        "87654321"));
    check_written(TS_EXPLICIT_BIG, 0x00420011, VR_OB, BYTES("1234"),
                  BYTES("\0\x42\0\x11OB\0\0\0\0\0\4"
                        "1234"));
}

TEST(odd_values_are_padded_as_their_vr_is)
{
    check_written(TS_EXPLICIT_LITTLE, 0x00100020, VR_LO, STR("abc"),
                  BYTES("\x10\0\x20\0LO\4\0abc "));
    check_written(TS_EXPLICIT_LITTLE, 0x00080018, VR_UI, STR("1.2"),
                  BYTES("\x8\0\x18\0UI\4\0"
                        "1.2\0"));
    check_written(TS_EXPLICIT_LITTLE, 0x00091001, VR_UN, STR("abc"),
                  BYTES("\x9\0\1\x10UN\0\0\4\0\0\0abc\0"));
    check_written(TS_EXPLICIT_LITTLE, 0x00100020, VR_LO, STR(""), BYTES("\x10\0\x20\0LO\0\0"));
    check_written(TS_EXPLICIT_BIG, 0x00280010, VR_US, STR("abc"), BYTES("\0\x28\0\x10US\0\4bac\0"));
}

TEST(group_lengths_and_meta_elements_are_left_out)
{
    check_written(TS_EXPLICIT_LITTLE, 0x00080000, VR_UL, BYTES("\1\0\0\0"), STR(""));
    check_written(TS_EXPLICIT_LITTLE, 0x00020016, VR_AE, STR("AB"), STR(""));
}

static str pattern(struct arena *a, size_t size)
{
    char *bytes = arena_alloc_raw(a, size + 1, 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(i * 7 + i / 256);
    return (str){bytes, size};
}

TEST(long_values_pass_in_pieces_and_turn_their_words)
{
    static const size_t sizes[] = {DATA_SET_WRITER_VALUE_SIZE + 1, 200002, 1000001, 65537};
    static const enum dicom_vr vrs[] = {VR_OW, VR_OD, VR_OB, VR_OF};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct written little, big;
        struct arena a = {0};
        str value = pattern(&a, sizes[i]);
        size_t word = vr_word_size(vrs[i]);
        begin(&little, TS_EXPLICIT_LITTLE, NULL);
        begin(&big, TS_EXPLICIT_BIG, NULL);
        CHECK_OK(give(&little, 0x7FE00010, vrs[i], value, false));
        CHECK_OK(give(&big, 0x7FE00010, vrs[i], value, false));
        str first = data_set(&little), second = data_set(&big);
        CHECK_INT(12 + value.len + value.len % 2, first.len);
        CHECK_INT(first.len, second.len);
        CHECK(memcmp(first.ptr + 12, value.ptr, value.len) == 0);
        for (size_t at = 0; at < value.len / word * word; at++)
            if (second.ptr[12 + at] != value.ptr[at / word * word + word - 1 - at % word])
                fail_msg("byte %zu of VR %zu", at, i);
        end(&little);
        end(&big);
        arena_deinit(&a);
    }
}

TEST(what_is_too_long_for_its_vr_becomes_un)
{
    struct written w;
    struct arena a = {0};
    begin(&w, TS_EXPLICIT_LITTLE, NULL);
    CHECK_OK(give(&w, 0x00283006, VR_US, pattern(&a, 65536), false));
    str written = data_set(&w);
    CHECK(memcmp(written.ptr, "\x28\0\x06\x30UN\0\0\0\0\1\0", 12) == 0);
    end(&w);
    begin(&w, TS_EXPLICIT_LITTLE, NULL);
    CHECK_OK(give(&w, 0x00283006, VR_US, pattern(&a, 65534), false));
    written = data_set(&w);
    CHECK(memcmp(written.ptr, "\x28\0\x06\x30US\xFE\xFF", 8) == 0);
    end(&w);
    arena_deinit(&a);
}

struct one_value {
    struct bulk_values base;
    struct memory_source source;
    struct bulk_value value;
    err outcome;
};

static err open_value(struct bulk_values *b, const struct part10_element *e, struct bulk_value *out)
{
    struct one_value *v = container_of(b, struct one_value, base);
    CHECK_STR(STR("there"), e->uri);
    *out = v->value;
    return v->outcome;
}

static const struct bulk_values_ops one_value_ops = {.open = open_value};

static void value_init(struct one_value *v, str bytes, uint64_t size, bool is_encapsulated)
{
    memory_source_init(&v->source, bytes);
    v->base.ops = &one_value_ops;
    v->value = (struct bulk_value){&v->source.base, size, is_encapsulated};
    v->outcome = OK;
}

static err give_bulk(struct written *w)
{
    struct part10_consumer *c = &w->writer.base;
    const struct part10_element e = {
        .tag = 0x7FE00010, .vr = VR_OW, .length = PART10_UNDEFINED_LENGTH, .uri = STR("there")};
    return c->ops->element(c, &e, STR_NONE);
}

TEST(values_that_stand_elsewhere_are_fetched)
{
    struct written w;
    struct one_value v;
    value_init(&v, STR("123"), 3, false);
    begin(&w, TS_EXPLICIT_LITTLE, &v.base);
    CHECK_OK(give_bulk(&w));
    CHECK_STR(BYTES("\xE0\x7F\x10\0OW\0\0\4\0\0\0"
                    "123\0"),
              data_set(&w));
    end(&w);
    value_init(&v, STR("123"), 3, true);
    begin(&w, "1.2.840.10008.1.2.4.50", &v.base);
    CHECK_OK(give_bulk(&w));
    CHECK_STR(BYTES("\xE0\x7F\x10\0OB\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\0\0\0\0\xFE\xFF\0\xE0\4\0\0"
                    "\0"
                    "123\0\xFE\xFF\xDD\xE0\0\0\0\0"),
              data_set(&w));
    end(&w);
}

TEST(values_that_are_not_there_are_told)
{
    struct written w;
    struct one_value v;
    begin(&w, TS_EXPLICIT_LITTLE, NULL);
    CHECK_ERR(MALFORMED, give_bulk(&w));
    end(&w);
    value_init(&v, STR("12"), 3, false);
    begin(&w, TS_EXPLICIT_LITTLE, &v.base);
    CHECK_ERR(MALFORMED, give_bulk(&w));
    end(&w);
    value_init(&v, STR("12"), UINT64_C(0xFFFFFFFF), false);
    begin(&w, TS_EXPLICIT_LITTLE, &v.base);
    CHECK_ERR(TOO_LARGE, give_bulk(&w));
    end(&w);
    v.outcome = ERR(NOT_FOUND, "no such part");
    begin(&w, TS_EXPLICIT_LITTLE, &v.base);
    CHECK_ERR(NOT_FOUND, give_bulk(&w));
    end(&w);
}

TEST(encapsulated_pixel_data_is_not_written_as_native)
{
    struct written w;
    const struct part10_element e = {
        .tag = 0x7FE00010, .vr = VR_OB, .length = PART10_UNDEFINED_LENGTH};
    begin(&w, TS_EXPLICIT_LITTLE, NULL);
    CHECK_ERR(UNSUPPORTED, w.writer.base.ops->element(&w.writer.base, &e, STR_NONE));
    end(&w);
}

/* PS3.5 A.5: the deflated data set has an even length; the reader gives back what was written. */
TEST(a_deflated_data_set_is_even_and_is_read_again)
{
    for (size_t size = 1; size < 40; size++) {
        struct written w;
        struct instance_read read;
        struct memory_source source;
        begin(&w, TS_DEFLATED, NULL);
        CHECK_OK(give(&w, 0x00080018, VR_UI, STR("1.2.3"), false));
        CHECK_OK(give(&w, 0x00104000, VR_LT, pattern(&w.arena, size), false));
        CHECK_INT(0, data_set(&w).len % 2);
        memory_source_init(&source, buf_str(&w.bytes));
        CHECK_OK(instance_read(&w.arena, &source.base, &(struct instance_read_options){0}, &read));
        CHECK_STR(STR("1.2.3"), read.index.sop_instance_uid);
        CHECK(read.file.transfer_syntax->deflated);
        end(&w);
    }
}

/* A sink that is full. */
struct full_sink {
    struct byte_sink base;
    size_t room;
};

static err full_write(struct byte_sink *s, const void *bytes, size_t size)
{
    struct full_sink *f = container_of(s, struct full_sink, base);
    (void)bytes;
    if (size > f->room)
        return ERR(NO_SPACE, "full");
    f->room -= size;
    return OK;
}

TEST(a_sink_that_is_full_ends_the_writing)
{
    static const struct byte_sink_ops ops = {.write = full_write};
    static const char *const syntaxes[] = {TS_EXPLICIT_BIG, TS_DEFLATED};
    for (size_t i = 0; i < COUNT_OF(syntaxes); i++) {
        struct written w;
        struct full_sink sink = {{&ops}, 1000};
        begin(&w, syntaxes[i], NULL);
        w.writer.sink = &sink.base;
        char *noise = arena_alloc_raw(&w.arena, 200000, 1);
        random_bytes(noise, 200000);
        CHECK_ERR(NO_SPACE, give(&w, 0x7FE00010, VR_OW, (str){noise, 200000}, false));
        end(&w);
    }
}
