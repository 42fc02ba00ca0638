"""Every route by every role, with every kind of credential, about what is granted, what is not, and what is another organization's:
what the program does is compared with policy.csv. What is read is searched for what must not be in it."""
import collections
import csv
import http.client
import itertools
import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import PASSWORD, STOW, Gantry, element, instance, multipart

POLICY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "policy.csv")
CELL_COUNT_MIN = 2500
API, WEB = "/api/v1", "/dicom-web"
ROLES = ["administrator", "radiologist", "technologist", "referrer", "researcher", "viewer", "custom"]
CUSTOM = {"name": "reading room", "permissions": ["read_users", "read_audit", "write_work_items"],
          "granted_permissions": ["read_studies", "download_studies"]}
JSON, DICOM_JSON = {"Content-Type": "application/json"}, {"Content-Type": "application/dicom+json"}

# What each study is recognised by, wherever it stands in an answer.
GRANTED, HIDDEN, FOREIGN = "1.2.840.7701", "1.2.840.7702", "1.2.840.7799"
NAMES = {GRANTED: "OPENED", HIDDEN: "HIDDEN", FOREIGN: "FOREIGN"}
CLASSES = {"color-palettes": "1.2.840.10008.5.1.4.39.1", "defined-procedure-protocols": "1.2.840.10008.5.1.4.1.1.200.1",
           "hanging-protocols": "1.2.840.10008.5.1.4.38.1", "implant-templates": "1.2.840.10008.5.1.4.43.1",
           "inventories": "1.2.840.10008.5.1.4.1.1.201.1", "protocol-approvals": "1.2.840.10008.5.1.4.1.1.200.3"}
WORKLIST = "1.2.840.10008.5.1.4.34.5"
# Lists from which studies must be missing rather than refused.
STUDY_LISTS = {f"{API}/studies", f"{WEB}/studies", f"{WEB}/series", f"{WEB}/instances", f"{WEB}/patients"}
# Searches below something: where that is not there, nothing is found.
# What a signed address opens: bytes, and nothing that lists or changes.
def is_signable(method, path):
    return method == "GET" and (path == f"{WEB}/wado" or path.endswith("/versions/{version_id}/file") or (
        path.startswith(WEB) and path not in SEARCHES and ("{study}" in path or "{instance}" in path)))


SEARCHES = {f"{WEB}/studies/{{study}}/series", f"{WEB}/studies/{{study}}/instances",
            f"{WEB}/studies/{{study}}/series/{{series}}/instances"}


def text(vr, *values):
    return {"vr": vr, "Value": list(values)}


def code(value):
    return {"vr": "SQ", "Value": [{"00080100": text("SH", value), "00080102": text("SH", "99TEST"),
                                   "00080104": text("LO", "Something")}]}


WORK_ITEM = {"00404005": text("DT", "20260102103000"), "00404018": code("W1"), "00404025": code("CT1"),
             "00404041": text("CS", "READY"), "00741000": text("CS", "SCHEDULED"), "00741200": text("CS", "MEDIUM"),
             "00741204": text("LO", "Contour")}


def non_patient_object(uid, sop_class):
    meta = (element(0x00020002, "UI", sop_class) + element(0x00020003, "UI", uid)
            + element(0x00020010, "UI", "1.2.840.10008.1.2.1"))
    data = (element(0x00080016, "UI", sop_class) + element(0x00080018, "UI", uid)
            + element(0x00420011, "OB", bytes(4096)))
    return b"\0" * 128 + b"DICM" + element(0x00020000, "UL", len(meta).to_bytes(4, "little")) + meta + data


def read_policy():
    with open(POLICY) as file:
        lines = [line for line in file if not line.startswith("#")]
    head, *rows = [[cell.strip() for cell in row] for row in csv.reader(lines)]
    return {(row[0], row[1]): dict(zip(head, row, strict=True)) for row in rows}


