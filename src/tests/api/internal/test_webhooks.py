"""Webhooks against a real receiver that fails in every way: each event arrives, signed, in order, under one identifier; what is not to
be asked is not asked; nobody holds the others up; workers that are killed lose nothing."""
import itertools
import os
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "../../servers")]
import harness
from harness import PASSWORD, STOW, Gantry, instance, multipart
from smtp import Certificates
from webhook_receiver import Receiver

API = "/api/v1/webhooks"
SETTINGS = {"GANTRY_WEBHOOK_RETRY_SECONDS": "1", "GANTRY_WEBHOOK_TIMEOUT_SECONDS": "1",
            "GANTRY_OUTBOUND_ALLOW": "127.0.0.1/32", "GANTRY_OUTBOUND_PLAIN": "1"}


def wait_for(look, seconds=15):
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found or time.monotonic() > end:
            return found
        time.sleep(0.05)


class Webhooks(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.certificates = Certificates()
        cls.gantry = Gantry(harness.BINARY)
        cls.gantry.environment.update(SETTINGS, GANTRY_OUTBOUND_CA=cls.certificates.ca, GANTRY_BEHIND_PROXY="1")
        cls.visitors = itertools.count(1)
        cls.gantry.start()
        cls.gantry.use_administrator()
        stored = cls.gantry.request("POST", "/dicom-web/studies", multipart(
            [instance(1, name="Secret^Name", patient="SECRET-ID")]), STOW)
        assert stored.status == 200, stored.body
        cls.study = cls.gantry.get("/api/v1/studies").json["items"][0]["id"]
        made = cls.gantry.request("POST", "/api/v1/shares", {"study_ids": [cls.study], "max_uses": 0})
        made = made if made.status == 201 else cls.gantry.request("POST", "/api/v1/shares", {"study_ids": [cls.study]})
        assert made.status == 201, made.body
        cls.link = made.json["token"] if "token" in made.json else made.json["url"].rsplit("/", 1)[1]

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.certificates.remove()

    def setUp(self):
        self.receivers = []

    def tearDown(self):
        for item in self.gantry.get(API).json["items"]:
            self.gantry.request("DELETE", f"{API}/{item['id']}")
        for receiver in self.receivers:
            receiver.stop()

    def receiver(self, behaviour=200, context=None):
        self.receivers.append(Receiver(behaviour, context))
        return self.receivers[-1]

    def make(self, receiver, events=("share.opened",), **more):
        made = self.gantry.request("POST", API, {"url": getattr(receiver, "url", receiver), "events": list(events), **more})
        self.assertEqual(made.status, 201, made.body)
        return made.json

    def tell(self, count=1):
        """As many events: the share is opened, each time from elsewhere."""
        for _ in range(count):
            opened = self.gantry.request("POST", f"/public/v1/shares/{self.link}/open", {}, token=None,
                                         headers={"X-Forwarded-For": f"10.0.0.{next(self.visitors)}"}, port=self.gantry.public_port)
            self.assertIn(opened.status, (200, 201), opened.body)

    def deliveries(self, webhook, query=""):
        answer = self.gantry.get(f"{API}/{webhook['id']}/deliveries?page_size=200{query}")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["items"]

    def delivered(self, webhook, count, seconds=15):
        """Those that were taken, newest first, once there are so many."""
        return wait_for(lambda: (lambda found: found if len(found) >= count else None)(
            self.deliveries(webhook, "&state=delivered")), seconds)

    def test_each_event_arrives_once_in_order_and_signed(self):
        receiver = self.receiver()
        webhook = self.make(receiver, ["share.opened", "task.succeeded"], description="for the RIS")
        self.tell(5)
        self.gantry.request("POST", f"/api/v1/studies/{self.study}/rebuild")
        self.assertTrue(self.delivered(webhook, 6))
        got = receiver.received
        self.assertEqual(len(got), 6)
        self.assertEqual(receiver.at_once_max, 1)
        sequences = [delivery.json["sequence"] for delivery in got]
        self.assertEqual(sequences, sorted(sequences))
        self.assertEqual([delivery.json["type"] for delivery in got], ["share.opened"] * 5 + ["task.succeeded"])
        for delivery in got:
            self.assertTrue(delivery.is_signed_with(webhook["secret"]))
            self.assertFalse(delivery.is_signed_with("whsec_" + "A" * 43 + "="))
            self.assertLess(abs(int(delivery.headers["webhook-timestamp"]) - time.time()), 60)
            self.assertEqual(delivery.headers["content-type"], "application/json")
            self.assertNotIn(b"SECRET", delivery.body)
            self.assertNotIn(b"Secret", delivery.body)
        last = got[-1].json
        self.assertEqual(self.gantry.get(last["href"]).json["id"], last["data"]["task_id"])
        items = self.deliveries(webhook)
        self.assertEqual([item["id"] for item in reversed(items)], receiver.ids())
        self.assertEqual({(item["state"], item["response_status"], item["attempt_count"]) for item in items},
                         {("delivered", 200, 1)})
        one = self.gantry.get(f"/api/v1/webhook-deliveries/{items[0]['id']}").json
        self.assertEqual(one["payload"].encode(), got[-1].body)

    def hurry(self):
        """What waits for another attempt is due."""
        self.gantry.sql("UPDATE webhook_deliveries SET next_attempt_at = 1 WHERE state = 0 AND attempt_count <> 0")
        self.gantry.sql("UPDATE webhooks SET next_attempt_at = NULL")
        self.gantry.sql("UPDATE tasks SET next_attempt_at = 1 WHERE state = 1")

    def test_whatever_the_receiver_does_it_is_asked_again_under_the_same_identifier(self):
        plans = [[500, "hang", 200], ["reset", "drip", 200], ["break", 302, 200], [429, 404, 200]]
        receivers = [self.receiver(lambda _, steps=list(steps): steps.pop(0) if steps else 200) for steps in plans]
        webhooks = [self.make(receiver) for receiver in receivers]
        self.tell()

        def last(webhook):
            items = self.deliveries(webhook)
            return items and items[0]["state"] == "delivered" and items[0]
        end = time.monotonic() + 30
        while not all(last(webhook) for webhook in webhooks) and time.monotonic() < end:
            self.hurry()
            time.sleep(0.3)
        for webhook, receiver, plan in zip(webhooks, receivers, plans, strict=True):
            with self.subTest(plan=plan):
                [item] = self.deliveries(webhook)
                self.assertEqual((item["state"], item["response_status"], item["attempt_count"]), ("delivered", 200, 3))
                self.assertEqual((len(receiver.received), len(set(receiver.ids()))), (3, 1))
                self.assertEqual(len({delivery.body for delivery in receiver.received}), 1)
                self.assertTrue(all(delivery.is_signed_with(webhook["secret"]) for delivery in receiver.received))
                self.assertNotIn("last_error", item)
                shown = self.gantry.get(f"{API}/{webhook['id']}").json
                self.assertEqual((shown["failure_count"], shown["is_active"]), (0, True))

    def test_a_huge_answer_is_none(self):
        webhook = self.make(self.receiver("flood"))
        self.tell()
        [item] = wait_for(lambda: [i for i in self.deliveries(webhook) if i.get("last_error")])
        self.assertEqual((item["response_status"], item["last_error"]), (0, "the answer is larger than the limit"))
        self.assertLess(item["duration_ms"], 1000)

    def test_gone_deactivates_and_the_administrators_hear_of_it(self):
        receiver = self.receiver(410)
        webhook = self.make(receiver)
        self.tell()
        shown = wait_for(lambda: (lambda w: w if not w["is_active"] else None)(self.gantry.get(f"{API}/{webhook['id']}").json))
        self.assertIn("410", shown["deactivated_reason"])
        told = wait_for(lambda: [i for i in self.gantry.get("/api/v1/notifications?kind=webhook_deactivated").json["items"]
                                 if i["subject_id"] == webhook["id"]])
        self.assertEqual(told[0]["href"], f"{API}/{webhook['id']}")
        self.tell()
        time.sleep(0.5)
        self.assertEqual(len(receiver.received), 1)
        self.assertProblem(self.gantry.request("POST", f"{API}/{webhook['id']}/test"), 409, "CONFLICT")
        receiver.behaviour = 200
        self.gantry.request("PATCH", f"{API}/{webhook['id']}", {"is_active": True})
        self.assertTrue(self.delivered(webhook, 1), "what waited is sent")

    def test_tls_is_verified(self):
        good, bad = self.receiver(context=self.certificates.context()), None
        other = Certificates("DNS:elsewhere.example")
        try:
            bad = self.receiver(context=other.context())
            trusted, distrusted = self.make(good), self.make(bad)
            self.tell()
            self.assertTrue(self.delivered(trusted, 1))
            failed = wait_for(lambda: [i for i in self.deliveries(distrusted) if i.get("last_error")])
            self.assertEqual((failed[0]["last_error"], failed[0]["response_status"]), ("the server's certificate is not trusted", 0))
            self.assertEqual(bad.received, [])
        finally:
            other.remove()

    def test_a_slow_receiver_holds_nobody_up(self):
        slow = [self.receiver("hang") for _ in range(6)]
        for receiver in slow:
            self.make(receiver)
        self.tell()
        wait_for(lambda: all(receiver.received for receiver in slow), 5)
        quick = self.receiver()
        webhook = self.make(quick)
        began = time.monotonic()
        self.tell(20)
        self.assertTrue(self.delivered(webhook, 20, 10))
        self.assertLess(time.monotonic() - began, 8)
        self.assertEqual([receiver.at_once_max for receiver in slow], [1] * 6)

    def test_rotation_test_and_redelivery(self):
        receiver = self.receiver()
        webhook = self.make(receiver)
        place = f"{API}/{webhook['id']}"
        tested = self.gantry.request("POST", place + "/test")
        self.assertEqual((tested.status, tested.json["event_type"]), (202, "webhook.test"))
        [item] = self.delivered(webhook, 1)
        self.assertEqual(receiver.received[0].json["type"], "webhook.test")
        rotated = self.gantry.request("POST", place + "/rotate-secret", {"overlap_seconds": 2})
        self.assertEqual(rotated.status, 200, rotated.body)
        again = self.gantry.request("POST", f"/api/v1/webhook-deliveries/{item['id']}/redeliver")
        self.assertEqual(again.status, 202, again.body)
        wait_for(lambda: len(receiver.received) == 2)
        second = receiver.received[1]
        self.assertEqual((second.id, second.body), (receiver.received[0].id, receiver.received[0].body))
        self.assertTrue(second.is_signed_with(webhook["secret"]) and second.is_signed_with(rotated.json["secret"]))
        time.sleep(2.1)
        self.gantry.request("POST", place + "/test")
        wait_for(lambda: len(receiver.received) == 3)
        third = receiver.received[2]
        self.assertTrue(third.is_signed_with(rotated.json["secret"]))
        self.assertFalse(third.is_signed_with(webhook["secret"]))
        for answer in (self.gantry.get(place), self.gantry.get(API)):
            self.assertNotIn(b"whsec_", answer.body)
            self.assertNotIn(b"secret", answer.body)

    def test_what_leads_into_the_house_is_not_asked(self):
        refused = ["ftp://127.0.0.1/", "https://user:pass@receiver.example/", "https://x.example/#a",
                   "gopher://127.0.0.1/", "https://", "file:///etc/passwd", "https://x.example/a b"]
        for url in refused:
            with self.subTest(url=url):
                answer = self.gantry.request("POST", API, {"url": url, "events": ["share.opened"]})
                self.assertProblem(answer, 422, "INVALID")
        self.assertEqual(self.gantry.request("POST", API, {"url": "https://x.example/", "events": ["no.such"]}).status, 422)
        refusal = "the address is not one that may be reached from here"
        webhooks = {url: self.make(url) for url in (
            "https://127.0.0.2/", "http://127.0.0.2/", "https://[::1]/", "https://2130706434/", "https://0x7f.2/", "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data", "https://[::ffff:127.0.0.2]/", "https://[fd00::1]/", "https://100.64.0.1/",
            "https://localhost.localdomain/")}
        self.tell()
        for url, webhook in webhooks.items():
            with self.subTest(url=url):
                failed = wait_for(lambda webhook=webhook: [i for i in self.deliveries(webhook) if i.get("last_error")])
                self.assertIn(failed[0]["last_error"], (refusal, "the name of the host is not known"))
                if "localhost" not in url:
                    self.assertEqual(failed[0]["last_error"], refusal)

    def test_programs_manage_them_too(self):
        key = self.gantry.request("POST", "/api/v1/api-keys", {"name": "ris", "scopes": ["webhooks:write"]}).json["api_key"]
        plain = self.gantry.request("POST", "/api/v1/api-keys", {"name": "other", "scopes": ["studies:read"]}).json["api_key"]
        port = self.gantry.public_port
        receiver = self.receiver()
        body = {"url": receiver.url, "events": ["*"]}
        self.assertProblem(self.gantry.request("POST", "/public/v1/webhooks", body, token=plain, port=port), 403, "FORBIDDEN")
        made = self.gantry.request("POST", "/public/v1/webhooks", body, token=key, port=port)
        self.assertEqual(made.status, 201, made.body)
        self.tell()
        self.assertTrue(self.delivered(made.json, 1))
        events = self.gantry.get("/public/v1/webhooks/events", token=key, port=port).json["items"]
        self.assertIn("study.received", [event["name"] for event in events])
        stale = self.gantry.request("PATCH", f"/public/v1/webhooks/{made.json['id']}", {"description": "x"}, token=key, port=port,
                                    headers={"If-Match": '"99"'})
        self.assertEqual(stale.status, 412, stale.body)
        self.assertEqual(self.gantry.request("DELETE", f"/public/v1/webhooks/{made.json['id']}", token=key, port=port).status, 204)

    def test_metrics_tell_how_it_goes(self):
        webhook = self.make(self.receiver())
        self.tell()
        self.delivered(webhook, 1)
        text = self.gantry.get("/metrics", token=None).body.decode()
        for name in ('gantry_webhook_attempts_total{outcome="taken"}', "gantry_webhook_attempt_seconds_total",
                     'gantry_webhook_deliveries{state="pending"}', "gantry_webhook_oldest_seconds"):
            self.assertIn(name, text)


class Killed(unittest.TestCase):
    def test_workers_that_are_killed_lose_nothing(self):
        """Killed while it sends, again and again: each event arrives, and what arrives twice has one identifier and one body."""
        gantry = Gantry(harness.BINARY)
        gantry.environment.update(SETTINGS)
        receiver = Receiver(lambda _: time.sleep(0.03) or 200)
        try:
            gantry.start()
            gantry.use_administrator()
            gantry.request("POST", "/dicom-web/studies", multipart([instance(1)]), STOW)
            study = gantry.get("/api/v1/studies").json["items"][0]["id"]
            made = gantry.request("POST", API, {"url": receiver.url, "events": ["task.succeeded"]})
            self.assertEqual(made.status, 201, made.body)
            tasks = []
            for round_ in range(4):
                for _ in range(5):
                    tasks.append(gantry.request("POST", f"/api/v1/studies/{study}/rebuild").json["id"])
                time.sleep(0.1 + 0.07 * round_)
                gantry.kill()
                gantry.sql("DELETE FROM leases")  # of the dead, which would be waited for
                gantry.sql("UPDATE tasks SET next_attempt_at = 1 WHERE state = 2")
                gantry.start()

            def told():
                return {delivery.json["data"]["task_id"] for delivery in receiver.received} >= set(tasks)
            self.assertTrue(wait_for(told, 30))
            by_id = {}
            for delivery in receiver.received:
                self.assertTrue(delivery.is_signed_with(made.json["secret"]))
                by_id.setdefault(delivery.id, set()).add(delivery.body)
            self.assertEqual(len(by_id), len(tasks))
            self.assertEqual({len(bodies) for bodies in by_id.values()}, {1})
            first = list(dict.fromkeys(delivery.json["sequence"] for delivery in receiver.received))
            self.assertEqual(first, sorted(first), "for the first time each in its order")
        finally:
            gantry.stop()
            gantry.remove()
            receiver.stop()


if __name__ == "__main__":
    harness.main()
