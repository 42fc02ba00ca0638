"""Passwords, links for a new one, second factors, sessions and signing keys, on two nodes of one installation: what one ends, the
other refuses within a second."""
import base64
import hashlib
import json
import os
import statistics
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import PASSWORD
from nodes import Nodes

OTHER_PASSWORD = "another long passphrase"
WITHIN_SECONDS = 1.0
AGENT = "Mozilla/5.0 (X11; Linux x86_64) Gantry-Test"


def claims(token, part=1):
    text = token.split(".")[part]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def oathtool(secret, seconds=0):
    run = subprocess.run(["oathtool", "--totp", "-b", secret, "--now", time.strftime("%Y-%m-%d %H:%M:%S UTC",
                                                                                     time.gmtime(time.time() + seconds))],
                         stdout=subprocess.PIPE, check=True, text=True)
    return run.stdout.strip()


class Credentials(unittest.TestCase):
    @classmethod
    def settings(cls):
        return {}

    @classmethod
    def setUpClass(cls):
        cls.nodes = Nodes(**cls.settings())
        cls.one, cls.two = cls.nodes.nodes
        cls.count = 0

    @classmethod
    def tearDownClass(cls):
        cls.nodes.stop()

    # Everybody comes from an address of their own, for the sake of the limit

    def ask(self, method, path, body=None, token=None, node=None, address=None, **headers):
        type(self).count += 1
        headers = {"X-Forwarded-For": address or f"198.51.{self.count // 200}.{self.count % 200 + 1}", "User-Agent": AGENT, **headers}
        return (node or self.one).request(method, "/api/v1" + path, body, headers, token=token)

    def new_user(self, name, role="viewer"):
        email = f"{name}@example.org"
        made = self.ask("POST", "/users", {"email": email, "name": name, "role": role, "password": PASSWORD}, self.one.token)
        self.assertEqual(made.status, 201, made.body)
        return email, made.json["id"]

    def sign_in(self, email, password=PASSWORD, node=None, **more):
        return self.ask("POST", "/auth/login", {"email": email, "password": password, **more}, node=node)

    def tokens(self, email, password=PASSWORD, node=None, **more):
        answer = self.sign_in(email, password, node, **more)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def me(self, token, node):
        return self.ask("GET", "/auth/me", token=token, node=node).status

    def assertProblem(self, answer, status, code):
        self.assertEqual((answer.status, answer.json["code"]), (status, code), answer.body)

    def assertEndsEverywhere(self, tokens, act):
        """Both nodes know the tokens; act ends them; both refuse them in time."""
        for token in tokens:
            for node in (self.one, self.two):
                self.assertEqual(self.me(token, node), 200)
        self.assertIn(act(), (200, 201, 204))
        begin = time.monotonic()
        left = [(token, node) for token in tokens for node in (self.one, self.two)]
        while left and time.monotonic() - begin < WITHIN_SECONDS + 0.2:
            left = [(token, node) for token, node in left if self.me(token, node) == 200]
        took = time.monotonic() - begin
        self.assertFalse(left, "still good after a second")
        self.assertLess(took, WITHIN_SECONDS)

    def test_what_ends_a_session_ends_it_on_every_node(self):
        email, user_id = self.new_user("ending")
        here = self.tokens(email)["access_token"]
        self.assertEndsEverywhere([here], lambda: self.ask("POST", "/auth/logout", token=here).status)
        here, there = self.tokens(email)["access_token"], self.tokens(email, node=self.two)["access_token"]
        self.assertEndsEverywhere([there], lambda: self.ask(
            "POST", "/auth/password/change", {"old_password": PASSWORD, "new_password": OTHER_PASSWORD}, here).status)
        self.assertEqual(self.me(here, self.two), 200)
        there = self.tokens(email, OTHER_PASSWORD, node=self.two)["access_token"]
        token = "gp_" + "A" * 43
        self.one.sql("UPDATE users SET reset_hash = '%s', reset_expires_at = %d WHERE email = '%s'" % (
            hashlib.sha256(token.encode()).hexdigest(), (time.time() + 60) * 1e6, email))
        self.assertEndsEverywhere([here, there], lambda: self.ask(
            "POST", "/auth/password/reset", {"token": token, "password": PASSWORD}, node=self.two).status)
        self.assertProblem(self.ask("POST", "/auth/password/reset", {"token": token, "password": PASSWORD}), 401, "UNAUTHENTICATED")
        here = self.tokens(email)["access_token"]
        self.assertEndsEverywhere([here], lambda: self.ask("PATCH", f"/users/{user_id}", {"role": "technologist"},
                                                           self.one.token).status)
        here = self.tokens(email)["access_token"]
        self.assertEndsEverywhere([here], lambda: self.ask("POST", f"/users/{user_id}/deactivate", token=self.one.token,
                                                           node=self.two).status)

    def test_a_second_factor_from_enrolment_to_its_end(self):
        email, _ = self.new_user("factor")
        here, there = self.tokens(email)["access_token"], self.tokens(email, node=self.two)["access_token"]
        self.assertProblem(self.ask("POST", "/auth/mfa/enroll", {}, token=here), 422, "INVALID")
        refused = self.ask("POST", "/auth/mfa/enroll", {"password": "wrong password"}, token=here)
        self.assertProblem(refused, 403, "FORBIDDEN")
        begun = self.ask("POST", "/auth/mfa/enroll", {"password": PASSWORD}, token=here).json
        self.assertIn("secret=" + begun["secret"], begun["uri"])
        self.assertProblem(self.ask("POST", "/auth/mfa/confirm", {"code": "000000x"}, here), 422, "INVALID")
        codes = []

        def confirm():
            answer = self.ask("POST", "/auth/mfa/confirm", {"code": oathtool(begun["secret"], -30)}, here)
            codes.extend(answer.json["recovery_codes"])
            return answer.status
        self.assertEndsEverywhere([there], confirm)
        self.assertEqual(len(set(codes)), 10)
        self.assertProblem(self.sign_in(email, "wrong password"), 401, "UNAUTHENTICATED")
        needed = self.sign_in(email)
        self.assertProblem(needed, 401, "OTP_REQUIRED")
        self.assertEqual(needed.headers["www-authenticate"], "Bearer")
        code = oathtool(begun["secret"])
        results = []  # on two nodes at once: each code is good once
        threads = [threading.Thread(target=lambda node=node: results.append(self.sign_in(email, node=node, otp=code).status))
                   for node in (self.one, self.two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(results), [200, 401])
        there = self.tokens(email, node=self.two, otp=codes[0])["access_token"]
        self.assertProblem(self.sign_in(email, otp=codes[0]), 401, "OTP_REQUIRED")
        self.assertProblem(self.ask("POST", "/auth/mfa/disable", {"password": "wrong password", "code": codes[1]}, here), 403, "FORBIDDEN")
        self.assertEndsEverywhere([there], lambda: self.ask("POST", "/auth/mfa/disable", {"password": PASSWORD, "code": codes[1]},
                                                            here).status)
        self.assertEqual(self.sign_in(email).status, 200)

    def test_an_administrator_removes_a_lost_second_factor(self):
        email, user = self.new_user("lost", "technologist")
        here = self.tokens(email)["access_token"]
        secret = self.ask("POST", "/auth/mfa/enroll", {"password": PASSWORD}, token=here).json["secret"]
        self.assertEqual(self.ask("POST", "/auth/mfa/confirm", {"code": oathtool(secret)}, here).status, 200)
        place, administrator = f"/users/{user}/mfa/disable", self.one.token
        self.assertProblem(self.ask("POST", place, {}, administrator), 422, "INVALID")
        self.assertProblem(self.ask("POST", place, {"password": "wrong password"}, administrator), 403, "FORBIDDEN")
        self.assertProblem(self.ask("POST", place, {"password": PASSWORD}, here), 403, "FORBIDDEN")
        self.assertProblem(self.sign_in(email), 401, "OTP_REQUIRED")
        self.assertEndsEverywhere([here], lambda: self.ask("POST", place, {"password": PASSWORD}, administrator).status)
        self.assertEqual(self.sign_in(email, node=self.two).status, 200)
        self.assertProblem(self.ask("POST", place, {"password": PASSWORD}, administrator), 409, "CONFLICT")
        mails = self.ask("GET", "/mails?template_name=mfa_removed", token=administrator).json["items"]
        self.assertEqual([mail["recipient"] for mail in mails], [email])
        events = self.ask("GET", "/audit-events?action=disable_user_mfa", token=administrator).json["items"]
        self.assertIn(("OK", user), [(event["outcome"], event.get("subject_id")) for event in events])

    def test_a_role_that_needs_a_second_factor_can_do_nothing_before(self):
        email, _ = self.new_user("required", "technologist")
        token = self.tokens(email)["access_token"]
        self.assertEqual(self.ask("GET", "/studies", token=token, node=self.two).status, 200)
        bit = 1 << 2  # of the technologist
        now = int(time.time() * 1e6)
        blob = "'\\x%s'" if harness.ENGINE == "postgres" else "x'%s'"
        uuid = "'%s'" % "0190f000-0000-7000-8000-000000000001" if harness.ENGINE == "postgres" else blob % "0190f00000007000800000000000000a"
        self.one.sql("INSERT INTO organization_settings(id, organization_key, created_at, updated_at, version, language, "
                     f"mfa_required_roles, break_glass_roles, break_glass_minutes) SELECT {uuid}, key, {now}, {now}, 1, 'en', {bit}, 0, "
                     "240 FROM organizations ORDER BY key LIMIT 1")
        try:
            time.sleep(WITHIN_SECONDS)
            for node in (self.one, self.two):
                for path in ("/studies", "/auth/me", "/auth/sessions", "/users"):
                    self.assertProblem(self.ask("GET", path, token=token, node=node), 403, "MFA_REQUIRED")
                self.assertEqual(node.get("/dicom-web/studies", token=token).status, 403)
            fresh = self.tokens(email)["access_token"]
            self.assertProblem(self.ask("GET", "/studies", token=fresh), 403, "MFA_REQUIRED")
            secret = self.ask("POST", "/auth/mfa/enroll", {"password": PASSWORD}, token=fresh).json["secret"]
            self.assertEqual(self.ask("POST", "/auth/mfa/confirm", {"code": oathtool(secret)}, fresh).status, 200)
            time.sleep(WITHIN_SECONDS)
            for node in (self.one, self.two):
                self.assertEqual(self.ask("GET", "/studies", token=fresh, node=node).status, 200)
            self.assertEqual(self.ask("GET", "/studies", token=token).status, 401)
        finally:
            self.one.sql("UPDATE organization_settings SET mfa_required_roles = 0")

    def test_two_refreshes_at_once_with_one_token_end_the_session(self):
        email, _ = self.new_user("racing")
        for _ in range(5):
            first = self.tokens(email)
            answers, barrier = [], threading.Barrier(2)

            def refresh(node):
                barrier.wait()
                answers.append(self.ask("POST", "/auth/refresh", {"refresh_token": first["refresh_token"]}, node=node))
            threads = [threading.Thread(target=refresh, args=(node,)) for node in (self.one, self.two)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(sorted(a.status for a in answers), [200, 401])
            won = next(a for a in answers if a.status == 200).json
            for node in (self.one, self.two):
                self.assertEqual(self.ask("POST", "/auth/refresh", {"refresh_token": won["refresh_token"]}, node=node).status, 401)
            time.sleep(WITHIN_SECONDS)
            for node in (self.one, self.two):
                self.assertEqual(self.me(won["access_token"], node), 401)

    def test_keys_rotate_under_signed_in_users(self):
        def published(node):
            return [key["kid"] for key in node.get("/.well-known/jwks.json", token=None).json["keys"]]
        email, _ = self.new_user("rotating")
        before = self.tokens(email)["access_token"]
        kid = claims(before, 0)["kid"]
        self.assertEqual(claims(before, 0), {"alg": "ES256", "typ": "at+jwt", "kid": kid})
        self.assertLessEqual({"iss", "aud", "sub", "iat", "exp", "jti"}, set(claims(before)))
        self.assertProblem(self.ask("POST", "/auth/signing-keys/rotate", token=before), 403, "FORBIDDEN")
        made = self.ask("POST", "/auth/signing-keys/rotate", token=self.one.token)
        self.assertEqual(made.status, 201, made.body)
        self.assertNotIn("sealed", made.json)
        begin, seen = time.monotonic(), {}
        while len(seen) < 2 and time.monotonic() - begin < 9:
            for node in (self.one, self.two):
                if made.json["key_id"] in published(node):
                    seen.setdefault(node.port, time.monotonic() - begin)
            self.assertEqual(claims(self.tokens(email)["access_token"], 0)["kid"], kid)  # does not sign yet
            time.sleep(0.2)
        self.assertEqual(len(seen), 2)
        while claims(self.tokens(email)["access_token"], 0)["kid"] == kid and time.monotonic() - begin < 20:
            time.sleep(0.5)
        after = self.tokens(email)["access_token"]
        self.assertEqual(claims(after, 0)["kid"], made.json["key_id"])
        for node in (self.one, self.two):
            self.assertIn(kid, published(node))
            for token in (before, after):
                self.assertEqual(self.me(token, node), 200)

    def test_sessions_tell_their_device_and_are_ended_one_by_one(self):
        email, _ = self.new_user("devices")
        here = self.tokens(email)["access_token"]
        self.ask("POST", "/auth/login", {"email": email, "password": PASSWORD}, address="203.0.113.9", **{"User-Agent": "Tablet/2"})
        listed = self.ask("GET", "/auth/sessions", token=here, node=self.two).json["items"]
        self.assertEqual([(s["user_agent"], s["is_current"]) for s in listed], [("Tablet/2", False), (AGENT, True)])
        self.assertEqual(listed[0]["peer_address"], "203.0.113.9")
        self.assertNotIn("generation", listed[0])
        other, _ = self.new_user("stranger")
        stranger = self.tokens(other)["access_token"]
        self.assertProblem(self.ask("DELETE", f"/auth/sessions/{listed[0]['id']}", token=stranger), 404, "NOT_FOUND")
        self.assertEqual(self.ask("DELETE", f"/auth/sessions/{listed[0]['id']}", token=here).status, 204)
        self.assertEqual(len(self.ask("GET", "/auth/sessions", token=here).json["items"]), 1)
        there = self.tokens(email, node=self.two)["access_token"]
        self.assertEndsEverywhere([there], lambda: self.ask("DELETE", "/auth/sessions", token=here).status)
        self.assertEqual(self.me(here, self.two), 200)
        changed = self.ask("PATCH", "/auth/me", {"name": "Dev Ices", "language": "fr"}, here)
        self.assertEqual((changed.json["name"], changed.json["language"]), ("Dev Ices", "fr"))
        self.assertProblem(self.ask("PATCH", "/auth/me", {"role": "administrator"}, here), 422, "INVALID")

    def test_the_last_use_is_written_down_at_most_once_a_minute(self):
        email, _ = self.new_user("using")
        here = self.tokens(email)["access_token"]
        session = claims(here)["sid"]
        where = f"id = '{session}'" if harness.ENGINE == "postgres" else "hex(id) = '%s'" % session.replace("-", "").upper()
        self.me(here, self.one)
        time.sleep(1)
        self.me(here, self.one)
        self.assertNotIn("last_used_at", self.ask("GET", "/auth/sessions", token=here).json["items"][0])
        self.one.sql(f"UPDATE sessions SET created_at = created_at - 120000000 WHERE {where}")
        version = self.one.sql(f"SELECT version FROM sessions WHERE {where}")
        time.sleep(1)
        self.me(here, self.one)
        for _ in range(100):
            time.sleep(0.2)
            listed = self.ask("GET", "/auth/sessions", token=here).json["items"][0]
            if "last_used_at" in listed:
                break
        self.assertIn("last_used_at", listed)
        self.assertEqual(self.one.sql(f"SELECT version FROM sessions WHERE {where}"), version)

    def test_passwords_that_are_tried_first_are_none(self):
        for password, word in (("eleven char", "12 characters"), ("Password-Password1", "tried first"), ("common@example.org", "address"),
                               ("qwertyuiop123456!", "tried first"), ("x" * 300, "")):
            answer = self.ask("POST", "/users", {"email": "common@example.org", "name": "c", "role": "viewer", "password": password},
                              self.one.token)
            self.assertProblem(answer, 422, "INVALID")
            self.assertEqual([i["field"] for i in answer.json["issues"]], ["password"])
            self.assertIn(word, answer.json["issues"][0]["text"])

    def test_a_forgotten_password_is_answered_alike_and_as_fast_for_everybody(self):
        emails = [self.new_user(f"forgetful{i}")[0] for i in range(30)]
        times = {True: [], False: []}
        bodies = set()
        for i, email in enumerate(emails):
            for known, who in ((True, email), (False, f"nobody{i}@example.org")):
                begin = time.perf_counter()
                answer = self.ask("POST", "/auth/password/forgot", {"email": who})
                times[known].append(time.perf_counter() - begin)
                bodies.add((answer.status, answer.body))
        self.assertEqual(len(bodies), 1, bodies)
        self.assertEqual(next(iter(bodies))[0], 202)
        self.assertAlike(times)
        for _ in range(100):  # the links are sent afterwards, and to those alone whom there are
            if self.one.sql("SELECT count(*) FROM password_requests") == [["0"]]:
                break
            time.sleep(0.1)
        known = "FROM users WHERE email LIKE 'forgetful%' AND reset_hash IS NOT NULL"
        self.assertEqual(self.one.sql(f"SELECT count(*) {known}"), [[str(len(emails))]])
        self.assertEqual(self.one.sql("SELECT count(*) FROM mails WHERE recipient LIKE 'forgetful%'"), [[str(len(emails))]])
        self.assertEqual(self.one.sql("SELECT count(*) FROM mails WHERE recipient LIKE 'nobody%'"), [["0"]])

    def assertAlike(self, times):
        known, unknown = (statistics.median(times[k]) for k in (True, False))
        spread = statistics.median(abs(t - known) for t in times[True]) + statistics.median(abs(t - unknown) for t in times[False])
        print(f"known {known * 1000:.1f} ms, unknown {unknown * 1000:.1f} ms, spread {spread * 1000:.1f} ms")
        self.assertLess(abs(known - unknown), max(0.25 * max(known, unknown), 2 * spread))

    def test_a_wrong_password_takes_as_long_for_everybody(self):
        emails = [self.new_user(f"slow{i}")[0] for i in range(20)]
        times = {True: [], False: []}
        bodies = set()
        for i, email in enumerate(emails):
            for known, who in ((True, email), (False, f"nobody{i}@example.org")):
                begin = time.perf_counter()
                answer = self.sign_in(who, "a wrong password")
                times[known].append(time.perf_counter() - begin)
                bodies.add((answer.status, answer.json["detail"], answer.json["code"]))
        self.assertEqual(len(bodies), 1, bodies)
        self.assertAlike(times)

    def test_attempts_from_one_address_are_limited_on_all_routes_together(self):
        answers = [self.ask("POST", path, body, address="192.0.2.99") for _ in range(12) for path, body in (
            ("/auth/password/forgot", {"email": "x@example.org"}), ("/auth/password/reset", {"token": "gp_x", "password": OTHER_PASSWORD}),
            ("/auth/login", {"email": "x@example.org", "password": "y"}))]
        limited = [a for a in answers if a.status == 429]
        self.assertGreater(len(limited), 0)
        self.assertIn("retry-after", limited[0].headers)


class CredentialsWithRedis(Credentials):
    """The same where nodes tell each other through Redis: the ends of sessions alone."""

    @classmethod
    def settings(cls):
        from redis import Redis
        cls.redis = Redis().start()
        return {"GANTRY_REDIS_URL": cls.redis.url() + "?prefix=test"}

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.redis.stop()


for name in [name for name in dir(Credentials) if name.startswith("test_")]:
    if name not in ("test_what_ends_a_session_ends_it_on_every_node", "test_a_second_factor_from_enrolment_to_its_end",
                    "test_two_refreshes_at_once_with_one_token_end_the_session"):
        setattr(CredentialsWithRedis, name, None)

if __name__ == "__main__":
    harness.main()
