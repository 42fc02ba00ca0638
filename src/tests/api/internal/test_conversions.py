"""Instances in another native transfer syntax than the stored one; DCMTK says whether it is the same data set."""
import json
import os
import subprocess
import sys
import tempfile
import urllib.parse
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, instance, multipart, sha256

EXPLICIT, IMPLICIT, BIG, DEFLATED = (f"1.2.840.10008.1.2{end}" for end in (".1", "", ".2", ".1.99"))
RLE = "1.2.840.10008.1.2.5"
OPTIONS = {EXPLICIT: "+te", IMPLICIT: "+ti", BIG: "+tb", DEFLATED: "+td"}


def run(program, data, *options):
    """What a program of DCMTK makes of a file."""
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/in.dcm", "wb") as out:
            out.write(data)
        subprocess.run([program, *options, folder + "/in.dcm", folder + "/out"], check=True, stdout=subprocess.DEVNULL)
        with open(folder + "/out", "rb") as made:
            return made.read()


def data_set(data):
    """All of it, as DCMTK reads it."""
    return json.loads(run("dcm2json", data))


def syntax_of(data):
    dump = subprocess.run(["dcmdump", "+P", "0002,0010", "-Un", "-"], input=data, stdout=subprocess.PIPE, check=True).stdout.decode()
    return dump[dump.index("[") + 1:dump.index("]")]


