"""Two nodes behind the HAProxy that the documentation recommends; each is restarted in its turn, and no client notices."""
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from nodes import Load, Nodes

IS_LONG = bool(os.environ.get("GANTRY_LONG"))
REQUEST_COUNT, RESTART_COUNT = (100_000, 20) if IS_LONG else (5_000, 3)
STOP_SECONDS_MAX = 30


class RollingRestart(unittest.TestCase):
    def test_the_recommended_configuration_is_valid(self):
        from haproxy import HAProxy, RECOMMENDED
        proxy = HAProxy([("127.0.0.1", 1), ("127.0.0.1", 2), ("127.0.0.1", 3)])
        self.addCleanup(proxy.stop)
        self.assertIsNone(proxy.check(os.path.abspath(RECOMMENDED)))
        self.assertIsNone(proxy.check(proxy.folder + "/haproxy.cfg"))
        self.assertEqual(proxy.configuration().count("\n    server "), 3)

    def test_no_client_notices(self):
        nodes = Nodes()
        self.addCleanup(nodes.stop)
        load, restarts, slowest, begin = Load(nodes.start_proxy(), nodes.nodes[0].token), 0, 0, time.monotonic()
        request_count = REQUEST_COUNT if not harness.is_instrumented() else REQUEST_COUNT // 10
        for _ in range(RESTART_COUNT):
            for node in nodes.nodes:
                slowest = max(slowest, nodes.restart(node))
                restarts += 1
                time.sleep(1)  # the other one is not touched before the proxy has seen this one
        while load.count.value < request_count and time.monotonic() - begin < 600:
            time.sleep(0.2)
        counts, failures, uploads = load.finish()
        seconds, total = time.monotonic() - begin, sum(counts.values())
        print(f"\n{harness.ENGINE}: {total} requests in {seconds:.1f} s, {restarts} restarts of at most {slowest:.1f} s, {len(failures)} failures;"
              f" {counts}, {sum(map(len, uploads.values()))} instances acknowledged in {len(uploads)} studies", flush=True)
        self.assertEqual(failures, [])
        self.assertGreaterEqual(total, request_count)
        self.assertTrue(all(counts.values()), counts)
        self.assertLess(slowest, STOP_SECONDS_MAX)
        for node in nodes.nodes:  # both worked
            self.assertIn(b"gantry_use_case_calls_total", node.get("/metrics", token=None).body)
        self.assertNothingLost(nodes.nodes[0], uploads)

    def test_a_node_that_is_killed_costs_no_read_that_had_not_begun(self):
        """What was sent to it and may not be sent twice breaks, and answers that were on their way; what it acknowledged is there."""
        nodes = Nodes()
        self.addCleanup(nodes.stop)
        load = Load(nodes.start_proxy(), nodes.nodes[0].token)
        for node in nodes.nodes * 2:
            time.sleep(0.5)
            node.kill()
            node.start()
            time.sleep(0.5)
        counts, failures, uploads = load.finish()
        reads = [failure for failure in failures if failure[1] not in ("upload", "login")]
        self.assertEqual({status for _, _, status, _ in reads} - {0}, set(), reads)  # 0: cut in the middle
        self.assertLessEqual(len(reads), 4 * 2, reads)  # of 8 that were asking at each of 4 kills
        self.assertLess(len(failures), 0.02 * sum(counts.values()))
        self.assertNothingLost(nodes.nodes[0], uploads)

    def assertNothingLost(self, node, uploads):
        studies = []
        while page := node.get(f"/dicom-web/studies?limit=100&offset={len(studies)}").json:
            studies += [study["0020000D"]["Value"][0] for study in page]
        self.assertEqual(len(studies), len(set(studies)), "a study is there twice")
        for study, instances in uploads.items():
            self.assertIn(study, studies)
            found = [(i["0020000E"]["Value"][0], int(i["00080018"]["Value"][0].rsplit(".", 1)[1]))
                     for i in node.get(f"/dicom-web/studies/{study}/instances?limit=200").json]
            self.assertEqual(len(found), len(set(found)))
            self.assertLessEqual(set(instances), set(found))
        verify = node.run("verify")
        self.assertEqual(verify.returncode, 0, verify.stdout)


if __name__ == "__main__":
    harness.main()
