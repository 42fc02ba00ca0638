"""What the documents say is what the program does."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../..")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


class Documents(harness.Case):
    def test_the_table_of_errors_is_the_programs(self):
        table = set(re.findall(r"^\s*X\((\w+), (\d+),", read("src/base/err.h"), re.M)) - {("OK", "200")}
        self.assertEqual(set(re.findall(r"^\| `(\w+)` \| (\d+) \|", read("docs/API.md"), re.M)), table)

    def test_addresses_in_the_documents_exist(self):
        paths = self.gantry.get("/openapi.json", token=None).json["paths"]
        known = [re.compile("^" + re.sub(r"{\w+}", "[^/]+", p) + "$") for p in paths] + [re.compile("^/(docs|dicom-web)$")]
        for document in ("README.md", "docs/API.md", "SECURITY.md", "ARCHITECTURE.md"):
            for path in set(re.findall(r"[ `](/(?:api/v1|dicom-web|\.well-known|healthz|readyz|metrics|docs|openapi)[\w/.{}-]*)",
                                       read(document))):
                path = path.rstrip(".")
                if "…" not in path and not path.endswith("/"):
                    self.assertTrue(any(k.match(path) for k in known), (document, path))

    def test_settings_in_the_readme_exist(self):
        known = self.gantry.run("config").stdout.decode()
        for document in ("README.md", "SECURITY.md"):
            for key in set(re.findall(r"GANTRY_[A-Z_]+", read(document))) - {"GANTRY_"}:
                self.assertIn(key + "=", known, document)

    def test_every_command_explains_itself(self):
        usage = self.gantry.run("--help").stdout.decode()
        for name in re.findall(r"^  (\w+)", usage, re.M):
            answer = self.gantry.run(name, "--help")
            self.assertEqual((answer.returncode, name in answer.stdout.decode()), (0, True), name)
        self.assertEqual(self.gantry.run("no-such-command").returncode, 64)


if __name__ == "__main__":
    harness.main()
