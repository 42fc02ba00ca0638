"""STOW-RS of data sets in JSON and XML with bulk data beside them, and both forms of what comes back. DCMTK makes the images and
reads the files."""
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, instance, multipart

NAMESPACE = "{http://dicom.nema.org/PS3.19/models/NativeDICOM}"
PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
CLASSES = {"pdf": "1.2.840.10008.5.1.4.1.1.104.1", "cda": "1.2.840.10008.5.1.4.1.1.104.2", "stl": "1.2.840.10008.5.1.4.1.1.104.3"}


def attribute(vr, *values):
    return {"vr": vr, "Value": list(values)} if values else {"vr": vr}


def data_set(number, study, series=None, sop_class="1.2.840.10008.5.1.4.1.1.2", **more):
    series = series or study + ".1"
    return {"00080016": attribute("UI", sop_class), "00080018": attribute("UI", f"{series}.{number}"),
            "00080060": attribute("CS", "CT"), "00100010": attribute("PN", {"Alphabetic": "Müller^Jörg"}),
            "00100020": attribute("LO", "P1"), "0020000D": attribute("UI", study), "0020000E": attribute("UI", series),
            "00200013": attribute("IS", number), **more}


PIXELS = {"00280002": attribute("US", 1), "00280004": attribute("CS", "MONOCHROME2"), "00280010": attribute("US", 4),
          "00280011": attribute("US", 4), "00280100": attribute("US", 16), "00280101": attribute("US", 16),
          "00280102": attribute("US", 15), "00280103": attribute("US", 0)}


def bulk(vr, uri):
    return {"vr": vr, "BulkDataURI": uri}


def body(kind, documents, parts=()):
    out = b"".join(b"\r\n--gantry-test\r\nContent-Type: application/dicom+" + kind.encode() + b"\r\n\r\n" + d for d in documents)
    for location, media_type, data in parts:
        out += f"\r\n--gantry-test\r\nContent-Type: {media_type}\r\nContent-Location: {location}\r\n\r\n".encode() + data
    return out + b"\r\n--gantry-test--\r\n"


def tool(program, *options, suffix="dcm", data=None):
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/in.dcm", "wb") as out:
            out.write(data)
        subprocess.run([program, *options, folder + "/in.dcm", f"{folder}/out.{suffix}"], check=True, stdout=subprocess.DEVNULL)
        with open(f"{folder}/out.{suffix}", "rb") as made:
            return made.read()


