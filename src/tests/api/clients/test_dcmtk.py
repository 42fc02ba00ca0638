"""DCMTK on what is retrieved: each variant is a file that dcmftest knows, that dcmdump reads to its end without a complaint, and whose
data set dcm2json and dcm2xml read as they read the one that was sent."""
import io
import json
import os
import re
import subprocess
import tempfile
import zipfile

import peers
from peers import harness
from harness import STOW, element, instance, multipart

EXPLICIT, IMPLICIT, BIG, DEFLATED = (f"1.2.840.10008.1.2{end}" for end in (".1", "", ".2", ".1.99"))
ITEM = element(0x00080100, "SH", "T-A0100") + element(0x00080102, "SH", "SRT") + element(0x00080104, "LO", "Brain")
NESTED = element(0x00400555, "SQ", b"\xfe\xff\x00\xe0" + len(ITEM).to_bytes(4, "little") + ITEM)
PEER = peers.Peer(
    "DCMTK", "reads what is retrieved: dcmftest, dcmdump, dcm2json, dcm2xml", (["dcmdump", "--version"], r"v(\d+\.\d+\.\d+)"),
    {"dcmtk-single": "An instance as `application/dicom`, of each stored syntax (native, deflated, JPEG, JPEG-LS, RLE), is the file that was sent.",
     "dcmtk-multipart": "The parts of a study as `multipart/related` are the files that were sent.",
     "dcmtk-zip": "The entries of a ZIP archive are the files that were sent.",
     "dcmtk-tar": "So are those of a tar archive.",
     "dcmtk-dicomdir": "The DICOMDIR is read whole, and names every file with its UIDs.",
     "dcmtk-converted": "Converted to each native syntax, single and in multipart, the data set is the same.",
     "dcmtk-uri": "WADO-URI gives the same, as stored and converted.",
     "dcmtk-json": "Metadata in JSON is what dcm2json makes of the file, but for bulk data and what the server adds.",
     "dcmtk-xml": "Metadata in XML has the attributes, in value and order, that dcm2xml finds."})
MADE = {EXPLICIT: ["dcmconv", "+te"], IMPLICIT: ["dcmconv", "+ti"], BIG: ["dcmconv", "+tb"], DEFLATED: ["dcmconv", "+td"],
        "1.2.840.10008.1.2.4.70": ["dcmcjpeg", "+e1"], "1.2.840.10008.1.2.4.80": ["dcmcjpls", "+el"], "1.2.840.10008.1.2.5": ["dcmcrle"]}


