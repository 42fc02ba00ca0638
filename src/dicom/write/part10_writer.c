/* Element by element. */
#include "dicom/write/part10_writer.h"

static void add_u16(struct buf *out, unsigned value)
{
    buf_add_char(out, (char)(value & 0xFF));
    buf_add_char(out, (char)(value >> 8 & 0xFF));
}

static void add_u32(struct buf *out, uint32_t value)
{
    add_u16(out, value & 0xFFFF);
    add_u16(out, value >> 16);
}

static void add_header(struct buf *out, uint32_t tag, enum dicom_vr vr, size_t size)
{
    add_u16(out, tag >> 16);
    add_u16(out, tag & 0xFFFF);
    buf_add(out, vr_name(vr));
    if (vr_has_long_length(vr)) {
        add_u16(out, 0);
        add_u32(out, (uint32_t)size);
    } else {
        add_u16(out, (unsigned)size);
    }
}

void part10_write_bytes(struct buf *out, uint32_t tag, enum dicom_vr vr, const void *bytes,
                        size_t size)
{
    add_header(out, tag, vr, size + size % 2);
    buf_add_bytes(out, bytes, size);
    if (size % 2 != 0)
        buf_add_char(out, vr_kind(vr) == VR_KIND_BYTES || vr == VR_UI ? '\0' : ' ');
}

void part10_write_text(struct buf *out, uint32_t tag, enum dicom_vr vr, str text)
{
    part10_write_bytes(out, tag, vr, text.ptr, text.len);
}

void part10_write_u16(struct buf *out, uint32_t tag, uint16_t value)
{
    add_header(out, tag, VR_US, 2);
    add_u16(out, value);
}

void part10_write_meta(struct buf *out, str sop_class_uid, str sop_instance_uid,
                       str transfer_syntax_uid)
{
    static const char version[2] = {0, 1};
    struct buf meta = BUF_IN(out->arena);
    part10_write_bytes(&meta, 0x00020001, VR_OB, version, sizeof version);
    part10_write_text(&meta, 0x00020002, VR_UI, sop_class_uid);
    part10_write_text(&meta, 0x00020003, VR_UI, sop_instance_uid);
    part10_write_text(&meta, 0x00020010, VR_UI, transfer_syntax_uid);
    part10_write_text(&meta, 0x00020012, VR_UI,
                      STR("2.25.184436571230712360713203713071237012370"));
    memset(buf_reserve(out, 128), 0, 128);
    buf_added(out, 128);
    buf_add(out, STR("DICM"));
    add_header(out, 0x00020000, VR_UL, 4);
    add_u32(out, (uint32_t)meta.len);
    buf_add(out, buf_str(&meta));
}
