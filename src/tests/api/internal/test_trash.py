"""Series and instances in the trash: nowhere to be seen, counted nowhere, and back as they were."""
import gzip
import json
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, instance, multipart

DICOM = {"Accept": "application/dicom"}


def with_modality(data, modality):
    return data.replace(b"\x08\x00\x60\x00CS\x02\x00CT", b"\x08\x00\x60\x00CS\x02\x00" + modality.encode())


class Trash(harness.Case):
    def store(self, *parts, status=200):
        answer = self.gantry.request("POST", "/dicom-web/studies", multipart(parts), STOW)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json

    def make(self, study):
        """A study with a CT series of three and an MR series of one."""
        self.store(*[instance(n, study, study + ".1") for n in (1, 2, 3)], with_modality(instance(1, study, study + ".2"), "MR"))

    def search(self, path):
        answer = self.gantry.get("/dicom-web/" + path)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(int(answer.headers["x-total-count"]), len(answer.json))
        return answer.json

    def study(self, uid, trashed="false"):
        found = self.gantry.get(f"/api/v1/studies?study_instance_uid={uid}&trashed={trashed}").json["items"]
        return found[0] if found else None

    def series(self, uid, number):
        study = self.study(uid) or self.study(uid, "true")
        every = [s for trashed in ("false", "true")
                 for s in self.gantry.get(f"/api/v1/studies/{study['id']}/series?trashed={trashed}").json["items"]]
        return next(s for s in every if s["series_instance_uid"] == f"{uid}.{number}")

    def instance(self, uid, series, number):
        every = [i for trashed in ("false", "true")
                 for i in self.gantry.get(f"/api/v1/series/{self.series(uid, series)['id']}/instances?trashed={trashed}").json["items"]]
        return next(i for i in every if i["sop_instance_uid"] == f"{uid}.{series}.{number}")

    def delete(self, path, status=204, **headers):
        answer = self.gantry.request("DELETE", path, headers=headers)
        self.assertEqual(answer.status, status, answer.body)
        return answer

    def restore(self, kind, entity, status=200, **headers):
        answer = self.gantry.request("POST", f"/api/v1/{kind}/{entity['id']}/restore", headers=headers)
        self.assertEqual(answer.status, status, answer.body)
        return answer

    def numbers(self, uid):
        """What QIDO-RS says of the study, and of its series one after the other."""
        s = self.search(f"studies?StudyInstanceUID={uid}&includefield=SOPClassesInStudy")
        if not s:
            return None
        series = self.search(f"studies/{uid}/series")
        return (s[0]["00201206"]["Value"][0], s[0]["00201208"]["Value"][0], s[0]["00080061"]["Value"],
                len(s[0]["00080062"]["Value"]), [x["00201209"]["Value"][0] for x in series])

    def addresses(self, uid, series, number=None):
        base = f"/dicom-web/studies/{uid}/series/{uid}.{series}"
        if number is None:
            return [base, base + "/metadata"]
        base += f"/instances/{uid}.{series}.{number}"
        return [base, base + "/metadata", base + "/frames/1", base + "/bulkdata/7FE00010",
                f"/dicom-web/wado?requestType=WADO&studyUID={uid}&seriesUID={uid}.{series}&objectUID={uid}.{series}.{number}"
                "&contentType=application/dicom"]

    def assertAre(self, addresses, status):
        for address in addresses:
            self.assertEqual(self.gantry.get(address).status, status, address)

    def test_an_instance_goes_and_comes_back(self):
        self.make("1.4.1")
        files = {n: self.gantry.get(self.addresses("1.4.1", 1, n)[0], headers=DICOM).body for n in (1, 2)}
        before, paths = self.numbers("1.4.1"), ["/dicom-web/studies/1.4.1", "/dicom-web/studies/1.4.1/series/1.4.1.1"]
        tags = {p: self.gantry.get(p).headers["etag"] for p in paths}
        metadata = {p: self.gantry.get(p + "/metadata", headers={"Accept-Encoding": "gzip"}) for p in paths}
        self.assertEqual(before, (2, 4, ["CT", "MR"], 1, [3, 1]))
        for p in paths:  # so that it is in memory, packed
            self.gantry.get(p + "/metadata")
        size = self.study("1.4.1")["size"]
        self.delete(self.addresses("1.4.1", 1, 1)[0])
        self.assertAre(self.addresses("1.4.1", 1, 1), 404)
        self.assertAre(self.addresses("1.4.1", 1, 2), 200)
        self.assertEqual(self.numbers("1.4.1"), (2, 3, ["CT", "MR"], 1, [2, 1]))
        self.assertEqual(self.study("1.4.1")["size"], size - len(files[1]))
        self.assertEqual(self.search("instances?SOPInstanceUID=1.4.1.1.1"), [])
        self.assertEqual(len(self.search("studies/1.4.1/instances")), 3)
        for p in paths:
            whole = self.gantry.get(p, headers={"If-None-Match": tags[p]})
            self.assertEqual(whole.status, 200)
            self.assertNotIn(files[1], whole.body)
            self.assertIn(files[2], whole.body)
            for _ in range(3):
                joined = self.gantry.get(p + "/metadata", headers={"Accept-Encoding": "gzip", "If-None-Match": metadata[p].headers["etag"]})
                self.assertEqual(joined.status, 200)
                uids = [x["00080018"]["Value"][0] for x in json.loads(gzip.decompress(joined.body))]
                self.assertEqual(uids, ["1.4.1.1.2", "1.4.1.1.3"] + ([] if p.endswith("1.4.1.1") else ["1.4.1.2.1"]))
            archive = self.gantry.get(p, headers={"Accept": "application/x-tar"})
            self.assertEqual(archive.status, 200)
            self.assertNotIn(files[1], archive.body)
        self.assertProblem(self.gantry.request("DELETE", self.addresses("1.4.1", 1, 1)[0]), 404, "NOT_FOUND")
        refused = self.store(instance(1, "1.4.1", "1.4.1.1"), status=409)["00081198"]["Value"][0]
        self.assertEqual(refused["00081197"]["Value"], [0x0111])
        self.assertIn("trash", refused["00000902"]["Value"][0])
        self.restore("instances", self.instance("1.4.1", 1, 1))
        self.assertEqual(self.numbers("1.4.1"), before)
        self.assertEqual(self.study("1.4.1")["size"], size)
        self.assertEqual(self.gantry.get(self.addresses("1.4.1", 1, 1)[0], headers=DICOM).body, files[1])
        self.assertAre(self.addresses("1.4.1", 1, 1), 200)
        for p in paths:
            self.assertNotEqual(self.gantry.get(p).headers["etag"], tags[p])
            self.assertEqual(self.gantry.get(p + "/metadata").body, gzip.decompress(metadata[p].body))
        self.store(instance(1, "1.4.1", "1.4.1.1"))

    def test_a_series_goes_and_comes_back(self):
        self.make("1.4.2")
        before = self.numbers("1.4.2")
        self.delete("/dicom-web/studies/1.4.2/series/1.4.2.2")
        self.assertEqual(self.numbers("1.4.2"), (1, 3, ["CT"], 1, [3]))
        self.assertAre(self.addresses("1.4.2", 2) + self.addresses("1.4.2", 2, 1), 404)
        self.assertEqual(self.search("series?SeriesInstanceUID=1.4.2.2") + self.search("instances?SeriesInstanceUID=1.4.2.2"), [])
        self.assertEqual(self.search("studies?StudyInstanceUID=1.4.2&ModalitiesInStudy=MR"), [])
        self.store(instance(2, "1.4.2", "1.4.2.2"), status=409)
        series = self.series("1.4.2", 2)
        self.assertEqual((series["state"], series["instance_count"]), ("trashed", 1))
        self.restore("instances", self.instance("1.4.2", 2, 1), status=409)
        self.restore("series", series)
        self.restore("series", series, status=409)
        self.assertEqual(self.numbers("1.4.2"), before)
        self.assertAre(self.addresses("1.4.2", 2) + self.addresses("1.4.2", 2, 1), 200)

    def test_what_is_empty_goes_too(self):
        self.make("1.4.3")
        self.delete(self.addresses("1.4.3", 2, 1)[0])
        self.assertEqual(self.numbers("1.4.3"), (1, 3, ["CT"], 1, [3]))
        self.assertAre(self.addresses("1.4.3", 2), 404)
        total = self.gantry.get("/api/v1/studies").json["total"]
        self.delete("/dicom-web/studies/1.4.3/series/1.4.3.1")
        self.assertIsNone(self.numbers("1.4.3"))
        self.assertEqual(self.gantry.get("/api/v1/studies").json["total"], total - 1)
        self.assertAre(["/dicom-web/studies/1.4.3", "/dicom-web/studies/1.4.3/metadata"], 404)
        study = self.study("1.4.3", "true")
        self.assertEqual((study["state"], study.get("trashed_at"), study["instance_count"]), ("trashed", None, 0))
        self.restore("instances", self.instance("1.4.3", 2, 1))
        self.assertEqual(self.numbers("1.4.3"), (1, 1, ["MR"], 1, [1]))
        self.delete(self.addresses("1.4.3", 2, 1)[0])
        self.store(instance(9, "1.4.3", "1.4.3.3"))  # what is new is taken
        self.assertEqual(self.numbers("1.4.3"), (1, 1, ["CT"], 1, [1]))
        self.delete("/dicom-web/studies/1.4.3/series/1.4.3.3")
        self.restore("studies", study)  # with all that is in it
        self.assertEqual(self.numbers("1.4.3"), (3, 5, ["CT", "MR"], 1, [3, 1, 1]))

    def test_what_was_seen_is_what_goes(self):
        self.make("1.4.4")
        image, series = self.instance("1.4.4", 1, 1), self.series("1.4.4", 1)
        for kind, entity in (("instances", image), ("series", series)):
            path = f"/api/v1/{kind}/{entity['id']}"
            self.assertProblem(self.delete(path, 412, **{"If-Match": '"99"'}), 412, "PRECONDITION_FAILED")
            tag = self.gantry.get(path).headers["etag"]
            gone = self.delete(path, 200, **{"If-Match": tag})
            self.assertEqual((gone.json["state"], gone.json["id"]), ("trashed", entity["id"]))
            self.assertIsNotNone(gone.json["trashed_at"])
            self.assertProblem(self.delete(path, 409), 409, "CONFLICT")
            self.assertEqual(self.gantry.get(path).json["state"], "trashed")
            self.restore(kind, entity, 412, **{"If-Match": tag})
            back = self.restore(kind, entity, **{"If-Match": gone.headers["etag"]}).json
            self.assertEqual((back["state"], back.get("trashed_at")), ("received", None))
            self.restore(kind, entity, 409)
        self.assertProblem(self.delete("/api/v1/series/" + image["id"], 404), 404, "NOT_FOUND")
        self.assertProblem(self.delete("/api/v1/instances/nonsense", 404), 404, "NOT_FOUND")
        self.assertProblem(self.gantry.request("DELETE", "/dicom-web/studies/1.4.4/series/..%2fx"), 404, "NOT_FOUND")

    def test_the_trash_is_listed(self):
        self.make("1.4.5")
        self.make("1.4.6")
        for uid in ("1.4.5.1.1", "1.4.5.1.3"):
            self.delete(f"/dicom-web/studies/1.4.5/series/1.4.5.1/instances/{uid}")
        self.delete("/dicom-web/studies/1.4.6/series/1.4.6.1")
        page = self.gantry.get("/api/v1/trash/instances?page_size=200").json
        mine = [i for i in page["items"] if i["sop_instance_uid"].startswith("1.4.5.")]
        self.assertEqual([i["sop_instance_uid"] for i in mine], ["1.4.5.1.1", "1.4.5.1.3"])
        self.assertEqual({(i["study_id"], i["series_id"]) for i in mine}, {(self.study("1.4.5")["id"], self.series("1.4.5", 1)["id"])})
        self.assertEqual(page["total"], len(page["items"]))
        seen, cursor = [], ""
        while cursor is not None:
            part = self.gantry.get(f"/api/v1/trash/instances?page_size=1&cursor={cursor}").json
            seen += [i["id"] for i in part["items"]]
            cursor = part["next"]
        self.assertEqual(seen, [i["id"] for i in page["items"]])
        series = [s for s in self.gantry.get("/api/v1/trash/series").json["items"] if s["series_instance_uid"] == "1.4.6.1"]
        self.assertEqual([s["study_id"] for s in series], [self.study("1.4.6")["id"]])
        within = self.gantry.get(f"/api/v1/series/{self.series('1.4.5', 1)['id']}/instances?trashed=true").json
        self.assertEqual((within["total"], len(within["items"])), (2, 2))
        self.assertEqual(self.gantry.get("/api/v1/trash/series?page_size=1").json["page_size"], 1)

    def syntaxes(self, uid, series=1):
        """Of the study, and of a series of it."""
        answers = (self.search(f"studies?StudyInstanceUID={uid}&includefield=AvailableTransferSyntaxUID"),
                   self.search(f"studies/{uid}/series?SeriesInstanceUID={uid}.{series}&includefield=00083002"))
        return [a[0]["00083002"].get("Value") if a else None for a in answers]

    def test_transfer_syntaxes_are_those_that_can_be_had(self):
        explicit, implicit = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
        self.store(instance(1, "1.4.11", "1.4.11.1"), instance(2, "1.4.11", "1.4.11.1"))
        path = "/dicom-web/studies/1.4.11/series/1.4.11.1/instances/1.4.11.1.2"
        converted = self.gantry.get(path, headers={"Accept": f"application/dicom; transfer-syntax={implicit}"}).body
        self.store(instance(1, "1.4.12", "1.4.12.1"),
                   converted.replace(b"1.4.11.1.2", b"1.4.12.1.2").replace(b"1.4.11", b"1.4.12"))
        self.assertEqual(self.syntaxes("1.4.11"), [[explicit], [explicit]])
        self.assertEqual(self.syntaxes("1.4.12"), [[explicit, implicit]] * 2)
        self.assertNotIn("00083002", self.search("studies?StudyInstanceUID=1.4.12")[0])
        for path, key in (("studies", ""), ("series", "&SeriesInstanceUID=1.4.12.1"), ("studies/1.4.12/series", "")):
            for value, count in ((implicit, 1), (explicit, 1), ("1.2.3", 0), (f"1.2.3,{implicit}", 1)):
                found = self.search(f"{path}?StudyInstanceUID=1.4.12&AvailableTransferSyntaxUID={value}{key}")
                self.assertEqual(len(found), count, (path, value))
        self.assertEqual(len(self.search(f"instances?StudyInstanceUID=1.4.12&00083002={implicit}")), 1)
        self.delete("/dicom-web/studies/1.4.12/series/1.4.12.1/instances/1.4.12.1.2")
        self.assertEqual(self.syntaxes("1.4.12"), [[explicit]] * 2)
        self.restore("instances", self.instance("1.4.12", 1, 2))
        self.assertEqual(self.syntaxes("1.4.12"), [[explicit, implicit]] * 2)
        names = self.gantry.get("/dicom-web/studies?orderby=AvailableTransferSyntaxUID&limit=200&includefield=00083002").json
        values = ["\\".join(s["00083002"]["Value"]) for s in names]
        self.assertEqual(values, sorted(values))

    def test_transfer_syntaxes_from_before_are_counted(self):
        self.make("1.4.13")
        before, tag = self.syntaxes("1.4.13"), self.gantry.get("/dicom-web/studies/1.4.13").headers["etag"]
        self.gantry.stop()
        for table in ("studies", "series"):
            self.gantry.sql(f"UPDATE {table} SET transfer_syntaxes = NULL")
        self.gantry.start()
        self.gantry.use_administrator()
        end = time.monotonic() + 60
        while self.syntaxes("1.4.13") != before and time.monotonic() < end:
            time.sleep(0.2)
        self.assertEqual(self.syntaxes("1.4.13"), before)
        self.assertEqual(self.gantry.get("/dicom-web/studies/1.4.13").headers["etag"], tag)

    def test_the_feed_and_the_trail_tell(self):
        self.make("1.4.7")
        study, series, image = self.study("1.4.7"), self.series("1.4.7", 2), self.instance("1.4.7", 1, 1)
        since = self.gantry.get("/api/v1/changes?limit=1000").json["since"]
        self.delete("/api/v1/instances/" + image["id"], 200)
        self.delete("/api/v1/series/" + series["id"], 200)
        self.restore("series", series)
        self.restore("instances", image)
        changes = self.gantry.get(f"/api/v1/changes?since={since}").json["items"]
        self.assertEqual([(c["kind"], c["study_id"], c.get("series_id"), c.get("instance_id")) for c in changes],
                         [("instance_trashed", study["id"], None, image["id"]), ("series_trashed", study["id"], series["id"], None),
                          ("series_restored", study["id"], series["id"], None), ("instance_restored", study["id"], None, image["id"])])
        for action, subject in (("trash_instance", image), ("trash_series", series), ("restore_series", series), ("restore_instance", image)):
            found = self.gantry.get(f"/api/v1/audit-events?action={action}&subject_id={subject['id']}").json["items"]
            self.assertEqual([e["outcome"] for e in found], ["OK"], action)
        self.assertEqual(self.gantry.run("verify").returncode, 0)

    def test_it_needs_the_right(self):
        self.make("1.4.8")
        made = self.gantry.request("POST", "/api/v1/users", {"email": "viewer@example.org", "name": "V", "role": "viewer",
                                                            "password": harness.PASSWORD})
        self.assertEqual(made.status, 201, made.body)
        viewer = self.gantry.sign_in("viewer@example.org").json["access_token"]
        image = self.instance("1.4.8", 1, 1)
        for method, path in (("DELETE", self.addresses("1.4.8", 1)[0]), ("DELETE", self.addresses("1.4.8", 1, 1)[0]),
                             ("DELETE", "/api/v1/instances/" + image["id"]), ("POST", f"/api/v1/instances/{image['id']}/restore")):
            self.assertProblem(self.gantry.request(method, path, token=viewer), 403, "FORBIDDEN")
        self.assertEqual(self.numbers("1.4.8")[1], 4)

    def test_a_retrieval_that_has_begun_comes_to_its_end(self):
        parts = [instance(n, "1.4.9", "1.4.9.1", pixels=1024) for n in range(1, 9)]
        self.store(*parts)
        wrong = []

        def retrieve():
            for _ in range(20):
                answer = self.gantry.get("/dicom-web/studies/1.4.9")
                if answer.status not in (200, 404) or (answer.status == 200 and len(answer.body) != int(answer.headers["content-length"])):
                    wrong.append(answer.status)

        threads = [threading.Thread(target=retrieve) for _ in range(3)]
        for t in threads:
            t.start()
        images = [self.instance("1.4.9", 1, n) for n in range(1, 9)]
        for _ in range(3):
            for i in images:
                self.delete("/api/v1/instances/" + i["id"], 200)
            for i in images:
                self.restore("instances", i)
        for t in threads:
            t.join()
        self.assertEqual(wrong, [])
        self.assertEqual(self.numbers("1.4.9"), (1, 8, ["CT"], 1, [8]))

    def test_many_at_once_are_counted_right(self):
        self.store(*[instance(n, "1.4.10", "1.4.10.1") for n in range(1, 13)])
        images = [self.instance("1.4.10", 1, n) for n in range(1, 13)]

        def work(mine):
            for i in mine:
                self.delete("/api/v1/instances/" + i["id"], 200)
            for i in mine[:2]:
                self.restore("instances", i)

        threads = [threading.Thread(target=work, args=(images[n::4],)) for n in range(4)]
        threads.append(threading.Thread(target=lambda: self.store(*[instance(n, "1.4.10", "1.4.10.2") for n in range(1, 6)])))
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(self.numbers("1.4.10"), (2, 13, ["CT"], 1, [8, 5]))


if __name__ == "__main__":
    harness.main()
