"""Signed addresses: good without other credentials for exactly what was signed, as long as whoever signed it may see it."""
import base64
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../../servers")]
from public import Program, harness, make_key
from harness import PASSWORD, STOW, instance, multipart

STUDY, SERIES = "1.2.840.99.1", "1.2.840.99.1.1"
ONE = f"/dicom-web/studies/{STUDY}/series/{SERIES}/instances/{SERIES}.1"
REVOKED_SECONDS_MAX = 1.0


def store(gantry):
    stored = gantry.request("POST", "/dicom-web/studies", multipart([instance(1, study=STUDY, series=SERIES)]), headers=STOW)
    assert stored.status == 200, stored.body


class Signed(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        store(cls.gantry)
        cls.study = cls.gantry.get("/api/v1/studies").json["items"][0]["id"]
        cls.count = 0

    def user(self, role="viewer"):
        type(self).count += 1
        email = f"u{self.count}@example.org"
        made = self.gantry.request("POST", "/api/v1/users", {"email": email, "name": "U", "role": role, "password": PASSWORD})
        self.assertEqual(made.status, 201, made.body)
        return made.json["id"], email, self.gantry.sign_in(email).json["access_token"]

    def sign(self, path=ONE + "/frames/1", token=True, **more):
        return self.gantry.request("POST", "/api/v1/signed-urls", {"path": path, **more}, token=token)

    def signed(self, path=ONE + "/frames/1", token=True, **more):
        made = self.sign(path, token, **more)
        self.assertEqual(made.status, 201, made.body)
        return made.json["path"]

    def fetch(self, path, method="GET", **options):
        return self.gantry.request(method, path, token=None, **options)

    def test_what_is_signed_is_let_in(self):
        for path, options in ((ONE + "/frames/1", {}), (ONE, {}), (ONE + "?accept=application/dicom", {}), (ONE + "/metadata", {}),
                              (f"/dicom-web/studies/{STUDY}?accept=application/zip", {}), (ONE + "/bulkdata/7FE00010", {}),
                              (f"/dicom-web/wado?requestType=WADO&studyUID={STUDY}&seriesUID={SERIES}&objectUID={SERIES}.1"
                               "&contentType=application%2Fdicom", {})):
            with self.subTest(path=path):
                self.assertEqual(self.fetch(path).status, 401)
                answer = self.fetch(self.signed(path))
                wanted = self.gantry.get(path)
                self.assertEqual((answer.status, answer.body), (200, wanted.body))
                self.assertEqual(answer.headers["content-type"], wanted.headers["content-type"])
                self.assertEqual(answer.headers["cache-control"], "private, no-cache")
                self.assertEqual(answer.headers["referrer-policy"], "no-referrer")
        versions = f"/api/v1/instances/{self.instance_id()}/versions"
        made = self.sign(f"{versions}/{self.instance_id()}/file")
        self.assertEqual(made.status, 201)
        self.assertProblem(self.fetch(made.json["path"]), 404, "NOT_FOUND")

    def instance_id(self):
        series = self.gantry.get(f"/api/v1/studies/{self.study}/series").json["items"][0]["id"]
        return self.gantry.get(f"/api/v1/series/{series}/instances").json["items"][0]["id"]

    def test_ranges_conditions_and_names(self):
        path = self.signed(ONE + "?accept=application/dicom", filename="Bild Müller.dcm")
        whole = self.fetch(path)
        self.assertEqual(whole.headers["content-disposition"], "attachment; filename=\"Bild M_ller.dcm\"; filename*=UTF-8''Bild%20M%C3%BCller.dcm")
        part = self.fetch(path, headers={"Range": "bytes=10-19"})
        self.assertEqual((part.status, part.body), (206, whole.body[10:20]))
        self.assertEqual(self.fetch(path, headers={"If-None-Match": whole.headers["etag"]}).status, 304)
        zipped = self.fetch(self.signed(f"/dicom-web/studies/{STUDY}?accept=application/zip", filename="study.zip"))
        self.assertEqual(zipped.headers["content-disposition"], 'attachment; filename="study.zip"')
        gone = self.fetch(self.signed(ONE + "/frames/9", filename="frame.bin"))
        self.assertEqual((gone.status, gone.headers.get("content-disposition"), gone.headers["cache-control"]), (404, None, "no-store"))

    def test_it_is_good_for_nothing_else(self):
        path = self.signed()
        signature = path.split("signature=")[1]
        claims, mac = signature[3:].split(".")
        raw = bytearray(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        raw[21] ^= 0x40  # ends later
        later = "gs_" + base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=") + "." + mac
        named = "gs_" + base64.urlsafe_b64encode(bytes(raw) + b"x.exe").decode().rstrip("=") + "." + mac
        for other in (path.replace("/frames/1", "/frames/2"), path.replace("/frames/1?", "?"), path.replace("?", "?accept=*/*&"),
                      path + "&accept=*/*", path[:-1] + ("A" if path[-1] != "A" else "B"), path[:-1], path + "A",
                      ONE + "/metadata?signature=" + signature, ONE + "/frames/1?signature=", ONE + "/frames/1?signature=gs_",
                      ONE + "/frames/1?signature=gs_.", ONE + "/frames/1?signature=" + later, ONE + "/frames/1?signature=" + named,
                      ONE + "/frames/1?signature=gs_" + mac + "." + mac):
            with self.subTest(path=other):
                self.assertProblem(self.fetch(other), 401, "UNAUTHENTICATED")
        self.assertEqual(self.fetch(path, "HEAD").status, 401)
        head = self.signed(method="HEAD")
        self.assertEqual((self.fetch(head, "HEAD").status, self.fetch(head).status), (200, 401))
        self.assertEqual(self.fetch(path, "DELETE").status, 405)
        self.assertProblem(self.fetch(path + "&signature=" + signature), 400, "MALFORMED")
        self.assertEqual(self.fetch(path.replace("/frames/", "/%66rames/")).status, 404)
        self.assertEqual(self.fetch(path.replace("1.2.840", "1%2E2.840", 1)).status, 200)  # another spelling of the same
        # where no signature counts, it is no token either
        for place in ("/dicom-web/studies", "/api/v1/studies", "/api/v1/auth/me", ONE + "/frames/1"):
            self.assertEqual(self.gantry.get(place, token=signature).status, 401)
        self.assertEqual(self.fetch("/api/v1/studies?signature=" + signature).status, 401)
        for port in (self.gantry.port, self.gantry.public_port):
            made = self.gantry.request("POST", ("/api" if port == self.gantry.port else "/public") + "/v1/signed-urls?signature=" + signature,
                                       {"path": ONE}, token=None, port=port)
            self.assertEqual(made.status, 401)

    def test_it_ends(self):
        path = self.signed(expires_in=1)
        self.assertEqual(self.fetch(path).status, 200)
        time.sleep(1.1)
        self.assertProblem(self.fetch(path), 401, "UNAUTHENTICATED")

    def test_one_credential_at_a_time(self):
        path = self.signed()
        self.assertProblem(self.gantry.get(path), 400, "MALFORMED")
        _, email, token = self.user()
        self.assertProblem(self.gantry.get(path, token=token), 400, "MALFORMED")
        page = self.gantry.request("POST", "/api/v1/auth/browser-session", {"email": email, "password": PASSWORD}, token=None,
                                   headers={"Sec-Fetch-Site": "same-origin"})
        cookie = page.headers["set-cookie"].split(";")[0]
        answer = self.fetch(path, headers={"Cookie": cookie, "Sec-Fetch-Site": "cross-site"})
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.fetch(path[:-1], headers={"Cookie": cookie}).status, 401)  # it does not stand in for a signature

    def test_what_can_be_signed(self):
        for path in ("/api/v1/studies", "/dicom-web/studies", "/api/v1/auth/me", "/nowhere", ONE + "/frames/1#x", "https://example.org/", "",
                     ONE + "/frames/1 2", ONE + "?signature=gs_x", "/public/v1/dicom-web" + ONE[10:], "/dicom-web/studies/" + "1" * 5000,
                     "/api/v1/audit-events/export", "/dicom-web/workitems/1.2.3"):
            answer = self.sign(path)
            self.assertProblem(answer, 422, "INVALID")
            self.assertEqual(answer.json["issues"][0]["field"], "path")
        for body, field in (({"method": "POST"}, "method"), ({"expires_in": 0}, "expires_in"), ({"expires_in": 3601}, "expires_in"),
                            ({"filename": "a/b"}, "filename"), ({"filename": 'a"b'}, "filename"), ({"filename": "a\r\nX: y"}, "filename"),
                            ({"filename": ".bashrc"}, "filename"), ({"filename": "x" * 151}, "filename")):
            answer = self.sign(**body)
            self.assertProblem(answer, 422, "INVALID")
        self.assertProblem(self.gantry.request("POST", "/api/v1/signed-urls", {"path": ONE, "study_uid": "1.2"}), 422, "INVALID")
        self.assertProblem(self.sign(ONE.replace(STUDY, "1.2.3.4.5.6")), 404, "NOT_FOUND")
        self.assertProblem(self.sign(token=self.user("researcher")[2]), 403, "FORBIDDEN")
        self.assertProblem(self.sign(token=self.gantry_other()), 404, "NOT_FOUND")

    def gantry_other(self):
        return self.gantry.other_clinic()

    def gone_within(self, path, change, *statuses):
        self.assertEqual(self.fetch(path).status, 200)
        change()
        begin = time.monotonic()
        while (status := self.fetch(path).status) == 200:
            self.assertLess(time.monotonic() - begin, 10)
        self.assertLess(time.monotonic() - begin, REVOKED_SECONDS_MAX)
        self.assertIn(status, statuses)

    def test_the_issuers_rights_count(self):
        user, _, token = self.user()
        self.gone_within(self.signed(token=token), lambda: self.gantry.request("POST", "/api/v1/auth/logout", token=token), 401)
        user, _, token = self.user()
        self.gone_within(self.signed(token=token), lambda: self.gantry.request("POST", f"/api/v1/users/{user}/deactivate"), 401)
        user, _, token = self.user()
        self.gone_within(self.signed(token=token), lambda: self.gantry.request("PATCH", f"/api/v1/users/{user}", {"role": "referrer"}), 401, 404)
        user, email, token = self.user()
        change = {"old_password": PASSWORD, "new_password": "another-good-passphrase"}
        other = self.gantry.sign_in(email).json["access_token"]
        self.gone_within(self.signed(token=token), lambda: self.gantry.request("POST", "/api/v1/auth/password/change", change, token=other), 401)

    def test_a_grant_counts_at_the_time(self):
        user, _, token = self.user("referrer")
        self.assertProblem(self.sign(token=token), 404, "NOT_FOUND")
        grant = self.gantry.request("POST", f"/api/v1/studies/{self.study}/grants", {"grantee_kind": "user", "grantee_id": user})
        self.assertEqual(grant.status, 201)
        path, whole = self.signed(token=token), self.signed(ONE, token=token)
        self.assertEqual(self.fetch(whole).status, 404)  # to see is not to download
        self.gone_within(path, lambda: self.gantry.request("DELETE", f"/api/v1/grants/{grant.json['id']}"), 404)

    def test_a_role_that_changes(self):
        role = self.gantry.request("POST", "/api/v1/roles", {"name": "looks", "permissions": ["read_studies"]}).json["id"]
        _, _, token = self.user(role)
        self.gone_within(self.signed(token=token), lambda: self.gantry.request("PATCH", f"/api/v1/roles/{role}", {"permissions": ["read_users"]}), 403)

    def test_the_trail_tells_who_issued_it(self):
        user, email, token = self.user()
        path = self.signed(token=token)
        self.assertEqual(self.fetch(path).status, 200)
        events = self.gantry.get(f"/api/v1/audit-events?actor_id={user}").json["items"]
        made = [event for event in events if event["action"] == "create_signed_url"]
        used = [event for event in events if event["actor_kind"] == "signed_url"]
        self.assertEqual([(e["actor_kind"], e["actor_name"], e["study_instance_uid"]) for e in made], [("user", email, STUDY)])
        self.assertEqual([(e["action"], e["actor_name"], e["study_instance_uid"], e["outcome"]) for e in used],
                         [("retrieve_derived", email, STUDY, "OK")])

    def test_keys_sign_at_their_own_door(self):
        plain, signing = make_key(self.gantry, "studies:read"), make_key(self.gantry, "studies:read", "urls:sign", requests_per_minute=50)
        place = {"path": "/public/v1" + ONE + "/frames/1"}
        self.assertProblem(Program(self.gantry, plain["api_key"]).request("POST", "/signed-urls", place), 403, "FORBIDDEN")
        made = Program(self.gantry, signing["api_key"]).request("POST", "/signed-urls", place)
        self.assertEqual(made.status, 201, made.body)
        path, port = made.json["path"], self.gantry.public_port
        answer = self.fetch(path, port=port)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["ratelimit-limit"], "50")  # counts as the key's own
        self.assertEqual(self.fetch(path).status, 404)
        self.assertEqual(Program(self.gantry, signing["api_key"]).request("POST", "/signed-urls", {"path": ONE}).status, 422)
        used = [e for e in self.gantry.get(f"/api/v1/audit-events?actor_id={signing['id']}").json["items"] if e["actor_kind"] == "signed_url"]
        self.assertEqual([(e["actor_name"], e["study_instance_uid"]) for e in used], [("test", STUDY)])
        self.gantry.request("PATCH", "/api/v1/api-keys/" + signing["id"], {"scopes": ["studies:read"]})
        self.assertEqual(self.fetch(path, port=port).status, 403)
        self.gantry.request("PATCH", "/api/v1/api-keys/" + signing["id"], {"scopes": ["studies:read", "urls:sign"]})
        self.assertEqual(self.fetch(path, port=port).status, 200)
        self.gantry.request("DELETE", "/api/v1/api-keys/" + signing["id"])
        self.assertEqual(self.fetch(path, port=port).status, 401)

    def test_visitors_of_a_share_sign_nothing(self):
        share = self.gantry.request("POST", f"/api/v1/studies/{self.study}/shares", {"allows_download": True})
        token, port = share.json["token"], self.gantry.public_port
        visit = self.gantry.request("POST", f"/public/v1/shares/{token}/open", {}, token=None, port=port).json["access_token"]
        for place in ("/public/v1/signed-urls", f"/public/v1/shares/{token}/signed-urls"):
            made = self.gantry.request("POST", place, {"path": ONE}, token=visit, port=port)
            self.assertIn(made.status, (401, 404))
        signature = self.signed().split("signature=")[1]
        self.assertEqual(self.fetch(f"/public/v1/shares/{token}{ONE}/frames/1?signature={signature}", port=port).status, 401)


