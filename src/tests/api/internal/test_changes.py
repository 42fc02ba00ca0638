"""The change feed under DICOMweb: whoever goes on from the last number seen hears of everything, once and in order."""
import os
import random
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import PASSWORD, STOW, instance, multipart
from nodes import Nodes

WRITER_LOCK = 1195462228  # of every transaction that writes: postgres/database.c


class Changes(harness.Case):
    def feed(self, since=0, limit=None, **options):
        answer = self.gantry.get(f"/dicom-web/changes?since={since}" + (f"&limit={limit}" if limit else ""), **options)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def last(self):
        page, since = None, 0
        while page is None or not page["done"]:
            page = self.feed(since, 1000)
            since = page["last"]
        return since

    def store(self, study, *numbers):
        answer = self.gantry.request("POST", "/dicom-web/studies", multipart([instance(n, study, study + ".1") for n in numbers]), STOW)
        self.assertEqual(answer.status, 200, answer.body)

    def test_a_line_has_the_uids(self):
        since = self.last()
        self.store("1.9.1", 1, 2)
        self.store("1.9.1", 2)  # again: nothing new
        self.assertEqual(self.gantry.request("DELETE", "/dicom-web/studies/1.9.1").status, 204)
        study = self.gantry.get("/api/v1/studies?study_instance_uid=1.9.1&trashed=true").json["items"][0]
        self.gantry.request("POST", f"/api/v1/studies/{study['id']}/restore")
        page = self.feed(since)
        lines = page["changes"]
        of_study = {"study_instance_uid": "1.9.1"}
        stored = [{**of_study, "kind": "instance_stored", "series_instance_uid": "1.9.1.1", "sop_instance_uid": f"1.9.1.1.{n}"} for n in (1, 2)]
        self.assertEqual([{k: v for k, v in line.items() if k not in ("sequence", "time")} for line in lines],
                         stored + [{**of_study, "kind": "study_trashed"}, {**of_study, "kind": "study_restored"}])
        numbers = [line["sequence"] for line in lines]
        self.assertEqual((numbers, page["last"], page["done"]), (sorted(set(numbers)), numbers[-1], True))
        for line in lines:
            self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
        theirs = self.gantry.get(f"/api/v1/changes?since={since}").json["items"]
        self.assertEqual([c["sequence"] for c in theirs], numbers)
        self.assertEqual(theirs[0]["sop_instance_uid"], "1.9.1.1.1")

    def test_pages_follow_each_other(self):
        since = start = self.last()
        self.store("1.9.2", *range(1, 8))
        seen, pages = [], 0
        while True:
            page = self.feed(since, 3)
            seen += [line["sop_instance_uid"] for line in page["changes"]]
            since, pages = page["last"], pages + 1
            if page["done"]:
                break
        self.assertEqual((seen, pages), ([f"1.9.2.1.{n}" for n in range(1, 8)], 3))
        self.assertEqual(self.feed(since), {"changes": [], "last": since, "done": True})
        self.assertEqual(self.feed(2**63 - 1)["changes"], [])
        self.assertEqual(len(self.feed(start)["changes"]), 7)

    def test_who_asks_wrongly_is_told(self):
        for query in ("since=-1", "since=x", "since=9223372036854775808", "limit=1001", "limit=-1", "limit=x", "nonsense=1"):
            answer = self.gantry.get("/dicom-web/changes?" + query)
            self.assertIn(answer.status, (400, 422), query)
            self.assertEqual(answer.headers["content-type"], "application/problem+json")
        self.assertProblem(self.gantry.get("/dicom-web/changes", token=None), 401, "UNAUTHENTICATED")
        self.assertProblem(self.gantry.request("POST", "/dicom-web/changes"), 405, "METHOD_NOT_ALLOWED")

    def test_nobody_hears_of_another_organization(self):
        self.store("1.9.3", 1)
        other = self.gantry.other_clinic()
        self.assertEqual(self.feed(token=other), {"changes": [], "last": 0, "done": True})
        made = self.gantry.request("POST", "/api/v1/users", {"email": "r@example.org", "name": "R", "role": "researcher", "password": PASSWORD})
        self.assertEqual(made.status, 201, made.body)
        token = self.gantry.sign_in("r@example.org").json["access_token"]
        self.assertProblem(self.gantry.get("/dicom-web/changes", token=token), 403, "FORBIDDEN")