class Conversions(harness.Case):
    """Each study has one instance in each native transfer syntax, of 16 bit samples."""

    def setUp(self):
        self.study = "1.2.826.0.1." + str(abs(hash(self.id())) % 10**8)
        self.files = []
        for number, option in enumerate(OPTIONS.values(), 1):
            self.files.append(run("dcmconv", instance(number, self.study, self.study + ".1"), option))
        answer = self.gantry.request("POST", "/dicom-web/studies", multipart(self.files), STOW)
        self.assertEqual(answer.status, 200, answer.body)

    def path(self, number=None):
        end = f"/series/{self.study}.1/instances/{self.study}.1.{number}" if number else ""
        return f"/dicom-web/studies/{self.study}{end}"

    def get(self, number, accept, status=200, **headers):
        answer = self.gantry.get(self.path(number), headers={"Accept": accept, **headers})
        self.assertEqual(answer.status, status, answer.body[:300])
        return answer

    def test_every_native_syntax_is_had_from_every_other(self):
        for number, stored in enumerate(self.files, 1):
            wanted = data_set(stored)
            for syntax in OPTIONS:
                answer = self.get(number, f"application/dicom; transfer-syntax={syntax}")
                self.assertEqual(int(answer.headers["content-length"]), len(answer.body))
                self.assertEqual(syntax_of(answer.body), syntax)
                self.assertEqual(data_set(answer.body), wanted)
                if syntax_of(stored) == syntax:
                    self.assertEqual(answer.body, stored)

    def test_the_stored_one_is_sent_when_the_client_takes_it(self):
        both = f"application/dicom; transfer-syntax={BIG}; q=0.9, application/dicom; transfer-syntax={IMPLICIT}; q=0.5"
        self.assertEqual(self.get(2, "application/dicom").body, self.files[1])
        self.assertEqual(self.get(2, "application/dicom; transfer-syntax=*").body, self.files[1])
        self.assertEqual(self.get(3, both).body, self.files[2])
        self.assertEqual(self.get(2, both).body, self.files[1])
        self.assertEqual(syntax_of(self.get(1, both).body), BIG)

    def test_a_study_comes_in_one_syntax(self):
        for syntax in OPTIONS:
            answer = self.get(None, f'multipart/related; type="application/dicom"; transfer-syntax={syntax}')
            boundary = answer.headers["content-type"].split("boundary=")[1].strip('"').encode()
            parts = [part.split(b"\r\n\r\n", 1) for part in answer.body.split(b"--" + boundary)[1:-1]]
            self.assertEqual(len(parts), 4)
            for number, (head, body) in enumerate(parts):
                self.assertIn(f"transfer-syntax={syntax}".encode(), head)
                self.assertEqual(data_set(body[:-2]), data_set(self.files[number]))

    def test_frames_are_little_endian_whatever_is_stored(self):
        for number in range(1, 5):
            pixels = instance(number, self.study, self.study + ".1")[-64 * 64 * 2:]
            for accept in ("application/octet-stream", f"application/octet-stream; transfer-syntax={EXPLICIT}",
                           f"application/octet-stream; transfer-syntax={IMPLICIT}", "application/octet-stream; transfer-syntax=*"):
                frame = self.gantry.get(self.path(number) + "/frames/1", headers={"Accept": accept})
                self.assertEqual((frame.status, frame.body), (200, pixels), accept)
                self.assertIn(EXPLICIT, frame.headers["content-type"])
            part = self.gantry.get(self.path(number) + "/frames/1", headers={"Accept": "application/octet-stream", "Range": "bytes=7-20"})
            self.assertEqual((part.status, part.body), (206, pixels[7:21]))
            several = self.gantry.get(self.path(number) + "/frames/1", headers={"Accept": 'multipart/related; type="application/octet-stream"'})
            self.assertIn(pixels, several.body)
        stored = self.gantry.get(self.path(3) + "/frames/1", headers={"Accept": f"application/octet-stream; transfer-syntax={BIG}"})
        self.assertEqual(stored.status, 200, stored.body[:200])
        pixels = instance(3, self.study, self.study + ".1")[-8192:]
        self.assertEqual(stored.body, b"".join(pixels[i:i + 2][::-1] for i in range(0, 8192, 2)))
        refused = self.gantry.get(self.path(1) + "/frames/1", headers={"Accept": f"application/octet-stream; transfer-syntax={BIG}"})
        self.assertEqual(refused.status, 406)

    def test_it_is_the_same_every_time_and_ranges_of_it_are_had(self):
        accept = f"application/dicom; transfer-syntax={BIG}"
        whole = self.get(1, accept)
        self.assertIn("immutable", whole.headers["cache-control"])
        self.assertEqual(self.get(1, accept).body, whole.body)
        self.get(1, accept, 304, **{"If-None-Match": whole.headers["etag"]})
        part = self.get(1, accept, 206, Range="bytes=100-299")
        self.assertEqual(part.body, whole.body[100:300])
        self.assertEqual(part.headers["content-range"], f"bytes 100-299/{len(whole.body)}")
        self.get(1, accept, 416, Range=f"bytes={len(whole.body)}-")
        stored = self.get(1, "application/dicom").headers["etag"]
        self.assertNotEqual(stored, whole.headers["etag"])
        self.assertEqual(self.get(1, accept, Range="bytes=0-9", **{"If-Range": stored}).body, whole.body)

    def test_what_needs_decoding_or_is_unknown_is_refused_by_name(self):
        compressed = run("dcmcrle", instance(9, self.study, self.study + ".1"))
        answer = self.gantry.request("POST", "/dicom-web/studies", multipart([compressed]), STOW)
        self.assertEqual(answer.status, 200, answer.body)
        for number, syntax in ((9, EXPLICIT), (1, RLE), (1, "1.2.3")):
            refused = self.get(number, f"application/dicom; transfer-syntax={syntax}", 406)
            self.assertIn(RLE if number == 9 else EXPLICIT, refused.json["detail"])
        self.get(None, f'multipart/related; type="application/dicom"; transfer-syntax={EXPLICIT}', 406)
        self.assertEqual(self.get(9, f"application/dicom; transfer-syntax={RLE}").body, compressed)

    def test_what_was_cut_short_on_the_disk_is_no_answer(self):
        name = sha256(self.files[0])
        path = os.path.join(self.gantry.folder, "data", "storage", "objects", name[:2], name)
        with open(path, "r+b") as out:
            out.truncate(len(self.files[0]) - 60)
        answer = self.gantry.get(self.path(1), headers={"Accept": f"application/dicom; transfer-syntax={BIG}"})
        self.assertIn(answer.status, (406, 503), answer.body[:200])


