#!/usr/bin/env python3
"""Writes the files beside it: one small file for each way in which an image or a piece of HTTP can be wrong. All are our own;
run it again after a change, the same script gives the same bytes. The name says what must come of a file: bad-… is refused,
good-… is read, any-… may be either, and none may do worse."""
import base64
import json
import os
import random
import shutil
import struct
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
EXPLICIT, IMPLICIT, BIG, DEFLATED = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"
JPEG, RLE = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.5"
UNDEFINED = 0xFFFFFFFF
LONG = {"OB", "OW", "OF", "OD", "OL", "OV", "SQ", "UN", "UT", "UC", "UR", "SV", "UV"}


def tag_bytes(tag, order="<"):
    return struct.pack(order + "HH", tag >> 16, tag & 0xFFFF)


def element(tag, vr, value, length=None, order="<"):
    value = value.encode() if isinstance(value, str) else value
    if len(value) % 2 and length is None:
        value += b"\0" if vr in ("UI", "OB", "UN") else b" "
    length = len(value) if length is None else length
    head = tag_bytes(tag, order) + vr.encode("latin-1")
    return head + (b"\0\0" + struct.pack(order + "I", length) if vr in LONG else struct.pack(order + "H", length & 0xFFFF)) + value


def implicit(tag, value, length=None):
    value = value.encode() if isinstance(value, str) else value
    value += b" " * (len(value) % 2 if length is None else 0)
    return tag_bytes(tag) + struct.pack("<I", len(value) if length is None else length) + value


def item(content=b"", length=None):
    return tag_bytes(0xFFFEE000) + struct.pack("<I", len(content) if length is None else length) + content


ITEM_END = tag_bytes(0xFFFEE00D) + b"\0\0\0\0"
SEQUENCE_END = tag_bytes(0xFFFEE0DD) + b"\0\0\0\0"


def sequence(*items, tag=0x00400275, length=None):
    return element(tag, "SQ", b"".join(items), length)


def meta(syntax=EXPLICIT, length=None, more=b"", version=b"\0\1"):
    body = (element(0x00020001, "OB", version) + element(0x00020002, "UI", "1.2.840.10008.5.1.4.1.1.2")
            + element(0x00020003, "UI", "1.2.3.4.5") + element(0x00020010, "UI", syntax) + more)
    return element(0x00020000, "UL", struct.pack("<I", len(body) if length is None else length)) + body


def file(data, **options):
    return b"\0" * 128 + b"DICM" + meta(**options) + data


