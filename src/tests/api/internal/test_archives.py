"""Downloads as ZIP and tar with a DICOMDIR, read by the programs people have: unzip, tar, DCMTK, Python."""
import gc
import http.client
import io
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import warnings
import zipfile

from pydicom.fileset import FileSet

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, element, instance, multipart

ZIP, TAR = {"Accept": "application/zip"}, {"Accept": "application/x-tar"}
NAME = re.compile(r"DICOM/S\d{7}/I\d{7}$")


def item(*elements):
    data = b"".join(elements)
    return b"\xfe\xff\x00\xe0" + len(data).to_bytes(4, "little") + data


def report(sop_class, sop, study, series, *more, name="Doe^Jane", modality="SR"):
    """An object without pixels; more: elements behind (0020,0013)."""
    meta = (element(0x00020002, "UI", sop_class) + element(0x00020003, "UI", sop)
            + element(0x00020010, "UI", "1.2.840.10008.1.2.1"))
    data = (element(0x00080005, "CS", "ISO_IR 192") + element(0x00080016, "UI", sop_class) + element(0x00080018, "UI", sop)
            + element(0x00080060, "CS", modality) + element(0x00100010, "PN", name) + element(0x00100020, "LO", "P1")
            + element(0x0020000D, "UI", study) + element(0x0020000E, "UI", series) + b"".join(more))
    return b"\0" * 128 + b"DICM" + element(0x00020000, "UL", len(meta).to_bytes(4, "little")) + meta + data