class Uri(harness.Case):
    """WADO-URI, and the removal of a study by its UID."""

    def setUp(self):
        self.study = "1.2.826.0.3." + str(abs(hash(self.id())) % 10**8)
        self.data = instance(1, self.study, self.study + ".1")
        answer = self.gantry.request("POST", "/dicom-web/studies", multipart([self.data]), STOW)
        self.assertEqual(answer.status, 200, answer.body)

    def wado(self, status=200, headers=None, **more):
        query = {"requestType": "WADO", "studyUID": self.study, "seriesUID": self.study + ".1", "objectUID": self.study + ".1.1",
                 "contentType": "application/dicom", **more}
        answer = self.gantry.get("/dicom-web/wado?" + urllib.parse.urlencode({k: v for k, v in query.items() if v is not None}),
                                 headers=headers or {})
        self.assertEqual(answer.status, status, answer.body[:300])
        return answer

    def test_an_instance_is_had_by_query_parameters(self):
        for more in ({}, {"transferSyntax": EXPLICIT}, {"transferSyntax": "*"}, {"contentType": "image/jpeg,application/dicom"},
                     {"contentType": None}):
            answer = self.wado(**more)
            self.assertEqual(answer.body, self.data)
            self.assertEqual(answer.headers["content-type"], "application/dicom")
        self.assertEqual(syntax_of(self.wado(transferSyntax=BIG).body), BIG)
        self.assertEqual(self.wado(206, {"Range": "bytes=0-9"}).body, self.data[:10])
        self.wado(304, {"If-None-Match": self.wado().headers["etag"]})

    def test_what_is_wrong_with_a_request_is_told(self):
        self.wado(400, requestType="X")
        self.wado(400, requestType=None)
        self.wado(400, objectUID=None)
        self.wado(400, studyUID="")
        self.wado(404, objectUID=self.study + ".1.2")
        self.wado(404, seriesUID=self.study + ".2")
        self.wado(404, studyUID="../x")
        self.wado(406, contentType="image/jpeg")
        self.wado(406, transferSyntax=RLE)
        self.wado(406, transferSyntax="1.2.3")

    def test_a_study_goes_to_the_trash(self):
        path = f"/dicom-web/studies/{self.study}"
        self.assertEqual(self.gantry.request("DELETE", path).status, 204)
        self.assertEqual(self.gantry.get(path).status, 404)
        self.assertEqual(self.gantry.get(f"/dicom-web/studies?StudyInstanceUID={self.study}").json, [])
        self.assertEqual(self.gantry.request("DELETE", path).status, 404)
        self.assertEqual(self.gantry.request("DELETE", "/dicom-web/studies/1.2.3.99").status, 404)
        self.assertEqual(self.gantry.request("DELETE", "/dicom-web/studies/..").status, 404)


class Capabilities(harness.Case):
    """OPTIONS on the service is not a preflight of CORS, and every route of it is told."""

    def test_what_is_offered_is_told_in_both_forms(self):
        wadl = self.gantry.request("OPTIONS", "/dicom-web/", headers={"Accept": "application/vnd.sun.wadl+xml"})
        self.assertEqual((wadl.status, wadl.headers["content-type"]), (200, "application/vnd.sun.wadl+xml"))
        space = "{http://wadl.dev.java.net/2009/02}"
        resources = {one.get("path"): [method.get("name") for method in one.iter(space + "method")]
                     for one in xml.etree.ElementTree.fromstring(wadl.body).iter(space + "resource")}
        self.assertEqual(resources["studies"], ["GET", "POST"])
        self.assertIn("studies/{study}/series/{series}/instances/{instance}/frames/{frames}", resources)
        told = self.gantry.request("OPTIONS", "/dicom-web", headers={"Accept": "application/json"}).json
        self.assertEqual({one["path"]: [method["name"] for method in one["methods"]] for one in told["resources"]}, resources)
        self.assertEqual(self.gantry.request("OPTIONS", "/dicom-web/").headers["content-type"], "application/vnd.sun.wadl+xml")
        self.assertEqual(self.gantry.get("/dicom-web/", headers={"Accept": "application/json"}).json, told)
        self.assertEqual(self.gantry.request("OPTIONS", "/dicom-web/", headers={"Accept": "image/png"}).status, 406)

    def test_browsers_still_get_their_preflight(self):
        asked = {"Origin": "http://viewer.example", "Access-Control-Request-Method": "GET"}
        for path in ("/dicom-web/", "/dicom-web/studies"):
            answer = self.gantry.request("OPTIONS", path, headers=asked, token=None)
            self.assertEqual(answer.status, 204, answer.body)
            self.assertEqual(answer.headers["access-control-allow-origin"], "*")


if __name__ == "__main__":
    harness.main()
