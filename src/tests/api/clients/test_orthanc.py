"""Orthanc with its DICOMweb plug-in as the client of this server: it sends, searches and fetches over its own HTTP client."""
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time

import peers
from peers import harness
from harness import instance, multipart

PLUGIN = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so"
START_SECONDS = 30
PEER = peers.Peer(
    "Orthanc", "as the client: its DICOMweb plug-in, with a token in `HttpHeaders` of the server's entry", peers.package_version("orthanc"),
    {"orthanc-store": "It sends instances by STOW-RS, native and JPEG, with chunked bodies, and hears which are stored.",
     "orthanc-store-whole": "The same with bodies of a known length (`ChunkedTransfers` false).",
     "orthanc-store-again": "It sends the same again, and hears of success.",
     "orthanc-search": "It searches studies by patient, with names in UTF-8.",
     "orthanc-series": "It searches the series of a study and the instances of a series.",
     "orthanc-retrieve": "It fetches a study by WADO-RS (`transfer-syntax=*`), and has the files byte for byte.",
     "orthanc-retrieve-old": "It fetches a series as it asks servers that know no `*` (`HasWadoRsUniversalTransferSyntax` false).",
     "orthanc-metadata": "It fetches metadata as JSON.",
     "orthanc-delete": "It removes a study (`HasDelete`).",
     "orthanc-forward": "It is sent a study by this server (task `forward`), twice, and has the files byte for byte.",
     "orthanc-no-token": "Without the token it is told 401.",
     "orthanc-password": "A server's entry with user and password works."},
    {"orthanc-password": ("401", "Basic authentication is not there, nor a token that lasts longer than an access token: the token in "
                                 "`HttpHeaders` has to be renewed by whoever made it")})


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Orthanc:
    """One with an archive of its own, that answers nobody but this machine."""

    def __init__(self, servers):
        self.folder, self.port = tempfile.TemporaryDirectory(prefix="gantry-orthanc-"), free_port()
        settings = {"Name": "Peer", "StorageDirectory": self.folder.name + "/db", "IndexDirectory": self.folder.name + "/db",
                    "HttpPort": self.port, "RemoteAccessAllowed": False, "AuthenticationEnabled": False, "DicomServerEnabled": False,
                    "Plugins": [PLUGIN], "DicomWeb": {"Enable": True, "Root": "/dicom-web/", "Servers": servers}}
        with open(self.folder.name + "/orthanc.json", "w", encoding="utf-8") as out:
            json.dump(settings, out)
        with open(self.folder.name + "/log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([next(p for p in ("/usr/sbin/Orthanc", "/usr/bin/Orthanc") if os.path.exists(p)),
                                             self.folder.name + "/orthanc.json"], stdout=log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("Orthanc did not start: " + self.log())
            time.sleep(0.05)

    def answers(self):
        try:
            return self.request("GET", "/system")[0] == 200
        except OSError:
            return False

    def log(self):
        with open(self.folder.name + "/log", encoding="utf-8", errors="replace") as log:
            return log.read()[-2000:]

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, json.dumps(body) if isinstance(body, (dict, list)) else body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content

    def ask(self, path, body=None, method="POST"):
        status, content = self.request(method, path, body)
        assert status == 200, f"{status} {content.decode(errors='replace')}"
        return json.loads(content)

    def keep(self, files):
        return [self.ask("/instances", data)["ID"] for data in files]

    def forget(self):
        for one in self.ask("/patients", method="GET"):
            self.request("DELETE", "/patients/" + one)

    def files(self):
        return sorted(self.request("GET", f"/instances/{one}/file")[1] for one in self.ask("/instances", method="GET"))


def jpeg(data):
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/in", "wb") as out:
            out.write(data)
        subprocess.run(["dcmcjpeg", "+e1", folder + "/in", folder + "/out"], check=True)
        with open(folder + "/out", "rb") as made:
            return made.read()


