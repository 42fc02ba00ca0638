"""curl: what people type, and scripts do."""
import json
import os
import subprocess

import peers
from peers import harness
from harness import instance, multipart, sha256

PEER = peers.Peer("curl", "what people type, and scripts do", (["curl", "--version"], r"curl ([\d.]+)"))


class Curl(peers.Case):
    demo = True
    peer = PEER

    def curl(self, path, *options, token=True, expect=200, to="body"):
        """The body; status is checked. A path may be followed by a query."""
        command = ["curl", "-sS", "--globoff", "--max-time", "60", "-w", "%{http_code}", "-o", self.file(to)]
        if token:
            command += ["-H", "Authorization: Bearer " + self.gantry.token]
        done = subprocess.run([*command, *options, f"http://127.0.0.1:{self.gantry.port}{path}"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, str(expect)), done.stderr)
        return self.read(to)

    def file(self, name, content=None):
        path = os.path.join(self.gantry.folder, name)
        if content is not None:
            with open(path, "wb") as file:
                file.write(content)
        return path

    def read(self, name):
        with open(self.file(name), "rb") as file:
            return file.read()

    @PEER.check("curl-sign-in", "Signs in with a form, searches with the token, and takes compressed answers.")
    def test_sign_in_and_list(self):
        tokens = json.loads(self.curl("/api/v1/auth/token", "-d", "grant_type=password", "-d", "username=admin@example.org",
                                      "--data-urlencode", "password=" + harness.PASSWORD, token=False))
        body = self.curl("/dicom-web/studies?PatientName=*shepp*&limit=1", "--oauth2-bearer", tokens["access_token"], token=False)
        self.assertEqual(json.loads(body)[0]["00100020"]["Value"], ["DEMO-PHANTOM-1"])
        self.curl("/api/v1/studies", token=False, expect=401)
        found = json.loads(self.curl("/api/v1/studies", "-G", "--data-urlencode", "search=山田"))
        self.assertEqual(found["total"], 1)
        packed = self.curl("/api/v1/studies", "--compressed")
        self.assertEqual(json.loads(packed)["total"], json.loads(self.curl("/api/v1/studies"))["total"])

    @PEER.check("curl-store", "Stores a file as it is, a multipart body, a form of files, and a body in chunks after `Expect: 100-continue`.")
    def test_store_three_ways(self):
        data = [instance(n, "1.9.60", "1.9.60.1", patient="CURL-1") for n in range(1, 5)]
        self.curl("/dicom-web/studies", "-H", "Content-Type: application/dicom", "--data-binary", "@" + self.file("one", data[0]))
        self.curl("/dicom-web/studies", "-H", "Content-Type: " + harness.STOW["Content-Type"], "--data-binary",
                  "@" + self.file("two", multipart([data[1]])))
        form = [f"part=@{self.file(f'form{n}', data[n])};type=application/dicom" for n in (2, 3)]
        stored = self.curl("/dicom-web/studies", "-H", "Content-Type: multipart/related; type=\"application/dicom\"",
                           "-F", form[0], "-F", form[1])
        self.assertEqual(len(json.loads(stored)["00081199"]["Value"]), 2)
        self.curl("/dicom-web/studies", "-H", "Content-Type: application/dicom", "-H", "Transfer-Encoding: chunked",
                  "-H", "Expect: 100-continue", "--data-binary", "@" + self.file("one"))
        rows = json.loads(self.curl("/dicom-web/studies/1.9.60/instances?orderby=InstanceNumber"))
        self.assertEqual([r["00200013"]["Value"][0] for r in rows], [1, 2, 3, 4])
        for n, sent in enumerate(data, 1):
            path = f"/dicom-web/studies/1.9.60/series/1.9.60.1/instances/1.9.60.1.{n}"
            self.assertEqual(self.curl(path, "-H", "Accept: application/dicom"), sent)

    @PEER.check("curl-resume", "Resumes a download of an instance and of a frame, takes a range, and asks with HEAD.")
    def test_download_and_resume(self):
        data = instance(1, "1.9.61", "1.9.61.1", patient="CURL-2", pixels=512)
        pixels = data[-512 * 512 * 2:]
        self.curl("/dicom-web/studies", "-H", "Content-Type: application/dicom", "--data-binary", "@" + self.file("big", data))
        path = "/dicom-web/studies/1.9.61/series/1.9.61.1/instances/1.9.61.1.1"
        for address, accept, whole in ((path + "/frames/1", "application/octet-stream", pixels), (path, "application/dicom", data)):
            accept = "Accept: " + accept
            self.assertEqual(sha256(self.curl(address, "-H", accept)), sha256(whole))
            self.file("resumed", whole[:100001])  # as a broken download leaves it
            resumed = self.curl(address, "-H", accept, "-C", "-", expect=206, to="resumed")
            self.assertEqual(sha256(resumed), sha256(whole))
            part = self.curl(address, "-H", accept, "-r", "10-19", expect=206)
            self.assertEqual(part, whole[10:20])
            head = self.curl(address, "-H", accept, "-I")
            self.assertIn(b"Content-Length: %d" % len(whole), head)

    @PEER.check("curl-keep-alive", "Asks several times over one connection.")
    def test_keep_alive(self):
        urls = [f"http://127.0.0.1:{self.gantry.port}/dicom-web/studies?limit={n}" for n in range(1, 6)]
        done = subprocess.run(["curl", "-sS", "-w", "%{http_code} %{num_connects}\n", "-H",
                               "Authorization: Bearer " + self.gantry.token,
                               *(o for url in urls for o in ("-o", os.devnull, url))], stdout=subprocess.PIPE, text=True)
        self.assertEqual(done.stdout.split("\n")[:5], ["200 1"] + ["200 0"] * 4)


if __name__ == "__main__":
    peers.main()