class TwoNodes(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        store(cls.gantry)
        cls.other = harness.Gantry(harness.BINARY, folder=cls.gantry.folder)
        cls.other.environment["GANTRY_DATABASE_URL"] = cls.gantry.environment.get("GANTRY_DATABASE_URL", "")
        if not cls.other.environment["GANTRY_DATABASE_URL"]:
            cls.other.environment.pop("GANTRY_DATABASE_URL")
        cls.other.start()

    @classmethod
    def tearDownClass(cls):
        assert cls.other.stop() == 0
        super().tearDownClass()

    def test_signed_here_is_good_there_until_it_is_not(self):
        token = self.gantry.sign_in().json["access_token"]
        made = self.gantry.request("POST", "/api/v1/signed-urls", {"path": ONE + "/frames/1"}, token=token)
        for _ in range(20):
            self.assertEqual(self.other.request("GET", made.json["path"], token=None).status, 200)
        self.assertEqual(self.gantry.request("POST", "/api/v1/auth/logout", token=token).status, 204)
        begin = time.monotonic()
        while self.other.request("GET", made.json["path"], token=None).status != 401:
            self.assertLess(time.monotonic() - begin, 10)
        self.assertLess(time.monotonic() - begin, REVOKED_SECONDS_MAX)


class Logs(harness.Case):
    def test_the_signature_is_in_no_log(self):
        self.gantry.stop()
        self.gantry.environment["GANTRY_LOG_LEVEL"] = "debug"
        self.gantry.start()
        self.gantry.use_administrator()
        store(self.gantry)
        made = self.gantry.request("POST", "/api/v1/signed-urls", {"path": ONE + "/frames/1"})
        path = made.json["path"]
        signature = path.split("signature=")[1]
        for wanted in (200, 401):
            self.assertEqual(self.gantry.request("GET", path, token=None).status, wanted)
            path = path[:-1]
        deadline = time.monotonic() + 5
        while self.gantry.log().count("/frames/{frames}") < 2:  # it is written when all is sent
            self.assertLess(time.monotonic(), deadline)
        for secret in (signature, signature[:-1], signature.split(".")[1], signature[3:].split(".")[0]):
            self.assertNotIn(secret, self.gantry.log())


if __name__ == "__main__":
    harness.main()