class Client(peers.Case):
    peer = PEER
    settings = {"GANTRY_OUTBOUND_ALLOW": "127.0.0.1/32", "GANTRY_OUTBOUND_PLAIN": "1"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        entry = {"Url": f"http://127.0.0.1:{cls.gantry.port}/dicom-web/", "HttpHeaders": {"Authorization": "Bearer " + cls.gantry.token}}
        stranger = {"Url": entry["Url"]}
        cls.orthanc = Orthanc({
            "gantry": {**entry, "HasDelete": True}, "old": {**entry, "ChunkedTransfers": False, "HasWadoRsUniversalTransferSyntax": False},
            "stranger": stranger, "password": {**stranger, "Username": "admin@example.org", "Password": harness.PASSWORD}})

    @classmethod
    def tearDownClass(cls):
        cls.orthanc.stop()
        super().tearDownClass()

    def setUp(self):
        self.study = "1.9.7" + str(abs(hash(self.id())) % 10**6)
        self.sent = [instance(n, self.study, f"{self.study}.{n % 2}", name="Orthanc^J\u00f6rg", patient="ORTHANC-1") for n in range(1, 4)]
        self.sent.append(jpeg(instance(4, self.study, f"{self.study}.4", name="Orthanc^J\u00f6rg", patient="ORTHANC-1")))

    def tearDown(self):
        self.orthanc.forget()

    def there(self):
        """The files of the study as this server has them."""
        answer = self.gantry.get(f"/dicom-web/studies/{self.study}", headers={"Accept": 'multipart/related; type="application/dicom"'})
        boundary = answer.headers["content-type"].split("boundary=")[1].strip('"').encode()
        return sorted(part.split(b"\r\n\r\n", 1)[1][:-2] for part in answer.body.split(b"--" + boundary)[1:-1])

    def store(self):
        answer = self.gantry.request("POST", "/dicom-web/studies", multipart(self.sent), harness.STOW)
        self.assertEqual(answer.status, 200, answer.body)

    def send(self, server):
        told = self.orthanc.ask(f"/dicom-web/servers/{server}/stow", {"Resources": self.orthanc.keep(self.sent), "Synchronous": True})
        self.assertEqual(told["InstancesCount"], "4")
        self.assertEqual(self.there(), sorted(self.sent))

    def test_store(self):
        with self.check("orthanc-store"):
            self.send("gantry")
        with self.check("orthanc-store-again"):
            self.send("gantry")

    def test_store_whole(self):
        with self.check("orthanc-store-whole"):
            self.send("old")

    def test_search(self):
        self.store()

        def ask(uri, **arguments):
            return self.orthanc.ask("/dicom-web/servers/gantry/qido", {"Uri": uri, "Arguments": arguments})
        with self.check("orthanc-search"):
            rows = ask("/studies", PatientID="ORTHANC-1", StudyInstanceUID=self.study, limit="5", includefield="00081030")
            self.assertEqual([(row["00100010"]["Value"], row["00081030"]["Value"]) for row in rows], [("Orthanc^J\u00f6rg", "Test study")])
        with self.check("orthanc-series"):
            self.assertEqual(len(ask(f"/studies/{self.study}/series")), 3)
            self.assertEqual(len(ask(f"/studies/{self.study}/series/{self.study}.1/instances")), 2)

    def test_retrieve(self):
        self.store()
        with self.check("orthanc-retrieve"):
            told = self.orthanc.ask("/dicom-web/servers/gantry/retrieve", {"Resources": [{"Study": self.study}], "Synchronous": True})
            self.assertEqual(told["ReceivedInstancesCount"], "4")
            self.assertEqual(self.orthanc.files(), sorted(self.sent))
        self.orthanc.forget()
        with self.check("orthanc-retrieve-old"):
            self.orthanc.ask("/dicom-web/servers/old/retrieve", {"Resources": [{"Study": self.study, "Series": f"{self.study}.1"}], "Synchronous": True})
            self.assertEqual(self.orthanc.files(), sorted([self.sent[0], self.sent[2]]))
        with self.check("orthanc-metadata"):
            told = self.orthanc.ask("/dicom-web/servers/gantry/get", {"Uri": f"/studies/{self.study}/metadata",
                                                                      "HttpHeaders": {"Accept": "application/dicom+json"}})
            self.assertEqual(len(told), 4)
        with self.check("orthanc-delete"):
            self.orthanc.ask("/dicom-web/servers/gantry/delete", {"Level": "Study", "StudyInstanceUID": self.study})
            self.assertEqual(self.gantry.get(f"/dicom-web/studies/{self.study}").status, 404)

    def forward(self, destination):
        """The task as it ended."""
        study = self.gantry.get(f"/api/v1/studies?study_instance_uid={self.study}").json["items"][0]["id"]
        asked = self.gantry.request("POST", "/api/v1/forwards", {"destination": destination, "studies": [study]})
        self.assertEqual(asked.status, 202, asked.body)
        return self.gantry.task_ended(asked.json["id"])

    def test_forward(self):
        self.store()
        made = self.gantry.request("POST", "/api/v1/destinations", {"name": "Orthanc", "url": f"http://127.0.0.1:{self.orthanc.port}/dicom-web"})
        self.assertEqual(made.status, 201, made.body)
        with self.check("orthanc-forward"):
            for _ in range(2):
                task = self.forward(made.json["id"])
                self.assertEqual(task["state"], "succeeded", task)
                self.assertEqual(self.orthanc.files(), sorted(self.sent))

    def test_who_asks(self):
        with self.check("orthanc-no-token"):
            self.assertEqual(self.orthanc.request("POST", "/dicom-web/servers/stranger/qido", {"Uri": "/studies"})[0], 401)
        with self.check("orthanc-password"):
            self.orthanc.ask("/dicom-web/servers/password/qido", {"Uri": "/studies"})


if __name__ == "__main__":
    peers.need("Orthanc", "dcmcjpeg")
    if not os.path.exists(PLUGIN):
        print("orthanc-dicomweb is not installed")
        sys.exit(77)
    peers.main()
