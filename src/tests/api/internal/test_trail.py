"""What happened: change feed, audit trail, Idempotency-Key; and the wall between organizations."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import PASSWORD, STOW, instance, multipart


class Trail(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.gantry.other_clinic()
        stored = cls.gantry.request("POST", "/dicom-web/studies",
                                    multipart([instance(n, "1.6.1", "1.6.1.1") for n in (1, 2)]), STOW)
        assert stored.status == 200, stored.body
        cls.study = cls.gantry.get("/api/v1/studies?study_instance_uid=1.6.1").json["items"][0]

    def test_the_feed_tells_every_change_in_order(self):
        self.gantry.request("POST", "/dicom-web/studies", multipart([instance(1, "1.6.2", "1.6.2.1")]), STOW)
        study = self.gantry.get("/api/v1/studies?study_instance_uid=1.6.2").json["items"][0]
        self.gantry.request("DELETE", f"/api/v1/studies/{study['id']}")
        self.gantry.request("POST", f"/api/v1/studies/{study['id']}/restore")
        every, since = [], 0
        while True:
            page = self.gantry.get(f"/api/v1/changes?since={since}&limit=2").json
            every += page["items"]
            since = page["since"]
            if not page["has_more"]:
                break
        self.assertEqual([c["sequence"] for c in every], sorted({c["sequence"] for c in every}))
        self.assertEqual([c["kind"] for c in every if c["study_id"] == study["id"]],
                         ["instance_stored", "study_trashed", "study_restored"])
        self.assertEqual(self.gantry.get(f"/api/v1/changes?since={since}").json,
                         {"items": [], "since": since, "has_more": False})
        self.assertProblem(self.gantry.get("/api/v1/changes?limit=1001"), 422, "INVALID")

    def test_nothing_crosses_to_another_organization(self):
        instance_id = self.gantry.get(
            f"/api/v1/series/{self.series()['id']}/instances").json["items"][0]["id"]
        user_id = self.gantry.get("/api/v1/auth/me").json["id"]
        hidden = [f"/api/v1/studies/{self.study['id']}", f"/api/v1/studies/{self.study['id']}/series",
                  f"/api/v1/series/{self.series()['id']}", f"/api/v1/series/{self.series()['id']}/instances",
                  f"/api/v1/instances/{instance_id}", f"/api/v1/users/{user_id}", "/dicom-web/studies/1.6.1",
                  "/dicom-web/studies/1.6.1/metadata", "/dicom-web/studies/1.6.1/series/1.6.1.1",
                  "/dicom-web/studies/1.6.1/series/1.6.1.1/metadata",
                  "/dicom-web/studies/1.6.1/series/1.6.1.1/instances/1.6.1.1.1",
                  "/dicom-web/studies/1.6.1/series/1.6.1.1/instances/1.6.1.1.1/frames/1",
                  "/dicom-web/studies/1.6.1/series/1.6.1.1/instances/1.6.1.1.1/bulkdata/7FE00010"]
        for path in hidden:
            self.assertEqual(self.gantry.get(path).status, 200, path)
            theirs = self.gantry.get(path, token=self.other)
            never = self.gantry.get(path.replace("1.6.1", "1.6.99").replace(self.study["id"], self.study["id"][:-4] + "0000"),
                                    token=self.other)
            self.assertProblem(theirs, 404, "NOT_FOUND")
            self.assertEqual(theirs.json["detail"], never.json["detail"])
        for path in ("/dicom-web/studies", "/dicom-web/series", "/dicom-web/instances", "/dicom-web/studies/1.6.1/series",
                     "/dicom-web/studies?PatientName=*", "/dicom-web/instances?SOPInstanceUID=1.6.1.1.1"):
            answer = self.gantry.get(path, token=self.other)
            self.assertEqual((answer.status, answer.json, answer.headers["x-total-count"]), (200, [], "0"), path)
        for path in ("/api/v1/studies", "/api/v1/studies?search=doe", "/api/v1/studies?trashed=true"):
            self.assertEqual(self.gantry.get(path, token=self.other).json["total"], 0)
        self.assertNotIn("admin@example.org", [u["email"] for u in self.gantry.get("/api/v1/users", token=self.other).json["items"]])
        self.assertEqual(self.gantry.get("/api/v1/changes", token=self.other).json["items"], [])
        for method, path in (("DELETE", f"/api/v1/studies/{self.study['id']}"), ("DELETE", f"/api/v1/users/{user_id}"),
                             ("POST", f"/api/v1/studies/{self.study['id']}/restore")):
            self.assertProblem(self.gantry.request(method, path, token=self.other), 404, "NOT_FOUND")
        self.assertProblem(self.gantry.request("PATCH", f"/api/v1/users/{user_id}", {"name": "x"}, token=self.other),
                           404, "NOT_FOUND")

    def test_the_same_object_in_two_organizations_is_two_instances(self):
        data = instance(7, "1.6.7", "1.6.7.1")
        for token in (self.gantry.token, self.other):
            stored = self.gantry.request("POST", "/dicom-web/studies", multipart([data]), STOW, token=token)
            self.assertEqual(stored.status, 200)
            same = self.gantry.get("/dicom-web/studies/1.6.7/series/1.6.7.1/instances/1.6.7.1.7", token=token,
                                   headers={"Accept": "application/dicom"})
            self.assertEqual(same.body, data)
        study = self.gantry.get("/api/v1/studies?study_instance_uid=1.6.7", token=self.other).json["items"][0]
        self.assertEqual(self.gantry.request("DELETE", f"/api/v1/studies/{study['id']}", token=self.other).status, 200)
        self.assertEqual(len(self.gantry.get("/dicom-web/studies?StudyInstanceUID=1.6.7").json), 1)

    def series(self):
        return self.gantry.get(f"/api/v1/studies/{self.study['id']}/series").json["items"][0]

    def events(self, **query):
        text = "&".join(f"{k}={v}" for k, v in query.items())
        return self.gantry.get(f"/api/v1/audit-events?page_size=200&{text}").json["items"]

    def test_reads_and_writes_are_on_the_trail(self):
        viewer = self.gantry.request("POST", "/api/v1/users", {"email": "reader@example.org", "name": "Reader",
                                                               "role": "viewer", "password": PASSWORD}).json
        self.assertEqual(self.gantry.sign_in("reader@example.org", "wrong-password").status, 401)
        token = self.gantry.sign_in("reader@example.org").json["access_token"]
        for _ in range(3):
            self.gantry.get("/dicom-web/studies/1.6.1/metadata", token=token)
        self.gantry.request("DELETE", f"/api/v1/studies/{self.study['id']}", token=token)
        self.gantry.request("POST", "/dicom-web/studies", multipart([instance(9)]), STOW, token=token)
        for _ in range(100):  # a refusal is sent first and recorded then
            mine = self.events(user_id=viewer["id"])
            if ("store_instance", "FORBIDDEN") in [(e["action"], e["outcome"]) for e in mine]:
                break
            time.sleep(0.05)
        else:
            self.fail(mine)
        seen = [(e["action"], e["outcome"], e.get("subject_id")) for e in mine]
        self.assertIn(("retrieve_metadata", "OK", self.study["id"]), seen)
        self.assertIn("FORBIDDEN", [outcome for action, outcome, _ in seen if action == "trash_study"])
        about = [e["action"] for e in self.events(subject_id=viewer["id"])]
        self.assertIn("sign_in", about)
        self.assertIn("count_sign_in_failure", about)
        page = self.gantry.get("/api/v1/audit-events?page_size=2").json
        following = self.gantry.get(f"/api/v1/audit-events?page_size=2&cursor={page['next']}").json
        self.assertFalse({e["id"] for e in page["items"]} & {e["id"] for e in following["items"]})
        self.assertProblem(self.gantry.get("/api/v1/audit-events", token=token), 403, "FORBIDDEN")
        self.assertProblem(self.gantry.get("/api/v1/audit-events?cursor=x"), 422, "INVALID")

    def test_further_reads_are_counted_and_the_trail_holds(self):
        before = self.gantry.get("/api/v1/auth/me").json["id"]
        for _ in range(5):
            self.gantry.get("/dicom-web/studies/1.6.1/series/1.6.1.1/instances/1.6.1.1.1")
        self.gantry.stop()
        verify = self.gantry.run("verify")
        self.assertEqual((verify.returncode, b"0 trails broken" in verify.stdout), (0, True), verify.stdout)
        subject = self.study["id"] if harness.ENGINE == "postgres" else self.study["id"].replace("-", "")
        counted = self.gantry.sql("SELECT sum(count) FROM audit_events WHERE subject_id = "
                                  f"{'' if harness.ENGINE == 'postgres' else 'x'}'{subject}'")
        self.assertGreaterEqual(int(counted[0][0]), 5)
        key, outcome = self.gantry.sql("SELECT key, outcome FROM audit_events ORDER BY key LIMIT 1 OFFSET 2")[0]
        self.gantry.sql(f"UPDATE audit_events SET outcome = 'NOT_FOUND' WHERE key = {key}")
        broken = self.gantry.run("verify")
        self.gantry.sql(f"UPDATE audit_events SET outcome = '{outcome}' WHERE key = {key}")
        self.assertEqual((broken.returncode, b"1 trails broken" in broken.stdout), (65, True), broken.stdout)
        type(self).gantry.start()
        self.gantry.use_administrator()
        type(self).other = self.gantry.sign_in("other@example.org").json["access_token"]
        self.assertEqual(self.gantry.get("/api/v1/auth/me").json["id"], before)

    def test_a_request_sent_again_under_its_key_has_one_effect(self):
        body = {"email": "once@example.org", "name": "Once", "role": "viewer", "password": PASSWORD}
        key = {"Idempotency-Key": "k-1"}
        first = self.gantry.request("POST", "/api/v1/users", body, key)
        again = self.gantry.request("POST", "/api/v1/users", body, key)
        self.assertEqual((first.status, again.status, again.body), (201, 201, first.body))
        self.assertEqual(again.headers["etag"], first.headers["etag"])
        self.assertProblem(self.gantry.request("POST", "/api/v1/users", {**body, "name": "Twice"}, key), 409, "CONFLICT")
        self.assertProblem(self.gantry.request("POST", "/api/v1/users", body), 409, "CONFLICT")
        self.assertEqual(self.gantry.request("POST", "/api/v1/users", {**body, "email": "theirs@example.org"}, key,
                                             token=self.other).status, 201)
        self.assertProblem(self.gantry.request("POST", "/api/v1/users", body, {"Idempotency-Key": "x" * 129}), 400, "MALFORMED")
        self.assertEqual(len([e for e in self.events(action="create_user") if e["outcome"] == "OK"]),
                         len({e["id"] for e in self.events(action="create_user") if e["outcome"] == "OK"}))

    def test_search_results_are_revalidated(self):
        path = "/dicom-web/studies?StudyInstanceUID=1.6.1"
        first = self.gantry.get(path)
        same = self.gantry.get(path, headers={"If-None-Match": first.headers["etag"]})
        self.assertEqual((same.status, same.body), (304, b""))

    def test_keys_are_at_the_well_known_place(self):
        keys = self.gantry.get("/.well-known/jwks.json", token=None).json["keys"]
        self.assertEqual([(k["kty"], k["alg"]) for k in keys], [("EC", "ES256")])


if __name__ == "__main__":
    harness.main()