def uids(sop="1.2.3.4.5", study="1.2.3", series="1.2.3.4", writer=element):
    text = [(0x00080005, "CS", "ISO_IR 192"), (0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2"), (0x00080018, "UI", sop),
            (0x00080060, "CS", "OT"), (0x00100010, "PN", "Rule^Broken"), (0x0020000D, "UI", study), (0x0020000E, "UI", series)]
    return b"".join(element(*e) if writer is element else implicit(e[0], e[2]) for e in text)


def image(rows=8, columns=8, frames=None, bits=16, samples=1, pixels=None, photometric="MONOCHROME2"):
    us = lambda tag, value: element(tag, "US", struct.pack("<H", value))
    pixels = element(0x7FE00010, "OW", bytes(rows * columns * 2 % 4096)) if pixels is None else pixels
    return (us(0x00280002, samples) + element(0x00280004, "CS", photometric)
            + (element(0x00280008, "IS", frames) if frames is not None else b"") + us(0x00280010, rows) + us(0x00280011, columns)
            + us(0x00280100, bits) + us(0x00280101, bits) + us(0x00280102, bits - 1 & 0xFFFF) + us(0x00280103, 0) + pixels)


def fragments(*pieces, offsets=b"", end=SEQUENCE_END, vr="OB"):
    return element(0x7FE00010, vr, item(offsets) + b"".join(pieces) + end, UNDEFINED)


def deflate(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def dicom():
    whole = file(uids() + image())
    yield "good-whole", whole
    yield "good-implicit", file(uids(writer=implicit), syntax=IMPLICIT)
    yield "good-deflated", file(deflate(uids()), syntax=DEFLATED)
    yield "good-no-pixels", file(uids())
    # what is not DICOM at all
    for name, data in (("empty", b""), ("one-byte", b"\0"), ("preamble", b"\0" * 128), ("magic-alone", b"\0" * 128 + b"DICM"),
                       ("half-magic", b"\0" * 128 + b"DI"), ("text", b"Hello, world.\n" * 40), ("zeros", bytes(4096)),
                       ("ones", b"\xff" * 4096), ("zip", b"PK\3\4" + bytes(300)), ("elf", b"\x7fELF" + bytes(300)),
                       ("jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(300)), ("html", b"<html><script>alert(1)</script></html>" * 9)):
        yield "bad-magic-" + name, data
    for name, start in (("pe", b"MZ" + bytes(126)), ("tiff", b"II*\0" + bytes(124)), ("elf", b"\x7fELF" + bytes(124))):
        yield "any-polyglot-" + name, start + whole[128:]
    # cut off
    yield "any-cut-144", whole[:144]  # behind an element
    for at in (133, 136, 140, 143, 150, 200, 280, 330, len(whole) - 1, len(whole) - 64, len(whole) - 128 + 1):
        yield f"bad-cut-{at}", whole[:at]
    yield "bad-cut-in-tag", file(uids() + b"\x10")
    yield "bad-cut-in-vr", file(uids() + tag_bytes(0x00204000) + b"L")
    yield "bad-cut-in-length", file(uids() + tag_bytes(0x00204000) + b"UT\0\0\1")
    yield "bad-cut-in-item", file(uids() + element(0x00400275, "SQ", item(element(0x00400007, "LO", "x"), 100), UNDEFINED))
    yield "bad-cut-sequence-open", file(uids() + sequence(length=UNDEFINED))
    yield "bad-cut-item-open", file(uids() + sequence(item(b"", UNDEFINED), length=UNDEFINED))
    # lengths
    for name, length in (("plus-1", 5), ("7fff", 0x7FFF), ("ffff", 0xFFFF), ("fffe", 0xFFFE)):
        yield "bad-length-short-" + name, file(uids() + element(0x00204000, "LO", "abcd", length))
    for name, length in (("7fffffff", 0x7FFFFFFF), ("80000000", 0x80000000), ("fffffffe", 0xFFFFFFFE), ("ff000000", 0xFF000000)):
        for vr in ("OB", "UT", "UN", "SQ"):
            yield f"bad-length-{vr.lower()}-{name}", file(uids() + element(0x00204000, vr, b"abcd", length))
    yield "bad-length-pixels-7fffffff", file(uids() + image(pixels=element(0x7FE00010, "OW", b"abcd", 0x7FFFFFFF)))
    yield "bad-length-text-undefined", file(uids() + element(0x00204000, "UT", b"abcd", UNDEFINED))
    yield "any-length-odd", file(uids() + element(0x00204000, "LO", b"abc", 3) + element(0x00204001, "LO", "xy"))
    yield "any-length-zero", file(uids() + b"".join(element(0x00200010 + n, vr, b"") for n, vr in enumerate(("SH", "IS", "DS", "PN", "SQ"))))
    yield "bad-length-item-longer", file(uids() + sequence(item(b"", 50)))
    yield "bad-length-sequence-shorter", file(uids() + sequence(item(element(0x00400007, "LO", "abcd")), length=12))
    yield "bad-length-element-over-item", file(uids() + sequence(item(element(0x00400007, "LO", "abcd", 40)), element(0x00400007, "LO", "x" * 40)))
    yield "any-length-us-1", file(uids() + element(0x00280010, "US", b"\1", 1))
    yield "any-length-us-3", file(uids() + element(0x00280010, "US", b"\1\0\0", 3))
    yield "any-length-fl-6", file(uids() + element(0x00189074, "FD", b"123456", 6))
    # meta information
    yield "any-meta-length-0", file(uids(), length=0)
    yield "any-meta-length-small", file(uids(), length=20)
    yield "any-meta-length-large", file(uids(), length=4000)
    yield "any-meta-length-huge", file(b"", length=0xFFFFFFF0)
    yield "any-meta-no-syntax", b"\0" * 128 + b"DICM" + element(0x00020002, "UI", "1.2") + uids()
    for name, syntax in (("empty", ""), ("unknown", "1.2.3.999"), ("long", "1" * 64), ("letters", "abc"), ("nul", "1.2\0.3")):
        yield "any-meta-syntax-" + name, file(uids(), syntax=syntax)
    yield "any-meta-says-big", file(uids(), syntax=BIG)
    yield "any-meta-says-implicit", file(uids(), syntax=IMPLICIT)
    yield "any-meta-says-deflated", file(uids(), syntax=DEFLATED)
    yield "any-meta-in-data", file(uids() + element(0x00020010, "UI", DEFLATED) + element(0x00204000, "LO", "x"))
    yield "any-meta-twice", file(meta() + uids())
    yield "any-meta-private", file(uids(), more=element(0x00020100, "UI", "1.2.3") + element(0x00020102, "OB", b"x" * 90))
    # tags and representations
    yield "any-tag-descending", file(uids() + element(0x00080005, "CS", "ISO_IR 100"))
    yield "any-tag-repeated", file(uids() + uids(sop="1.2.3.4.6"))
    yield "any-tag-group-0", file(element(0x00000002, "UI", "1.2.3") + uids())
    yield "any-tag-group-ffff", file(uids() + element(0xFFFFFFFF, "LO", "x"))
    yield "any-tag-item-outside", file(uids() + item(b"abcd"))
    yield "any-tag-end-outside", file(uids() + ITEM_END + SEQUENCE_END)
    yield "any-tag-padding", file(uids() + element(0xFFFCFFFC, "OB", bytes(64)))
    yield "any-tag-private-orphan", file(uids() + element(0x00291010, "LO", "no creator"))
    for number, vr in enumerate(("\0\0", "??", "ob", "ZZ", "\xff\xff", "  ", "SQ")):
        yield f"any-vr-{number}", file(uids() + tag_bytes(0x00204000) + vr.encode("latin-1") + b"\4\0abcd" + element(0x00204001, "LO", "x"))
    yield "any-vr-un-sequence", file(uids() + element(0x00400275, "UN", item(implicit(0x00400007, "x"), UNDEFINED) + ITEM_END + SEQUENCE_END, UNDEFINED))
    # nesting and counts
    for depth in (2, 20, 60, 120, 200):
        opened = (element(0x00400275, "SQ", b"", UNDEFINED) + item(b"", UNDEFINED)) * depth
        yield f"any-depth-{depth}", file(uids() + opened + (ITEM_END + SEQUENCE_END) * depth)
        yield f"bad-depth-{depth}-open", file(uids() + opened)
    content = b""
    for _ in range(150):
        content = sequence(item(content))
    yield "any-depth-defined", file(uids() + content)
    yield "any-depth-un", file(uids() + (tag_bytes(0x00291010) + b"UN\0\0" + struct.pack("<I", UNDEFINED) + item(b"", UNDEFINED)) * 100)
    yield "any-count-items", file(uids() + sequence(item() * 1000))
    yield "any-count-elements", file(uids() + b"".join(element(0x00210000 + n, "LO", "") for n in range(0x10, 1000)))
    yield "any-count-values", file(uids() + element(0x00281101, "LO", "\\".join("1" * 2000)))
    # deflate
    packed = deflate(uids() + element(0x00204000, "LT", "abc " * 200))
    for size in (1, 10, len(packed) // 2, len(packed) - 1):
        yield f"bad-deflate-cut-{size}", file(packed[:size], syntax=DEFLATED)
    yield "bad-deflate-noise", file(random.Random(1).randbytes(500), syntax=DEFLATED)
    yield "any-deflate-tail", file(packed + b"more" * 20, syntax=DEFLATED)
    yield "any-deflate-zlib-head", file(zlib.compress(uids()), syntax=DEFLATED)
    yield "any-deflate-bomb-value", file(deflate(uids() + element(0x00291010, "OB", bytes(8 << 20))), syntax=DEFLATED)
    yield "any-deflate-bomb-elements", file(deflate(uids() + element(0x00291010, "LO", "") * 200000), syntax=DEFLATED)
    yield "any-deflate-bomb-zeros", file(deflate(uids() + bytes(8 << 20)), syntax=DEFLATED)
    # pixels
    for name, more in (("rows-0", image(rows=0)), ("columns-0", image(columns=0)), ("samples-0", image(samples=0)), ("bits-0", image(bits=0)),
                       ("bits-1", image(bits=1)), ("bits-33", image(bits=33)), ("bits-65535", image(bits=65535)), ("frames-0", image(frames="0")),
                       ("frames-minus", image(frames="-1")), ("frames-huge", image(frames="2147483647")), ("frames-larger", image(frames="99999999999")),
                       ("frames-text", image(frames="many")), ("sides-65535", image(65535, 65535, samples=65535)),
                       ("photometric", image(photometric="PLAID")), ("short", image(64, 64, pixels=element(0x7FE00010, "OW", b"ab"))),
                       ("long", image(2, 2, pixels=element(0x7FE00010, "OW", bytes(999)))), ("empty", image(pixels=element(0x7FE00010, "OW", b""))),
                       ("float", image(bits=32, pixels=element(0x7FE00008, "OF", bytes(256)))),
                       ("double", image(bits=64, pixels=element(0x7FE00009, "OD", bytes(512)))),
                       ("twice", image() + element(0x7FE00010, "OW", bytes(128)))):
        yield "any-pixels-" + name, file(uids() + more)
    # encapsulated
    offsets = lambda *values: b"".join(struct.pack("<I", v) for v in values)
    piece = item(b"\xff\xd8" + b"x" * 20 + b"\xff\xd9")
    for name, pixels in (("one", fragments(piece)), ("none", fragments()), ("no-table", element(0x7FE00010, "OB", SEQUENCE_END, UNDEFINED)),
                         ("offsets", fragments(piece, piece, offsets=offsets(0, 32))), ("offset-outside", fragments(piece, piece, offsets=offsets(0, 5000))),
                         ("offset-max", fragments(piece, offsets=offsets(0xFFFFFFFF, 0xFFFFFFFE))), ("offset-backward", fragments(piece, piece, offsets=offsets(32, 0))),
                         ("offset-same", fragments(piece, piece, offsets=offsets(0, 0))), ("offset-inside", fragments(piece, piece, offsets=offsets(0, 7))),
                         ("offset-odd-size", fragments(piece, offsets=b"abc")), ("empty-fragments", fragments(*[item()] * 300)),
                         ("end-with-length", fragments(piece, end=tag_bytes(0xFFFEE0DD) + struct.pack("<I", 99)))):
        yield "any-encapsulated-" + name, file(uids() + image(frames="2", pixels=pixels), syntax=JPEG)
    for name, pixels in (("open", fragments(piece, end=b"")), ("item-undefined", fragments(item(b"abcd", UNDEFINED))),
                         ("item-huge", fragments(item(b"abcd", 0xFFFFFFF0))), ("strange-tag", fragments(element(0x00100010, "PN", "x"))),
                         ("table-cut", element(0x7FE00010, "OB", tag_bytes(0xFFFEE000) + b"\xff\0\0\0ab", UNDEFINED))):
        yield "bad-encapsulated-" + name, file(uids() + image(frames="2", pixels=pixels), syntax=JPEG)
    extended = (element(0x7FE00001, "OV", struct.pack("<QQ", 0, 1 << 63)) + element(0x7FE00002, "OV", struct.pack("<QQ", 1 << 63, 1 << 62)))
    yield "any-encapsulated-extended-table", file(uids() + image(frames="2", pixels=extended + fragments(piece, piece)), syntax=JPEG)
    yield "any-encapsulated-native", file(uids() + image(pixels=fragments(piece)), syntax=EXPLICIT)
    yield "any-encapsulated-not", file(uids() + image(), syntax=RLE)
    rle = struct.pack("<16I", 15, *range(0xFFFFFFF0, 0xFFFFFFFF))
    yield "any-encapsulated-rle-offsets", file(uids() + image(pixels=fragments(item(rle))), syntax=RLE)
    # text
    for name, charset, text in (("unknown-set", "ISO_IR 999", b"abc"), ("escape-cut", "\\ISO 2022 IR 87", b"a\x1b$"), ("escape-unknown", "\\ISO 2022 IR 87", b"\x1b(Zabc"),
                                ("utf8-bad", "ISO_IR 192", b"\xff\xfe\xc0\x80\xed\xa0\x80"), ("utf8-cut", "ISO_IR 192", b"abc\xe5\xb1"), ("gb-cut", "GB18030", b"\x81\x30\x81"),
                                ("many-sets", "\\".join(["ISO 2022 IR 87"] * 60), b"x"), ("nul", "ISO_IR 192", b"a\0b\0"), ("controls", "ISO_IR 192", bytes(range(1, 32))),
                                ("name-equals", "ISO_IR 192", b"=" * 400), ("name-carets", "ISO_IR 192", b"^" * 400), ("quotes", "ISO_IR 192", b'"\\"\\"</script>'),
                                ("long", "ISO_IR 192", b"x" * 9000), ("kanji-open", "ISO 2022 IR 6\\ISO 2022 IR 87", b"\x1b$B;3ED")):
        yield "any-text-" + name, file(element(0x00080005, "CS", charset) + element(0x00100010, "PN", text) + uids()[18:])
    for name, vr, text in (("ds", "DS", "1e999\\nan\\-inf\\1.2.3\\" + "9" * 60), ("is", "IS", "99999999999999999999\\-\\+\\1e5"), ("da", "DA", "20261340\\00000000\\x"),
                           ("tm", "TM", "996199.9999999\\:"), ("at", "AT", "abc"), ("ui", "UI", "1..2.\\.\\" + "1" * 70), ("ur", "UR", "javascript:alert(1)"), ("as", "AS", "999Z")):
        yield "any-value-" + vr.lower(), file(uids() + element(0x00204000, vr, text))
    for name, uid in (("empty", ""), ("letters", "abc"), ("path", "../../../etc/passwd"), ("slash", "1.2/3"), ("long", "1" * 200), ("nul", "1.2\0.3"), ("spaces", " 1.2 "),
                      ("leading-zero", "01.02"), ("star", "*"), ("newline", "1.2\r\nX: y")):
        yield "any-uid-" + name, file(uids(sop=uid, study=uid, series=uid))
    chance = random.Random(2)
    for number in range(12):
        noisy = bytearray(whole)
        for _ in range(6):
            noisy[chance.randrange(132, len(noisy))] = chance.randrange(256)
        yield f"any-mutated-{number}", bytes(noisy)


def http():
    """As the fuzz target reads them: each text is tried as a multipart body with the boundary B, a header value, a query, JSON."""
    part = b"--B\r\nContent-Type: application/dicom\r\n\r\nabc\r\n"
    bodies = {
        "whole": part + b"--B--\r\n", "empty": b"--B--", "no-end": part, "no-start": b"abc", "preamble": b"text\r\n" + part + b"--B--", "epilogue": part + b"--B--\r\nmore" * 3,
        "boundary-in-content": b"--B\r\n\r\nx--B--B\r\n--Bx\r\n--B--", "head-open": b"--B\r\nContent-Type: a", "head-long": b"--B\r\n" + b"X: " + b"y" * 20000 + b"\r\n\r\n",
        "head-many": b"--B\r\n" + b"X: y\r\n" * 2000 + b"\r\nabc\r\n--B--", "head-no-colon": b"--B\r\nContent-Type\r\n\r\nabc\r\n--B--", "head-nul": b"--B\r\nX: \0\r\n\r\n\0\r\n--B--",
        "bare-lf": b"--B\nContent-Type: a\n\nabc\n--B--\n", "many-parts": b"--B\r\n\r\n\r\n" * 1000 + b"--B--", "nested": b"--B\r\nContent-Type: multipart/related; boundary=B\r\n\r\n" + part,
        "only-dashes": b"-" * 3000, "half-boundary": b"--B\r\n\r\n" + b"\r\n--" * 500 + b"\r\n-", "cr-only": b"\r" * 3000, "transport-padding": b"--B   \t\r\n\r\nabc\r\n--B--   \r\n"}
    for name, body in bodies.items():
        yield "multipart-" + name, body
    accepts = {
        "q-values": b"a/b;q=0.5, c/d;q=1.001, e/f;q=-1, g/h;q=nan", "quoted": b'multipart/related; type="application/dicom"; transfer-syntax="*"', "quote-open": b'multipart/related; type="appl',
        "backslash": b'a/b; c="\\', "empty-items": b",,,;;;,=,", "many": b"a/b," * 500, "long-type": b"a" * 9000 + b"/b", "no-slash": b"text", "stars": b"*/*;*/*", "unicode": "ä/ö; ü=ß".encode()}
    for name, value in accepts.items():
        yield "accept-" + name, value
    queries = {
        "plain": b"a=b&c=d", "empty": b"&&&===&", "percent-cut": b"a=%", "percent-cut-2": b"a=%4", "percent-bad": b"a=%zz%0g", "percent-nul": b"a=%00b", "percent-utf8": b"a=%ff%fe%c0%80",
        "double": b"a=%2525", "many": b"a=b&" * 1000, "long": b"a=" + b"x" * 9000, "plus": b"a=+%2B+", "semicolon": b"a=b;c=d", "traversal": b"..%2f..%5c..%2e%2e/etc", "sql": b"PatientName=' OR 1=1 --"}
    for name, value in queries.items():
        yield "query-" + name, value
    ranges = {
        "one": b"bytes=0-9", "last": b"bytes=-5", "open": b"bytes=5-", "backward": b"bytes=9-1", "huge": b"bytes=0-99999999999999999999", "minus-huge": b"bytes=-99999999999999999999", "minus-0": b"bytes=-0",
        "many": b"bytes=" + b"0-1," * 500, "unit": b"items=0-1", "none": b"bytes=", "letters": b"bytes=a-b", "overflow": b"bytes=18446744073709551615-18446744073709551616", "signs": b"bytes=+1-+2", "spaces": b"bytes= 0 - 1 "}
    for name, value in ranges.items():
        yield "range-" + name, value
    jsons = {
        "deep-arrays": b"[" * 5000, "deep-objects": b'{"a":' * 3000, "deep-closed": b"[" * 300 + b"]" * 300, "open-string": b'{"a":"', "escape-cut": b'"\\u12', "surrogate-alone": b'"\\ud800"', "surrogates": b'"\\ud83d\\ude00"',
        "nul": b'"a\0b"', "number-long": b"1" * 3000, "number-exponent": b"1e999999", "number-signs": b"[+1,-,--1,.5,1.]", "leading-zero": b"007", "trailing-comma": b'{"a":1,}', "repeated": b'{"a":1,"a":2}',
        "bad-utf8": b'"\xff\xfe"', "bom": b"\xef\xbb\xbf{}", "comment": b"/* x */ {}", "words": b"[true,false,null,nul,True]", "two": b"{}{}", "empty": b" ", "controls": b'"\n\t"'}
    for name, value in jsons.items():
        yield "json-" + name, value
    for name, value in {"etag-list": b'"a", W/"a", *', "etag-open": b'W/"', "etag-many": b'"x",' * 800, "time": b"2026-01-31T12:34:56.789Z", "time-offset": b"2026-01-31T12:34:56+99:99",
                        "time-60": b"2026-02-30T24:60:61Z", "time-year": b"0000-00-00T00:00:00Z"}.items():
        yield "text-" + name, value


def s3():
    entry = "<Contents><Key>objects/ab/%d</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><Size>17</Size></Contents>"
    whole = "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>" + entry % 1 + "</ListBucketResult>"
    yield from {"good-list": whole, "cut": whole[:90], "no-token": whole.replace("NextContinuationToken", "Next"), "many": "<ListBucketResult>" + "".join(entry % n for n in range(1100)) + "</ListBucketResult>",
                "deep": "<a>" * 5000, "deep-closed": "<a>" * 50 + "</a>" * 50, "wide": "<Error>" + "<Code/>" * 5000 + "</Error>", "doctype": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "cdata": "<a><![CDATA[b]]></a>",
                "entities": "<Error><Code>&amp;&lt;&gt;&quot;&apos;&#65;&#x41;</Code></Error>", "entity-unknown": "<Error>&nbsp;</Error>", "entity-open": "<Error>&amp", "entity-nul": "<a>&#0;</a>", "entity-surrogate": "<a>&#xD800;</a>",
                "entity-huge": "<a>&#x110000;</a>", "name-long": "<" + "a" * 5000 + "/>", "text-long": "<a>" + "b" * 9000 + "</a>", "attribute-open": '<a b="c', "attribute-bare": "<a b></a>", "attribute-many": "<a" + ' b="c"' * 3000 + "/>",
                "crossed": "<a><b></a></b>", "two-roots": "<a/><a/>", "text-outside": "<a/>b", "comment": "<!-- c --><Error><!----><Code>SlowDown</Code></Error>", "comment-open": "<a><!-- b</a>", "declaration-open": "<?xml version",
                "sign": "<a>\x01</a>", "empty": " ", "size-huge": whole.replace("17", "18446744073709551616"), "size-minus": whole.replace("17", "-1"), "key-twice": whole.replace("<Size>17</Size>", "<Key>b</Key>"),
                "end-alone": "</a>", "bom": "\ufeff" + whole, "error": "<Error><Code>NoSuchKey</Code><Message>m</Message></Error>"}.items()


def json_model():
    def attribute(vr, *values, tag="00091001"):
        return json.dumps({tag: {"vr": vr, "Value": list(values)}})

    def nested(depth):
        return '{"00091001":{"vr":"SQ","Value":[' * depth + "{}" + "]}}" * depth

    whole = {"00080005": {"vr": "CS", "Value": ["ISO_IR 100"]}, "00080008": {"vr": "CS", "Value": ["ORIGINAL", None, "AXIAL"]}, "00100010": {"vr": "PN", "Value": [{"Alphabetic": "Wang^XiaoDong", "Ideographic": "王^小东"}]},
             "00280010": {"vr": "US", "Value": [512]}, "00280030": {"vr": "DS", "Value": [0.5, "0.50"]}, "00400275": {"vr": "SQ", "Value": [{"00400009": {"vr": "SH", "Value": ["1"]}}, {}]},
             "00091001": {"vr": "OB", "InlineBinary": "AQIDBA=="}, "00091002": {"vr": "FL", "Value": [1.5, None]}, "00091003": {"vr": "AT", "Value": ["00100010"]}, "7FE00010": {"vr": "OW", "BulkDataURI": "instances/1/bulkdata/7FE00010"}}
    yield from {
        "good-whole": json.dumps(whole), "good-list": json.dumps([whole, {}, whole]), "good-utf8": json.dumps(whole, ensure_ascii=False), "good-order": json.dumps(dict(reversed(whole.items()))), "good-empty-list": "[]", "good-no-vr": '{"00100010":{"Value":[{}]}}',
        "good-depth-64": nested(64), "bad-depth-65": nested(65), "bad-depth-open": '{"00091001":{"vr":"SQ","Value":[' * 3000, "bad-depth-lists": '{"00091001":{"vr":"SQ","Value":' + "[" * 5000, "bad-depth-names": '{"00100010":{"vr":"PN","Value":[' + '{"Alphabetic":' * 3000,
        "good-items": attribute("SQ", *[{}] * 3000), "good-vr-last": '{"00091001":{"Value":[{"00091001":{"Value":[{}],"vr":"SQ"}}],"vr":"SQ"}}', "bad-vr-last": '{"00091001":{"Value":[{"00091001":{"Value":[{}],"vr":"SQ"}}],"vr":"PN"}}',
        "good-numbers": attribute("UV", "18446744073709551615", 18446744073709551615, 5.0), "bad-number": attribute("US", 70000), "bad-number-half": attribute("SL", 0.5), "bad-number-text": attribute("SV", "x"), "bad-number-huge": '{"00091001":{"vr":"FD","Value":[1e999]}}',
        "bad-number-long": '{"00091001":{"vr":"DS","Value":[' + "1" * 3000 + "]}}", "good-floats": attribute("FL", 3.4028235e38, -1e-45, "NaN", "inf", None, 1e-400), "bad-float": attribute("FL", 3.5e38), "good-many": attribute("FD", *[0] * 9000),
        "bad-text": attribute("LO", "a\\b"), "bad-text-number": attribute("LO", 1), "bad-text-list": attribute("LO", ["a"]), "bad-text-values": attribute("LT", "a", "b"), "good-text-controls": attribute("UT", "\0\x1b$B\r\n\t\\"), "good-text-spaces": attribute("LO", " ", "", " a ", None),
        "good-names": attribute("PN", {}, None, {"Phonetic": "c"}, {"Alphabetic": " ", "Ideographic": None}), "bad-name-text": attribute("PN", "a"), "bad-name-separator": attribute("PN", {"Alphabetic": "a=b"}), "bad-name-group": attribute("PN", {"Alphabetic": "a", "Other": "b"}),
        "bad-binary": '{"00091001":{"vr":"OB","InlineBinary":"AAA"}}', "bad-binary-padding": '{"00091001":{"vr":"OB","InlineBinary":"===="}}', "bad-binary-both": '{"00091001":{"vr":"OB","InlineBinary":"","BulkDataURI":"x"}}', "good-binary-slashes": '{"00091001":{"vr":"OW","InlineBinary":"\\/\\/\\/\\/"}}',
        "good-dropped": '{"00020010":{"vr":"UI"},"00090000":{"vr":"SQ","Value":[{"00080000":{"vr":"UL"}}]}}', "bad-twice": '{"00080060":{"vr":"CS"},"00080060":{"vr":"CS"}}', "bad-keyword": '{"PatientName":{"vr":"PN"}}', "bad-delimiter": '{"FFFEE0DD":{"vr":"UL"}}',
        "bad-vr": attribute("XX"), "bad-surrogate": '{"00091001":{"vr":"LO","Value":["\\ud800"]}}', "bad-utf8": b'{"00091001":{"vr":"LO","Value":["\xff"]}}', "bad-bom": b"\xef\xbb\xbf{}", "bad-two": "{}{}", "bad-cut": json.dumps(whole)[:300], "bad-nul": b"{}\0", "bad-quote-open": '[{"\\'}.items()


def dicom_xml():
    head = '<?xml version="1.0" encoding="UTF-8"?><NativeDicomModel xml:space="preserve" xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM">'
    tail = "</NativeDicomModel>"
    of = lambda vr, content, tag="00091001", more="": f'<DicomAttribute tag="{tag}" vr="{vr}"{more}>{content}</DicomAttribute>'
    values = lambda *texts: "".join(f'<Value number="{i + 1}">{text}</Value>' for i, text in enumerate(texts))
    name = ('<PersonName number="1"><Alphabetic><FamilyName>Rule</FamilyName><GivenName>Broken</GivenName></Alphabetic>'
            "<Ideographic><FamilyName>\u898f</FamilyName></Ideographic></PersonName>")
    items = "".join(f'<Item number="{i + 1}">{of("UI", values("1.2.3"), "00081155")}</Item>' for i in range(3))
    whole = (of("CS", values("ISO_IR 192"), "00080005") + of("SQ", items, "00081140") + of("LO", values("A"), "00090010")
             + of("LO", values("x", "", "z"), "00090001", ' privateCreator="A"') + of("PN", name, "00100010")
             + of("AT", values("00100010"), "00280009") + of("US", values(512), "00280010") + of("FD", values("0.1", "NaN"), "00189073")
             + of("FL", values("1e-30"), "00189074") + of("OB", "<InlineBinary>AAEC</InlineBinary>", "00420011")
             + of("OW", '<BulkData uri="bulk/1"/>', "7FE00010"))
    nested = lambda depth: of("SQ", '<Item number="1">', "00081140").removesuffix("</DicomAttribute>") * depth + "</Item></DicomAttribute>" * depth
    entities = '<!ENTITY a "aaaaaaaaaa">' + "".join(f'<!ENTITY {b} "{("&" + a + ";") * 10}">' for a, b in zip("abcdefgh", "bcdefghi"))
    yield from {f"good-{n}": head + c + tail for n, c in {
        "whole": whole, "empty": "", "spaces": whole.replace("><", ">\n  <"), "depth-64": nested(64), "order": of("LO", "", "00200010") + of("LO", "", "00100020"),
        "no-creator": of("LO", "", "00090001", ' privateCreator="A"'), "gap": of("CS", '<Value number="1000">x</Value>'), "item-gap": of("SQ", '<Item number="1000"/>'),
        "meta": of("UI", values("1.2"), "00020010"), "same-creators": "".join(of("LO", values("A"), f"000900{b:02X}") for b in range(16, 256))
        + of("LO", "", "00090001", ' privateCreator="A"') * 240}.items()}.items()
    yield from {f"bad-{n}": head + c + tail for n, c in {
        "depth-65": nested(65), "depth-500": nested(500), "depth-open": nested(64)[:-40], "tag": of("LO", "", "0010002"), "vr": of("XX", ""), "twice": of("LO", "") * 2,
        "number-huge": of("LO", '<Value number="4294967295"/>'), "number-0": of("LO", '<Value number="0"/>'), "number-overflow": of("LO", '<Value number="18446744073709551617"/>'),
        "number-twice": of("LO", '<Value number="1"/><Value number="1"/>'), "item-huge": of("SQ", '<Item number="4294967295"/>'), "item-twice": of("SQ", '<Item number="1"/>' * 2),
        "us": of("US", values(65536)), "us-gap": of("US", '<Value number="2">1</Value>'), "at": of("AT", values("PatientName")), "fl": of("FL", values("1e39")),
        "backslash": of("LO", values("a\\b")), "base64": of("OB", "<InlineBinary>A</InlineBinary>"), "mixed": of("OB", '<InlineBinary/><BulkData uri="x"/>'),
        "uuid": of("OB", '<BulkData uuid="1.2"/>'), "fragment": of("OB", '<DataFragment number="1"/>'), "text": "text", "nested-value": of("LO", values("<Value/>")),
        "name-caret": of("PN", name.replace("Broken", "a^b")), "name-group": of("PN", '<PersonName number="1"><SingleByte/></PersonName>'), "namespace": '<a xmlns="urn:a"/>',
        "blocks": "".join(of("LO", values(b), f"000900{b:02X}") for b in range(16, 256)) + of("LO", "", "00090001", ' privateCreator="A"'),
        "control": of("LO", values("\x01")), "entity": of("LO", values("&nbsp;")), "xinclude": '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>',
        "cut": whole[:400], "many-attributes": "<DicomAttribute" + "".join(f' a{i}="b"' for i in range(5000)) + "/>"}.items()}.items()
    yield from {"bad-nothing": "", "bad-json": "{}", "bad-html": "<html/>", "bad-two": head + tail + "<NativeDicomModel/>", "bad-long-name": "<" + "a" * 60000,
                "good-no-namespace": "<NativeDicomModel/>", "bad-other-namespace": '<NativeDicomModel xmlns="urn:a"/>',
                "bad-doctype": f"<!DOCTYPE NativeDicomModel>{tail[0]}NativeDicomModel/>", "bad-laughs": f"<!DOCTYPE a [{entities}]>" + head[38:] + of("LO", values("&i;")) + tail,
                "bad-external": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + head[38:] + of("LO", values("&x;")) + tail,
                "bad-parameter": '<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]>' + head[38:] + tail,
                "bad-external-subset": '<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd">' + head[38:] + tail, "bad-utf-7": head.replace("UTF-8", "UTF-7") + tail}.items()


def openid():
    """What identity providers send: sets of keys, tokens, claims, metadata."""
    def b64(x):
        return base64.urlsafe_b64encode(x if isinstance(x, bytes) else json.dumps(x).encode()).rstrip(b"=").decode()

    def token(header):
        return ".".join((b64(header), b64({"a": 1}), b64(bytes(64))))

    rsa = {"kty": "RSA", "n": b64(b"\xc1" + b"\x5a" * 254 + b"\x01"), "e": "AQAB", "kid": "r", "use": "sig"}
    ec = {"kty": "EC", "crv": "P-256", "x": "fPJ7GI0DT36KUjgDBLUawyn2Onvy1HdnTuLHMYAi0ng", "y": "B3eKV-XX-bJ3mORvLRCNnOGtA2gnkhrK9FrIfOfLBqU", "kid": "e"}
    deep = "[" * 100 + "]" * 100
    for name, keys in {"good-keys-two": [rsa, ec, {"kty": "oct", "k": "AQAB"}], "bad-keys-oct": [{"kty": "oct", "k": "AQAB", "kid": "r"}],
                       "bad-keys-short": [{**rsa, "n": b64(b"\xc1" * 128)}], "bad-keys-exponent": [{**rsa, "e": "AQ"}], "bad-keys-even": [{**rsa, "e": "AQAA"}],
                       "bad-keys-exponent-long": [{**rsa, "e": b64(b"\x01\0\0\0\x01")}], "bad-keys-use": [{**rsa, "use": "enc"}],
                       "bad-keys-padding": [{**ec, "x": ec["x"] + "="}], "bad-keys-curve": [{**ec, "crv": "P-521"}], "bad-keys-list": rsa,
                       "bad-keys-many": [{}] * 65}.items():
        yield name, json.dumps({"keys": keys})
    yield "bad-keys-deep", '{"keys":[%s]}' % deep
    head = {"alg": "ES256", "kid": "e"}
    good = token(head)
    yield from {"good-token-plain": good, "good-token-typ": token({**head, "typ": "jwt"}), "bad-token-parts": good + ".AAAA", "bad-token-two": good.rsplit(".", 1)[0],
                "bad-token-loose-bits": good[:-1] + "B", "bad-token-twice": ".".join((b64(b'{"alg":"none","alg":"ES256"}'), b64({}), b64(bytes(64)))),
                "bad-token-crit": token({**head, "crit": ["b64"], "b64": False}), "bad-token-typ": token({**head, "typ": "logout+jwt"}),
                "bad-token-kid-long": token({**head, "kid": "k" * 257}), "bad-token-nul": token({**head, "kid": "e\0"}),
                **{f"bad-token-alg-{i}": token({**head, "alg": alg}) for i, alg in enumerate(("none", "HS256", "RS512", "es256"))}}.items()
    claims = {"iss": "https://idp.example", "aud": "gantry", "sub": "s", "nonce": "nonce", "exp": 1750000300, "iat": 1750000000}
    text = json.dumps(claims)
    yield from {"good-claims-plain": text, "bad-claims-twice": text[:-1] + ',"sub":"t"}', "bad-claims-deep": text[:-1] + ',"x":' + deep + "}",
                "bad-claims-exp-large": text.replace("1750000300", "1e300")}.items()
    for name, more in {"good-claims-list": {"aud": ["gantry", "b"], "azp": "gantry", "groups": ["a"] * 1024}, "bad-claims-exp-text": {"exp": "1750000300"},
                       "bad-claims-iss-nul": {"iss": "https://idp.example\0.evil.example"}, "bad-claims-aud-object": {"aud": {"gantry": 1}},
                       "bad-claims-sub-number": {"sub": 7}}.items():
        yield name, json.dumps({**claims, **more})
    metadata = {"issuer": "https://idp.example", "authorization_endpoint": "https://idp.example/a", "token_endpoint": "https://idp.example/t", "jwks_uri": "https://idp.example/k"}
    for name, more in {"good-metadata-least": {}, "bad-metadata-issuer": {"issuer": "https://idp.example/"}, "bad-metadata-script": {"authorization_endpoint": "javascript:alert(1)"},
                       "bad-metadata-fragment": {"token_endpoint": "https://idp.example/t#x"}, "bad-metadata-line": {"jwks_uri": "https://idp.example/\r\nX: y"},
                       "bad-metadata-algorithms": {"id_token_signing_alg_values_supported": ["none", "HS256"]}}.items():
        yield name, json.dumps({**metadata, **more})


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_file(width, height, depth, color, rows, extra=b"", interlace=0):
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + extra + png_chunk(b"IDAT", zlib.compress(rows, 9))
            + png_chunk(b"IEND", b""))


def png():
    """Every form, and what makes a reader take much for little: a size, a text or a profile that unpacks, a chunk that is not there."""
    def rows(count, row):
        return b"".join(bytes([n % 5]) + row for n in range(count))
    palette, grey = png_chunk(b"PLTE", bytes(range(12))), rows(4, bytes(range(5)))
    small = png_file(5, 4, 8, 0, grey)
    yield from {"good-grey-8": small, "good-grey-1": png_file(9, 4, 1, 0, rows(4, b"\xa5\x80")), "good-grey-16": png_file(3, 3, 16, 0, rows(3, bytes(6))),
                "good-grey-alpha": png_file(3, 3, 8, 4, rows(3, bytes(range(6)))), "good-rgb": png_file(3, 3, 8, 2, rows(3, bytes(range(9)))),
                "good-rgba-16": png_file(2, 2, 16, 6, rows(2, bytes(range(16)))),
                "good-palette": png_file(4, 4, 2, 3, rows(4, b"\x1b"), palette + png_chunk(b"tRNS", b"\0\x80")),
                "good-gamma": png_file(5, 4, 8, 0, grey, png_chunk(b"gAMA", struct.pack(">I", 45455))),
                "good-text": png_file(5, 4, 8, 0, grey, png_chunk(b"tEXt", b"Comment\0hello")),
                "good-zip-in-text": png_file(5, 4, 8, 0, grey, png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(9000000), 9))),
                "good-zip-in-profile": png_file(5, 4, 8, 0, grey, png_chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(5000000), 9))),
                "any-interlaced": png_file(8, 8, 8, 0, bytes(200), interlace=1), "any-rows-more": png_file(2, 2, 8, 0, rows(300, b"\1\2")),
                "bad-palette-none": png_file(4, 4, 2, 3, rows(4, b"\x1b")), "bad-size": png_file(8192, 8192, 8, 0, bytes(100)),
                "bad-pixels-few": png_file(4000, 4000, 1, 0, bytes(100)), "bad-side": png_file(8193, 1, 8, 0, rows(1, bytes(8193))),
                "bad-side-most": png_file(0x7FFFFFFF, 0x7FFFFFFF, 8, 0, b""), "bad-zero": png_file(0, 4, 8, 0, b""),
                "bad-depth": png_file(4, 4, 3, 0, rows(4, b"\1\2")), "bad-color": png_file(4, 4, 8, 5, rows(4, bytes(4))),
                "bad-critical": png_file(5, 4, 8, 0, grey, png_chunk(b"ABCD", b"")), "bad-cut": small[:50], "bad-header-only": small[:33], "bad-empty": b"",
                "bad-gif": b"GIF89a" + bytes(60), "bad-checksum": small[:45] + bytes([small[45] ^ 1]) + small[46:],
                "bad-chunk-huge": small[:33] + struct.pack(">I", 0x7FFFFFFF) + b"tEXt" + bytes(20)}.items()


def main():
    xml_files = [(name, text.encode()) for name, text in dicom_xml()]
    wide = dict(xml_files)["good-whole"].decode()
    xml_files += [("good-utf-16", wide.replace("UTF-8", "UTF-16").encode("utf-16")), ("bad-utf-16-cut", wide.replace("UTF-8", "UTF-16").encode("utf-16")[:301]),
                  ("bad-utf-8", wide.encode().replace(b"Rule", b"\xff\xfe"))]
    for folder, files, end in (("dicom", dicom(), ".dcm"), ("dicom_xml", xml_files, ".xml"), ("http", http(), ".txt"), ("json_model", json_model(), ".json"),
                               ("openid", openid(), ".txt"), ("png", png(), ".png"), ("s3", s3(), ".xml")):
        target = os.path.join(HERE, folder)
        shutil.rmtree(target, ignore_errors=True)
        os.mkdir(target)
        for name, data in files:
            with open(os.path.join(target, name + end), "xb") as out:
                out.write(data.encode() if isinstance(data, str) else data)


if __name__ == "__main__":
    main()
