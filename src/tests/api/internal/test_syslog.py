"""The audit trail by syslog, to a real rsyslog that is killed and frozen in between: every event arrives, in order."""
import os
import re
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import PASSWORD, xmllint
from rsyslog import Rsyslog

SECONDS = 90


class Delivery(unittest.TestCase):
    def setUp(self):
        if not Rsyslog.is_there():
            print("no rsyslog")
            sys.exit(77)
        self.gantry = self.receiver = None
        self.made = 0

    def tearDown(self):
        if self.gantry is not None:
            if self.gantry.process is not None:
                self.assertEqual(self.gantry.stop(), 0, self.gantry.log())
            self.assertNotIn("Sanitizer", self.gantry.log())
            self.gantry.remove()
        if self.receiver is not None:
            self.receiver.remove()

    def begin(self, url, receiver):
        self.receiver = receiver
        self.gantry = harness.Gantry(harness.BINARY)
        self.gantry.environment["GANTRY_AUDIT_SYSLOG_URL"] = url
        self.gantry.start()
        self.gantry.use_administrator()

    def act(self, count=5):
        for _ in range(count):
            self.made += 1
            answer = self.gantry.request("POST", "/api/v1/users", {"email": f"u{self.made}@example.org", "name": "U", "role": "viewer",
                                                                   "password": PASSWORD})
            self.assertEqual(answer.status, 201, answer.body)

    def keys(self):
        return [int(row[0]) for row in self.gantry.sql("SELECT key FROM audit_events ORDER BY key")]

    def wait_for_all(self):
        until = time.monotonic() + SECONDS
        while self.receiver.first_arrivals() != self.keys():
            if time.monotonic() > until:
                self.fail(f"{self.receiver.first_arrivals()} is not {self.keys()}: {self.gantry.log()}")
            time.sleep(0.1)

    def metric(self, name):
        return float(re.search(rf"^{name} (\S+)", self.gantry.get("/metrics", token=None).body.decode(), re.M).group(1))

    def test_everything_arrives_whatever_becomes_of_the_receiver(self):
        receiver = Rsyslog().start()
        self.begin(receiver.url(), receiver)
        self.act()
        self.wait_for_all()
        receiver.kill()
        self.act()
        time.sleep(3)
        self.assertGreater(self.metric("gantry_audit_syslog_lag_seconds"), 0.5)
        self.assertGreater(self.metric("gantry_audit_syslog_failures_total"), 0)
        receiver.start()
        self.act()
        self.wait_for_all()
        receiver.freeze()
        self.act(10)
        time.sleep(12)  # longer than the sender waits, so that it begins anew
        receiver.thaw()
        self.wait_for_all()
        receiver.freeze()
        self.act(3)
        time.sleep(1)
        receiver.kill()  # with what it had been given
        self.gantry.kill()  # and the sender with it
        self.gantry.start()
        self.gantry.use_administrator()
        self.act(3)
        receiver.start()
        self.wait_for_all()
        until = time.monotonic() + 30
        while self.metric("gantry_audit_syslog_lag_seconds") != 0 and time.monotonic() < until:
            time.sleep(0.2)
        self.assertEqual(self.metric("gantry_audit_syslog_lag_seconds"), 0)

    def test_a_burst_with_kills_in_it(self):
        receiver = Rsyslog().start()
        self.begin(receiver.url("format=json"), receiver)
        for _ in range(3):
            self.act(8)
            receiver.kill()
            self.act(8)
            receiver.start()
        self.wait_for_all()
        self.assertIn('"hash":"', receiver.lines()[0])

    def test_messages_are_as_the_standards_have_them(self):
        receiver = Rsyslog(asks_for_certificate=True).start()
        self.begin(receiver.url(f"cert={receiver.folder}/client.pem", f"key={receiver.folder}/client-key.pem", "name=receiver.example"),
                   receiver)
        self.gantry.sign_in("admin@example.org", "wrong")
        self.act(1)
        self.wait_for_all()
        for line in receiver.lines():
            priority, _, _, program, message_id, rest = line.split(" ", 5)
            self.assertIn(priority, ("84", "85"))
            self.assertEqual((program, message_id), ("gantry", "DICOM+RFC3881"))
            self.assertEqual(xmllint(rest[rest.index("<AuditMessage>"):].encode()), "")
        self.assertEqual(len([line for line in receiver.lines() if line.startswith("84 ")]), 1)
        self.gantry.stop()
        count = len(receiver.arrivals())  # an orderly end: nothing comes again
        self.gantry.start()
        self.gantry.use_administrator()
        self.wait_for_all()
        self.assertEqual(len(receiver.arrivals()), len(self.keys()), count)

    def test_whom_the_certificate_does_not_name_gets_nothing(self):
        receiver = Rsyslog().start()
        for url, said in ((f"tls://127.0.0.1:{receiver.port}?ca={receiver.folder}/other.pem", "not believed"),
                          (receiver.url("name=somebody.example"), "not believed"), (f"tls://127.0.0.1:{receiver.port}?ca=/nowhere", "cannot be read")):
            self.begin(url, receiver)
            self.act(1)
            for _ in range(100):
                if said in self.gantry.log():
                    break
                time.sleep(0.1)
            self.assertIn(said, self.gantry.log())
            self.assertEqual(receiver.arrivals(), [])
            self.gantry.stop()
            self.gantry.remove()
        self.gantry = None

    def test_plain_only_on_this_machine(self):
        receiver = Rsyslog(tls=False).start()
        self.begin(f"tcp://127.0.0.1:{receiver.port}?format=fhir", receiver)
        self.act()
        self.wait_for_all()
        receiver.kill()
        self.act()
        receiver.start()
        self.wait_for_all()
        self.gantry.stop()
        self.gantry.remove()
        os.unlink(receiver.folder + "/received")
        receiver.kill()
        receiver.start()
        self.begin(f"udp://localhost:{receiver.port}", receiver)
        self.act()
        self.wait_for_all()
        for url, code in (("tcp://192.0.2.1:601", 78), ("udp://logs.example", 78), ("tls://logs.example", 0), ("http://logs.example", 78),
                          ("tls://logs.example?cert=/a", 78), ("tls://logs.example:0", 78), ("tls://", 78), ("tls://a?colour=red", 78),
                          ("tcp://[::1]:601", 0)):
            self.gantry.environment["GANTRY_AUDIT_SYSLOG_URL"] = url
            self.assertEqual(self.gantry.run("config").returncode, code, url)
        self.gantry.environment.update(GANTRY_AUDIT_SYSLOG_URL="tcp://192.0.2.1:601", GANTRY_AUDIT_SYSLOG_PLAIN="1")
        self.assertEqual(self.gantry.run("config").returncode, 0)


if __name__ == "__main__":
    harness.main()