class Follower(threading.Thread):
    """Goes on from the last number seen, by whichever node, until it is told to stop and has seen all there was then."""

    def __init__(self, nodes, since):
        super().__init__()
        self.nodes, self.since, self.lines, self.stopping, self.failure = nodes, since, [], False, None
        self.start()

    def run(self):
        try:
            while True:
                was_stopping = self.stopping
                node = random.choice(self.nodes)
                page = node.get(f"/dicom-web/changes?since={self.since}&limit={random.choice((1, 3, 100))}").json
                self.lines += page["changes"]
                self.since = page["last"]
                if was_stopping and page["done"]:
                    return
        except Exception as reason:  # told by the test
            self.failure = reason

    def end(self):
        self.stopping = True
        self.join()
        if self.failure:
            raise self.failure
        return self.lines


class Order(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.nodes = Nodes()

    @classmethod
    def tearDownClass(cls):
        cls.nodes.stop()

    def last(self):
        since, page = 0, {"done": False}
        while not page["done"]:
            page = self.nodes.nodes[0].get(f"/dicom-web/changes?since={since}&limit=1000").json
            since = page["last"]
        return since

    def assertOrder(self, lines):
        numbers = [line["sequence"] for line in lines]
        self.assertEqual(numbers, sorted(set(numbers)))

    def test_followers_miss_nothing_while_two_nodes_store(self):
        followers = [Follower(self.nodes.nodes, self.last()) for _ in range(2)]
        failures = []

        def store(thread):
            for n in range(1, 31):
                study = f"1.9.7.{thread}"
                answer = self.nodes.nodes[thread % 2].request("POST", "/dicom-web/studies", multipart([instance(n, study, study + ".1")]), STOW)
                if answer.status != 200:
                    failures.append(answer.body)
        threads = [threading.Thread(target=store, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        wanted = sorted(f"1.9.7.{thread}.1.{n}" for thread in range(4) for n in range(1, 31))
        for follower in followers:
            lines = follower.end()
            self.assertOrder(lines)
            self.assertEqual(sorted(line["sop_instance_uid"] for line in lines), wanted)

    @unittest.skipUnless(harness.ENGINE == "postgres", "the numbers of SQLite are its own writer's")
    def test_who_took_a_number_first_is_seen_first(self):
        """A node that has its number and is long in committing: the other one gets none before. Else a follower that saw the second
        number would never ask for the first."""
        one, two = self.nodes.nodes
        answer = one.request("POST", "/dicom-web/studies", multipart([instance(1, "1.9.8", "1.9.8.1")]), STOW)
        self.assertEqual(answer.status, 200, answer.body)
        since = self.last()
        follower = Follower((two,), since)
        slow = harness.DATABASES.server.session(harness.DATABASES.url(one.folder))
        slow.stdin.write(f"BEGIN; SELECT pg_advisory_xact_lock({WRITER_LOCK}) IS NULL;\n"
                         "INSERT INTO changes(organization_key, kind, study_key, instance_key, created_at) SELECT organization_key, "
                         f"'instance_stored', study_key, instance_key, 1 FROM changes WHERE sequence = {since} RETURNING sequence;\n")
        slow.stdin.flush()
        slow.stdout.readline()
        first = int(slow.stdout.readline())
        quick = []
        thread = threading.Thread(target=lambda: quick.append(two.request(
            "POST", "/dicom-web/studies", multipart([instance(2, "1.9.8", "1.9.8.1")]), STOW).status))
        thread.start()
        time.sleep(1)
        self.assertEqual((quick, follower.lines), ([], []))
        slow.stdin.write("COMMIT;\n")
        slow.stdin.close()
        slow.wait(30)
        slow.stdout.close()
        thread.join()
        self.assertEqual(quick, [200])
        lines = follower.end()
        self.assertOrder(lines)
        self.assertEqual((lines[0]["sequence"], [line["sop_instance_uid"] for line in lines]), (first, ["1.9.8.1.1", "1.9.8.1.2"]))


if __name__ == "__main__":
    harness.main()
