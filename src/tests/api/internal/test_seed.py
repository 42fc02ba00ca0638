"""A seeded archive: the same each time, nothing twice, and every list over it tells the same story."""
import os
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness

STUDY_COUNT = 300


def seed(gantry, *more):
    done = gantry.run_program(harness.beside(harness.BINARY, "tests/seed/seed_db"), "--studies", str(STUDY_COUNT), *more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.decode()


class Seed(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.gantry = harness.Gantry(harness.BINARY)
        cls.first_output = seed(cls.gantry)
        cls.gantry.start()
        cls.gantry.use_administrator()

    def search(self, path, gantry=None, **query):
        answer = (gantry or self.gantry).get(f"/dicom-web/{path}?{urllib.parse.urlencode(query)}")
        self.assertEqual(answer.status, 200, answer.body)
        rows = answer.json
        for row in rows:
            row.pop("00081190")  # the address, which has the port
        return rows, int(answer.headers["x-total-count"])

    def items(self, path, **query):
        answer = self.gantry.get(f"/api/v1/{path}?{urllib.parse.urlencode(query)}")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def walk(self, path, **query):
        """Every item by the cursor, and the totals told on the way."""
        items, totals, cursor = [], set(), ""
        while cursor is not None:
            page = self.items(path, cursor=cursor, **query)
            items += page["items"]
            totals.add(page["total"])
            cursor = page["next"]
            self.assertLessEqual(len(items), 10 * STUDY_COUNT * 6, "the walk does not end")
        return items, totals

    def walk_offsets(self, path, limit, **query):
        rows, total = [], None
        while total is None or len(rows) < total:
            page, total = self.search(path, limit=limit, offset=len(rows), **query)
            self.assertTrue(page, "an empty page before the end")
            rows += page
        return rows, total

    def test_two_archives_are_equal(self):
        other = harness.Gantry(harness.BINARY)
        try:
            self.assertEqual(seed(other).split(";")[0], self.first_output.split(";")[0])
            self.assertEqual(other.objects(), self.gantry.objects())
            other.start()
            other.use_administrator()
            for path in ("studies", "series", "instances"):
                for query in ({}, {"PatientName": "m*"}, {"ModalitiesInStudy": "CT"}, {"StudyDate": "20200101-"}):
                    here = self.search(path, limit=5000, includefield="all" if path == "studies" else "", **query)
                    there = self.search(path, gantry=other, limit=5000,
                                        includefield="all" if path == "studies" else "", **query)
                    by_uid = lambda rows: sorted(rows, key=lambda r: (r["0020000D"]["Value"], r.get("0020000E", {}).get("Value"),
                                                                      r.get("00080018", {}).get("Value")))
                    self.assertEqual((by_uid(here[0]), here[1]), (by_uid(there[0]), there[1]), (path, query))
                    self.assertGreater(here[1], 0, (path, query))
            self.assertEqual(other.stop(), 0)
        finally:
            if other.process is not None:
                other.kill()
            other.remove()

    def test_again_stores_nothing_new_and_another_seed_does(self):
        before = self.gantry.objects()
        self.assertIn(f" {len(before)} already there, 0 refused", " " + seed(self.gantry))
        self.assertEqual(self.gantry.objects(), before)
        other = harness.Gantry(harness.BINARY)
        seed(other, "--seed", "2", "--instances-per-series", "1")
        self.assertEqual(set(other.objects()) & set(before), set())
        self.assertEqual(other.run("verify").returncode, 0)
        other.remove()

    def test_counts_agree(self):
        studies, study_total = self.search("studies", limit=5000)
        self.assertEqual((len(studies), study_total), (STUDY_COUNT, STUDY_COUNT))
        self.assertEqual(self.items("studies")["total"], STUDY_COUNT)
        _, series_total = self.search("series", limit=1)
        _, instance_total = self.search("instances", limit=1)
        self.assertEqual(sum(s["00201206"]["Value"][0] for s in studies), series_total)
        self.assertEqual(sum(s["00201208"]["Value"][0] for s in studies), instance_total)
        self.assertEqual(instance_total, len(self.gantry.objects()))
        for study in studies[::37]:
            uid = study["0020000D"]["Value"][0]
            series, total = self.search(f"studies/{uid}/series")
            self.assertEqual(total, study["00201206"]["Value"][0])
            self.assertEqual({s["00080060"]["Value"][0] for s in series}, set(study["00080061"]["Value"]))
            item = self.items("studies", study_instance_uid=uid)["items"][0]
            listed, totals = self.walk(f"studies/{item['id']}/series", page_size=1)
            self.assertEqual([s["series_instance_uid"] for s in listed], [s["0020000E"]["Value"][0] for s in series])
            self.assertEqual(totals, {total})
            for one in listed:
                images, totals = self.walk(f"series/{one['id']}/instances", page_size=1)
                self.assertEqual(totals, {len(images)})
                rows, total = self.search(f"studies/{uid}/series/{one['series_instance_uid']}/instances")
                self.assertEqual([i["sop_instance_uid"] for i in images], [r["00080018"]["Value"][0] for r in rows])

    def test_walks_are_complete_and_without_repeats(self):
        every = {s["0020000D"]["Value"][0] for s in self.search("studies", limit=5000)[0]}
        for sort in ("patient_name", "-patient_name", "study_date", "-study_date", "patient_id", "accession_number", ""):
            for size in (7, 200):
                items, totals = self.walk("studies", page_size=size, **({"sort": sort} if sort else {}))
                uids = [s["study_instance_uid"] for s in items]
                self.assertEqual((len(uids), set(uids), totals), (STUDY_COUNT, every, {STUDY_COUNT}), (sort, size))
                key = sort.lstrip("-")
                if key and key != "patient_name":  # names are sorted by how they are read
                    values = [s[key] for s in items]
                    self.assertEqual(values, sorted(values, reverse=sort.startswith("-")), sort)
        rows, total = self.walk_offsets("studies", 41, orderby="PatientName")
        self.assertEqual({s["0020000D"]["Value"][0] for s in rows}, every)
        self.assertEqual((len(rows), total), (STUDY_COUNT, STUDY_COUNT))
        rows, total = self.walk_offsets("instances", 97)
        self.assertEqual(len({r["00080018"]["Value"][0] for r in rows}), total)
        pages = [self.items("studies", page=p, page_size=64)["items"] for p in range(1, 6)]
        self.assertEqual({s["study_instance_uid"] for page in pages for s in page}, every)

    def test_filters_agree(self):
        pairs = (("modality", "ModalitiesInStudy"), ("patient_name", "PatientName"), ("patient_id", "PatientID"),
                 ("study_date", "StudyDate"), ("study_description", "StudyDescription"), ("accession_number", "AccessionNumber"))
        values = {"modality": ("CT", "MR", "SR", "PT", "ZZ"), "study_date": ("20200101-20221231", "-20180630", "20250101-", "20200215"),
                  "patient_name": ("muller*", "m*", "*anna*", "иванова*", "*花子*", "tanaka*", "김*", "zaneta", "Nobody*"),
                  "patient_id": ("SEED-000000?", "SEED-0000001"), "study_description": ("ct*", "*BRAIN*"),
                  "accession_number": ("S20*", "S??00000001")}
        found = 0
        for member, keyword in pairs:
            for value in values[member]:
                rows, total = self.search("studies", limit=5000, **{keyword: value})
                items, totals = self.walk("studies", page_size=50, **{member: value})
                self.assertEqual({r["0020000D"]["Value"][0] for r in rows}, {i["study_instance_uid"] for i in items},
                                 (member, value))
                self.assertEqual((len(rows), {total}), (len(items), totals), (member, value))
                found += len(rows) != 0
        self.assertGreater(found, 15)

    def test_the_archive_resembles_a_hospital(self):
        studies, _ = self.search("studies", limit=5000)
        patients = [s["00100020"]["Value"][0] for s in studies]
        self.assertLess(len(set(patients)), 0.7 * STUDY_COUNT)
        names = " ".join(str(s["00100010"]["Value"][0]) for s in studies)
        for first, last in (("\u0370", "\u03ff"), ("\u0400", "\u04ff"), ("\u3040", "\u309f"), ("\uac00", "\ud7a3"), ("\u4e00", "\u9fff")):
            self.assertTrue(any(first <= c <= last for c in names), (first, last))
        self.assertEqual({s["00080020"]["Value"][0][:4] for s in studies}, {str(y) for y in range(2016, 2026)})
        accession_numbers = [s["00080050"]["Value"][0] for s in studies]
        self.assertEqual(len(set(accession_numbers)), STUDY_COUNT)
        share = sum("CT" in s["00080061"]["Value"] for s in studies) / STUDY_COUNT
        self.assertTrue(0.2 < share < 0.5, share)
        one = self.search("instances", limit=1, InstanceNumber=1, Modality="CT")[0][0]
        path = f"studies/{one['0020000D']['Value'][0]}/series/{one['0020000E']['Value'][0]}/instances/{one['00080018']['Value'][0]}"
        frame = self.gantry.get(f"/dicom-web/{path}/frames/1", headers={"Accept": "application/octet-stream"})
        self.assertEqual((frame.status, len(frame.body)), (200, 32 * 32 * 2))


if __name__ == "__main__":
    harness.main()
