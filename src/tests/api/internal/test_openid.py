"""Signing in by a real OpenID provider (oidc-provider from npm), as a browser does it: to the provider, and back with what it was given."""
import base64
import hashlib
import json
import os
import re
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import PASSWORD
from test_credentials import oathtool
from openid import Browser, OpenidProvider  # of tests/servers

API = "/api/v1"
PUBLIC = "https://gantry.example"
APP = "https://app.example"


class Openid(harness.Case):
    settings = {"GANTRY_PUBLIC_URL": PUBLIC, "GANTRY_OUTBOUND_ALLOW": "127.0.0.1/32", "GANTRY_OUTBOUND_PLAIN": "1", "GANTRY_BEHIND_PROXY": "1",
                   "GANTRY_CORS_ORIGINS": APP}

    @classmethod
    def setUpClass(cls):
        cls.server = OpenidProvider().start(60)
        cls.addClassCleanup(cls.server.stop)
        super().setUpClass()
        cls.count = 0
        cls.addresses = iter(f"198.51.100.{n}" for n in range(1, 255))

    def setUp(self):
        self.gantry.headers["X-Forwarded-For"] = next(self.addresses)  # sign-ins are counted by where they come from

    def provider(self, **more):
        type(self).count += 1
        answer = self.gantry.request("POST", f"{API}/identity-providers", {
            "name": f"Clinic account {self.count}", "issuer": self.server.url(), "client_id": "RS256-basic", "client_secret": "secret of RS256",
            "groups_claim": "groups", **more})
        self.assertEqual(answer.status, 201, answer.body)
        self.assertNotIn("client_secret", answer.json)
        self.addCleanup(self.gantry.request, "DELETE", f"{API}/identity-providers/{answer.json['id']}")
        return answer.json

    @staticmethod
    def cookies(answer):
        """Those that are set, by name; those that are taken away are empty."""
        return dict(re.findall(r"(__Host-gantry[a-z-]*)=([^;]*)", answer.headers.get("set-cookie", "")))

    def start(self, provider, query="", **headers):
        answer = self.gantry.get(f"{API}/auth/providers/{provider['id']}/start{query}", token=None, headers=headers)
        self.assertEqual(answer.status, 303, answer.body)
        flags = answer.headers["set-cookie"]
        for flag in ("__Host-gantry-openid=", "Path=/", "HttpOnly", "SameSite=Lax", "Secure"):
            self.assertIn(flag, flags)
        return answer.headers["location"], self.cookies(answer)["__Host-gantry-openid"]

    def at_provider(self, url, login):
        return Browser().sign_in(url, login, f"{PUBLIC}{API}/auth/callback")

    def back(self, query, attempt):
        return self.gantry.get(f"{API}/auth/callback?{urllib.parse.urlencode(query)}", token=None,
                               headers={"Cookie": f"__Host-gantry-openid={attempt}"} if attempt else {})

    def come(self, provider, login, query=""):
        url, attempt = self.start(provider, query)
        return self.back(self.at_provider(url, login), attempt)

    def me(self, answer):
        session = self.cookies(answer)["__Host-gantry"]
        return self.gantry.get(f"{API}/auth/me", token=None, headers={"Cookie": f"__Host-gantry={session}"})

    def refused(self, answer, code):
        """Told by the sign-in page; nobody is signed in, and the attempt is used up."""
        self.assertEqual(answer.status, 303, answer.body)
        where = urllib.parse.urlsplit(answer.headers["location"])
        said = dict(urllib.parse.parse_qsl(where.query))
        self.assertEqual((where.path, said["problem"]), ("/signin", code), said)
        cookies = self.cookies(answer)
        self.assertNotIn("__Host-gantry", cookies)
        self.assertEqual(cookies["__Host-gantry-openid"] == "", code != "OTP_REQUIRED")
        return said["detail"]

    # ---- who comes in ----

    def test_the_whole_way(self):
        provider = self.provider(makes_users=True, default_role="viewer", roles=[{"group": "readers", "role": "radiologist"}])
        listed = self.gantry.get(f"{API}/auth/providers", token=None).json["items"]
        self.assertIn({"id": provider["id"], "name": provider["name"]}, listed)
        checked = self.gantry.request("POST", f"{API}/identity-providers/{provider['id']}/check").json
        self.assertEqual(checked, {"is_usable": True, "redirect_uri": f"{PUBLIC}{API}/auth/callback"})
        answer = self.come(provider, "jane", "?next=/viewer")
        self.assertEqual((answer.status, answer.headers["location"]), (303, "/signin?next=%2Fviewer"))
        self.assertIn("SameSite=Strict", answer.headers["set-cookie"])
        self.assertEqual(self.cookies(answer)["__Host-gantry-openid"], "")
        me = self.me(answer).json
        self.assertEqual((me["email"], me["name"], me["role"]), ("jane@clinic.example", "Name of jane", "radiologist"))
        again = self.me(self.come(provider, "jane")).json
        self.assertEqual(again["id"], me["id"])
        identities = self.gantry.get(f"{API}/users/{me['id']}/identities").json["items"]
        self.assertEqual([(i["subject"], i["email"], i["provider_id"]) for i in identities], [("jane", "jane@clinic.example", provider["id"])])
        self.assertEqual(self.gantry.sign_in("jane@clinic.example").status, 401)  # there is no password
        events = self.gantry.get(f"{API}/audit-events?action=sign_in_with_provider").json["items"]
        self.assertIn(me["id"], [event["subject_id"] for event in events if event["outcome"] == "OK"])

    def test_signing_out_there_too(self):
        provider, browser = self.provider(makes_users=True, default_role="viewer"), Browser()
        end = f"{API}/auth/providers/{provider['id']}/end"

        def asks_who(url):
            """Whether the provider wants to know who it is, before anybody comes back."""
            for _ in range(10):
                status, where, page = browser.ask(url)
                if where is None:
                    return 'name="login"' in page
                if where.startswith(PUBLIC):
                    return False
                url = where
            raise AssertionError("the provider sends in circles")

        for query, back in (("", PUBLIC + "/signin"), (f"?return_address={APP}/bye", APP + "/bye")):
            browser.sign_in(self.start(provider)[0], "leaver", f"{PUBLIC}{API}/auth/callback")
            self.assertFalse(asks_who(self.start(provider)[0]))
            answer = self.gantry.get(end + query, token=None)
            self.assertEqual(answer.status, 303, answer.body)
            status, where, page = browser.ask(answer.headers["location"])
            self.assertEqual(status, 200, page)
            action, sure = re.search(r'action="([^"]+)"', page)[1], re.search(r'name="xsrf" value="([^"]+)"', page)[1]
            status, where, page = browser.ask(urllib.parse.urljoin(answer.headers["location"], action), {"xsrf": sure, "logout": "yes"})
            self.assertEqual(where, back, page)
            self.assertTrue(asks_who(self.start(provider)[0]))
        for query in ("?return_address=https://evil.example/", "?return_address=javascript:alert(1)", "?return_address=//evil.example"):
            self.assertEqual(self.gantry.get(end + query, token=None).status, 422, query)

    def test_groups_decide_at_each_sign_in(self):
        provider = self.provider(makes_users=True, roles=[{"group": "chiefs", "role": "administrator"}])
        self.assertIn("groups", self.refused(self.come(provider, "nora"), "FORBIDDEN"))
        chief = self.me(self.come(provider, "chief-kim"))
        self.assertEqual(chief.json["role"], "administrator")
        changed = self.gantry.request("PATCH", f"{API}/identity-providers/{provider['id']}", {"roles": [{"group": "chiefs", "role": "technologist"}]})
        self.assertEqual(changed.status, 200, changed.body)
        self.assertEqual(self.me(self.come(provider, "chief-kim")).json["role"], "technologist")

    def test_nobody_is_made_where_nobody_said_so(self):
        provider = self.provider()
        self.refused(self.come(provider, "stranger"), "FORBIDDEN")
        self.refused(self.come(provider, "unverified-sam"), "FORBIDDEN")

    def test_an_account_is_added_and_taken_away(self):
        provider = self.provider()
        made = self.gantry.request("POST", f"{API}/users", {"email": "linus@clinic.example", "name": "L", "role": "viewer", "password": PASSWORD})
        self.assertEqual(made.status, 201, made.body)
        self.assertIn("somebody's", self.refused(self.come(provider, "linus"), "CONFLICT"))
        token = self.gantry.sign_in("linus@clinic.example").json["access_token"]
        answer = self.gantry.request("POST", f"{API}/auth/identities/{provider['id']}/start", {}, token=token)
        self.assertEqual(answer.status, 200, answer.body)
        done = self.back(self.at_provider(answer.json["url"], "linus"), self.cookies(answer)["__Host-gantry-openid"])
        self.assertEqual(done.headers["location"], "/signin?linked=1&next=%2Fviewer")
        self.assertNotIn("__Host-gantry", self.cookies(done))
        self.assertEqual(self.me(self.come(provider, "linus")).json["id"], made.json["id"])
        identity = self.gantry.get(f"{API}/auth/identities", token=token).json["items"][0]["id"]
        self.assertEqual(self.gantry.request("DELETE", f"{API}/auth/identities/{identity}", token=token).status, 204)
        self.refused(self.come(provider, "linus"), "CONFLICT")

    def test_an_invitation_is_accepted_so(self):
        provider = self.provider()
        made = self.gantry.request("POST", f"{API}/users/invite", {"email": "grace@other.example", "name": "Grace", "role": "viewer"})
        self.assertEqual(made.status, 201, made.body)
        mail = self.gantry.get(f"{API}/mails").json["items"][0]["id"]
        token = re.search(r"/invite/(gi_[A-Za-z0-9_-]{43})", self.gantry.get(f"{API}/mails/{mail}").json["text"]).group(1)
        place = f"{API}/auth/providers/{provider['id']}/start"
        self.assertEqual(self.gantry.get(f"{place}?invitation={token}", token=None).status, 422)  # not in an address
        own = {"Sec-Fetch-Site": "same-origin"}
        self.assertEqual(self.gantry.request("POST", place, {"invitation": token}, {"Sec-Fetch-Site": "cross-site"}, token=None).status, 403)
        answer = self.gantry.request("POST", place, {"invitation": token}, own, token=None)
        self.assertEqual(answer.status, 200, answer.body)
        done = self.back(self.at_provider(answer.json["url"], "grace-of-elsewhere"), self.cookies(answer)["__Host-gantry-openid"])
        me = self.me(done).json
        self.assertEqual((me["id"], me["email"], me["role"]), (made.json["id"], "grace@other.example", "viewer"))
        answer = self.gantry.request("POST", place, {"invitation": token}, own, token=None)
        done = self.back(self.at_provider(answer.json["url"], "somebody-else"), self.cookies(answer)["__Host-gantry-openid"])
        self.refused(done, "NOT_FOUND")

    def test_a_page_of_another_program_gets_tokens(self):
        provider = self.provider(makes_users=True, default_role="viewer")
        verifier = "v" * 20 + "0123456789-._~" * 3
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        for address in ("https://evil.example/", f"{APP}.evil.example/", f"{APP}@evil.example/", "//app.example/", f"{APP}/#x", "javascript:alert(1)"):
            answer = self.gantry.get(f"{API}/auth/providers/{provider['id']}/start?" + urllib.parse.urlencode(
                {"return_address": address, "code_challenge": challenge}), token=None)
            self.assertEqual(answer.status, 422, address)
        answer = self.come(provider, "spa-user", "?" + urllib.parse.urlencode({"return_address": APP + "/back", "code_challenge": challenge}))
        where, fragment = answer.headers["location"].split("#")
        self.assertEqual(where, APP + "/back")
        self.assertNotIn("__Host-gantry", self.cookies(answer))
        code = urllib.parse.unquote(fragment[len("code="):])
        redeem = lambda v: self.gantry.request("POST", f"{API}/auth/providers/token", {"code": code, "code_verifier": v}, token=None)
        self.assertEqual(redeem("w" * 43).status, 401)
        tokens = redeem(verifier)
        self.assertEqual(tokens.status, 200, tokens.body)
        access = tokens.json["access_token"]
        self.assertEqual(self.gantry.get(f"{API}/auth/me", token=access).json["email"], "spa-user@clinic.example")
        self.assertEqual(redeem(verifier).status, 401)  # copied: all of it ends
        self.assertEqual(self.gantry.get(f"{API}/auth/me", token=access).status, 401)

    # ---- who does not ----

    def test_answers_to_what_nobody_asked(self):
        provider = self.provider(makes_users=True, default_role="viewer")
        url, attempt = self.start(provider)
        other_url, other = self.start(provider)
        query = self.at_provider(url, "mallory")
        self.refused(self.back(query, None), "UNAUTHENTICATED")
        self.refused(self.back(query, other), "UNAUTHENTICATED")  # of another browser: the code was shown to nobody
        self.refused(self.back(query, attempt[:-4] + "AAAA"), "UNAUTHENTICATED")
        self.refused(self.back({**query, "iss": "https://evil.example"}, attempt), "UNAUTHENTICATED")
        self.refused(self.back({**query, "code": "made-up"}, attempt), "UNAUTHENTICATED")
        self.refused(self.back({"error": "access_denied", "state": query["state"], "iss": query["iss"]}, attempt), "FORBIDDEN")
        self.assertEqual(self.me(self.back(query, attempt)).status, 200)
        self.refused(self.back(query, attempt), "UNAUTHENTICATED")  # a code is good once
        for nonsense in ({}, {"code": "x" * 5000, "state": "y"}, {"code": "<script>", "state": "\u0000"}):
            self.assertIn(self.back(nonsense, attempt).status, (303, 400, 422))

    def test_who_is_deactivated_stays_out(self):
        provider = self.provider(makes_users=True, default_role="viewer")
        cookie = self.come(provider, "former")
        user = self.me(cookie).json["id"]
        self.assertEqual(self.gantry.request("POST", f"{API}/users/{user}/deactivate").status, 200)
        self.assertEqual(self.me(cookie).status, 401)
        self.refused(self.come(provider, "former"), "FORBIDDEN")

    def test_a_provider_that_is_off_or_gone(self):
        provider = self.provider(makes_users=True, default_role="viewer")
        url, attempt = self.start(provider)
        query = self.at_provider(url, "late")
        self.gantry.request("PATCH", f"{API}/identity-providers/{provider['id']}", {"is_enabled": False})
        self.refused(self.back(query, attempt), "UNAUTHENTICATED")
        self.assertEqual(self.gantry.get(f"{API}/auth/providers/{provider['id']}/start", token=None).status, 404)
        self.assertNotIn(provider["id"], json.dumps(self.gantry.get(f"{API}/auth/providers", token=None).json))
        away = self.provider(issuer="http://127.0.0.1:9")
        begin = time.monotonic()
        self.assertEqual(self.gantry.get(f"{API}/auth/providers/{away['id']}/start", token=None).status, 503)
        self.assertLess(time.monotonic() - begin, 30)
        checked = self.gantry.request("POST", f"{API}/identity-providers/{away['id']}/check").json
        self.assertFalse(checked["is_usable"])
        self.assertIn("problem", checked)

    def test_a_second_factor_of_ones_own(self):
        provider = self.provider(links_by_email=True)
        made = self.gantry.request("POST", f"{API}/users", {"email": "olga@clinic.example", "name": "O", "role": "viewer", "password": PASSWORD})
        token = self.gantry.sign_in("olga@clinic.example").json["access_token"]
        secret = self.gantry.request("POST", f"{API}/auth/mfa/enroll", {"password": PASSWORD}, token=token).json["secret"]
        codes = self.gantry.request("POST", f"{API}/auth/mfa/confirm", {"code": oathtool(secret)}, token=token).json["recovery_codes"]
        answer = self.come(provider, "olga")
        self.refused(answer, "OTP_REQUIRED")
        cookie = {"Cookie": "__Host-gantry-openid=" + self.cookies(answer)["__Host-gantry-openid"], "Sec-Fetch-Site": "same-origin"}
        otp = lambda code, headers: self.gantry.request("POST", f"{API}/auth/providers/otp", {"otp": code}, headers, token=None)
        self.assertEqual(otp("000000", cookie).status, 401)
        self.assertEqual(otp(codes[0], {**cookie, "Sec-Fetch-Site": "cross-site"}).status, 403)
        done = otp(codes[0], cookie)
        self.assertEqual(done.status, 200, done.body)
        self.assertEqual(self.me(done).json["id"], made.json["id"])
        self.assertEqual(otp(codes[0], cookie).status, 401)


if __name__ == "__main__":
    harness.main()
