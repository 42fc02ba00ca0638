"""Other bytes under a stored SOP Instance UID: refused, kept beside or in its place, and the versions that come of it."""
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, instance, multipart, sha256

DICOM = {"Accept": "application/dicom"}
VERSION_COUNT_MAX = 16


class Policy(harness.Case):
    """A server of its own with that policy."""
    policy = None

    @classmethod
    def setUpClass(cls):
        cls.gantry = harness.Gantry(harness.BINARY)
        if cls.policy:
            cls.gantry.environment["GANTRY_DUPLICATES"] = cls.policy
        cls.gantry.start()
        cls.gantry.use_administrator()

    def store(self, *parts, status=200):
        answer = self.gantry.request("POST", "/dicom-web/studies", multipart(parts), STOW)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json

    def path(self, study, number=1):
        return f"/dicom-web/studies/{study}/series/{study}.1/instances/{study}.1.{number}"

    def served(self, study, number=1):
        return self.gantry.get(self.path(study, number), headers=DICOM)

    def instance(self, study, number=1):
        found = self.gantry.get(f"/api/v1/studies?study_instance_uid={study}").json["items"][0]
        series = self.gantry.get(f"/api/v1/studies/{found['id']}/series").json["items"][0]
        every = self.gantry.get(f"/api/v1/series/{series['id']}/instances").json["items"]
        return next(i for i in every if i["sop_instance_uid"] == f"{study}.1.{number}")

    def versions(self, entity, **query):
        answer = self.gantry.get(f"/api/v1/instances/{entity['id']}/versions?" + "&".join(f"{k}={v}" for k, v in query.items()))
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def file(self, entity, version, **headers):
        return self.gantry.get(f"/api/v1/instances/{entity['id']}/versions/{version['id']}/file", headers=headers)

    def verify(self):
        done = self.gantry.run("verify")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout.decode()


class Refuse(Policy):
    def test_it_is_the_default_and_others_are_named(self):
        self.assertIn(b"GANTRY_DUPLICATES=refuse\n", self.gantry.run("config").stdout)
        self.gantry.environment["GANTRY_DUPLICATES"] = "overwrite"
        done = self.gantry.run("config")
        del self.gantry.environment["GANTRY_DUPLICATES"]
        self.assertEqual((done.returncode, b"GANTRY_DUPLICATES" in done.stderr), (78, True), done)

    def test_other_bytes_are_refused(self):
        first = instance(1, "1.5.1", "1.5.1.1")
        self.store(first)
        refused = self.store(instance(1, "1.5.1", "1.5.1.1", name="Other^Name"), status=409)
        self.assertEqual(refused["00081198"]["Value"][0]["00081197"]["Value"], [0x0111])
        self.assertEqual(self.versions(self.instance("1.5.1"))["total"], 0)
        self.assertEqual(self.served("1.5.1").body, first)
        self.assertIn("immutable", self.served("1.5.1").headers["cache-control"])