class Files:
    """A folder that programs read from and write to."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()

    def run(self, program, *options, data, to="out"):
        source, target = os.path.join(self.folder.name, "in"), os.path.join(self.folder.name, to)
        with open(source, "wb") as file:
            file.write(data)
        done = subprocess.run([*program, *options, source, target], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert (done.returncode, done.stdout) == (0, ""), done.stdout
        with open(target, "rb") as file:
            return file.read()

    def ask(self, *command, data):
        source = os.path.join(self.folder.name, "in.dcm")
        with open(source, "wb") as file:
            file.write(data)
        done = subprocess.run([*command, source], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
        assert done.returncode == 0, done.stdout + done.stderr
        return done


class Retrieved(peers.Case):
    peer = PEER
    STUDY = "1.9.90"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tools, cls.files, cls.known = Files(), {}, {}
        for number, (syntax, program) in enumerate(MADE.items(), 1):
            data = instance(number, cls.STUDY, cls.STUDY + ".1", name="Dcmtk^J\u00f6rg=\u5c71\u7530", extra=NESTED, frames=1 + number % 2)
            cls.files[syntax] = cls.tools.run(program, data=data)
        answer = cls.gantry.request("POST", "/dicom-web/studies", multipart(cls.files.values()), STOW)
        assert answer.status == 200, answer.body

    def path(self, syntax=None):
        number = list(MADE).index(syntax) + 1 if syntax is not None else 0
        return f"/dicom-web/studies/{self.STUDY}" + (f"/series/{self.STUDY}.1/instances/{self.STUDY}.1.{number}" if number else "")

    def get(self, path, accept):
        answer = self.gantry.get(path, headers={"Accept": accept})
        self.assertEqual(answer.status, 200, answer.body[:300])
        return answer

    def parts(self, path, accept):
        answer = self.get(path, accept)
        boundary = answer.headers["content-type"].split("boundary=")[1].strip('"').encode()
        return [part.split(b"\r\n\r\n", 1)[1][:-2] for part in answer.body.split(b"--" + boundary)[1:-1]]

    def read(self, data):
        """What all of them say of a file; asked once for the same bytes."""
        if data not in self.known:
            kind = self.tools.ask("dcmftest", data=data).stdout
            dump = self.tools.ask("dcmdump", "+L", "-v", "-Un", data=data)
            syntax = re.search(r"\(0002,0010\) UI \[([0-9.]+)\]", dump.stdout).group(1)
            text = self.tools.run(["dcm2xml", "+M", "+Wb"], data=data).decode()
            xml = re.findall(r'<element tag="([^"]*)" vr="[^"]*" vm="([^"]*)"[^>]*>([^<]*)', text[text.index("<data-set"):])
            is_native = syntax in (EXPLICIT, IMPLICIT, BIG, DEFLATED)  # dcm2json does not write compressed pixel data
            self.known[data] = (kind, dump.stdout + dump.stderr, syntax, json.loads(self.tools.run(["dcm2json"], data=data)) if is_native else None, xml)
        return self.known[data]

    def assertSame(self, data, sent, syntax=None):
        """A file in the syntax of the one that was sent, or in another: then the data sets are compared, read in two ways."""
        kind, dump, found, *models = self.read(data)
        self.assertRegex(kind, "^yes:")
        self.assertNotRegex(dump, "(?m)^[WEF]: ")
        self.assertEqual(found, syntax or self.read(sent)[2])
        if syntax is None:
            self.assertEqual(data, sent)
        self.assertEqual(models, list(self.read(sent)[3:]))

    def test_as_stored(self):
        sent = list(self.files.values())
        with self.check("dcmtk-single"):
            for syntax, data in self.files.items():
                self.assertSame(self.get(self.path(syntax), "application/dicom").body, data)
        with self.check("dcmtk-multipart"):
            got = self.parts(self.path(), 'multipart/related; type="application/dicom"')
            self.assertEqual(len(got), len(sent))
            for data in got:
                self.assertIn(data, sent)
                self.assertSame(data, data)

    def test_archives(self):
        sent = sorted(self.files.values())
        with self.check("dcmtk-zip"):
            packed = zipfile.ZipFile(io.BytesIO(self.get(self.path(), "application/zip").body))
            entries = {name: packed.read(name) for name in packed.namelist()}
            directory = entries.pop("DICOMDIR")
            self.assertEqual(sorted(entries.values()), sent)
            for data in entries.values():
                self.assertSame(data, data)
        with self.check("dcmtk-tar"):
            with tempfile.TemporaryDirectory() as folder:
                subprocess.run(["tar", "-x", "-C", folder], input=self.get(self.path(), "application/x-tar").body, check=True)
                got = []
                for name in entries:
                    with open(os.path.join(folder, name), "rb") as file:
                        got.append(file.read())
            self.assertEqual(sorted(got), sent)
        with self.check("dcmtk-dicomdir"):
            self.assertRegex(self.tools.ask("dcmftest", data=directory).stdout, "^yes:")
            text = self.tools.ask("dcmdump", "+L", "-Un", data=directory).stdout
            names = [name.replace("\\", "/") for name in re.findall(r"\(0004,1500\) CS \[([^\]]*)\]", text)]
            uids = re.findall(r"\(0004,1511\) UI \[([^\]]*)\]", text)
            syntaxes = re.findall(r"\(0004,1512\) UI \[([^\]]*)\]", text)
            self.assertEqual(sorted(names), sorted(entries))
            for name, uid, syntax in zip(names, uids, syntaxes):
                self.assertEqual(uid, f"{self.STUDY}.1.{list(MADE).index(syntax) + 1}")
                self.assertEqual(entries[name], self.files[syntax])

    def test_converted(self):
        native = (EXPLICIT, IMPLICIT, BIG, DEFLATED)
        with self.check("dcmtk-converted"):
            for stored in native:
                for syntax in native:
                    self.assertSame(self.get(self.path(stored), f"application/dicom; transfer-syntax={syntax}").body, self.files[stored], syntax)
            for stored, syntax in zip(native, native[1:] + native[:1]):
                [data] = self.parts(self.path(stored), f'multipart/related; type="application/dicom"; transfer-syntax={syntax}')
                self.assertSame(data, self.files[stored], syntax)
        with self.check("dcmtk-uri"):
            for syntax in (EXPLICIT, BIG):
                uri = (f"/dicom-web/wado?requestType=WADO&studyUID={self.STUDY}&seriesUID={self.STUDY}.1&objectUID={self.STUDY}.1.1"
                       f"&contentType=application/dicom&transferSyntax={syntax}")
                self.assertSame(self.get(uri, "*/*").body, self.files[EXPLICIT], syntax)

    def test_metadata(self):
        with self.check("dcmtk-json"):
            for syntax in (EXPLICIT, IMPLICIT, BIG, DEFLATED):
                [told] = self.get(self.path(syntax) + "/metadata", "application/dicom+json").json
                wanted = {tag: value for tag, value in self.read(self.files[syntax])[3].items() if not tag.startswith("0002")}
                self.assertEqual(told.pop("00083002"), {"vr": "UI", "Value": [syntax]})
                self.assertEqual((told.pop("7FE00010").keys(), wanted.pop("7FE00010")["vr"]), ({"vr", "BulkDataURI"}, "OW"))
                wanted["00080005"] = {"vr": "CS", "Value": ["ISO_IR 192"]}
                self.assertEqual(told, wanted)
        with self.check("dcmtk-xml"):
            text = self.get(self.path(EXPLICIT) + "/metadata", "application/dicom+xml").body.decode()
            told = re.findall(r'<DicomAttribute[^>]* tag="(\w{8})"', text)
            found = [tag.replace(",", "").upper() for tag, _, _ in self.read(self.files[EXPLICIT])[4]]
            self.assertEqual([tag for tag in told if tag not in ("00083002", "00400555")], [tag for tag in found if tag != "00400555"])
            for value in ("Test study", "T-A0100", self.STUDY):
                self.assertIn(f">{value}<", text)


if __name__ == "__main__":
    peers.need("dcmftest", "dcm2json", "dcm2xml", "dcmcrle")
    peers.main()
