"""Whose pages may ask from elsewhere: anybody's, nobody's, or those of the origins that are named; and what browsers ask before."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness

VIEWER, OTHER = "https://viewer.example", "https://viewer.example.evil.test"
BEFORE = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}


class Cors(harness.Case):
    ORIGINS = {None: (VIEWER, OTHER, "null"), "*": (VIEWER, OTHER), "none": (), f"http://localhost:3000, {VIEWER}": (VIEWER,)}

    @classmethod
    def setUpClass(cls):
        cls.gantry = harness.Gantry(harness.BINARY)
        cls.gantry.start()
        cls.gantry.use_administrator()

    def ask(self, method, origin, headers=None, path="/dicom-web/studies"):
        return self.gantry.request(method, path, headers={"Origin": origin, **(headers or {})})

    def test_origins_are_those_of_the_setting(self):
        for setting, allowed in self.ORIGINS.items():
            self.gantry.stop()
            self.gantry.environment.pop("GANTRY_CORS_ORIGINS", None)
            if setting is not None:
                self.gantry.environment["GANTRY_CORS_ORIGINS"] = setting
            self.gantry.start()
            self.gantry.use_administrator()
            for origin in (VIEWER, OTHER, "null", "http://localhost:30000"):
                named = setting not in (None, "*")
                expected = None if named and origin not in allowed else origin if named else "*"
                for answer in (self.ask("GET", origin), self.ask("OPTIONS", origin, BEFORE),
                               self.ask("GET", origin, path="/api/v1/nothing"), self.ask("GET", origin, path="/healthz")):
                    self.assertEqual(answer.headers.get("access-control-allow-origin"), expected, (setting, origin))
                    self.assertNotIn("access-control-allow-credentials", answer.headers)
                    if named:
                        self.assertIn("Origin", answer.headers["vary"])
                self.assertEqual(self.ask("OPTIONS", origin, BEFORE).status, 204)
                self.assertEqual(self.ask("GET", origin).status, 200)  # it is the browser that keeps it from the page

    def test_a_setting_that_is_none_is_refused(self):
        for bad in ("viewer.example", "https://", "https://a/", "https://a b", "https://a,*", "ftp://a", "https://A.example"):
            done = harness.Gantry(harness.BINARY)
            done.environment["GANTRY_CORS_ORIGINS"] = bad
            result = done.run("config")
            done.remove()
            self.assertNotEqual(result.returncode, 0, bad)
            self.assertIn(b"GANTRY_CORS_ORIGINS", result.stderr, bad)


if __name__ == "__main__":
    harness.main()
