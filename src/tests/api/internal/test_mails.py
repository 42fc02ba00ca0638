"""Mails: held without a server, sent by a real one, and what is done when a server misbehaves."""
import datetime
import email.utils
import os
import re
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import PASSWORD, Gantry
from smtp import Certificates, MailServer, OddServer

MAILS = "/api/v1/mails"
LINK = "https://gantry.example:8443/app"
FROM = "Klinik Süd <mail@clinic.example>"


def seconds_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class MailTest(unittest.TestCase):
    def gantry(self, **settings):
        g = Gantry(harness.BINARY)
        g.environment.update({"GANTRY_" + name: value for name, value in settings.items()})
        self.addCleanup(g.remove)
        self.addCleanup(lambda: g.process and g.kill())
        g.start()
        g.use_administrator()
        return g

    def with_server(self, port, scheme="smtp", query="", user=None, **settings):
        credentials = f"{user}:p%40ss%3Aword%2F%C3%A9@" if user else ""
        settings.setdefault("MAIL_FROM", FROM)
        settings.setdefault("PUBLIC_URL", LINK + "/")
        return self.gantry(SMTP_URL=f"{scheme}://{credentials}127.0.0.1:{port}{query}", **settings)

    def server(self, **options):
        server = MailServer(**options).start()
        self.addCleanup(server.stop)
        return server

    def odd(self, **says):
        server = OddServer(**says).start()
        self.addCleanup(server.stop)
        return server

    @classmethod
    def setUpClass(cls):
        cls.certificates = Certificates()
        cls.addClassCleanup(cls.certificates.remove)

    def queue(self, g, **request):
        answer = g.request("POST", MAILS + "/test", request)
        self.assertEqual(answer.status, 202, answer.body)
        return answer.json

    def mail(self, g, mail):
        answer = g.get(f"{MAILS}/{mail['id']}")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def wait(self, g, mail, *states, attempts=1, seconds=30):
        deadline = time.monotonic() + seconds
        while True:
            now = self.mail(g, mail)
            if now["state"] in states and now["attempt_count"] >= attempts:
                return now
            self.assertLess(time.monotonic(), deadline, f"{now} and not {states}\n{g.log()}")
            time.sleep(0.05)

    def due_now(self, g, mail):
        """Its pause, or its lease, is over."""
        g.sql("UPDATE mails SET next_attempt_at = 1 WHERE state IN (0, 1)")

    def test_without_a_server_a_mail_is_held_and_shown_to_administrators(self):
        g = self.gantry(PUBLIC_URL=LINK + "/")
        made = self.queue(g, language="de")
        self.assertEqual((made["state"], made["language"], made["attempt_count"]), ("held", "de", 0))
        self.assertIn("GANTRY_SMTP_URL", made["last_error"])
        for member in ("parameters", "secrets", "key", "organization_key"):
            self.assertNotIn(member, made)
        shown = self.mail(g, made)
        self.assertTrue(shown["shows_link"])
        self.assertIn(f"\n{LINK}/\n", shown["text"])
        self.assertIn(f'href="{LINK}/"', shown["html"])
        self.assertTrue(shown["html"].startswith('<!DOCTYPE html>\n<html lang="de">'))
        listed = g.get(MAILS).json
        self.assertEqual((listed["total"], listed["items"][0]["id"]), (1, made["id"]))
        self.assertNotIn("text", listed["items"][0])
        refused = g.request("POST", f"{MAILS}/{made['id']}/retry")
        self.assertEqual((refused.status, refused.headers["content-type"]), (409, "application/problem+json"))
        self.assertIn("GANTRY_SMTP_URL", refused.json["detail"])
        time.sleep(1)
        self.assertEqual(self.mail(g, made)["version"], made["version"])  # no worker has it
        trail = g.get("/api/v1/audit-events?action=get_mail").json["items"]
        self.assertEqual(trail[0]["subject_id"], made["id"])
        stranger = g.other_clinic()
        self.assertEqual(g.get(f"{MAILS}/{made['id']}", token=stranger).status, 404)
        self.assertEqual(g.request("POST", f"{MAILS}/{made['id']}/retry", token=stranger).status, 404)
        self.assertEqual(g.get(MAILS, token=stranger).json["total"], 0)
        g.request("POST", "/api/v1/users", {"email": "v@example.org", "name": "V", "role": "viewer", "password": PASSWORD})
        viewer = g.sign_in("v@example.org").json["access_token"]
        for method, path in (("GET", MAILS), ("GET", f"{MAILS}/{made['id']}"), ("POST", f"{MAILS}/{made['id']}/retry"),
                             ("POST", MAILS + "/test")):
            self.assertEqual(g.request(method, path, {} if path.endswith("test") else None, token=viewer).status, 403)
            self.assertEqual(g.request(method, path, {} if path.endswith("test") else None, token=None).status, 401)

    def test_lists(self):
        g = self.gantry()
        made = [self.queue(g) for _ in range(3)]
        ids = [mail["id"] for mail in made]

        def listed(query):
            answer = g.get(MAILS + query)
            self.assertEqual(answer.status, 200, answer.body)
            return [mail["id"] for mail in answer.json["items"]]
        self.assertEqual(listed(""), ids[::-1])
        self.assertEqual(listed("?sort=created_at"), ids)
        self.assertEqual(listed("?page_size=1&page=2"), [ids[1]])
        self.assertEqual(listed("?state=held&search=ADMIN@"), ids[::-1])
        self.assertEqual(listed("?state=sent"), [])
        self.assertEqual(listed("?template_name=test"), ids[::-1])
        self.assertEqual(listed("?template_name=invitation"), [])
        for query in ("?state=lost", "?template_name=x", "?sort=subject", "?page_size=201"):
            self.assertEqual(g.get(MAILS + query).status, 422, query)
        # no address for links: the path alone
        self.assertIn("\n/\n", self.mail(g, made[0])["text"])

    def test_a_real_server_with_starttls_and_a_sign_in(self):
        server = self.server(security="starttls", certificates=self.certificates, user="mailer")
        g = self.with_server(server.port, query="?tls=required", user="mailer", SMTP_CA=self.certificates.ca)
        began = time.time()
        sent = self.wait(g, self.queue(g), "sent")
        got = server.wait(1)
        m = got.message
        self.assertEqual((got.sender, got.recipients), ("mail@clinic.example", ["admin@example.org"]))
        self.assertEqual(m["From"].addresses[0].display_name, "Klinik Süd")
        self.assertEqual(m["From"].addresses[0].addr_spec, "mail@clinic.example")
        self.assertEqual(m["To"].addresses[0].addr_spec, "admin@example.org")
        self.assertEqual(m["Subject"], sent["subject"])
        self.assertEqual(m["Message-ID"], f"<{sent['id']}@clinic.example>")
        self.assertEqual(sent["message_id"], m["Message-ID"])
        self.assertEqual(m["Auto-Submitted"], "auto-generated")
        self.assertEqual(m["MIME-Version"], "1.0")
        self.assertLess(abs(email.utils.parsedate_to_datetime(m["Date"]).timestamp() - began), 60)
        self.assertEqual([p.get_content_type() for p in m.walk()], ["multipart/alternative", "text/plain", "text/html"])
        self.assertIn(f"\n{LINK}/\n", got.part("plain"))
        self.assertIn(f'href="{LINK}/"', got.part("html"))
        self.assertEqual(m.defects, [])
        self.assertTrue(all(len(line) <= 78 for line in got.content.split(b"\r\n")))
        self.assertNotIn(b"\n", got.content.replace(b"\r\n", b""))
        self.assertEqual(server.users, [b"mailer"])
        # what it opened is the recipient's alone from now on
        self.assertFalse(sent["shows_link"])
        self.assertNotIn(LINK, sent["text"] + sent["html"])
        self.assertEqual(g.sql("SELECT count(*) FROM mails WHERE secrets IS NOT NULL"), [["0"]])
        self.assertEqual(g.request("POST", f"{MAILS}/{sent['id']}/retry").status, 409)

    def test_tls_from_the_first_byte(self):
        server = self.server(security="tls", certificates=self.certificates)
        g = self.with_server(server.port, scheme="smtps", SMTP_CA=self.certificates.ca)
        self.wait(g, self.queue(g), "sent")
        server.wait(1)

    def test_names_of_every_script_and_of_every_malice(self):
        server = self.server()
        g = self.with_server(server.port)
        me = g.get("/api/v1/auth/me").json
        names = ["Jürgen Größe-Çelik", "山田 太郎 健太郎 左衛門尉 " * 7, "Ада Лавлейс", "한글 이름", "مريم",
                 'A "quoted" \\ <b@c.example>, d;', "=?UTF-8?B?QUJD?=", "x" * 200, "Eve\r\nBcc: all@evil.example\r\n\r\nHello",
                 "a\u2028b\u202ec\u0007d\u200be", "<script>alert('1')</script>&amp;", "😀" * 50, "."]
        for count, name in enumerate(names, 1):
            name = name[:66] if len(name.encode()) > 200 else name
            changed = g.request("PATCH", f"/api/v1/users/{me['id']}", {"name": name})
            self.assertEqual(changed.status, 200, changed.body)
            mail = self.queue(g, language="de")
            got = server.wait(count)
            shown = re.sub("[\u0000-\u001f\u2028\u202e\u200b]", " ", name).strip()
            self.assertEqual(mail["recipient_name"], shown)
            self.assertEqual(got.to(), (shown, "admin@example.org"))
            self.assertEqual([a.addr_spec for a in got.message["To"].addresses], ["admin@example.org"])
            self.assertEqual(got.recipients, ["admin@example.org"])
            self.assertIsNone(got.message["Bcc"])
            self.assertEqual(got.message.defects, [], name)
            for part in got.message.walk():
                self.assertEqual(part.defects, [], name)
            self.assertTrue(all(len(line) <= 78 for line in got.content.split(b"\r\n")), got.content)
            flat = " ".join(got.part("plain").split())
            self.assertIn(f"Guten Tag {' '.join(shown.split())},", flat)
            self.assertNotIn("<script>", got.part("html"))
            self.assertNotIn("<b@c", got.part("html"))

    def test_no_mail_without_the_tls_that_was_asked_for(self):
        odd = self.odd()
        g = self.with_server(odd.port, query="?tls=required")
        mail = self.wait(g, self.queue(g), "queued")
        self.assertTrue(mail["last_error"])
        self.assertNotIn("MAIL", odd.seen)
        # a certificate of nobody we trust
        server = self.server(security="starttls", certificates=self.certificates, user="mailer")
        g = self.with_server(server.port, query="?tls=required", user="mailer")
        mail = self.wait(g, self.queue(g), "queued")
        self.assertIn("certificate", mail["last_error"])
        # a certificate of somebody else
        others = Certificates("DNS:other.example")
        self.addCleanup(others.remove)
        other = self.server(security="tls", certificates=others)
        g = self.with_server(other.port, scheme="smtps", SMTP_CA=others.ca)
        mail = self.wait(g, self.queue(g), "queued")
        self.assertTrue(mail["last_error"])
        self.assertEqual((server.received, other.received, server.users), ([], [], []))

    def test_a_wrong_password_is_not_the_mails_fault(self):
        server = self.server(security="starttls", certificates=self.certificates, user="somebody-else")
        g = self.with_server(server.port, query="?tls=required", user="mailer", SMTP_CA=self.certificates.ca)
        mail = self.wait(g, self.queue(g), "queued")
        self.assertIn("535", mail["last_error"])
        self.assertNotIn("word", g.log())

    def test_not_now_is_tried_again(self):
        odd = self.odd(RCPT=["451-4.7.1 Greylisted,\r\n451 4.7.1 come back\x07 later", "250 ok"])
        g = self.with_server(odd.port)
        mail = self.wait(g, self.queue(g), "queued")
        self.assertEqual(mail["last_error"], "451 4.7.1 Greylisted, 4.7.1 come back  later")
        pause = (seconds_of(mail["next_attempt_at"]) - seconds_of(mail["updated_at"]))
        self.assertTrue(45 <= pause <= 75, pause)
        self.due_now(g, mail)
        sent = self.wait(g, mail, "sent", attempts=2)
        self.assertNotIn("last_error", {k for k, v in sent.items() if v})
        self.assertEqual(len(odd.received), 1)

    def test_never_is_failed_and_says_why(self):
        odd = self.odd(RCPT=[b"550 5.1.1 <admin@example.org> nobody \xff here\r\n", "250 ok"])
        g = self.with_server(odd.port)
        mail = self.wait(g, self.queue(g), "failed")
        self.assertEqual(mail["last_error"], "550 5.1.1 <admin@example.org> nobody ? here")
        self.assertNotIn(LINK, mail["text"])
        time.sleep(0.5)
        self.assertEqual(self.mail(g, mail)["attempt_count"], 1)
        again = g.request("POST", f"{MAILS}/{mail['id']}/retry")
        self.assertEqual((again.status, again.json["state"]), (200, "queued"))
        self.wait(g, mail, "sent")
        self.assertIn(LINK.encode(), odd.received[0].replace(b"=\r\n", b""))

    def test_what_is_refused_does_not_keep_others(self):
        odd = self.odd(end=["554 5.7.1 looks like spam", "452 full", "250 taken"])
        g = self.with_server(odd.port)
        mails = [self.queue(g) for _ in range(3)]
        states = sorted(self.wait(g, mail, "failed", "queued", "sent")["state"] for mail in mails)
        self.assertEqual(states, ["failed", "queued", "sent"])

    def test_given_up_after_a_day(self):
        odd = self.odd(MAIL="451 no")
        g = self.with_server(odd.port)
        mail = self.wait(g, self.queue(g), "queued")
        g.sql("UPDATE mails SET next_attempt_at = 1, give_up_at = 2")
        self.wait(g, mail, "failed", attempts=2)

    def test_a_server_that_hangs_up_behind_the_text(self):
        odd = self.odd(end=[None, "250 taken"])
        g = self.with_server(odd.port)
        mail = self.wait(g, self.queue(g), "queued")
        self.assertTrue(mail["last_error"])
        self.due_now(g, mail)
        self.wait(g, mail, "sent", attempts=2)
        ids = [re.search(rb"Message-ID: (\S+)", content).group(1) for content in odd.received]
        self.assertEqual(len(ids), 2)
        self.assertEqual(ids[0], ids[1])  # whoever got both can see it
        self.assertEqual(odd.received[0], odd.received[1])

    def test_servers_that_are_none(self):
        for says in ({"connect": b"\x00\xff\x16\x03\x01garbage\r\n"}, {"connect": None}, {"connect": "554 go away"},
                     {"EHLO": None}, {"MAIL": "421 closing"}, {"connect": b"220-" + b"x" * 100000 + b"\r\n", "EHLO": None},
                     {"DATA": "999 what"}):
            with self.subTest(says), OddServer(**says) as odd:
                g = self.with_server(odd.port)
                mail = self.wait(g, self.queue(g), "queued")
                self.assertTrue(0 < len(mail["last_error"]) <= 500, mail["last_error"])
                self.assertEqual(odd.received, [])
                self.assertEqual(g.stop(), 0)

    def test_a_slow_server_is_waited_for_and_keeps_nothing_else(self):
        odd = self.odd(connect=0.5, EHLO=0.5, MAIL=0.5, RCPT=0.5, DATA=0.5, end=2)
        g = self.with_server(odd.port)
        mail = self.queue(g)
        began = time.monotonic()
        for _ in range(20):
            self.assertEqual(self.queue(g)["state"], "queued")
        self.assertLess(time.monotonic() - began, 4)
        self.wait(g, mail, "sent")

    def test_a_server_that_never_answers(self):
        odd = self.odd(connect=3600)
        g = self.with_server(odd.port)
        mail = self.wait(g, self.queue(g), "queued")
        self.assertIn("timed out", mail["last_error"].lower())
        self.assertEqual(self.readyz(g), 200)

    def readyz(self, g):
        return g.get("/readyz").status

    def test_without_the_server_all_else_works(self):
        g = self.with_server(MailServer.free_port())
        mail = self.wait(g, self.queue(g), "queued")
        self.assertEqual(self.readyz(g), 200)
        self.assertNotIn("mail", g.get("/readyz").json)
        self.queue(g)
        time.sleep(1)
        total = sum(item["attempt_count"] for item in g.get(MAILS).json["items"])
        self.assertEqual(total, 1)  # it is left alone for a while, whatever comes meanwhile
        self.assertEqual(mail["attempt_count"], 1)

    def test_a_worker_that_was_killed_while_it_sent(self):
        odd = self.odd(end=[3600, "250 taken"])
        g = self.with_server(odd.port)
        mail = self.queue(g)
        while len(odd.received) == 0:
            time.sleep(0.02)
        self.assertEqual(self.mail(g, mail)["state"], "sending")
        g.kill()
        g.start()
        time.sleep(3)
        self.assertEqual(self.mail(g, mail)["state"], "sending")  # until its lease ends
        self.assertEqual(len(odd.received), 1)
        self.assertEqual(g.request("POST", f"{MAILS}/{mail['id']}/retry").status, 409)
        self.due_now(g, mail)
        self.wait(g, mail, "sent", attempts=2, seconds=60)
        self.assertEqual(odd.received[0], odd.received[1])

    def test_told_to_stop_it_does_not_wait_for_a_server(self):
        odd = self.odd(end=[3600, "250 taken"])
        g = self.with_server(odd.port)
        mail = self.queue(g)
        while len(odd.received) == 0:
            time.sleep(0.02)
        began = time.monotonic()
        self.assertEqual(g.stop(), 0)
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual(g.sql("SELECT state, last_error FROM mails"), [["0", "the program was stopped"]])
        g.start()
        self.due_now(g, mail)
        self.wait(g, mail, "sent", attempts=2)

    def test_what_was_held_goes_out_once_there_is_a_server(self):
        server = self.server()
        g = self.gantry(PUBLIC_URL=LINK)
        mails = [self.queue(g) for _ in range(20)]
        g.sql(f"UPDATE mails SET next_attempt_at = 1 WHERE recipient_name IS NOT NULL AND key = (SELECT min(key) FROM mails)")
        g.stop()
        g.environment.update(GANTRY_SMTP_URL=f"smtp://127.0.0.1:{server.port}", GANTRY_MAIL_FROM="mail@clinic.example")
        g.start()
        for mail in mails[1:]:
            self.wait(g, mail, "sent")
        server.wait(19)
        self.assertEqual(server.connections, 1)
        # too old to be expected by anybody, unless somebody says so
        self.assertEqual(self.mail(g, mails[0])["state"], "held")
        self.assertEqual(g.request("POST", f"{MAILS}/{mails[0]['id']}/retry").status, 200)
        self.wait(g, mails[0], "sent")
        # and without it they are held again
        g.stop()
        for name in ("GANTRY_SMTP_URL", "GANTRY_PUBLIC_URL"):
            g.environment.pop(name)
        g.start()
        g.sql("UPDATE mails SET state = 0, next_attempt_at = 1 WHERE key = (SELECT min(key) FROM mails)")
        held = self.wait(g, mails[0], "held")
        self.assertIn("GANTRY_SMTP_URL", held["last_error"])
        self.assertIn("\n\u2026\n", held["text"])

    def test_settings(self):
        g = Gantry(harness.BINARY)
        self.addCleanup(g.remove)
        good = {"SMTP_URL": "smtp://user:s3cr%40t@mail.example", "MAIL_FROM": '"Clinic, South" <a@b.example>',
                "PUBLIC_URL": "https://gantry.example/"}
        bad = [("SMTP_URL", "http://mail.example"), ("SMTP_URL", "smtp://"), ("SMTP_URL", "smtp://user@mail.example"),
               ("SMTP_URL", "smtp://user:secret@mail.example?tls=off"), ("SMTP_URL", "smtp://mail.example?tls=maybe"),
               ("SMTP_URL", "smtps://mail.example?tls=off"), ("SMTP_URL", "smtp://mail.example:0"),
               ("SMTP_URL", "smtp://a:b%0d%0a@mail.example"), ("SMTP_URL", "smtp://mail.example/x/y"),
               ("MAIL_FROM", "nobody"), ("MAIL_FROM", "a@b.example\r\nBcc: c@d.example"), ("MAIL_FROM", "A <a@b.example> B"),
               ("MAIL_FROM", None), ("PUBLIC_URL", "gantry.example"), ("PUBLIC_URL", "https://"),
               ("PUBLIC_URL", "javascript:alert(1)"), ("PUBLIC_URL", 'https://a.example/"x'), ("PUBLIC_URL", "https://a@b.example"),
               ("PUBLIC_URL", "https://a.example/?q")]

        def config(settings):
            for name in good:
                g.environment.pop("GANTRY_" + name, None)
            g.environment.update({"GANTRY_" + name: value for name, value in settings.items() if value is not None})
            return g.run("config")
        shown = config(good)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn(b"GANTRY_SMTP_URL=smtp://user:***@mail.example\n", shown.stdout)
        self.assertNotIn(b"s3cr", shown.stdout)
        self.assertIn(b"GANTRY_PUBLIC_URL=https://gantry.example\n", shown.stdout)
        for name, value in bad:
            refused = config({**good, name: value})
            self.assertNotEqual(refused.returncode, 0, (name, value))
            self.assertIn(b"GANTRY_" + name.encode(), refused.stderr, (name, value))
            self.assertNotIn(b"secret", refused.stderr)


if __name__ == "__main__":
    harness.main()