class Archives(harness.Case):
    def store(self, *files):
        answer = self.gantry.request("POST", "/dicom-web/studies", multipart(files), STOW)
        self.assertEqual(answer.status, 200, answer.body)

    def fetch(self, path, headers, **more):
        answer = self.gantry.get("/dicom-web/" + path, headers={**headers, **more})
        self.assertIn(answer.status, (200, 206), answer.body)
        self.assertEqual(int(answer.headers["content-length"]), len(answer.body))
        return answer

    def files_of_zip(self, body):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            self.assertIsNone(archive.testzip())
            return {name: archive.read(name) for name in archive.namelist()}

    def files_of_tar(self, body):
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            return {member.name: archive.extractfile(member).read() for member in archive}

    def unpack(self, body, *command):
        """By a program of its own, into a folder."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, "archive")
        with open(path, "wb") as file:
            file.write(body)
        os.mkdir(folder.name + "/out")
        subprocess.run([*command, path], cwd=folder.name + "/out", check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return folder.name + "/out"

    def records(self, dicomdir):
        """What DCMTK reads of a DICOMDIR; it must have no complaint."""
        done = subprocess.run(["dcmdump", "-q", "-Un", "-"], input=dicomdir, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
        self.assertEqual(done.stderr, b"")
        return done.stdout.decode()

    def check(self, path, stored):
        """Both archives of an address hold what was stored and nothing else."""
        packed, tarred = self.fetch(path, ZIP), self.fetch(path, TAR)
        self.assertEqual((packed.headers["content-type"], tarred.headers["content-type"]), ("application/zip", "application/x-tar"))
        files = self.files_of_zip(packed.body)
        self.assertEqual(self.files_of_tar(tarred.body), files)
        dicomdir = files.pop("DICOMDIR")
        self.assertEqual(sorted(files.values()), sorted(stored))
        self.assertTrue(all(NAME.match(name) for name in files), files)
        text = self.records(dicomdir)
        self.assertEqual(sorted(re.findall(r"\(0004,1500\) CS \[(\S+)\]", text)), sorted(n.replace("/", "\\") for n in files))
        for command in (("unzip", "-tq"), ("7z", "t")):
            self.unpack(packed.body, *command)
        for body, *command in ((packed.body, "unzip", "-q"), (tarred.body, "tar", "-xf"), (tarred.body, "bsdtar", "-xf")):
            folder = self.unpack(body, *command)
            for name, content in files.items():
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertEqual(file.read(), content)
        piped = subprocess.run(["bsdtar", "-xOf", "-"], input=packed.body, stdout=subprocess.PIPE, check=True).stdout
        self.assertEqual(piped, dicomdir + b"".join(files.values()))
        self.check_file_set(folder, dicomdir, len(files))
        return packed, tarred, text

    def check_file_set(self, folder, dicomdir, count):
        """pydicom finds every file by its record; DCMTK, asked to add a file, finds that it is there already."""
        with open(folder + "/DICOMDIR", "rb") as file:
            self.assertEqual(file.read(), dicomdir)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for its_own in (DeprecationWarning, ResourceWarning):
                warnings.simplefilter("ignore", its_own)
            found = {one.load().SOPInstanceUID: one.ReferencedSOPInstanceUIDInFile for one in FileSet(folder + "/DICOMDIR")}
            gc.collect()
        self.assertEqual(len(found), count)
        self.assertTrue(all(uid == named for uid, named in found.items()))
        for program in ("dcmmkdir", "dcmgpdir"):
            with open(folder + "/DICOMDIR", "wb") as file:
                file.write(dicomdir)
            done = subprocess.run([program, "+A", "+I", "+D", "DICOMDIR", "DICOM/S0000001/I0000001"], cwd=folder, check=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertIn(b"record for this SOP instance already exists", done.stdout)

    def test_a_study_comes_back_byte_for_byte(self):
        stored = [instance(n, "1.7.1", f"1.7.1.{s}", modality=m, name="Müller^Änne=山田^太郎")
                  for s, m in ((1, "CT"), (2, "MR")) for n in range(1, 4)]
        self.store(*stored)
        packed, tarred, text = self.check("studies/1.7.1", stored)
        self.assertEqual(text.count("[SERIES]"), 2)
        self.assertEqual(text.count("[IMAGE]"), 6)
        self.assertIn("[ISO_IR 192]", text)
        self.assertIn("Müller^Änne=山田^太郎", text)
        self.check("studies/1.7.1/series/1.7.1.2", stored[3:])
        self.check("studies/1.7.1/series/1.7.1.2/instances/1.7.1.2.2", stored[4:5])
        for answer, kind in ((packed, "zip"), (tarred, "tar")):
            self.assertRegex(answer.headers["content-disposition"], r'^attachment; filename="study-[-0-9a-f]{36}\.%s"$' % kind)
        again = self.fetch("studies/1.7.1?accept=application/zip", {})
        self.assertEqual((again.body, again.headers["etag"]), (packed.body, packed.headers["etag"]))
        self.assertNotEqual(packed.headers["etag"], tarred.headers["etag"])
        same = self.gantry.get("/dicom-web/studies/1.7.1", headers={**ZIP, "If-None-Match": packed.headers["etag"]})
        self.assertEqual((same.status, same.body), (304, b""))
        self.store(instance(4, "1.7.1", "1.7.1.2", name="Müller^Änne=山田^太郎"))
        self.assertNotEqual(self.fetch("studies/1.7.1", ZIP).headers["etag"], packed.headers["etag"])

    def test_head_tells_the_size(self):
        self.store(instance(1, "1.7.2", "1.7.2.1"))
        for accept in (ZIP, TAR):
            whole = self.fetch("studies/1.7.2", accept)
            head = self.gantry.request("HEAD", "/dicom-web/studies/1.7.2", headers=accept)
            self.assertEqual((head.status, head.body), (200, b""))
            for name in ("content-length", "etag", "content-type", "content-disposition"):
                self.assertEqual(head.headers[name], whole.headers[name])

    def test_every_range_is_the_slice_of_the_whole(self):
        self.store(*(instance(n, "1.7.3", "1.7.3.1", pixels=p) for n, p in ((1, 64), (2, 1024), (3, 1024), (4, 1024))))
        self.store(instance(1, "1.7.4", "1.7.4.1"))
        for study in ("1.7.3", "1.7.4"):  # piece by piece, and in one
            for accept in (ZIP, TAR):
                whole = self.fetch("studies/" + study, accept)
                body, size = whole.body, len(whole.body)
                at = body.find(b"PK\7\10") if accept is ZIP else 512
                for first, last in ((0, 0), (0, 99), (1, 29), (at - 1, at + 20), (at, at + 3), (at + 5, at + 400), (8000, 3000000),
                                    (size // 2, size - 1), (size - 700, size - 1), (size - 22, size - 1), (size - 1, size - 1)):
                    last = min(last, size - 1)
                    part = self.fetch("studies/" + study, accept, Range=f"bytes={first}-{last}")
                    self.assertEqual(part.status, 206)
                    self.assertEqual(part.headers["content-range"], f"bytes {first}-{last}/{size}")
                    self.assertTrue(part.body == body[first:last + 1], (study, accept, first, last))
                beyond = self.gantry.get("/dicom-web/studies/" + study, headers={**accept, "Range": f"bytes={size}-"})
                self.assertProblem(beyond, 416, "RANGE")
                old = self.fetch("studies/" + study, accept, Range="bytes=5-", **{"If-Range": '"other"'})
                self.assertEqual((old.status, len(old.body)), (200, size))

    def test_a_download_that_broke_off_goes_on(self):
        self.store(*(instance(n, "1.7.5", "1.7.5.1", pixels=1024) for n in range(1, 6)))
        whole = self.fetch("studies/1.7.5", ZIP)
        connection = http.client.HTTPConnection("127.0.0.1", self.gantry.port, timeout=60)
        connection.request("GET", "/dicom-web/studies/1.7.5", headers={**ZIP, "Authorization": "Bearer " + self.gantry.token})
        start = connection.getresponse().read(len(whole.body) // 2)
        connection.close()
        rest = self.fetch("studies/1.7.5", ZIP, Range=f"bytes={len(start)}-", **{"If-Range": whole.headers["etag"]})
        self.assertEqual(rest.status, 206)
        self.assertEqual(len(self.files_of_zip(start + rest.body)), 6)

    def test_what_is_not_there_and_what_does_not_fit(self):
        self.store(instance(1, "1.7.6", "1.7.6.1"))
        for path in ("studies/1.7.99", "studies/1.7.6/series/1.7.99", "studies/1.7.6/series/1.7.6.1/instances/1.7.99", "studies/x"):
            self.assertProblem(self.gantry.get("/dicom-web/" + path, headers=ZIP), 404, "NOT_FOUND")
        for accept in ("application/x-7z-compressed", "application/gzip", 'application/zip; transfer-syntax=1.2.840.10008.1.2.4.90'):
            self.assertProblem(self.gantry.get("/dicom-web/studies/1.7.6", headers={"Accept": accept}), 406, "NOT_ACCEPTABLE")
        for accept, kind in (("application/zip, multipart/related", "application/zip"),
                             ("application/zip;q=0.5, application/x-tar", "application/x-tar"),
                             ("image/png, application/x-tar", "application/x-tar"),
                             ("application/zip;transfer-syntax=1.2.840.10008.1.2.1", "application/zip"),
                             ("multipart/related, application/zip", "multipart/related"), ("*/*", "multipart/related")):
            answer = self.fetch("studies/1.7.6", {"Accept": accept})
            self.assertEqual(answer.headers["content-type"].split(";")[0], kind, accept)
        other = self.gantry.other_clinic()
        for accept in (ZIP, TAR):
            self.assertProblem(self.gantry.get("/dicom-web/studies/1.7.6", headers=accept, token=other), 404, "NOT_FOUND")
            self.assertEqual(self.gantry.get("/dicom-web/studies/1.7.6", headers=accept, token=None).status, 401)

    def test_a_thousand_instances(self):
        stored = [instance(n, "1.7.7", f"1.7.7.{n % 3}", pixels=16) for n in range(1, 1001)]
        for i in range(0, 1000, 100):
            self.store(*stored[i:i + 100])
        _, _, text = self.check("studies/1.7.7", stored)
        self.assertEqual((text.count("[SERIES]"), text.count("[IMAGE]")), (3, 1000))

    def test_each_kind_of_object_has_its_record(self):
        title = item(element(0x00080100, "SH", "18748-4") + element(0x00080102, "SH", "LN") + element(0x00080104, "LO", "Befund \"Ä\""))
        self.store(
            instance(1, "1.7.8", "1.7.8.1"),
            report("1.2.840.10008.5.1.4.1.1.88.33", "1.7.8.2.1", "1.7.8", "1.7.8.2", element(0x00200013, "IS", "7"),
                   element(0x0040A043, "SQ", title), element(0x0040A491, "CS", "COMPLETE"), element(0x0040A493, "CS", "VERIFIED")),
            report("1.2.840.10008.5.1.4.1.1.88.59", "1.7.8.3.1", "1.7.8", "1.7.8.3", modality="KO"),
            report("1.2.840.10008.5.1.4.1.1.11.1", "1.7.8.4.1", "1.7.8", "1.7.8.4", element(0x00700080, "CS", "LABEL1"),
                   element(0x00700082, "DA", "20260103"), element(0x00700083, "TM", "1010"), element(0x00700084, "PN", "A^B=C^D"), modality="PR"),
            report("1.2.840.10008.5.1.4.1.1.104.1", "1.7.8.5.1", "1.7.8", "1.7.8.5", element(0x00420012, "LO", "application/pdf"), modality="DOC"),
            report("1.2.840.10008.5.1.4.1.1.481.5", "1.7.8.6.1", "1.7.8", "1.7.8.6", element(0x300A0002, "SH", "Plan A"), modality="RTPLAN"),
            report("1.2.840.10008.5.1.4.1.1.481.3", "1.7.8.7.1", "1.7.8", "1.7.8.7", element(0x30060002, "SH", "Set A"), modality="RTSTRUCT"),
            report("1.2.840.10008.5.1.4.1.1.481.2", "1.7.8.8.1", "1.7.8", "1.7.8.8", element(0x3004000A, "CS", "BEAM"), modality="RTDOSE"),
            report("1.2.840.10008.5.1.4.1.1.9.1.1", "1.7.8.9.1", "1.7.8", "1.7.8.9", modality="ECG"),
            report("1.2.840.10008.5.1.4.1.1.66", "1.7.8.10.1", "1.7.8", "1.7.8.10", modality="OT"),
            report("1.2.3.4.5.6", "1.7.8.11.1", "1.7.8", "1.7.8.11", modality="OT"))
        text = self.records(self.files_of_zip(self.fetch("studies/1.7.8", ZIP).body)["DICOMDIR"])
        for kind in ("IMAGE", "SR DOCUMENT", "KEY OBJECT DOC", "PRESENTATION", "ENCAP DOC", "RT PLAN", "RT STRUCTURE SET", "RT DOSE",
                     "WAVEFORM", "RAW DATA", "PRIVATE"):
            self.assertEqual(text.count(f"[{kind}]"), 1, kind)
        for value in ("[18748-4]", "Befund \"Ä\"", "[COMPLETE]", "[VERIFIED]", "[LABEL1]", "[A^B=C^D]", "[application/pdf]", "[Plan A]",
                      "[Set A]", "[BEAM]", "(0004,1432) UI [1.2.3.4.5.6]"):
            self.assertIn(value, text)

    def test_an_object_that_is_gone_breaks_the_download_off(self):
        self.store(*(instance(n, "1.7.9", "1.7.9.1", pixels=1024) for n in range(1, 5)))
        self.store(*(instance(n, "1.7.10", "1.7.10.1", name="Gone") for n in (1, 2)))
        self.store(instance(1, "1.7.11", "1.7.11.1", name="Gone"))
        whole = {(s, a["Accept"]): self.fetch("studies/" + s, a).body for s in ("1.7.9", "1.7.10") for a in (ZIP, TAR)}
        root = self.gantry.folder + "/data/storage/objects"
        paths = {name: os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names}
        for data in (instance(3, "1.7.9", "1.7.9.1", pixels=1024), instance(2, "1.7.10", "1.7.10.1", name="Gone"),
                     instance(1, "1.7.11", "1.7.11.1", name="Gone")):
            os.remove(paths[harness.sha256(data)])
        for accept in (ZIP, TAR):  # the first object is gone, or one of an answer so short that all are opened: that can be said
            for study in ("1.7.11", "1.7.10"):
                answer = self.gantry.get("/dicom-web/studies/" + study, headers=accept)
                self.assertProblem(answer, 503, "UNAVAILABLE")
                self.assertEqual(answer.headers["cache-control"], "no-store")
                self.assertFalse({"etag", "content-disposition", "accept-ranges"} & set(answer.headers))
        whole = {key: body for key, body in whole.items() if key[0] == "1.7.9"}
        for (study, accept), body in whole.items():
            self.assertBreaksOff(study, accept, body)
        self.gantry.stop()  # which forgets the checksums
        self.gantry.start()
        for (study, accept), body in whole.items():
            self.assertBreaksOff(study, accept, body)
            if accept == "application/zip":
                answer = self.gantry.get("/dicom-web/studies/" + study, headers={"Accept": accept, "Range": f"bytes={len(body) - 100}-"})
                self.assertProblem(answer, 503, "UNAVAILABLE")  # the end of the directory has every checksum

    def assertBreaksOff(self, study, accept, body, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.gantry.port, timeout=10)
        connection.request("GET", "/dicom-web/studies/" + study, headers={
            "Accept": accept, "Authorization": "Bearer " + self.gantry.token, **headers})
        with connection.getresponse() as answer, self.assertRaises((http.client.IncompleteRead, ConnectionError)) as broken:
            self.assertLess(len(answer.read()), 0, (study, accept, headers))
        connection.close()
        got = getattr(broken.exception, "partial", b"")
        self.assertLess(len(got), len(body))
        self.assertNotIn(b"PK\5\6", got)


if __name__ == "__main__":
    harness.main()
