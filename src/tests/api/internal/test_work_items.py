"""The worklist service, PS3.18 11: every method in every state, who may, who is told."""
import http.client
import json
import os
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import PASSWORD
from nodes import Nodes

JSON = {"Content-Type": "application/dicom+json"}
GLOBAL, FILTERED = "1.2.840.10008.5.1.4.34.5", "1.2.840.10008.5.1.4.34.5.1"
INCONSISTENT = "The submitted request is inconsistent with the state of the UPS Instance."
MISSING, INCORRECT = "The Transaction UID is missing.", "The Transaction UID is incorrect."


def text(vr, *values):
    return {"vr": vr, "Value": list(values)} if values else {"vr": vr}


def code(value, meaning="Something"):
    return {"vr": "SQ", "Value": [{"00080100": text("SH", value), "00080102": text("SH", "99TEST"),
                                   "00080104": text("LO", meaning)}]}


def work_item(label="Contour", name="Doe^Jane", patient="P1", start="20260102103000", priority="MEDIUM", **more):
    item = {"00100010": text("PN", {"Alphabetic": name}), "00100020": text("LO", patient), "00404005": text("DT", start),
            "00404018": code("W1"), "00404025": code("CT1"), "00404041": text("CS", "READY"),
            "00741000": text("CS", "SCHEDULED"), "00741200": text("CS", priority), "00741204": text("LO", label)}
    item.update({tag.lstrip("t"): value for tag, value in more.items()})
    return {tag: value for tag, value in item.items() if value is not None}


PERFORMED = {"vr": "SQ", "Value": [{"00404019": code("W1"), "00404028": code("CT1"), "00404033": text("SQ"),
                                    "00404050": text("DT", "20260102103500"), "00404051": text("DT", "20260102110000")}]}
REASON = {"vr": "SQ", "Value": [{"0074100E": code("110501", "Equipment failure"), "00741238": text("LT", "It broke")}]}


class Stream:
    """An open GET of event reports; events come as (id, data set)."""

    def __init__(self, gantry, ae, last=None, token=None, port=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port or gantry.port, timeout=30)
        headers = {"Authorization": "Bearer " + (token or gantry.token), "Accept": "text/event-stream"}
        if last is not None:
            headers["Last-Event-ID"] = str(last)
        self.connection.request("GET", f"/dicom-web/subscribers/{ae}", None, headers)
        self.response = self.connection.getresponse()
        self.status = self.response.status
        self.last = last

    def next(self, seconds=5):
        """The next event within that time, else None."""
        self.connection.sock and self.connection.sock.settimeout(seconds)
        event_id = None
        while True:
            try:
                line = self.response.readline()
            except (socket.timeout, TimeoutError):
                return None
            if not line:
                return None
            if line.startswith(b"id: "):
                event_id = int(line[4:])
            elif line.startswith(b"data: "):
                self.last = event_id
                return event_id, json.loads(line[6:])

    def close(self):
        self.response.close()
        self.connection.close()


def kind(event):
    data = event[1]
    state = data.get("00741000", {}).get("Value", [""])[0]
    return data["00001002"]["Value"][0], data["00001000"]["Value"][0], state


