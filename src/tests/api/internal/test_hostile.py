"""What nobody should send: images that lie, framing that lies, peers that dawdle, senders that race. Each gets a documented
answer in time, the server lives, and nothing half-stored remains."""
import gzip
import json
import os
import random
import socket
import struct
import sys
import threading
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, element, instance, multipart

CORPUS = os.environ.get("GANTRY_CORPUS", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../../../shared/dicom"))
MALFORMED, INVALID, CONFLICT, FULL = 0xC000, 0xA900, 0x0111, 0xA700
SECONDS_MAX = 5
MEMORY_GROWTH_MAX_KIB = 64 * 1024
HEAD = b"POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"


def part10(data, syntax="1.2.840.10008.1.2.1", sop="1.5.0.1"):
    """A file of a data set; the meta information names what it likes."""
    meta = (element(0x00020002, "UI", "1.2.840.10008.5.1.4.1.1.2") + element(0x00020003, "UI", sop)
            + element(0x00020010, "UI", syntax))
    return b"\0" * 128 + b"DICM" + element(0x00020000, "UL", struct.pack("<I", len(meta))) + meta + data


def data_set(sop, more=b"", study="1.5.0", series="1.5.0.0"):
    return (element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2") + element(0x00080018, "UI", sop)
            + element(0x00080060, "CS", "OT") + element(0x00100010, "PN", "Hostile") + element(0x00100020, "LO", "H1")
            + element(0x0020000D, "UI", study) + element(0x0020000E, "UI", series) + more)


def tag_bytes(tag):
    return struct.pack("<HH", tag >> 16, tag & 0xFFFF)


def item(content, length=None):
    return tag_bytes(0xFFFEE000) + struct.pack("<I", len(content) if length is None else length) + content


def sequence(tag, content, length=None):
    return tag_bytes(tag) + b"SQ\0\0" + struct.pack("<I", len(content) if length is None else length) + content


UNDEFINED = 0xFFFFFFFF
ITEM_END = tag_bytes(0xFFFEE00D) + b"\0\0\0\0"
SEQUENCE_END = tag_bytes(0xFFFEE0DD) + b"\0\0\0\0"


def elements_of(data):
    """(start, place of the length, its size, start of the value, end) of each element of an explicit VR file without sequences."""
    at = 132
    while at < len(data):
        is_long = data[at + 4:at + 6] in (b"OB", b"OW", b"SQ", b"UN", b"UT")
        where, size = (at + 8, 4) if is_long else (at + 6, 2)
        length = int.from_bytes(data[where:where + size], "little")
        yield at, where, size, where + size, where + size + length
        at = where + size + length


class Battery(harness.Case):
    """What every hostile test asserts besides its own: the server lives and nothing half-stored is left."""

    def setUp(self):
        self.patience = SECONDS_MAX * (8 if harness.is_instrumented() else 1)

    def tearDown(self):
        self.assertEqual(self.gantry.get("/healthz", token=None).status, 200)
        end = time.monotonic() + 10
        while self.gantry.staged() and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(self.gantry.staged(), [])

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gantry.request("POST", "/dicom-web/studies", multipart([instance(1, pixels=512)]), STOW)
        cls.memory_kib = cls.gantry.memory_kib()

    @classmethod
    def tearDownClass(cls):
        verify = cls.gantry.run("verify")
        super().tearDownClass()
        assert verify.returncode == 0, verify.stdout

    def send(self, *parts, **headers):
        """Stores; gives the UIDs that were stored and (UID, reason) of those that were not, after checking the answer's form."""
        start = time.monotonic()
        answer = self.gantry.request("POST", "/dicom-web/studies", multipart(parts), {**STOW, **headers})
        self.assertLess(time.monotonic() - start, self.patience + 0.02 * len(parts))
        if answer.headers["content-type"] == "application/problem+json":
            self.assertProblem(answer, answer.status, answer.json["code"])
            self.assertIn(answer.status, (400, 413, 415, 422), answer.body)
            return [], []
        self.assertEqual(answer.headers["content-type"], "application/dicom+json")
        uid = lambda entry: entry["00081155"].get("Value", [None])[0]
        stored = [uid(e) for e in answer.json.get("00081199", {}).get("Value", [])]
        refused = [(uid(e), e["00081197"]["Value"][0]) for e in answer.json.get("00081198", {}).get("Value", [])]
        self.assertEqual(answer.status, 200 if not refused else 202 if stored else 409)
        self.assertEqual(len(stored) + len(refused), len(parts))
        self.assertLessEqual({reason for _, reason in refused}, {MALFORMED, INVALID, CONFLICT, FULL})
        if not harness.is_instrumented():
            self.assertLess(self.gantry.memory_kib() - self.memory_kib, MEMORY_GROWTH_MAX_KIB)
        return stored, refused

    def metadata(self, sop, study="1.5.0", series="1.5.0.0"):
        start = time.monotonic()
        answer = self.gantry.get(f"/dicom-web/studies/{study}/series/{series}/instances/{sop}/metadata")
        self.assertLess(time.monotonic() - start, self.patience)
        self.assertEqual(answer.status, 200, answer.body[:500])
        return answer.body

    def open(self, head, body=b"", path=b"/dicom-web/studies"):
        peer = socket.create_connection(("127.0.0.1", self.gantry.port), timeout=20)
        try:
            peer.sendall(HEAD % (path, self.gantry.token.encode()) + head + b"\r\n" + body)
        except OSError:
            pass  # answered and closed before all was read
        return peer

    def read(self, peer):
        """All the peer is told until it is closed."""
        answer = b""
        try:
            while piece := peer.recv(65536):
                answer += piece
        except ConnectionError:
            pass
        peer.close()
        return answer

    def assertRefused(self, answer, *statuses):
        """Closed without a word, or one of the answers, which is a problem when it has a body of ours."""
        if answer:
            self.assertIn(int(answer.split(b" ", 2)[1]), statuses, answer[:300])


class Images(Battery):
    def test_cut_at_every_point(self):
        sample = instance(100000, "1.5.1", "1.5.1.1", pixels=16)
        ends = {end: start for start, _, _, _, end in elements_of(sample)}
        last_uid = sample.index(b"1.5.1.1\0") + 8
        points = sorted({*range(1, 1000), *range(1000, len(sample), 97), len(sample) - 1})
        for at in range(0, len(points), 100):
            group = points[at:at + 100]
            stored, refused = self.send(*(instance(100000 + point, "1.5.1", "1.5.1.1", pixels=16)[:point] for point in group))
            whole = [f"1.5.1.1.{100000 + point}" for point in group if point in ends and point >= last_uid]
            self.assertEqual(sorted(stored), sorted(whole))

    def test_lengths_that_lie(self):
        sample = instance(1, "1.5.2", "1.5.2.1", pixels=16)
        parts = []
        for number, (_, where, size, value, end) in enumerate(elements_of(sample)):
            for lie in (0, 1, 2, 7, end - value + 1, end - value - 1, end - value + 2, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, UNDEFINED):
                if 0 <= lie < 256 ** size:
                    own = instance(1000 + number, "1.5.2", "1.5.2.1", pixels=16)
                    parts.append(own[:where] + lie.to_bytes(size, "little") + own[where + size:])
        self.assertGreater(len(parts), 200)
        for at in range(0, len(parts), 64):
            self.send(*parts[at:at + 64])

    def test_depth(self):
        for depth in (10, 200, 1500, 20000):
            opened = b"".join(sequence(0x00400275, b"", UNDEFINED) + item(b"", UNDEFINED) for _ in range(depth))
            nested = opened + (ITEM_END + SEQUENCE_END) * depth
            for name, content in (("1", nested), ("2", opened)):
                sop = f"1.5.3.{depth}.{name}"
                stored, _ = self.send(part10(data_set(sop, content), sop=sop))
                if depth == 10:
                    self.assertEqual(stored, [sop] if name == "1" else [])
                elif stored:
                    self.assertEqual(self.metadata(sop).count(b'"00400275"'), depth)
        content = b""
        for _ in range(1500):
            content = sequence(0x00400275, item(content))
        self.send(part10(data_set("1.5.3.1", content), sop="1.5.3.1"))

    def test_counts(self):
        many_items = sequence(0x00400275, item(b"") * 60000)
        stored, _ = self.send(part10(data_set("1.5.4.1", many_items), sop="1.5.4.1"))
        self.assertEqual(stored, ["1.5.4.1"])
        self.assertEqual(len(json.loads(self.metadata("1.5.4.1"))[0]["00400275"]["Value"]), 60000)
        many_elements = b"".join(element(0x00211000 + n, "LO", "x") for n in range(4000))
        many_values = element(0x00281101, "UT", "\\".join("1" * 30000))
        fragments = (tag_bytes(0x7FE00010) + b"OB\0\0" + struct.pack("<I", UNDEFINED) + item(b"") + item(b"ab") * 60000 + SEQUENCE_END)
        for number, more in enumerate((many_elements, many_values), 2):
            stored, _ = self.send(part10(data_set(f"1.5.4.{number}", more), sop=f"1.5.4.{number}"))
            self.assertEqual(stored, [f"1.5.4.{number}"])
            self.metadata(f"1.5.4.{number}")
        self.send(part10(data_set("1.5.4.9", fragments), "1.2.840.10008.1.2.4.50", "1.5.4.9"))
        repeated = data_set("1.5.4.10") + data_set("1.5.4.11")
        self.send(part10(repeated, sop="1.5.4.10"))

    def deflated(self, sop, pieces):
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        body = packer.compress(data_set(sop))
        for piece in pieces:
            body += packer.compress(piece)
        return part10(body + packer.flush(), "1.2.840.10008.1.2.1.99", sop)

    def test_bombs(self):
        zeros = bytes(1 << 20)
        mebibytes = 256
        bulk = [tag_bytes(0x00211001) + b"OB\0\0" + struct.pack("<I", mebibytes << 20)] + [zeros] * mebibytes
        elements = [element(0x00211001, "LO", "")] * (1 << 20)
        items = [sequence(0x00400275, b"", UNDEFINED)] + [item(b"") * 1024] * 4096
        for name, pieces in (("1", bulk), ("2", elements), ("3", items), ("4", [zeros] * mebibytes)):
            bomb = self.deflated("1.5.5." + name, pieces)
            self.assertLess(len(bomb), 8 << 20)
            self.send(bomb)
            self.assertEqual(self.gantry.get("/healthz", token=None).status, 200)
        cut = self.deflated("1.5.5.5", [element(0x00211001, "LO", "abc")])
        for size in range(len(cut) - 20, len(cut)):
            self.assertEqual(self.send(cut[:size])[0], [])
        noise = cut[:-30] + random.Random(5).randbytes(4000)
        self.send(noise)

    def test_uids_that_are_none(self):
        for uid in ("", "x", "../../etc/passwd", "1.2.3/4", "1" * 65, "1.2\0.3", "1.2 .3", "1.2.3%2f", "١.٢"):
            for tag in ("study", "series", "sop"):
                uids = {"study": "1.5.6", "series": "1.5.6.1", "sop": "1.5.6.1.1", tag: uid}
                stored, refused = self.send(part10(data_set(uids["sop"], b"", uids["study"], uids["series"])))
                self.assertEqual((stored, [reason for _, reason in refused]), ([], [INVALID]), (uid, tag))

    def test_preambles_that_are_programs_or_pages(self):
        """A file that is an image to one reader and something else to another, CVE-2019-11687."""
        heads = {"pe": b"MZ\x90\0", "elf": b"\x7fELF\2\1\1", "mach-o": b"\xcf\xfa\xed\xfe", "tiff": b"II*\0\x84\0\0\0",
                 "pdf": b"%PDF-1.7\n", "page": b"<html><script>", "zip": b"PK\3\4", "script": b"#!/bin/sh\n"}
        for n, head in enumerate(heads.values(), 1):
            sop = f"1.5.9.{n}"
            clean = part10(data_set(sop, study="1.5.9", series="1.5.9.0"), sop=sop)
            stored, refused = self.send(head.ljust(128, b"A") + clean[128:])
            self.assertEqual((stored, refused), ([sop], []))
            answer = self.gantry.get(f"/dicom-web/studies/1.5.9/series/1.5.9.0/instances/{sop}", headers={"Accept": "application/dicom"})
            self.assertEqual(answer.body, clean)
            self.assertEqual((answer.headers["content-type"], answer.headers["x-content-type-options"]), ("application/dicom", "nosniff"))
            for again in (clean, head.ljust(128, b"B") + clean[128:]):  # the same image, whatever stands before it
                self.assertEqual(self.send(again), ([sop], []))
        raw = clean[132 + 12 + clean[140]:]  # a data set alone has no preamble that could be cleared
        self.assertEqual(self.send(raw.replace(b"1.5.9.8", b"1.5.9.9"))[0], ["1.5.9.9"])
        kept = harness.Gantry(self.gantry.binary)
        kept.environment["GANTRY_KEEP_PREAMBLES"] = "1"
        kept.start()
        try:
            kept.use_administrator()
            dual = heads["tiff"].ljust(128, b"A") + clean[128:]
            self.assertEqual(kept.request("POST", "/dicom-web/studies", multipart([dual]), STOW).status, 200)
            path = f"/dicom-web/studies/1.5.9/series/1.5.9.0/instances/{sop}"
            self.assertEqual(kept.get(path, headers={"Accept": "application/dicom"}).body, dual)
        finally:
            kept.stop()
            kept.remove()

    def test_peers_that_hang_up_in_the_middle_of_an_answer(self):
        """On every route that sends for long. Nothing hangs, no descriptor stays open, and the next one has it all."""
        pixels = random.Random(9).randbytes(1500 * 1500 * 2)
        files = []
        for n in (1, 2, 3):
            more = (element(0x00280010, "US", struct.pack("<H", 1500)) + element(0x00280011, "US", struct.pack("<H", 1500))
                    + element(0x00280100, "US", struct.pack("<H", 16)) + tag_bytes(0x7FE00010) + b"OW\0\0"
                    + struct.pack("<I", len(pixels)) + pixels)
            files.append(part10(data_set(f"1.5.10.0.{n}", more, "1.5.10", "1.5.10.0"), sop=f"1.5.10.0.{n}"))
        self.assertEqual(self.gantry.request("POST", "/dicom-web/studies", multipart(files), STOW).status, 200)
        study, series = "/dicom-web/studies/1.5.10", "/dicom-web/studies/1.5.10/series/1.5.10.0"
        one, parts = series + "/instances/1.5.10.0.1", 'multipart/related; type="application/dicom"; transfer-syntax=*'
        routes = [(study, parts), (series, parts), (one, "application/dicom"), (one, parts), (study, "application/zip"),
                  (study, "application/x-tar"), (one + "/frames/1", "application/octet-stream"),
                  (one + "/frames/1", "multipart/related; type=application/octet-stream"),
                  (one + "/bulkdata/7FE00010", "application/octet-stream"),
                  (study, 'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.2')]
        whole = [self.gantry.get(path, headers={"Accept": accept}) for path, accept in routes]
        self.assertEqual([answer.status for answer in whole], [200] * len(routes))
        open_before = len(os.listdir(f"/proc/{self.gantry.process.pid}/fd"))
        for path, accept in routes:
            head = (f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.gantry.token}\r\nAccept: {accept}\r\n\r\n")
            for read in (0, 1, 70000):
                with socket.create_connection(("127.0.0.1", self.gantry.port), 20) as peer:
                    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, not a farewell
                    peer.sendall(head.encode())
                    while read > 0:
                        got = len(peer.recv(read))
                        self.assertGreater(got, 0, path)
                        read -= got
        for (path, accept), answer in zip(routes, whole):
            self.assertEqual(self.gantry.get(path, headers={"Accept": accept}).body, answer.body, (path, accept))
        few = len(routes)  # connections to the database are opened when they are needed; of each route three peers hung up
        deadline = time.time() + 20
        while len(os.listdir(f"/proc/{self.gantry.process.pid}/fd")) > open_before + few and time.time() < deadline:
            time.sleep(0.1)
        self.assertLessEqual(len(os.listdir(f"/proc/{self.gantry.process.pid}/fd")), open_before + few)

    def test_every_malformed_file_of_the_corpus(self):
        files = [os.path.join(root, name) for root, _, names in os.walk(CORPUS + "/malformed") for name in names]
        if not files:
            self.skipTest("there is no corpus here")
        for path in sorted(files):
            with open(path, "rb") as file, self.subTest(os.path.basename(path)):
                self.send(file.read())
                self.assertEqual(self.gantry.get("/healthz", token=None).status, 200)
        rows = self.gantry.get("/dicom-web/instances?limit=5000")
        for row in rows.json:
            path = (f"/dicom-web/studies/{row['0020000D']['Value'][0]}/series/{row['0020000E']['Value'][0]}"
                    f"/instances/{row['00080018']['Value'][0]}")
            self.assertEqual(self.gantry.get(path + "/metadata").status, 200, path)
            self.assertIn(self.gantry.get(path + "/frames/1").status, (200, 404, 406, 409, 422), path)

    def test_five_thousand_parts(self):
        small = [part10(data_set(f"1.5.7.{n}", b"", "1.5.7", "1.5.7.0"), sop=f"1.5.7.{n}") for n in range(1, 5001)]
        stored, refused = self.send(*small)
        self.assertEqual((len(stored), len(set(stored)), refused), (5000, 5000, []))
        self.assertEqual(self.send(*small)[0], stored)
        self.assertEqual(self.gantry.get("/dicom-web/studies/1.5.7/instances?limit=1").headers["x-total-count"], "5000")
        stored, refused = self.send(*[b"not an image"] * 5000)
        self.assertEqual((stored, len(refused)), ([], 5000))
        answer = self.gantry.request("POST", "/dicom-web/studies", multipart([b""] * 100001), STOW)
        self.assertIn(answer.status, (400, 409, 413))


class Races(Battery):
    def race(self, files):
        answers, gate = [None] * len(files), threading.Barrier(len(files))

        def sender(n):
            body = multipart([files[n]])
            gate.wait()
            answers[n] = self.gantry.request("POST", "/dicom-web/studies", body, STOW)
        threads = [threading.Thread(target=sender, args=(n,)) for n in range(len(files))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def test_same_image_from_many_at_once(self):
        for round_number in range(3):
            study = f"1.5.8.{round_number}"
            answers = self.race([instance(1, study, study + ".1")] * 32)
            self.assertEqual([a.status for a in answers], [200] * 32)
            rows = self.gantry.get(f"/dicom-web/studies/{study}/instances")
            self.assertEqual((len(rows.json), rows.headers["x-total-count"]), (1, "1"))
            one = self.gantry.get(f"/dicom-web/studies?StudyInstanceUID={study}").json[0]
            self.assertEqual((one["00201206"]["Value"], one["00201208"]["Value"]), ([1], [1]))

    def test_other_images_of_one_uid_from_many_at_once(self):
        for round_number in range(3):
            study = f"1.5.9.{round_number}"
            files = [instance(1, study, study + ".1", name=f"Racer^{n}") for n in range(32)]
            answers = self.race(files)
            self.assertEqual(sorted(a.status for a in answers), [200] + [409] * 31)
            winner = next(n for n, a in enumerate(answers) if a.status == 200)
            for answer in answers:
                if answer.status == 409:
                    self.assertEqual(answer.json["00081198"]["Value"][0]["00081197"]["Value"], [CONFLICT])
            kept = self.gantry.get(f"/dicom-web/studies/{study}/series/{study}.1/instances/{study}.1.1",
                                   headers={"Accept": "application/dicom"})
            self.assertEqual(kept.body, files[winner])


class Framing(Battery):
    def test_packed_bodies(self):
        login = gzip.compress(json.dumps({"email": "admin@example.org", "password": harness.PASSWORD}).encode())
        answer = self.gantry.request("POST", "/api/v1/auth/login", login,
                                     {"Content-Type": "application/json", "Content-Encoding": "gzip"}, token=None)
        self.assertProblem(answer, *((415, "UNSUPPORTED") if answer.status == 415 else (400, "MALFORMED")))
        packed = gzip.compress(multipart([instance(1, "1.5.10", "1.5.10.1")]))  # what inflates is taken; what lies about it is not
        for body, encoding in ((packed[10:], "gzip"), (packed, "br"), (packed, "gzip, deflate"), (gzip.compress(packed), "gzip")):
            answer = self.gantry.request("POST", "/dicom-web/studies", body, {**STOW, "Content-Encoding": encoding})
            self.assertProblem(answer, *((415, "UNSUPPORTED") if answer.status == 415 else (400, "MALFORMED")))
        self.assertEqual(self.gantry.get("/dicom-web/studies?StudyInstanceUID=1.5.10").json, [])

    def test_heads_without_end(self):
        for head in (b"".join(b"X-%d: y\r\n" % n for n in range(101)), b"X: y\r\n" * 10000, b"X: " + b"y" * 100000 + b"\r\n",
                     b"X" * 100000 + b": y\r\n", b"Cookie: " + b"a=b; " * 20000 + b"\r\n", b"X: y\r\n z\r\n" * 200):
            answer = self.read(self.open(b"Content-Length: 0\r\nConnection: close\r\n" + head))
            self.assertRefused(answer, 400, 413, 431)

    def test_lengths_of_bodies_that_lie(self):
        start = len(self.gantry.objects())
        body = multipart([instance(1, "1.5.11", "1.5.11.1", pixels=256)])[:100000]
        multipart_head = b"Content-Type: " + STOW["Content-Type"].encode() + b"\r\n"
        peers = [self.open(multipart_head + b"Content-Length: %d\r\n" % size, body) for size in (1 << 40, (1 << 63) - 1, 200000) * 20]
        begin = time.monotonic()
        for _ in range(20):
            self.assertEqual(self.gantry.get("/dicom-web/studies?limit=1").status, 200)
        self.assertLess(time.monotonic() - begin, self.patience)
        for peer in peers:
            peer.close()
        for size in (b"18446744073709551616", b"99999999999999999999999", b"-1", b"0x10", b"1e3", b"5 5", b""):
            self.assertRefused(self.read(self.open(multipart_head + b"Content-Length: " + size + b"\r\nConnection: close\r\n")), 400, 413)
        json_head = b"Content-Type: application/json\r\nContent-Length: 1000000000000\r\nConnection: close\r\n"
        self.assertRefused(self.read(self.open(json_head, b"{", path=b"/api/v1/auth/login")), 413)
        self.assertEqual(len(self.gantry.objects()), start)

    def test_chunks_that_lie(self):
        head = b"Content-Type: " + STOW["Content-Type"].encode() + b"\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
        body = multipart([instance(1, "1.5.12", "1.5.12.1")])
        whole, most = b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n", body[:-40]
        for bad in (b"g\r\n", b"-5\r\n", b"+5\r\n", b"0x5\r\nabcde\r\n", b"FFFFFFFFFFFFFFFFF\r\nab", b"7FFFFFFFFFFFFFFF\r\nab", b"\r\n",
                    b"5\r\nabcdefgh\r\n", b"5\nabcde\n0\n\n", whole[:-60],
                    b"%x\r\n\r\n" % len(most) + most, b"%x\r\n" % (len(most) + 5) + most + b"\r\n0\r\n\r\n"):
            peer = self.open(head, bad)
            try:
                peer.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            self.assertRefused(self.read(peer), 400, 409, 413)
        long_extension = self.read(self.open(head, b"5;" + b"e" * 200000 + b"\r\nabcde\r\n"))
        self.assertRefused(long_extension, 400, 413, 500)  # the HTTP library's own answer
        self.assertEqual(self.gantry.get("/dicom-web/studies?StudyInstanceUID=1.5.12").json, [])
        answer = self.read(self.open(head, whole))
        self.assertIn(b" 200 OK", answer.split(b"\r\n")[0])

    def test_tokens_of_the_wrong_kind(self):
        pair = self.gantry.sign_in().json
        access, refresh = pair["access_token"], pair["refresh_token"]
        self.assertProblem(self.gantry.get("/dicom-web/studies", token=refresh), 401, "UNAUTHENTICATED")
        for value in ("Basic " + access, "bearer", "Bearer", "Bearer  ", "Token " + access, access, "Bearer " + access + "x",
                      f"Bearer {access} {access}", "Bearer null", "Bearer " + access.upper()):
            answer = self.gantry.get("/dicom-web/studies", headers={"Authorization": value}, token=None)
            self.assertProblem(answer, 401, "UNAUTHENTICATED")
            self.assertIn("bearer", answer.headers["www-authenticate"].lower())
        self.assertEqual(self.gantry.get("/dicom-web/studies?access_token=" + access, token=None).status, 401)
        for wrong in (access, "", "x"):
            answer = self.gantry.request("POST", "/api/v1/auth/refresh", {"refresh_token": wrong}, token=None)
            self.assertIn(answer.status, (401, 422))
        self.assertEqual(self.gantry.request("POST", "/api/v1/auth/refresh", {"refresh_token": refresh}, token=None).status, 200)


if __name__ == "__main__":
    harness.main()
