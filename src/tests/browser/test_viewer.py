"""The image viewer in Chromium: signed in through Gantry, opens studies from its list, and draws what the images hold. On the synthetic
studies everywhere, and on the sample corpus where there is one."""
import json
import os
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../../..")
sys.path.insert(0, os.path.join(HERE, "../api"))
import harness

CORPUS = os.environ.get("GANTRY_CORPUS", os.path.join(ROOT, "../shared/dicom"))
VIEWER = os.path.join(ROOT, "build-viewer")


def drawn(attributes, pixels):
    """The 8 x 8 block means of a frame of signed 16-bit pixels, through its window (PS3.3 C.11.2.1.2.1)."""
    rows, columns = attributes["00280010"]["Value"][0], attributes["00280011"]["Value"][0]
    value = lambda tag, default: float(attributes.get(tag, {}).get("Value", [default])[0])
    slope, intercept, signed = value("00281053", 1), value("00281052", 0), attributes["00280103"]["Value"][0]
    center, width = value("00281050", 0), value("00281051", 1)
    grid = [[0.0] * 8 for _ in range(8)]
    stored = struct.unpack(f"<{rows * columns}{'h' if signed else 'H'}", pixels[:rows * columns * 2])
    for at, number in enumerate(stored):
        level = (number * slope + intercept - (center - 0.5)) / (width - 1) + 0.5
        grid[at // columns * 8 // rows][at % columns * 8 // columns] += min(max(level, 0), 1) * 255
    return [[total / (rows // 8 * (columns // 8)) for total in line] for line in grid]


class Viewer(harness.Case):
    demo = True

    @classmethod
    def setUpClass(cls):
        start = harness.Gantry.start

        def with_viewer(gantry):
            gantry.environment["GANTRY_VIEWER_DIR"] = VIEWER
            return start(gantry)
        harness.Gantry.start = with_viewer
        try:
            super().setUpClass()
        finally:
            harness.Gantry.start = start

    def open(self, studies):
        folder = harness.beside(harness.BINARY, "tests/browser")
        plan = os.path.join(folder, "plan.json")
        with open(plan, "w") as file:
            json.dump({"url": f"http://127.0.0.1:{self.gantry.port}", "email": "admin@example.org", "password": harness.PASSWORD,
                       "pictures": folder, "studies": studies}, file)
        done = subprocess.run(["node", "viewer.mjs", plan], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=1500)
        print(done.stdout, end="")
        self.assertEqual(done.returncode, 0)
        log = self.gantry.log()
        self.assertNotIn("gb_", log)

    def test_synthetic_head(self):
        study = self.gantry.get("/dicom-web/studies?PatientName=Shepp*").json[0]["0020000D"]["Value"][0]
        series = self.gantry.get(f"/dicom-web/studies/{study}/series").json[0]["0020000E"]["Value"][0]
        path = f"/dicom-web/studies/{study}/series/{series}"
        grids = {}
        for one in self.gantry.get(path + "/metadata").json:
            uid, number = one["00080018"]["Value"][0], one["00200013"]["Value"][0]
            frame = self.gantry.get(f"{path}/instances/{uid}/frames/1", headers={"Accept": "application/octet-stream"})
            grids[str(number)] = drawn(one, frame.body)
        self.open([{"row": "Head, Shepp-Logan phantom", "kind": "image", "rows": 256, "columns": 256, "grids": grids, "to": 32, "slack": 6,
                    "list": "viewer-list", "picture": "viewer"}])

    def test_corpus(self):
        if not os.path.isdir(CORPUS):
            self.skipTest("no corpus")
        with open(os.path.join(CORPUS, "expected.json")) as file:
            truth = json.load(file)
        cranium = sorted(name for name in truth if name.startswith("series/ct-cranium-24/"))
        jpeg, rle = "iod/us-multiframe/us-jpeg-30f.dcm", "iod/us-multiframe/us-palette-rle-10f.dcm"
        j2k, jpegls = "transfer-syntax/wg04/ct1_j2kr.dcm", "transfer-syntax/mister-ct/ct-jpegls-lossless.dcm"
        same_as_jpegls = "transfer-syntax/mister-ct/ct-rle.dcm"  # the same pixels, drawn
        pdf, film = "iod/encapsulated/pdf-cardio.dcm", "transfer-syntax/video/endoscopy-h264.dcm"
        self.assertEqual(truth[jpegls]["pixel"]["frame_sha256"], truth[same_as_jpegls]["pixel"]["frame_sha256"])
        for name in [*cranium, jpeg, rle, j2k, jpegls, pdf, film]:
            with open(os.path.join(CORPUS, name), "rb") as file:
                stored = self.gantry.request("POST", "/dicom-web/studies", harness.multipart([file.read()]), harness.STOW)
            self.assertEqual(stored.status, 200, (name, stored.body))

        def image(row, name, grids, **more):
            pixel = truth[name]["pixel"]
            return {"row": row, "kind": "image", "rows": int(pixel["rows"]), "columns": int(pixel["columns"]), "grids": grids, **more}

        first = lambda name: {"1": truth[name]["render"]["grid8x8_means"]}
        frames = {str(at + 1): grid for at, grid in enumerate(truth[jpeg]["pixel"]["grid8x8_means"])}
        slices = {truth[name]["attrs"]["InstanceNumber"]: truth[name]["render"]["grid8x8_means"] for name in cranium}
        self.open([image("CRANIUM, CT", cranium[0], slices, to=12, slack=3, picture="ct"),
                   image("PLA", jpeg, frames, to=4, slack=2, picture="us-jpeg"),
                   {"row": "CARDIO", "kind": "document", "picture": "document"},
                   image("CompressedSamples, CT1", j2k, first(j2k), picture="jpeg2000"),
                   image("MISTER, CT", jpegls, first(same_as_jpegls), picture="jpeg-ls"),
                   image("Anonymized", rle, first(rle), picture="us-rle"),
                   {"row": "Synthetic, ES", "kind": "film", "rows": 240, "columns": 320, "picture": "film"}])


if __name__ == "__main__":
    fetched = subprocess.run([os.path.join(ROOT, "tools/fetch_viewer.sh"), VIEWER], check=False)
    if fetched.returncode == 69:
        print("skipped: the viewer cannot be fetched from npm")
        sys.exit(77)
    assert fetched.returncode == 0
    harness.install_packages(HERE, harness.beside(sys.argv[1], "tests/browser"), ["docs_page.mjs", "viewer.mjs"])
    harness.main()