class Keep(Policy):
    policy = "keep"

    def test_the_first_stays_and_the_other_is_a_version(self):
        first, second = instance(1, "1.5.2", "1.5.2.1"), instance(1, "1.5.2", "1.5.2.1", name="Other^Name", pixels=32)
        self.store(first)
        since = self.gantry.get("/api/v1/changes?limit=1000").json["since"]
        for _ in range(2):
            answer = self.store(second, status=202)
            item = answer["00081199"]["Value"][0]
            self.assertEqual((item["00081196"], item["00081155"]["Value"]), ({"vr": "US", "Value": [0xB000]}, ["1.5.2.1.1"]))
            self.assertNotIn("00081198", answer)
        self.assertNotIn("00081196", self.store(first)["00081199"]["Value"][0])
        self.assertEqual(self.served("1.5.2").body, first)
        self.assertNotIn("immutable", self.served("1.5.2").headers["cache-control"])
        entity = self.instance("1.5.2")
        page = self.versions(entity)
        self.assertEqual((page["total"], page["items"][0]["reason"], page["items"][0]["size"]), (1, "kept", len(second)))
        self.assertEqual(page["items"][0]["user_id"], self.gantry.get("/api/v1/auth/me").json["id"])
        whole = self.file(entity, page["items"][0])
        self.assertEqual((whole.body, whole.headers["content-type"]), (second, "application/dicom"))
        part = self.file(entity, page["items"][0], Range="bytes=128-131")
        self.assertEqual((part.status, part.body, part.headers["content-range"]), (206, b"DICM", f"bytes 128-131/{len(second)}"))
        self.assertEqual(self.file(entity, page["items"][0], Range=f"bytes={len(second)}-").status, 416)
        self.assertEqual(self.file(entity, page["items"][0], **{"If-None-Match": whole.headers["etag"]}).status, 304)
        self.assertEqual(self.gantry.get(f"/api/v1/changes?since={since}").json["items"], [])
        self.assertIn(sha256(second), self.gantry.objects())
        self.verify()

    def test_versions_are_bounded_and_paged(self):
        self.store(instance(1, "1.5.3", "1.5.3.1"))
        sent = [instance(1, "1.5.3", "1.5.3.1", name=f"Name^{n:03}") for n in range(VERSION_COUNT_MAX + 1)]
        for data in sent[:-1]:
            self.store(data, status=202)
        refused = self.store(sent[-1], status=409)["00081198"]["Value"][0]
        self.assertEqual(refused["00081197"]["Value"], [0x0111])
        self.store(sent[0], status=202)
        entity = self.instance("1.5.3")
        pages = [self.versions(entity, page_size=5, page=n)["items"] for n in (1, 2, 3, 4)]
        self.assertEqual([len(p) for p in pages], [5, 5, 5, 1])
        self.assertEqual([sha256(self.file(entity, v).body) for p in pages for v in p], [sha256(d) for d in sent[-2::-1]])

    def test_only_who_may_sees_versions(self):
        self.store(instance(1, "1.5.4", "1.5.4.1"))
        self.store(instance(1, "1.5.4", "1.5.4.1", name="Other^Name"), status=202)
        entity = self.instance("1.5.4")
        version = self.versions(entity)["items"][0]
        path = f"/api/v1/instances/{entity['id']}/versions"
        for role in ("viewer", "referrer"):
            made = self.gantry.request("POST", "/api/v1/users", {"email": role + "@example.org", "name": role, "role": role,
                                                                "password": harness.PASSWORD})
            self.assertEqual(made.status, 201, made.body)
            token = self.gantry.sign_in(role + "@example.org").json["access_token"]
            expected = 200 if role == "viewer" else 403
            for address in (path, f"{path}/{version['id']}/file"):
                self.assertEqual(self.gantry.get(address, token=token).status, expected, (role, address))
            self.assertProblem(self.gantry.request("POST", f"{path}/{version['id']}/restore", token=token), 403, "FORBIDDEN")
        for wrong in ("nonsense", entity["id"]):
            self.assertProblem(self.gantry.get(f"{path}/{wrong}/file"), 404, "NOT_FOUND")
            self.assertProblem(self.gantry.request("POST", f"{path}/{wrong}/restore"), 404, "NOT_FOUND")
        self.assertProblem(self.gantry.get(path.replace(entity["id"], version["id"])), 404, "NOT_FOUND")
        for _ in range(100):  # a refusal is sent first and recorded then
            seen = self.gantry.get("/api/v1/audit-events?action=retrieve_instance_version").json["items"]
            if {"OK", "FORBIDDEN"} <= {e["outcome"] for e in seen}:
                break
            time.sleep(0.05)
        self.assertTrue({"OK", "FORBIDDEN"} <= {e["outcome"] for e in seen}, seen)

    def test_a_version_is_restored(self):
        first, second = instance(1, "1.5.5", "1.5.5.1"), instance(1, "1.5.5", "1.5.5.1", name="Other^Name", pixels=32)
        self.store(first)
        self.store(second, status=202)
        entity = self.instance("1.5.5")
        before = self.gantry.get(self.path("1.5.5") + "/metadata")
        version = self.versions(entity)["items"][0]
        path = f"/api/v1/instances/{entity['id']}/versions/{version['id']}/restore"
        self.assertProblem(self.gantry.request("POST", path, headers={"If-Match": '"99"'}), 412, "PRECONDITION_FAILED")
        done = self.gantry.request("POST", path)
        self.assertEqual((done.status, done.json["id"], done.json["rows"], done.json["size"]), (200, entity["id"], 32, len(second)))
        self.assertEqual(self.served("1.5.5").body, second)
        now = self.gantry.get(self.path("1.5.5") + "/metadata", headers={"If-None-Match": before.headers["etag"]})
        self.assertEqual((now.status, now.json[0]["00100010"]["Value"][0]["Alphabetic"]), (200, "Other^Name"))
        frame = self.gantry.get(self.path("1.5.5") + "/frames/1", headers={"Accept": "application/octet-stream"})
        self.assertEqual(frame.body, second[-32 * 32 * 2:])
        self.assertEqual(self.gantry.get(now.json[0]["7FE00010"]["BulkDataURI"]).body, frame.body)
        self.assertEqual([(v["reason"], v["size"]) for v in self.versions(entity)["items"]], [("restored", len(first))])
        self.assertProblem(self.gantry.request("POST", path), 404, "NOT_FOUND")
        events = self.gantry.get(f"/api/v1/audit-events?action=restore_instance_version&subject_id={entity['id']}").json["items"]
        self.assertIn("OK", [e["outcome"] for e in events])
        self.verify()


