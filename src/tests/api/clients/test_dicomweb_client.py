"""The client that browser viewers are built on, in Node: what it sends and what it makes of the answers."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import instance

HERE = os.path.dirname(os.path.abspath(__file__))


class Clients(harness.Case):
    demo = True

    def test_dicomweb_client(self):
        folder = harness.beside(harness.BINARY, "tests/clients")
        files = os.path.join(self.gantry.folder, "files")
        os.mkdir(files)
        sent = [instance(n, "1.9.50", f"1.9.50.{1 + n % 2}", name="Client^Jos\u00e9", patient="CLIENT-1") for n in range(1, 6)]
        sent.append(instance(9, "1.9.50", "1.9.50.3", name="Client^Jos\u00e9", patient="CLIENT-1", frames=4))
        for n, data in enumerate(sent):
            with open(f"{files}/{n}.dcm", "wb") as file:
                file.write(data)
        done = subprocess.run(["node", "dicomweb_client.mjs", f"http://127.0.0.1:{self.gantry.port}/dicom-web", files], cwd=folder,
                              env={**os.environ, "GANTRY_TOKEN": self.gantry.token}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=300)
        print(done.stdout, end="")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.gantry.run("verify").returncode, 0)


if __name__ == "__main__":
    harness.install_packages(HERE, harness.beside(sys.argv[1], "tests/clients"), ["dicomweb_client.mjs"])
    harness.main()
