"""gantry anonymize: files made here, what is written of them and what is refused."""
import os
import subprocess
import sys
import tempfile
import unittest

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

GANTRY = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
CT = "1.2.840.10008.5.1.4.1.1.2"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
STUDY = "1.2.826.0.1.3680043.8.1"


def make_file(path, number, sop_class=CT, patient="CANARY-17", **more):
    data_set = Dataset()
    data_set.file_meta = FileMetaDataset()
    data_set.file_meta.MediaStorageSOPClassUID = data_set.SOPClassUID = sop_class
    data_set.file_meta.MediaStorageSOPInstanceUID = data_set.SOPInstanceUID = f"{STUDY}.1.{number}"
    data_set.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data_set.file_meta.SourceApplicationEntityTitle = "CANARYAE"
    data_set.is_little_endian, data_set.is_implicit_VR = True, False
    data_set.PatientName, data_set.PatientID = "CANARY^Jane", patient
    data_set.StudyInstanceUID, data_set.SeriesInstanceUID = STUDY, STUDY + ".1"
    data_set.StudyDate, data_set.InstanceNumber = "20200131", number
    data_set.InstitutionName = "CANARY hospital"
    for name, value in more.items():
        setattr(data_set, name, value)
    data_set.save_as(path, write_like_original=False)


class Anonymize(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="gantry-anonymize-")
        self.source, self.target = (os.path.join(self.folder.name, name) for name in ("in", "out"))
        self.key = os.path.join(self.folder.name, "key")
        os.mkdir(self.source)
        with open(self.key, "w", encoding="ascii") as file:
            file.write("a secret of many bytes\n")

    def tearDown(self):
        self.folder.cleanup()

    def run_it(self, *options, key=True, source=None, target=None):
        command = [GANTRY, "anonymize", source or self.source, target or self.target, *options]
        return subprocess.run(command + ([f"--key-file={self.key}"] if key else []), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              check=False)

    def written(self, folder=None):
        folder = folder or self.target
        return [pydicom.dcmread(os.path.join(folder, name)) for name in sorted(os.listdir(folder))]

    def test_files_of_a_study_stay_one_study_and_name_nobody(self):
        for number in (1, 2):
            make_file(os.path.join(self.source, f"{number}.dcm"), number)
        report = os.path.join(self.folder.name, "report.tsv")
        done = self.run_it("--shift-dates", f"--report={report}")
        self.assertEqual((0, b"2 written, 0 refused\n"), (done.returncode, done.stdout))
        one, other = self.written()
        for name in ("StudyInstanceUID", "SeriesInstanceUID", "PatientID", "PatientName", "StudyDate"):
            self.assertEqual(one[name].value, other[name].value)
        self.assertNotEqual(one.SOPInstanceUID, other.SOPInstanceUID)
        self.assertEqual(one.SOPInstanceUID, one.file_meta.MediaStorageSOPInstanceUID)
        self.assertTrue("20100101" < one.StudyDate < "20200131", one.StudyDate)
        self.assertEqual(("YES", "MODIFIED"), (one.PatientIdentityRemoved, one.LongitudinalTemporalInformationModified))
        self.assertEqual(["113100", "113107"], [item.CodeValue for item in one.DeidentificationMethodCodeSequence])
        for name in os.listdir(self.target):
            with open(os.path.join(self.target, name), "rb") as file:
                data = file.read()
            self.assertNotIn(b"CANARY", data)
            self.assertNotIn(STUDY.encode(), data)
        with open(report, encoding="utf-8") as file:
            lines = [line.rstrip("\n").split("\t") for line in file]
        self.assertIn([os.path.join(self.source, "1.dcm"), "00100010", "pseudonym"], lines)
        self.assertIn([os.path.join(self.source, "2.dcm"), "00080020", "shift"], lines)

    def test_the_same_key_gives_the_same_bytes_and_none_gives_others(self):
        make_file(os.path.join(self.source, "1.dcm"), 1)
        outputs = []
        for key in (True, True, False, False):
            target = os.path.join(self.folder.name, f"out{len(outputs)}")
            self.assertEqual(0, self.run_it(key=key, target=target).returncode)
            (name,) = os.listdir(target)
            with open(os.path.join(target, name), "rb") as file:
                outputs.append((name, file.read()))
        self.assertEqual(outputs[0], outputs[1])
        self.assertEqual(3, len({name for name, _ in outputs}))

    def test_what_is_there_is_not_replaced(self):
        make_file(os.path.join(self.source, "1.dcm"), 1)
        self.assertEqual(0, self.run_it().returncode)
        done = self.run_it()
        self.assertEqual(65, done.returncode)
        self.assertIn(b"is there already", done.stdout)
        self.assertEqual(1, len(os.listdir(self.target)))

    def test_risks_are_refused_with_the_reason_unless_accepted(self):
        make_file(os.path.join(self.source, "1.dcm"), 1, BurnedInAnnotation="YES")
        make_file(os.path.join(self.source, "2.dcm"), 2, SECONDARY_CAPTURE)
        make_file(os.path.join(self.source, "3.dcm"), 3)
        done = self.run_it()
        self.assertEqual(65, done.returncode)
        self.assertIn(b"1.dcm: Burned In Annotation (0028,0301) is YES\n", done.stdout)
        self.assertIn(b"2.dcm: objects of this kind often have names in their pixels\n", done.stdout)
        self.assertIn(b"1 written, 2 refused\n", done.stdout)
        done = self.run_it("--accept-risks", target=self.target + "2")
        self.assertEqual((0, b"3 written, 0 refused\n"), (done.returncode, done.stdout))

    def test_what_is_no_image_is_refused_and_leaves_nothing(self):
        with open(os.path.join(self.source, "letter.txt"), "w", encoding="ascii") as file:
            file.write("Dear Mrs Doe")
        make_file(os.path.join(self.source, "cut.dcm"), 1, PixelData=bytes(1000), Rows=10, Columns=50, BitsAllocated=16)
        os.truncate(os.path.join(self.source, "cut.dcm"), os.path.getsize(os.path.join(self.source, "cut.dcm")) - 10)
        done = self.run_it()
        self.assertEqual(65, done.returncode)
        self.assertIn(b"0 written, 2 refused", done.stdout)
        self.assertEqual([], os.listdir(self.target))

    def test_wrong_arguments_and_keys(self):
        self.assertEqual(64, self.run_it("--unknown").returncode)
        self.assertEqual(64, self.run_it("--retain-dates", "--shift-dates").returncode)
        self.assertEqual(66, self.run_it(source=os.path.join(self.folder.name, "nowhere")).returncode)
        for key in ("short", "x" * 65):
            with open(self.key, "w", encoding="ascii") as file:
                file.write(key)
            self.assertEqual(64, self.run_it().returncode)

    def test_the_table_of_the_documentation_is_the_one_in_force(self):
        table = subprocess.run([GANTRY, "anonymize", "--table"], stdout=subprocess.PIPE, check=True).stdout.decode()
        with open(os.path.join(ROOT, "docs", "DEIDENTIFICATION.md"), encoding="utf-8") as file:
            self.assertTrue(file.read().endswith(table), "make it anew: see the end of docs/DEIDENTIFICATION.md")


unittest.main(argv=sys.argv[:1], verbosity=2)
