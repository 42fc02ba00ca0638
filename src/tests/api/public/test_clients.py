"""The public API's OpenAPI document: that it is one, and that a client made of it, which knows nothing else, works."""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from public import harness, make_key, program
from harness import instance

FILES = ["validate.mjs", "round.ts", "tsconfig.json", "dicomweb.mjs"]


class Clients(harness.Case):
    demo = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = harness.beside(harness.BINARY, "tests/public")
        cls.document = cls.gantry.request("GET", "/public/v1/openapi.json", token=None, port=cls.gantry.public_port).json
        with open(cls.folder + "/openapi.json", "w", encoding="utf-8") as out:
            json.dump(cls.document, out)

    def node(self, *command):
        done = subprocess.run(["node", *command], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_the_document_is_valid(self):
        self.node("validate.mjs", "openapi.json")
        with open(self.folder + "/internal.json", "w", encoding="utf-8") as out:
            json.dump(self.gantry.get("/openapi.json", token=None).json, out)
        self.node("validate.mjs", "internal.json")

    def test_it_is_complete(self):
        ids = []
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                ids.append(operation["operationId"])
                self.assertRegex(operation["operationId"], r"^[a-z][a-z0-9_]+$")
                done = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
                self.assertEqual(len(done), 1, (method, path))
                self.assertIn("default", operation["responses"])
                if "security" not in operation:  # by a key
                    self.assertIn("RateLimit-Remaining", done[0]["headers"])
                    self.assertIn("Retry-After", operation["responses"]["429"]["headers"])
                bodies = [operation["requestBody"]] if "requestBody" in operation else []
                for content in [*done, *bodies]:
                    for media in content.get("content", {}).values():
                        self.assertIn("schema", media, (method, path))
                named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
                self.assertEqual(named, {part[1:-1] for part in path.split("/") if part.startswith("{")}, path)
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(self.document["security"], [{"api_key": []}])

    def test_a_generated_client(self):
        sent = self.gantry.folder + "/sent"
        os.makedirs(sent + "/files")
        for n in range(1, 6):
            with open(f"{sent}/files/IM{n}", "wb") as out:
                out.write(instance(n, "1.9.900", "1.9.900.1", name="Client^Made", patient="GEN"))
        self.node("node_modules/.bin/openapi-ts", "-i", "openapi.json", "-o", "generated", "-c", "@hey-api/client-fetch")
        for name in os.listdir(self.folder + "/generated"):  # Node wants whole names of files
            path = f"{self.folder}/generated/{name}"
            with open(path, encoding="utf-8") as file:
                text = file.read()
            for module in ("client.gen", "types.gen", "sdk.gen"):
                text = text.replace(f"'./{module}'", f"'./{module}.js'")
            with open(path, "w", encoding="utf-8") as out:
                out.write(text)
        self.node("node_modules/.bin/tsc", "-p", "tsconfig.json")
        key = make_key(self.gantry, "studies:read", "studies:write")["api_key"]
        out = self.node("out/round.js", f"http://127.0.0.1:{self.gantry.public_port}", key, sent + "/files")
        self.assertIn("round: done", out)

    def test_dicomweb_client(self):
        asker = program(self.gantry, "studies:read")
        out = self.node("dicomweb.mjs", f"http://127.0.0.1:{self.gantry.public_port}", asker.key, f"http://127.0.0.1:{self.gantry.port}")
        self.assertIn("dicomweb: done", out)


if __name__ == "__main__":
    harness.install_packages(HERE, harness.beside(sys.argv[1], "tests/public"), FILES)
    harness.main()
