"""One study whose images come in by two nodes at once, some of them by both: it is one study, and its numbers are right."""
import os
import random
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, instance, multipart
from nodes import Nodes

SERIES_COUNT, INSTANCES_PER_SERIES, THREAD_COUNT = 3, 40, 4
STUDY_COUNT = 6  # begun by both nodes in the same moment


class TwoNodes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.nodes = Nodes()

    @classmethod
    def tearDownClass(cls):
        cls.nodes.stop()

    def upload(self, jobs):
        """Each job: (node, start barrier or None, instance). All answers that are not a success."""
        failures, lock, queue = [], threading.Lock(), list(jobs)

        def work():
            while True:
                with lock:
                    if not queue:
                        return
                    node, barrier, data = queue.pop()
                if barrier:
                    barrier.wait(60)
                answer = node.request("POST", "/dicom-web/studies", multipart([data]), STOW)
                if answer.status != 200:
                    failures.append((answer.status, answer.body))
        threads = [threading.Thread(target=work) for _ in range(2 * THREAD_COUNT)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return failures

    def assertStudy(self, study, series_count, instance_count):
        for node in self.nodes.nodes:
            found = node.get(f"/dicom-web/studies?StudyInstanceUID={study}&includefield=00201206,00201208").json
            self.assertEqual(len(found), 1, found)
            self.assertEqual((found[0]["00201206"]["Value"], found[0]["00201208"]["Value"]), ([series_count], [instance_count]))
            series = node.get(f"/dicom-web/studies/{study}/series?includefield=00201209").json
            self.assertEqual(len(series), series_count)
            self.assertEqual(sum(s["00201209"]["Value"][0] for s in series), instance_count)
            instances = [i["00080018"]["Value"][0] for i in node.get(f"/dicom-web/studies/{study}/instances?limit=200").json]
            self.assertEqual((len(instances), len(set(instances))), (instance_count, instance_count))
            listed = [s for s in node.get("/api/v1/studies?page_size=200").json["items"] if s["study_instance_uid"] == study]
            self.assertEqual([(s["series_count"], s["instance_count"]) for s in listed], [(series_count, instance_count)])

    def test_halves_of_a_study_and_what_both_get(self):
        jobs = []
        for series in range(SERIES_COUNT):
            for number in range(1, INSTANCES_PER_SERIES + 1):
                data = instance(number, "1.7.1", f"1.7.1.{series}", pixels=16)
                jobs += [(node, None, data) for which, node in enumerate(self.nodes.nodes) if number % 5 == 0 or number % 2 == which]
        random.Random(1).shuffle(jobs)
        self.assertEqual(self.upload(jobs), [])
        self.assertStudy("1.7.1", SERIES_COUNT, SERIES_COUNT * INSTANCES_PER_SERIES)
        self.assertVerified()

    def test_both_begin_a_study_in_the_same_moment(self):
        """With the same image, and with two of the same series."""
        for at in range(STUDY_COUNT):
            for numbers in ((1, 1), (1, 2)):
                study, both = f"1.7.2.{at}.{numbers[1]}", threading.Barrier(2)
                self.assertEqual(self.upload([(node, both, instance(number, study, study + ".1", patient=f"P{at}", pixels=16))
                                              for node, number in zip(self.nodes.nodes, numbers)]), [])
                self.assertStudy(study, 1, numbers[1])
        self.assertVerified()

    def assertVerified(self):
        verify = self.nodes.nodes[0].run("verify")
        self.assertEqual(verify.returncode, 0, verify.stdout)

    def test_a_node_knows_whom_the_other_let_in_and_out(self):
        first, second = self.nodes.nodes
        signed_in = first.sign_in().json
        self.assertEqual(second.get("/api/v1/auth/me", token=signed_in["access_token"]).status, 200)
        refreshed = second.request("POST", "/api/v1/auth/refresh", {"refresh_token": signed_in["refresh_token"]}, token=None)
        self.assertEqual(refreshed.status, 200, refreshed.body)
        again = first.request("POST", "/api/v1/auth/refresh", {"refresh_token": signed_in["refresh_token"]}, token=None)
        self.assertEqual(again.status, 401, again.body)  # used twice: the whole session ends, on both
        last = second.request("POST", "/api/v1/auth/refresh", {"refresh_token": refreshed.json["refresh_token"]}, token=None)
        self.assertEqual(last.status, 401, last.body)


if __name__ == "__main__":
    harness.main()
