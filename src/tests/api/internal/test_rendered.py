"""What is shown without decoding a pixel: documents and video by WADO-RS and WADO-URI, with the headers that keep a browser safe."""
import os
import re
import sys
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, element, instance, multipart
from test_bulkdata import CORPUS, parts_of

PDF, CDA, STL = (f"1.2.840.10008.5.1.4.1.1.104.{n}" for n in (1, 2, 3))


def document(number, study, sop_class, content, media_type, length=None):
    """An instance with a document and no pixels."""
    image = instance(number, study, study + ".1")
    image = image[:image.index(element(0x7FE00010, "OW", b"")[:6])].replace(
        element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2"), element(0x00080016, "UI", sop_class))
    return (image + element(0x00420011, "OB", content) + (element(0x00420012, "LO", media_type) if media_type else b"")
            + (element(0x00420015, "UL", length.to_bytes(4, "little")) if length else b""))


def video(number, study, syntax, stream):
    image = instance(number, study, study + ".1")
    at = image.index(element(0x7FE00010, "OW", b"")[:6])
    image, old, new = image[:at], element(0x00020010, "UI", "1.2.840.10008.1.2.1"), element(0x00020010, "UI", syntax)
    length = int.from_bytes(image[140:144], "little")
    image = image[:140] + (length + len(new) - len(old)).to_bytes(4, "little") + image[144:].replace(old, new)
    half = len(stream) // 2 & ~1
    items = b"".join(b"\xfe\xff\x00\xe0" + len(f).to_bytes(4, "little") + f for f in (b"", stream[:half], stream[half:]))
    return image + element(0x7FE00010, "OB", b"")[:8] + b"\xff\xff\xff\xff" + items + b"\xfe\xff\xdd\xe0\0\0\0\0"


class Rendered(harness.Case):
    def store(self, *files):
        answer = self.gantry.request("POST", "/dicom-web/studies", multipart(files), STOW)
        self.assertEqual(answer.status, 200, answer.body)
        return [re.sub("^https?://[^/]*", "", r["00081190"]["Value"][0]) for r in answer.json["00081199"]["Value"]]

    def get(self, path, accept=None, status=200, **headers):
        answer = self.gantry.get(path, headers={**({"Accept": accept} if accept else {}), **headers})
        self.assertEqual(answer.status, status, (path, accept, answer.body[:300]))
        return answer

    def wado(self, address, content_type, status=200, **more):
        uids = re.fullmatch("/dicom-web/studies/([^/]+)/series/([^/]+)/instances/([^/]+)", address).groups()
        query = {"requestType": "WADO", **dict(zip(("studyUID", "seriesUID", "objectUID"), uids)), **more}
        if content_type:
            query["contentType"] = content_type
        return self.get("/dicom-web/wado?" + urllib.parse.urlencode(query), status=status)

    def assertSafe(self, answer, media_type, extension):
        self.assertEqual((answer.headers["content-type"], answer.headers["x-content-type-options"]), (media_type, "nosniff"))
        self.assertRegex(answer.headers["content-disposition"], rf'^inline; filename="instance-[-0-9a-f]{{36}}\.{extension}"$')
        policy = answer.headers["content-security-policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertIn("frame-ancestors 'self'", policy)
        self.assertNotIn("script", policy)
        self.assertEqual("sandbox" in policy, media_type != "application/pdf")

    def test_documents(self):
        kinds = (("application/pdf", PDF, "Application/PDF", "pdf"), ("text/xml", CDA, "text/XML", "xml"), ("model/stl", STL, "model/stl", "stl"),
                 ("model/obj", PDF[:-1] + "4", "model/obj", "obj"), ("model/mtl", PDF[:-1] + "5", "model/mtl", "mtl"),
                 ("application/pdf", PDF, "", "pdf"))
        number = 0
        for size in (7, 1023, 1024, 1025, 5001):  # in the metadata, and beside it
            for media_type, sop_class, said, extension in kinds:
                number += 1
                content = (b"<%d>" % number + bytes(range(1, 256)) * 20)[:size]
                address, = self.store(document(number, "1.5.1", sop_class, content, said, length=size))
                for accept in (None, "*/*", media_type, media_type.split("/")[0] + "/*", "text/html, application/xhtml+xml, image/avif, */*;q=0.8"):
                    answer = self.get(address + "/rendered", accept)
                    self.assertEqual(answer.body, content, (size, media_type))
                    self.assertSafe(answer, media_type, extension)
                self.assertEqual(answer.headers["cache-control"], "private, max-age=31536000, immutable")
                part = self.get(address + "/rendered", None, 206, Range="bytes=2-5")
                self.assertEqual((part.body, part.headers["content-range"]), (content[2:6], f"bytes 2-5/{size}"))
                self.get(address + "/rendered", None, 304, **{"If-None-Match": answer.headers["etag"]})
                told = self.get(address + "/rendered", "image/jpeg, video/mp4", 406).json["detail"]
                self.assertIn(media_type, told)
                self.assertEqual(self.wado(address, media_type).body, content)
                self.assertSafe(self.wado(address, "image/jpeg, " + media_type), media_type, extension)
                self.assertEqual(self.wado(address, "image/png," + "application/dicom").headers["content-type"], "application/dicom")
                self.wado(address, "image/jpeg", 406)
                wrapped, = parts_of(self.get(address + "/rendered", f'multipart/related; type="{media_type}"'))
                self.assertEqual(wrapped[1], content)
                self.assertTrue(wrapped[0]["Content-Location"].endswith(address + "/rendered"))
        both = parts_of(self.get("/dicom-web/studies/1.5.1/rendered", "*/*"))
        self.assertEqual(len(both), number)
        only = parts_of(self.get("/dicom-web/studies/1.5.1/series/1.5.1.1/rendered", 'multipart/related; type="text/xml"'))
        self.assertEqual([h["Content-Type"] for h, _ in only], ["text/xml"] * 5)
        self.assertIn("multipart/related", self.get("/dicom-web/studies/1.5.1/rendered", "application/pdf", 406).json["detail"])
        self.assertEqual(self.get(address + "/rendered?accept=application/pdf", "image/png").headers["content-type"], "application/pdf")

    def test_xml_has_two_names(self):
        address, = self.store(document(1, "1.5.2", CDA, b"<ClinicalDocument/>" * 100, "text/XML"))
        self.assertEqual(self.get(address + "/rendered", "application/xml").headers["content-type"], "application/xml")
        self.assertSafe(self.get(address + "/rendered", "application/xml"), "application/xml", "xml")
        self.assertEqual(self.get(address + "/bulkdata/00420011", "application/xml").headers["content-type"], "application/xml")

    def test_what_a_file_says_of_itself_is_not_believed(self):
        for n, said in enumerate(("text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript", "application/pdf\\text/html"), 1):
            address, = self.store(document(n, "1.5.3", PDF, b"<script>alert(1)</script>" * 100, said))
            answer = self.get(address + "/rendered", None, 406)
            self.assertProblem(answer, 406, "NOT_ACCEPTABLE")
            self.assertNotIn("content-security-policy", answer.headers)
            self.wado(address, said.split("\\")[0], 406)

    def test_an_image_is_not_rendered_yet(self):
        address, = self.store(instance(1, "1.5.4", "1.5.4.1"))
        for path in (address, address.split("/instances/")[0], "/dicom-web/studies/1.5.4"):
            for accept in (None, "image/jpeg", "image/png", "*/*", "multipart/related"):
                answer = self.get(path + "/rendered", accept, 406)
                self.assertProblem(answer, 406, "NOT_ACCEPTABLE")
                self.assertIn("frames", answer.json["detail"])
        self.get("/dicom-web/studies/1.5.99/rendered", None, 404)
        self.wado(address, "image/jpeg", 406)
        self.assertEqual(self.wado(address, None).headers["content-type"], "application/dicom")

    def test_video(self):
        mp4 = b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + bytes(range(256)) * 40
        ts, mpeg, raw = b"\x47\x40\0\x10" + b"t" * 400, b"\0\0\1\xb3" + b"m" * 400, b"\0\0\0\1\x67" + b"h" * 399
        cases = ((102, mp4, "video/mp4", "mp4"), (107, mp4, "video/mp4", "mp4"), (102, ts, "video/mp2t", "ts"), (100, mpeg, "video/mpeg", "mpeg"),
                 (100, mpeg.replace(b"\xb3", b"\xba"), "video/mpeg", "mpeg"), (103, raw, "video/mp4", "mp4"))
        for number, (syntax, stream, media_type, extension) in enumerate(cases, 1):
            address, = self.store(video(number, "1.5.5", f"1.2.840.10008.1.2.4.{syntax}", stream))
            for accept in (None, "video/*", "video/webm,video/ogg,video/*;q=0.9,application/ogg;q=0.7,audio/*;q=0.6,*/*;q=0.5"):
                answer = self.get(address + "/rendered", accept)
                self.assertEqual(answer.body, stream)
                self.assertSafe(answer, media_type, extension)
            self.assertEqual(answer.headers["accept-ranges"], "bytes")
            first = self.get(address + "/rendered", None, 206, Range="bytes=0-")  # as <video> asks
            self.assertEqual((first.body, first.headers["content-range"]), (stream, f"bytes 0-{len(stream) - 1}/{len(stream)}"))
            across = len(stream) // 2
            self.assertEqual(self.get(address + "/rendered", None, 206, Range=f"bytes={across - 5}-{across + 5}").body, stream[across - 5:across + 6])
            for rest in ("/bulkdata/7FE00010", "/pixeldata"):  # one part, though it is two fragments
                (head, data), = parts_of(self.get(address + rest, "multipart/related"))
                self.assertEqual(data, stream)
                self.assertEqual(head["Content-Type"].split("; ")[1], f"transfer-syntax=1.2.840.10008.1.2.4.{syntax}")
            self.assertEqual(self.wado(address, media_type).body, stream)
        self.assertEqual(len(parts_of(self.get("/dicom-web/studies/1.5.5/rendered"))), len(cases))

    def test_the_corpus(self):
        if not os.path.isdir(CORPUS):
            self.skipTest("no corpus")
        import pydicom
        for path, media_type in (("iod/encapsulated/pdf-cardio.dcm", "application/pdf"), ("iod/encapsulated/cda-1.dcm", "text/xml"),
                                 ("iod/encapsulated/stl.dcm", "model/stl"), ("transfer-syntax/video/endoscopy-h264.dcm", "video/mp4")):
            with open(os.path.join(CORPUS, path), "rb") as file:
                address, = self.store(file.read())
            data_set = pydicom.dcmread(os.path.join(CORPUS, path))
            if "PixelData" in data_set:
                wanted = next(pydicom.encaps.generate_pixel_data(data_set.PixelData, 1))[0]
            elif data_set.EncapsulatedDocument is None:  # a document of no bytes
                self.get(address + "/rendered", status=406)
                continue
            else:
                wanted = data_set.EncapsulatedDocument[:data_set.get("EncapsulatedDocumentLength", 1 << 40)]
            answer = self.get(address + "/rendered")
            self.assertEqual((answer.headers["content-type"], answer.body), (media_type, wanted), path)

    def test_headers_are_all_there(self):
        """As many as there may be at once."""
        address, = self.store(document(1, "1.5.6", PDF, b"%PDF" * 1000, "application/pdf"))
        answer = self.get(address + "/rendered", None, 206, Range="bytes=0-9", Origin="http://viewer.example", Cookie="a=b")
        for name in ("x-request-id", "etag", "cache-control", "accept-ranges", "vary", "content-range", "content-disposition",
                     "content-security-policy", "x-content-type-options", "referrer-policy", "access-control-allow-origin"):
            self.assertIn(name, answer.headers)


if __name__ == "__main__":
    harness.main()
