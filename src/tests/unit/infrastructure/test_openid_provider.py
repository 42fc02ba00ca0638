"""The relying party with a real provider, as a browser would sign in: test_openid_provider.py PROBE"""
import os
import subprocess
import sys
import unittest
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../servers"))
from openid import Browser, OpenidProvider  # noqa: E402

PROBE = os.path.abspath(sys.argv.pop(1))
BACK, NONCE, VERIFIER = "https://gantry.example/back", "a-nonce-of-this-test", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


class Provider(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.provider = OpenidProvider().start(60)
        cls.addClassCleanup(cls.provider.stop)

    def probe(self, what, algorithm="RS256", code=(), secret=None, nonce=NONCE, verifier=VERIFIER):
        done = subprocess.run([PROBE, what, self.provider.url(), algorithm + "-basic", secret or f"secret of {algorithm}", nonce, verifier, *code],
                              capture_output=True, text=True, timeout=30)
        self.assertEqual(done.stderr, "")
        return done.stdout.strip().split("\n")

    def sign_in(self, algorithm="RS256", login="ada"):
        first, url = self.probe("begin", algorithm)
        self.assertEqual(first, "OK")
        answer = Browser().sign_in(url, login, BACK)
        self.assertEqual(answer["state"], "the-state")
        return answer["code"], answer["iss"]

    def test_every_algorithm_tells_who_it_is(self):
        for algorithm in ("RS256", "PS256", "ES256", "ES384", "EdDSA"):
            with self.subTest(algorithm):
                self.assertEqual(self.probe("complete", algorithm, self.sign_in(algorithm)),
                                 ["OK", "subject=ada", "issuer=" + self.provider.url(), "email=ada@clinic.example", "verified=1",
                                  "name=Name of ada", "group=readers", "group=staff"])

    def test_a_code_is_good_once(self):
        code = self.sign_in()
        self.assertEqual(self.probe("complete", code=code)[0], "OK")
        self.assertEqual(self.probe("complete", code=code), ["UNAUTHENTICATED the provider does not know the code"])

    def test_a_code_is_for_who_asked_for_it(self):
        self.assertEqual(self.probe("complete", code=self.sign_in(), verifier=VERIFIER[::-1]), ["UNAUTHENTICATED the provider does not know the code"])
        self.assertEqual(self.probe("complete", "ES256", code=self.sign_in()), ["UNAUTHENTICATED the provider does not know the code"])
        self.assertEqual(self.probe("complete", code=self.sign_in(), nonce="another"), ["UNAUTHENTICATED nonce is of another sign-in"])

    def test_an_answer_is_of_this_provider(self):
        code, _ = self.sign_in()
        self.assertEqual(self.probe("complete", code=(code, "https://evil.example")), ["UNAUTHENTICATED the answer is of another provider"])
        self.assertEqual(self.probe("complete", code=(code,)), ["UNAUTHENTICATED the answer does not say whose it is"])
        self.assertEqual(self.probe("complete", code=(code, self.provider.url()))[0], "OK")  # nobody has been shown the code

    def test_a_wrong_secret_is_the_operators_matter(self):
        self.assertEqual(self.probe("complete", code=self.sign_in(), secret="wrong"),
                         ["UNAVAILABLE the provider refuses the client: its identifier or secret is wrong"])

    def test_signing_out_there(self):
        first, url = self.probe("end")
        self.assertEqual(first, "OK")
        self.assertTrue(url.startswith(self.provider.url() + "/session/end?client_id=RS256-basic&"), url)
        self.assertEqual(Browser().ask(url)[0], 200)
        self.assertIn("post_logout_redirect_uri", urllib.parse.urlsplit(url).query)


if __name__ == "__main__":
    unittest.main(verbosity=2)
