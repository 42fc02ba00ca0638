"""How soon two nodes of one installation agree, in tenths of a second: these tests run with nothing beside them."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
import test_redis
from harness import PASSWORD
from test_redis import ME


def patience():
    """How much longer things may take than in release."""
    return 5 if harness.is_instrumented() else 1


class Punctual(test_redis.TwoNodes):
    def seconds_of_sign_out(self):
        """From the answer on one node until the other refuses."""
        worst = 0
        for here, there in (self.nodes, self.nodes[::-1]):
            token = self.sign_in(here, next(self.addresses)).json["access_token"]
            for node in self.nodes:
                self.assertEqual(node.get(ME, token=token).status, 200)
            self.assertEqual(here.request("POST", "/api/v1/auth/logout", token=token).status, 204)
            start = time.monotonic()
            self.assertEqual(here.get(ME, token=token).status, 401)
            while there.get(ME, token=token).status != 401:
                self.assertLess(time.monotonic() - start, 5)
                time.sleep(0.002)
            worst = max(worst, time.monotonic() - start)
            for _ in range(20):  # and it stays so
                self.assertEqual(there.get(ME, token=token).status, 401)
        return worst

    def test_a_sign_out_is_known_everywhere_at_once(self):
        seconds = [self.seconds_of_sign_out() for _ in range(5)]
        print(f"sign-out known elsewhere after {max(seconds) * 1000:.1f} ms")
        self.assertLess(max(seconds), 0.1 * patience())

    def test_a_sign_out_is_known_everywhere_within_a_second_without_redis(self):
        for away, back in ((self.redis.freeze, self.redis.thaw), (self.redis.kill, self.redis.start)):
            away()
            try:
                seconds = [self.seconds_of_sign_out() for _ in range(2)]
                print(f"sign-out known elsewhere after {max(seconds) * 1000:.0f} ms, Redis away")
                self.assertLess(max(seconds), 1)
            finally:
                back()
            self.assertLess(self.wait_for_redis(), 3)

    def test_somebody_whose_rights_change_is_told_apart_at_once(self):
        made = self.one.request("POST", "/api/v1/users", {"email": "zoe@example.org", "name": "Zoe", "role": "viewer",
                                                          "password": PASSWORD}).json
        token = self.one.request("POST", "/api/v1/auth/login", {"email": "zoe@example.org", "password": PASSWORD},
                                 {"X-Forwarded-For": next(self.addresses)}, token=None).json["access_token"]
        self.assertEqual(self.two.get(ME, token=token).status, 200)
        self.assertEqual(self.one.request("POST", f"/api/v1/users/{made['id']}/deactivate").status, 200)
        time.sleep(0.1 * patience())
        self.assertEqual(self.two.get(ME, token=token).status, 401)

    def test_the_limit_of_sign_ins_holds_over_both(self):
        address, start = next(self.addresses), time.monotonic()
        answers = [self.sign_in(self.nodes[n % 2], address, "nobody@example.org") for n in range(50)]
        allowed = [a for a in answers if a.status != 429]
        self.assertGreaterEqual(len(allowed), 30)
        self.assertLessEqual(len(allowed), 31 + (time.monotonic() - start) / 2)
        remaining = [int(a.headers["ratelimit-remaining"]) for a in answers]
        self.assertEqual(remaining[:4], [29, 28, 27, 26])
        refused = [a for a in answers if a.status == 429]
        for a in refused:
            self.assertEqual(a.json["code"], "RATE_LIMITED")
            self.assertIn(int(a.headers["retry-after"]), (1, 2))
        keys = self.redis.cli("KEYS", "*").split()
        self.assertTrue(all(key.startswith("gantry:test:") for key in keys), keys)
        self.assertNotIn(address, " ".join(keys))
        self.assertEqual(self.sign_in(self.one, next(self.addresses), "nobody@example.org").headers["ratelimit-remaining"], "29")


if __name__ == "__main__":
    harness.main()
