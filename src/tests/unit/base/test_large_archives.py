"""Archives beyond 4 and 8 GiB and 65,535 entries, read by others. They are holes for the most part."""
import os
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile

MAKER = os.path.abspath(sys.argv.pop(1))
GIB = 1 << 30


class LargeArchives(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="gantry-archives-")
        subprocess.run([MAKER, cls.folder.name], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def output(self, *command):
        return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout

    def test_a_large_zip(self):
        with zipfile.ZipFile(self.path("large.zip")) as archive:
            self.assertEqual([(i.filename, i.file_size) for i in archive.infolist()], [("FIRST", 5), ("LARGE", 5 * GIB), ("LAST", 4)])
            self.assertEqual((archive.read("FIRST"), archive.read("LAST")), (b"first", b"last"))
            with archive.open("LARGE") as large:
                self.assertEqual(large.read(65536), bytes(65536))
        self.assertEqual(self.output("unzip", "-p", self.path("large.zip"), "LAST"), b"last")

    def test_a_zip_of_many(self):
        with zipfile.ZipFile(self.path("many.zip")) as archive:
            self.assertEqual(len(archive.infolist()), 70000)
            self.assertIsNone(archive.testzip())
            self.assertEqual(archive.read("F0069999"), b"69999")
        self.assertIn(b"No errors", self.output("unzip", "-tq", self.path("many.zip")))

    def test_a_large_tar(self):
        with tarfile.open(self.path("large.tar")) as archive:
            self.assertEqual([(m.name, m.size) for m in archive], [("LARGE", 9 * GIB), ("LAST", 4)])
            self.assertEqual(archive.extractfile("LAST").read(), b"last")
        self.assertEqual(self.output("tar", "-tf", self.path("large.tar")), b"LARGE\nLAST\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
