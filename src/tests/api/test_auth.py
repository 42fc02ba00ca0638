"""Signing in, refreshing, signing out, and who may do what."""
import base64
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import PASSWORD


class Auth(harness.Case):
    def new_user(self, name, role="viewer"):
        email = f"{name}@example.org"
        made = self.gantry.request("POST", "/api/v1/users",
                                   {"email": email, "name": name, "role": role, "password": PASSWORD})
        self.assertEqual(made.status, 201, made.body)
        return email, made.json["id"]

    def test_sign_in_gives_a_pair_of_tokens(self):
        answer = self.gantry.sign_in()
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json["token_type"], "bearer")
        self.assertEqual(answer.json["expires_in"], 900)
        me = self.gantry.get("/api/v1/auth/me", token=answer.json["access_token"])
        self.assertEqual(me.json["role"], "administrator")
        self.assertNotIn("password_hash", me.json)

    def test_wrong_password_and_unknown_user_answer_alike(self):
        wrong = self.gantry.sign_in(password="x" * 12)
        unknown = self.gantry.sign_in(email="nobody@example.org")
        self.assertProblem(wrong, 401, "UNAUTHENTICATED")
        self.assertProblem(unknown, 401, "UNAUTHENTICATED")
        self.assertEqual(wrong.json["detail"], unknown.json["detail"])

    def test_account_locks_after_repeated_failures(self):
        email, _ = self.new_user("locked")
        for _ in range(5):
            self.assertEqual(self.gantry.sign_in(email, "wrong-password").status, 401)
        self.assertProblem(self.gantry.sign_in(email), 401, "UNAUTHENTICATED")

    def test_refresh_rotates_and_reuse_ends_the_family(self):
        email, _ = self.new_user("rotating")
        first = self.gantry.sign_in(email).json
        refresh = lambda token: self.gantry.request("POST", "/api/v1/auth/refresh", {"refresh_token": token}, token=None)
        second = refresh(first["refresh_token"])
        self.assertEqual(second.status, 200, second.body)
        self.assertNotEqual(second.json["refresh_token"], first["refresh_token"])
        self.assertProblem(refresh(first["refresh_token"]), 401, "UNAUTHENTICATED")
        self.assertProblem(refresh(second.json["refresh_token"]), 401, "UNAUTHENTICATED")
        self.assertEqual(self.gantry.get("/api/v1/auth/me", token=second.json["access_token"]).status, 401)
        self.assertProblem(refresh("gr_" + "0" * 60), 401, "UNAUTHENTICATED")

    def test_sign_out_ends_the_access_token_at_once(self):
        email, _ = self.new_user("leaving")
        token = self.gantry.sign_in(email).json["access_token"]
        self.assertEqual(self.gantry.get("/api/v1/auth/me", token=token).status, 200)
        self.assertEqual(self.gantry.request("POST", "/api/v1/auth/logout", token=token).status, 204)
        self.assertProblem(self.gantry.get("/api/v1/auth/me", token=token), 401, "UNAUTHENTICATED")

    def test_tokens_that_were_tampered_with_are_refused(self):
        token = self.gantry.sign_in().json["access_token"]
        header, payload, signature = token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
        claims["ukey"] += 1
        forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
        for bad in (f"{header}.{forged}.{signature}", f"{none}.{payload}.", f"{none}.{payload}.{signature}",
                    f"{header}.{payload}", token[:-2], "x", "..", "a" * 5000):
            self.assertProblem(self.gantry.get("/api/v1/auth/me", token=bad), 401, "UNAUTHENTICATED")

    def test_rights_follow_the_role(self):
        for role, study_list, user_list in (("viewer", 200, 403), ("radiologist", 200, 403), ("researcher", 200, 403),
                                            ("referrer", 200, 403)):
            email, _ = self.new_user("role-" + role, role)
            token = self.gantry.sign_in(email).json["access_token"]
            self.assertEqual(self.gantry.get("/api/v1/studies", token=token).status, study_list, role)
            self.assertEqual(self.gantry.get("/dicom-web/studies", token=token).status, study_list, role)
            self.assertEqual(self.gantry.get("/api/v1/users", token=token).status, user_list, role)
            stow = self.gantry.request("POST", "/dicom-web/studies", harness.multipart([harness.instance(1)]),
                                       harness.STOW, token=token)
            if role == "referrer":  # what is granted to them, which is nothing yet
                self.assertEqual(self.gantry.get("/api/v1/studies", token=token).json["total"], 0)
                self.assertEqual(self.gantry.get("/dicom-web/studies", token=token).body, b"[]")
            self.assertEqual(stow.status, 200 if role == "radiologist" else 403, role)

    def test_users_are_made_listed_changed_and_deactivated(self):
        email, user_id = self.new_user("zoe")
        again = self.gantry.request("POST", "/api/v1/users",
                                    {"email": email.upper(), "name": "z", "role": "viewer", "password": PASSWORD})
        self.assertProblem(again, 409, "CONFLICT")
        found = self.gantry.get("/api/v1/users?search=ZOE&sort=-created_at&page_size=1").json
        self.assertEqual((found["total"], found["items"][0]["id"]), (1, user_id))
        one = self.gantry.get(f"/api/v1/users/{user_id}")
        self.assertEqual(one.headers["etag"], '"1"')
        changed = self.gantry.request("PATCH", f"/api/v1/users/{user_id}", {"name": "Zoë"}, {"If-Match": '"1"'})
        self.assertEqual((changed.status, changed.json["name"], changed.json["version"]), (200, "Zoë", 2))
        stale = self.gantry.request("PATCH", f"/api/v1/users/{user_id}", {"name": "old"}, {"If-Match": '"1"'})
        self.assertProblem(stale, 412, "PRECONDITION_FAILED")
        token = self.gantry.sign_in(email).json["access_token"]
        self.assertEqual(self.gantry.get("/api/v1/auth/me", token=token).status, 200)
        self.assertEqual(self.gantry.request("POST", f"/api/v1/users/{user_id}/deactivate").status, 200)
        self.assertEqual(self.gantry.get("/api/v1/auth/me", token=token).status, 401)
        self.assertEqual(self.gantry.sign_in(email).status, 401)

    def test_bad_bodies_are_told_by_field(self):
        bad = self.gantry.request("POST", "/api/v1/users", {"email": "no", "name": "", "role": "viewer", "password": "short"})
        self.assertProblem(bad, 422, "INVALID")
        self.assertEqual({i["field"] for i in bad.json["issues"]}, {"email", "name", "password"})
        extra = self.gantry.request("POST", "/api/v1/auth/login", {"email": "a@b", "password": "x", "admin": True}, token=None)
        self.assertProblem(extra, 422, "INVALID")
        self.assertProblem(self.gantry.request("POST", "/api/v1/auth/login", "{", {"Content-Type": "application/json"},
                                               token=None), 400, "MALFORMED")
        self.assertProblem(self.gantry.request("POST", "/api/v1/auth/login", "a=b", {"Content-Type": "text/plain"},
                                               token=None), 415, "UNSUPPORTED")
        self.assertProblem(self.gantry.request("POST", "/api/v1/auth/login", b"x" * 20000,
                                               {"Content-Type": "application/json"}, token=None), 413, "TOO_LARGE")
        self.assertProblem(self.gantry.get("/api/v1/users?page=x"), 422, "INVALID")
        self.assertProblem(self.gantry.get("/api/v1/users?sort=password_hash"), 422, "INVALID")
        self.assertProblem(self.gantry.get("/api/v1/users/not-a-uuid"), 404, "NOT_FOUND")


if __name__ == "__main__":
    harness.main()
