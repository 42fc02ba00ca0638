"""The viewer's files under /viewer, the page to sign in at, and the cookie of the two: what it opens, for whom, and when no more."""
import gzip
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import PASSWORD

SESSION = "/api/v1/auth/browser-session"
BUNDLE = "app.bundle.0123456789abcdef.js"


def make_viewer(folder):
    """As the real one is laid out, in small."""
    os.makedirs(folder + "/assets/deep")
    for name, text in (("index.html", "<!doctype html><title>viewer</title>"), (BUNDLE, "let a = 1;" * 500), ("app.css", "a{}"),
                       ("assets/logo.svg", "<svg/>"), ("assets/deep/data.json", "{}"), ("decoder.wasm", "\0asm"), (".installed", "1"),
                       ("app-config.js", "window.config = 'of the package'")):
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    with gzip.open(os.path.join(folder, BUNDLE + ".gz"), "wb") as file:
        file.write(b"let a = 1;" * 500)
    os.symlink("/etc/passwd", folder + "/passwd.txt")
    os.symlink("/etc", folder + "/etc")


class Viewer(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="gantry-viewer-")
        make_viewer(cls.folder + "/viewer")
        cls.gantry = harness.Gantry(harness.BINARY)
        cls.gantry.environment["GANTRY_VIEWER_DIR"] = cls.folder + "/viewer"
        cls.gantry.environment["GANTRY_LOG_LEVEL"] = "info"
        cls.gantry.start()
        cls.gantry.use_administrator()
        cls.origin = f"http://127.0.0.1:{cls.gantry.port}"

    @classmethod
    def tearDownClass(cls):
        log = cls.gantry.log()
        super().tearDownClass()
        shutil.rmtree(cls.folder)
        assert "gb_" not in log, "a token is in the log"

    def sign_in(self, **headers):
        return self.gantry.request("POST", SESSION, {"email": "admin@example.org", "password": PASSWORD},
                                   {"Origin": self.origin, **headers}, token=None)

    def cookie(self):
        answer = self.sign_in()
        self.assertEqual((answer.status, answer.body), (204, b""))
        return answer.headers["set-cookie"].split(";")[0]

    def get(self, path, cookie=None, method="GET", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if cookie:
            headers["Cookie"] = cookie
        return self.gantry.request(method, path, headers=headers, token=None)

    def test_files_have_types_tags_and_ages(self):
        for name, kind, age in ((BUNDLE, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
                                ("app.css", "text/css; charset=utf-8", "no-cache"), ("assets/logo.svg", "image/svg+xml", "no-cache"),
                                ("assets/deep/data.json", "application/json", "no-cache"), ("decoder.wasm", "application/wasm", "no-cache")):
            answer = self.get("/viewer/" + name)
            self.assertEqual((answer.status, answer.headers["content-type"], answer.headers["cache-control"]), (200, kind, age))
            self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
            self.assertEqual(self.get("/viewer/" + name, If_None_Match=answer.headers["etag"]).status, 304)
            head = self.get("/viewer/" + name, method="HEAD")
            self.assertEqual((head.status, head.headers["content-length"], head.body), (200, str(len(answer.body)), b""))

    def test_what_is_packed_is_sent_packed(self):
        plain, packed = self.get("/viewer/" + BUNDLE), self.get("/viewer/" + BUNDLE, Accept_Encoding="gzip, br")
        self.assertNotIn("content-encoding", plain.headers)
        self.assertEqual((packed.headers["content-encoding"], packed.headers["vary"]), ("gzip", "Accept-Encoding"))
        self.assertEqual(packed.headers["content-type"], plain.headers["content-type"])
        self.assertNotEqual(packed.headers["etag"], plain.headers["etag"])
        self.assertEqual(gzip.decompress(packed.body), plain.body)

    def test_nothing_outside_the_folder(self):
        cookie = self.cookie()
        for path in ("/viewer/../../etc/passwd", "/viewer/%2e%2e/%2e%2e/etc/passwd", "/viewer/..%2f..%2fetc%2fpasswd",
                     "/viewer//etc/passwd", "/viewer/%2fetc%2fpasswd", "/viewer/assets/../../../etc/passwd", "/viewer/etc/passwd",
                     "/viewer/passwd.txt", "/viewer/etc/hostname", "/viewer/.installed", "/viewer/assets/..%2f.installed",
                     "/viewer/..%5c..%5cetc%5cpasswd", "/viewer/%00.js", "/viewer/app.css%00.js", "/viewer/app.css/"):
            answer = self.get(path, cookie)
            self.assertNotIn(b"root:", answer.body, path)
            inside = answer.status == 404 or b"<title>viewer</title>" in answer.body or answer.body == b"a{}"
            self.assertTrue(inside, (path, answer.status, answer.body[:80]))
        self.assertEqual(self.get("/viewer/passwd.txt").status, 404)
        self.assertEqual(self.get("/viewer/.installed").status, 404)
        self.assertEqual(self.get("/viewer/no-such.bundle.js", cookie).status, 404)
        self.assertEqual(self.get("/viewer", cookie, "POST", Origin=self.origin).status, 405)

    def test_a_file_that_changed_since_the_start_is_not_sent(self):
        path = self.folder + "/viewer/changing.css"
        self.assertEqual(self.get("/viewer/changing.css").status, 404)
        with open(path, "w") as file:
            file.write("a{}")
        self.gantry.stop()
        self.gantry.start()
        type(self).origin = f"http://127.0.0.1:{self.gantry.port}"
        self.gantry.use_administrator()
        self.assertEqual(self.get("/viewer/changing.css").body, b"a{}")
        os.remove(path)
        os.symlink("/etc/passwd", path)
        self.assertProblem(self.get("/viewer/changing.css"), 503, "UNAVAILABLE")
        os.remove(path)

    def test_the_page_is_for_who_is_signed_in(self):
        for path in ("/viewer", "/viewer/", "/viewer/viewer?StudyInstanceUIDs=1.2&x=%2F", "/viewer/index.html"):
            away = self.get(path)
            self.assertEqual((away.status, away.headers["cache-control"]), (303, "no-store"))
            self.assertTrue(away.headers["location"].startswith("/signin?next=%2Fviewer"), away.headers)
        self.assertIn("%2Fviewer%2Fviewer%3FStudyInstanceUIDs%3D1.2%26x%3D%252F", self.get("/viewer/viewer?StudyInstanceUIDs=1.2&x=%2F").headers["location"])
        cookie = self.cookie()
        for path in ("/viewer", "/viewer/viewer?StudyInstanceUIDs=1.2", "/viewer/index.html"):
            page = self.get(path, cookie)
            self.assertEqual((page.status, page.headers["content-type"]), (200, "text/html; charset=utf-8"))
            self.assertIn(b"<title>viewer</title>", page.body)
            policy = page.headers["content-security-policy"]
            self.assertIn("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';", policy)
            self.assertIn("frame-ancestors 'none'", policy)
            self.assertNotIn("http", policy)
            self.assertEqual(page.headers["cross-origin-opener-policy"], "same-origin")

    def test_the_configuration_is_the_servers(self):
        config = self.get("/viewer/app-config.js")
        self.assertEqual((config.status, config.headers["content-type"]), (200, "text/javascript; charset=utf-8"))
        self.assertIn(b"/dicom-web", config.body)
        self.assertNotIn(b"of the package", config.body)

    def test_the_page_to_sign_in_at(self):
        page = self.get("/signin?next=/viewer")
        self.assertEqual(page.status, 200)
        self.assertNotIn("unsafe", page.headers["content-security-policy"])
        for name, kind in (("signin.js", "text/javascript; charset=utf-8"), ("signin.css", "text/css; charset=utf-8")):
            self.assertIn(name.encode(), page.body)
            self.assertEqual(self.get("/signin/" + name).headers["content-type"], kind)

    def test_the_cookie_is_strict_and_opens_images(self):
        answer = self.sign_in()
        self.assertEqual(answer.headers["cache-control"], "no-store")
        cookie, *attributes = answer.headers["set-cookie"].split("; ")
        self.assertEqual(set(attributes), {"Path=/", "Max-Age=2592000", "HttpOnly", "SameSite=Strict"})
        self.assertEqual(self.get("/api/v1/auth/me", cookie).json["email"], "admin@example.org")
        for path in ("/dicom-web/studies", "/dicom-web/series?limit=1"):
            self.assertEqual(self.get(path, cookie).status, 200)
            self.assertEqual(self.get(path, "other=1; " + cookie + "; more=2", Sec_Fetch_Site="same-origin").status, 200)
        self.assertEqual(self.get("/dicom-web/studies", cookie, "HEAD").status, 200)

    def test_behind_a_proxy_it_is_for_tls_and_this_host(self):
        proxied = harness.Gantry(harness.BINARY)
        proxied.environment.update(GANTRY_BEHIND_PROXY="1", GANTRY_DRAIN_SECONDS="0")
        proxied.start()
        answer = proxied.request("POST", SESSION, {"email": "admin@example.org", "password": PASSWORD},
                                 {"Sec-Fetch-Site": "same-origin"}, token=None)
        cookie, *attributes = answer.headers["set-cookie"].split("; ")
        self.assertTrue(cookie.startswith("__Host-gantry="))
        self.assertEqual(set(attributes), {"Path=/", "Max-Age=2592000", "HttpOnly", "SameSite=Strict", "Secure"})
        self.assertEqual(proxied.get("/dicom-web/studies", token=None, headers={"Cookie": cookie}).status, 200)
        plain = cookie.replace("__Host-", "")
        self.assertEqual(proxied.get("/dicom-web/studies", token=None, headers={"Cookie": plain}).status, 401)
        self.assertEqual(proxied.stop(), 0)
        proxied.remove()

    def test_it_counts_for_own_pages_alone(self):
        cookie = self.cookie()
        for headers in ({"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Origin": "https://evil.example"},
                        {"Origin": "null"}, {"Origin": f"http://127.0.0.1:{self.gantry.port + 1}"},
                        {"Sec_Fetch_Site": "cross-site", "Origin": self.origin}):
            self.assertProblem(self.get("/dicom-web/studies", cookie, **headers), 403, "FORBIDDEN")
            self.assertEqual(self.get("/viewer", cookie, **headers).status, 303)
            self.assertEqual(self.get(SESSION, cookie, "DELETE", **headers).status, 403)
        self.assertEqual(self.get("/dicom-web/studies", cookie, Sec_Fetch_Site="none").status, 200)  # typed
        self.assertEqual(self.get(SESSION, cookie, "DELETE", Sec_Fetch_Site="none").status, 403)
        self.assertEqual(self.get(SESSION, cookie, "DELETE").status, 403)  # nobody says where from
        self.assertEqual(self.get("/dicom-web/studies", cookie).status, 200)

    def test_nobody_is_signed_in_from_elsewhere(self):
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = self.sign_in(**headers)
            self.assertProblem(answer, 403, "FORBIDDEN")
            self.assertNotIn("set-cookie", answer.headers)
        form = self.gantry.request("POST", SESSION, "email=admin@example.org&password=x",
                                   {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded"}, token=None)
        self.assertProblem(form, 415, "UNSUPPORTED")
        wrong = self.gantry.request("POST", SESSION, {"email": "nobody@example.org", "password": "x"}, {"Origin": self.origin}, token=None)
        self.assertProblem(wrong, 401, "UNAUTHENTICATED")
        self.assertNotIn("set-cookie", wrong.headers)

    def test_it_writes_nothing_and_is_no_bearer_token(self):
        cookie, own = self.cookie(), {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        stow = self.gantry.request("POST", "/dicom-web/studies", harness.multipart([harness.instance(1)]),
                                   {**harness.STOW, **own, "Cookie": cookie}, token=None)
        self.assertProblem(stow, 401, "UNAUTHENTICATED")
        for method, path in (("GET", "/api/v1/users"), ("GET", "/api/v1/studies"), ("POST", "/api/v1/auth/logout")):
            self.assertEqual(self.gantry.request(method, path, headers={**own, "Cookie": cookie}, token=None).status, 401, path)
        token = cookie.split("=", 1)[1]
        self.assertEqual(self.get("/dicom-web/studies", cookie).status, 200)  # it is remembered now
        self.assertProblem(self.gantry.get("/dicom-web/studies", token=token), 401, "UNAUTHENTICATED")
        name = cookie.split("=", 1)[0]
        for other in (self.gantry.token, self.gantry.sign_in().json["refresh_token"], token[:-1] + ("A" if token[-1] != "A" else "B"),
                      token.rsplit(".", 1)[0], "gb_", "gb_.", "gb_x." + "A" * 43, "a" * 5000, ""):
            self.assertProblem(self.get("/dicom-web/studies", f"{name}={other}"), 401, "UNAUTHENTICATED")
        both = self.gantry.get("/dicom-web/studies", token="x", headers={"Cookie": cookie})
        self.assertProblem(both, 401, "UNAUTHENTICATED")  # a header that is there is what counts

    def test_signing_out_ends_it(self):
        cookie = self.cookie()
        self.assertEqual(self.get("/dicom-web/studies", cookie).status, 200)
        out = self.get(SESSION, cookie, "DELETE", Origin=self.origin)
        self.assertEqual(out.status, 204)
        self.assertIn("Max-Age=0", out.headers["set-cookie"])
        self.assertEqual(out.headers["clear-site-data"], '"cache"')
        self.assertProblem(self.get("/dicom-web/studies", cookie), 401, "UNAUTHENTICATED")
        self.assertEqual(self.get("/viewer", cookie).status, 303)

    def test_it_ends_with_the_session_and_with_the_user(self):
        email = "viewer-user@example.org"
        user = self.gantry.request("POST", "/api/v1/users", {"email": email, "name": "v", "role": "viewer", "password": PASSWORD}).json
        sign_in = lambda: self.gantry.request("POST", SESSION, {"email": email, "password": PASSWORD}, {"Origin": self.origin}, token=None)
        cookie = sign_in().headers["set-cookie"].split(";")[0]
        self.assertEqual(self.get("/dicom-web/studies", cookie).status, 200)
        role = self.gantry.request("POST", "/api/v1/roles", {"name": "reads nothing", "permissions": ["write_webhooks"]})
        self.assertEqual(role.status, 201, role.body)
        changed = self.gantry.request("PATCH", f"/api/v1/users/{user['id']}", {"role": role.json["id"]})
        self.assertEqual(changed.status, 200)
        self.assertEqual(self.get("/dicom-web/studies", cookie).status, 401)
        cookie = sign_in().headers["set-cookie"].split(";")[0]
        self.assertProblem(self.get("/dicom-web/studies", cookie), 403, "FORBIDDEN")
        self.gantry.request("POST", f"/api/v1/users/{user['id']}/deactivate")
        self.assertEqual(self.get("/api/v1/auth/me", cookie).status, 401)

    def test_it_expires(self):
        cookie = self.cookie()
        self.gantry.stop()  # forgets whom it knows
        self.gantry.sql("UPDATE sessions SET expires_at = created_at + 1")
        self.gantry.start()
        type(self).origin = f"http://127.0.0.1:{self.gantry.port}"
        self.assertProblem(self.get("/dicom-web/studies", cookie), 401, "UNAUTHENTICATED")
        self.gantry.use_administrator()
        self.assertEqual(self.get("/dicom-web/studies", self.cookie()).status, 200)

    def test_it_outlives_an_access_token_and_a_restart(self):
        cookie = self.cookie()
        self.gantry.stop()
        self.gantry.start()
        type(self).origin = f"http://127.0.0.1:{self.gantry.port}"
        self.assertEqual(self.get("/dicom-web/studies", cookie).status, 200)
        self.gantry.use_administrator()


class WithoutViewer(harness.Case):
    def test_says_how_to_install_it(self):
        answer = self.gantry.get("/viewer", token=None)
        self.assertEqual((answer.status, answer.headers["content-type"]), (503, "text/html; charset=utf-8"))
        self.assertIn(b"make viewer", answer.body)
        self.assertEqual(self.gantry.get("/viewer/app.js", token=None).status, 404)

    @classmethod
    def setUpClass(cls):
        cls.gantry = harness.Gantry(harness.BINARY)
        cls.gantry.environment["GANTRY_VIEWER_DIR"] = cls.gantry.folder + "/none"
        cls.gantry.start()


if __name__ == "__main__":
    harness.main()