def dump(data, *tags):
    done = subprocess.run(["dcmdump", "-Un", *(x for tag in tags for x in ("+P", tag)), "-"], input=data, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


class Compose(harness.Case):
    def setUp(self):
        self.study = "1.2.826.0.2." + str(abs(hash(self.id())) % 10**8)

    def store(self, kind, documents, parts=(), status=200, path="/dicom-web/studies", **headers):
        content_type = f'multipart/related; type="application/dicom+{kind}"; boundary=gantry-test'
        answer = self.gantry.request("POST", path, body(kind, documents, parts), {"Content-Type": content_type, **headers})
        self.assertEqual(answer.status, status, answer.body)
        return answer

    def store_json(self, data_sets, parts=(), **options):
        return self.store("json", [json.dumps(data_sets).encode()], parts, **options)

    def file(self, number=1, series=None):
        series = series or self.study + ".1"
        answer = self.gantry.get(f"/dicom-web/studies/{self.study}/series/{series}/instances/{series}.{number}",
                                 headers={"Accept": "application/dicom"})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.body

    def get(self, path, accept, status=200):
        answer = self.gantry.get(f"/dicom-web/studies/{self.study}{path}", headers={"Accept": accept})
        self.assertEqual(answer.status, status, answer.body[:300])
        return answer

    def test_native_pixels_beside_json(self):
        pixels = bytes(range(32))
        self.store_json([data_set(1, self.study, **PIXELS, **{"7FE00010": bulk("OW", "urn:one")}),
                         data_set(2, self.study, **PIXELS, **{"7FE00010": {"vr": "OW", "InlineBinary": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}})],
                        [("urn:one", "application/octet-stream", pixels)])
        for number in (1, 2):
            self.assertTrue(self.file(number).endswith(pixels))
            frame = self.get(f"/series/{self.study}.1/instances/{self.study}.1.{number}/frames/1", "application/octet-stream")
            self.assertEqual(frame.body, pixels)
        text = dump(self.file(), "0010,0010", "0008,0005", "0002,0010")
        self.assertIn("ISO_IR 192", text)
        self.assertIn("Müller^Jörg", text)
        self.assertIn("[1.2.840.10008.1.2.1]", text)
        found = self.gantry.get(f"/dicom-web/studies?StudyInstanceUID={self.study}&PatientName=m%C3%BCller*").json
        self.assertEqual(found[0]["00201208"]["Value"], [2])

    def test_each_data_set_finds_its_part_among_many(self):
        count = 1500
        order = sorted(range(count), key=lambda n: n * 7919 % count)
        parts = [(f"p/{n}", "application/octet-stream", n.to_bytes(2, "little") * 16) for n in order]
        parts[count // 2:count // 2] = [("", "application/octet-stream", b""), ("p/twice", "application/octet-stream", b""),
                                        ("p/twice", "application/octet-stream", b"\1" * 32), (parts[0][0], "image/png", b"\2" * 32)]
        wanted = {1: order[0], 2: order[-1], 3: 0, 4: count - 1, 5: order[count // 2]}
        self.store_json([data_set(n, self.study, **PIXELS, **{"7FE00010": bulk("OW", f"p/{part}")}) for n, part in wanted.items()], parts)
        for number, part in wanted.items():
            self.assertTrue(self.file(number).endswith(part.to_bytes(2, "little") * 16), part)
        self.store_json([data_set(6, self.study, **PIXELS, **{"00091010": bulk("OB", "p/twice"), "7FE00010": bulk("OW", "p/1")})], parts)
        self.assertNotIn(b"\1" * 32, self.file(6))  # the first of that location, which is empty

    def test_compressed_pixels_get_their_transfer_syntax_and_what_the_stream_tells(self):
        image = instance(1, pixels=64)
        streams = {"50": (tool("dcmcjpeg", "+eb", data=tool("dcmconv", "+te", data=instance(1, pixels=64))), "image/jpeg"),
                   "70": (tool("dcmcjpeg", "+e1", data=image), "image/jpeg"), "80": (tool("dcmcjpls", "+el", data=image), "image/jls"),
                   "81": (tool("dcmcjpls", "+en", data=image), "image/jls")}
        for number, (syntax, (made, media_type)) in enumerate(streams.items(), 1):
            at = made.rindex(b"\xfe\xff\x00\xe0")
            size = int.from_bytes(made[at + 4:at + 8], "little")
            stream = made[at + 8:at + 8 + size]
            self.store_json([data_set(number, self.study, **{"7FE00010": bulk("OB", "p/1")})], [("p/1", media_type, stream)])
            text = dump(self.file(number), "0002,0010", "0028,0010", "0028,0011", "0028,0004", "0028,0100")
            facts = dict(re.findall(r"\((\w{4},\w{4})\) \w\w \[?(\S+?)\]? ", text))
            self.assertEqual(facts, {"0002,0010": f"1.2.840.10008.1.2.4.{syntax}", "0028,0004": "MONOCHROME2", "0028,0010": "64",
                                     "0028,0011": "64", "0028,0100": "8" if syntax == "50" else "16"})
            columns = self.gantry.get(f"/dicom-web/studies/{self.study}/series/{self.study}.1/instances?includefield=AvailableTransferSyntaxUID"
                                      f"&InstanceNumber={number}").json[0]
            self.assertEqual(columns["00280011"]["Value"], [64])
            frame = self.get(f"/series/{self.study}.1/instances/{self.study}.1.{number}/frames/1", f"{media_type}; transfer-syntax=*")
            self.assertEqual(frame.body.rstrip(b"\0"), stream.rstrip(b"\0"))
            self.assertIn(f"1.2.840.10008.1.2.4.{syntax}", frame.headers["content-type"])

    def test_documents_get_their_sop_class(self):
        for kind, media_type in (("pdf", "application/pdf"), ("cda", "text/xml"), ("stl", "model/stl")):
            made = data_set(1, self.study, self.study + "." + str(len(kind + media_type)), **{"00420011": bulk("OB", "doc")})
            del made["00080016"], made["00080060"]
            series = made["0020000E"]["Value"][0]
            told = self.store_json([made], [("doc", media_type + "; charset=utf-8", PDF)], status=200 if kind == "pdf" else 202).json
            self.assertEqual(told["00081199"]["Value"][0].get("00081196"), None if kind == "pdf" else {"vr": "US", "Value": [0xB007]})
            stored = self.file(1, series)
            self.assertIn(PDF, stored)
            text = dump(stored, "0008,0016", "0042,0012")
            self.assertIn(media_type, text)
            answer = self.gantry.get(f"/dicom-web/studies/{self.study}/series/{series}/instances").json[0]
            self.assertEqual(answer["00080016"]["Value"], [CLASSES[kind]])

    def test_uids_that_are_missing_are_made(self):
        made = data_set(1, self.study, **{"00420011": bulk("OB", "doc")})
        for tag in ("00080018", "0020000D", "0020000E"):
            del made[tag]
        answer = self.store_json([made], [("doc", "application/pdf", PDF)], path=f"/dicom-web/studies/{self.study}").json
        item = answer["00081199"]["Value"][0]
        self.assertRegex(item["00081155"]["Value"][0], r"^2\.25\.\d+$")
        self.assertIn(f"/studies/{self.study}/series/2.25.", item["00081190"]["Value"][0])

    def test_xml_goes_the_same_way(self):
        self.gantry.request("POST", "/dicom-web/studies", multipart([instance(1, self.study, self.study + ".1")]), STOW)
        document = self.get(f"/series/{self.study}.1/instances/{self.study}.1.1/metadata", "application/dicom+xml").body
        root = xml.etree.ElementTree.fromstring(document)
        self.assertEqual(root.tag, NAMESPACE + "NativeDicomModel")
        uri = root.find(f".//{NAMESPACE}BulkData").get("uri")
        pixels = self.get(f"/series/{self.study}.1/instances/{self.study}.1.1/frames/1", "application/octet-stream").body
        other = document.replace(f"{self.study}.1.1<".encode(), f"{self.study}.1.2<".encode())
        answer = self.store("xml", [other], [(uri, "application/octet-stream", pixels)], Accept="application/dicom+xml")
        self.assertEqual(answer.headers["content-type"], "application/dicom+xml")
        told = xml.etree.ElementTree.fromstring(answer.body)
        self.assertIn(f"{self.study}.1.2", [value.text for value in told.iter(NAMESPACE + "Value")])
        first, second = (json.loads(tool("dcm2json", suffix="json", data=self.file(n))) for n in (1, 2))
        self.assertEqual(second.pop("00080018")["Value"], [f"{self.study}.1.2"])
        first.pop("00080018")
        self.assertEqual({k: v for k, v in first.items() if not k.startswith("0002")},
                         {k: v for k, v in second.items() if not k.startswith("0002")})

    def test_metadata_in_xml_is_one_part_an_instance(self):
        files = [instance(n, self.study, self.study + ".1") for n in (1, 2, 3)]
        self.gantry.request("POST", "/dicom-web/studies", multipart(files), STOW)
        answer = self.get("/metadata", 'multipart/related; type="application/dicom+xml"')
        boundary = answer.headers["content-type"].split("boundary=")[1].strip('"').encode()
        parts = answer.body.split(b"--" + boundary)[1:-1]
        self.assertEqual(len(parts), 3)
        for part in parts:
            self.assertEqual(xml.etree.ElementTree.fromstring(part.split(b"\r\n\r\n", 1)[1].strip()).tag, NAMESPACE + "NativeDicomModel")
        self.get("/metadata", "application/dicom+xml", 406)
        self.get("/metadata", "image/png", 406)
        again = self.gantry.get(f"/dicom-web/studies/{self.study}/metadata",
                                headers={"Accept": 'multipart/related; type="application/dicom+xml"', "If-None-Match": answer.headers["etag"]})
        self.assertEqual(again.status, 304)
        self.assertNotEqual(self.get("/metadata", "application/dicom+json").headers["etag"], answer.headers["etag"])

    def test_what_is_wrong_is_told_for_each_and_nothing_is_stored_of_it(self):
        good = data_set(1, self.study, **PIXELS)
        answer = self.store_json([good, data_set(2, self.study, **{"7FE00010": bulk("OW", "nowhere")}),
                                  data_set(3, self.study, **{"00280010": attribute("US", 70000)}),
                                  data_set(4, "not a uid")], status=202).json
        self.assertEqual(len(answer["00081199"]["Value"]), 1)
        failed = answer["00081198"]["Value"]
        self.assertEqual([item["00081197"]["Value"][0] for item in failed], [0xC000, 0xC000, 0xA900])
        self.assertEqual(failed[0]["00081155"]["Value"], [f"{self.study}.1.2"])
        self.assertEqual(len(self.gantry.get(f"/dicom-web/instances?StudyInstanceUID={self.study}").json), 1)
        for missing in PIXELS:  # nobody can tell pixels from bytes then
            told = self.store_json([{k: v for k, v in data_set(6, self.study, **PIXELS, **{"7FE00010": bulk("OW", "p")}).items() if k != missing}],
                                   [("p", "application/octet-stream", bytes(32))], status=409).json["00081198"]["Value"][0]
            self.assertEqual(told["00081197"]["Value"], [0xA900])
            self.assertEqual(told["00000902"]["Value"], [f"pixel data without ({missing[:4]},{missing[4:]})"])
        video = data_set(5, self.study, **{"7FE00010": bulk("OB", "v")})
        self.store_json([video], [("v", "audio/mpeg", b"x")], status=409)
        self.store_json([video], [("v", "image/jpeg; transfer-syntax=1.2.3", b"x")], status=409)

    def compressed(self, data, status, encoding="gzip", content_type=None):
        headers = {**STOW, "Content-Encoding": encoding}
        if content_type:
            headers["Content-Type"] = content_type
        answer = self.gantry.request("POST", "/dicom-web/studies", data, headers)
        self.assertEqual(answer.status, status, answer.body)
        return answer

    def test_bodies_may_be_compressed(self):
        files = [instance(n, self.study, self.study + ".1") for n in range(1, 7)]
        self.compressed(gzip.compress(multipart(files[:2])), 200)
        self.compressed(zlib.compress(multipart(files[2:3])), 200, "deflate")
        members = multipart(files[3:4])
        self.compressed(gzip.compress(members[:1000]) + gzip.compress(members[1000:]), 200)
        self.compressed(gzip.compress(files[4]), 200, "x-gzip", "application/dicom")
        self.compressed(multipart(files[5:]), 200, "identity")
        for n, data in enumerate(files, 1):
            self.assertEqual(self.file(n), data)

    def test_compressed_bodies_that_harm_are_refused(self):
        good = gzip.compress(multipart([instance(1, self.study, self.study + ".1")]))
        self.compressed(good[:-200], 409)
        self.compressed(good[:40] + bytes(60) + good[100:], 400)
        self.compressed(b"not compressed", 400)
        self.compressed(b"", 400)
        self.compressed(good, 415, "br")
        self.compressed(good, 415, "gzip, gzip")
        bomb = gzip.compress(multipart([instance(2, self.study, self.study + ".1", extra=b"") + bytes(200 * 2**20)]))
        self.assertLess(len(bomb), 2**20)
        answer = self.gantry.request("POST", "/dicom-web/studies", bomb, {**STOW, "Content-Encoding": "gzip"})
        self.assertIn(answer.status, (409, 413), answer.body)
        self.assertEqual(self.gantry.get(f"/dicom-web/instances?StudyInstanceUID={self.study}").json, [])

    def test_bodies_that_are_none_are_refused(self):
        for documents in ([b"{"], [b"[]"], [b'{"PatientName":{"vr":"PN"}}'], [b"[1]"], [b""], []):
            answer = self.gantry.request("POST", "/dicom-web/studies", body("json", documents),
                                         {"Content-Type": 'multipart/related; type="application/dicom+json"; boundary=gantry-test'})
            self.assertIn(answer.status, (400, 409), (documents, answer.body))
        laughs = b'<!DOCTYPE a [<!ENTITY b "c">]><NativeDicomModel>&b;</NativeDicomModel>'
        self.store("xml", [laughs], status=409)
        cut = body("json", [json.dumps([data_set(1, self.study)]).encode()])[:-20]
        answer = self.gantry.request("POST", "/dicom-web/studies", cut,
                                     {"Content-Type": 'multipart/related; type="application/dicom+json"; boundary=gantry-test'})
        self.assertEqual(answer.status, 400, answer.body)
        self.assertEqual(self.gantry.get(f"/dicom-web/studies?StudyInstanceUID={self.study}").json, [])


if __name__ == "__main__":
    harness.main()
