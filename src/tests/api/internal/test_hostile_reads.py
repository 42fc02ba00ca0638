"""Hostile addresses, lists, ranges and headers at every route under /dicom-web that reads: a documented refusal, never a fault of the
server, and the server as well as before."""
import http.client
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, element, instance, multipart

STUDY, SERIES, SOP = "1.2.77", "1.2.77.1", "1.2.77.1.1"
UIDS = ["..", "%2e%2e%2f", "%00", "%", "%zz", "1.2%2F..%2F3", "'; DROP TABLE studies;--", "1" * 65, "1." * 4000, "-1", "\u00e9", "%ff%fe", "*",
        "1.2.77\\1.2.78", "${jndi:ldap://x}", "%25%32%65", "1.2.77%0d%0aX: y", "{study}"]
FRAMES = ["0", "-1", "1,", ",", "1,,2", "1,1", "99999999999999999999", "4294967296", "4294967297", "2147483648", "1e3", "0x1", " 1 ", "1;2", "1-3",
          "%31", "1%2C2", "*", "", ",".join(["1"] * 100000), ",".join(str(n) for n in range(1, 100001)), ",".join(str(n) for n in range(1, 1500)),
          "1," * 4000, "2000000", "1/rendered", "1/../../x"]
BULK = ["7FE00010/99999", "7FE00010/0/7FE00010", "7FE00010%2F1", "%37FE00010", "7fe00010", "00080005", "00091010/1" * 300, "/" * 30, "..", "%2e%2e/%2e%2e",
        "00420011/1/" * 5 + "7FE00010", "7FE00010/frames/0", "7FE00010/frames/1,1", "7FE00010/frames/", "7FE00010/frames/99999999999", "7FE00010/frames/x",
        "FFFFFFFF", "(7FE0,0010)", "PixelData", "%00", "a" * 7000]
ACCEPTS = ["a" * 15000, "," * 10000, ",".join(["image/jpeg"] * 1000), ",".join(f"a/b{n};q=0.{n}" for n in range(1000)), 'multipart/related; type="',
           '"', "multipart/related;" * 500, "*/*;q=-1", "*/*;q=nan", "*/*;q=1e309", "*/*;q=0", "application/dicom;q=0.0001",
           'multipart/related; type="application/octet-stream"; transfer-syntax="' + "9" * 5000 + '"', "multipart/related; transfer-syntax=*; type=\\",
           "/", "*", ";;;;", "application/dicom; transfer-syntax=1.2.840.10008.1.2.4.50", "application/\xff", "multipart/related; type=multipart/related"]
RANGES = ["bytes=", "bytes=-", "bytes=--1", "bytes=0-0,1-1", "bytes=" + ",".join(f"{n}-{n}" for n in range(1500)), "bytes=99999999999999999999-",
          "bytes=-99999999999999999999", "bytes=5-1", "bytes=18446744073709551615-18446744073709551615", "bytes=-0", "items=0-1", "bytes=a-b", "bytes=0-" + "9" * 5000]
HEADERS = [{"If-None-Match": '"' * 3000}, {"If-None-Match": "W/" * 5000}, {"If-Range": "x" * 5000, "Range": "bytes=0-1"}, {"Accept-Charset": "," * 5000},
           {"Accept-Encoding": "gzip;q=" * 1000}, {"Host": "a\" onload=x"}, {"Host": "x" * 5000}, {"X-Forwarded-Proto": "javascript"}]


