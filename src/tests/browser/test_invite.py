"""An invitation in Chromium: the link out of the mail, a password, signing in, and the link that is good once."""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../api"))
import harness


class Invite(harness.Case):
    def test_invite_page(self):
        email = "grace@clinic.example"
        made = self.gantry.request("POST", "/api/v1/users/invite", {"email": email, "name": "Grace", "role": "viewer"})
        self.assertEqual(made.status, 201, made.body)
        mail = self.gantry.get("/api/v1/mails").json["items"][0]["id"]
        path = re.search(r"/invite/gi_[A-Za-z0-9_-]{43}", self.gantry.get(f"/api/v1/mails/{mail}").json["text"]).group(0)
        folder = harness.beside(harness.BINARY, "tests/browser")
        done = subprocess.run(["node", "invite.mjs", f"http://127.0.0.1:{self.gantry.port}{path}", email], cwd=folder,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        print(done.stdout, end="")
        self.assertEqual(done.returncode, 0)
        user = self.gantry.get(f"/api/v1/users/{made.json['id']}").json
        self.assertEqual((user["state"], user["name"]), ("active", "Grace <b>Hopper</b>"))


if __name__ == "__main__":
    harness.install_packages(HERE, harness.beside(sys.argv[1], "tests/browser"), ["docs_page.mjs", "invite.mjs", "viewer.mjs"])
    harness.main()
