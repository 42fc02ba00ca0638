"""The client that browser viewers are built on, in Node: what it sends and what it makes of the answers."""
import json
import os
import subprocess
import sys
import tempfile

import peers
from peers import HERE, harness
from harness import instance

PICTURES = "pictures need decoded pixels, which this server does not have: "
with open(os.path.join(HERE, "package.json"), encoding="utf-8") as package:
    VERSION = json.load(package)["dependencies"]["dicomweb-client"]

PEER = peers.Peer(
    "dicomweb-client (JavaScript)", "the client under OHIF and other viewers in browsers, here in Node", VERSION,
    {"no-token": "Without a token the client is told 401 and nothing else.",
     "store": "`storeInstances` stores native and JPEG files, and again the same with the same outcome.",
     "store-into-study": "`storeInstances` stores into a study that is named.",
     "store-wrong-study": "`storeInstances` into another study is refused with 409.",
     "search-studies": "`searchForStudies` finds by keyword and tag, wild card and range, with `includefield`, `limit` and `offset`.",
     "search-series": "`searchForSeries` finds the series of a study and of all studies.",
     "search-instances": "`searchForInstances` finds the instances of a series, of a study and of all studies.",
     "metadata": "`retrieveStudyMetadata`, `…Series…` and `…Instance…` have every attribute of the files.",
     "bulk-data": "`retrieveBulkData` follows the URI in the metadata to the very bytes.",
     "bulk-data-range": "`retrieveBulkData` as a single part, and a range of it.",
     "retrieve": "`retrieveInstance`, `retrieveSeries` and `retrieveStudy` give back the files byte for byte.",
     "frames": "`retrieveInstanceFrames` gives each frame, with and without media types; a frame that is not there is 404.",
     "frames-jpeg": "`retrieveInstanceFrames` gives compressed frames as `image/jpeg`, also when it takes both kinds.",
     "progress": "The client can tell its progress.",
     "wado-uri": "`buildInstanceWadoURIUrl` leads to the instance.",
     "rendered": "`retrieveInstanceRendered` gives a JPEG picture.",
     "rendered-frames": "`retrieveInstanceFramesRendered` gives a PNG picture.",
     "thumbnail": "`retrieveInstanceThumbnail` gives a JPEG picture.",
     "demo-head": "The slices of the demonstration come whole."},
    {name: (code, PICTURES + code) for name, code in (("rendered", "406"), ("rendered-frames", "404"), ("thumbnail", "404"))})


def compressed(data):
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/in", "wb") as out:
            out.write(data)
        subprocess.run(["dcmcjpeg", "+e1", folder + "/in", folder + "/out"], check=True)
        with open(folder + "/out", "rb") as made:
            return made.read()


class Clients(peers.Case):
    demo = True
    peer = PEER

    def test_dicomweb_client(self):
        folder = harness.beside(harness.BINARY, "tests/clients")
        files = os.path.join(self.gantry.folder, "files")
        os.mkdir(files)
        sent = [instance(n, "1.9.50", f"1.9.50.{1 + n % 2}", name="Client^Jos\u00e9", patient="CLIENT-1") for n in range(1, 6)]
        sent.append(instance(9, "1.9.50", "1.9.50.3", name="Client^Jos\u00e9", patient="CLIENT-1", frames=4))
        sent.append(compressed(instance(10, "1.9.50", "1.9.50.4", name="Client^Jos\u00e9", patient="CLIENT-1")))
        for n, data in enumerate(sent):
            with open(f"{files}/{n}.dcm", "wb") as file:
                file.write(data)
        done = subprocess.run(["node", "dicomweb_client.mjs", f"http://127.0.0.1:{self.gantry.port}/dicom-web", files], cwd=folder,
                              env={**os.environ, "GANTRY_TOKEN": self.gantry.token}, stdout=subprocess.PIPE, text=True, timeout=300)
        self.assertEqual(done.returncode, 0)
        for line in done.stdout.splitlines():
            step = json.loads(line)
            with self.check(step["id"]):
                self.assertEqual(step["failure"], "", step.get("stack"))
        self.assertEqual(self.gantry.run("verify").returncode, 0)


if __name__ == "__main__":
    harness.install_packages(HERE, harness.beside(sys.argv[1], "tests/clients"), ["dicomweb_client.mjs"])
    peers.main()