class Replace(Policy):
    policy = "replace"

    def test_what_came_is_served_and_what_was_there_a_version(self):
        first = [instance(n, "1.5.6", "1.5.6.1") for n in (1, 2)]
        second = instance(1, "1.5.6", "1.5.6.1", name="Sancho^Panza", pixels=32)
        self.store(*first)
        study = self.gantry.get("/api/v1/studies?study_instance_uid=1.5.6").json["items"][0]
        group = self.gantry.get("/dicom-web/studies/1.5.6").headers["etag"]
        metadata = self.gantry.get("/dicom-web/studies/1.5.6/metadata")
        since = self.gantry.get("/api/v1/changes?limit=1000").json["since"]
        entity = self.instance("1.5.6")
        answer = self.store(second)
        self.assertNotIn("00081196", answer["00081199"]["Value"][0])
        self.assertEqual(self.served("1.5.6").body, second)
        self.assertNotIn("immutable", self.served("1.5.6").headers["cache-control"])
        self.assertEqual(self.instance("1.5.6")["rows"], 32)
        now = self.gantry.get("/api/v1/studies?study_instance_uid=1.5.6").json["items"][0]
        self.assertEqual((now["size"], now["instance_count"]), (study["size"] - len(first[0]) + len(second), 2))
        self.assertEqual(now["patient_name"], "Sancho^Panza")
        self.assertEqual(len(self.gantry.get("/dicom-web/studies?StudyInstanceUID=1.5.6&PatientName=sancho*").json), 1)
        self.assertEqual([s["id"] for s in self.gantry.get("/api/v1/studies?search=panza").json["items"]], [study["id"]])
        self.assertEqual(self.gantry.get("/dicom-web/studies/1.5.6", headers={"If-None-Match": group}).status, 200)
        again = self.gantry.get("/dicom-web/studies/1.5.6/metadata", headers={"If-None-Match": metadata.headers["etag"]})
        self.assertEqual(sorted(x["00280010"]["Value"][0] for x in again.json), [32, 64])
        changes = self.gantry.get(f"/api/v1/changes?since={since}").json["items"]
        self.assertEqual([(c["kind"], c["instance_id"]) for c in changes], [("instance_replaced", entity["id"])])
        version = self.versions(entity)["items"][0]
        self.assertEqual((version["reason"], version["size"]), ("replaced", len(first[0])))
        self.assertEqual(self.file(entity, version).body, first[0])
        self.store(second)
        for n in range(6):  # round in circles
            self.store(first[0] if n % 2 == 0 else second)
        self.assertEqual(self.versions(entity)["total"], 1)
        self.verify()

    def test_nobody_takes_the_place_of_another(self):
        first = instance(1, "1.5.7", "1.5.7.1")
        self.store(first)
        for wrong in (first.replace(b"1.5.7\0", b"1.5.8\0"), first.replace(b"1.5.7.1\0", b"1.5.7.2\0"),
                      instance(1, "1.5.7", "1.5.7.1", patient="SOMEONE-ELSE")):
            refused = self.store(wrong, status=409)["00081198"]["Value"][0]
            self.assertEqual(refused["00081197"]["Value"], [0x0111])
        self.assertEqual(self.versions(self.instance("1.5.7"))["total"], 0)
        self.assertEqual(self.gantry.get("/dicom-web/studies?StudyInstanceUID=1.5.8").json, [])

    def test_in_the_trash_nothing_is_replaced(self):
        first, second = instance(1, "1.5.9", "1.5.9.1"), instance(1, "1.5.9", "1.5.9.1", name="Other^Name")
        self.store(first)
        self.store(second)
        entity = self.instance("1.5.9")
        version = self.versions(entity)["items"][0]
        self.assertEqual(self.gantry.request("DELETE", f"/api/v1/instances/{entity['id']}").status, 200)
        self.store(first, status=409)
        self.assertEqual(self.file(entity, version).status, 404)
        path = f"/api/v1/instances/{entity['id']}/versions/{version['id']}/restore"
        self.assertProblem(self.gantry.request("POST", path), 409, "CONFLICT")
        self.verify()
        self.assertEqual(self.gantry.request("POST", f"/api/v1/instances/{entity['id']}/restore").status, 200)
        self.assertEqual(self.served("1.5.9").body, second)

    def test_two_senders_at_once(self):
        sent = [instance(1, "1.5.10", "1.5.10.1", name=f"Name^{n}") for n in range(8)]
        threads = [threading.Thread(target=self.store, args=(data,)) for data in sent]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        entity = self.instance("1.5.10")
        versions = [self.file(entity, v).body for v in self.versions(entity)["items"]]
        served = self.served("1.5.10").body
        self.assertEqual(sorted(map(sha256, versions + [served])), sorted(map(sha256, sent)))
        study = self.gantry.get("/api/v1/studies?study_instance_uid=1.5.10").json["items"][0]
        self.assertEqual((study["instance_count"], study["size"]), (1, len(served)))
        metadata = self.gantry.get("/dicom-web/studies/1.5.10/metadata").json
        self.assertEqual(metadata[0]["00100010"]["Value"][0]["Alphabetic"].encode() in served, True)
        self.assertEqual(study["patient_name"], metadata[0]["00100010"]["Value"][0]["Alphabetic"])
        self.verify()

    def test_restored_by_several_at_once(self):
        sent = [instance(1, "1.5.11", "1.5.11.1", name=f"Name^{n}") for n in range(5)]
        for data in sent:
            self.store(data)
        entity, outcomes = self.instance("1.5.11"), []

        def restore():
            for v in self.versions(entity)["items"]:
                outcomes.append(self.gantry.request("POST", f"/api/v1/instances/{entity['id']}/versions/{v['id']}/restore").status)

        threads = [threading.Thread(target=restore) for _ in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertTrue(set(outcomes) <= {200, 404} and 200 in outcomes, outcomes)
        bodies = [self.file(entity, v).body for v in self.versions(entity)["items"]] + [self.served("1.5.11").body]
        self.assertEqual(sorted(map(sha256, bodies)), sorted(map(sha256, sent)))


del Policy

if __name__ == "__main__":
    harness.main()