class WorkItems(harness.Case):
    counter = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.gantry.other_clinic()

    def send(self, method, path, body=None, headers=JSON, **options):
        body = json.dumps(body) if isinstance(body, (dict, list)) else body
        return self.gantry.request(method, "/dicom-web" + path, body, headers if body is not None else None, **options)

    def uid(self):
        WorkItems.counter += 1
        return f"1.2.{os.getpid()}.{WorkItems.counter}"

    def make(self, uid=None, item=None, **more):
        uid = uid or self.uid()
        made = self.send("POST", f"/workitems?{uid}", item or work_item(**more))
        self.assertEqual(made.status, 201, made.body)
        self.assertTrue(made.headers["location"].endswith("/dicom-web/workitems/" + uid))
        return uid

    def read(self, uid, **options):
        answer = self.send("GET", f"/workitems/{uid}", **options)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertNotIn(b"00081195", answer.body)
        self.assertEqual(len(answer.json), 1)
        return answer.json[0]

    def state(self, uid):
        return self.read(uid)["00741000"]["Value"][0]

    def change_state(self, uid, state, lock=None, **options):
        action = {"00741000": text("CS", state)}
        if lock:
            action["00081195"] = text("UI", lock)
        return self.send("PUT", f"/workitems/{uid}/state", action, **options)

    def claim(self, uid, lock="1.9.1"):
        self.assertEqual(self.change_state(uid, "IN PROGRESS", lock).status, 200)
        return uid

    def update(self, uid, changes, lock=None):
        if lock:
            changes = dict(changes, **{"00081195": text("UI", lock)})
        return self.send("POST", f"/workitems/{uid}", changes)

    def assertWarned(self, answer, status, warning):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["warning"], f"299 http://127.0.0.1:{self.gantry.port}/dicom-web: {warning}")
        if status >= 400:
            self.assertProblem(answer, status, {400: "MALFORMED", 409: "CONFLICT"}[status])

    def in_state(self, state):
        """An item in that state, whose lock is 1.9.1."""
        uid = self.make()
        if state != "SCHEDULED":
            self.claim(uid)
        if state == "COMPLETED":
            self.assertEqual(self.update(uid, {"00741216": PERFORMED}, "1.9.1").status, 200)
        if state == "CANCELED":
            self.assertEqual(self.update(uid, {"00741002": REASON}, "1.9.1").status, 200)
        if state in ("COMPLETED", "CANCELED"):
            self.assertEqual(self.change_state(uid, state, "1.9.1").status, 200)
        self.assertEqual(self.state(uid), state)
        return uid

    # ---- create and retrieve ----

    def test_what_is_made_is_there(self):
        uid = self.make(label="Röntgen", name="Müller^Jörg", t00740000=None)
        item = self.read(uid)
        self.assertEqual(item["00080018"]["Value"], [uid])
        self.assertEqual(item["00080016"]["Value"], ["1.2.840.10008.5.1.4.34.6.1"])
        self.assertEqual(item["00741204"]["Value"], ["Röntgen"])
        self.assertEqual(item["00100010"]["Value"], [{"Alphabetic": "Müller^Jörg"}])
        self.assertEqual(item["00741202"]["Value"], ["WORKLIST"])
        self.assertEqual(item["00741216"], {"vr": "SQ"})
        self.assertRegex(item["00404010"]["Value"][0], r"^20\d{12}\.\d{6}\+0000$")
        self.assertWarned(self.send("POST", f"/workitems?workitem={uid}", work_item()), 409,
                          "there is a work item with this UID already")

    def test_the_server_makes_a_uid(self):
        made = self.send("POST", "/workitems", work_item())
        self.assertWarned(made, 201, "The Workitem was created with modifications.")
        uid = made.headers["location"].rsplit("/", 1)[1]
        self.assertTrue(uid.startswith("2.25."))
        whole = self.read(uid)  # nothing is missing in it now
        del whole["00080018"]
        again = self.send("POST", "/workitems", [whole])
        self.assertEqual((again.status, again.headers.get("warning")), (201, None))
        own = self.uid()
        made = self.send("POST", "/workitems", work_item(t00080018=text("UI", own)))
        self.assertTrue(made.headers["location"].endswith("/" + own))

    def test_xml_both_ways(self):
        uid = self.make(t00100010=text("PN", {"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎"}))
        xml = self.send("GET", f"/workitems/{uid}?accept=application/dicom%2Bxml")
        self.assertEqual((xml.status, xml.headers["content-type"]), (200, "application/dicom+xml"))
        self.assertNotIn(b"00081195", xml.body)
        copy = self.uid()
        made = self.send("POST", f"/workitems?{copy}", xml.body.replace(uid.encode(), copy.encode()),
                         {"Content-Type": "application/dicom+xml"})
        self.assertEqual(made.status, 201, made.body)
        self.assertEqual(self.read(copy)["00100010"], self.read(uid)["00100010"])
        many = self.gantry.get(f"/dicom-web/workitems?SOPInstanceUID={uid},{copy}",
                               headers={"Accept": 'multipart/related; type="application/dicom+xml"'})
        self.assertEqual((many.status, many.body.count(b"<NativeDicomModel")), (200, 2))
        claim = (b'<NativeDicomModel><DicomAttribute tag="00081195" vr="UI"><Value number="1">1.9.5</Value></DicomAttribute>'
                 b'<DicomAttribute tag="00741000" vr="CS"><Value number="1">IN PROGRESS</Value></DicomAttribute></NativeDicomModel>')
        self.assertEqual(self.send("PUT", f"/workitems/{uid}/state", claim, {"Content-Type": "application/dicom+xml"}).status, 200)
        self.assertWarned(self.change_state(uid, "CANCELED", "1.9.6"), 400, INCORRECT)

    def test_an_unchanged_item_is_not_sent_again(self):
        uid = self.make()
        tag = self.send("GET", f"/workitems/{uid}").headers["etag"]
        path = f"/dicom-web/workitems/{uid}"
        self.assertEqual(self.gantry.get(path, headers={"If-None-Match": tag}).status, 304)
        self.claim(uid)
        self.assertEqual(self.gantry.get(path, headers={"If-None-Match": tag}).status, 200)
        self.assertProblem(self.gantry.get(path, headers={"Accept": "image/png"}), 406, "NOT_ACCEPTABLE")

    def test_what_is_wrong_with_a_new_one_is_told(self):
        wrong = [{"t00404005": None}, {"t00404041": None}, {"t00741200": text("CS", "URGENT")},
                 {"t00741000": text("CS", "IN PROGRESS")}, {"t00081195": text("UI", "1.9")}, {"t00741002": REASON},
                 {"t00741216": PERFORMED}, {"t00080018": text("UI", "1.2.3.4.5")}, {"t00404005": text("DT", "soon")},
                 {"t00741204": text("LO")}, {"t00100020": text("LO", "x" * 1100)}, {"t00741200": text("LO", "HIGH")},
                 {"t00404021": text("LO", "x")}, {"t00100010": text("PN", "Doe")}, {"t00280010": text("US", "many")},
                 {"t00420011": {"vr": "OB", "BulkDataURI": "http://127.0.0.1/x"}}]
        for change in wrong:
            uid = self.uid()
            self.assertProblem(self.send("POST", f"/workitems?{uid}", work_item(**change)), 400, "MALFORMED")
            self.assertProblem(self.send("GET", f"/workitems/{uid}"), 404, "NOT_FOUND")
        self.assertProblem(self.send("POST", "/workitems?1..2", work_item()), 400, "MALFORMED")
        self.assertProblem(self.send("POST", "/workitems?workitem=a", work_item()), 400, "MALFORMED")
        self.assertProblem(self.send("POST", f"/workitems?{GLOBAL}", work_item()), 409, "CONFLICT")

    def test_hostile_bodies(self):
        deep = b'{"00404025":{"vr":"SQ","Value":[' * 3000 + b"]}}" * 3000
        nested = {"00741204": text("LO", "x")}
        for _ in range(60):
            nested = {"00404034": {"vr": "SQ", "Value": [nested]}}
        bodies = [b"", b"{", b"[]", b"[{},{}]", b"null", b"\xff\xfe", b'{"00741204":1}', b'{"x":{"vr":"LO"}}', deep,
                  b'{"00741204":{"vr":"LO"},"00741204":{"vr":"LO"}}', b'{"00741204":{"vr":"LO","Value":["a","a\\u0000"]}}' + b" " * 9,
                  b"<x/>", b'{"00404005":{"vr":"DT","Value":[{"a":1}]}}']
        for body in bodies:
            for path, method in (("/workitems", "POST"), ("/workitems/1.2.3", "POST"), ("/workitems/1.2.3/state", "PUT")):
                answer = self.send(method, path, body)
                self.assertIn(answer.status, (400, 404), (body[:60], path, answer.body))
        too_deep = self.send("POST", "/workitems", dict(work_item(), **{"00404034": {"vr": "SQ", "Value": [nested] * 2}}))
        self.assertIn(too_deep.status, (201, 400))
        announced = self.announce("/dicom-web/workitems", (1 << 20) + 1)
        self.assertProblem(announced, 413, "TOO_LARGE")
        huge = work_item(t00400400=text("LT", "x" * ((1 << 20) - 2000)))
        self.assertIn(self.send("POST", "/workitems", huge).status, (201, 413))
        for content in ("text/plain", "application/dicom", ""):
            self.assertProblem(self.send("POST", "/workitems", b"{}", {"Content-Type": content}), 415, "UNSUPPORTED")
        self.assertProblem(self.send("POST", "/workitems", b"{}", dict(JSON, **{"Content-Encoding": "gzip"})), 415, "UNSUPPORTED")
        bomb = (b'<!DOCTYPE x [<!ENTITY a "aaaa">]><NativeDicomModel/>')
        self.assertProblem(self.send("POST", "/workitems", bomb, {"Content-Type": "application/dicom+xml"}), 400, "MALFORMED")
        nul = self.make(name="Doe\u0000^Jane", label="tab\there")
        self.assertEqual(self.read(nul)["00741204"]["Value"], ["tab\there"])

    def announce(self, path, size):
        """Only the head of a request with a body of that size."""
        connection = http.client.HTTPConnection("127.0.0.1", self.gantry.port, timeout=60)
        connection.putrequest("POST", path)
        for name, value in (("Content-Type", "application/dicom+json"), ("Content-Length", str(size)),
                            ("Authorization", "Bearer " + self.gantry.token)):
            connection.putheader(name, value)
        connection.endheaders()
        answer = harness.Answer(connection.getresponse())
        connection.close()
        return answer

    # ---- states ----

    def test_every_state_answers_every_request(self):
        there = "The UPS is already in the requested state of {}."
        expected = {
            "SCHEDULED": {"IN PROGRESS": 200, "COMPLETED": (409, INCONSISTENT), "CANCELED": (409, INCONSISTENT),
                          "cancel": 202, "update": 200},
            "IN PROGRESS": {"IN PROGRESS": (409, INCONSISTENT), "COMPLETED": 409, "CANCELED": 409,
                            "cancel": (409, "The performer cannot be contacted."), "update": 200},
            "COMPLETED": {"IN PROGRESS": (409, INCONSISTENT), "COMPLETED": (200, there.format("COMPLETED")),
                          "CANCELED": (409, INCONSISTENT), "cancel": (409, "The UPS is already COMPLETED."),
                          "update": (400, INCONSISTENT)},
            "CANCELED": {"IN PROGRESS": (409, INCONSISTENT), "COMPLETED": (409, INCONSISTENT),
                         "CANCELED": (200, there.format("CANCELED")), "cancel": (202, there.format("CANCELED")),
                         "update": (400, INCONSISTENT)}}
        for state, requests in expected.items():
            for request, outcome in requests.items():
                uid = self.in_state(state)
                if request == "cancel":
                    answer = self.send("POST", f"/workitems/{uid}/cancelrequest")
                elif request == "update":
                    answer = self.update(uid, {"00400400": text("LT", "x")}, None if state == "SCHEDULED" else "1.9.1")
                else:
                    answer = self.change_state(uid, request, "1.9.1")
                if isinstance(outcome, tuple):
                    self.assertWarned(answer, *outcome)
                else:
                    self.assertEqual(answer.status, outcome, (state, request, answer.body))
                moved = outcome in (200, 202) and request != "update"
                after = {"cancel": "CANCELED"}.get(request, request) if moved else state
                self.assertEqual(self.state(uid), after, request)

    def test_the_lock_is_asked_for(self):
        for state in ("SCHEDULED", "IN PROGRESS", "COMPLETED", "CANCELED"):
            uid = self.in_state(state)
            for wanted in ("IN PROGRESS", "COMPLETED", "CANCELED"):
                self.assertWarned(self.change_state(uid, wanted), 400, MISSING)
                if state != "SCHEDULED":
                    self.assertWarned(self.change_state(uid, wanted, "1.9.2"), 400, INCORRECT)
        uid = self.in_state("IN PROGRESS")
        self.assertWarned(self.update(uid, {"00400400": text("LT", "x")}), 400, MISSING)
        self.assertWarned(self.update(uid, {"00400400": text("LT", "x")}, "1.9.2"), 400, INCORRECT)
        for query in ("transaction-uid=1.9.1", "transaction=1.9.1", "1.9.1"):
            self.assertEqual(self.send("POST", f"/workitems/{uid}?{query}", {"00400400": text("LT", query)}).status, 200)
            self.assertEqual(self.read(uid)["00400400"]["Value"], [query])
        free = self.make()
        self.assertWarned(self.update(free, {"00400400": text("LT", "x")}, "1.9.1"), 400, INCORRECT)
        self.assertProblem(self.change_state(free, "SCHEDULED", "1.9.1"), 400, "MALFORMED")
        self.assertProblem(self.change_state(free, "DONE", "1.9.1"), 400, "MALFORMED")
        self.assertProblem(self.change_state(free, "IN PROGRESS", "x"), 400, "MALFORMED")

    def test_an_end_needs_what_an_end_needs(self):
        uid = self.claim(self.make())
        for missing in PERFORMED["Value"][0]:
            part = {tag: value for tag, value in PERFORMED["Value"][0].items() if tag != missing}
            self.assertEqual(self.update(uid, {"00741216": {"vr": "SQ", "Value": [part]}}, "1.9.1").status, 200)
            answer = self.change_state(uid, "COMPLETED", "1.9.1")
            self.assertProblem(answer, 409, "CONFLICT")
            self.assertIn(f"({missing[:4]},{missing[4:]})", answer.json["detail"])
        self.assertEqual(self.update(uid, {"00741216": PERFORMED}, "1.9.1").status, 200)
        self.assertEqual(self.change_state(uid, "COMPLETED", "1.9.1").status, 200)
        uid = self.claim(self.make())
        self.assertProblem(self.change_state(uid, "CANCELED", "1.9.1"), 409, "CONFLICT")
        self.assertEqual(self.update(uid, {"00741002": REASON}, "1.9.1").status, 200)
        self.assertEqual(self.change_state(uid, "CANCELED", "1.9.1").status, 200)
        self.assertIn("00404052", self.read(uid)["00741002"]["Value"][0])

    def test_an_update_is_whole_and_leaves_alone_what_is_fixed(self):
        uid = self.make()
        before = self.read(uid)
        for change in ({"00100020": text("LO", "P2")}, {"00741000": text("CS", "COMPLETED")}, {"00080018": text("UI", "1.2")},
                       {"00400400": text("LT", "new"), "00741204": text("LO")},
                       {"00400400": text("LT", "new"), "00404005": text("DT", "x")}):
            self.assertProblem(self.update(uid, change), 400, "MALFORMED")
            self.assertEqual(self.read(uid), before)
        self.assertEqual(self.update(uid, before).status, 200)  # what clients send back whole
        self.assertEqual(self.read(uid), before)
        self.assertEqual(self.update(uid, {"00741200": text("CS", "HIGH"), "00404025": code("CT2")}).status, 200)
        after = self.read(uid)
        self.assertEqual(after["00741200"]["Value"], ["HIGH"])
        self.assertEqual(len(after["00404025"]["Value"]), 1)
        self.assertGreater(after["00404010"]["Value"][0], before["00404010"]["Value"][0])
        self.assertProblem(self.send("PUT", f"/workitems/{uid}", {}), 405, "METHOD_NOT_ALLOWED")

    def test_what_is_not_there(self):
        for method, path, body in (("GET", "", None), ("POST", "", {"00400400": text("LT", "x")}),
                                   ("PUT", "/state", {"00741000": text("CS", "IN PROGRESS"), "00081195": text("UI", "1.9")}),
                                   ("POST", "/cancelrequest", None), ("POST", "/subscribers/WATCH", None),
                                   ("DELETE", "/subscribers/WATCH", None)):
            for uid in ("1.2.3.999", "not-a-uid", "1" * 65):
                self.assertProblem(self.send(method, f"/workitems/{uid}{path}", body), 404, "NOT_FOUND")

    def test_of_many_who_claim_one_does(self):
        for _ in range(4):
            uid, count = self.make(), 8
            barrier, statuses = threading.Barrier(count), [None] * count

            def work(at):
                barrier.wait(60)
                statuses[at] = self.change_state(uid, "IN PROGRESS", f"1.9.{at}").status
            threads = [threading.Thread(target=work, args=(at,)) for at in range(count)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(sorted(statuses), [200] + [400] * (count - 1))
            winner = statuses.index(200)
            self.assertEqual(self.update(uid, {"00741002": REASON}, f"1.9.{winner}").status, 200)
            self.assertEqual(self.change_state(uid, "CANCELED", f"1.9.{winner}").status, 200)

    # ---- search ----

    def find(self, query):
        answer = self.send("GET", "/workitems?" + query)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertNotIn(b"00081195", answer.body)
        return [item["00080018"]["Value"][0] for item in answer.json]

    def test_search(self):
        label = f"search-{os.getpid()}"
        first = self.make(label=label, name="Brown^Ann", patient="S1", start="20270101080000", t00404034={
            "vr": "SQ", "Value": [{"00404009": code("DR1"), "00404037": text("PN", {"Alphabetic": "House^G"})}]})
        second = self.make(label=label, name="Brown^Bob-Lee", patient="S2", start="20270102080000", priority="HIGH",
                           t0040A370={"vr": "SQ", "Value": [{"00080050": text("SH", "ACC7"), "00401001": text("SH", "RP1")}]})
        third = self.claim(self.make(label=label, name="Green^Cy", patient="S3", start="20270103080000"))
        both = f"ProcedureStepLabel={label}"
        everything = [first, second, third]
        for query, found in [
                ("", everything), ("PatientName=brown*", [first, second]), ("fuzzymatching=true&PatientName=lee%20br", [second]),
                ("PatientID=S3", [third]), ("00741000=IN%20PROGRESS", [third]), ("ProcedureStepState=SCHEDULED", [first, second]),
                ("ScheduledProcedureStepStartDateTime=20270102-", [second, third]), ("00404005=20270101-20270102", [first, second]),
                ("ScheduledStationNameCodeSequence.CodeValue=CT1", everything), ("00404025.00080100=CT9", []),
                ("ScheduledProcedureStepPriority=HIGH", [second]), ("ReferencedRequestSequence.AccessionNumber=ACC7", [second]),
                ("ScheduledHumanPerformersSequence.HumanPerformerCodeSequence.CodeValue=DR1", [first]),
                ("00404034.00404037=House*", [first]), ("ScheduledHumanPerformersSequence.HumanPerformerName=*&limit=1", [first]),
                ("limit=1&offset=1", [second]), ("PatientName=*", everything), ("00404034.00404037=House*&offset=1", [])]:
            self.assertEqual(self.find(both + "&" + query), found, query)
        answer = self.send("GET", f"/workitems?{both}&limit=1&Nothing=1")
        self.assertEqual(answer.headers["x-total-count"], "3")
        self.assertIn("exceeded the maximum", answer.headers["warning"])
        self.assertIn("Nothing", answer.headers["warning"])
        short = self.send("GET", f"/workitems?PatientID=S2").json[0]
        self.assertNotIn("00741210", short)
        self.assertIn("00741210", self.send("GET", "/workitems?PatientID=S2&includefield=00741210").json[0])
        self.assertEqual(self.send("GET", "/workitems?PatientID=S2&includefield=all").json[0], self.read(second))
        self.assertEqual(self.send("GET", "/workitems?PatientID=nobody").json, [])
        self.assertEqual(self.find("TransactionUID=1.9.1&" + both), everything)  # is no key: ignored
        for wrong in ("limit=x", "limit=1&limit=2", "00404005=tomorrow", "StudyInstanceUID=a", "fuzzymatching=maybe",
                      "ScheduledStationNameCodeSequence=CT1"):
            self.assertProblem(self.send("GET", "/workitems?" + wrong), 400, "MALFORMED")

    # ---- subscriptions and events ----

    def test_what_happens_is_told(self):
        uid = self.make()
        ae = "WATCH1"
        stream = Stream(self.gantry, ae)
        subscribed = self.send("POST", f"/workitems/{uid}/subscribers/{ae}?deletionlock=true")
        self.assertEqual(subscribed.status, 201)
        self.assertTrue(subscribed.headers["content-location"].endswith("/dicom-web/subscribers/" + ae))
        self.assertEqual(kind(stream.next()), (1, uid, "SCHEDULED"))
        started = time.monotonic()
        self.claim(uid)
        event = stream.next()
        self.assertLess(time.monotonic() - started, 1)
        self.assertEqual(kind(event), (1, uid, "IN PROGRESS"))
        self.assertEqual(event[1]["00404041"]["Value"], ["READY"])
        self.assertEqual(event[1]["00000002"]["Value"], ["1.2.840.10008.5.1.4.34.6.1"])
        progress = {"vr": "SQ", "Value": [{"00741004": text("DS", 50), "00741006": text("ST", "Half of it")}]}
        self.update(uid, {"00741002": progress, "00404025": code("CT2"), "00404041": text("CS", "INCOMPLETE")}, "1.9.1")
        told = {kind(event)[0]: event[1] for event in (stream.next(), stream.next(), stream.next())}
        self.assertEqual(sorted(told), [1, 3, 5])
        self.assertEqual(told[1]["00404041"]["Value"], ["INCOMPLETE"])
        self.assertEqual(told[3]["00741002"]["Value"], progress["Value"])
        self.assertEqual(told[5]["00404025"], code("CT2"))
        asked = self.send("POST", f"/workitems/{uid}/cancelrequest",
                          {"00741238": text("LT", "Patient left"), "0074100A": text("UR", "tel:1"), "0074100C": text("LO", "Ann")})
        self.assertEqual(asked.status, 202)
        event = stream.next()
        self.assertEqual(kind(event)[0], 2)
        self.assertEqual([event[1][tag]["Value"][0] for tag in ("00741236", "00741238", "0074100A", "0074100C")],
                         ["GANTRY", "Patient left", "tel:1", "Ann"])
        self.assertEqual(self.state(uid), "IN PROGRESS")
        self.update(uid, {"00741002": REASON}, "1.9.1")
        self.assertEqual(kind(stream.next())[0], 3)
        self.assertEqual(self.change_state(uid, "CANCELED", "1.9.1").status, 200)
        event = stream.next()
        self.assertEqual(kind(event), (1, uid, "CANCELED"))
        self.assertEqual(event[1]["00741238"]["Value"], ["It broke"])
        stream.close()
        self.assertEqual(self.send("DELETE", f"/workitems/{uid}/subscribers/{ae}").status, 200)

    def test_a_stream_goes_on_where_it_was_left(self):
        uid, ae = self.make(), "WATCH2"
        self.send("POST", f"/workitems/{uid}/subscribers/{ae}")
        self.claim(uid)
        everything = Stream(self.gantry, ae, last=0)
        first, second = everything.next(), everything.next()
        self.assertEqual([kind(e)[2] for e in (first, second)], ["SCHEDULED", "IN PROGRESS"])
        everything.close()
        self.update(uid, {"00741216": PERFORMED}, "1.9.1")
        self.change_state(uid, "COMPLETED", "1.9.1")
        rest = Stream(self.gantry, ae, last=first[0])
        self.assertEqual([kind(e)[2] for e in (rest.next(), rest.next())], ["IN PROGRESS", "COMPLETED"])
        self.assertIsNone(rest.next(1))
        rest.close()
        self.gantry.stop()
        self.gantry.start()  # it is all still there, and the restart is told
        self.gantry.use_administrator()
        again = Stream(self.gantry, ae, last=second[0])
        self.assertEqual(kind(again.next()), (1, uid, "COMPLETED"))
        if harness.ENGINE == "sqlite":  # of several nodes one that restarts is not the service
            told = [again.next()[1] for _ in range(2)]
            self.assertEqual([(e["00001002"]["Value"], e["00741242"]["Value"]) for e in told],
                             [([4], ["GOING DOWN"]), ([4], ["RESTARTED"])])
        again.close()
        for wrong in ("x", "-1", "99999999999999999999"):
            answer = self.gantry.get(f"/dicom-web/subscribers/{ae}", headers={"Last-Event-ID": wrong})
            self.assertProblem(answer, 400, "MALFORMED")
        self.assertProblem(self.gantry.get(f"/dicom-web/subscribers/{ae}", headers={"Accept": "application/json"}), 406,
                           "NOT_ACCEPTABLE")
        self.assertProblem(self.gantry.get("/dicom-web/subscribers/THIS-IS-MUCH-TOO-LONG"), 400, "MALFORMED")

    def test_worklists_are_subscribed_to(self):
        before, ae = self.make(), "WATCH%203"
        self.assertEqual(self.send("POST", f"/workitems/{GLOBAL}/subscribers/{ae}").status, 201)
        stream = Stream(self.gantry, ae)
        uid = self.make()
        self.assertEqual([kind(stream.next()) for _ in range(2)], [(1, uid, "SCHEDULED"), (5, uid, "")])
        self.claim(before)
        self.assertEqual(kind(stream.next()), (1, before, "IN PROGRESS"))
        self.assertEqual(self.send("DELETE", f"/workitems/{before}/subscribers/{ae}").status, 200)
        self.assertEqual(self.send("POST", f"/workitems/{GLOBAL}/subscribers/{ae}/suspend").status, 200)
        later = self.make()
        self.claim(later)
        self.update(before, {"00741002": REASON}, "1.9.1")
        self.claim(uid)
        self.assertEqual(kind(stream.next()), (1, uid, "IN PROGRESS"))
        stream.close()
        self.assertEqual(self.send("DELETE", f"/workitems/{GLOBAL}/subscribers/{ae}").status, 200)
        self.assertProblem(self.send("DELETE", f"/workitems/{GLOBAL}/subscribers/{ae}"), 404, "NOT_FOUND")
        self.assertProblem(self.send("POST", f"/workitems/{GLOBAL}/subscribers/{ae}/suspend"), 404, "NOT_FOUND")
        self.assertProblem(self.send("POST", f"/workitems/{uid}/subscribers/{ae}/suspend"), 400, "MALFORMED")
        self.assertProblem(self.send("POST", f"/workitems/{uid}/subscribers/{ae}?deletionlock=perhaps"), 400, "MALFORMED")
        self.assertProblem(self.send("POST", f"/workitems/{uid}/subscribers/{'A' * 17}"), 400, "MALFORMED")

    def test_a_lock_on_everything_tells_everything(self):
        self.make()
        uid, ae = self.make(), "LOCKS"
        self.assertEqual(self.send("POST", f"/workitems/{GLOBAL}/subscribers/{ae}?deletionlock=true").status, 201)
        stream, told = Stream(self.gantry, ae, last=0), []
        while uid not in told:
            told.append(kind(stream.next())[1])
        stream.close()
        self.assertEqual(len(told), int(self.send("GET", "/workitems").headers["x-total-count"]))
        self.assertEqual(self.send("DELETE", f"/workitems/{GLOBAL}/subscribers/{ae}").status, 200)

    def test_a_filter_chooses(self):
        label, ae = f"filter-{os.getpid()}", "FILTER"
        before = self.make(label=label, priority="HIGH")
        url = f"/workitems/{FILTERED}/subscribers/{ae}"
        made = self.send("POST", f"{url}?deletionlock=true&filter=ProcedureStepLabel%3D{label},00741200%3DHIGH")
        self.assertEqual(made.status, 201, made.body)
        stream = Stream(self.gantry, ae, last=0)
        self.assertEqual(kind(stream.next()), (1, before, "SCHEDULED"))
        self.make(label=label)
        self.make(priority="HIGH")
        matching = self.make(label=label, priority="HIGH")
        self.assertEqual([kind(stream.next()) for _ in range(2)], [(1, matching, "SCHEDULED"), (5, matching, "")])
        self.assertEqual(self.send("POST", url + "/suspend").status, 200)
        self.make(label=label, priority="HIGH")
        self.claim(matching)
        self.assertEqual(kind(stream.next()), (1, matching, "IN PROGRESS"))
        stream.close()
        self.assertEqual(self.send("DELETE", url).status, 200)
        for wrong in ("", "?filter=", "?filter=Nothing%3D1", "?filter=x", "?filter=00404005%3Dsoon", "?filter=a%0Ab%3D1"):
            self.assertProblem(self.send("POST", url + wrong), 400, "MALFORMED")

    def test_what_nobody_has_is_canceled_on_request(self):
        uid, ae = self.make(), "CANCELS"
        self.send("POST", f"/workitems/{uid}/subscribers/{ae}")
        stream = Stream(self.gantry, ae, last=0)
        self.assertEqual(kind(stream.next())[2], "SCHEDULED")
        self.assertEqual(self.send("POST", f"/workitems/{uid}/cancelrequest", {"00741238": text("LT", "Not needed")}).status, 202)
        self.assertEqual([kind(stream.next())[2] for _ in range(2)], ["IN PROGRESS", "CANCELED"])
        stream.close()
        progress = self.read(uid)["00741002"]["Value"][0]
        self.assertEqual(progress["00741238"]["Value"], ["Not needed"])
        self.assertEqual(progress["0074100E"]["Value"][0]["00080100"]["Value"], ["110513"])

    # ---- who ----

    def test_another_organization_sees_nothing(self):
        uid, ae = self.make(), "OURS"
        self.send("POST", f"/workitems/{uid}/subscribers/{ae}")
        theirs = self.uid()
        self.assertEqual(self.send("POST", f"/workitems?{theirs}", work_item(), token=self.other).status, 201)
        self.assertEqual(self.send("POST", f"/workitems/{GLOBAL}/subscribers/{ae}", token=self.other).status, 201)
        stream = Stream(self.gantry, ae, last=0, token=self.other)
        self.claim(uid)
        for method, path, body in (("GET", "", None), ("POST", "", {"00400400": text("LT", "x")}),
                                   ("PUT", "/state", {"00741000": text("CS", "CANCELED"), "00081195": text("UI", "1.9.1")}),
                                   ("POST", "/cancelrequest", None), ("POST", "/subscribers/X", None)):
            self.assertProblem(self.send(method, f"/workitems/{uid}{path}", body, token=self.other), 404, "NOT_FOUND")
        found = self.send("GET", "/workitems", token=self.other)
        self.assertEqual([item["00080018"]["Value"][0] for item in found.json], [theirs])
        self.assertIsNone(stream.next(2))
        stream.close()
        self.assertEqual(self.send("POST", f"/workitems?{uid}", work_item(), token=self.other).status, 201)

    def test_roles(self):
        uid, tokens = self.make(), {}
        for role in ("viewer", "referrer", "technologist"):
            email = f"{role}-ups@example.org"
            self.gantry.request("POST", "/api/v1/users", {"email": email, "name": role, "role": role, "password": PASSWORD})
            tokens[role] = self.gantry.sign_in(email).json["access_token"]
        for role, reads, writes in (("viewer", 200, 403), ("referrer", 403, 403), ("technologist", 200, 200)):
            self.assertEqual(self.send("GET", f"/workitems/{uid}", token=tokens[role]).status, reads, role)
            self.assertEqual(self.send("GET", "/workitems", token=tokens[role]).status, reads, role)
            self.assertEqual(self.update_as(uid, tokens[role]), writes, role)
        self.assertEqual(self.send("GET", f"/workitems/{uid}", token=None).status, 401)
        events = self.gantry.get("/api/v1/audit-events?page_size=200").json["items"]
        self.assertIn("get_work_item", [e["action"] for e in events])
        self.assertIn("create_work_item", [e["action"] for e in events])

    def update_as(self, uid, token):
        return self.send("POST", f"/workitems/{uid}", {"00400400": text("LT", "by " + token[-4:])}, token=token).status

    def test_a_stream_ends_with_the_session(self):
        signed_in = self.gantry.sign_in().json
        stream = Stream(self.gantry, "SESSION", token=signed_in["access_token"])
        self.assertEqual(stream.status, 200)
        self.assertEqual(self.gantry.request("POST", "/api/v1/auth/logout", token=signed_in["access_token"]).status, 204)
        started = time.monotonic()
        self.assertIsNone(stream.next(30))
        self.assertLess(time.monotonic() - started, 20)
        stream.close()

    def test_streams_are_counted_and_hold_no_thread(self):
        self.gantry.request("POST", "/api/v1/users", {"email": "streams@example.org", "name": "S", "role": "viewer",
                                                      "password": PASSWORD})
        token = self.gantry.sign_in("streams@example.org").json["access_token"]
        streams = [Stream(self.gantry, "MANY", token=token) for _ in range(16)]
        self.assertEqual({stream.status for stream in streams}, {200})
        refused = self.gantry.get("/dicom-web/subscribers/MANY", token=token)
        self.assertProblem(refused, 503, "UNAVAILABLE")
        self.assertIn("retry-after", refused.headers)
        started = time.monotonic()
        uid = self.make()
        self.send("POST", f"/workitems/{uid}/subscribers/MANY")
        for stream in streams:
            self.assertEqual(kind(stream.next())[1], uid)
        self.assertLess(time.monotonic() - started, 3)
        for stream in streams:
            stream.close()
        for _ in range(50):  # who has left is noticed
            stream = Stream(self.gantry, "MANY", token=token)
            stream.close()
            if stream.status == 200:
                break
            time.sleep(0.1)
        self.assertEqual(stream.status, 200)

    # ---- documents ----

    def test_capabilities_and_openapi_tell_of_it(self):
        paths = self.gantry.get("/openapi.json").json["paths"]
        create = paths["/dicom-web/workitems"]["post"]
        self.assertIn("201", create["responses"])
        self.assertIn("application/dicom+xml", create["requestBody"]["content"])
        self.assertIn("delete", paths["/dicom-web/workitems/{workitem}/subscribers/{aetitle}"])
        self.assertIn("text/event-stream", paths["/dicom-web/subscribers/{aetitle}"]["get"]["responses"]["200"]["content"])
        offered = self.gantry.request("OPTIONS", "/dicom-web/", headers={"Accept": "application/json"}).json
        resources = {r["path"]: {m["name"]: m for m in r["methods"]} for r in offered["resources"]}
        self.assertEqual(sorted(resources["workitems/{workitem}"]), ["GET", "POST"])
        self.assertIn("application/dicom+json", resources["workitems/{workitem}/state"]["PUT"]["takes"])
        self.assertIn(b"workitems/{workitem}/cancelrequest", self.gantry.request("OPTIONS", "/dicom-web/").body)


class TwoNodes(unittest.TestCase):
    def test_a_subscriber_at_one_node_hears_of_another(self):
        nodes = Nodes()
        try:
            first, second = nodes.nodes
            stream = Stream(second, "NODE")
            body = json.dumps(work_item())
            self.assertEqual(first.request("POST", f"/dicom-web/workitems/{GLOBAL}/subscribers/NODE").status, 201)
            for number in range(5):
                started = time.monotonic()
                self.assertEqual(first.request("POST", f"/dicom-web/workitems?1.2.9.{number}", body, JSON).status, 201)
                self.assertEqual(kind(stream.next()), (1, f"1.2.9.{number}", "SCHEDULED"))
                self.assertLess(time.monotonic() - started, 1)
                self.assertEqual(kind(stream.next())[0], 5)
            statuses, barrier = [], threading.Barrier(2)

            def claim(node, lock):
                barrier.wait(60)
                action = json.dumps({"00741000": text("CS", "IN PROGRESS"), "00081195": text("UI", lock)})
                statuses.append(node.request("PUT", "/dicom-web/workitems/1.2.9.0/state", action, JSON).status)
            threads = [threading.Thread(target=claim, args=pair) for pair in ((first, "1.9.1"), (second, "1.9.2"))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(sorted(statuses), [200, 400])
            stream.close()
        finally:
            nodes.stop()


if __name__ == "__main__":
    harness.main()
