"""The same requests to a Gantry on SQLite and to one on PostgreSQL: the same answers, byte for byte, but for identifiers, times and
what is signed. Requests are rolled from a seed that is printed; GANTRY_SEED rolls the same again, GANTRY_REQUESTS says how many."""
import base64
import hashlib
import json
import os
import random
import re
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, element, instance, multipart

UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
SEQUENCE = re.compile(rb'"(sequence|next)":(\d+)')
TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
TOKEN = re.compile(rb'"(access_token|refresh_token|hash)":"[^"]*"')
BOUNDARY = re.compile(rb"gantry-[0-9a-f]{32}")
CURSOR = re.compile(rb'"next":"([A-Za-z0-9_-]+)"')
LINK = re.compile(rb'cursor=([A-Za-z0-9_-]+)>; rel="next"')
IGNORED = {"date", "x-request-id", "content-length", "ratelimit-remaining", "server"}
NAMES = ["Doe^Jane", "Doe^John", "Müller^Jürgen", "Ärzte^Die", "Sato^Ken=佐藤^健", "O'Neil^Sean", "", "A^B=C^D", "100%_sure^X",
         "van der Berg^Éloïse^^Dr", "ΑΛΦΑ^ΒΗΤΑ", "smith^anna"]


class Side:
    """One of the two: what it calls by its own numbers gets common ones, in the order in which they appear."""

    def __init__(self, engine):
        harness.ENGINE = engine
        self.gantry = harness.Gantry(harness.BINARY)
        self.gantry.environment["GANTRY_SECRET_KEY"] = "the same secret for both of them, of course"
        harness.ENGINE = "sqlite"
        self.names, self.ids, self.cursor = {}, [], None

    def number(self, match):
        name = match.group(0)
        if name not in self.names:
            self.names[name] = b"<%d>" % len(self.names)
            self.ids.append(name.decode())
        return self.names[name]

    def cursor_text(self, match):
        if match.group(1).isdigit():  # a place in the audit trail
            return b'"next":"N"'
        plain = base64.urlsafe_b64decode(match.group(1) + b"==")
        return b'"next":"' + re.sub(rb"\d{16}", b"T", re.sub(rb"^([km]):\d+", rb"\1:", plain)) + b'"'

    def plain(self, text):
        text = SEQUENCE.sub(rb'"\1":0', CURSOR.sub(self.cursor_text, text))
        text = LINK.sub(self.cursor_text, text)
        return BOUNDARY.sub(b"boundary", TOKEN.sub(rb'"\1":""', TIME.sub(b"T", UUID.sub(self.number, text))))

    def send(self, method, path, body=None, headers=None, token=True):
        headers = {"Host": "gantry.example", **(headers or {})}
        answer = self.gantry.request(method, self.filled(path), body, headers, token)
        kind = answer.headers.get("content-type", "")
        head = {name: self.plain(value.encode()) for name, value in answer.headers.items() if name not in IGNORED}
        is_text = "json" in kind or "text" in kind or "xml" in kind
        found = CURSOR.search(answer.body) if is_text else None
        if "x-next-cursor" in answer.headers:
            cursor = answer.headers["x-next-cursor"]
            found = CURSOR.search(b'"next":"%s"' % cursor.encode())
            head["x-next-cursor"] = self.cursor_text(found)
        self.cursor = found.group(1).decode() if found else None
        if answer.status == 206 and kind.startswith("multipart"):  # the boundary may be cut
            return answer.status, head, len(answer.body)
        return answer.status, head, self.plain(answer.body) if is_text else hashlib.sha256(BOUNDARY.sub(b"", answer.body)).hexdigest()

    def filled(self, path):
        """{7}: the identifier that appeared as the seventh; {cursor}: where the last list ended."""
        path = re.sub(r"\{(\d+)\}", lambda m: self.ids[int(m.group(1)) % len(self.ids)] if self.ids else "none", path)
        return path.replace("{cursor}", self.cursor or "none")


