"""Clients and a suite that are not installed here, or ask for more than the standard has: their requests, in our own words, with the
headers that they send, and what they make of the answers."""
import time
import urllib.parse

import peers
from peers import harness
from harness import instance, multipart

JSON = {"Accept": "application/dicom+json, application/json"}
SUITE = peers.Peer(
    "dicomweb-conformance-tests", "a public suite (datadoc1, 2cd6761); its questions to the search, asked by requests of our own", "2025-11-11",
    {"qido-patients": "`/patients`, which PS3.18 does not have, is a list of patients.",
     "qido-studies": "`/studies` is 200, `application/dicom+json` and an array of data sets.",
     "qido-series": "`/series` is a list of series.",
     "qido-instances": "`/instances` is a list of instances.",
     "qido-parameters": "`PatientID` and `StudyInstanceUID` have to match together.",
     "qido-filters": "`limit`, `offset` and `includefield=all` are taken together.",
     "qido-limit": "`limit=5` gives at most five results.",
     "qido-offset": "`offset=10` leaves ten out.",
     "qido-fields": "`includefield` with a list of keywords adds them.",
     "qido-fuzzy": "`fuzzymatching=true` is taken.",
     "qido-case": "A keyword in another case does not fail; it is ignored, with a warning.",
     "qido-invalid": "Parameters that nobody knows do not fail; they are ignored, with a warning.",
     "qido-empty": "A search without a match is an empty list.",
     "qido-pages": "Two pages by `limit` and `offset` have no study twice.",
     "qido-content-type": "A client that says nothing gets `application/dicom+json`.",
     "qido-format": "Each result is an object of attributes with their VR.",
     "qido-time": "Three searches in turn take less than five seconds together."})
PYTHON = peers.Peer(
    "dicomweb-client (Python)", "the client of IDC and highdicom; its requests and its strict reading of multipart bodies, in our own words",
    "as of f48e5ca",
    {"python-search": "A search with its `Accept`, `fuzzymatching` and several `includefield`.",
     "python-paging": "Its paging, which adds to `offset` until a page is empty, sees each instance once.",
     "python-store": "Its body, with CRLF first and a quoted boundary, is stored, whole and in chunks.",
     "python-instance": "An instance with `transfer-syntax=*` is multipart, and so is one with explicit little endian alone.",
     "python-series": "A series without a transfer syntax, read strictly: each part has a type and the file's bytes.",
     "python-frames": "Frames for `*/*` and for `application/octet-stream` are multipart, in the order asked for.",
     "python-bulk-data": "Bulk data by the URI in the metadata, whole and with its `Range` from 0 on.",
     "python-metadata": "Metadata of a study, series and instance.",
     "python-delete": "`delete_study` takes 204 for an answer.",
     "python-rendered": "`retrieve_instance_rendered` gives a PNG picture."},
    {"python-rendered": ("406", "pictures need decoded pixels, which this server does not have: 406")})


def query(path, *pairs):
    return path + "?" + urllib.parse.urlencode(pairs)


