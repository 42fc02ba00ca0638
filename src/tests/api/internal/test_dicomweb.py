"""DICOMweb as its clients see it: store, search, retrieve."""
import gzip
import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.parse
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, element, instance, multipart, sha256


class DicomWeb(harness.Case):
    demo = True

    def search(self, path, **query):
        answer = self.gantry.get(f"/dicom-web/{path}?{urllib.parse.urlencode(query)}")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def store(self, *parts, status=200, headers=STOW, path="/dicom-web/studies", **options):
        answer = self.gantry.request("POST", path, multipart(parts, **options), headers)
        self.assertEqual(answer.status, status, answer.body)
        return answer

    def paths(self, number, study="1.2.3", series="1.2.3.4"):
        return f"/dicom-web/studies/{study}/series/{series}/instances/{series}.{number}"

    def test_what_is_stored_comes_back_byte_for_byte(self):
        files = [instance(n, "1.9.1", "1.9.1.1") for n in range(1, 4)]
        answer = self.store(*files).json
        self.assertEqual(len(answer["00081199"]["Value"]), 3)
        for n, data in enumerate(files, 1):
            path = self.paths(n, "1.9.1", "1.9.1.1")
            whole = self.gantry.get(path, headers={"Accept": "application/dicom"})
            self.assertEqual(sha256(whole.body), sha256(data))
            part = self.gantry.get(path, headers={"Accept": 'multipart/related; type="application/dicom"'})
            self.assertIn(data, part.body)
            self.assertEqual(int(part.headers["content-length"]), len(part.body))
        study = self.gantry.get("/dicom-web/studies/1.9.1")
        self.assertTrue(all(data in study.body for data in files))
        dump = subprocess.run(["dcmdump", "-"], input=whole.body, stdout=subprocess.PIPE, check=True).stdout
        self.assertIn(b"Doe^Jane", dump)

    def test_same_bytes_again_succeed_and_other_bytes_are_refused(self):
        first = instance(1, "1.9.2", "1.9.2.1")
        self.store(first)
        before = self.search("studies", StudyInstanceUID="1.9.2")[0]
        self.store(first)
        self.assertEqual(self.search("studies", StudyInstanceUID="1.9.2")[0], before)
        other = instance(1, "1.9.2", "1.9.2.1", name="Other^Name")
        refused = self.store(other, status=409).json
        self.assertEqual(refused["00081198"]["Value"][0]["00081197"]["Value"], [0x0111])
        kept = self.gantry.get(self.paths(1, "1.9.2", "1.9.2.1"), headers={"Accept": "application/dicom"})
        self.assertEqual(kept.body, first)

    def test_store_tells_each_outcome(self):
        mixed = self.store(instance(1, "1.9.3", "1.9.3.1"), b"not dicom", status=202).json
        self.assertEqual(len(mixed["00081199"]["Value"]), 1)
        self.assertEqual(mixed["00081198"]["Value"][0]["00081197"]["Value"], [0xC000])
        self.store(b"nothing good", status=409)
        self.store(instance(1, "1.9.4", "1.9.4.1"), status=409, path="/dicom-web/studies/1.9.3")
        truncated = instance(1, "1.9.5", "1.9.5.1")[:-100]
        self.store(truncated, status=409)
        self.assertEqual(self.search("studies", StudyInstanceUID="1.9.4,1.9.5"), [])

    def test_store_takes_what_clients_send(self):
        single = instance(1, "1.9.6", "1.9.6.1")
        answer = self.gantry.request("POST", "/dicom-web/studies", single, {"Content-Type": "application/dicom"})
        self.assertEqual(answer.status, 200, answer.body)
        self.store(instance(2, "1.9.6", "1.9.6.1"), start=b"\r\n")
        self.store(instance(3, "1.9.6", "1.9.6.1"), end=b"--")
        self.store(instance(4, "1.9.6", "1.9.6.1"), start=b"a preamble\r\n", end=b"--\r\nepilogue")
        self.store(instance(5, "1.9.6", "1.9.6.1"),
                   headers={"Content-Type": "multipart/related;type=application/dicom;boundary=gantry-test"})
        body = multipart([instance(6, "1.9.6", "1.9.6.1")])
        connection = http.client.HTTPConnection("127.0.0.1", self.gantry.port)
        pieces = [body[i:i + 777] for i in range(0, len(body), 777)]
        connection.request("POST", "/dicom-web/studies", iter(pieces),
                           {**STOW, "Authorization": "Bearer " + self.gantry.token}, encode_chunked=True)
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()
        self.assertEqual(len(self.search("studies/1.9.6/instances")), 6)
        wrong = self.gantry.request("POST", "/dicom-web/studies", b"x", {"Content-Type": "text/plain"})
        self.assertProblem(wrong, 415, "UNSUPPORTED")
        empty = self.gantry.request("POST", "/dicom-web/studies", b"", STOW)
        self.assertProblem(empty, 400, "MALFORMED")

    def test_a_body_cut_off_leaves_nothing(self):
        data = multipart([instance(1, "1.9.7", "1.9.7.1", pixels=512)])
        with socket.create_connection(("127.0.0.1", self.gantry.port)) as peer:
            peer.sendall(b"POST /dicom-web/studies HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                         + self.gantry.token.encode() + b"\r\nContent-Type: " + STOW["Content-Type"].encode()
                         + b"\r\nContent-Length: %d\r\n\r\n" % len(data) + data[:len(data) // 2])
        self.store(instance(1, "1.9.8", "1.9.8.1"))
        self.assertEqual(self.search("studies", StudyInstanceUID="1.9.7"), [])

    def test_searches_match_as_the_standard_says(self):
        shapes = {"PatientName": "shepp*", "00100010": "SHEPP^LOGAN", "PatientID": "DEMO-PHANTOM-1", "StudyDate": "20260105",
                  "AccessionNumber": "DEMO0001", "StudyDescription": "Head*"}
        for key, value in shapes.items():
            found = self.search("studies", **{key: value})
            self.assertEqual([s["00100020"]["Value"] for s in found], [["DEMO-PHANTOM-1"]], (key, value))
        self.assertEqual(len(self.search("studies", ModalitiesInStudy="US")), 1)
        self.assertEqual(len(self.search("studies", StudyDate="20260201-20260212", ModalitiesInStudy="CR")), 12)
        self.assertEqual(len(self.search("studies", StudyDate="20260205-", ModalitiesInStudy="CR")), 8)
        self.assertEqual(len(self.search("studies", PatientID="DEMO-?R-1")), 3)
        for name in ("山田*", "yamada*", "*太郎", "やまだ*", "muller*", "Łukasiewicz*", "lukasiewicz*", "*ελενη", "שרון*"):
            self.assertEqual(len(self.search("studies", PatientName=name)), 1, name)
        self.assertEqual(self.search("studies", PatientName="nobody*"), [])
        self.assertEqual(self.search("studies", PatientID="%"), [])
        self.assertEqual(self.search("studies", PatientID="' OR 1=1 --"), [])

    def test_results_carry_what_viewers_need(self):
        study = self.search("studies", PatientName="shepp*")[0]
        uid = study["0020000D"]["Value"][0]
        self.assertEqual((study["00201206"]["Value"], study["00201208"]["Value"]), ([1], [64]))
        self.assertTrue(study["00081190"]["Value"][0].endswith("/dicom-web/studies/" + uid))
        series = self.search(f"studies/{uid}/series")[0]
        for tag in ("00080060", "0020000D", "0020000E", "00200011", "00201209", "00081190"):
            self.assertIn("Value", series[tag], tag)
        instances = self.search(f"studies/{uid}/series/{series['0020000E']['Value'][0]}/instances")
        self.assertEqual([i["00200013"]["Value"][0] for i in instances], list(range(1, 65)))
        for tag in ("00080016", "00080018", "00280010", "00280011", "0020000D", "0020000E"):
            self.assertIn("Value", instances[0][tag], tag)
        more = self.search(f"studies/{uid}/instances", includefield="00200032,ImageType", limit=1)[0]
        self.assertEqual(more["00200032"]["Value"], [-128, -128, 0])
        self.assertEqual(more["00080008"]["Value"], ["DERIVED", "PRIMARY", "AXIAL"])
        self.assertIn("00281052", self.search(f"studies/{uid}/instances", includefield="all", limit=1)[0])

    def test_pages_and_order(self):
        page = self.gantry.get("/dicom-web/studies?ModalitiesInStudy=CR&limit=5&offset=5&orderby=PatientID")
        self.assertEqual(page.headers["x-total-count"], "12")
        self.assertIn("Additional results can be requested", page.headers["warning"])
        ids = [s["00100020"]["Value"][0] for s in page.json]
        every = [s["00100020"]["Value"][0] for s in self.search("studies", ModalitiesInStudy="CR", orderby="PatientID")]
        self.assertEqual(every, sorted(every))
        self.assertEqual(ids, every[5:10])
        self.assertEqual(every[::-1],
                         [s["00100020"]["Value"][0] for s in self.search("studies", ModalitiesInStudy="CR", orderby="-PatientID")])
        self.assertEqual(self.gantry.get("/dicom-web/studies?limit=x").status, 400)
        self.assertIn("299", self.gantry.get("/dicom-web/studies?NoSuchThing=1").headers["warning"])

    def test_metadata_is_complete_and_cached(self):
        uid = self.search("studies", PatientName="shepp*")[0]["0020000D"]["Value"][0]
        path = f"/dicom-web/studies/{uid}/metadata"
        plain = self.gantry.get(path)
        packed = self.gantry.get(path, headers={"Accept-Encoding": "gzip"})
        self.assertEqual(gzip.decompress(packed.body), plain.body)
        self.assertEqual(len(plain.json), 64)
        self.assertTrue(plain.json[0]["7FE00010"]["BulkDataURI"].startswith(f"/dicom-web/studies/{uid}/series/"))
        self.assertNotIn("00020010", plain.json[0])
        for answer, extra in ((plain, {}), (packed, {"Accept-Encoding": "gzip"})):
            again = self.gantry.get(path, headers={"If-None-Match": answer.headers["etag"], **extra})
            self.assertEqual((again.status, again.body), (304, b""))
        bulk = self.gantry.get(plain.json[0]["7FE00010"]["BulkDataURI"])
        self.assertEqual((bulk.status, len(bulk.body)), (200, 256 * 256 * 2))

    def test_frames_ranges_and_caching(self):
        data = instance(7, "1.9.10", "1.9.10.1")
        pixels = data[-64 * 64 * 2:]
        self.store(data)
        path = self.paths(7, "1.9.10", "1.9.10.1")
        accept = {"Accept": "application/octet-stream"}
        frame = self.gantry.get(path + "/frames/1", headers=accept)
        self.assertEqual(frame.body, pixels)
        self.assertEqual(frame.headers["cache-control"], "private, max-age=31536000, immutable")
        part = self.gantry.get(path + "/frames/1", headers={**accept, "Range": "bytes=100-199"})
        self.assertEqual((part.status, part.body), (206, pixels[100:200]))
        self.assertEqual(part.headers["content-range"], "bytes 100-199/8192")
        tail = self.gantry.get(path + "/frames/1", headers={**accept, "Range": "bytes=-10"})
        self.assertEqual(tail.body, pixels[-10:])
        self.assertEqual(self.gantry.get(path + "/frames/1", headers={**accept, "Range": "bytes=9000-"}).status, 416)
        same = self.gantry.get(path + "/frames/1", headers={**accept, "If-None-Match": frame.headers["etag"]})
        self.assertEqual(same.status, 304)
        several = self.gantry.get(path + "/frames/1", headers={"Accept": 'multipart/related; type="application/octet-stream"; transfer-syntax=*'})
        self.assertIn(b"Content-Type: application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1\r\nContent-Location:", several.body)
        self.assertIn(pixels, several.body)
        self.assertEqual(self.gantry.get(path + "/frames/2", headers=accept).status, 404)
        self.assertEqual(self.gantry.get(path + "/frames/0", headers=accept).status, 400)
        wrong = {"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.90'}
        self.assertProblem(self.gantry.get(path, headers=wrong), 406, "NOT_ACCEPTABLE")

    def test_cine_frames(self):
        cine = self.search("instances", includefield="all", Modality="US")[0]
        path = (f"/dicom-web/studies/{cine['0020000D']['Value'][0]}/series/{cine['0020000E']['Value'][0]}"
                f"/instances/{cine['00080018']['Value'][0]}")
        self.assertEqual(cine["00280008"]["Value"], [30])
        answer = self.gantry.get(path + "/frames/1,30")
        self.assertEqual(answer.body.count(b"Content-Location"), 2)
        self.assertEqual(int(answer.headers["content-length"]), len(answer.body))

    def test_an_attribute_that_stands_twice(self):
        again = element(0x00100010, "PN", "Second^Name") + element(0x00080005, "CS", "ISO_IR 100") + element(0x00280010, "US", b"\1\0")
        self.store(instance(1, "1.9.13", "1.9.13.1", extra=again))

        def check():
            for path in ("/dicom-web/studies/1.9.13", "/dicom-web/studies/1.9.13/series/1.9.13.1", self.paths(1, "1.9.13", "1.9.13.1")):
                for accept in ("application/dicom+xml", 'multipart/related; type="application/dicom+xml"'):
                    answer = self.gantry.get(path + "/metadata", headers={"Accept": accept})
                    self.assertEqual(answer.status, 200, answer.body)
                    self.assertEqual(answer.body.count(b'tag="00100010"'), 1)
                    self.assertIn(b"<FamilyName>Doe</FamilyName>", answer.body)
                    self.assertNotIn(b"Second", answer.body)
        check()
        document = self.gantry.get("/dicom-web/studies/1.9.13/metadata").body
        self.assertEqual((document.count(b'"00100010"'), document.count(b'"00280010"')), (1, 1))
        row = self.search("studies/1.9.13/instances")[0]
        self.assertEqual((row["00280010"]["Value"], row["0020000D"]["Value"]), ([64], ["1.9.13"]))
        self.assertEqual(self.search("studies", StudyInstanceUID="1.9.13")[0]["00100010"]["Value"], [{"Alphabetic": "Doe^Jane"}])
        # what was stored before that was looked at
        text = document[1:-2] + b',"00100010":{"vr":"PN","Value":[{"Alphabetic":"Second"}]},"00100020":{"vr":"SQ","Value":[{}]}}'
        deflate = zlib.compressobj(wbits=-15)
        block = deflate.compress(text) + deflate.flush(zlib.Z_SYNC_FLUSH)
        blob = f"x'{block.hex()}'" if harness.ENGINE == "sqlite" else f"'\\x{block.hex()}'"
        self.gantry.sql(f"UPDATE instance_blobs SET metadata = {blob}, metadata_size = {len(text)}, metadata_crc = {zlib.crc32(text)} "
                        "WHERE instance_key = (SELECT key FROM instances WHERE sop_instance_uid = '1.9.13.1.1')")
        self.store(instance(2, "1.9.13", "1.9.13.1"))  # so that the study's metadata is joined again
        self.assertEqual(self.gantry.get("/dicom-web/studies/1.9.13/metadata").body.count(b'"00100010"'), 3)
        for path in ("", "/series/1.9.13.1"):
            answer = self.gantry.get(f"/dicom-web/studies/1.9.13{path}/metadata",
                                     headers={"Accept": 'multipart/related; type="application/dicom+xml"'})
            self.assertEqual((answer.status, answer.body.count(b'tag="00100010"')), (200, 2))
            self.assertNotIn(b"Second", answer.body)

    def test_an_object_that_is_gone(self):
        parts = [instance(n, "1.9.12", "1.9.12.1", pixels=1024) for n in range(1, 5)]
        self.store(*parts)
        path, size = "/dicom-web/studies/1.9.12", len(parts[0])
        whole = self.gantry.get(path).body
        root = self.gantry.folder + "/data/storage/objects"
        os.remove(next(os.path.join(folder, sha256(parts[2])) for folder, _, names in os.walk(root) if sha256(parts[2]) in names))
        begin = time.monotonic()
        for first in (0, size // 2, 2 * size - 10):  # where the one that is gone is not the first to be sent
            connection = http.client.HTTPConnection("127.0.0.1", self.gantry.port, timeout=30)
            connection.request("GET", path, headers={"Authorization": "Bearer " + self.gantry.token, "Range": f"bytes={first}-"})
            with connection.getresponse() as answer, self.assertRaises(http.client.IncompleteRead) as broken:
                answer.read()
            connection.close()
            self.assertEqual(answer.status, 206)
            self.assertTrue(whole[first:].startswith(broken.exception.partial))
            self.assertLess(len(broken.exception.partial), 3 * size - first)
        for headers in ({"Range": f"bytes={2 * size + 5000}-"}, {"Range": f"bytes={2 * size + 5000}-{2 * size + 5010}"}):
            answer = self.gantry.get(path, headers=headers)
            self.assertProblem(answer, 503, "UNAVAILABLE")
            self.assertEqual(answer.headers["cache-control"], "no-store")
            self.assertFalse({"etag", "content-range", "accept-ranges"} & set(answer.headers))
        for rest in ("", "/frames/1", "/bulkdata/7FE00010"):
            for accept in ("*/*", "multipart/related", "application/dicom", "application/octet-stream"):
                answer = self.gantry.get(self.paths(3, "1.9.12", "1.9.12.1") + rest, headers={"Accept": accept})
                self.assertIn(answer.status, (503, 406), (rest, accept))
        self.assertLess(time.monotonic() - begin, 10)
        self.assertEqual(self.gantry.log().count("answer_broken_off"), 3)

    def test_preflight_and_addresses(self):
        preflight = self.gantry.request("OPTIONS", "/dicom-web/studies", token=None, headers={"Origin": "http://viewer.example"})
        self.assertEqual(preflight.status, 204)
        self.assertIn("Range", preflight.headers["access-control-allow-headers"])
        self.assertProblem(self.gantry.get("/dicom-web/studies/1.2.3.99999"), 404, "NOT_FOUND")
        self.assertProblem(self.gantry.get("/dicom-web/studies/..%2f..%2fetc"), 404, "NOT_FOUND")
        self.assertProblem(self.gantry.request("PUT", "/dicom-web/studies"), 405, "METHOD_NOT_ALLOWED")

    def test_trash_hides_and_restore_brings_back(self):
        self.store(instance(1, "1.9.11", "1.9.11.1"))
        study = self.gantry.get("/api/v1/studies?study_instance_uid=1.9.11").json["items"][0]
        self.assertEqual(self.gantry.request("DELETE", f"/api/v1/studies/{study['id']}").json["state"], "trashed")
        self.assertEqual(self.search("studies", StudyInstanceUID="1.9.11"), [])
        self.assertEqual(self.gantry.get(self.paths(1, "1.9.11", "1.9.11.1")).status, 404)
        self.assertEqual(self.gantry.get("/api/v1/studies?trashed=true").json["total"], 1)
        self.store(instance(2, "1.9.11", "1.9.11.1"), status=409)
        self.assertEqual(self.gantry.request("POST", f"/api/v1/studies/{study['id']}/restore").status, 200)
        self.assertEqual(len(self.search("studies", StudyInstanceUID="1.9.11")), 1)

    def test_json_lists_walk_by_cursor(self):
        seen, cursor = [], ""
        while True:
            page = self.gantry.get(f"/api/v1/studies?page_size=3&modality=CR&sort=patient_name&cursor={cursor}").json
            seen += [s["id"] for s in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        self.assertEqual((len(seen), len(set(seen)), page["total"]), (12, 12, 12))
        found = self.gantry.get("/api/v1/studies?search=yamada").json
        self.assertEqual(found["total"], 1)
        study = found["items"][0]
        series = self.gantry.get(f"/api/v1/studies/{study['id']}/series").json["items"][0]
        images = self.gantry.get(f"/api/v1/series/{series['id']}/instances").json["items"]
        self.assertEqual(self.gantry.get(f"/api/v1/instances/{images[0]['id']}").json["rows"], 128)


if __name__ == "__main__":
    harness.main()
