"""The audit trail: what each event says, how it is searched and exported, what verify finds when somebody was at it, and what
retention leaves."""
import base64
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import unittest
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import PASSWORD, STOW, Case, instance, multipart, xmllint

DCM = "http://dicom.nema.org/resources/ontology/DCM"


def well_formed(text):
    return ElementTree.fromstring(text)


class Trail(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.viewer = cls.gantry.request("POST", "/api/v1/users", {"email": "reader@example.org", "name": "=cmd|'/C calc'!A0",
                                                                 "role": "viewer", "password": PASSWORD}).json
        data = [instance(i, "1.9.1", "1.9.1.1", patient="=P<1>") for i in range(1, 4)] + [instance(1, "1.9.2", "1.9.2.1")]
        assert cls.gantry.request("POST", "/dicom-web/studies", multipart(data), STOW).status == 200
        cls.studies = {s["study_instance_uid"]: s for s in cls.gantry.get("/api/v1/studies").json["items"]}
        cls.study = cls.studies["1.9.1"]
        cls.reader = cls.gantry.sign_in("reader@example.org").json["access_token"]
        cls.gantry.get("/dicom-web/studies/1.9.1/metadata", token=cls.reader)
        series = cls.gantry.get(f"/api/v1/studies/{cls.study['id']}/series", token=cls.reader).json["items"][0]
        cls.gantry.get(f"/api/v1/series/{series['id']}", token=cls.reader)
        cls.gantry.get("/dicom-web/studies/1.9.1", token=cls.reader, headers={"Accept": "application/zip"})
        cls.gantry.request("DELETE", f"/api/v1/studies/{cls.studies['1.9.2']['id']}", token=cls.reader)
        cls.gantry.request("DELETE", f"/api/v1/studies/{cls.studies['1.9.2']['id']}")
        cls.gantry.sign_in("reader@example.org", "wrong")
        cls.gantry.sign_in("nobody@example.org", "wrong")
        cls.series = series

    def events(self, **query):
        text = "&".join(f"{k}={v}" for k, v in query.items())
        answer = self.gantry.get(f"/api/v1/audit-events?page_size=200&{text}")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["items"]

    def wait_for(self, **query):
        for _ in range(100):
            found = self.events(**query)
            if found:
                return found
            time.sleep(0.05)
        self.fail(query)

    def test_an_event_says_who_from_where_and_what(self):
        read = self.events(action="retrieve_metadata", user_id=self.viewer["id"])[0]
        self.assertEqual({k: read[k] for k in ("actor_kind", "actor_id", "actor_name", "user_id", "subject_kind", "subject_id",
                                               "study_id", "study_instance_uid", "patient_id", "peer_address", "outcome")},
                         {"actor_kind": "user", "actor_id": self.viewer["id"], "actor_name": "reader@example.org",
                          "user_id": self.viewer["id"], "subject_kind": "study", "subject_id": self.study["id"],
                          "study_id": self.study["id"], "study_instance_uid": "1.9.1", "patient_id": "=P<1>",
                          "peer_address": "127.0.0.1", "outcome": "OK"})
        self.assertRegex(read["request_id"], "^[0-9a-f-]{36}$")
        part = self.events(action="get_series", user_id=self.viewer["id"])[0]
        self.assertEqual((part["subject_kind"], part["subject_id"], part["study_id"]),
                         ("series", self.series["id"], self.study["id"]))
        refused = self.wait_for(action="trash_study", outcome="FORBIDDEN")[0]
        self.assertEqual((refused["user_id"], refused["actor_name"]), (self.viewer["id"], "reader@example.org"))

    def test_what_was_stored_is_on_the_trail_once_a_study(self):
        stored = self.events(action="store_instance")
        self.assertEqual({e["study_instance_uid"] for e in stored}, {"1.9.1", "1.9.2"})
        self.assertLess(len(stored), 4)  # one more at most tells how many came behind the first
        self.assertEqual({e["actor_name"] for e in stored}, {"admin@example.org"})

    def test_sign_ins_are_there_those_that_failed_too(self):
        came = self.events(action="sign_in", user_id=self.viewer["id"])
        self.assertEqual((came[0]["actor_kind"], came[0]["actor_name"], came[0]["outcome"]), ("user", "reader@example.org", "OK"))
        failed = self.events(action="count_sign_in_failure")
        self.assertEqual([(e["actor_kind"], e["actor_name"], e["subject_id"], e["outcome"]) for e in failed],
                         [("nobody", "reader@example.org", self.viewer["id"], "UNAUTHENTICATED")])
        nobody = self.gantry.sql("SELECT action, outcome, peer_address FROM audit_events WHERE organization_key = 0 AND "
                                 "action = 'count_sign_in_failure'")
        self.assertEqual(nobody, [["count_sign_in_failure", "UNAUTHENTICATED", "127.0.0.1"]])

    def test_every_filter_filters(self):
        everything = self.events()
        for name in ("user_id", "actor_id", "actor_kind", "subject_id", "subject_kind", "study_id", "action", "outcome",
                     "peer_address"):
            for value in {e[name] for e in everything if name in e}:
                found = self.events(**{name: value, "to": everything[0]["created_at"]})
                self.assertEqual({e.get(name) for e in found} - {value}, set(), name)
                wanted = [e["id"] for e in everything if e.get(name) == value and e["created_at"] < everything[0]["created_at"]]
                self.assertEqual([e["id"] for e in found if e["id"] in wanted], wanted, name)
        middle = everything[len(everything) // 2]["created_at"]
        self.assertEqual([e["id"] for e in self.events(to=middle)], [e["id"] for e in everything if e["created_at"] < middle])
        later = [e["id"] for e in self.events(**{"from": middle})]
        self.assertEqual([i for i in later if i in {e["id"] for e in everything}],
                         [e["id"] for e in everything if e["created_at"] >= middle])
        for wrong in ("from=yesterday", "user_id=7", "colour=red"):
            self.assertProblem(self.gantry.get(f"/api/v1/audit-events?{wrong}"), 422, "INVALID")

    def test_pages_follow_each_other(self):
        everything, cursor = [], ""
        while cursor is not None:
            page = self.gantry.get(f"/api/v1/audit-events?page_size=3&action=store_instance{cursor and '&cursor='}{cursor}").json
            everything += [e["id"] for e in page["items"]]
            cursor = page["next"]
        self.assertEqual(everything, [e["id"] for e in self.events(action="store_instance")])

    def export(self, form, **query):
        text = "".join(f"&{k}={v}" for k, v in query.items())
        answer = self.gantry.get(f"/api/v1/audit-events/export?format={form}{text}")
        self.assertEqual(answer.status, 200, answer.body)
        return answer

    def test_csv_is_safe_to_open(self):
        answer = self.export("csv")
        self.assertTrue(answer.headers["content-type"].startswith("text/csv"))
        self.assertIn("audit-events.csv", answer.headers["content-disposition"])
        rows = list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
        listed = {e["id"]: e for e in self.events()}
        self.assertGreater(len(rows), 8)
        self.assertEqual([int(r["sequence"]) for r in rows], list(range(1, len(rows) + 1)))
        self.assertIn("'=P<1>", {r["patient_id"] for r in rows})
        for row in rows:
            for name, value in listed[row["id"]].items():
                self.assertEqual(row[name], "'=P<1>" if value == "=P<1>" else str(value), name)
            for value in row.values():
                self.assertFalse(value.startswith(("=", "+", "-", "@", "\t")), row)

    def test_lines_of_json_are_what_the_list_says(self):
        answer = self.export("ndjson", action="store_instance")
        self.assertEqual([json.loads(line) for line in answer.body.splitlines()], self.events(action="store_instance")[::-1])
        anchor = json.loads(answer.headers["gantry-audit-anchor"])
        last = [e for e in self.events() if e["sequence"] == anchor["sequence"]][0]
        self.assertEqual(last["hash"], anchor["hash"])
        self.assertEqual(last["action"], "export_audit_events" if last["sequence"] > anchor["sequence"] else last["action"])

    def test_an_export_is_on_the_trail(self):
        before = len(self.events(action="export_audit_events"))
        self.export("csv", outcome="OK")
        self.export("fhir")
        self.assertEqual(len(self.events(action="export_audit_events")), before + 2)
        self.assertEqual(self.events(action="list_audit_events")[0]["actor_name"], "admin@example.org")
        self.assertProblem(self.gantry.get("/api/v1/audit-events/export", token=self.reader), 403, "FORBIDDEN")
        self.wait_for(action="export_audit_events", outcome="FORBIDDEN")
        self.assertProblem(self.gantry.get("/api/v1/audit-events/export?format=docx"), 422, "INVALID")

    def test_fhir_resources_have_what_r4_asks_for(self):
        answer = self.export("fhir")
        self.assertTrue(answer.headers["content-type"].startswith("application/fhir+ndjson"))
        by_action = {}
        for line in answer.body.splitlines():
            r = json.loads(line)
            self.assertEqual(r["resourceType"], "AuditEvent")
            for name in ("id", "type", "recorded", "agent", "source"):
                self.assertIn(name, r)
            self.assertIn(r["action"], "CRUDE")
            self.assertIn(r["outcome"], ("0", "4", "8", "12"))
            self.assertRegex(r["recorded"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
            self.assertTrue(r["type"]["system"] and r["type"]["code"])
            self.assertEqual([a["requestor"] for a in r["agent"]], [True, False])
            self.assertIn("observer", r["source"])
            for entity in r.get("entity", []):
                self.assertFalse("name" in entity and "query" in entity)  # sev-1
                self.assertTrue(entity["what"]["identifier"]["value"])
                for detail in entity.get("detail", []):
                    self.assertTrue(detail["type"] and detail["valueString"])
            by_action[r["subtype"][-1]["code"], r["outcome"]] = r
        read = by_action["retrieve_metadata", "0"]
        self.assertEqual((read["type"]["system"], read["type"]["code"], read["action"]), (DCM, "110103", "R"))
        self.assertEqual(read["entity"][0]["what"]["identifier"], {"system": "urn:dicom:uid", "value": "urn:oid:1.9.1"})
        self.assertEqual((read["entity"][1]["role"]["code"], read["entity"][1]["what"]["identifier"]["value"]), ("1", "=P<1>"))
        self.assertEqual(read["agent"][0]["network"], {"address": "127.0.0.1", "type": "2"})
        self.assertEqual(by_action["count_sign_in_failure", "4"]["subtype"][0]["code"], "110122")

    def test_dicom_messages_are_as_the_standard_lays_them_out(self):
        self.wait_for(action="trash_study", outcome="FORBIDDEN")
        answer = self.export("dicom")
        self.assertEqual(answer.headers["content-type"], "application/xml")
        self.assertEqual(xmllint(answer.body), "")
        messages = {}
        for message in well_formed(answer.body):
            self.assertEqual(xmllint(ElementTree.tostring(message)), "")
            event = message.find("EventIdentification")
            name = event.findall("EventTypeCode")[-1].get("csd-code")
            messages[name, event.get("EventOutcomeIndicator")] = message
        wanted = {("sign_in", "0"): ("110114", "User Authentication", "E"), ("store_instance", "0"): ("110104", "DICOM Instances Transferred", "C"),
                  ("retrieve_metadata", "0"): ("110103", "DICOM Instances Accessed", "R"), ("trash_study", "0"): ("110105", "DICOM Study Deleted", "D"),
                  ("trash_study", "4"): ("110105", "DICOM Study Deleted", "D"), ("retrieve_archive", "0"): ("110106", "Export", "R"),
                  ("list_studies", "0"): ("110112", "Query", "E"), ("create_user", "0"): ("110113", "Security Alert", "E"),
                  ("export_audit_events", "0"): ("110101", "Audit Log Used", "R")}
        for key, (code, text, action) in wanted.items():
            self.assertIn(key, messages)
            event = messages[key].find("EventIdentification")
            got = event.find("EventID")
            self.assertEqual((got.get("csd-code"), got.get("codeSystemName"), got.get("originalText"), event.get("EventActionCode")),
                             (code, "DCM", text, action), key)
        read = messages["retrieve_metadata", "0"]
        who = read.find("ActiveParticipant")
        self.assertEqual((who.get("UserID"), who.get("UserName"), who.get("UserIsRequestor"), who.get("NetworkAccessPointID"),
                          who.get("NetworkAccessPointTypeCode")), (self.viewer["id"], "reader@example.org", "true", "127.0.0.1", "2"))
        study, patient = read.findall("ParticipantObjectIdentification")
        self.assertEqual((study.get("ParticipantObjectID"), study.get("ParticipantObjectTypeCode"), study.get("ParticipantObjectTypeCodeRole"),
                          study.find("ParticipantObjectIDTypeCode").get("csd-code")), ("1.9.1", "2", "3", "110180"))
        self.assertEqual((patient.get("ParticipantObjectID"), patient.get("ParticipantObjectTypeCode"),
                          patient.get("ParticipantObjectTypeCodeRole")), ("=P<1>", "1", "1"))
        media = messages["retrieve_archive", "0"].findall("ActiveParticipant")[-1]
        self.assertEqual(media.find("MediaIdentifier/MediaType").get("csd-code"), "110037")
        alert = messages["create_user", "0"]
        self.assertEqual(alert.find("EventIdentification/EventTypeCode").get("csd-code"), "110137")
        details = {d.get("type"): base64.b64decode(d.get("value")).decode() for d in alert.iter("ParticipantObjectDetail")}
        self.assertEqual(details["Alert Description"], "create_user")

    def test_the_schema_refuses_what_is_none(self):
        answer = self.export("dicom", action="sign_in").body
        self.assertEqual(xmllint(answer), "")
        for old, new in ((b'EventActionCode="E"', b'EventActionCode="X"'), (b'EventOutcomeIndicator="0"', b'EventOutcomeIndicator="1"'),
                         (b'UserIsRequestor="true"', b'UserIsRequestor="perhaps"'), (b"<EventTypeCode", b"<Event")):
            self.assertIn(old, answer)
            self.assertNotEqual(xmllint(answer.replace(old, new)), "", new)

    def test_no_names_of_patients_are_on_the_trail(self):
        for form in ("csv", "ndjson", "fhir", "dicom"):
            self.assertNotIn(b"Doe", self.export(form).body)

    def test_the_end_of_the_trail_is_signed(self):
        anchor = self.gantry.get("/api/v1/audit-events/anchor").json
        self.assertEqual(set(anchor), {"organization_id", "sequence", "hash", "anchored_at", "key_id", "signature"})
        self.assertProblem(self.gantry.get("/api/v1/audit-events/anchor", token=self.reader), 403, "FORBIDDEN")


class Tampering(Case):
    """Each test leaves the trail as it found it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for i in range(12):
            cls.gantry.request("POST", "/api/v1/users", {"email": f"u{i}@example.org", "name": "U", "role": "viewer",
                                                         "password": PASSWORD})
        anchor = cls.gantry.get("/api/v1/audit-events/anchor")
        cls.gantry.request("POST", "/api/v1/users", {"email": "last@example.org", "name": "U", "role": "viewer", "password": PASSWORD})
        cls.gantry.stop()
        cls.kept = cls.gantry.folder + "/kept.ndjson"
        with open(cls.kept, "wb") as kept:
            kept.write(anchor.body + b"\n")
        cls.anchor = anchor.json
        columns = cls.gantry.sql("SELECT key, sequence, created_at FROM audit_events WHERE organization_key = 1 ORDER BY key")
        cls.keys = {int(sequence): int(key) for key, sequence, _ in columns}
        cls.newest = max(cls.keys)
        cls.gantry.sql("CREATE TABLE kept_events AS SELECT * FROM audit_events")

    @classmethod
    def tearDownClass(cls):
        cls.gantry.start()
        super().tearDownClass()

    def restore(self):
        for text in ("DELETE FROM audit_events", "INSERT INTO audit_events SELECT * FROM kept_events"):
            self.gantry.sql(text)

    def verify(self, *arguments):
        done = self.gantry.run("verify", "--audit", *arguments)
        self.assertNotIn(b"gantry:", done.stderr)
        return done.returncode, done.stdout.decode()

    def finds(self, sql, *wanted, arguments=()):
        for text in [sql] if isinstance(sql, str) else sql:
            self.gantry.sql(text)
        try:
            code, text = self.verify(*arguments)
        finally:
            self.restore()
        self.assertEqual(code, 65, text)
        for line in wanted:
            self.assertIn(line, text)
        self.assertRegex(text, r"\(\d{4}-\d\d-\d\dT[^)]*, key \d+\)")
        self.assertEqual(self.verify()[0], 0)

    def test_an_untouched_trail_holds(self):
        code, text = self.verify()
        self.assertEqual(code, 0, text)
        self.assertRegex(text, r"\d+ audit events, 0 trails broken; [1-9]\d* anchors hold")
        self.assertNotIn("instances whole", text)
        code, text = self.verify("--anchors=" + self.kept)
        self.assertEqual((code, "1 anchors hold" in text), (0, True), text)
        self.assertIn("instances whole", self.gantry.run("verify").stdout.decode())
        self.assertEqual(self.gantry.run("verify", "--audit", "--colour").returncode, 64)
        self.assertEqual(self.gantry.run("verify", "--key=short").returncode, 64)
        self.assertNotEqual(self.gantry.run("verify", "--anchors=/nowhere").returncode, 0)

    def test_every_member_that_is_changed_is_found(self):
        at = f"WHERE key = {self.keys[5]}"
        for column, value in (("action", "'x'"), ("outcome", "'x'"), ("peer_address", "'192.0.2.9'"), ("actor_name", "'eve'"),
                              ("actor_kind", "'system'"), ("subject_kind", "'x'"), ("user_id", "NULL"), ("actor_id", "NULL"),
                              ("subject_id", "NULL"), ("patient_id", "'x'"), ("study_instance_uid", "'1.2'"), ("request_id", "'x'"),
                              ("created_at", "created_at + 1"), ("count", "count + 1"), ("hash", "'" + "0" * 64 + "'")):
            with self.subTest(column):
                self.finds(f"UPDATE audit_events SET {column} = {value} {at}", "event 5 was changed")

    def test_removed_events_are_named(self):
        self.finds(f"DELETE FROM audit_events WHERE key = {self.keys[5]}", "events 5 to 5 are missing, before event 6")
        self.finds(f"DELETE FROM audit_events WHERE key BETWEEN {self.keys[5]} AND {self.keys[8]} AND organization_key = 1",
                   "events 5 to 8 are missing, before event 9")
        self.finds(f"DELETE FROM audit_events WHERE key = {self.keys[1]}", "events 1 to 1 are missing, before event 2")

    def test_moved_and_inserted_events_are_found(self):
        a, b = self.keys[5], self.keys[6]
        self.finds([f"UPDATE audit_events SET key = 1000000 WHERE key = {a}", f"UPDATE audit_events SET key = {a} WHERE key = {b}",
                    f"UPDATE audit_events SET key = {b} WHERE key = 1000000"], "event 5 is out of its place")
        columns = ("organization_key, created_at, action, outcome, user_id, subject_id, peer_address, request_id, count, actor_kind, "
                   "actor_id, actor_name, subject_kind, study_id, study_instance_uid, patient_id, sequence, hash")
        new_id = "gen_random_uuid()" if harness.ENGINE == "postgres" else "randomblob(16)"
        self.finds(f"INSERT INTO audit_events(key, id, {columns}) SELECT 1000000, {new_id}, {columns} FROM audit_events "
                   f"WHERE key = {a}", "event 5 is out of its place")

    def test_an_end_that_was_taken_away_is_known_by_the_anchors(self):
        first = self.anchor["sequence"]
        self.finds(f"DELETE FROM audit_events WHERE organization_key = 1 AND sequence >= {first}",
                   f"events {first} to {self.newest} are missing at the end")
        self.finds(f"DELETE FROM audit_events WHERE organization_key = 1 AND sequence >= {first}",
                   f"events {first} to {first} are missing at the end", arguments=("--anchors=" + self.kept,))
        self.finds("DELETE FROM audit_events", f"events 1 to {self.newest} are missing at the end")
        with open(self.gantry.folder + "/none", "w"):
            pass
        self.gantry.sql(f"DELETE FROM audit_events WHERE organization_key = 1 AND sequence >= {first}")
        code, _ = self.verify("--anchors=" + self.gantry.folder + "/none")
        self.restore()
        self.assertEqual(code, 0)  # without an anchor nobody can know: docs/AUDIT.md says so

    def test_a_trail_made_anew_is_not_what_was_anchored(self):
        """Whoever has the database and the program can make a chain that holds."""
        own, kept = self.gantry.folder + "/data/audit-anchors.ndjson", self.gantry.folder + "/anchors-before"
        self.gantry.sql(f"DELETE FROM audit_events WHERE organization_key = 1 AND sequence >= {self.anchor['sequence'] - 3}")
        shutil.move(own, kept)
        type(self).gantry.start()
        self.gantry.use_administrator()
        for i in range(8):
            self.gantry.request("POST", "/api/v1/users", {"email": f"n{i}@example.org", "name": "U", "role": "viewer", "password": PASSWORD})
        self.gantry.stop()
        code, text = self.verify()
        self.assertEqual(code, 0, text)
        code, text = self.verify("--anchors=" + self.kept)
        self.assertEqual(code, 65, text)
        self.assertIn(f"event {self.anchor['sequence']} is not the one that was anchored", text)
        shutil.move(kept, own)
        self.restore()

    def test_anchors_that_are_not_ours(self):
        forged = dict(self.anchor, sequence=self.anchor["sequence"] + 100)
        path = self.gantry.folder + "/forged"
        for anchor, wanted, expected in ((forged, "signature that does not hold", 65), (dict(self.anchor, key_id="AAAA"), "not known here", 0)):
            with open(path, "w") as file:
                file.write("not an anchor\n{}\n" + json.dumps(anchor) + "\n")
            code, text = self.verify("--anchors=" + path)
            self.assertEqual((code, wanted in text), (expected, True), text)

    def test_anchors_verify_without_the_program(self):
        """Ed25519 over what docs/AUDIT.md says, with the key that verify prints."""
        key = re.search(r"public key of this installation's anchors: (\S+)", self.verify()[1]).group(1)
        raw = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
        a = self.anchor
        whole, fraction = a["anchored_at"].rstrip("Z").split(".")
        seconds = int(subprocess.run(["date", "-u", "-d", whole + "Z", "+%s"], stdout=subprocess.PIPE, check=True).stdout)
        text = f"gantry audit anchor\n{a['organization_id']}\n{a['sequence']}\n{a['hash']}\n{seconds * 1000000 + int(fraction)}"
        folder = self.gantry.folder
        for name, content in (("key.der", bytes.fromhex("302a300506032b6570032100") + raw), ("text", text.encode()),
                              ("signature", base64.urlsafe_b64decode(a["signature"] + "=" * (-len(a["signature"]) % 4)))):
            with open(f"{folder}/{name}", "wb") as file:
                file.write(content)
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", folder + "/key.der", "-keyform", "DER", "-rawin",
                               "-in", folder + "/text", "-sigfile", folder + "/signature"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout)


class Retention(unittest.TestCase):
    def test_what_is_old_goes_and_the_chain_holds(self):
        if harness.is_instrumented():
            self.skipTest("faketime and sanitizers both want to be loaded first")
        gantry = harness.Gantry(harness.BINARY)
        gantry.start()
        gantry.use_administrator()
        for i in range(5):
            gantry.request("POST", "/api/v1/users", {"email": f"u{i}@example.org", "name": "U", "role": "viewer", "password": PASSWORD})
        gantry.stop()
        for wrong in ("29", "-1", "100000", "x"):
            gantry.environment["GANTRY_AUDIT_RETENTION"] = wrong
            self.assertEqual(gantry.run("config").returncode, 78, wrong)
        # nothing is old yet, so the program is told that 31 days have passed
        gantry.environment["GANTRY_AUDIT_RETENTION"] = "30"
        faketime = shutil.which("faketime")
        before = int(gantry.sql("SELECT count(*) FROM audit_events")[0][0])
        gantry.binary, gantry.arguments = faketime, ["-f", "+31d", os.path.abspath(harness.BINARY), "serve"]
        gantry.start()
        for _ in range(200):
            left = gantry.sql("SELECT count(*) FROM audit_cuts")[0][0]
            if left != "0":
                break
            time.sleep(0.1)
        gantry.stop()
        gantry.binary = os.path.abspath(harness.BINARY)
        after = int(gantry.sql("SELECT count(*) FROM audit_events WHERE action <> 'remove_audit_events'")[0][0])
        self.assertLess(after, before)
        verified = gantry.run("verify", "--audit")
        self.assertEqual(verified.returncode, 0, verified.stdout)
        gantry.sql("DELETE FROM audit_cuts")
        self.assertEqual(gantry.run("verify", "--audit").returncode, 65)
        gantry.remove()


class Long(Case):
    def test_a_long_export_takes_the_memory_of_a_page(self):
        if harness.ENGINE != "sqlite":
            self.skipTest("the same code on either engine")
        count = 50000
        self.gantry.sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + str(count) + ") INSERT INTO audit_events"
            "(id, organization_key, created_at, action, outcome, peer_address, request_id, count, actor_name, sequence, hash) "
            "SELECT randomblob(16), 1, 1700000000000000 + i, 'get_study', 'OK', '192.0.2.1', 'r', 1, 'x@example.org', 100000 + i, "
            "'" + "0" * 64 + "' FROM n")
        for form, mark in (("csv", b"get_study"), ("dicom", b"<AuditMessage>"), ("fhir", b'"AuditEvent"')):
            before = self.gantry.memory_kib()
            answer = self.gantry.get(f"/api/v1/audit-events/export?format={form}&action=get_study")
            self.assertEqual(answer.body.count(mark), count)
            grown = self.gantry.memory_kib() - before
            if not harness.is_instrumented() and form != "csv":  # the first maps the database's file
                self.assertLess(grown * 1024, len(answer.body) // 3, form)

    def test_whoever_leaves_ends_the_export(self):
        import http.client
        for _ in range(8):  # more than there may be at once
            connection = http.client.HTTPConnection("127.0.0.1", self.gantry.port, timeout=60)
            connection.request("GET", "/api/v1/audit-events/export?format=dicom", headers={"Authorization": "Bearer " + self.gantry.token})
            response = connection.getresponse()
            self.assertEqual(response.read(100)[:5], b"<?xml")
            response.close()
            connection.close()
            for _ in range(100):
                answer = self.gantry.get("/api/v1/audit-events/export?format=csv&action=none")
                if answer.status == 200:
                    break
                time.sleep(0.05)
            self.assertEqual(answer.status, 200)


if __name__ == "__main__":
    harness.main()
