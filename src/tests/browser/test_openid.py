"""Signing in by a provider in Chromium: the button, the provider's own pages, and the viewer's."""
import os
import socket
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../api"))
import harness
from openid import OpenidProvider  # of tests/servers


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Openid(harness.Case):
    @classmethod
    def setUpClass(cls):
        port = free_port()
        cls.origin = f"http://127.0.0.1:{port}"
        cls.settings = {"GANTRY_HTTP_ADDRESS": f"127.0.0.1:{port}", "GANTRY_PUBLIC_URL": cls.origin, "GANTRY_OUTBOUND_ALLOW": "127.0.0.1/32",
                           "GANTRY_OUTBOUND_PLAIN": "1"}
        cls.server = OpenidProvider(cls.origin + "/api/v1/auth/callback").start(60)
        cls.addClassCleanup(cls.server.stop)
        super().setUpClass()

    def test_the_button(self):
        made = self.gantry.request("POST", "/api/v1/identity-providers", {
            "name": "Clinic account", "issuer": self.server.url(), "client_id": "RS256-basic", "client_secret": "secret of RS256",
            "makes_users": True, "default_role": "viewer"})
        self.assertEqual(made.status, 201, made.body)
        folder = harness.beside(harness.BINARY, "tests/browser")
        done = subprocess.run(["node", "openid.mjs", self.origin], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        print(done.stdout, end="")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.gantry.get("/api/v1/users?search=frances@clinic.example").json["items"][0]["role"], "viewer")


if __name__ == "__main__":
    harness.install_packages(HERE, harness.beside(sys.argv[1], "tests/browser"), ["docs_page.mjs", "invite.mjs", "openid.mjs", "viewer.mjs"])
    harness.main()
