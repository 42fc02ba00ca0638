"""Links without an account: what they open and nothing else, until when, how often, and inboxes; albums and their members."""
import itertools
import os
import re
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import PASSWORD

UNKNOWN = "00000000-0000-7000-8000-000000000000"


class Shares(harness.Case):
    addresses = itertools.count()

    @classmethod
    def setUpClass(cls):
        cls.gantry = harness.Gantry(harness.BINARY)
        cls.gantry.environment.update({"GANTRY_LOG_LEVEL": "info", "GANTRY_BEHIND_PROXY": "1"})
        cls.gantry.start()
        cls.gantry.use_administrator()
        parts = [harness.instance(n, study=f"1.2.{s}", series=f"1.2.{s}.{n}", name=f"Secret^Patient{s}", patient=f"P{s}")
                 for s in (10, 11, 12) for n in (1, 2)]
        assert cls.gantry.request("POST", "/dicom-web/studies", harness.multipart(parts), harness.STOW).status == 200
        items = cls.gantry.get("/api/v1/studies?page_size=200").json["items"]
        cls.ids = {item["study_instance_uid"]: item["id"] for item in items}
        cls.public = cls.gantry.public_port

    @classmethod
    def tearDownClass(cls):
        log = cls.gantry.log()
        super().tearDownClass()
        for secret in ("sl_", "sv_", "Secret^Patient", "letmein"):
            assert secret not in log, secret + " is in the log"

    def share(self, path="/api/v1/shares", status=201, **members):
        answer = self.gantry.request("POST", path, members)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json

    def ask(self, method, path, body=None, headers=None, visit=None):
        headers = {"X-Forwarded-For": f"192.0.2.{next(self.addresses) % 250 + 1}", **(headers or {})}  # each visitor is another
        if visit:
            headers["Authorization"] = "Bearer " + visit
        return self.gantry.request(method, path, body, headers, token=None, port=self.public)

    def open(self, token, status=200, **body):
        answer = self.ask("POST", f"/public/v1/shares/{token}/open", body or None)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json

    def images(self, token, path, visit, **options):
        return self.ask("GET", f"/public/v1/shares/{token}/dicom-web{path}", visit=visit, **options)

    def studies_seen(self, token, visit):
        answer = self.images(token, "/studies", visit)
        self.assertEqual(answer.status, 200, answer.body)
        return {item["0020000D"]["Value"][0] for item in answer.json}

    def test_a_link_opens_its_study_and_nothing_else(self):
        made = self.share(f"/api/v1/studies/{self.ids['1.2.10']}/shares", name="second opinion", kind="view")
        self.assertEqual((made["state"], made["has_password"], made["path"]), ("open", False, "/s/" + made["token"]))
        self.assertNotIn("token_hash", made)
        token = made["token"]
        described = self.ask("GET", f"/public/v1/shares/{token}").json
        self.assertEqual((described["kind"], described["state"], described["has_password"]), ("view", "open", False))
        self.assertEqual(self.images(token, "/studies", None).status, 401)
        opened = self.open(token)
        visit = opened["access_token"]
        self.assertEqual((opened["study_instance_uids"], opened["study_count"]), (["1.2.10"], 1))
        self.assertEqual(self.studies_seen(token, visit), {"1.2.10"})
        own = "/studies/1.2.10/series/1.2.10.1"
        for path in ("/studies/1.2.10/series", "/studies/1.2.10/metadata", own + "/metadata", own + "/instances",
                     own + "/instances/1.2.10.1.1/metadata", own + "/instances/1.2.10.1.1/frames/1"):
            self.assertEqual(self.images(token, path, visit).status, 200, path)
        other = "/studies/1.2.11/series/1.2.11.1"
        for path in ("/studies/1.2.11/metadata", other + "/metadata", other + "/instances/1.2.11.1.1/frames/1"):
            self.assertEqual(self.images(token, path, visit).status, 404, path)
        for path in ("/studies/1.2.11/series", other + "/instances"):
            self.assertEqual(self.images(token, path, visit).json, [], path)
        self.assertEqual(self.images(token, "/studies?PatientName=*", visit).json[0]["0020000D"]["Value"], ["1.2.10"])
        self.assertEqual(self.images(token, "/studies?PatientName=Secret%5EPatient11", visit).json, [])
        self.assertEqual(self.images(token, "/instances", visit).status, 200)
        self.assertEqual(len(self.images(token, "/instances", visit).json), 2)

    def test_links_in_answers_lead_to_the_share(self):
        token = self.share(study_ids=[self.ids["1.2.10"]])["token"]
        visit = self.open(token)["access_token"]
        for path in ("/studies", "/studies/1.2.10/series"):
            text = self.images(token, path, visit).body.decode()
            self.assertIn(f"/public/v1/shares/{token}/dicom-web/studies/1.2.10", text)
            self.assertNotIn('"/dicom-web', text)

    def test_downloads_have_to_be_allowed(self):
        for allowed in (False, True):
            token = self.share(study_ids=[self.ids["1.2.10"]], allows_download=allowed)["token"]
            visit = self.open(token)["access_token"]
            for path in ("/studies/1.2.10", "/studies/1.2.10/series/1.2.10.1", "/studies/1.2.10?accept=application/zip"):
                self.assertEqual(self.images(token, path, visit).status, 200 if allowed else 403, path)

    def test_nothing_else_takes_a_visit(self):
        token = self.share(study_ids=[self.ids["1.2.10"]])["token"]
        other = self.share(study_ids=[self.ids["1.2.11"]])["token"]
        visit = self.open(token)["access_token"]
        self.assertEqual(self.images(token, "/studies", visit).status, 200)
        self.assertEqual(self.images(other, "/studies", visit).status, 401)
        bearer = {"Authorization": "Bearer " + visit}
        for path in ("/api/v1/studies", "/dicom-web/studies", "/api/v1/auth/me", "/api/v1/shares"):
            self.assertEqual(self.gantry.request("GET", path, headers=bearer, token=None).status, 401, path)
        self.assertEqual(self.images(token, "/studies", self.gantry.token).status, 401)
        self.assertEqual(self.images(token, "/studies", visit[:-1] + "x").status, 401)
        for path in ("/changes", "/workitems", "/color-palettes"):
            self.assertEqual(self.images(token, path, visit).status, 404, path)
        stow = self.ask("POST", f"/public/v1/shares/{token}/dicom-web/studies", harness.multipart([harness.instance(99)]),
                        harness.STOW, visit)
        self.assertEqual(stow.status, 403)
        delete = self.ask("DELETE", f"/public/v1/shares/{token}/dicom-web/studies/1.2.10", visit=visit)
        self.assertEqual(delete.status, 405)

    def test_a_series_is_all_of_its_study_that_is_seen(self):
        series = self.gantry.get(f"/api/v1/studies/{self.ids['1.2.12']}/series").json["items"]
        one = next(s for s in series if s["series_instance_uid"] == "1.2.12.2")
        token = self.share(series_id=one["id"], allows_download=True)["token"]
        opened = self.open(token)
        visit = opened["access_token"]
        self.assertEqual((opened["study_instance_uids"], opened["series_instance_uid"]), (["1.2.12"], "1.2.12.2"))
        study = self.images(token, "/studies", visit).json[0]
        self.assertEqual((study["00201206"]["Value"], study["00201208"]["Value"]), ([1], [1]))
        seen = self.images(token, "/studies/1.2.12/series", visit).json
        self.assertEqual([s["0020000E"]["Value"][0] for s in seen], ["1.2.12.2"])
        metadata = self.images(token, "/studies/1.2.12/metadata", visit).json
        self.assertEqual([m["0020000E"]["Value"][0] for m in metadata], ["1.2.12.2"])
        whole = self.images(token, "/studies/1.2.12", visit)
        self.assertEqual((whole.status, whole.body.count(b"1.2.12.1\x00") + whole.body.count(b"DICM")), (200, 1))
        self.assertEqual(len(self.images(token, "/instances", visit).json), 1)
        for path in ("/studies/1.2.12/series/1.2.12.1", "/studies/1.2.12/series/1.2.12.1/metadata"):
            self.assertEqual(self.images(token, path, visit).status, 404, path)
        self.assertEqual(self.images(token, "/studies/1.2.12/series/1.2.12.1/instances", visit).json, [])

    def test_a_password_is_asked_for_and_tries_are_counted(self):
        token = self.share(study_ids=[self.ids["1.2.10"]], password="letmein!")["token"]
        self.assertTrue(self.ask("GET", f"/public/v1/shares/{token}").json["has_password"])
        self.open(token, 401)
        self.open(token, 401, password="wrong one")
        visit = self.open(token, password="letmein!")["access_token"]
        for _ in range(5):
            self.open(token, 401, password="wrong one")
        self.open(token, 429, password="letmein!")
        self.assertEqual(self.images(token, "/studies", visit).status, 200)  # who is there stays
        self.share(study_ids=[self.ids["1.2.10"]], password="short", status=422)

    def test_uses_are_counted_one_by_one(self):
        token = self.share(study_ids=[self.ids["1.2.10"]], use_count_max=3)["token"]
        statuses = []

        def try_it():
            statuses.append(self.ask("POST", f"/public/v1/shares/{token}/open").status)
        threads = [threading.Thread(target=try_it) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(statuses), [200] * 3 + [410] * 5)
        self.assertEqual(self.ask("GET", f"/public/v1/shares/{token}").json["state"], "used_up")

    def test_what_is_taken_back_is_closed_at_once(self):
        made = self.share(study_ids=[self.ids["1.2.10"]])
        visit = self.open(made["token"])["access_token"]
        self.assertEqual(self.images(made["token"], "/studies", visit).status, 200)
        self.assertEqual(self.gantry.request("DELETE", f"/api/v1/shares/{made['id']}").status, 204)
        self.assertEqual(self.images(made["token"], "/studies", visit).status, 401)
        self.open(made["token"], 410)
        self.assertEqual(self.gantry.get(f"/api/v1/shares/{made['id']}").json["state"], "revoked")

    def test_it_stops_with_whoever_made_it(self):
        body = {"email": "leaver@example.org", "name": "L", "role": "radiologist", "password": PASSWORD}
        user = self.gantry.request("POST", "/api/v1/users", body).json["id"]
        token = self.gantry.sign_in("leaver@example.org").json["access_token"]
        made = self.gantry.request("POST", f"/api/v1/studies/{self.ids['1.2.10']}/shares", {}, token=token).json
        visit = self.open(made["token"])["access_token"]
        self.assertEqual(self.images(made["token"], "/studies", visit).status, 200)
        gone = self.gantry.request("POST", f"/api/v1/users/{user}/deactivate").json
        self.assertEqual(gone, {"shares": 1, "api_keys": 0})
        deadline = time.monotonic() + 1
        while self.images(made["token"], "/studies", visit).status != 401:
            self.assertLess(time.monotonic(), deadline)
        self.open(made["token"], 410)
        self.assertEqual(self.gantry.get("/api/v1/shares/" + made["id"]).json["state"], "suspended")
        self.assertEqual(self.gantry.request("POST", f"/api/v1/users/{user}/reactivate").status, 204)
        self.assertEqual(self.images(made["token"], "/studies", visit).status, 200)
        self.open(made["token"])

    def test_it_ends_when_it_was_to_end(self):
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
        token = self.share(study_ids=[self.ids["1.2.10"]], expires_at=soon)["token"]
        visit = self.open(token)["access_token"]
        self.assertEqual(self.images(token, "/studies", visit).status, 200)
        time.sleep(3.2)
        self.assertEqual(self.images(token, "/studies", visit).status, 401)
        self.open(token, 410)
        past = "2020-01-01T00:00:00Z"
        far = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 500 * 86400))
        for when in (past, far):
            self.share(study_ids=[self.ids["1.2.10"]], expires_at=when, status=422)

    def test_its_owner_sees_who_came(self):
        made = self.share(study_ids=[self.ids["1.2.10"]], name="for Dr. Ngo")
        for _ in range(2):
            self.ask("POST", f"/public/v1/shares/{made['token']}/open", headers={"User-Agent": "test/1"})
        visits = self.gantry.get(f"/api/v1/shares/{made['id']}/visits").json
        self.assertEqual((visits["total"], visits["items"][0]["user_agent"]), (2, "test/1"))
        self.assertRegex(visits["items"][0]["peer_address"], r"^192\.0\.2\.")
        self.assertEqual(self.gantry.get(f"/api/v1/shares/{made['id']}").json["use_count"], 2)
        of_study = self.gantry.get(f"/api/v1/studies/{self.ids['1.2.10']}/shares").json["items"]
        self.assertIn(made["id"], {item["id"] for item in of_study})
        for item in of_study:
            self.assertNotIn("token", item)

    def test_a_share_is_changed_with_its_version(self):
        made = self.share(study_ids=[self.ids["1.2.10"]])
        path = f"/api/v1/shares/{made['id']}"
        changed = self.gantry.request("PATCH", path, {"allows_download": True, "use_count_max": 9}, {"If-Match": '"1"'})
        self.assertEqual((changed.status, changed.json["allows_download"], changed.json["use_count_max"]), (200, True, 9))
        self.assertEqual(self.gantry.request("PATCH", path, {"name": "x"}, {"If-Match": '"1"'}).status, 412)
        visit = self.open(made["token"])["access_token"]
        self.assertEqual(self.images(made["token"], "/studies/1.2.10", visit).status, 200)

    def test_of_others_nothing_is_there(self):
        made = self.share(study_ids=[self.ids["1.2.10"]])
        self.gantry.request("POST", "/api/v1/users", {"email": "r1@clinic.example", "name": "r", "role": "radiologist",
                                                       "password": PASSWORD})
        radiologist = self.gantry.sign_in("r1@clinic.example").json["access_token"]
        clinic = self.gantry.other_clinic()
        for token in (radiologist, clinic):
            for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/visits")):
                body = {} if method == "PATCH" else None
                self.assertEqual(self.gantry.request(method, f"/api/v1/shares/{made['id']}{path}", body, token=token).status, 404)
            self.assertNotIn(made["id"], self.gantry.get("/api/v1/shares?page_size=200", token=token).body.decode())
        self.assertEqual(self.gantry.request("POST", "/api/v1/shares", {"study_ids": [self.ids["1.2.10"]]}, token=clinic).status, 404)
        self.gantry.request("POST", "/api/v1/users", {"email": "v1@clinic.example", "name": "v", "role": "viewer",
                                                       "password": PASSWORD})
        viewer = self.gantry.sign_in("v1@clinic.example").json["access_token"]
        self.assertEqual(self.gantry.request("POST", "/api/v1/shares", {"study_ids": [self.ids["1.2.10"]]}, token=viewer).status, 403)

    def test_bad_orders_are_refused(self):
        one = self.ids["1.2.10"]
        for members, status in (({}, 422), ({"study_ids": ["x"]}, 422), ({"study_ids": [UNKNOWN]}, 404), ({"kind": "both"}, 422),
                                ({"kind": "inbox", "study_ids": [one]}, 422), ({"study_ids": [one], "album_id": UNKNOWN}, 422),
                                ({"album_id": UNKNOWN}, 404), ({"series_id": UNKNOWN}, 404), ({"study_ids": [one] * 101}, 422),
                                ({"study_ids": [one], "use_count_max": -1}, 422)):
            self.share(status=status, **members)
        for token in ("x", "sl_x", "sl_" + "A" * 43, "sl_" + "%2e" * 43):
            self.assertEqual(self.ask("GET", f"/public/v1/shares/{token}").status, 404, token)
            self.assertEqual(self.ask("POST", f"/public/v1/shares/{token}/open").status, 404, token)

    def test_an_inbox_takes_studies_and_shows_none(self):
        album = self.gantry.request("POST", "/api/v1/albums", {"name": "sent in"}).json
        made = self.share(kind="inbox", album_id=album["id"], name="for referrers")
        token = made["token"]
        visit = self.open(token)["access_token"]
        root = f"/public/v1/shares/{token}/dicom-web"

        def store(number, study, patient="N1"):
            part = harness.instance(number, study=study, series=study + ".1", patient=patient, name="New^Patient")
            return self.ask("POST", root + "/studies", harness.multipart([part]), harness.STOW, visit)
        self.assertEqual(store(501, "1.2.90").status, 200)
        self.assertEqual(store(502, "1.2.90").status, 200)  # more of what was sent
        self.assertEqual(store(501, "1.2.90").status, 200)  # the same again
        refused = store(503, "1.2.10", "P10")               # a study of others
        self.assertEqual(refused.status, 409)
        self.assertNotIn(b"Secret", refused.body)
        existing = harness.instance(1, study="1.2.10", series="1.2.10.1", name="Secret^Patient10", patient="P10")
        again = self.ask("POST", root + "/studies", harness.multipart([existing]), harness.STOW, visit)
        self.assertEqual(again.status, 409)  # not even the same bytes are told
        for path in ("/studies", "/studies/1.2.90/metadata", "/studies/1.2.90"):
            self.assertEqual(self.images(token, path, visit).status, 403, path)
        inside = self.gantry.get(f"/api/v1/albums/{album['id']}/studies").json
        self.assertEqual([s["study_instance_uid"] for s in inside["items"]], ["1.2.90"])
        self.assertEqual(self.gantry.get("/dicom-web/studies?StudyInstanceUID=1.2.90").json[0]["00201208"]["Value"], [2])
        self.assertEqual(self.gantry.request("DELETE", f"/api/v1/albums/{album['id']}").status, 204)
        self.assertEqual(store(504, "1.2.91").status, 200)  # whose album is gone

    def test_an_album_is_seen_by_its_members(self):
        album = self.gantry.request("POST", "/api/v1/albums", {"name": "teaching", "description": "lungs"}).json
        path = f"/api/v1/albums/{album['id']}"
        put = self.gantry.request("POST", path + "/studies", {"study_ids": [self.ids["1.2.10"], self.ids["1.2.11"]]})
        self.assertEqual(put.status, 204, put.body)
        made = self.gantry.request("POST", "/api/v1/users", {"email": "ref@clinic.example", "name": "r", "role": "referrer",
                                                              "password": PASSWORD}).json
        referrer = self.gantry.sign_in("ref@clinic.example").json["access_token"]
        get = lambda where: self.gantry.get(where, token=referrer)
        self.assertEqual((get(path).status, get(path + "/studies").status), (404, 404))
        self.assertEqual(get("/api/v1/albums").json["total"], 0)
        member = self.gantry.request("POST", path + "/members", {"user_id": made["id"]})
        self.assertEqual(member.status, 201, member.body)
        self.assertEqual((get("/api/v1/albums").json["total"], get(path).json["name"]), (1, "teaching"))
        self.assertEqual(get(path + "/studies").json["total"], 2)
        self.assertEqual({s["study_instance_uid"] for s in get("/api/v1/studies").json["items"]}, {"1.2.10", "1.2.11"})
        self.assertEqual((get("/dicom-web/studies/1.2.10/metadata").status, get("/dicom-web/studies/1.2.10").status), (200, 404))
        self.assertEqual(get("/dicom-web/studies/1.2.12/metadata").status, 404)
        self.assertEqual(self.gantry.request("DELETE", path + f"/studies/{self.ids['1.2.11']}").status, 204)
        self.assertEqual(get("/api/v1/studies").json["total"], 1)
        listed = self.gantry.get(path + "/members").json["items"]
        self.assertEqual([m["grantee_id"] for m in listed], [made["id"]])
        self.assertEqual(self.gantry.request("PATCH", path, {"name": "x"}, token=referrer).status, 403)
        token = self.share(album_id=album["id"])["token"]
        visit = self.open(token)["access_token"]
        self.assertEqual(self.studies_seen(token, visit), {"1.2.10"})
        self.gantry.request("POST", path + "/studies", {"study_ids": [self.ids["1.2.12"]]})
        self.assertEqual(self.studies_seen(token, visit), {"1.2.10", "1.2.12"})
        self.assertEqual(self.gantry.request("DELETE", path + f"/members/{member.json['id']}").status, 204)
        self.assertEqual(get("/api/v1/studies").json["total"], 0)
        self.assertEqual(self.gantry.request("DELETE", path).status, 204)
        self.assertEqual(self.studies_seen(token, visit), set())
        self.assertEqual(self.gantry.get("/api/v1/studies/" + self.ids["1.2.10"]).status, 200)

    def test_the_page_is_for_people_and_its_cookie_for_the_share(self):
        token = self.share(study_ids=[self.ids["1.2.10"]])["token"]
        page = self.ask("GET", f"/s/{token}")
        self.assertEqual((page.status, page.headers["content-type"]), (200, "text/html; charset=utf-8"))
        self.assertIn("script-src 'self'", page.headers["content-security-policy"])
        self.assertEqual((page.headers["referrer-policy"], page.headers["cache-control"]), ("no-referrer", "no-store"))
        self.assertNotIn(token.encode(), page.body)
        for name in re.findall(rb'(?:src|href)="(/share/[^"]+)"', page.body):
            self.assertEqual(self.ask("GET", name.decode()).status, 200)
        opened = self.ask("POST", f"/public/v1/shares/{token}/open")
        cookie = opened.headers["set-cookie"]
        for part in ("__Secure-gantry-share=", "; Secure", "HttpOnly", "SameSite=Strict", f"Path=/public/v1/shares/{token};"):
            self.assertIn(part, cookie)
        headers = {"Cookie": cookie.split(";")[0], "Sec-Fetch-Site": "same-origin"}
        self.assertEqual(self.images(token, "/studies", None, headers=headers).status, 200)
        headers["Sec-Fetch-Site"] = "cross-site"
        self.assertEqual(self.images(token, "/studies", None, headers=headers).status, 403)

    def test_what_visitors_saw_is_on_the_trail(self):
        made = self.share(study_ids=[self.ids["1.2.11"]])
        visit = self.open(made["token"])["access_token"]
        self.images(made["token"], "/studies/1.2.11/metadata", visit)
        events = self.gantry.get("/api/v1/audit-events?page_size=200").json["items"]
        actions = {(e["action"], e.get("subject_id")) for e in events}
        self.assertIn(("open_share", made["id"]), actions)
        self.assertIn(("retrieve_metadata", self.ids["1.2.11"]), {(e["action"], e.get("subject_id")) for e in events
                                                                 if made["id"] in (e.get("user_id"), e.get("actor_id"))})


if __name__ == "__main__":
    harness.main()
