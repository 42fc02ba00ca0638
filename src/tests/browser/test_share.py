"""A link in Chromium: the page, the password, the viewer on exactly what is shared; and an inbox that takes files."""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../../..")
sys.path.insert(0, os.path.join(HERE, "../api"))
import harness

VIEWER = os.path.join(ROOT, "build-viewer")


class Share(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.gantry = harness.Gantry(harness.BINARY)
        cls.gantry.environment["GANTRY_VIEWER_DIR"] = VIEWER
        assert cls.gantry.run("demo").returncode == 0
        cls.gantry.start()
        cls.gantry.use_administrator()

    def make(self, **members):
        made = self.gantry.request("POST", "/api/v1/shares", members)
        self.assertEqual(made.status, 201, made.body)
        return made.json

    def test_a_visitor_sees_and_sends(self):
        study = next(s for s in self.gantry.get("/api/v1/studies").json["items"] if s["modalities"] == "CT")
        seen = self.make(study_ids=[study["id"]], password="by telephone")
        inbox = self.make(kind="inbox")
        folder = harness.beside(harness.BINARY, "tests/browser")
        files = []
        for name, data in (("one.dcm", harness.instance(1, "1.9.1", "1.9.1.1")), ("two.dcm", harness.instance(2, "1.9.1", "1.9.1.1")),
                           ("note.txt", b"no image")):
            files.append(os.path.join(folder, name))
            with open(files[-1], "wb") as file:
                file.write(data)
        plan = os.path.join(folder, "share.json")
        with open(plan, "w") as file:
            json.dump({"url": f"http://127.0.0.1:{self.gantry.public_port}", "link": seen["path"], "password": "by telephone",
                       "uid": study["study_instance_uid"], "inbox": inbox["path"], "files": files, "pictures": folder}, file)
        done = subprocess.run(["node", "share.mjs", plan], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=900)
        print(done.stdout, end="")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.gantry.get(f"/api/v1/shares/{seen['id']}").json["use_count"], 1)
        stored = self.gantry.get("/dicom-web/studies?StudyInstanceUID=1.9.1").json
        self.assertEqual(stored[0]["00201208"]["Value"], [2])


if __name__ == "__main__":
    fetched = subprocess.run([os.path.join(ROOT, "tools/fetch_viewer.sh"), VIEWER], check=False)
    if fetched.returncode == 69:
        print("skipped: the viewer cannot be fetched from npm")
        sys.exit(77)
    assert fetched.returncode == 0
    harness.install_packages(HERE, harness.beside(sys.argv[1], "tests/browser"), ["share.mjs"])
    harness.main()