class Requests:
    """Rolls them. It knows what was stored, and asks for what is there, what is not and what cannot be."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.stored, self.count = [], 0

    def pick(self, *of):
        return self.chance.choice(of)

    def uid(self):
        study, series, number = self.chance.choice(self.stored) if self.stored else ("1.2.3", "1.2.3.4", 1)
        if self.chance.random() < 0.1:
            study = self.pick("1.2.999", "not-a-uid", "1..2", "9" * 70)
        return study, series, f"{series}.{number}"

    def next(self):
        kinds = {self.store: 12, self.qido: 30, self.listing: 20, self.one: 10, self.retrieve: 14, self.people: 6, self.change: 6,
                 self.feed: 4, self.nonsense: 4}
        self.count += 1
        return self.chance.choices(list(kinds), list(kinds.values()))[0]()

    def store(self):
        study = f"1.9.{self.chance.randrange(40)}"
        images = []
        for _ in range(self.chance.randrange(1, 4)):
            series, number = f"{study}.{self.chance.randrange(1, 4)}", self.chance.randrange(1, 9)
            extra = element(0x00280030, "DS", "0.5\\0.5") if self.chance.random() < 0.2 else b""
            images.append(instance(number, study, series, name=self.pick(*NAMES), patient=f"P{self.chance.randrange(20)}", pixels=16,
                                   modality=self.pick("CT", "MR", "SR", "US"), date=self.pick("20260101", "20251224", "19991231", ""),
                                   frames=self.pick(1, 1, 1, 3)))
            images[-1] += extra if self.chance.random() < 0.5 else b""
            self.stored.append((study, series, number))
        if self.chance.random() < 0.1:
            images.append(self.pick(b"", b"no DICOM at all", images[0][:200], b"\0" * 300))
        path = "/dicom-web/studies" + (f"/{study}" if self.chance.random() < 0.2 else "")
        return "POST", path, multipart(images), STOW

    def query(self, keys, most):
        chosen = self.chance.sample(list(keys), self.chance.randrange(0, most + 1))
        return urllib.parse.urlencode([(key, keys[key]()) for key in chosen])

    def qido(self):
        name = self.chance.choice(NAMES)
        keys = {
            "PatientName": lambda: self.pick(name, " ".join(reversed(name.split("^"))), name[:3] + "*", "*" + name[2:5] + "*", "doe^j?n?", "*", "*=佐藤*", "s*", "%", "_oe*"),
            "PatientID": lambda: self.pick(f"P{self.chance.randrange(20)}", "P1*", "p?", "none", "P1\\P2"),
            "StudyDate": lambda: self.pick("20260101", "20251201-", "-20260101", "19990101-20260101", "20261301", "-", "2026-01-01"),
            "StudyTime": lambda: self.pick("101112", "10-11", "-1200", "25"),
            "AccessionNumber": lambda: self.pick("ACCP1", "acc*", "*", "ACC?1", ""),
            "ModalitiesInStudy": lambda: self.pick("CT", "MR", "CT\\MR", "XX", "C*", "ct"),
            "StudyInstanceUID": lambda: self.pick(self.uid()[0], f"{self.uid()[0]},{self.uid()[0]}", "1.9.*"),
            "StudyDescription": lambda: self.pick("Test study", "test*", "*STUDY", "100%"),
            "SeriesInstanceUID": lambda: self.uid()[1], "Modality": lambda: self.pick("CT", "MR", "*"),
            "SeriesNumber": lambda: self.pick("1", "x", "01"), "SOPInstanceUID": lambda: self.uid()[2],
            "InstanceNumber": lambda: self.pick("1", "3", "-1"), "NumberOfFrames": lambda: "3",
            "00100020": lambda: "P3", "includefield": lambda: self.pick("all", "00081030", "StudyID,PatientSex", "Nonsense",
                                                                                  "NumberOfPatientRelatedStudies"),
            "limit": lambda: self.pick("1", "5", "1000", "0", "-1", "x"), "offset": lambda: self.pick("0", "3", "1000000"),
            "orderby": lambda: self.pick("StudyDate", "-PatientName", "PatientID,-StudyTime", "SeriesNumber", "Nonsense",
                                         "-NumberOfStudyRelatedInstances"),
            "fuzzymatching": lambda: self.pick("true", "false"), "emptyvaluematching": lambda: "true", "cursor": lambda: "{cursor}",
            "IssuerOfPatientID": lambda: self.pick("", "A"), "PatientSex": lambda: "*"}
        study, series, _ = self.uid()
        level = self.pick("patients", "studies", "series", "instances", f"studies/{study}/series", f"studies/{study}/instances",
                          f"studies/{study}/series/{series}/instances")
        query = self.query(keys, 4).replace("%7Bcursor%7D", "{cursor}")
        return "GET", f"/dicom-web/{level}?{query}", None, {"Accept": self.pick("application/dicom+json", "*/*", "text/csv")}

    def listing(self):
        keys = {
            "page": lambda: self.pick("1", "2", "7", "0", "x"), "page_size": lambda: self.pick("1", "3", "50", "200", "201"),
            "search": lambda: self.pick("doe", "jane doe", "mü", "muller", "p1", "ACC", "100%", "o'neil", "佐藤", "_", "zz", "do ja"),
            "sort": lambda: self.pick("-created_at", "created_at", "patient_name", "-study_date", "study_date,patient_name", "size", "x"),
            "patient_name": lambda: self.pick("doe*", "*e*", "Doe^Jane"), "patient_id": lambda: f"P{self.chance.randrange(20)}",
            "study_date": lambda: self.pick("20260101", "20250101-"), "modality": lambda: self.pick("CT", "MR"),
            "trashed": lambda: self.pick("true", "false", "perhaps"), "cursor": lambda: "{cursor}"}
        place = self.pick("studies", "studies", "studies", "users", "studies/{%d}/series" % self.chance.randrange(2000),
                          "series/{%d}/instances" % self.chance.randrange(2000))
        query = self.query(keys, 3).replace("%7Bcursor%7D", "{cursor}")
        return "GET", f"/api/v1/{place}?{query}", None, None

    def one(self):
        kind = self.pick("studies", "series", "instances", "users")
        return "GET", f"/api/v1/{kind}/{self.pick('{%d}' % self.chance.randrange(2000), 'nonsense')}", None, None

    def retrieve(self):
        study, series, sop = self.uid()
        place = self.pick(f"studies/{study}", f"studies/{study}/metadata", f"studies/{study}/series/{series}",
                          f"studies/{study}/series/{series}/metadata", f"studies/{study}/series/{series}/instances/{sop}",
                          f"studies/{study}/series/{series}/instances/{sop}/metadata",
                          f"studies/{study}/series/{series}/instances/{sop}/frames/{self.pick('1', '1,2', '3', '0', '9', 'x')}")
        accept = self.pick("*/*", "application/dicom", 'multipart/related; type="application/dicom"', "application/dicom+json",
                           'multipart/related; type="application/octet-stream"', "image/png", "text/html")
        headers = {"Accept": accept}
        if self.chance.random() < 0.2:
            headers["Range"] = self.pick("bytes=0-99", "bytes=-10", "bytes=100-", "bytes=9999999-", "lines=1-2")
        return "GET", "/dicom-web/" + place, None, headers

    def people(self):
        who = self.chance.randrange(12)
        user = {"email": f"{self.pick('ada', 'bob', 'eve')}{who}@example.org", "name": self.pick("Ada", "Bob ~ %_", "Ève", ""),
                "role": self.pick("viewer", "radiologist", "king"), "password": self.pick("a good long password", "short")}
        place = "/api/v1/users/{%d}" % self.chance.randrange(2000)
        return self.pick(("POST", "/api/v1/users", user, {"Idempotency-Key": f"k{who}"} if who % 3 == 0 else None),
                         ("PATCH", place, {"name": self.pick("New", "Newer", "")}, None),
                         ("POST", place + "/deactivate", None, None))

    def change(self):
        place = "/api/v1/studies/{%d}" % self.chance.randrange(2000)
        return self.pick(("DELETE", place, None, None), ("POST", place + "/restore", None, None),
                         ("POST", place + "/restore", None, {"If-Match": '"1"'}))

    def feed(self):
        return self.pick(("GET", f"/api/v1/changes?since={self.pick(0, 1000000, 'x')}&limit={self.pick(1, 20, 1000)}", None, None),
                         ("GET", f"/api/v1/audit-events?page_size={self.pick(5, 50)}&action=create_user", None, None),
                         ("GET", "/api/v1/auth/me", None, None))

    def nonsense(self):
        return self.pick(("GET", "/api/v1/nothing", None, None), ("POST", "/api/v1/users", {"email": 7, "x": []}, None),
                         ("PUT", "/api/v1/studies", None, None), ("GET", "/api/v1/studies?search=%00%ff", None, None),
                         ("GET", "/dicom-web/studies?PatientName=%ff%fe", None, None),
                         ("GET", "/dicom-web/studies?PatientID=a%00b", None, None),
                         ("POST", "/api/v1/users", {"email": "n\0l@example.org", "name": "N\0l", "role": "viewer",
                                                    "password": "a good long password"}, None))


class EnginesAgree(unittest.TestCase):
    def setUp(self):
        self.sides = [Side("sqlite"), Side("postgres")]
        for side in self.sides:
            self.assertEqual(side.gantry.run("demo").returncode, 0)
            side.gantry.start()
            side.gantry.use_administrator()

    def tearDown(self):
        codes = [side.gantry.stop() for side in self.sides]
        logs = "".join(side.gantry.log() for side in self.sides)
        for side in self.sides:
            side.gantry.remove()
        self.assertEqual((codes, "Sanitizer" in logs), ([0, 0], False), logs[-4000:])

    def test_the_same_answers(self):
        seed = int(os.environ.get("GANTRY_SEED", time.time_ns() % 1000000007))
        count = int(os.environ.get("GANTRY_REQUESTS", 3000))
        print(f"\nGANTRY_SEED={seed}")
        requests, statuses, last = Requests(seed), {}, []
        for number in range(count):
            request = requests.next()
            one, other = (side.send(*request) for side in self.sides)
            statuses[one[0]] = statuses.get(one[0], 0) + 1
            last = last[-4:] + [request[:2]]
            if one != other or one[0] >= 500:
                self.fail(f"request {number} of seed {seed}: {request[:2]} {str(request[2])[:300]} {request[3]}\nafter {last}\n"
                          f"sqlite:   {str(one)[:3000]}\npostgres: {str(other)[:3000]}")
        print(f"{count} requests: {dict(sorted(statuses.items()))}, {len(self.sides[0].ids)} identifiers")
        self.assertGreater(statuses.get(200, 0), count // 3)


if __name__ == "__main__":
    harness.main()
