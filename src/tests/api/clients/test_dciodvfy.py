"""dciodvfy and dcentvfy say whether what this server makes is what its SOP class asks for: composed objects, converted ones, the
demonstration, DICOMDIR."""
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile

import peers
from peers import harness
from harness import STOW, instance, multipart

EXPLICIT, IMPLICIT, BIG, DEFLATED = (f"1.2.840.10008.1.2{end}" for end in (".1", "", ".2", ".1.99"))
STUDY = "1.2.826.0.5.1"
PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
CDA = b'<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2.3" extension="4"/></ClinicalDocument>'
STL = bytes(80) + (1).to_bytes(4, "little") + bytes(50)


def attribute(vr, *values):
    return {"vr": vr, "Value": list(values)} if values else {"vr": vr}


MODEL = {"00080070": attribute("LO", "Maker"), "00081090": attribute("LO", "Shaper"), "00181000": attribute("LO", "1"),
         "00181020": attribute("LO", "1.0"),
         "004008EA": attribute("SQ", {"00080100": attribute("SH", "mm"), "00080102": attribute("SH", "UCUM"),
                                      "00080104": attribute("LO", "millimeter")})}
VIDEO = {"00082218": attribute("SQ", {"00080100": attribute("SH", "39937001"), "00080102": attribute("SH", "SCT"),
                                      "00080104": attribute("LO", "Skin")}),
         "00280002": attribute("US", 3), "00280004": attribute("CS", "YBR_PARTIAL_420"), "00280006": attribute("US", 0),
         "00280008": attribute("IS", 2), "00280009": attribute("AT", "00181063"), "00181063": attribute("DS", 40),
         "00280010": attribute("US", 16), "00280011": attribute("US", 16), "00280100": attribute("US", 8),
         "00280101": attribute("US", 8), "00280102": attribute("US", 7), "00280103": attribute("US", 0)}

PEER = peers.Peer(
    "dicom3tools", "validates objects against their IOD (dciodvfy) and the entities of a study against each other (dcentvfy)",
    peers.package_version("dicom3tools"),
    {"iod-pdf": "An Encapsulated PDF composed of a data set and `application/pdf` has no error.",
     "iod-cda": "An Encapsulated CDA composed of `text/xml` and its HL7 Instance Identifier has no error.",
     "iod-cda-unnamed": "A CDA document without that identifier is stored with the warning B007, and lacks nothing else.",
     "iod-stl": "An Encapsulated STL composed of `model/stl`, its unit and its equipment has no error.",
     "iod-stl-unnamed": "A model without unit and equipment is stored with the warning B007, which names all that is missing.",
     "iod-photograph": "A VL Photographic Image composed of an 8 bit `image/jpeg` stream, gray or colour, has no error.",
     "iod-jpeg-ls": "What is composed of `image/jls`, of 8 and of 16 bit samples, has no error.",
     "iod-jpeg-2000": "What is composed of `image/jp2` has no error.",
     "iod-video": "A Video Photographic Image composed of `video/mp4` and the description of its pixels has no error.",
     "entities-joined": "What is composed into a study that is there has its patient and study (dcentvfy), unless it names a patient.",
     "iod-xml": "The same composed of Native DICOM Model has no error.",
     "iod-round-trip": "A CT instance taken apart into metadata and bulk data and stored again has no error that it had not before.",
     "iod-syntaxes": "Written in each of the native transfer syntaxes an instance has no error that it had not before (deflated: once DCMTK has inflated it).",
     "iod-dicomdir": "The DICOMDIR of a ZIP archive has no error.",
     "iod-demo": "Each object of the demonstration has no error.",
     "iod-deidentified": "De-identified copies (task `anonymize`) of the demonstration have no error, with dates shifted and descriptions cleaned, "
                         "and with nothing retained.",
     "entities": "Patient, study and series attributes agree in all instances of each study that is retrieved (dcentvfy)."})


