"""TLS of the program's own listeners: what it speaks, whose certificate it takes, and the next one without a restart."""
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness


def openssl(*arguments, **options):
    return subprocess.run(["openssl", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, **options)


class Certificate:
    """A certificate of localhost under a root of its own."""

    def __init__(self, folder, name, days="30"):
        self.root, self.chain, self.key = (os.path.join(folder, f"{name}-{part}.pem") for part in ("root", "chain", "key"))
        root_key, request, leaf = (os.path.join(folder, f"{name}-{part}") for part in ("root.key", "request", "leaf"))
        extensions = os.path.join(folder, name + ".ext")
        with open(extensions, "w") as file:
            file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        for done in (openssl("req", "-x509", *curve, "-keyout", root_key, "-out", self.root, "-subj", f"/CN={name}", "-days", "30"),
                     openssl("req", *curve, "-keyout", self.key, "-out", request, "-subj", "/CN=localhost"),
                     openssl("x509", "-req", "-in", request, "-CA", self.root, "-CAkey", root_key, "-CAcreateserial", "-out", leaf, "-days", days,
                             "-extfile", extensions)):
            assert done.returncode == 0, done.stdout
        os.chmod(self.key, 0o600)
        with open(self.chain, "wb") as out:
            for part in (leaf, self.root):
                with open(part, "rb") as file:
                    out.write(file.read())

    def context(self):
        return ssl.create_default_context(cafile=self.root)


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="gantry-tls-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.one, cls.other = Certificate(cls.folder, "one"), Certificate(cls.folder, "other")
        cls.chain, cls.key = os.path.join(cls.folder, "chain.pem"), os.path.join(cls.folder, "key.pem")
        cls.install(cls.one)
        cls.gantry = harness.Gantry(harness.BINARY)
        cls.gantry.environment.update(GANTRY_TLS_CERT=cls.chain, GANTRY_TLS_KEY=cls.key)
        cls.gantry.start()
        cls.addClassCleanup(cls.gantry.remove)
        cls.addClassCleanup(cls.gantry.stop)

    @classmethod
    def install(cls, certificate):
        """As a client of an authority does it: a new file over the old one."""
        for source, target in ((certificate.key, cls.key), (certificate.chain, cls.chain)):
            shutil.copy2(source, target + ".new")
            os.utime(target + ".new")
            os.rename(target + ".new", target)

    def connect(self, certificate=None, port=None):
        return http.client.HTTPSConnection("localhost", port or self.gantry.port, context=(certificate or self.one).context(), timeout=60)

    def ask(self, connection, method, path, body=None, **headers):
        self.addCleanup(connection.close)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer, answer.read()

    def test_both_listeners_speak_it_and_nothing_else(self):
        for port, path in ((self.gantry.port, "/healthz"), (self.gantry.public_port, "/public/v1/openapi.json")):
            answer, _ = self.ask(self.connect(port=port), "GET", path)
            self.assertEqual((answer.status, answer.headers["Strict-Transport-Security"]), (200, "max-age=31536000"))
            with socket.create_connection(("127.0.0.1", port), timeout=30) as plain:
                plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                self.assertNotIn(b"HTTP/1.1 200", plain.recv(1000))

    def test_old_versions_and_weak_ciphers_are_refused(self):
        def speaks(*arguments):
            done = openssl("s_client", "-connect", f"127.0.0.1:{self.gantry.port}", "-CAfile", self.one.root, "-verify_return_error", *arguments, input=b"")
            return done.returncode == 0 and b"Cipher is (NONE)" not in done.stdout
        self.assertTrue(speaks("-tls1_3"))
        self.assertTrue(speaks("-tls1_2"))
        self.assertTrue(speaks("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"))
        for wrong in (("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"), ("-tls1", "-cipher", "ALL:@SECLEVEL=0"), ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"),
                      ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA384"), ("-tls1_2", "-cipher", "AES128-GCM-SHA256")):
            self.assertFalse(speaks(*wrong), wrong)

    def test_whoever_does_not_know_the_root_does_not_believe(self):
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.ask(self.connect(self.other), "GET", "/healthz")

    def test_large_bodies_both_ways_and_cookies_are_secure(self):
        connection = self.connect()
        answer, body = self.ask(connection, "POST", "/api/v1/auth/browser-session", b'{"email":"%s","password":"%s"}' % (
            self.gantry.environment["GANTRY_ADMIN_EMAIL"].encode(), self.gantry.environment["GANTRY_ADMIN_PASSWORD"].encode()),
            **{"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin", "Origin": f"https://localhost:{self.gantry.port}"})
        self.assertIn(answer.status, (200, 204), body)
        self.assertIn("__Host-gantry=", answer.headers["Set-Cookie"])
        self.assertIn("Secure", answer.headers["Set-Cookie"])
        answer, body = self.ask(connection, "POST", "/api/v1/auth/login", b'{"email":"%s","password":"%s"}' % (
            self.gantry.environment["GANTRY_ADMIN_EMAIL"].encode(), self.gantry.environment["GANTRY_ADMIN_PASSWORD"].encode()),
            **{"Content-Type": "application/json"})
        self.assertEqual(answer.status, 200, body)
        token = json.loads(body)["access_token"]
        image = harness.instance(1, pixels=2816)
        bearer = {"Authorization": "Bearer " + token}
        answer, body = self.ask(connection, "POST", "/dicom-web/studies", harness.multipart([image]), **bearer,
                                **{"Content-Type": harness.STOW["Content-Type"], "Accept": "application/dicom+json"})
        self.assertEqual(answer.status, 200, body)
        study = json.loads(body)["00081190"]["Value"][0].rsplit("/", 1)[1]
        answer, body = self.ask(connection, "GET", f"/dicom-web/studies/{study}", **bearer, Accept='multipart/related; type="application/dicom"; transfer-syntax=*')
        self.assertEqual(answer.status, 200)
        self.assertTrue(image in body, (len(image), len(body)))

    def test_the_next_certificate_is_taken_without_a_restart(self):
        kept = self.connect()
        self.assertEqual(self.ask(kept, "GET", "/healthz")[0].status, 200)
        metrics = self.ask(kept, "GET", "/metrics")[1].decode()
        self.assertGreater(float(metrics.split("\ngantry_tls_certificate_expires_seconds ")[1].split()[0]), 20 * 86400)
        try:
            with open(self.key, "w") as file:
                file.write("no key\n")
            self.wait_for_log("tls_certificate_refused")
            self.assertEqual(self.ask(self.connect(), "GET", "/healthz")[0].status, 200)
            self.install(self.other)
            until = time.monotonic() + 30
            while True:
                try:
                    self.assertEqual(self.ask(self.connect(self.other), "GET", "/healthz")[0].status, 200)
                    break
                except ssl.SSLCertVerificationError:
                    self.assertLess(time.monotonic(), until)
                    time.sleep(0.2)
            self.assertEqual(self.ask(kept, "GET", "/healthz")[0].status, 200)
        finally:
            self.install(self.one)
            until = time.monotonic() + 30
            while time.monotonic() < until:
                try:
                    self.ask(self.connect(), "GET", "/healthz")
                    break
                except ssl.SSLCertVerificationError:
                    time.sleep(0.2)

    def wait_for_log(self, text):
        until = time.monotonic() + 30
        while text not in self.gantry.log():
            self.assertLess(time.monotonic(), until, text)
            time.sleep(0.1)

    def test_what_cannot_be_a_certificate_is_said_at_the_start(self):
        expired = Certificate(self.folder, "expired", days="0")
        time.sleep(1.1)
        readable = os.path.join(self.folder, "readable.pem")
        shutil.copy2(self.one.key, readable)
        os.chmod(readable, 0o644)
        for chain, key, said in ((self.one.chain, self.other.key, b"is not the key of"), (self.one.chain, readable, b"chmod 600"), (self.one.key, self.one.key, b"no certificates"),
                                 ("/nowhere", self.one.key, b"cannot be read"), (self.one.chain, "", b"go together"), (expired.chain, expired.key, b"has expired")):
            again = harness.Gantry(harness.BINARY)
            again.environment.update(GANTRY_TLS_CERT=chain)
            if key:
                again.environment.update(GANTRY_TLS_KEY=key)
            done = again.run("serve")
            self.assertEqual((done.returncode, said in done.stderr), (78, True), done.stderr)
            again.remove()

    def test_an_address_others_reach_needs_no_proxy(self):
        environment = dict(self.gantry.environment, GANTRY_HTTP_ADDRESS="0.0.0.0:1")
        self.assertEqual(self.gantry.run("config").returncode, 0)
        done = subprocess.run([self.gantry.binary, "config"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        del environment["GANTRY_TLS_CERT"], environment["GANTRY_TLS_KEY"]
        done = subprocess.run([self.gantry.binary, "config"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual((done.returncode, b"GANTRY_TLS_CERT" in done.stderr), (78, True))


if __name__ == "__main__":
    harness.main()