class Caller:
    """Somebody, with every kind of credential that there is. To add a kind: its headers here, its column in the policy."""

    def __init__(self, server, email):
        self.server, self.email = server, email
        self.credentials = {}
        self.sign_in()

    def sign_in(self):
        body = {"email": self.email, "password": PASSWORD}
        pair = self.server.send("POST", API + "/auth/login", json.dumps(body), JSON)
        page = self.server.send("POST", API + "/auth/browser-session", json.dumps(body), JSON)
        assert (pair.status, page.status) == (200, 204), (pair.body, page.body)
        self.credentials = {"bearer": {"Authorization": "Bearer " + pair.json["access_token"]},
                            "cookie": {"Cookie": page.headers["set-cookie"].split(";")[0]}}


class Server:
    """One connection that stays open; each request comes from an address of its own, so that no limit by address is met."""

    def __init__(self, gantry):
        self.gantry, self.connection, self.count = gantry, None, itertools.count(1)

    def send(self, method, path, body=None, headers=None, read=True):
        number = next(self.count)
        headers = {"Sec-Fetch-Site": "same-origin", **(headers or {}),
                   "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.gantry.port, timeout=60)
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        if not read:  # an answer that lasts
            response.read = lambda *_: b""
        answer = harness.Answer(response)
        if not read or response.will_close:
            self.connection.close()
            self.connection = None
        return answer


class Organization:
    """What there is in one, made by an administrator who is nobody's subject."""

    def __init__(self, server, keeper, studies):
        self.server, self.keeper, self.count, self.things = server, keeper, itertools.count(1), {}
        self.reports = {}
        self.studies = {uid: self.store(uid) for uid in studies}
        self.work_item = f"{studies[0]}.700"
        made = self.call("POST", f"{WEB}/workitems?{self.work_item}", WORK_ITEM, DICOM_JSON)
        assert made.status == 201, made.body
        self.objects = {}
        for number, (category, sop_class) in enumerate(CLASSES.items()):
            self.objects[category] = uid = f"{studies[0]}.8.{number}"
            stored = self.call("POST", f"{WEB}/{category}", multipart([non_patient_object(uid, sop_class)]), STOW)
            assert stored.status == 200, stored.body

    def call(self, method, path, body=None, headers=None):
        if isinstance(body, dict):
            headers, body = headers or JSON, json.dumps(body)
        return self.server.send(method, path, body, {**(headers or {}), **self.keeper.credentials["bearer"]})

    def make(self, path, body):
        made = self.call("POST", API + path, body)
        assert made.status == 201, (path, made.body)
        return made.json["id"]

    def store(self, uid):
        """A study with one instance, of which there is another version beside it; the identifiers of all."""
        name = NAMES[uid]
        for pixels in (16, 32):
            answer = self.call("POST", f"{WEB}/studies", multipart(
                [instance(1, study=uid, series=uid + ".1", name=f"{name}^Patient", patient=name, pixels=pixels)]), STOW)
            assert answer.status in (200, 202), answer.body
        found = self.call("GET", f"{API}/studies?search={name}").json["items"][0]
        series = self.call("GET", f"{API}/studies/{found['id']}/series").json["items"][0]
        item = self.call("GET", f"{API}/series/{series['id']}/instances").json["items"][0]
        return {"studies": found["id"], "series": series["id"], "instances": item["id"]}

    def version(self, uid):
        """Of the instance; restored ones come and go."""
        return self.call("GET", f"{API}/instances/{self.studies[uid]['instances']}/versions").json["items"][-1]["id"]

    def thing(self, name):
        """The one there is, or another when it has been used up."""
        if name not in self.things:
            self.things[name] = getattr(self, name)()
        return self.things[name]

    def user(self):
        return self.make("/users/invite", {"email": f"{next(self.count)}@{NAMES[next(iter(self.studies))].lower()}.example",
                                           "name": "Guest", "role": "viewer"})

    def role(self):
        return self.make("/roles", {"name": f"role {next(self.count)}", "permissions": ["read_users"]})

    def api_key(self):
        return self.make("/api-keys", {"name": f"key {next(self.count)}", "scopes": ["studies:read"]})

    def schedule(self):
        return self.make("/schedules", {"name": f"schedule {next(self.count)}", "kind": "clean_up", "expression": "@daily"})

    def retention_rule(self):
        return self.make("/retention-rules", {"name": f"rule {next(self.count)}", "days": 36525, "is_enabled": False})

    def hold(self, method, uid):
        """Places or lifts a legal hold."""
        place = f"{API}/studies/{self.studies[uid]['studies']}/legal-hold"
        self.call(method, place + ("?reason=why" if method == "DELETE" else ""), {"reason": "why"} if method == "PUT" else None)

    def group(self):
        return self.make("/groups", {"name": f"group {next(self.count)}"})

    def member(self):
        group, user = self.group(), self.user()
        assert self.call("POST", f"{API}/groups/{group}/members", {"user_id": user}).status == 204
        return group, user

    def grant(self):
        study = next(iter(self.studies.values()))["studies"]
        return self.make(f"/studies/{study}/grants", {"grantee_kind": "user", "grantee_id": self.user()})

    def share(self):
        return self.make("/shares", {"study_ids": [next(iter(self.studies.values()))["studies"]]})

    def album(self):
        return self.make("/albums", {"name": f"album {next(self.count)}"})

    def album_member(self):
        album = self.album()
        return album, self.make(f"/albums/{album}/members", {"user_id": self.user()})

    def mail(self):
        """Of an invitation."""
        self.user()
        return self.call("GET", f"{API}/mails").json["items"][0]["id"]

    def task(self):
        """Made by the administrator, and done soon."""
        study = next(iter(self.studies.values()))["studies"]
        answer = self.call("POST", f"{API}/studies/{study}/rebuild")
        assert answer.status == 202, answer.body
        return answer.json["id"]

    def export(self):
        """A task with an output."""
        study = next(iter(self.studies.values()))["studies"]
        answer = self.call("POST", f"{API}/exports", {"studies": [study]})
        assert answer.status == 202, answer.body
        path, deadline = f"{API}/tasks/{answer.json['id']}", time.monotonic() + 60
        while self.call("GET", path).json["state"] in ("queued", "running") and time.monotonic() < deadline:
            time.sleep(0.05)
        return answer.json["id"]

    def webhook(self):
        return self.make("/webhooks", {"url": "https://receiver.invalid/", "events": ["share.opened"]})

    def provider(self):
        """Nobody answers there."""
        return self.make("/identity-providers", {"name": f"provider {next(self.count)}", "issuer": "https://login.invalid", "client_id": "gantry"})

    def delivery(self):
        """Of a test, which nobody takes."""
        return self.call("POST", f"{API}/webhooks/{self.webhook()}/test").json["id"]

    def notification(self):
        """The administrator's, of a task that was done."""
        self.task()
        for _ in range(200):
            items = self.call("GET", f"{API}/notifications?kind=task_succeeded").json["items"]
            if items:
                return items[0]["id"]
            time.sleep(0.05)
        raise AssertionError("no notification came")

    def attribute(self):
        """One at a time."""
        for item in self.call("GET", f"{API}/indexed-attributes").json["items"]:
            self.call("DELETE", f"{API}/indexed-attributes/{item['id']}")
        return self.make("/indexed-attributes", {"attribute": "00081050"})

    def report(self, uid):
        """A signed one on the study; it stays."""
        if uid not in self.reports:
            made = self.call("POST", f"{API}/studies/{self.studies[uid]['studies']}/reports",
                             {"title": f"On {NAMES[uid]}", "sections": [{"heading": "Findings", "text": "None."}]})
            assert made.status == 201, made.body
            identifier = made.json["id"]
            signed = self.call("POST", f"{API}/reports/{identifier}/sign", {"password": PASSWORD}, {**JSON, "If-Match": made.headers["etag"]})
            assert signed.status == 200, signed.body
            versions = self.call("GET", f"{API}/reports/{identifier}/versions").json["items"]
            self.reports[uid] = {"id": identifier, "code": versions[0]["verification_code"]}
        return self.reports[uid]

    def deidentification_project(self):
        return self.make("/deidentification-projects", {"name": f"project {next(self.count)}"})

    def destination(self):
        return self.make("/destinations", {"name": f"server {next(self.count)}", "url": "https://pacs.example/dicom-web"})

    def trashed(self, level):
        """A study of its own, of which that is in the trash."""
        uid = f"1.2.3.{next(self.count)}.77.{len(NAMES[next(iter(self.studies))])}"
        answer = self.call("POST", f"{WEB}/studies", multipart([instance(1, study=uid, series=uid + ".1", patient="TRASHED")]), STOW)
        assert answer.status == 200, answer.body
        found = {"studies": self.call("GET", f"{API}/studies?study_instance_uid={uid}").json["items"][0]["id"]}
        found["series"] = self.call("GET", f"{API}/studies/{found['studies']}/series").json["items"][0]["id"]
        found["instances"] = self.call("GET", f"{API}/series/{found['series']}/instances").json["items"][0]["id"]
        assert self.call("DELETE", f"{API}/{level}/{found[level]}").status == 200
        return found[level]

    def trashed_study(self):
        return self.trashed("studies")

    def trashed_series(self):
        return self.trashed("series")

    def trashed_instance(self):
        return self.trashed("instances")

    def report_template(self):
        return self.make("/report-templates", {"name": f"template {next(self.count)}", "language": "en"})

    def untrash(self):
        for of in self.studies.values():
            for level, identifier in of.items():
                self.call("POST", f"{API}/{level}/{identifier}/restore")


# By the first words of the address: what {id} is, and what a request that changes it says.
THINGS = {f"{API}/trash/studies/{{id}}": "trashed_study", f"{API}/trash/series/{{id}}": "trashed_series",
          f"{API}/trash/instances/{{id}}": "trashed_instance",
          f"{API}/users/{{id}}": "user", f"{API}/roles/{{id}}": "role", f"{API}/groups/{{id}}": "group",
          f"{API}/mails/{{id}}": "mail", f"{API}/tasks/{{id}}": "task", f"{API}/schedules/{{id}}": "schedule", f"{API}/retention-rules/{{id}}": "retention_rule", f"{API}/notifications/{{id}}": "notification", f"{API}/shares/{{id}}": "share", f"{API}/albums/{{id}}": "album",
          f"{API}/api-keys/{{id}}": "api_key", f"{API}/grants/{{id}}": "grant", f"{API}/indexed-attributes/{{id}}": "attribute",
          f"{API}/report-templates/{{id}}": "report_template",
          f"{API}/identity-providers/{{id}}": "provider", f"{API}/auth/providers/{{id}}": "provider", f"{API}/auth/identities/{{id}}": "provider",
          f"{API}/deidentification-projects/{{id}}": "deidentification_project", f"{API}/destinations/{{id}}": "destination",
          f"{API}/webhooks/{{id}}": "webhook", f"{API}/webhook-deliveries/{{id}}": "delivery"}
BODIES = {("PUT", f"{API}/studies/{{id}}/legal-hold"): {"reason": "why"},
          ("POST", f"{API}/reports/{{id}}/critical"): {"finding": "Pneumothorax"},
          **{("POST", f"{API}/reports/{{id}}/{rest}"): {"reason": "why"} for rest in ("amend", "cancel", "retract", "lock/take-over")},
          ("POST", f"{API}/users/{{id}}/mfa/disable"): {"password": PASSWORD},
          ("PATCH", f"{API}/api-keys/{{id}}"): {"name": "Other"},
          ("PATCH", f"{API}/users/{{id}}"): {"name": "Other"}, ("PATCH", f"{API}/roles/{{id}}"): {"description": "Other"},
          ("PATCH", f"{API}/groups/{{id}}"): {"name": "renamed"}, ("PATCH", f"{API}/grants/{{id}}"): {"is_endless": True},
          ("POST", f"{API}/studies/{{id}}/break-glass"): {"reason": "Trauma, patient unconscious"},
          ("POST", f"{WEB}/workitems/{{workitem}}"): {"00741204": text("LO", "Other")},
          ("PUT", f"{WEB}/workitems/{{workitem}}/state"): {"00741000": text("CS", "IN PROGRESS"), "00081195": text("UI", "1.9.1")}}
STORES = {("POST", f"{WEB}/studies/{{study}}")} | {("POST", f"{WEB}/{category}/{{instance}}") for category in CLASSES}
FIXED = {"{number}": "1", "{token}": "gi_" + "A" * 43, "{path*}": "7FE00010", "{frames}": "1", "{aetitle}": "MATRIX", "{transaction}": "1.2.3",
         "{identity_id}": "01a21d97-a6ab-7003-9ded-f8fbd58d6095", "{user_id}": "01a21d97-a6ab-7003-9ded-f8fbd58d6095"}


class Matrix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gantry = Gantry(harness.BINARY)
        cls.gantry.environment.update(GANTRY_BEHIND_PROXY="1", GANTRY_DUPLICATES="keep")
        cls.gantry.start()
        cls.server = Server(cls.gantry)
        made = cls.gantry.run("organization", "create", "Other clinic", "other@example.org", input=PASSWORD.encode() + b"\n")
        assert made.returncode == 0, made.stderr
        cls.own = Organization(cls.server, Caller(cls.server, "admin@example.org"), [GRANTED, HIDDEN])
        cls.other = Organization(cls.server, Caller(cls.server, "other@example.org"), [FOREIGN])
        cls.callers = {role: cls.make_caller(role) for role in ROLES}

    @classmethod
    def tearDownClass(cls):
        code = cls.gantry.stop()
        log = cls.gantry.log()
        cls.gantry.remove()
        if code != 0 or "Sanitizer" in log:
            raise AssertionError(f"gantry ended with {code}\n{log[-4000:]}")

    @classmethod
    def make_caller(cls, role):
        email = f"{role}@own.example"
        user = cls.own.make("/users", {"email": email, "name": role, "password": PASSWORD,
                                       "role": cls.own.make("/roles", CUSTOM) if role == "custom" else role})
        if role in ("referrer", "custom"):
            cls.own.make(f"/studies/{cls.own.studies[GRANTED]['studies']}/grants", {"grantee_kind": "user", "grantee_id": user,
                                                                                          "permissions": CUSTOM["granted_permissions"]})
        return Caller(cls.server, email)

    # ---- the policy knows every route, and nothing else ----

    def test_the_policy_knows_every_route(self):
        listed = self.gantry.run("routes")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        routes = {tuple(line.split("\t")[:2]) for line in listed.stdout.decode().splitlines()}
        document = self.server.send("GET", "/openapi.json").json["paths"]
        documented = {(method.upper(), path) for path, operations in document.items() for method in operations}
        shown = {(method, path.replace("*}", "}")) for method, path in routes}
        self.assertEqual(documented - shown, set(), "documented, but no route")
        policy = read_policy()
        self.assertEqual(routes - set(policy), set(), "the policy does not know them")
        self.assertEqual(set(policy) - routes, set(), "in the policy, and gone")
        for key, row in policy.items():
            for role in ROLES:
                self.assertIn(row[role], ("yes", "granted", "shown", "mine", "no", "conflict"), key)
            self.assertIn(row["nobody"] + row["cookie"], ("yesyes", "nono", "noyes"), key)

    # ---- another organization's is like what never was ----

    def problem(self, method, path, headers, body=None):
        answer = self.server.send(method, path, body, {**headers, **(JSON if body else {})})
        problem = answer.json
        problem.pop("request_id")
        shown = {k: v for k, v in answer.headers.items() if k not in ("x-request-id", "date")}
        return answer.status, problem, shown

    def test_another_organizations_things_are_like_none(self):
        headers = self.own.keeper.credentials["bearer"]
        places = [(method, f"{API}/{things}/%s{rest}", self.other.thing(things[:-1]), body)
                  for things in ("users", "roles", "groups", "grants")
                  for method, rest, body in (("GET", "", None), ("PATCH", "", {"name": "x"}), ("DELETE", "", None),
                                             ("GET", "/grants", None), ("GET", "/members", None), ("POST", "/deactivate", None))]
        for level in ("studies", "series", "instances"):
            foreign = self.other.studies[FOREIGN][level]
            places += [("GET", f"{API}/{level}/%s", foreign, None), ("DELETE", f"{API}/{level}/%s", foreign, None),
                       ("POST", f"{API}/{level}/%s/restore", foreign, None)]
        for method, pattern, identifier, body in places:
            unknown = identifier[:-4] + ("0000" if identifier[-4:] != "0000" else "0001")
            text_of_body = json.dumps(body) if body else None
            with self.subTest(method=method, place=pattern):
                self.assertEqual(self.problem(method, pattern % identifier, headers, text_of_body),
                                 self.problem(method, pattern % unknown, headers, text_of_body))
        for rest in ("", "/metadata", "/series/%s.1" % FOREIGN):
            foreign = self.problem("GET", f"{WEB}/studies/{FOREIGN}{rest}", headers)
            unknown = self.problem("GET", f"{WEB}/studies/{FOREIGN}9{rest}", headers)
            self.assertEqual(foreign, unknown)
        grant = {"grantee_kind": "user", "grantee_id": self.other.thing("user")}
        place = f"{API}/studies/{self.own.studies[GRANTED]['studies']}/grants"
        foreign = self.problem("POST", place, headers, json.dumps(grant))
        grant["grantee_id"] = FIXED["{user_id}"]
        self.assertEqual(foreign, self.problem("POST", place, headers, json.dumps(grant)))

    def test_another_organizations_things_take_as_long_as_none(self):
        """Half of the requests of each kind are faster than its median; the medians are the same but for chance."""
        headers = self.own.keeper.credentials["bearer"]
        foreign, unknown = self.other.studies[FOREIGN]["studies"], FIXED["{user_id}"]
        for path, one, other in ((f"{API}/studies/%s", foreign, unknown), (f"{API}/users/%s", self.other.thing("user"), unknown),
                                 (f"{WEB}/studies/%s/metadata", FOREIGN, FOREIGN[:-1] + "8")):
            for attempt in range(5):
                took = {one: [], other: []}
                for _ in range(200):
                    for identifier in (one, other):
                        began = time.perf_counter()
                        self.server.send("GET", path % identifier, None, headers)
                        took[identifier].append(time.perf_counter() - began)
                first, second = (sorted(times)[len(times) // 2] for times in took.values())
                if abs(first - second) < 0.1 * max(first, second):
                    break
            else:
                self.fail(f"{path}: {first * 1e6:.0f} and {second * 1e6:.0f} microseconds")

    # ---- one request ----

    @staticmethod
    def cases(method, path):
        if (method, path) in STORES or path.endswith("/suspend") or not any(name in path for name in ("{id}", "{study}", "{workitem}", "{instance}")):
            return ["query", "hidden query", "other query"] if path in (f"{WEB}/wado", f"{API}/signed-urls") else ["-"]
        is_image = path.startswith((f"{API}/studies", f"{API}/series", f"{API}/instances", f"{WEB}/studies", f"{API}/reports/"))
        return ["granted", "hidden", "other"] if is_image else ["own", "other"]

    def address(self, method, path, case):
        organization = self.other if case.startswith("other") else self.own
        study = FOREIGN if case.startswith("other") else HIDDEN if case.startswith("hidden") else GRANTED
        values = dict(FIXED, **{"{study}": study, "{series}": study + ".1", "{instance}": study + ".1.1",
                                "{workitem}": organization.work_item})
        category = path.split("/")[2] if path.startswith(WEB) else ""
        if category in CLASSES:
            values.update({"{instance}": organization.objects[category], "{path*}": "00420011"})
        if "query" in case and path == f"{WEB}/wado":
            path += f"?requestType=WADO&studyUID={study}&seriesUID={study}.1&objectUID={study}.1.1&contentType=application/dicom"
        for level in ("studies", "series", "instances"):
            if path.startswith(f"{API}/{level}/{{id}}"):
                values["{id}"] = organization.studies[study][level]
        if "{version_id}" in path:
            values["{version_id}"] = organization.version(study)
        if path.startswith(f"{API}/reports/{{id}}"):
            values["{id}"] = organization.report(study)["id"]
        if "{code}" in path:
            values["{code}"] = organization.report(study)["code"]
        for start, thing in THINGS.items():
            if path.startswith(start):
                values["{id}"] = organization.thing(thing)
        if path.endswith("/output"):
            values["{id}"] = organization.thing("export")
        if "{grant_id}" in path:
            values["{id}"], values["{grant_id}"] = organization.thing("album_member")
        values["{study_id}"] = organization.studies[study]["studies"]
        if "{user_id}" in path:
            values["{id}"], values["{user_id}"] = organization.thing("member")
        if path.endswith("/suspend"):  # of whole worklists, which are everybody's
            values["{workitem}"] = WORKLIST
        if method == "DELETE" and "{aetitle}" in path or path.endswith("/suspend"):
            for item in (WORKLIST, self.own.work_item):
                self.own.call("POST", f"{WEB}/workitems/{item}/subscribers/MATRIX")
        if path == "/viewer/{path*}":
            values["{path*}"] = "worklist"
        for name, value in values.items():
            path = path.replace(name, value)
        return path + ("?reason=why" if method == "DELETE" and path.endswith("/legal-hold") else "")

    def body(self, method, path, case):
        if method in ("GET", "DELETE", "OPTIONS"):
            return None, {}
        organization = self.other if case == "other" else self.own
        body = BODIES.get((method, path), {})
        if path == f"{API}/signed-urls":
            body = {"path": self.address("GET", f"{WEB}/wado", case)}
        if path == f"{API}/studies/{{id}}/grants":
            body = {"grantee_kind": "user", "grantee_id": self.own.thing("user")}
        if path in (f"{API}/groups/{{id}}/members", f"{API}/albums/{{id}}/members"):
            body = {"user_id": organization.thing("user")}
        if path == f"{API}/albums/{{id}}/studies":
            body = {"study_ids": [organization.studies[GRANTED if organization is self.own else FOREIGN]["studies"]]}
        return json.dumps(body), DICOM_JSON if path.startswith(WEB) else JSON

    @staticmethod
    def outcome(method, path, answer):
        if answer.status == 200 and path in SEARCHES and answer.json == []:
            return "404"
        if answer.status == 503 and path.startswith("/viewer"):  # not installed
            return "done"
        if answer.status == 503 and path.endswith(("/start", "/check", "/end")):  # the provider is not
            return "done"
        if answer.status == 406 and path.endswith("/rendered"):  # it is there, and has no such representation
            return "done"
        if answer.status in (401, 403, 404) or answer.status >= 500 or (method == "GET" and answer.status >= 400):
            return str(answer.status)
        return "done"

    def expected(self, row, role, case, credential):
        if row["nobody"] == "yes":
            return "done"
        if role == "nobody" or (credential != "bearer" and row[credential] == "no"):
            return "401"
        may = row[role]
        if may in ("no", "conflict"):
            return {"no": "403", "conflict": "409"}[may]
        if may == "shown" and case != "-":
            return "404"
        if may == "mine" or case.startswith("other") or (case.startswith("hidden") and may == "granted"):
            return "404"
        return "done"

    def settle(self, key, role, credential, answer):
        """What a request that was let through has changed is as it was."""
        method, path = key
        if method == "DELETE":
            self.own.things.clear()
        ends = path in (f"{API}/auth/sessions", f"{API}/auth/browser-session") and method == "DELETE"
        if ends or path.endswith("/auth/logout"):
            self.callers[role].sign_in()
        if method == "DELETE" and path.startswith((f"{API}/studies", f"{API}/series", f"{API}/instances", f"{WEB}/studies")):
            self.own.untrash()
        if path.endswith("/break-glass") and answer.status == 201:
            self.own.call("DELETE", f"{API}/grants/{answer.json['id']}")

    def check_content(self, key, row, role, case, answer):
        body = answer.body
        forbidden = [FOREIGN, NAMES[FOREIGN]]
        if row.get(role) in ("granted", "shown", "no") or role == "nobody":
            forbidden += [HIDDEN, NAMES[HIDDEN]]
        if row.get(role) == "shown":
            forbidden += [GRANTED, NAMES[GRANTED]]
        if case in ("-", "granted", "own", "query"):
            for mark in forbidden:
                if mark.encode() in body:
                    return f"{mark} is in the answer"
        if key[0] == "GET" and key[1] in STUDY_LISTS and answer.status == 200 and row[role] == "shown":
            return None if len(answer.json["items"] if key[1].startswith(API) else answer.json) >= 2 else "studies are missing"
        if key[0] == "GET" and key[1] in STUDY_LISTS and answer.status == 200:
            wanted = {GRANTED} if row[role] == "granted" else {GRANTED, HIDDEN}
            for uid in wanted:
                if (NAMES[uid] if key[1].endswith("patients") else uid).encode() not in body:
                    return f"{uid} is not in the list"
        return None

    def try_cell(self, key, row, role, case, credential):
        method, path = key
        if role == "nobody":
            headers = {}
        else:
            headers = self.callers[role].credentials[credential]
        body, types = self.body(method, path, case)
        lasts = path.startswith(f"{WEB}/subscribers") or path in (f"{API}/notifications/stream", f"{API}/tasks/{{id}}/events")
        held = (self.other, FOREIGN) if case.startswith("other") else (self.own, HIDDEN if case.startswith("hidden") else GRANTED)
        if path.endswith("/legal-hold"):
            held[0].hold("PUT", held[1])
        answer = self.server.send(method, self.address(method, path, case), body, {**types, **headers}, read=not lasts)
        if path.endswith("/legal-hold"):
            held[0].hold("DELETE", held[1])
        expected = self.expected(row, role, case, credential)
        outcome = str(answer.status) if expected == "409" else self.outcome(method, path, answer)
        if outcome == "done" and role != "nobody" and row["nobody"] != "yes":
            self.settle(key, role, credential, answer)
        if outcome != expected:
            return f"expected {expected}, was {answer.status} {answer.body[:200]}"
        return None if lasts else self.check_content(key, row, role, case, answer)

    def test_what_is_done_is_what_is_meant(self):
        cells, wrong, spent = 0, [], collections.Counter()
        for key, row in read_policy().items():
            began = time.monotonic()
            for case in self.cases(*key):
                for role in ROLES + ["nobody"]:
                    for credential in ["-"] if role == "nobody" else self.callers[role].credentials:
                        cells += 1
                        flaw = self.try_cell(key, row, role, case, credential)
                        if flaw is not None:
                            wrong.append(f"{key[0]} {key[1]} {case}, {role} by {credential}: {flaw}")
            spent[key] = time.monotonic() - began
        print(f"{cells} cells in {sum(spent.values()):.1f} s; the slowest:", [(k, round(s, 2)) for k, s in spent.most_common(5)])
        self.assertEqual(wrong, [], f"{len(wrong)} of {cells} cells:\n" + "\n".join(wrong[:40]))
        self.assertGreaterEqual(cells, CELL_COUNT_MIN)


    def test_a_signed_address_opens_what_its_signer_may(self):
        """Every address by every role: signed, and then asked for by nobody."""
        cells, wrong = 0, []
        for (method, path), row in read_policy().items():
            for case, role in itertools.product(self.cases(method, path), ROLES) if row["nobody"] == "no" and method == "GET" else ():
                cells += 1
                address, signer = self.address(method, path, case), self.callers[role].credentials["bearer"]
                made = self.server.send("POST", f"{API}/signed-urls", json.dumps({"path": address}), {**JSON, **signer})
                expected = self.expected(row, role, case, "bearer") if is_signable(method, path) else "422"
                if row[role] == "shown" and expected == "404":
                    expected = "403"  # nobody signs what they see de-identified
                answer = self.server.send("GET", made.json["path"]) if made.status == 201 else made
                outcome = "422" if answer.status == 422 else self.outcome(method, path, answer)
                is_unseen = expected == "403" and made.status == 404  # what nobody of that role sees is not there to be signed
                if outcome != expected and not is_unseen:
                    wrong.append(f"{path} {case} by {role}: expected {expected}, was {outcome}")
        self.assertEqual(wrong, [], "\n".join(wrong[:40]))
        self.assertGreaterEqual(cells, 300)


if __name__ == "__main__":
    harness.main()