def body(kind, documents, parts):
    out = b"".join(f"\r\n--gantry-test\r\nContent-Type: application/dicom+{kind}\r\n\r\n".encode() + d for d in documents)
    for location, media_type, data in parts:
        out += f"\r\n--gantry-test\r\nContent-Type: {media_type}\r\nContent-Location: {location}\r\n\r\n".encode() + data
    return out + b"\r\n--gantry-test--\r\n"


def run(program, *options, data):
    """What a program makes of a file."""
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/in.dcm", "wb") as out:
            out.write(data)
        subprocess.run([program, *options, folder + "/in.dcm", folder + "/out"], check=True, stdout=subprocess.DEVNULL)
        with open(folder + "/out", "rb") as made:
            return made.read()


def errors_of(*files):
    """Of each file what dciodvfy calls an error."""
    out = []
    for path in files:
        done = subprocess.run(["dciodvfy", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        assert re.search(r"^\w+$", done.stdout, re.M), done.stdout  # the IOD it took it for
        out += [line for line in done.stdout.splitlines() if line.startswith("Error")]
    return out


def errors_in(data):
    with tempfile.NamedTemporaryFile(suffix=".dcm") as file:
        file.write(data)
        file.flush()
        return errors_of(file.name)


def stream_of(made):
    """The first frame of encapsulated pixel data of one fragment."""
    at = made.index(b"\xfe\xff\x00\xe0", made.rindex(b"\xe0\x7f\x10\x00") + 12 + 8)
    return made[at + 8:at + 8 + int.from_bytes(made[at + 4:at + 8], "little")]


def colour(number):
    """An RGB image, to be compressed."""
    data = instance(number, pixels=16)
    head, pixels = data[:-16 * 16 * 2 - 12], data[-16 * 16 * 2:]
    for tag, old, new in ((b"\x28\x00\x02\x00US\x02\x00", b"\1\0", b"\3\0"), (b"\x28\x00\x00\x01US\x02\x00", b"\x10\0", b"\x08\0"),
                          (b"\x28\x00\x01\x01US\x02\x00", b"\x10\0", b"\x08\0"), (b"\x28\x00\x02\x01US\x02\x00", b"\x0f\0", b"\x07\0")):
        assert tag + old in head
        head = head.replace(tag + old, tag + new)
    head = head.replace(b"\x28\x00\x04\x00CS\x0c\x00MONOCHROME2 ", b"\x28\x00\x04\x00CS\x04\x00RGB \x28\x00\x06\x00US\x02\x00\0\0")
    return head + b"\xe0\x7f\x10\x00OB\0\0" + (768).to_bytes(4, "little") + (pixels * 2)[:768]


def codestream(side):
    """JPEG 2000, ISO 15444-1 A: an image of one component, 8 bits, reversible, whose only packet is empty: gray all over."""
    size = side.to_bytes(4, "big")
    siz = bytes(2) + size * 2 + bytes(8) + size * 2 + bytes(8) + b"\0\1" + b"\7\1\1"
    cod, qcd = b"\0" + b"\0\0\1\0" + b"\0\4\4\0\1", b"\x40\x40"
    segments = b"".join(marker + (len(content) + 2).to_bytes(2, "big") + content
                        for marker, content in ((b"\xff\x51", siz), (b"\xff\x52", cod), (b"\xff\x5c", qcd)))
    return b"\xff\x4f" + segments + b"\xff\x90\0\x0a\0\0" + (15).to_bytes(4, "big") + b"\0\1" + b"\xff\x93\0\xff\xd9"


class Objects(peers.Case):
    demo = True
    peer = PEER

    def setUp(self):
        self.series = f"{STUDY}.{abs(hash(self.id())) % 10**8}"

    def compose(self, number, beside, tag="00420011", kind="json", status=200, **more):
        """What is stored of a data set and a part beside it; and the answer."""
        uid = f"{self.series}.{number}"
        document = {"00080018": attribute("UI", uid), "00100010": attribute("PN", {"Alphabetic": "Doe^Jane"}),
                    "00100020": attribute("LO", "P1"), "0020000D": attribute("UI", STUDY), "0020000E": attribute("UI", self.series),
                    **more, tag: {"vr": "OB", "BulkDataURI": "beside"}}
        text = json.dumps([document]) if kind == "json" else native_model(document)
        answer = self.gantry.request("POST", "/dicom-web/studies", body(kind, [text.encode()], [("beside", *beside)]),
                                     {"Content-Type": f'multipart/related; type="application/dicom+{kind}"; boundary=gantry-test'})
        self.assertEqual(answer.status, status, answer.body)
        return self.retrieve(STUDY, self.series, uid), answer.json

    def retrieve(self, study, series, uid, accept="application/dicom"):
        answer = self.gantry.get(f"/dicom-web/studies/{study}/series/{series}/instances/{uid}", headers={"Accept": accept})
        self.assertEqual(answer.status, 200, answer.body[:300])
        return answer.body

    def assertValid(self, data):
        self.assertEqual(errors_in(data), [])

    def assertWarned(self, answer, *tags):
        item = answer["00081199"]["Value"][0]
        self.assertEqual(item["00081196"]["Value"], [0xB007])
        self.assertEqual(item["00000902"]["Value"], ["type 1 missing: " + ", ".join(tags)])

    def test_documents(self):
        with self.check("iod-pdf"):
            self.assertValid(self.compose(1, ("application/pdf", PDF))[0])
            title = attribute("SQ", {"00080100": attribute("SH", "18748-4"), "00080102": attribute("SH", "LN"),
                                     "00080104": attribute("LO", "Diagnostic Imaging Report")})
            data, _ = self.compose(4, ("application/pdf", PDF), **{"0040A043": title, "00080020": attribute("DA", "20260101")})
            self.assertValid(data)
            self.assertEqual((data.count(b"18748-4"), data.count(b"\x40\0\x43\xa0"), data.count(b"20260101")), (1, 1, 1))
        with self.check("iod-cda"):
            self.assertValid(self.compose(2, ("text/xml", CDA), **{"0040E001": attribute("ST", "1.2.3^4")})[0])
        with self.check("iod-cda-unnamed"):
            data, answer = self.compose(3, ("text/xml", CDA), status=202)
            self.assertWarned(answer, "0040E001")
            self.assertEqual(len(errors_in(data)), 1)
            self.assertIn("HL7InstanceIdentifier", errors_in(data)[0])

    def test_models(self):
        with self.check("iod-stl"):
            data, _ = self.compose(1, ("model/stl", STL), **MODEL)
            self.assertValid(data)
            self.compose(1, ("model/stl", STL), **MODEL)  # the same again is the same bytes
        with self.check("iod-stl-unnamed"):
            data, answer = self.compose(2, ("model/stl", STL), status=202)
            self.assertWarned(answer, *sorted(MODEL))
            self.assertEqual({re.search(r"<(\w+)>", e).group(1) for e in errors_in(data)},
                             {"Manufacturer", "ManufacturerModelName", "DeviceSerialNumber", "SoftwareVersions", "MeasurementUnitsCodeSequence"})

    def test_streams(self):
        gray = instance(1)
        with self.check("iod-photograph"):
            narrow = run("dcmconv", "+te", data=gray)
            for number, made in enumerate((run("dcmcjpeg", "+eb", data=narrow), run("dcmcjpeg", "+eb", data=colour(1))), 1):
                data, _ = self.compose(number, ("image/jpeg", stream_of(made)), "7FE00010")
                self.assertIn(b"1.2.840.10008.5.1.4.1.1.77.1.4", data)
                self.assertIn(b"ISO_10918_1", data)
                self.assertValid(data)
        with self.check("iod-jpeg-ls"):
            for number, made in enumerate((run("dcmcjpls", "+el", data=colour(1)), run("dcmcjpls", "+el", data=gray),
                                           run("dcmcjpls", "+en", data=gray)), 3):
                data, _ = self.compose(number, ("image/jls", stream_of(made)), "7FE00010")
                self.assertEqual(b"1.2.840.10008.5.1.4.1.1.7\0" in data, number > 3)  # no photograph has 16 bits
                self.assertValid(data)
        with self.check("iod-jpeg-2000"):
            self.assertValid(self.compose(6, ("image/jp2", codestream(16)), "7FE00010")[0])
        with self.check("iod-video"):
            self.assertValid(self.compose(7, ("video/mp4", b"\0\0\0\x18ftypmp42" + bytes(244)), "7FE00010", **VIDEO)[0])

    def test_xml(self):
        with self.check("iod-xml"):
            self.assertValid(self.compose(1, ("application/pdf", PDF), kind="xml")[0])

    def test_joining_a_study(self):
        study = "1.2.826.0.5.2"
        image = instance(1, study, study + ".1", name="M\u00fcller^J\u00f6rg", patient="P7")
        self.assertEqual(self.gantry.request("POST", "/dicom-web/studies", multipart([image]), STOW).status, 200)
        stream = stream_of(run("dcmcjpeg", "+eb", data=run("dcmconv", "+te", data=instance(1))))

        def join(number, tag, media_type, data, **more):
            document = {"00080018": attribute("UI", f"{study}.2.{number}"), "0020000E": attribute("UI", f"{study}.2.{number // 2}"),
                        **more, tag: {"vr": "OB", "BulkDataURI": "beside"}}
            for _ in range(2):  # the same again is the same bytes
                answer = self.gantry.request("POST", "/dicom-web/studies/" + study, body("json", [json.dumps([document]).encode()], [("beside", media_type, data)]),
                                             {"Content-Type": 'multipart/related; type="application/dicom+json"; boundary=gantry-test'})
                self.assertEqual(answer.status, 200, answer.body)
            return self.retrieve(study, f"{study}.2.{number // 2}", f"{study}.2.{number}")

        with self.check("entities-joined"), tempfile.TemporaryDirectory() as folder:
            files = [image, join(1, "00420011", "application/pdf", PDF), join(2, "7FE00010", "image/jpeg", stream)]
            for number, data in enumerate(files):
                with open(f"{folder}/{number}", "wb") as file:
                    file.write(data)
            done = subprocess.run(["dcentvfy", *(f"{folder}/{n}" for n in range(3))], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.assertEqual([line for line in done.stdout.splitlines() if line.startswith("Error")], [], done.stdout)
            for data in files[1:]:
                self.assertValid(data)
                self.assertIn("M\u00fcller^J\u00f6rg".encode(), data)
                self.assertIn(b"ISO_IR 192", data)
            other = join(4, "00420011", "application/pdf", PDF, **{"00100020": attribute("LO", "P8")})
            self.assertNotIn("M\u00fcller".encode(), other)
            self.assertIn(b"ACCP7", other)

    def test_what_there_is(self):
        with self.check("iod-round-trip"):
            study, series, uid, data = self.slice_of_demo()
            before = errors_in(data)
            path = f"/dicom-web/studies/{study}/series/{series}/instances/{uid}"
            model = self.gantry.get(path + "/metadata").json
            pixels = self.gantry.get(path + "/frames/1", headers={"Accept": "application/octet-stream"}).body
            model[0]["00080018"]["Value"] = [uid[:-1] + "7"]
            answer = self.gantry.request("POST", "/dicom-web/studies", body("json", [json.dumps(model).encode()],
                                         [(model[0]["7FE00010"]["BulkDataURI"], "application/octet-stream", pixels)]),
                                         {"Content-Type": 'multipart/related; type="application/dicom+json"; boundary=gantry-test'})
            self.assertEqual(answer.status, 200, answer.body)
            self.assertEqual(errors_in(self.retrieve(study, series, uid[:-1] + "7")), before)
        with self.check("iod-syntaxes"):
            before = errors_in(data)
            for syntax in (EXPLICIT, IMPLICIT, BIG, DEFLATED):
                made = self.retrieve(study, series, uid, f"application/dicom; transfer-syntax={syntax}")
                if syntax == DEFLATED:
                    made = run("dcmconv", "+te", data=made)
                self.assertEqual(errors_in(made), before, syntax)

    def slice_of_demo(self):
        study = self.gantry.get("/dicom-web/studies?PatientName=shepp*").json[0]["0020000D"]["Value"][0]
        row = self.gantry.get(f"/dicom-web/studies/{study}/instances?limit=1").json[0]
        series, uid = row["0020000E"]["Value"][0], row["00080018"]["Value"][0]
        return study, series, uid, self.retrieve(study, series, uid)

    def studies_of_demo(self):
        """Study Instance UID to identifier."""
        listed = self.gantry.get("/api/v1/studies?patient_id=DEMO-*&page_size=200").json["items"]
        self.assertEqual(len(listed), 14)
        return {item["study_instance_uid"]: item["id"] for item in listed}

    def assertWholeStudy(self, study, check):
        with tempfile.TemporaryDirectory() as folder:
            packed = self.gantry.get(f"/dicom-web/studies/{study}", headers={"Accept": "application/zip"}).body
            zipfile.ZipFile(io.BytesIO(packed)).extractall(folder)
            files = [os.path.join(where, name) for where, _, names in os.walk(f"{folder}/DICOM") for name in names]
            with self.check("iod-dicomdir"):
                self.assertEqual(errors_of(f"{folder}/DICOMDIR"), [])
            with self.check(check):
                self.assertEqual(errors_of(*files), [])
            with self.check("entities"):
                done = subprocess.run(["dcentvfy", *files], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_whole_studies(self):
        for study in self.studies_of_demo():
            self.assertWholeStudy(study, "iod-demo")

    def test_deidentified_copies(self):
        for options in (["shift_dates", "clean_descriptors"], []):
            copies = self.copies(options)
            self.assertGreater(len(copies), 10)
            for study in copies:
                self.assertWholeStudy(study, "iod-deidentified")

    def copies(self, options):
        """Study Instance UIDs of the copies of the demonstration."""
        def known():
            return {item["study_instance_uid"] for item in self.gantry.get("/api/v1/studies?page_size=200").json["items"]}
        before = known()
        made = self.gantry.request("POST", "/api/v1/deidentification-projects", {"name": " ".join(["copies", *options]), "options": options, "risks": "report"})
        self.assertEqual(made.status, 201, made.body)
        asked = self.gantry.request("POST", "/api/v1/deidentifications", {"project": made.json["id"], "studies": list(self.studies_of_demo().values())})
        self.assertEqual(asked.status, 202, asked.body)
        task = self.gantry.task_ended(asked.json["id"])
        self.assertEqual(task["state"], "succeeded", task)
        return known() - before


def native_model(document):
    """PS3.19 A.1, of the few representations that are used here."""
    out = '<?xml version="1.0" encoding="UTF-8"?><NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM" xml:space="preserve">'
    for tag, one in sorted(document.items()):
        out += f'<DicomAttribute tag="{tag}" vr="{one["vr"]}">'
        if "BulkDataURI" in one:
            out += f'<BulkData uri="{one["BulkDataURI"]}"/>'
        for number, value in enumerate(one.get("Value", ()), 1):
            out += (f'<PersonName number="{number}"><Alphabetic><FamilyName>Doe</FamilyName><GivenName>Jane</GivenName></Alphabetic></PersonName>'
                    if one["vr"] == "PN" else f'<Value number="{number}">{value}</Value>')
        out += "</DicomAttribute>"
    return out + "</NativeDicomModel>"


if __name__ == "__main__":
    peers.need("dciodvfy", "dcentvfy", "dcmcjpeg")
    peers.main()
