"""Users and their invitations, roles, groups, grants, the organization, and opening a study in an emergency."""
import json
import os
import re
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import PASSWORD, STOW, Case, instance, multipart

API = "/api/v1"
NEW_PASSWORD = "another-horse-battery"
STUDY_A, STUDY_B = "1.2.3", "1.2.9"


class PeopleCase(Case):
    count = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_token = cls.gantry.other_clinic()
        for token in (cls.gantry.token, cls.other_token):
            for study, patient in ((STUDY_A, "P1"), (STUDY_B, "P1"), ("1.2.77", "P2")):
                answer = cls.gantry.request("POST", "/dicom-web/studies", token=token, headers=STOW, body=multipart(
                    [instance(1, study=study, series=study + ".4", patient=patient)]))
                assert answer.status == 200, answer.body
        cls.studies = cls.studies_of(cls.gantry.token)
        cls.other_studies = cls.studies_of(cls.other_token)

    @classmethod
    def studies_of(cls, token):
        items = cls.gantry.get(API + "/studies", token=token).json["items"]
        return {item["study_instance_uid"]: item["id"] for item in items}

    def call(self, method, path, body=None, token=True, status=None, **headers):
        answer = self.gantry.request(method, API + path, body, token=token, headers=headers)
        if status is not None:
            self.assertEqual(answer.status, status, f"{method} {path} {answer.body[:300]}")
        return answer.json if answer.body else None

    def make(self, role="viewer", token=True, name="Somebody"):
        """A user and a token of theirs."""
        PeopleCase.count += 1
        email = f"user{PeopleCase.count}@clinic.example"
        user = self.call("POST", "/users", {"email": email, "name": name, "role": role, "password": PASSWORD}, token, 201)
        return user, self.sign_in(email)

    def sign_in(self, email, password=PASSWORD, status=200):
        answer = self.gantry.sign_in(email, password)
        while answer.status == 429:
            time.sleep(1)
            answer = self.gantry.sign_in(email, password)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json.get("access_token")

    def events(self, action, token=True):
        return self.call("GET", f"/audit-events?action={action}", token=token, status=200)["items"]


