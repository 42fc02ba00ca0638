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

    def test_parameters_of_dicomweb_are_those_that_are_read(self):
        paths = self.gantry.get("/openapi.json", token=None).json["paths"]

        def names(path):
            return {one["name"] for one in paths["/dicom-web" + path]["get"]["parameters"] if one["in"] == "query"}
        values = {"includefield": "all", "orderby": "StudyDate", "limit": "1", "offset": "0", "accept": "application/json",
                  "charset": "utf-8"}
        self.assertLess(set(values), names("/studies"))
        for name in names("/studies") - {"cursor"}:
            answer = self.gantry.get(f"/dicom-web/studies?{name}={values.get(name, 'true')}")
            self.assertEqual((answer.status, "warning" in answer.headers), (200, False), name)
        self.assertEqual(self.gantry.get("/dicom-web/studies?cursor=x").status, 400)
        needed = names("/wado") - {"contentType", "transferSyntax"}
        for missing in needed:
            query = "&".join(f"{name}={'WADO' if name == 'requestType' else '1.2.3'}" for name in needed if name != missing)
            answer = self.gantry.get("/dicom-web/wado?" + query)
            self.assertEqual((answer.status, missing in answer.json["detail"]), (400, True), missing)
        self.assertEqual(self.gantry.get("/dicom-web/wado?requestType=WADO&studyUID=1&seriesUID=1&objectUID=1").status, 404)
        wadl = self.gantry.request("OPTIONS", "/dicom-web/").body.decode()
        self.assertIn('<param name="limit" style="query"/>', wadl)
        self.assertIn('<representation mediaType="multipart/related; type=&#34;application/dicom+json&#34;"/>', wadl)

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
