"""Bulk data and pixel data of studies, series and instances: every value of every file of the corpus byte for byte as pydicom and the
corpus' own list of bit streams have it; and the forms, ranges, limits and refusals of the answers."""
import hashlib
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, element, instance, multipart

CORPUS = os.environ.get("GANTRY_CORPUS", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../../../shared/dicom"))
WORDS = {"OW": 2, "US": 2, "SS": 2, "AT": 2, "OL": 4, "OF": 4, "FL": 4, "UL": 4, "SL": 4, "OD": 8, "OV": 8, "FD": 8, "SV": 8, "UV": 8}
OCTETS = "application/octet-stream"
PIXELS = ("7FE00010", "7FE00008", "7FE00009")


def parts_of(answer):
    """[(headers, bytes)] of a multipart answer, whose head and length must be right."""
    kind = re.fullmatch(r'multipart/related; type="([^"]+)"; boundary=([-\w]+)', answer.headers["content-type"])
    assert kind, answer.headers["content-type"]
    boundary = b"--" + kind.group(2).encode()
    assert answer.body.startswith(boundary + b"\r\n") and answer.body.endswith(b"\r\n" + boundary + b"--\r\n")
    assert int(answer.headers["content-length"]) == len(answer.body)
    out = []
    for piece in answer.body[:-len(boundary) - 6].split(boundary + b"\r\n")[1:]:
        head, _, data = piece.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        out.append((headers, data))
    out = [(headers, data[:-2] if n + 1 < len(out) else data) for n, (headers, data) in enumerate(out)]
    assert kind.group(1) == out[0][0]["Content-Type"].split(";")[0]
    return out


def uris(metadata, where=""):
    """{URI: (path, VR)} of a data set in DICOM JSON."""
    found = {}
    for tag, attribute in metadata.items():
        if "BulkDataURI" in attribute:
            found[attribute["BulkDataURI"]] = (where + tag, attribute["vr"])
        if attribute["vr"] == "SQ":
            for n, item in enumerate(attribute.get("Value", []), 1):
                found.update(uris(item, f"{where}{tag}/{n}/"))
    return found


def fragments(value):
    """The fragments of an encapsulated value, without the offset table."""
    at, out = 0, []
    while at + 8 <= len(value):
        group, number, size = struct.unpack_from("<HHI", value, at)
        if (group, number) != (0xFFFE, 0xE000):
            break
        out.append(value[at + 8:at + 8 + size])
        at += 8 + size
    return out[1:]


def turned(value, word):
    return b"".join(value[at:at + word][::-1] for at in range(0, len(value) - word + 1, word)) + value[len(value) // word * word:]


def raw_value(data_set, path, vr):
    """What pydicom has read there, in little endian."""
    for tag, item in re.findall(r"([0-9A-F]{8})/(\d+)/", path):
        data_set = data_set[int(tag, 16)].value[int(item) - 1]
    found = data_set.get_item(int(path[-8:], 16))
    value = found.value
    if found.is_raw and not found.is_little_endian:
        value = turned(value, WORDS.get(vr, 1))
    return value


class Corpus(harness.Case):
    @classmethod
    def setUpClass(cls):
        if not os.path.isdir(CORPUS):
            raise unittest.SkipTest("no corpus")
        super().setUpClass()
        with open(os.path.join(CORPUS, "expected.json")) as text:
            expected = json.load(text)
        cls.stored, uids = {}, set()
        for path, truth in sorted(expected.items()):
            with open(os.path.join(CORPUS, path), "rb") as file:
                data = file.read()
            uid = truth.get("attrs", {}).get("SOPInstanceUID", "")
            if uid in uids and uid.encode() in data:  # the same image in another syntax: under another UID
                for n in range(1000):
                    other = uid[:-3] + f"{n:03}"
                    if other not in uids and len(uid) > 8 and uid[-4] != ".":
                        data, uid = data.replace(uid.encode(), other.encode()), other
                        break
            answer = cls.gantry.request("POST", "/dicom-web/studies", data, {"Content-Type": "application/dicom"})
            if answer.status != 200:
                continue
            uids.add(uid)
            address = answer.json["00081199"]["Value"][0]["00081190"]["Value"][0]
            cls.stored[re.sub("^https?://[^/]*", "", address)] = (path, truth, data)

    def metadata(self, address):
        answer = self.gantry.get(address + "/metadata")
        self.assertEqual(answer.status, 200, address)
        return answer.json[0]

    def read(self, data):
        import io
        import pydicom
        return pydicom.dcmread(io.BytesIO(data), force=True)

    def bulk(self, address):
        """{URI: [(type, bytes)]} of the answer for all bulk data; empty when there is none."""
        answer = self.gantry.get(address + "/bulkdata")
        if answer.status == 404:
            self.assertIn("there is no bulk data", answer.json["detail"])
            return {}, b""
        self.assertEqual(answer.status, 200, (address, answer.body[:300]))
        found = {}
        for headers, data in parts_of(answer):
            location = re.sub(r"^https?://[^/]*|/frames/\d+$", "", headers["Content-Location"])
            found.setdefault(location, []).append((headers["Content-Type"], data))
        return found, answer.body

    def test_every_value_of_every_file(self):
        values = frames = files = unread = 0
        for address, (path, truth, data) in self.stored.items():
            wanted, (found, _) = uris(self.metadata(address)), self.bulk(address)
            encapsulated = {u for u, (p, _) in wanted.items() if p in PIXELS}
            self.assertEqual(set(found) | (encapsulated - set(found)), set(wanted), path)
            if not found:
                continue
            files += 1
            try:
                data_set = self.read(data)
            except Exception:  # beyond what pydicom reads
                unread += 1
                continue
            for uri, parts in found.items():
                where, vr = wanted[uri]
                try:
                    value = raw_value(data_set, where, vr)
                except Exception:
                    unread += 1
                    continue
                if where in PIXELS and truth.get("pixel", {}).get("encapsulated"):
                    frames += len(parts)
                    hashes = truth["pixel"]["encapsulated"].get("frame_bitstream_sha256", [])
                    self.assertEqual([hashlib.sha256(d).hexdigest() for _, d in parts][:len(hashes)], hashes, path)
                    syntax = truth["transfer_syntax"]
                    self.assertTrue(all(t.endswith("; transfer-syntax=" + syntax) for t, _ in parts), (path, parts[0][0]))
                elif value.startswith(b"\xfe\xff\x00\xe0") and [d for _, d in parts] != [value]:
                    self.assertEqual(b"".join(d for _, d in parts), b"".join(fragments(value)), (path, where))
                else:
                    self.assertEqual([d for _, d in parts], [value], (path, where))
                    values += 1
                if len(found) > 20:  # a bomb: too much is inflated for each
                    continue
                one = self.gantry.get(uri)  # nothing said: single where there is one
                if len(parts) == 1:
                    self.assertEqual((one.status, one.headers["content-type"], one.body), (200, *parts[0]), (path, uri))
                else:
                    self.assertEqual([d for _, d in parts_of(one)], [d for _, d in parts], (path, uri))
        print(f"{files} files, {values} values, {frames} frames, {unread} not read by pydicom", end=" ")
        self.assertGreater(files, 250)
        self.assertGreater(values, 200)
        self.assertGreater(frames, 100)
        self.assertLess(unread, 20)

    def test_a_study_is_what_its_instances_are(self):
        studies = {}
        for address in self.stored:
            studies.setdefault(address.split("/series/")[0], []).append(address)
        several = [s for s, all_of_it in studies.items() if len(all_of_it) > 1]
        self.assertGreater(len(several), 10)
        for study in several:
            for kind in ("bulkdata", "pixeldata"):
                wanted = {}
                for address in studies[study]:
                    answer = self.gantry.get(f"{address}/{kind}")
                    self.assertIn(answer.status, (200, 404))
                    for headers, data in parts_of(answer) if answer.status == 200 else []:
                        wanted.setdefault(headers["Content-Location"], []).append((headers["Content-Type"], data))
                for path in {study} | {a.split("/instances/")[0] for a in studies[study]}:
                    answer, found = self.gantry.get(f"{path}/{kind}"), {}
                    here = {u: p for u, p in wanted.items() if path + "/" in u}
                    self.assertEqual(answer.status, 200 if here else 404)
                    for headers, data in parts_of(answer) if here else []:
                        found.setdefault(headers["Content-Location"], []).append((headers["Content-Type"], data))
                    self.assertEqual(found, here, path)

    def test_pixel_data_is_the_bulk_data_of_pixels(self):
        for address, (path, _, _) in self.stored.items():
            found, _ = self.bulk(address)
            pixels = next((p for u, p in sorted(found.items(), key=lambda x: x[0]) if u.endswith(tuple("/" + t for t in PIXELS))
                           and u.count("/bulkdata/") == 1 and "/" not in u.split("/bulkdata/")[1]), None)
            answer = self.gantry.get(address + "/pixeldata")
            self.assertEqual(answer.status, 200 if pixels else 404, path)
            if pixels:
                self.assertEqual([(h["Content-Type"], d) for h, d in parts_of(answer)], pixels, path)

    def test_ranges_are_slices(self):
        rng, tried = random.Random(7), 0
        for address, (path, _, _) in rng.sample(sorted(self.stored.items()), 60):
            for rest in ("/bulkdata", "/pixeldata"):
                whole = self.gantry.get(address + rest)
                if whole.status != 200:
                    continue
                head = self.gantry.request("HEAD", address + rest)
                self.assertEqual((head.status, head.headers["content-length"], head.body), (200, str(len(whole.body)), b""))
                size = len(whole.body)
                for _ in range(4):
                    first = rng.randrange(size)
                    last = min(size - 1, first + rng.choice((0, 1, 7, 100, 100000)))
                    part = self.gantry.get(address + rest, headers={"Range": f"bytes={first}-{last}"})
                    self.assertEqual((part.status, part.body), (206, whole.body[first:last + 1]), (path, first, last))
                    self.assertEqual(part.headers["content-range"], f"bytes {first}-{last}/{size}")
                    self.assertEqual(part.headers["etag"], whole.headers["etag"])
                    tried += 1
                same = self.gantry.get(address + rest, headers={"If-None-Match": whole.headers["etag"]})
                self.assertEqual((same.status, same.body), (304, b""))
                other = self.gantry.get(address + rest, headers={"Range": "bytes=0-0", "If-Range": '"x"'})
                self.assertEqual((other.status, other.body), (200, whole.body))
                self.assertEqual(self.gantry.get(address + rest, headers={"Range": f"bytes={size}-"}).status, 416)
        self.assertGreater(tried, 100)

    def test_metadata_of_every_study_is_had_as_xml(self):
        for study in {a.split("/series/")[0] for a in self.stored}:
            answer = self.gantry.get(study + "/metadata", headers={"Accept": 'multipart/related; type="application/dicom+xml"'})
            self.assertEqual(answer.status, 200, study)


class Forms(harness.Case):
    def store(self, *files):
        answer = self.gantry.request("POST", "/dicom-web/studies", multipart(files), STOW)
        self.assertEqual(answer.status, 200, answer.body)

    def get(self, path, accept=None, status=200, **headers):
        answer = self.gantry.get("/dicom-web/studies/" + path, headers={**({"Accept": accept} if accept else {}), **headers})
        self.assertEqual(answer.status, status, (path, accept, answer.body[:300]))
        return answer

    def tool(self, program, *options, data=None):
        with tempfile.TemporaryDirectory() as folder:
            with open(folder + "/in.dcm", "wb") as out:
                out.write(data)
            subprocess.run([program, *options, folder + "/in.dcm", folder + "/out.dcm"], check=True, stdout=subprocess.DEVNULL)
            with open(folder + "/out.dcm", "rb") as made:
                return made.read()

    def test_who_takes_what(self):
        extra = element(0x00420011, "OB", b"%PDF-1.4" + b"x" * 2000) + element(0x00420012, "LO", "Application/PDF")
        image = instance(1, "1.4.1", "1.4.1.1", extra=extra)
        jpeg = self.tool("dcmcjpeg", "+e1", data=instance(2, "1.4.1", "1.4.1.1", frames=3))
        self.store(image, jpeg)
        pixels, syntax = image[-64 * 64 * 2:], "1.2.840.10008.1.2.4.70"
        first, second = "1.4.1/series/1.4.1.1/instances/1.4.1.1.1", "1.4.1/series/1.4.1.1/instances/1.4.1.1.2"
        uid = re.search(rb"(?s)\x08\x00\x18\x00UI..([0-9.]+)", jpeg).group(1).decode()
        second = f"1.4.1/series/1.4.1.1/instances/{uid}"
        every = [f"{OCTETS}; transfer-syntax=1.2.840.10008.1.2.1"] + [f"image/jpeg; transfer-syntax={syntax}"] * 3

        def types(path, accept, status=200):
            answer = self.get(path, accept, status)
            return [h["Content-Type"] for h, _ in parts_of(answer)] if status == 200 else answer.json["detail"]
        self.assertEqual(sorted(types("1.4.1/pixeldata", None)), sorted(every))
        for accept in ("*/*", "multipart/related", "multipart/related; type=\"*/*\"", 'multipart/related; type="image/jpeg", '
                       f'multipart/related; type="{OCTETS}";q=0.5', f'multipart/related; type="image/*"; transfer-syntax=*, multipart/related; type="{OCTETS}"'):
            self.assertEqual(sorted(types("1.4.1/pixeldata", accept)), sorted(every), accept)
        self.assertEqual(types("1.4.1/pixeldata", 'multipart/related; type="image/jpeg"'), every[1:])
        self.assertEqual(types("1.4.1/pixeldata", f'multipart/related; type="image/jpeg"; transfer-syntax={syntax}'), every[1:])
        octets = types("1.4.1/bulkdata", f'multipart/related; type="{OCTETS}"; transfer-syntax=*')
        self.assertEqual(sorted(octets), sorted([OCTETS, every[0]] + [f"{OCTETS}; transfer-syntax={syntax}"] * 3))
        self.assertEqual(types(first + "/bulkdata", 'multipart/related; type="application/pdf"'), ["application/pdf"])
        self.assertEqual(types(first + "/bulkdata", f'multipart/related; type="{OCTETS}"'), [OCTETS, every[0]])
        self.assertEqual(types(first + "/bulkdata", f'multipart/related; type="application/pdf", multipart/related; type="{OCTETS}"'),
                         ["application/pdf", every[0]])
        for accept in ("image/png", 'multipart/related; type="image/jls"', "application/dicom", "text/html", "image/jpeg",
                       'multipart/related; type="image/jpeg"; transfer-syntax=1.2.840.10008.1.2.4.50'):
            told = types("1.4.1/pixeldata", accept, 406)
            for word in (OCTETS, "image/jpeg; transfer-syntax=" + syntax, "multipart/related"):
                self.assertIn(word, told)
        single = self.get(first + "/pixeldata", OCTETS)
        self.assertEqual((single.headers["content-type"], single.body), (every[0], pixels))
        self.assertEqual(single.headers["cache-control"], "private, max-age=31536000, immutable")
        self.assertIn("no-cache", self.get("1.4.1/pixeldata").headers["cache-control"])
        document = self.get(first + "/bulkdata/00420011")
        self.assertEqual((document.headers["content-type"], document.headers["x-content-type-options"]), ("application/pdf", "nosniff"))
        self.assertEqual(self.get(first + "/bulkdata/00420011", OCTETS).headers["content-type"], OCTETS)
        self.assertEqual(self.get(first + "/bulkdata/00420011", "application/pdf", Range="bytes=1-3", status=206).body, b"PDF")
        wrapped = parts_of(self.get(first + "/bulkdata/00420011", 'multipart/related; type="application/pdf"'))
        self.assertEqual([(h["Content-Type"], d) for h, d in wrapped], [("application/pdf", document.body)])
        self.assertTrue(wrapped[0][0]["Content-Location"].endswith(first + "/bulkdata/00420011"))
        told = self.get(first + "/bulkdata/00420011", "text/xml", 406).json["detail"]
        self.assertIn("application/pdf", told)
        frames = parts_of(self.get(second + "/bulkdata/7FE00010"))
        self.assertEqual([h["Content-Location"].split("/instances/")[1] for h, _ in frames],
                         [f"{uid}/bulkdata/7FE00010/frames/{n}" for n in (1, 2, 3)])
        for n, (_, data) in enumerate(frames, 1):  # what the address says is there
            answer = self.get(f"{second}/bulkdata/7FE00010/frames/{n}", "image/jpeg")
            self.assertEqual((answer.body, answer.body[:2]), (data, b"\xff\xd8"))
            self.assertEqual(self.get(f"{second}/frames/{n}", "image/jpeg").body, data)
        self.assertEqual(self.get("1.4.1/bulkdata?accept=application/zip", "*/*", 406).json["code"], "NOT_ACCEPTABLE")

    def test_documents_of_types_nobody_knows_are_octets(self):
        for n, said in enumerate(("text/html", "image/svg+xml", "application/pdf\\text/html", "x" * 60, "application/javascript"), 1):
            self.store(instance(n, "1.4.2", "1.4.2.1", extra=element(0x00420011, "OB", b"<script>" * 300) + element(0x00420012, "LO", said)))
            for accept in (None, "*/*", OCTETS, "text/html, */*;q=0.1"):
                answer = self.get(f"1.4.2/series/1.4.2.1/instances/1.4.2.1.{n}/bulkdata/00420011", accept)
                self.assertEqual((answer.headers["content-type"], answer.headers["x-content-type-options"]), (OCTETS, "nosniff"), said)

    def test_big_endian_and_deflated_are_little_endian(self):
        numbers = b"".join(struct.pack("<H", n) for n in range(1000))
        extra = element(0x00281201, "OW", numbers) + element(0x00281101, "US", struct.pack("<3H", 1000, 0, 16))
        plain = instance(1, "1.4.3", "1.4.3.1", extra=extra, frames=3)
        pixels = plain[-3 * 8192:]
        for n, option in ((2, "+tb"), (3, "+td"), (4, "+ti")):
            self.store(self.tool("dcmconv", option, data=plain.replace(b"1.4.3.1.1", b"1.4.3.1.%d" % n)))
            path = f"1.4.3/series/1.4.3.1/instances/1.4.3.1.{n}"
            found = {h["Content-Location"].split("/bulkdata/")[1]: d for h, d in parts_of(self.get(path + "/bulkdata"))}
            self.assertEqual(found, {"00281201": numbers, "7FE00010": pixels})
            self.assertEqual(self.get(path + "/bulkdata/00281201", OCTETS).body, numbers)
            for first, last in ((0, 0), (1, 1), (3, 10), (8191, 16385), (24575, 24575)):
                part = self.get(path + "/pixeldata", OCTETS, 206, Range=f"bytes={first}-{last}")
                self.assertEqual(part.body, pixels[first:last + 1], (option, first))
            self.assertEqual(self.get(path + "/frames/2", OCTETS).body, pixels[8192:16384])
            self.assertEqual([d for _, d in parts_of(self.get(path + "/frames/3,1"))], [pixels[16384:], pixels[:8192]])
        stored = self.get("1.4.3/series/1.4.3.1/instances/1.4.3.1.2/pixeldata", f"{OCTETS}; transfer-syntax=1.2.840.10008.1.2.2").body
        self.assertEqual(stored, turned(pixels, 2))
        whole = self.get("1.4.3/pixeldata")
        self.assertEqual([d for _, d in parts_of(whole)], [pixels] * 3)
        part = self.get("1.4.3/pixeldata", None, 206, Range="bytes=30000-60000")
        self.assertEqual(part.body, whole.body[30000:60001])

    def test_frames_within_words(self):
        """Frames of nine bytes, and of nine bits, in words of two bytes that are the other way round."""
        for number, (bits, size) in enumerate(((8, 9 * 5), (1, 6)), 1):
            value = bytes(range(1, size + size % 2 + 1))
            image = instance(number, "1.4.4", "1.4.4.1", pixels=3, frames=5)
            image = image[:image.index(element(0x7FE00010, "OW", b"")[:6])]
            image = image.replace(element(0x00280100, "US", b"\x10\0"), element(0x00280100, "US", struct.pack("<H", bits)))
            image = image.replace(element(0x00280101, "US", b"\x10\0"), element(0x00280101, "US", struct.pack("<H", bits)))
            image = image.replace(element(0x00280102, "US", b"\x0f\0"), element(0x00280102, "US", struct.pack("<H", bits - 1)))
            big = self.tool("dcmconv", "+tb", data=image + element(0x7FE00010, "OW", value))
            self.store(big)
            stream = int.from_bytes(value, "little")
            for frame in range(5):
                answer = self.get(f"1.4.4/series/1.4.4.1/instances/1.4.4.1.{number}/frames/{frame + 1}", OCTETS).body
                wanted = (value[frame * 9:frame * 9 + 9] if bits == 8 else (stream >> frame * 9 & 0x1FF).to_bytes(2, "little"))
                self.assertEqual(answer, wanted, (bits, frame))

    def test_encapsulated_in_an_item(self):
        icon = (element(0x7FE00010, "OB", b"")[:8] + b"\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\0\0\0\0"
                + b"\xfe\xff\x00\xe0\4\0\0\0\xff\xd8AB" + b"\xfe\xff\x00\xe0\4\0\0\0CD\xff\xd9" + b"\xfe\xff\xdd\xe0\0\0\0\0")
        item = b"\xfe\xff\x00\xe0" + struct.pack("<I", len(icon)) + icon
        image = instance(1, "1.4.5", "1.4.5.1")
        at = image.index(element(0x7FE00010, "OW", b"")[:6])
        body = b"".join(b"\xfe\xff\x00\xe0" + struct.pack("<I", len(f)) + f for f in (b"", b"\xff\xd8--\xff\xd9"))
        image = (image[:at].replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.4.50", 1) + element(0x00880200, "SQ", item)
                 + element(0x7FE00010, "OB", b"")[:8] + b"\xff\xff\xff\xff" + body + b"\xfe\xff\xdd\xe0\0\0\0\0")
        length = struct.unpack_from("<I", image, 140)[0]
        image = image.replace(element(0x00020000, "UL", struct.pack("<I", length)), element(0x00020000, "UL", struct.pack("<I", length + 2)))
        image = image.replace(b"\x02\0\x10\0UI\x14\0", b"\x02\0\x10\0UI\x16\0")
        self.store(image)
        path = "1.4.5/series/1.4.5.1/instances/1.4.5.1.1"
        found = {h["Content-Location"].split("/bulkdata/")[1]: (h["Content-Type"], d) for h, d in parts_of(self.get(path + "/bulkdata"))}
        jpeg = "image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.50"
        self.assertEqual(found, {"00880200/1/7FE00010": (jpeg, b"\xff\xd8ABCD\xff\xd9"), "7FE00010": (jpeg, b"\xff\xd8--\xff\xd9")})
        self.assertEqual(self.get(path + "/bulkdata/00880200/1/7FE00010", "image/jpeg").body, b"\xff\xd8ABCD\xff\xd9")
        self.assertEqual([d for _, d in parts_of(self.get(path + "/pixeldata"))], [b"\xff\xd8--\xff\xd9"])

    def test_memory_stays_flat(self):
        if harness.is_instrumented():
            self.skipTest("memory tells nothing here")
        for n in range(6):
            self.store(*(instance(n * 4 + i, "1.4.6", "1.4.6.1", pixels=2048) for i in range(1, 5)))
        big = self.tool("dcmconv", "+tb", data=instance(30, "1.4.6", "1.4.6.1", pixels=2048, frames=12))
        self.store(big)
        before = self.gantry.memory_kib()
        size = len(self.get("1.4.6/bulkdata").body)
        self.assertGreater(size, 280 << 20)
        self.assertLess(self.gantry.memory_kib() - before, 64 << 10)

    def test_too_much_for_one_answer(self):
        fragment = b"\xfe\xff\x00\xe0\2\0\0\0\xff\xd8"
        for number in (1, 2):
            image = instance(number, "1.4.7", "1.4.7.1", frames=60000, pixels=0)
            at = image.index(element(0x7FE00010, "OW", b"")[:6])
            image = (image[:at].replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0", 1) + element(0x7FE00010, "OB", b"")[:8]
                     + b"\xff\xff\xff\xff\xfe\xff\x00\xe0\0\0\0\0" + fragment * 60000 + b"\xfe\xff\xdd\xe0\0\0\0\0")
            self.store(image)
        for path in ("1.4.7/pixeldata", "1.4.7/bulkdata", "1.4.7/series/1.4.7.1/bulkdata"):
            self.assertProblem(self.get(path, status=413), 413, "TOO_LARGE")
        answer = self.get("1.4.7/series/1.4.7.1/instances/1.4.7.1.1/pixeldata")
        self.assertEqual(answer.body.count(b"image/dicom-rle; transfer-syntax=1.2.840.10008.1.2.5"), 60000)

    def test_nothing_there(self):
        self.store(instance(1, "1.4.8", "1.4.8.1")[:-(64 * 64 * 2 + 12)])
        for path in ("1.4.8", "1.4.8/series/1.4.8.1", "1.4.8/series/1.4.8.1/instances/1.4.8.1.1"):
            for kind in ("bulkdata", "pixeldata"):
                self.assertProblem(self.get(f"{path}/{kind}", status=404), 404, "NOT_FOUND")
                self.assertProblem(self.get(f"{path.replace('1.4.8', '1.4.9')}/{kind}", status=404), 404, "NOT_FOUND")


if __name__ == "__main__":
    harness.main()
