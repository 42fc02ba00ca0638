"""Rules of retention by night, and legal holds that nobody gets around."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, instance, multipart

API = "/api/v1"
RULES = API + "/retention-rules"


class Retention(harness.Case):
    def store(self, study, **more):
        answer = self.gantry.request("POST", "/dicom-web/studies", multipart([instance(1, study, study + ".4", patient="P" + study, **more)]), STOW)
        self.assertEqual(answer.status, 200, answer.body)
        return self.gantry.get(f"{API}/studies?study_instance_uid={study}").json["items"][0]["id"]

    def run_now(self):
        until, schedule = time.monotonic() + 20, None
        while schedule is None:  # it ships soon after the start
            self.assertLess(time.monotonic(), until)
            time.sleep(0.05)
            schedule = next((item for item in self.gantry.get(API + "/schedules").json["items"] if item["name"] == "retention" and item["is_shipped"]), None)
        task = self.gantry.request("POST", f"{API}/schedules/{schedule['id']}/run").json
        while task["state"] not in ("succeeded", "failed"):
            time.sleep(0.05)
            task = self.gantry.get(f"{API}/tasks/{task['id']}").json
        self.assertEqual(task["state"], "succeeded", task)
        return task["outcome"]

    def test_what_is_due_goes_by_night_but_what_is_held(self):
        old, held, other, young = (self.store(f"1.2.50.{i}", modality=modality) for i, modality in enumerate(("CR", "CR", "MR", "CR")))
        aged = ", ".join(f"'1.2.50.{i}'" for i in range(3))
        self.gantry.sql(f"UPDATE studies SET created_at = created_at - 11 * 86400000000 WHERE study_instance_uid IN ({aged})")
        made = self.gantry.request("POST", RULES, {"name": "radiographs", "modality": "CR", "days": 10})
        self.assertEqual(made.status, 201, made.body)
        rule = made.json
        self.assertEqual((rule["counted_from"], rule["is_enabled"]), ("received", True))
        placed = self.gantry.request("PUT", f"{API}/studies/{held}/legal-hold", {"reason": "proceedings 12/2026"})
        self.assertEqual((placed.status, placed.json["reason"]), (200, "proceedings 12/2026"), placed.body)
        seen, = self.gantry.get(RULES + "/preview").json["items"]
        self.assertEqual((seen["rule_id"], seen["study_count"], seen["held_count"]), (rule["id"], 1, 1))
        self.assertGreater(seen["size"], 1000)
        self.assertEqual(self.run_now(), "1 studies were moved to the trash")
        left = {item["id"] for item in self.gantry.get(API + "/studies").json["items"]}
        self.assertNotIn(old, left)
        self.assertLessEqual({held, other, young}, left)
        # nobody moves it, by whatever door
        for method, path in (("DELETE", f"{API}/studies/{held}"), ("DELETE", "/dicom-web/studies/1.2.50.1"), ("DELETE", "/dicom-web/studies/1.2.50.1/series/1.2.50.1.4"),
                             ("DELETE", "/dicom-web/studies/1.2.50.1/series/1.2.50.1.4/instances/1.2.50.1.4.1")):
            self.assertEqual(self.gantry.request(method, path).status, 409, path)
        self.assertEqual(self.gantry.request("DELETE", f"{API}/studies/{held}/legal-hold").status, 422)
        lifted = self.gantry.request("DELETE", f"{API}/studies/{held}/legal-hold?reason=settled")
        self.assertEqual(lifted.status, 204, lifted.body)
        self.assertEqual(self.gantry.get(f"{API}/studies/{held}/legal-hold").status, 404)
        self.assertEqual(self.run_now(), "1 studies were moved to the trash")
        told = [row[0] for row in self.gantry.sql("SELECT payload FROM outbox WHERE type = 'legal_hold_changed' ORDER BY key")]
        self.assertEqual(len(told), 2)
        self.assertIn("settled", told[1])
        actions = {item["action"] for item in self.gantry.get(API + "/audit-events?page_size=200").json["items"]}
        self.assertLessEqual({"place_legal_hold", "lift_legal_hold", "create_retention_rule", "trash_study"}, actions)
        self.assertEqual(self.gantry.request("DELETE", f"{RULES}/{rule['id']}", headers={}).status, 204)

    def test_by_the_date_of_the_study(self):
        study = self.store("1.2.60", date="20100101", modality="US")
        self.store("1.2.61", date="", modality="US")
        made = self.gantry.request("POST", RULES, {"name": "by date", "modality": "US", "counted_from": "study_date", "days": 3650, "is_enabled": False})
        self.assertEqual(made.status, 201, made.body)
        self.assertEqual([item["study_count"] for item in self.gantry.get(RULES + "/preview").json["items"] if item["name"] == "by date"], [1])
        self.run_now()
        self.assertEqual(self.gantry.get(f"{API}/studies/{study}").status, 200)
        changed = self.gantry.request("PATCH", f"{RULES}/{made.json['id']}", {"is_enabled": True}, {"If-Match": '"1"'})
        self.assertEqual((changed.status, changed.json["version"]), (200, 2), changed.body)
        self.assertEqual(self.gantry.request("PATCH", f"{RULES}/{made.json['id']}", {"days": 1}, {"If-Match": '"1"'}).status, 412)
        self.run_now()
        self.assertEqual([item["study_instance_uid"] for item in self.gantry.get(API + "/studies?search=ACCP1.2.6").json["items"]], ["1.2.61"])
        self.assertEqual(self.gantry.request("DELETE", f"{RULES}/{made.json['id']}").status, 204)
        for wrong in ({}, {"name": "x"}, {"name": "x", "days": 0}, {"name": "x", "days": 99999}, {"name": "x", "days": 1, "modality": "ct"}):
            self.assertEqual(self.gantry.request("POST", RULES, wrong).status, 422, wrong)


    def test_what_was_in_the_trash_long_enough_is_gone_for_good(self):
        old, young, reported = (self.store(f"1.2.70.{i}") for i in range(3))
        self.gantry.request("POST", f"{API}/studies/{reported}/reports", {"title": "On it", "sections": [{"heading": "Findings", "text": "None."}]})
        used = self.gantry.get(API + "/organization").json["used_size"]
        for study in (old, young, reported):
            self.assertEqual(self.gantry.request("DELETE", f"{API}/trash/studies/{study}").status, 409)  # it is not in it
            self.assertEqual(self.gantry.request("DELETE", f"{API}/studies/{study}").status, 200)
        self.gantry.sql("UPDATE studies SET trashed_at = trashed_at - 11 * 86400000000 WHERE study_instance_uid IN ('1.2.70.0', '1.2.70.2')")
        self.assertEqual(self.gantry.request("PATCH", API + "/organization", {"trash_days": 10}).status, 422)  # it takes the password
        changed = self.gantry.request("PATCH", API + "/organization", {"trash_days": 10, "password": harness.PASSWORD})
        self.assertEqual((changed.status, changed.json["trash_days"]), (200, 10), changed.body)
        self.assertEqual(self.run_now(), "0 studies were moved to the trash, 2 items left it for good")
        self.assertEqual([self.gantry.get(f"{API}/studies/{study}").status for study in (old, young, reported)], [404, 200, 200])
        self.assertEqual(self.gantry.request("POST", f"{API}/studies/{reported}/restore").status, 409)  # there is nothing to come back
        self.assertEqual(self.gantry.request("POST", f"{API}/studies/{young}/restore").status, 200)
        self.assertLess(self.gantry.get(API + "/organization").json["used_size"], used)
        feed = [(item["kind"], item["study_instance_uid"]) for item in self.gantry.get(API + "/changes?limit=1000").json["items"]]
        self.assertIn(("study_purged", "1.2.70.0"), feed)
        self.assertEqual([kind for kind, uid in feed if uid == "1.2.70.0"], ["study_purged"])
        again = self.store("1.2.70.0")
        self.assertNotEqual(again, old)
        self.assertEqual(self.gantry.get(f"/dicom-web/studies/1.2.70.0/metadata").status, 200)
        # at once
        self.gantry.request("DELETE", f"{API}/studies/{again}")
        self.assertEqual(self.gantry.request("DELETE", f"{API}/trash/studies/{again}").status, 204)
        self.assertEqual(self.gantry.get(f"{API}/studies/{again}").status, 404)
        actions = {item["action"] for item in self.gantry.get(API + "/audit-events?page_size=200").json["items"]}
        self.assertIn("purge_study", actions)
        verify = self.gantry.run("verify")
        self.assertEqual(verify.returncode, 0, verify.stdout + verify.stderr)
        self.gantry.request("PATCH", API + "/organization", {"trash_days": 0, "password": harness.PASSWORD})


if __name__ == "__main__":
    harness.main()
