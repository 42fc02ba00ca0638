"""Schedules: made and changed over HTTP, come due in a running worker, and the command line that shows them and the tasks."""
import datetime
import glob
import http.client
import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness

SCHEDULES = "/api/v1/schedules"


class Schedules(harness.Case):
    demo = True

    def make(self, **members):
        body = {"name": self.id().rsplit(".", 1)[1], "kind": "clean_up", "expression": "@daily", **members}
        answer = self.gantry.request("POST", SCHEDULES, body)
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json

    def get(self, schedule):
        return self.gantry.get(f"{SCHEDULES}/{schedule['id']}").json

    def history(self, schedule):
        return self.gantry.get(f"/api/v1/tasks?subject_id={schedule['id']}").json["items"]

    def wait_for(self, find, seconds=20):
        until = time.monotonic() + seconds
        while not (found := find()):
            self.assertLess(time.monotonic(), until, "it does not come")
            time.sleep(0.05)
        return found

    def test_what_ships_is_there_and_stays(self):
        items = self.wait_for(lambda: [item for item in self.gantry.get(SCHEDULES).json["items"] if item["is_shipped"]])
        self.assertEqual({item["name"] for item in items}, {"check of the storage", "clean-up", "new signing key", "notifications by mail", "retention"})
        shipped = next(item for item in items if item["name"] == "clean-up")
        self.assertEqual(self.gantry.request("DELETE", f"{SCHEDULES}/{shipped['id']}").status, 409)
        off = self.gantry.request("PATCH", f"{SCHEDULES}/{shipped['id']}", {"is_enabled": False})
        self.assertEqual((off.status, off.json.get("next_run_at")), (200, None))

    def test_a_schedule_comes_when_it_is_due(self):
        schedule = self.make(expression="15 3 * * *", time_zone="America/New_York")
        at = datetime.datetime.fromisoformat(schedule["next_run_at"].replace("Z", "+00:00"))
        self.assertIn((at.hour, at.minute), ((7, 15), (8, 15)))
        self.assertEqual(self.history(schedule), [])
        self.gantry.sql(f"UPDATE schedules SET next_run_at = next_run_at - 86400000000 WHERE name = '{schedule['name']}'")
        task = self.gantry.task_ended(self.wait_for(lambda: self.history(schedule))[0]["id"])
        self.assertEqual((task["state"], task["kind"], task["subject_kind"]), ("succeeded", "clean_up", "schedule"))
        after = self.get(schedule)
        self.assertEqual((after["last_task_id"], after["next_run_at"]), (task["id"], schedule["next_run_at"]))
        time.sleep(1.5)
        self.assertEqual(len(self.history(schedule)), 1)

    def test_run_now_and_the_storage_is_read(self):
        schedule = self.make(kind="verify_storage")
        task = self.gantry.task_ended(self.gantry.request("POST", f"{SCHEDULES}/{schedule['id']}/run").json["id"])
        self.assertEqual(task["state"], "succeeded", task)
        count = int(task["outcome"].split()[0])
        self.assertGreater(count, 50)
        victim = next(path for path in glob.glob(self.gantry.folder + "/data/**", recursive=True) if len(os.path.basename(path)) == 64)
        with open(victim, "rb") as file:
            content = file.read()
        os.chmod(victim, 0o600)
        with open(victim, "r+b") as file:
            file.seek(len(content) // 2)
            file.write(bytes([content[len(content) // 2] ^ 1]))
        task = self.gantry.task_ended(self.gantry.request("POST", f"{SCHEDULES}/{schedule['id']}/run").json["id"])
        self.assertEqual((task["state"], task["last_error"]), ("failed", f"{count} objects were read, 1 are damaged or missing"))
        self.assertIn("object_damaged", self.gantry.log())
        with open(victim, "wb") as file:
            file.write(content)

    def test_a_task_is_followed_to_its_end(self):
        schedule = self.make(kind="verify_storage")
        task = self.gantry.request("POST", f"{SCHEDULES}/{schedule['id']}/run").json
        connection = http.client.HTTPConnection("127.0.0.1", self.gantry.port, timeout=60)
        self.addCleanup(connection.close)
        connection.request("GET", f"/api/v1/tasks/{task['id']}/events", headers={"Authorization": "Bearer " + self.gantry.token})
        stream = connection.getresponse()
        self.assertEqual((stream.status, stream.getheader("content-type")), (200, "text/event-stream"))
        events, event = [], {}
        while not events or events[-1]["event"] not in ("succeeded", "failed"):
            line = stream.readline().decode().rstrip("\n")
            name, _, value = line.partition(": ")
            if line == "" and "data" in event:
                events.append(event)
            event = {} if line == "" else {**event, name: value}
        self.assertEqual(events[-1]["event"], "succeeded")
        self.assertEqual(json.loads(events[-1]["data"])["id"], task["id"])
        keys = [int(event["id"]) for event in events]
        self.assertEqual(keys, sorted(set(keys)))
        self.assertEqual(self.gantry.get(f"/api/v1/tasks/00000000-0000-7000-8000-000000000000/events").status, 404)

    def test_what_is_wrong_is_said_where(self):
        answer = self.gantry.request("POST", SCHEDULES, {"name": "x", "kind": "rebuild_study", "expression": "61 * * * *", "time_zone": "Mars/Olympus"})
        self.assertEqual(answer.status, 422)
        self.assertIn("expression", {issue["field"] for issue in answer.json["issues"]})
        answer = self.gantry.request("POST", SCHEDULES, {"name": "x", "kind": "rebuild_study", "expression": "@daily", "time_zone": "Mars/Olympus"})
        self.assertEqual({issue["field"] for issue in answer.json["issues"]}, {"kind", "time_zone"})
        self.make(name="taken")
        self.assertEqual(self.gantry.request("POST", SCHEDULES, {"name": "taken", "kind": "clean_up", "expression": "@daily"}).status, 409)
        schedule = self.make(name="versions")
        self.assertEqual(self.gantry.request("PATCH", f"{SCHEDULES}/{schedule['id']}", {"name": "other"}, {"If-Match": '"7"'}).status, 412)
        self.assertEqual(self.gantry.request("DELETE", f"{SCHEDULES}/{schedule['id']}").status, 204)
        self.assertEqual(self.gantry.get(f"{SCHEDULES}/{schedule['id']}").status, 404)

    def test_the_command_line(self):
        schedule = self.make(name="from-the-line")
        listed = self.gantry.run("schedules").stdout.decode()
        self.assertIn("from-the-line", listed)
        self.assertIn("@daily", listed)
        done = self.gantry.run("schedules", "run", "from-the-line")
        self.assertEqual(done.returncode, 0, done.stderr)
        task = self.gantry.task_ended(done.stdout.decode().split()[0])
        self.assertEqual(task["subject_id"], schedule["id"])
        self.assertIn(task["id"], self.gantry.run("tasks", "list", "--kind=clean_up", "--state=succeeded").stdout.decode())
        self.assertNotIn(task["id"], self.gantry.run("tasks", "list", "--state=failed").stdout.decode())
        self.assertIn('"clean_up"', self.gantry.run("tasks", "show", task["id"]).stdout.decode())
        self.assertIn("has ended", self.gantry.run("tasks", "cancel", task["id"]).stderr.decode())
        self.assertIn(" off ", self.gantry.run("schedules", "disable", "from-the-line").stdout.decode())
        self.assertFalse(self.get(schedule)["is_enabled"])
        for wrong in (("tasks", "show", "x"), ("tasks", "what"), ("schedules", "run", "nothing"), ("tasks", "list", "--state=odd")):
            self.assertNotEqual(self.gantry.run(*wrong).returncode, 0, wrong)


if __name__ == "__main__":
    harness.main()
