"""Quotas of organizations: warnings, the refusal, and reading that goes on; and a disk that is nearly full."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, Gantry, instance, multipart

API = "/api/v1"


class QuotaCase(harness.Case):
    def assertRefused(self, answer):
        """As STOW-RS says it, instance by instance."""
        self.assertEqual(answer.status, 507, answer.body)
        self.assertEqual([item["00081197"]["Value"] for item in answer.json["00081198"]["Value"]], [[0xA700]])


class Quotas(QuotaCase):
    def send(self, number, study="1.2.70"):
        return self.gantry.request("POST", "/dicom-web/studies", multipart([instance(number, study, study + ".4")]), STOW)

    def set_quota(self, size, name=None):
        done = self.gantry.run("organization", "quota", name or self.gantry.get(API + "/organization").json["name"], str(size))
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode()

    def told(self, kind):
        return [item["title"] for item in self.gantry.get(f"{API}/notifications?kind={kind}").json["items"]]

    def test_warned_refused_and_read_on(self):
        self.assertEqual(self.send(1).status, 200)
        seen = self.gantry.get(API + "/organization").json
        size = seen["used_size"]
        self.assertGreater(size, 8000)
        self.assertEqual(seen["quota_size"], 0)
        self.assertIn(f"{size} of {size * 10 + 99} bytes", self.set_quota(size * 10 + 99))
        time.sleep(1.1)  # a first quota is known to those who store within a second
        for n in range(2, 11):
            self.assertEqual(self.send(n).status, 200, n)
        until = time.monotonic() + 20
        while len(self.told("storage_quota")) < 2:
            self.assertLess(time.monotonic(), until, self.told("storage_quota"))
            time.sleep(0.05)
        self.assertEqual(sorted(self.told("storage_quota")), ["80 percent of what may be stored are used", "95 percent of what may be stored are used"])
        refused = self.send(11)
        self.assertRefused(refused)
        key = self.gantry.request("POST", API + "/api-keys", {"name": "uploader", "scopes": ["studies:write"]}).json["api_key"]
        upload = self.gantry.request("POST", "/public/v1/uploads", {"name": "x.zip", "kind": "zip", "size": 500_000}, token=key, port=self.gantry.public_port)
        self.assertProblem(upload, 507, "NO_SPACE")
        self.assertIn("quota", upload.json["detail"])
        self.assertEqual(self.send(10).status, 200, "the same again changes nothing")
        self.assertEqual(self.gantry.get("/dicom-web/studies/1.2.70/metadata").status, 200)
        self.assertGreaterEqual(self.gantry.get(API + "/organization").json["used_size"], size * 10)
        self.assertEqual(self.gantry.get("/readyz").status, 200, "it is not the others' matter")
        self.set_quota(0)
        self.assertEqual(self.send(11).status, 200)
        self.assertNotEqual(self.gantry.run("organization", "quota", "Nobody", "1").returncode, 0)
        self.assertEqual(self.gantry.run("organization", "quota", "x", "many").returncode, 64)


class Reserve(QuotaCase):
    def test_a_disk_that_is_nearly_full(self):
        """The reserve is more than the disk has."""
        gantry = Gantry(harness.BINARY)
        self.addCleanup(gantry.remove)
        gantry.start()
        gantry.use_administrator()
        self.assertEqual(gantry.request("POST", "/dicom-web/studies", multipart([instance(1)]), STOW).status, 200)
        self.assertEqual(gantry.stop(), 0)
        space = os.statvfs(gantry.folder)
        gantry.environment["GANTRY_STORAGE_RESERVE"] = str(min(space.f_bavail * space.f_frsize // 2**20 + 100_000, 2**20))
        gantry.start()
        self.addCleanup(gantry.stop)
        gantry.use_administrator()
        self.assertRefused(gantry.request("POST", "/dicom-web/studies", multipart([instance(2)]), STOW))
        self.assertEqual(gantry.get("/dicom-web/studies/1.2.3/series/1.2.3.4/instances/1.2.3.4.1", headers={"Accept": "application/dicom; transfer-syntax=*"}).status, 200)
        until = time.monotonic() + 60
        while True:
            ready = gantry.get("/readyz")
            told = gantry.get(API + "/notifications?kind=storage_full").json["items"]
            if ready.status == 503 and told:
                break
            self.assertLess(time.monotonic(), until, (ready.status, told))
            time.sleep(0.2)
        self.assertIn(b"NO_SPACE", ready.body)
        self.assertIn("No room for new images", told[0]["title"])
        self.assertEqual(gantry.get("/healthz").status, 200)


class Warning(QuotaCase):
    def until(self, look):
        deadline = time.monotonic() + 60
        while not (seen := look()):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        return seen

    def test_told_once_and_when_it_is_over(self):
        """The warning begins above what the disk has free; then it is set to nearly nothing."""
        gantry = Gantry(harness.BINARY)
        self.addCleanup(gantry.remove)
        space = os.statvfs(gantry.folder)
        gantry.environment["GANTRY_STORAGE_WARNING"] = str(min(space.f_bavail * space.f_frsize // 2**20 + 100_000, 2**20))
        gantry.start()
        self.addCleanup(gantry.stop)
        gantry.use_administrator()
        made = gantry.request("POST", API + "/webhooks", {"url": "https://receiver.invalid/", "events": ["storage.low", "storage.ok"]})
        self.assertEqual(made.status, 201, made.body)

        def told(kind):
            return [item["title"] for item in gantry.get(f"{API}/notifications?kind={kind}").json["items"]]

        def sent():
            return sorted(item["event_type"] for item in gantry.get(f"{API}/webhooks/{made.json['id']}/deliveries").json["items"])

        def mailed():
            return [item["template_name"] for item in gantry.get(API + "/mails").json["items"] if item["template_name"].startswith("storage")]

        self.assertIn("Little room for new images is left", self.until(lambda: told("storage_low"))[0])
        self.until(mailed)
        self.assertEqual(gantry.request("POST", "/dicom-web/studies", multipart([instance(1)]), STOW).status, 200, "it is a warning")
        self.assertEqual(gantry.get("/readyz").status, 200)
        self.assertEqual(gantry.stop(), 0)
        gantry.start()
        gantry.use_administrator()
        time.sleep(12)
        self.assertEqual((len(told("storage_low")), mailed(), told("storage_ok")), (1, ["storage_low"], []), "a restart tells nothing again")
        self.assertEqual(gantry.stop(), 0)
        gantry.environment["GANTRY_STORAGE_WARNING"] = "1"
        gantry.start()
        gantry.use_administrator()
        self.assertIn("There is room for new images again", self.until(lambda: told("storage_ok"))[0])
        self.assertEqual((len(told("storage_low")), mailed()), (1, ["storage_low"]))
        self.assertIn("storage.ok", self.until(lambda: sent() if "storage.ok" in sent() else None))
        preferences = gantry.get(API + "/notifications/preferences").json
        self.assertIn("storage_ok", str(preferences))


if __name__ == "__main__":
    harness.main()
