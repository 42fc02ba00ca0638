"""The documentation page in Chromium: Authorize works, every route is listed and can be tried."""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../api"))
import harness


class Docs(harness.Case):
    demo = True

    def test_docs_page(self):
        folder = harness.beside(harness.BINARY, "tests/browser")
        done = subprocess.run(["node", "docs_page.mjs", f"http://127.0.0.1:{self.gantry.port}", "admin@example.org",
                               harness.PASSWORD, os.path.join(folder, "docs.png")],
                              cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        print(done.stdout, end="")
        self.assertEqual(done.returncode, 0)


if __name__ == "__main__":
    harness.install_packages(HERE, harness.beside(sys.argv[1], "tests/browser"), ["docs_page.mjs", "viewer.mjs"])
    harness.main()
