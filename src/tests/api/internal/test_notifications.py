"""Notifications: who is told of what, once; lists, marks, and the stream that resumes, on one node and on two."""
import http.client
import json
import os
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import PASSWORD, STOW, Gantry, instance, multipart
from nodes import Nodes

API = "/api/v1/notifications"


class Stream:
    """An open GET of one's notifications."""

    def __init__(self, gantry, token=None, last=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", gantry.port, timeout=30)
        headers = {"Authorization": "Bearer " + (token or gantry.token)}
        if last is not None:
            headers["Last-Event-ID"] = str(last)
        self.connection.request("GET", API + "/stream", None, headers)
        self.response = self.connection.getresponse()
        self.status = self.response.status

    def next(self, seconds=5):
        """(id, type, notification), or None when nothing came in that time, or the end."""
        if self.connection.sock:
            self.connection.sock.settimeout(seconds)
        number = name = None
        while True:
            try:
                line = self.response.readline()
            except (socket.timeout, TimeoutError):
                return None
            if not line:
                return None
            if line.startswith(b"id: "):
                number = int(line[4:])
            elif line.startswith(b"event: "):
                name = line[7:].decode().strip()
            elif line.startswith(b"data: "):
                return number, name, json.loads(line[6:])

    def close(self):
        if self.connection.sock:
            self.connection.sock.close()
        self.response.close()
        self.connection.close()


def wait_for(look, seconds=30):
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found or time.monotonic() > end:
            return found
        time.sleep(0.05)


class Notifications(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.gantry = Gantry(harness.BINARY)
        cls.gantry.environment["GANTRY_STUDY_QUIET_SECONDS"] = "1"
        cls.gantry.start()
        cls.gantry.use_administrator()
        cls.count = 0

    def user(self, role="technologist", agent="Browser 1", **more):
        """A new person's token."""
        type(self).count += 1
        email = f"person{self.count}@example.org"
        made = self.gantry.request("POST", "/api/v1/users",
                                   {"email": email, "name": email, "role": role, "password": PASSWORD, **more})
        self.assertEqual(made.status, 201, made.body)
        return self.sign_in(email, agent)

    def sign_in(self, email, agent):
        answer = self.gantry.request("POST", "/api/v1/auth/login", {"email": email, "password": PASSWORD}, token=None,
                                     headers={"User-Agent": agent})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["access_token"]

    def list(self, token, query=""):
        answer = self.gantry.get(API + query, token=token)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def kinds(self, token):
        return [item["kind"] for item in self.list(token)["items"]]

    def store(self, uid):
        stored = self.gantry.request("POST", "/dicom-web/studies", multipart(
            [instance(1, study=uid, series=uid + ".1", name="Secret^Name", patient="SECRET-ID")]), STOW)
        self.assertEqual(stored.status, 200, stored.body)
        return self.gantry.get("/api/v1/studies?search=SECRET-ID&sort=-created_at").json["items"][0]["id"]

    def rebuild(self, study, token):
        answer = self.gantry.request("POST", f"/api/v1/studies/{study}/rebuild", token=token)
        self.assertEqual(answer.status, 202, answer.body)
        return answer.json["id"]

    def test_a_study_and_a_task_are_told_of_to_whom_they_concern(self):
        mine, other, referrer = self.user(), self.user("radiologist"), self.user("referrer")
        study = self.store("1.2.77.1")
        self.assertTrue(wait_for(lambda: "study_received" in self.kinds(mine)))
        self.assertEqual(self.kinds(other), ["study_received"])
        self.assertEqual(self.kinds(referrer), [])
        task = self.rebuild(study, mine)
        self.assertTrue(wait_for(lambda: "task_succeeded" in self.kinds(mine)))
        found = self.list(mine)
        self.assertEqual((found["total"], found["unread_count"]), (2, 2))
        newest, oldest = found["items"]
        self.assertEqual((newest["kind"], newest["subject_id"], newest["title"], newest["href"], newest["read_at"]),
                         ("task_succeeded", task, "Task done: rebuild_study", f"/api/v1/tasks/{task}", None))
        self.assertEqual((oldest["subject_kind"], oldest["href"]), ("study", f"/api/v1/studies/{study}"))
        self.assertEqual(self.gantry.get(oldest["href"], token=mine).status, 200)
        for word in (b"SECRET", b"Secret", b"1.2.77"):
            self.assertNotIn(word, self.gantry.get(API, token=mine).body)
        self.assertEqual(self.kinds(other), ["study_received"])

    def test_marks_and_removals_are_ones_own(self):
        mine, other = self.user(), self.user()
        study = self.store("1.2.77.2")
        self.assertTrue(wait_for(lambda: any(i.get("subject_id") == study for i in self.list(mine)["items"])))
        for _ in range(3):
            task = self.rebuild(study, mine)
            self.assertTrue(wait_for(lambda: any(i.get("subject_id") == task for i in self.list(mine)["items"])))
        tasks = self.list(mine, "?kind=task_succeeded")["items"]
        self.assertEqual(len(tasks), 3)
        middle = tasks[1]["id"]
        for method, rest in (("POST", "/read"), ("DELETE", "")):
            self.assertProblem(self.gantry.request(method, f"{API}/{middle}{rest}", token=other), 404, "NOT_FOUND")
        self.assertProblem(self.gantry.request("POST", API + "/read", {"up_to": middle}, token=other), 404, "NOT_FOUND")
        marked = self.gantry.request("POST", API + "/read", {"up_to": middle}, token=mine).json["count"]
        self.assertGreaterEqual(marked, 2)
        unread = self.list(mine, "?unread=true&kind=task_succeeded")["items"]
        self.assertEqual([item["id"] for item in unread], [tasks[0]["id"]])
        read = self.gantry.request("POST", f"{API}/{tasks[0]['id']}/read", token=mine)
        self.assertEqual(read.status, 200)
        self.assertIsNotNone(read.json["read_at"])
        self.assertEqual(self.gantry.request("POST", f"{API}/{tasks[0]['id']}/read", token=mine).json["read_at"],
                         read.json["read_at"])
        self.gantry.request("POST", API + "/read", token=mine)
        self.assertEqual(self.gantry.get(API + "/unread-count", token=mine).json, {"count": 0})
        self.assertEqual(self.gantry.request("DELETE", f"{API}/{middle}", token=mine).status, 204)
        self.assertProblem(self.gantry.request("DELETE", f"{API}/{middle}", token=mine), 404, "NOT_FOUND")
        gone = self.gantry.request("DELETE", API, token=mine)
        self.assertEqual(gone.status, 200, gone.body)
        self.assertEqual(self.list(mine)["total"], 0)
        self.assertEqual(self.list(mine, "?page=1&page_size=2")["items"], [])
        self.assertProblem(self.gantry.get(API, token=None), 401, "UNAUTHENTICATED")

    def test_shares_and_inboxes_are_told_of_to_their_owner(self):
        mine = self.user("radiologist")
        study = self.store("1.2.77.3")
        made = self.gantry.request("POST", "/api/v1/shares", {"study_ids": [study]}, token=mine)
        self.assertEqual(made.status, 201, made.body)
        link = made.json["token"] if "token" in made.json else made.json["url"].rsplit("/", 1)[1]
        opened = self.gantry.request("POST", f"/public/v1/shares/{link}/open", {}, token=None,
                                     port=self.gantry.public_port)
        self.assertIn(opened.status, (200, 201), opened.body)
        self.assertTrue(wait_for(lambda: "share_opened" in self.kinds(mine)))
        told = [i for i in self.list(mine)["items"] if i["kind"] == "share_opened"]
        self.assertEqual([i["subject_id"] for i in told], [made.json["id"]])

    def test_an_account_tells_its_owner_of_devices_and_passwords(self):
        mine = self.user("referrer", agent="Browser 1.0 (Phone)")  # who hears of no studies
        email = f"person{self.count}@example.org"
        self.assertEqual(self.gantry.request("PATCH", "/api/v1/auth/me", {"language": "de"}, token=mine).status, 200)
        self.sign_in(email, "Browser 1.1 (Phone)")
        self.assertIsNone(wait_for(lambda: self.kinds(mine) or None, 0.5))
        self.sign_in(email, "Browser 1.1 (Desk)")
        self.assertTrue(wait_for(lambda: self.kinds(mine) == ["new_device"]))
        self.assertEqual(self.list(mine)["items"][0]["title"], "Neue Anmeldung: Browser 1.1 (Desk)")
        changed = self.gantry.request("POST", "/api/v1/auth/password/change",
                                      {"old_password": PASSWORD, "new_password": "other-horse-battery"}, token=mine)
        self.assertIn(changed.status, (200, 204), changed.body)
        self.assertTrue(wait_for(lambda: self.kinds(mine) == ["account_changed", "new_device"]))
        self.assertEqual(self.list(mine)["items"][0]["title"], "Ihr Konto wurde geändert: neues Passwort")

    def test_a_stream_goes_on_where_it_was_left(self):
        mine, other = self.user("technologist"), self.user("technologist")
        study = self.store("1.2.77.4")
        self.assertTrue(wait_for(lambda: any(i.get("subject_id") == study for i in self.list(other)["items"])))
        stream, theirs = Stream(self.gantry, mine), Stream(self.gantry, other)
        self.assertEqual((stream.status, stream.response.headers["Content-Type"]), (200, "text/event-stream"))
        tasks = [self.rebuild(study, mine)]
        first = stream.next()
        self.assertEqual((first[1], first[2]["subject_id"]), ("notification", tasks[0]))
        stream.connection.sock.shutdown(socket.SHUT_RDWR)  # the connection is lost
        stream.close()
        for _ in range(3):
            tasks.append(self.rebuild(study, mine))
            wait_for(lambda: any(i.get("subject_id") == tasks[-1] for i in self.list(mine)["items"]))
        rest = Stream(self.gantry, mine, last=first[0])
        got = [rest.next() for _ in range(3)]
        self.assertEqual([event[2]["subject_id"] for event in got], tasks[1:])
        self.assertEqual(sorted(event[0] for event in got), [event[0] for event in got])
        tasks.append(self.rebuild(study, mine))
        self.assertEqual(rest.next()[2]["subject_id"], tasks[-1])
        self.assertIsNone(rest.next(0.7))
        rest.close()
        self.assertIsNone(theirs.next(0.2), "somebody else's")
        theirs.close()
        for wrong in ("x", "-1"):
            self.assertProblem(self.gantry.get(API + "/stream", headers={"Last-Event-ID": wrong}, token=mine), 400,
                               "MALFORMED")

    def test_streams_of_one_person_are_counted(self):
        mine = self.user()
        streams = [Stream(self.gantry, mine) for _ in range(16)]
        try:
            self.assertEqual({stream.status for stream in streams}, {200})
            self.assertProblem(self.gantry.get(API + "/stream", token=mine), 503, "UNAVAILABLE")
        finally:
            for stream in streams:
                stream.close()


class Preferences(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.gantry = Gantry(harness.BINARY)
        cls.gantry.environment["GANTRY_PUBLIC_URL"] = "https://gantry.clinic.example"
        cls.gantry.start()
        cls.gantry.use_administrator()
        stored = cls.gantry.request("POST", "/dicom-web/studies", multipart(
            [instance(1, name="Secret^Name", patient="SECRET-ID")]), STOW)
        assert stored.status == 200, stored.body
        cls.study = cls.gantry.get("/api/v1/studies").json["items"][0]["id"]

    def put(self, status=200, **wishes):
        answer = self.gantry.request("PUT", API + "/preferences", wishes)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json

    def rebuild(self, count):
        for _ in range(count):
            self.gantry.task_ended(self.gantry.request("POST", f"/api/v1/studies/{self.study}/rebuild").json["id"])

    def mails(self):
        return self.gantry.get("/api/v1/mails").json["items"]

    def waiting(self):
        return int(self.gantry.sql("SELECT count(*) FROM notification_mails")[0][0])

    def schedule(self):
        found = wait_for(lambda: [item for item in self.gantry.get("/api/v1/schedules").json["items"]
                                  if item["kind"] == "send_digests"])
        return found[0]["id"]

    def send(self):
        answer = self.gantry.request("POST", f"/api/v1/schedules/{self.schedule()}/run")
        self.assertIn(answer.status, (200, 202), answer.body)
        ran = wait_for(lambda: all(task["state"] != "queued" and task["state"] != "running"
                                   for task in self.gantry.get("/api/v1/tasks?kind=send_digests").json["items"]))
        self.assertTrue(ran)

    def test_what_was_chosen_is_kept_and_what_cannot_be_is_refused(self):
        shown = self.gantry.get(API + "/preferences").json
        self.assertTrue(all(event["in_app"] for event in shown["events"]))
        self.assertTrue({"task_failed", "report_critical", "new_device"} <= {e["event"] for e in shown["events"]})
        kept = self.put(events=[{"event": "task_failed", "in_app": False, "mail": True}], time_zone="Asia/Kathmandu",
                        quiet_from="21:30", quiet_to="06:15", digest="daily", digest_hour=0)
        self.assertEqual(self.gantry.get(API + "/preferences").json, kept)
        event = next(e for e in kept["events"] if e["event"] == "task_failed")
        self.assertEqual((event["in_app"], event["mail"], kept["quiet_to"], kept["digest_hour"]), (False, True, "06:15", 0))
        for bad in ({"events": [{"event": "new_device", "mail": False}]}, {"events": [{"event": "glass_broken", "in_app": False}]},
                    {"events": [{"event": "no_such"}]}, {"time_zone": "Nowhere"}, {"quiet_from": "7:00", "quiet_to": "08:00"},
                    {"digest": "weekly"}, {"digest_hour": 24}, {"events": [{"event": "task_failed"}] * 65}):
            self.put(422, **bad)
        self.assertEqual(self.gantry.get(API + "/preferences").json, kept)
        stale = self.gantry.request("PUT", API + "/preferences", {}, headers={"If-Match": '"999"', "Content-Type": "application/json"})
        self.assertEqual(stale.status, 412)

    def test_mails_wait_for_the_digest_and_are_sent_once_though_workers_are_killed(self):
        self.put(events=[{"event": "task_succeeded", "mail": True}])

        def first():
            self.rebuild(1)  # once there is somebody who delivers events
            time.sleep(0.5)
            return [m for m in self.mails() if m["template_name"] == "task_succeeded"]
        mail = wait_for(first)[0]
        time.sleep(1)  # what is on its way has come
        whole = self.gantry.get(f"/api/v1/mails/{mail['id']}").json
        self.assertNotIn("SECRET", json.dumps(whole))
        self.put(events=[{"event": "task_succeeded", "mail": True}], digest="daily", digest_hour=5, time_zone="Europe/Berlin")
        self.rebuild(4)
        tasks = {t["id"] for t in self.gantry.get("/api/v1/tasks?kind=rebuild_study&page_size=4").json["items"]}
        self.assertTrue(wait_for(lambda: self.waiting() >= 4, 90))
        self.send()
        self.assertGreaterEqual(self.waiting(), 4)  # it is not five o'clock
        for round_ in range(4):
            self.gantry.sql("UPDATE notification_mails SET due_at = 1")
            self.gantry.request("POST", f"/api/v1/schedules/{self.schedule()}/run")
            time.sleep(0.01 * round_)
            self.gantry.kill()
            self.gantry.sql("DELETE FROM leases")
            self.gantry.sql("UPDATE tasks SET next_attempt_at = 1 WHERE state = 2")
            self.gantry.start()
        self.send()
        # those that were asked for by hand are tasks too, and told of
        mails = [self.gantry.get(f"/api/v1/mails/{m['id']}").json for m in self.mails() if m["template_name"] == "notification_digest"]
        links = [line.rsplit("/", 1)[1] for mail in mails for line in mail["text"].splitlines() if "/api/v1/tasks/" in line]
        self.assertLessEqual(tasks, set(links))
        self.assertEqual(len(links), len(set(links)), "mailed twice")
        self.assertIn('<a href="https://gantry.clinic.example/api/v1/tasks/', mails[0]["html"])
        self.assertNotIn("SECRET", json.dumps(mails))

    def test_a_mail_is_looked_at_before_anybody_gets_it(self):
        for event in ("report_critical", "task_failed", "digest"):
            english, german = (self.gantry.get(f"{API}/mail-preview?event={event}&language={language}").json
                               for language in ("en", "de"))
            self.assertNotEqual(english["subject"], german["subject"])
            self.assertIn("Hello Ada Lovelace,", english["text"])
            self.assertIn('lang="de"', german["html"])
        self.assertEqual(self.gantry.get(API + "/mail-preview?event=no_such").status, 404)
        self.assertEqual(self.gantry.get(API + "/mail-preview").status, 200)


class Killed(unittest.TestCase):
    def test_each_is_told_once_whatever_is_killed(self):
        """The process is killed again and again while it tells of tasks that end; then each was told once."""
        gantry = Gantry(harness.BINARY)
        try:
            gantry.start()
            gantry.use_administrator()
            for study in range(2):
                gantry.request("POST", "/dicom-web/studies", multipart(
                    [instance(1, study=f"1.2.78.{study}", series=f"1.2.78.{study}.1")]), STOW)
            studies = [item["id"] for item in gantry.get("/api/v1/studies").json["items"]]
            tasks = []
            for round_ in range(4):
                for _ in range(5):
                    tasks.append(gantry.request("POST", f"/api/v1/studies/{studies[round_ % 2]}/rebuild").json["id"])
                time.sleep(0.02 * round_)
                gantry.kill()
                gantry.sql("DELETE FROM leases")  # of the dead, which would be waited for
                gantry.sql("UPDATE tasks SET next_attempt_at = 1 WHERE state = 2")
                gantry.start()

            def told():
                items = gantry.get(API + "?kind=task_succeeded&page_size=200").json["items"]
                return [item["subject_id"] for item in items] if len(items) >= len(tasks) else None
            found = wait_for(told, 30)
            self.assertEqual(sorted(found or []), sorted(tasks))
        finally:
            gantry.stop()
            gantry.remove()


class TwoNodes(unittest.TestCase):
    def test_a_stream_at_one_node_hears_of_another(self):
        nodes = Nodes()
        try:
            first, second = nodes.nodes
            stored = first.request("POST", "/dicom-web/studies", multipart([instance(1)]), STOW)
            self.assertEqual(stored.status, 200)
            study = first.get("/api/v1/studies").json["items"][0]["id"]
            streams = [Stream(node) for node in nodes.nodes]
            for _ in range(3):
                task = first.request("POST", f"/api/v1/studies/{study}/rebuild").json["id"]
                for stream in streams:
                    event = stream.next(10)
                    while event[2]["kind"] != "task_succeeded":
                        event = stream.next(10)
                    self.assertEqual(event[2]["subject_id"], task)
            for stream in streams:
                stream.close()
        finally:
            nodes.stop()


if __name__ == "__main__":
    harness.main()