class Suite(peers.Case):
    demo = True
    peer = SUITE

    def search(self, resource, *pairs, **headers):
        answer = self.gantry.get(query("/dicom-web/" + resource, *pairs), headers=headers)
        self.assertEqual(answer.status, 200, answer.body)
        return answer

    def test_levels(self):
        for resource, key, count in (("patients", "00100020", 14), ("studies", "0020000D", 14), ("series", "0020000E", 14), ("instances", "00080018", 77)):
            with self.check("qido-" + resource):
                answer = self.search(resource)
                self.assertEqual(answer.headers["content-type"], "application/dicom+json")
                self.assertEqual(len({row[key]["Value"][0] for row in answer.json}), count)

    def test_parameters(self):
        with self.check("qido-parameters"):
            uid = self.search("studies", ("PatientID", "DEMO-PHANTOM-1")).json[0]["0020000D"]["Value"][0]
            for patient, count in (("DEMO-PHANTOM-1", 1), ("12345", 0)):
                self.assertEqual(len(self.search("studies", ("PatientID", patient), ("StudyInstanceUID", uid)).json), count)
        with self.check("qido-filters"):
            rows = self.search("studies", ("limit", 10), ("offset", 0), ("includefield", "all")).json
            self.assertEqual([len(rows), all("00080062" in row for row in rows)], [10, True])
        with self.check("qido-limit"):
            self.assertEqual(len(self.search("studies", ("limit", 5)).json), 5)
        with self.check("qido-offset"):
            self.assertEqual(len(self.search("studies", ("offset", 10)).json), 4)
        with self.check("qido-fields"):
            rows = self.search("studies", ("includefield", "PatientID,StudyDate,ModalitiesInStudy")).json
            self.assertTrue(all({"00100020", "00080020", "00080061"} <= set(row) for row in rows))
        with self.check("qido-fuzzy"):
            self.assertEqual(len(self.search("studies", ("fuzzymatching", "true"), ("PatientName", "logan shep")).json), 1)
        with self.check("qido-empty"):
            self.assertEqual(self.search("studies", ("PatientID", "NONEXISTENT123")).json, [])
        with self.check("qido-pages"):
            pages = [self.search("studies", ("limit", 2), ("offset", offset)).json for offset in (0, 2)]
            self.assertEqual(len({row["0020000D"]["Value"][0] for page in pages for row in page}), 4)

    def test_what_nobody_knows(self):
        with self.check("qido-case"):
            answer = self.search("studies", ("PATIENTID", "12345"))
            self.assertEqual((len(answer.json), "PATIENTID" in answer.headers["warning"]), (14, True))
        with self.check("qido-invalid"):
            answer = self.search("studies", ("InvalidParam", "invalidvalue"), ("AnotherInvalid", "test"))
            self.assertEqual((len(answer.json), "InvalidParam, AnotherInvalid" in answer.headers["warning"]), (14, True))

    def test_form(self):
        with self.check("qido-content-type"):
            self.assertEqual(self.search("studies", Accept="*/*").headers["content-type"], "application/dicom+json")
        with self.check("qido-format"):
            for row in self.search("studies").json:
                for tag, attribute in row.items():
                    self.assertRegex(tag, "^[0-9A-F]{8}$")
                    self.assertRegex(attribute["vr"], "^[A-Z]{2}$")
        with self.check("qido-time"):
            start = time.monotonic()
            for _ in range(3):
                self.search("studies", ("limit", 10))
            self.assertLess(time.monotonic() - start, 5)


def strict_parts(case, answer):
    """A body as this client reads it: CRLF and the boundary end a part, and each part has a head."""
    kind, *parameters = [one.strip() for one in answer.headers["content-type"].split(";")]
    case.assertEqual(kind, "multipart/related")
    boundary = next(one.split("=", 1)[1].strip('"') for one in parameters if one.startswith("boundary=")).encode()
    case.assertTrue(answer.body.startswith(b"--" + boundary + b"\r\n") or answer.body.startswith(b"\r\n--" + boundary + b"\r\n"))
    case.assertIn(answer.body.rsplit(b"\r\n--" + boundary, 1)[1], (b"--", b"--\r\n"))
    out = []
    for part in (b"\r\n" + answer.body.lstrip(b"\r\n")).split(b"\r\n--" + boundary)[1:-1]:
        head, content = part.split(b"\r\n\r\n", 1)
        case.assertIn(b"\r\nContent-Type: ", head)
        out.append(content)
    return out