class Roles(PeopleCase):
    def test_built_in_roles_and_own_ones_are_listed(self):
        role = self.call("POST", "/roles", {"name": "night shift", "permissions": ["read_studies", "read_work_items"],
                                            "granted_permissions": []}, status=201)
        self.assertEqual(role["permissions"], ["read_studies", "read_work_items"])
        self.assertFalse(role["is_built_in"])
        roles = self.call("GET", "/roles", status=200)["items"]
        self.assertEqual([r["name"] for r in roles if r["is_built_in"]],
                         ["administrator", "radiologist", "technologist", "referrer", "researcher", "viewer"])
        self.assertIn(role["id"], [r.get("id") for r in roles])
        self.call("GET", f"/roles/{role['id']}", token=self.other_token, status=404)
        self.assertNotIn(role["id"], json.dumps(self.call("GET", "/roles", token=self.other_token)))
        self.call("POST", "/roles", {"name": "night shift"}, status=409)
        self.call("POST", "/roles", {"name": "night shift"}, self.other_token, status=201)
        for name, permissions in (("viewer", []), ("x", ["run_system"]), ("x", ["nonsense"]), ("x", ["anyone"])):
            self.call("POST", "/roles", {"name": name, "permissions": permissions}, status=422)
        changed = self.call("PATCH", f"/roles/{role['id']}", {"permissions": []}, status=200, **{"If-Match": '"1"'})
        self.assertEqual((changed["permissions"], changed["version"]), ([], 2))
        self.call("PATCH", f"/roles/{role['id']}", {"name": "y"}, status=412, **{"If-Match": '"1"'})
        self.call("DELETE", f"/roles/{role['id']}", status=204)
        self.call("GET", f"/roles/{role['id']}", status=404)

    def test_what_a_role_says_counts_within_a_second(self):
        role = self.call("POST", "/roles", {"name": "changing", "permissions": ["read_studies"]}, status=201)
        user, token = self.make(role["id"])
        self.assertEqual((user["role"], user["role_id"]), ("custom", role["id"]))
        self.call("GET", "/studies", token=token, status=200)
        self.call("GET", "/users", token=token, status=403)
        self.call("DELETE", f"/roles/{role['id']}", status=409)
        self.call("PATCH", f"/roles/{role['id']}", {"permissions": ["read_users"]}, status=200)
        time.sleep(1)
        self.call("GET", "/studies", token=token, status=403)
        self.call("GET", "/users", token=token, status=200)
        me = self.call("GET", "/auth/me", token=token, status=200)
        self.assertEqual(me["permissions"], ["read_users"])
        self.call("DELETE", f"/users/{user['id']}", status=204)
        self.call("DELETE", f"/roles/{role['id']}", status=204)

    def test_it_counts_within_a_second_on_every_node(self):
        """They share the database; that a role changes nobody tells the other."""
        role = self.call("POST", "/roles", {"name": "elsewhere", "permissions": ["read_studies"]}, status=201)
        user, token = self.make(role["id"])
        other = harness.Gantry(harness.BINARY, folder=self.gantry.folder)
        other.start()
        try:
            self.assertEqual(other.get(API + "/studies", token=token).status, 200)
            self.call("PATCH", f"/roles/{role['id']}", {"permissions": ["read_users"]}, status=200)
            time.sleep(1)
            self.assertEqual(other.get(API + "/studies", token=token).status, 403)
            self.assertEqual(other.get(API + "/users", token=token).status, 200)
            self.call("PATCH", f"/users/{user['id']}", {"role": "viewer"}, status=200)
            time.sleep(1)
            self.assertEqual(other.get(API + "/auth/me", token=token).status, 401)
        finally:
            self.assertEqual(other.stop(), 0)

    def test_nobody_gives_what_they_do_not_have(self):
        manager = self.call("POST", "/roles", {"name": "manager", "permissions": [
            "read_users", "write_users", "write_roles"]}, status=201)
        weak = self.call("POST", "/roles", {"name": "weak", "permissions": ["read_users"]}, status=201)
        strong = self.call("POST", "/roles", {"name": "strong", "permissions": ["delete_studies"]}, status=201)
        user, token = self.make(manager["id"])
        viewer, _ = self.make("viewer")
        administrator = self.call("GET", "/auth/me")
        invitation = {"email": "new@clinic.example", "name": "New"}
        for refused in (("POST", "/roles", {"name": "z", "permissions": ["read_studies"]}),
                        ("POST", "/roles", {"name": "z", "granted_permissions": ["read_studies"]}),
                        ("POST", "/roles", {"name": "z", "permissions": ["break_glass"]}),
                        ("PATCH", f"/roles/{weak['id']}", {"permissions": ["read_studies"]}),
                        ("PATCH", f"/roles/{manager['id']}", {"permissions": ["read_users", "write_users", "read_audit"]}),
                        ("PATCH", f"/roles/{strong['id']}", {"permissions": []}),
                        ("DELETE", f"/roles/{strong['id']}", None),
                        ("POST", "/users/invite", {**invitation, "role": "viewer"}),
                        ("POST", "/users/invite", {**invitation, "role": strong["id"]}),
                        ("POST", "/users", {**invitation, "role": "administrator", "password": PASSWORD}),
                        ("PATCH", f"/users/{administrator['id']}", {"password": NEW_PASSWORD}),
                        ("PATCH", f"/users/{viewer['id']}", {"password": NEW_PASSWORD}),
                        ("POST", f"/users/{viewer['id']}/deactivate", None),
                        ("DELETE", f"/users/{administrator['id']}", None)):
            with self.subTest(refused=refused[:2]):
                self.call(*refused, token=token, status=403)
        self.call("PATCH", f"/users/{user['id']}", {"role": weak["id"]}, token=token, status=409)
        made = self.call("POST", "/roles", {"name": "fine", "permissions": ["read_users"]}, token=token, status=201)
        self.call("POST", "/users", {**invitation, "role": made["id"], "password": PASSWORD}, token=token, status=201)
        self.call("POST", "/users", {**invitation, "email": "z@x.example", "password": PASSWORD}, status=422)
        self.call("POST", "/users", {**invitation, "email": "z@x.example", "password": PASSWORD, "role": "custom"}, status=422)

    def test_the_last_administrator_stays(self):
        me = self.call("GET", "/auth/me")
        self.call("PATCH", f"/users/{me['id']}", {"role": "viewer"}, status=409)
        self.call("PATCH", f"/users/{me['id']}", {"is_active": False}, status=409)
        self.call("POST", f"/users/{me['id']}/deactivate", status=409)
        self.call("DELETE", f"/users/{me['id']}", status=409)
        second, token = self.make("administrator")
        # both take the other's role away at the same time: one of them stays
        results = []
        threads = [threading.Thread(target=lambda who=who, by=by: results.append(self.gantry.request(
            "PATCH", f"{API}/users/{who}", {"role": "viewer"}, token=by).status))
            for who, by in ((me["id"], token), (second["id"], self.gantry.token))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertIn(sorted(results), ([200, 401], [200, 403], [200, 409]))
        roles = [u["role"] for u in self.users_behind() if u["id"] in (me["id"], second["id"])]
        self.assertEqual(sorted(roles), ["administrator", "viewer"])
        self.gantry.token = self.sign_in("admin@example.org")
        if self.call("GET", "/auth/me")["role"] != "administrator":
            token = self.sign_in(second["email"])
            self.call("PATCH", f"/users/{me['id']}", {"role": "administrator"}, token, 200)
            self.gantry.token = self.sign_in("admin@example.org")
        else:
            self.call("PATCH", f"/users/{second['id']}", {"role": "administrator"}, status=200)
            token = self.sign_in(second["email"])
        self.call("POST", f"/users/{second['id']}/deactivate", status=200)
        self.call("GET", "/auth/me", token=token, status=401)

    def users_behind(self):
        names = ["administrator", "radiologist", "technologist", "referrer", "researcher", "viewer", "custom"]
        return [{"id": re.sub(r"(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5", row[0].lower().replace("-", "")),
                 "role": names[int(row[1])]}
                for row in self.gantry.sql("SELECT " + ("id" if harness.ENGINE == "postgres" else "hex(id)") + ", role FROM users")]


class Invitations(PeopleCase):
    """The link is in the mail; here it is replaced by one whose token is known, behind the program's back."""
    TOKEN = "gi_" + "A" * 42

    def invite(self, email, role="viewer", token=True, status=201):
        return self.call("POST", "/users/invite", {"email": email, "name": "Grace", "role": role}, token, status)

    def know(self, user, last="a"):
        """The token of the invitation from now on."""
        import hashlib
        token = self.TOKEN + last
        digest = hashlib.sha256(token.encode()).hexdigest()
        identifier = user["id"] if harness.ENGINE == "postgres" else None
        where = f"id = '{identifier}'" if identifier else f"hex(id) = '{user['id'].replace('-', '').upper()}'"
        self.gantry.sql(f"UPDATE users SET invitation_hash = '{digest}' WHERE {where}")
        return token

    def accept(self, token, status, **more):
        while True:
            answer = self.gantry.request("POST", API + "/auth/invitations/accept",
                                         {"token": token, "password": NEW_PASSWORD, **more}, token=None)
            if answer.status != 429:
                break
            time.sleep(1)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json

    def test_invited_accepted_and_signed_in(self):
        user = self.invite("Grace@Clinic.example", "radiologist")
        self.assertEqual((user["state"], user["email"], user["role"]), ("invited", "grace@clinic.example", "radiologist"))
        self.assertNotIn("gi_", json.dumps(user))
        self.sign_in("grace@clinic.example", NEW_PASSWORD, 401)
        self.sign_in(user["id"], NEW_PASSWORD, 401)
        listed = self.call("GET", "/users?state=invited", status=200)["items"]
        self.assertIn(user["id"], [u["id"] for u in listed])
        for refused in (("PATCH", f"/users/{user['id']}", {"is_active": True}),
                        ("PATCH", f"/users/{user['id']}", {"password": NEW_PASSWORD}),
                        ("POST", f"/users/{user['id']}/reactivate", None), ("POST", f"/users/{user['id']}/deactivate", None)):
            self.call(*refused, status=409)
        token = self.know(user)
        self.accept(token + "b", 404)
        self.accept("gi_" + "B" * 43, 404)
        self.accept("nonsense", 404)
        self.assertEqual(self.accept(token, 200, name="Grace Hopper")["email"], "grace@clinic.example")
        self.accept(token, 404)
        signed_in = self.sign_in("grace@clinic.example", NEW_PASSWORD)
        self.call("GET", "/studies", token=signed_in, status=200)
        user = self.call("GET", f"/users/{user['id']}", status=200)
        self.assertEqual((user["state"], user["name"]), ("active", "Grace Hopper"))
        self.assertIn("last_sign_in_at", user)
        self.assertEqual(self.events("accept_invitation")[0]["subject_id"], user["id"])
        self.call("POST", f"/users/{user['id']}/invitation", status=409)
        self.assertNotIn(token, self.gantry.log())

    def test_only_administrators_see_the_link_of_a_held_mail(self):
        """Without a mail server it is read out of the mail; whoever has it becomes who is invited."""
        role = self.call("POST", "/roles", {"name": "secretary", "permissions": ["read_users", "write_users"]}, status=201)
        _, secretary = self.make(role["id"])
        user = self.invite("chief@clinic.example", "administrator")
        mail = self.call("GET", "/mails", status=200)["items"][0]
        self.assertEqual(mail["recipient"], user["email"])
        hidden = self.call("GET", f"/mails/{mail['id']}", token=secretary, status=200)
        self.assertFalse(hidden["shows_link"])
        self.assertNotIn("gi_", json.dumps(hidden))
        shown = self.call("GET", f"/mails/{mail['id']}", status=200)
        token = re.search(r"/invite/(gi_[A-Za-z0-9_-]{43})", shown["text"]).group(1)
        self.assertEqual(self.accept(token, 200)["email"], "chief@clinic.example")
        self.sign_in("chief@clinic.example", NEW_PASSWORD)
        self.call("DELETE", f"/users/{user['id']}", status=204)

    def test_resent_withdrawn_and_expired(self):
        user = self.invite("ada@clinic.example")
        token = self.know(user, "b")
        self.call("POST", f"/users/{user['id']}/invitation", status=200)
        self.accept(token, 404)
        token = self.know(user, "b")
        self.call("DELETE", f"/users/{user['id']}/invitation", status=204)
        self.accept(token, 404)
        self.call("GET", f"/users/{user['id']}", status=404)
        user = self.invite("ada@clinic.example")
        token = self.know(user, "c")
        self.gantry.sql("UPDATE users SET invitation_expires_at = 1 WHERE invited_email = 'ada@clinic.example'")
        self.accept(token, 404)
        self.invite("ada@clinic.example", status=409)
        self.call("DELETE", f"/users/{user['id']}", status=204)

    def test_an_address_of_another_organization_is_like_any_other(self):
        elsewhere, _ = self.make("viewer", self.other_token)
        same = self.invite(elsewhere["email"])
        fresh = self.invite("never-heard-of@clinic.example")
        self.assertEqual(set(same), set(fresh))
        self.call("POST", "/users/invite", {"email": elsewhere["email"], "name": "x", "role": "viewer"},
                  self.other_token, 409)
        # whoever reads the mail may be told
        self.accept(self.know(same, "d"), 409)
        self.assertEqual(self.call("GET", f"/users/{same['id']}")["state"], "invited")
        self.sign_in(elsewhere["email"])

    def test_the_page_of_the_link(self):
        page = self.gantry.get("/invite/" + self.TOKEN + "a", token=None)
        self.assertEqual((page.status, page.headers["content-type"]), (200, "text/html; charset=utf-8"))
        self.assertIn("script-src 'self'", page.headers["content-security-policy"])
        self.assertEqual((page.headers["referrer-policy"], page.headers["cache-control"]), ("no-referrer", "no-store"))
        for name in re.findall(r'(?:src|href)="([^"]+)"', page.body.decode()):
            self.assertEqual(self.gantry.get(name, token=None).status, 200, name)
        self.assertNotIn(b"onclick", page.body)


class Life(PeopleCase):
    def test_deactivated_reactivated_deleted(self):
        user, token = self.make("referrer")
        group = self.call("POST", "/groups", {"name": "leavers"}, status=201)
        self.call("POST", f"/groups/{group['id']}/members", {"user_id": user["id"]}, status=204)
        self.call("POST", f"/studies/{self.studies[STUDY_A]}/grants",
                  {"grantee_kind": "user", "grantee_id": user["id"]}, status=201)
        self.call("POST", f"/users/{user['id']}/deactivate", status=200)
        self.call("GET", "/auth/me", token=token, status=401)
        self.sign_in(user["email"], status=401)
        self.assertEqual(self.call("GET", f"/users/{user['id']}")["state"], "deactivated")
        self.call("POST", f"/users/{user['id']}/reactivate", status=204)
        token = self.sign_in(user["email"])
        self.assertEqual(self.call("GET", "/studies", token=token)["total"], 1)
        for _ in range(5):
            self.sign_in(user["email"], "wrong password", 401)
        self.assertEqual(self.call("GET", f"/users/{user['id']}")["state"], "locked")
        self.call("POST", f"/users/{user['id']}/reactivate", status=204)
        self.sign_in(user["email"])
        self.call("DELETE", f"/users/{user['id']}", status=204)
        self.call("GET", "/auth/me", token=token, status=401)
        self.sign_in(user["email"], status=401)
        kept = self.call("GET", f"/users/{user['id']}", status=200)
        self.assertEqual((kept["state"], kept["email"], kept["name"]), ("deleted", user["email"], user["name"]))
        self.assertNotIn(user["id"], [u["id"] for u in self.call("GET", "/users?page_size=200")["items"]])
        self.assertIn(user["id"], [u["id"] for u in self.call("GET", "/users?state=deleted")["items"]])
        self.assertEqual(self.call("GET", f"/users/{user['id']}/grants")["total"], 0)
        self.assertEqual(self.call("GET", f"/groups/{group['id']}/members")["total"], 0)
        for method, path, body in (("PATCH", "", {"name": "x"}), ("POST", "/reactivate", None), ("DELETE", "", None)):
            self.call(method, f"/users/{user['id']}{path}", body, status=404)
        again = self.call("POST", "/users", {"email": user["email"], "name": "New", "role": "viewer",
                                             "password": PASSWORD}, status=201)
        self.assertNotEqual(again["id"], user["id"])
        self.assertEqual([e["subject_id"] for e in self.events("delete_user")][0], user["id"])


class Organization(PeopleCase):
    def test_name_and_settings(self):
        before = self.call("GET", "/organization", status=200)
        self.assertEqual((before["break_glass_minutes"], before["language"]), (240, "en"))
        self.assertEqual(before["break_glass_roles"], ["radiologist", "technologist", "referrer", "custom"])
        changed = self.call("PATCH", "/organization", {"name": "St. Mary's", "language": "de-AT",
                                                       "mfa_required_roles": ["radiologist"]}, status=200)
        self.assertEqual((changed["name"], changed["mfa_required_roles"]), ("St. Mary's", ["radiologist"]))
        self.assertEqual(changed["break_glass_roles"], before["break_glass_roles"])
        delicate = {"mfa_required_roles": [], "break_glass_roles": []}
        self.assertEqual(self.call("PATCH", "/organization", delicate, status=422)["issues"][0]["field"], "password")
        self.call("PATCH", "/organization", {**delicate, "password": "wrong password"}, status=403)
        changed = self.call("PATCH", "/organization", {**delicate, "password": PASSWORD}, status=200)
        self.assertNotIn("password", changed)
        mails = self.call("GET", "/mails?template_name=security_changed", status=200)["items"]
        self.assertEqual([mail["recipient"] for mail in mails], ["admin@example.org"])
        self.assertEqual((changed["mfa_required_roles"], changed["break_glass_roles"]), ([], []))
        self.assertEqual(self.call("GET", "/organization"), changed)
        other = self.call("GET", "/organization", token=self.other_token)
        self.assertEqual((other["name"], other["language"]), ("Other clinic", "en"))
        for body in ({"language": "-"}, {"break_glass_minutes": 0}, {"mfa_required_roles": ["boss"]}, {"nonsense": 1}):
            self.assertIn(self.gantry.request("PATCH", API + "/organization", body).status, (400, 422), body)
        self.call("PATCH", "/organization", {"name": "x"}, status=412, **{"If-Match": '"1"'})
        self.call("PATCH", "/organization", {"break_glass_roles": before["break_glass_roles"], "password": PASSWORD}, status=200)


class Grants(PeopleCase):
    def visible(self, token):
        return {i["study_instance_uid"] for i in self.call("GET", "/studies", token=token, status=200)["items"]}

    def test_a_study_a_patient_and_an_end(self):
        user, token = self.make("referrer")
        self.assertEqual(self.visible(token), set())
        grant = self.call("POST", f"/studies/{self.studies[STUDY_A]}/grants",
                          {"grantee_kind": "user", "grantee_id": user["id"]}, status=201)
        self.assertEqual((grant["permissions"], grant["granted_kind"], grant["granted_id"]),
                         (["read_studies"], "study", self.studies[STUDY_A]))
        self.assertEqual(self.visible(token), {STUDY_A})
        self.call("GET", f"/studies/{self.studies[STUDY_B]}", token=token, status=404)
        self.assertEqual(self.gantry.get(f"/dicom-web/studies/{STUDY_A}/metadata", token=token).status, 200)
        self.assertEqual(self.gantry.get(f"/dicom-web/studies/{STUDY_B}/metadata", token=token).status, 404)
        whole = self.call("POST", f"/studies/{self.studies[STUDY_A]}/grants",
                          {"grantee_kind": "user", "grantee_id": user["id"], "patient": True}, status=201)
        self.assertEqual(self.visible(token), {STUDY_A, STUDY_B})
        listed = self.call("GET", f"/users/{user['id']}/grants", status=200)["items"]
        self.assertEqual([g["id"] for g in listed], [grant["id"], whole["id"]])
        on_study = self.call("GET", f"/studies/{self.studies[STUDY_A]}/grants", status=200)["items"]
        self.assertEqual([g["id"] for g in on_study if g["grantee_id"] == user["id"]], [grant["id"]])
        on_patient = self.call("GET", f"/studies/{self.studies[STUDY_B]}/grants?patient=true", status=200)["items"]
        self.assertIn(whole["id"], [g["id"] for g in on_patient])
        self.call("PATCH", f"/grants/{whole['id']}", {"expires_at": "2020-01-01T00:00:00Z"}, status=422)
        self.call("PATCH", f"/grants/{whole['id']}", {}, status=422)
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
        self.call("PATCH", f"/grants/{whole['id']}", {"expires_at": soon}, status=200)
        self.assertEqual(self.visible(token), {STUDY_A, STUDY_B})
        time.sleep(2.1)
        self.assertEqual(self.visible(token), {STUDY_A})
        self.call("PATCH", f"/grants/{whole['id']}", {"is_endless": True}, status=200)
        self.assertEqual(self.visible(token), {STUDY_A, STUDY_B})
        for one in (grant, whole):
            self.call("PATCH", f"/grants/{one['id']}", {"is_endless": True}, self.other_token, 404)
            self.call("DELETE", f"/grants/{one['id']}", token=self.other_token, status=404)
            self.call("DELETE", f"/grants/{one['id']}", status=204)
        self.assertEqual(self.visible(token), set())
        self.assertEqual(self.events("create_study_grant")[0]["subject_id"], self.studies[STUDY_A])

    def test_a_group(self):
        user, token = self.make("referrer")
        group = self.call("POST", "/groups", {"name": "tumor board"}, status=201)
        self.call("POST", "/groups", {"name": "tumor board"}, status=409)
        self.call("POST", f"/studies/{self.studies[STUDY_B]}/grants",
                  {"grantee_kind": "group", "grantee_id": group["id"]}, status=201)
        self.assertEqual(self.visible(token), set())
        self.call("POST", f"/groups/{group['id']}/members", {"user_id": user["id"]}, status=204)
        self.call("POST", f"/groups/{group['id']}/members", {"user_id": user["id"]}, status=204)
        self.assertEqual(self.visible(token), {STUDY_B})
        self.assertEqual([u["id"] for u in self.call("GET", f"/groups/{group['id']}/members")["items"]], [user["id"]])
        self.assertEqual(self.call("GET", f"/groups/{group['id']}/grants")["total"], 1)
        stranger = self.call("GET", "/users", token=self.other_token)["items"][0]
        self.call("POST", f"/groups/{group['id']}/members", {"user_id": stranger["id"]}, status=422)
        self.call("POST", f"/groups/{group['id']}/members", {"user_id": user["id"]}, self.other_token, 404)
        self.call("GET", f"/groups/{group['id']}", token=self.other_token, status=404)
        self.assertEqual(self.call("GET", "/groups", token=self.other_token)["total"], 0)
        self.call("PATCH", f"/groups/{group['id']}", {"name": "board"}, status=200)
        self.call("DELETE", f"/groups/{group['id']}/members/{user['id']}", status=204)
        self.call("DELETE", f"/groups/{group['id']}/members/{user['id']}", status=404)
        self.assertEqual(self.visible(token), set())
        self.call("POST", f"/groups/{group['id']}/members", {"user_id": user["id"]}, status=204)
        self.call("DELETE", f"/groups/{group['id']}", status=204)
        self.assertEqual(self.visible(token), set())
        # somebody who manages users but sees no images does not get in by a group
        role = self.call("POST", "/roles", {"name": "clerk", "permissions": ["read_users", "write_users"],
                                            "granted_permissions": ["read_studies"]}, status=201)
        clerk, clerk_token = self.make(role["id"])
        group = self.call("POST", "/groups", {"name": "doctors"}, status=201)
        self.call("POST", f"/groups/{group['id']}/members", {"user_id": clerk["id"]}, clerk_token, 403)
        self.call("POST", f"/groups/{group['id']}/members", {"user_id": user["id"]}, clerk_token, 204)
        self.call("POST", f"/studies/{self.studies[STUDY_B]}/grants",
                  {"grantee_kind": "group", "grantee_id": group["id"]}, status=201)
        self.call("POST", f"/groups/{group['id']}/members", {"user_id": user["id"]}, clerk_token, 403)

    def test_what_cannot_be_granted(self):
        researcher, token = self.make("researcher")
        referrer, referrer_token = self.make("referrer")
        place = f"/studies/{self.studies[STUDY_A]}/grants"
        self.call("POST", place, {"grantee_kind": "user", "grantee_id": researcher["id"]}, status=422)
        for permissions in (["delete_studies"], ["run_system"], ["write_users"]):
            self.call("POST", place, {"grantee_kind": "user", "grantee_id": referrer["id"], "permissions": permissions}, status=422)
        stranger = self.call("GET", "/users", token=self.other_token)["items"][0]
        unknown = self.gantry.request("POST", API + place, {"grantee_kind": "user", "grantee_id": self.studies[STUDY_A]})
        foreign = self.gantry.request("POST", API + place, {"grantee_kind": "user", "grantee_id": stranger["id"]})
        self.assertEqual(unknown.json["issues"], foreign.json["issues"])
        self.assertEqual((unknown.status, foreign.status), (422, 422))
        for kind in ("share", "api_key", "nobody"):
            self.call("POST", place, {"grantee_kind": kind, "grantee_id": referrer["id"]}, status=422)
        self.call("POST", place, {"grantee_kind": "user", "grantee_id": referrer["id"]}, referrer_token, 403)
        self.call("POST", f"/studies/{self.other_studies[STUDY_A]}/grants",
                  {"grantee_kind": "user", "grantee_id": referrer["id"]}, status=404)
        # whoever gives grants but sees a part only gives of that part, and of it not the patient
        role = self.call("POST", "/roles", {"name": "desk", "permissions": ["write_grants"],
                                            "granted_permissions": ["read_studies"]}, status=201)
        desk, desk_token = self.make(role["id"])
        body = {"grantee_kind": "user", "grantee_id": referrer["id"]}
        self.call("POST", place, body, desk_token, 404)
        mine = self.call("POST", place, {"grantee_kind": "user", "grantee_id": desk["id"]}, status=201)
        given = self.call("POST", place, body, desk_token, 201)
        self.call("POST", place, {**body, "patient": True}, desk_token, 403)
        self.call("PATCH", f"/grants/{mine['id']}", {"is_endless": True}, desk_token, 403)
        group = self.call("POST", "/groups", {"name": "front desk"}, status=201)
        self.call("POST", place, {"grantee_kind": "group", "grantee_id": group["id"]}, desk_token, 201)
        self.call("POST", f"/groups/{group['id']}/members", {"user_id": desk["id"]}, status=204)
        for kind, identifier in (("user", desk["id"]), ("group", group["id"])):
            self.call("POST", place, {"grantee_kind": kind, "grantee_id": identifier}, desk_token, 403)
        hidden = self.call("POST", f"/studies/{self.studies[STUDY_B]}/grants", body, status=201)
        self.call("DELETE", f"/grants/{hidden['id']}", token=desk_token, status=404)
        self.call("DELETE", f"/grants/{given['id']}", token=desk_token, status=204)


class BreakGlass(PeopleCase):
    REASON = "Trauma, patient unconscious"

    def visible(self, token):
        return {i["study_instance_uid"] for i in self.call("GET", "/studies", token=token, status=200)["items"]}

    def test_a_study_for_a_while(self):
        user, token = self.make("referrer")
        place = f"/studies/{self.studies[STUDY_A]}/break-glass"
        for reason in ("", "short", "         x          ", "x" * 501):
            self.call("POST", place, {"reason": reason}, token, 422)
        grant = self.call("POST", place, {"reason": self.REASON}, token, 201)
        self.assertEqual((grant["grantee_id"], grant["granted_by"], grant["reason"]),
                         (user["id"], user["id"], self.REASON))
        self.assertEqual(self.visible(token), {STUDY_A})
        self.assertEqual(self.events("break_glass_study")[0]["subject_id"], self.studies[STUDY_A])
        self.assertIn("glass_broken", self.gantry.log())
        mails = self.gantry.sql("SELECT recipient, parameters FROM mails WHERE subject LIKE '%mergency access%'")
        self.assertIn("admin@example.org", [m[0] for m in mails])
        self.assertNotIn("Doe", json.dumps(mails))
        self.call("PATCH", f"/grants/{grant['id']}", {"is_endless": True}, token, 403)
        self.gantry.sql("UPDATE grants SET expires_at = 1")
        self.assertEqual(self.visible(token), set())

    def test_by_uid_and_by_patient(self):
        _, token = self.make("referrer")
        self.call("POST", "/break-glass", {"reason": self.REASON}, token, 422)
        self.call("POST", "/break-glass", {"reason": self.REASON, "patient_id": "P1", "study_instance_uid": STUDY_A}, token, 422)
        for unknown in ({"patient_id": "P9"}, {"patient_id": "P*"}, {"patient_id": "*"}, {"patient_id": "P?"}, {"study_instance_uid": "9.9.9"}, {"patient_id": "P1", "issuer_of_patient_id": "X"}):
            self.call("POST", "/break-glass", {"reason": self.REASON, **unknown}, token, 404)
        self.call("POST", "/break-glass", {"reason": self.REASON, "study_instance_uid": "1.2.77"}, token, 201)
        self.assertEqual(self.visible(token), {"1.2.77"})
        grant = self.call("POST", "/break-glass", {"reason": self.REASON, "patient_id": "P1"}, token, 201)
        self.assertEqual(grant["granted_kind"], "patient")
        self.assertEqual(self.visible(token), {"1.2.77", STUDY_A, STUDY_B})

    def test_who_may(self):
        place = f"/studies/{self.studies[STUDY_A]}/break-glass"
        for role, status in (("administrator", 403), ("radiologist", 409), ("technologist", 409), ("referrer", 201),
                             ("researcher", 403), ("viewer", 403)):
            _, token = self.make(role)
            with self.subTest(role=role):
                self.call("POST", place, {"reason": self.REASON}, token, status)
        _, token = self.make("referrer", self.other_token)
        self.call("POST", place, {"reason": self.REASON}, token, 404)
        own = self.call("POST", "/break-glass", {"reason": self.REASON, "study_instance_uid": STUDY_A}, token, 201)
        self.assertEqual(own["granted_id"], self.other_studies[STUDY_A])
        role = self.call("POST", "/roles", {"name": "ambulance", "permissions": ["break_glass"]}, status=201)
        _, ambulance = self.make(role["id"])
        self.call("POST", place, {"reason": self.REASON}, ambulance, 201)
        self.assertEqual(self.visible(ambulance), {STUDY_A})
        _, referrer = self.make("referrer")
        self.call("PATCH", "/organization", {"break_glass_roles": ["custom"], "break_glass_minutes": 30, "password": PASSWORD}, status=200)
        self.call("POST", place, {"reason": self.REASON}, referrer, 403)
        grant = self.call("POST", place, {"reason": self.REASON}, ambulance, 201)
        seconds = [time.mktime(time.strptime(grant[name][:19], "%Y-%m-%dT%H:%M:%S")) for name in ("created_at", "expires_at")]
        self.assertEqual(seconds[1] - seconds[0], 1800)
        self.call("PATCH", "/organization", {"break_glass_roles": ["referrer", "custom"], "break_glass_minutes": 240,
                                             "password": PASSWORD}, status=200)


if __name__ == "__main__":
    harness.main()
