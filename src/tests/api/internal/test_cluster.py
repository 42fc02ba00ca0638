"""Nodes with data folders of their own, as on machines of their own: they share a PostgreSQL, a folder of objects and a secret."""
import os
import re
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, instance, multipart

SECRET = "a secret that all nodes of the installation have"


class Cluster(unittest.TestCase):
    def setUp(self):
        self.objects = tempfile.mkdtemp(prefix="gantry-test-")
        self.nodes = []

    def tearDown(self):
        codes = [node.stop() for node in self.nodes]
        logs = "".join(node.log() for node in self.nodes)
        for node in self.nodes:
            node.remove()
        harness.shutil.rmtree(self.objects)
        self.assertEqual((codes, "Sanitizer" in logs), ([0] * len(codes), False), logs[-4000:])

    def node(self, secret=SECRET, binary=None, **options):
        node = harness.Gantry(binary or harness.BINARY, **options)
        node.environment.update({"GANTRY_SECRET_KEY": secret, "GANTRY_STORAGE_URL": "file:" + self.objects})
        if self.nodes:  # the database of the first
            node.environment["GANTRY_DATABASE_URL"] = self.nodes[0].environment["GANTRY_DATABASE_URL"]
        return node

    def start(self, **options):
        node = self.node(**options)
        node.start()
        self.nodes.append(node)
        return node

    def leaders(self):
        return [bool(re.search(r"^gantry_leads 1$", node.get("/metrics", token=None).body.decode(), re.M)) for node in self.nodes]

    def test_what_one_does_the_others_know(self):
        first, second = self.start(), self.start()
        first.use_administrator()
        second.token = first.token
        self.assertEqual(first.request("POST", "/dicom-web/studies", multipart([instance(1)]), STOW).status, 200)
        path = "/dicom-web/studies/1.2.3/series/1.2.3.4/instances/1.2.3.4.1"
        self.assertEqual(second.get(path, headers={"Accept": "application/dicom"}).body, instance(1))
        self.assertEqual(second.request("POST", "/dicom-web/studies", multipart([instance(2)]), STOW).status, 200)
        study = first.get("/api/v1/studies").json["items"][0]
        self.assertEqual((study["series_count"], study["instance_count"]), (1, 2))
        # many times: without a message about it a node may believe a token for almost a second
        slowest = 0
        for _ in range(10):
            token = first.sign_in().json["access_token"]
            self.assertEqual(second.get("/api/v1/auth/me", token=token).status, 200)
            self.assertEqual(first.request("POST", "/api/v1/auth/logout", token=token).status, 204)
            begin = time.monotonic()
            while second.get("/api/v1/auth/me", token=token).status != 401:
                self.assertLess(time.monotonic() - begin, 1)
            slowest = max(slowest, time.monotonic() - begin)
        print(f"\nsigned out elsewhere after {slowest * 1000:.0f} ms at most")

    def test_counts_are_right_whatever_the_server_takes_for_isolation(self):
        """Stricter ones are not needed: one node writes at a time."""
        probe = self.node()
        harness.DATABASES.server.sql(f"ALTER DATABASE {probe.environment['GANTRY_DATABASE_URL'].rsplit('/', 1)[1]} "
                                     "SET default_transaction_isolation = 'serializable'", "postgres")
        probe.start()
        self.nodes.append(probe)
        self.start()
        probe.use_administrator()
        answers = []

        def send(node, first):
            for number in range(first, 41, 2):
                answers.append(node.request("POST", "/dicom-web/studies", multipart([instance(number)]), STOW,
                                            token=probe.token).status)

        threads = [threading.Thread(target=send, args=(node, first)) for first, node in enumerate(self.nodes, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        study = probe.get("/api/v1/studies").json["items"]
        self.assertEqual((answers, len(study), study[0]["series_count"], study[0]["instance_count"]), ([200] * 40, 1, 1, 40))

    def test_one_leads_and_another_when_it_goes(self):
        self.start(), self.start()
        deadline = time.monotonic() + 15
        while sum(self.leaders()) != 1 and time.monotonic() < deadline:
            time.sleep(0.2)
        leads = self.leaders()
        self.assertEqual(sum(leads), 1)
        leader = self.nodes[leads.index(True)]
        self.nodes.remove(leader)
        self.assertEqual(leader.stop(), 0)
        leader.remove()
        begin = time.monotonic()
        while not self.leaders()[0]:
            self.assertLess(time.monotonic() - begin, 15)
            time.sleep(0.2)

    def test_a_node_with_another_secret_does_not_start(self):
        first = self.start()
        stranger = self.node(secret="of somebody else, who should not be here")
        done = stranger.run("serve")
        self.assertEqual((done.returncode, b"same GANTRY_SECRET_KEY" in done.stderr), (78, True), done.stderr)
        stranger.remove()
        self.assertEqual(first.get("/healthz", token=None).status, 200)

    def test_a_newer_schema_is_refused(self):
        first = self.start()
        first.sql("INSERT INTO schema_migrations(number, name, applied_at) VALUES (9999, 'later', 1)")
        late = self.node()
        done = late.run("serve")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"the database has schema 9999", done.stderr)
        late.remove()
        self.assertEqual(first.get("/readyz", token=None).status, 200)  # the one that runs goes on

    def test_the_password_of_the_database_is_not_shown(self):
        node = self.node()
        node.environment["GANTRY_DATABASE_URL"] = "postgresql://gantry:open-sesame@127.0.0.1:1/gantry"
        shown = node.run("config").stdout.decode()
        self.assertIn("GANTRY_DATABASE_URL=postgresql://gantry:***@127.0.0.1:1/gantry", shown)
        done = node.run("serve")
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn(b"sesame", done.stderr + done.stdout)
        node.remove()


if __name__ == "__main__":
    os.environ["GANTRY_TEST_ENGINE"] = harness.ENGINE = "postgres"  # a file is for one machine
    harness.main()