class Python(peers.Case):
    peer = PYTHON
    STUDY, SERIES = "1.9.80", "1.9.80.1"
    PATH = f"/dicom-web/studies/{STUDY}/series/{SERIES}"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.files = [instance(n, cls.STUDY, cls.SERIES, name="Python^Ana", patient="PYTHON-1", frames=1 + 2 * (n == 4)) for n in range(1, 5)]
        answer = cls.gantry.request("POST", "/dicom-web/studies", multipart(cls.files), harness.STOW)
        assert answer.status == 200, answer.body

    def get(self, path, accept, status=200, **headers):
        answer = self.gantry.get(path, headers={"Accept": accept, **headers})
        self.assertEqual(answer.status, status, answer.body[:300])
        return answer

    def parts(self, path, accept, **headers):
        return strict_parts(self, self.get(path, accept, **headers))

    def test_search(self):
        with self.check("python-search"):
            answer = self.gantry.get(query("/dicom-web/studies", ("fuzzymatching", "true"), ("includefield", "StudyDescription"),
                                           ("includefield", "00081030"), ("PatientID", "PYTHON-1")), headers=JSON)
            self.assertEqual([row["00081030"]["Value"] for row in answer.json], [["Test study"]])
        with self.check("python-paging"):
            seen, page = [], None
            while page != []:
                page = self.gantry.get(query(self.PATH + "/instances", ("limit", 3), ("offset", len(seen))), headers=JSON).json
                seen += [row["00080018"]["Value"][0] for row in page]
            self.assertEqual(sorted(seen), [f"{self.SERIES}.{n}" for n in range(1, 5)])

    def test_store(self):
        boundary = "0f3cf5c0-70e0-41ef-baef-c6f9f65ec3e1"
        headers = {"Content-Type": f'multipart/related; type="application/dicom"; boundary="{boundary}"'}
        files = [instance(n, "1.9.81", "1.9.81.1", patient="PYTHON-2") for n in (1, 2)]
        body = b"".join(f"\r\n--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode() + data for data in files) + f"\r\n--{boundary}--".encode()
        with self.check("python-store"):
            for sent, more in ((body, {}), (iter([body[:5000], body[5000:9000], body[9000:]]), {"Cache-Control": "no-cache"})):
                answer = self.gantry.request("POST", "/dicom-web/studies", sent, {**headers, **more})
                self.assertEqual((answer.status, answer.headers["content-type"]), (200, "application/dicom+json"), answer.body)
                self.assertEqual(len(answer.json["00081199"]["Value"]), 2)
        with self.check("python-delete"):
            answer = self.gantry.request("DELETE", "/dicom-web/studies/1.9.81")
            self.assertEqual((answer.status, answer.body), (204, b""))

    def test_retrieve(self):
        one = self.PATH + f"/instances/{self.SERIES}.1"
        with self.check("python-instance"):
            for syntax in ("*", "1.2.840.10008.1.2.1"):
                self.assertEqual(self.parts(one, f'multipart/related; type="application/dicom"; transfer-syntax={syntax}'), self.files[:1])
        with self.check("python-series"):
            self.assertEqual(sorted(self.parts(self.PATH, 'multipart/related; type="application/dicom"')), sorted(self.files))
        with self.check("python-metadata"):
            for path, count in ((f"/dicom-web/studies/{self.STUDY}", 4), (self.PATH, 4), (one, 1)):
                self.assertEqual(len(self.gantry.get(path + "/metadata", headers=JSON).json), count)

    def test_bytes(self):
        size = 64 * 64 * 2
        four = self.PATH + f"/instances/{self.SERIES}.4"
        pixels = self.files[3][-3 * size:]
        frames = [pixels[n * size:(n + 1) * size] for n in range(3)]
        with self.check("python-frames"):
            for accept in ("*/*", 'multipart/related; type="application/octet-stream"',
                           'multipart/related; type="application/octet-stream"; transfer-syntax=1.2.840.10008.1.2.1'):
                self.assertEqual(self.parts(four + "/frames/3,1", accept), [frames[2], frames[0]])
        with self.check("python-bulk-data"):
            uri = self.gantry.get(four + "/metadata", headers=JSON).json[0]["7FE00010"]["BulkDataURI"]
            path = urllib.parse.urlparse(uri).path
            self.assertEqual(self.parts(path, 'multipart/related; type="application/octet-stream"'), [pixels])
            answer = self.get(path, 'multipart/related; type="application/octet-stream"', 206, Range="bytes=0-")
            self.assertEqual(strict_parts(self, answer), [pixels])
        with self.check("python-rendered"):
            self.assertTrue(self.get(four + "/rendered", "image/png").body.startswith(b"\x89PNG"))


if __name__ == "__main__":
    peers.main()