class HostileReads(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        extra = element(0x00281201, "OW", b"\1\2" * 2000) + element(0x00420011, "OB", b"%PDF" * 500) + element(0x00420012, "LO", "application/pdf")
        parts = [instance(n, STUDY, SERIES, extra=extra, frames=3) for n in (1, 2)]
        assert cls.gantry.request("POST", "/dicom-web/studies", multipart(parts), STOW).status == 200
        listed = cls.gantry.get("/openapi.json", token=None).json["paths"]
        cls.routes = sorted(p for p, methods in listed.items() if p.startswith("/dicom-web") and "get" in methods)
        assert len(cls.routes) > 20, cls.routes
        # of what is stored above, or lists, which are there when nothing is
        cls.found = [p for p in cls.routes if ("{study}" in p or "{" not in p) and p != "/dicom-web/changes"]
        cls.connection, cls.asked = None, 0

    def ask(self, path, **headers):
        """The status; None when the connection was closed without an answer, as heads too long may be."""
        cls = type(self)
        for attempt in (0, 1):
            if cls.connection is None:
                cls.connection = http.client.HTTPConnection("127.0.0.1", self.gantry.port, timeout=30)
            try:
                cls.connection.putrequest("GET", "/", skip_host=True, skip_accept_encoding=True)
                cls.connection._buffer[0] = b"GET " + path.encode() + b" HTTP/1.1"
                headers.setdefault("Host", "localhost")
                for name, value in {"Authorization": "Bearer " + self.gantry.token, **headers}.items():
                    cls.connection.putheader(name, value.encode("latin-1"))
                cls.connection.endheaders()
                answer = cls.connection.getresponse()
                body = answer.read()
            except (ConnectionError, http.client.BadStatusLine):
                cls.connection.close()
                cls.connection = None
                if attempt == 1:
                    return None
                continue
            cls.asked += 1
            if answer.getheader("Connection") == "close":
                cls.connection.close()
                cls.connection = None
            self.assertLess(answer.status, 500, (path[:200], headers and str(headers)[:200], body[:300]))
            if answer.status >= 400:
                self.assertIn("json", answer.getheader("Content-Type") or "json", path[:200])
            return answer.status
        return None

    def path(self, route, **values):
        usual = {"study": STUDY, "series": SERIES, "instance": SOP, "frames": "1", "path": "7FE00010", **values}
        path = re.sub(r"\{(\w+)\}", lambda m: usual[m.group(1)], route)
        wado = f"?requestType=WADO&studyUID={usual['study']}&seriesUID={usual['series']}&objectUID={usual['instance']}"
        return path + wado if route.endswith("/wado") else path

    @staticmethod
    def sendable(text):
        return "".join(c if 0x20 < ord(c) < 0x7F else "".join(f"%{b:02x}" for b in c.encode()) for c in text)

    def tearDown(self):
        self.assertEqual(self.gantry.get("/healthz", token=None).status, 200)
        self.assertNotIn('"code":"INTERNAL"', self.gantry.log())

    def test_every_route_answers_at_all(self):
        for route in self.found:
            self.assertIn(self.ask(self.path(route)), (200, 406), route)

    def test_uids(self):
        for route in self.routes:
            for name in ("study", "series", "instance"):
                if "{" + name + "}" in route or route.endswith("/wado"):
                    for uid in UIDS:
                        status = self.ask(self.sendable(self.path(route, **{name: uid})))
                        self.assertIn(status, (400, 404, 406, 414, 431, None), (route, uid))

    def test_lists_of_frames(self):
        begin = time.monotonic()
        base = f"/dicom-web/studies/{STUDY}/series/{SERIES}/instances/{SOP}"
        for frames in FRAMES:
            for accept in ("*/*", "application/octet-stream"):
                status = self.ask(self.sendable(f"{base}/frames/{frames}"), Accept=accept)
                self.assertIn(status, (200, 400, 404, 406, 414, None), frames[:100])
                if frames in ("0", "-1", "1,1", "4294967297", "99999999999999999999", "1,,2"):
                    self.assertEqual(status, 400, frames)
        self.assertLess(time.monotonic() - begin, 60)

    def test_paths_of_bulk_data(self):
        base = f"/dicom-web/studies/{STUDY}/series/{SERIES}/instances/{SOP}"
        for path in BULK:
            for accept in ("*/*", "multipart/related"):
                self.assertIn(self.ask(self.sendable(f"{base}/bulkdata/{path}"), Accept=accept), (200, 400, 404, 414, None), path[:100])
        self.assertEqual(self.ask(base + "/bulkdata/7FE00010/99999"), 404)

    def test_accept(self):
        for route in self.found:
            for accept in ACCEPTS:
                self.assertIn(self.ask(self.path(route), Accept=accept), (200, 204, 400, 406, 431, None), (route, accept[:100]))
            self.assertIn(self.ask(self.path(route), Accept="x" * 65536), (400, 406, 413, 431, None), route)
            joint = "&" if "?" in self.path(route) else "?"
            for accept in ("%22", "a%20b", "application/dicom+json", "%2B", "+", "," * 1000):
                self.assertIn(self.ask(f"{self.path(route)}{joint}accept={accept}"), (200, 400, 406, 414), (route, accept[:100]))

    def test_ranges_and_conditions(self):
        for route in self.found:
            for value in RANGES:
                self.assertIn(self.ask(self.path(route), Range=value), (200, 206, 400, 406, 416, 431, None), (route, value[:100]))
            for headers in HEADERS:
                self.assertIn(self.ask(self.path(route), **headers), (200, 206, 400, 406, 413, 431, None), (route, str(headers)[:100]))

    def test_character_sets(self):
        for route in self.found:
            path = self.path(route)
            joint = "&" if "?" in path else "?"
            is_text = not re.search("(bulkdata|pixeldata|rendered|frames|wado|instances/{instance}$)", route) and not re.search(
                r"(studies/\{study\}|series/\{series\})$", route)
            for header, query, wanted in (("utf-8", "", 200), ("*", "", 200), ("iso-8859-1", "", 406), ("utf-8;q=0", "", 406),
                                          ("iso-8859-1", "utf-8", 200), ("", "latin1", 400), ("utf-8", "*", 400), ("", "%22ISO_IR%20192%22", 200)):
                headers = {"Accept-Charset": header} if header else {}
                status = self.ask(path + (f"{joint}charset={query}" if query else ""), **headers)
                if is_text:
                    self.assertEqual(status, wanted, (route, header, query))


if __name__ == "__main__":
    harness.main()
