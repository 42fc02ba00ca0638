"""Mail servers of the tests: a real one (aiosmtpd, with STARTTLS or TLS and a sign-in where asked), and one that says what a test
wants at each step. Both run on threads of the test itself."""
import email
import email.header
import email.policy
import email.utils
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


class Certificates:
    """An authority, and a certificate of it for the names that are given."""

    def __init__(self, names="DNS:localhost,IP:127.0.0.1"):
        self.folder = tempfile.mkdtemp(prefix="gantry-certificates-")
        self.ca, self.key, self.certificate = (f"{self.folder}/{name}.pem" for name in ("ca", "key", "certificate"))
        with open(self.folder + "/extensions", "w") as extensions:
            extensions.write(f"subjectAltName={names}\n")
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                     "/CN=Test authority", "-keyout", self.folder + "/ca-key.pem", "-out", self.ca)
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=mail", "-keyout",
                     self.key, "-out", self.folder + "/request.pem")
        self.openssl("x509", "-req", "-in", self.folder + "/request.pem", "-CA", self.ca, "-CAkey", self.folder + "/ca-key.pem",
                     "-CAcreateserial", "-days", "2", "-extfile", self.folder + "/extensions", "-out", self.certificate)

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=self.folder)

    def context(self):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Received:
    """A mail as a server has it: the envelope, the bytes, and what Python's own parser makes of them."""

    def __init__(self, sender, recipients, content):
        self.sender, self.recipients, self.content = sender, recipients, content
        self.message = email.message_from_bytes(content, policy=email.policy.default)

    def part(self, subtype):
        return self.message.get_body((subtype,)).get_content().replace("\r\n", "\n")

    def to(self):
        """Name and address; Python 3.11's structured parser keeps the space between encoded words, its older one does not."""
        plain = email.message_from_bytes(self.content)
        [(name, address)] = email.utils.getaddresses([re.sub(r"\r?\n", "", plain["To"])])
        return str(email.header.make_header(email.header.decode_header(name))), address


class MailServer:
    """A real one. security: None, "starttls" or "tls"; user: who must sign in, with the password "p@ss:word/é"."""

    PASSWORD = "p@ss:word/é"

    def __init__(self, security=None, certificates=None, user=None):
        self.received, self.connections, self.users = [], 0, []
        self.arrived = threading.Condition()
        self.user = user
        context = certificates.context() if certificates else None
        options = {"hostname": "127.0.0.1", "port": self.free_port(), "enable_SMTPUTF8": True}
        if security == "starttls":
            options.update(tls_context=context, require_starttls=True)
        elif security == "tls":
            options.update(ssl_context=context)
        if user is not None:
            options.update(auth_required=True, authenticator=self.authenticate, auth_require_tls=security == "starttls")
        self.controller = Controller(self, **options)
        self.port = options["port"]

    @staticmethod
    def free_port():
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            return s.getsockname()[1]

    def authenticate(self, server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and data.login == self.user.encode() and data.password == self.PASSWORD.encode()
        self.users.append(data.login if good else None)
        return AuthResult(success=good, handled=False)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_DATA(self, server, session, envelope):
        with self.arrived:
            self.received.append(Received(envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
            self.arrived.notify_all()
        return "250 2.0.0 taken"

    def start(self):
        self.controller.start()
        return self

    def stop(self):
        self.controller.stop()

    def wait(self, count, seconds=30):
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.received) >= count, seconds), f"{len(self.received)} of {count} mails"
            return self.received[count - 1]


class OddServer:
    """Says at each step what `says` has for it, else what a good server would. Steps: connect, EHLO, MAIL, RCPT, DATA, end. What it
    says is a text; None to hang up; a number of seconds to wait before the good answer; bytes to send as they are; a function of
    the line that gives one of these. A list is one of these for each time the step comes, the last one from then on."""

    GOOD = {"connect": "220 odd.example ESMTP", "EHLO": "250 odd.example", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on",
            "end": "250 taken", "QUIT": "221 bye", "RSET": "250 ok", "NOOP": "250 ok"}

    def __init__(self, **says):
        self.says, self.seen, self.received = says, [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.is_open = True
        self.threads = []

    def start(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def stop(self):
        self.is_open = False
        self.listener.close()

    def accept(self):
        while self.is_open:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def answer(self, connection, step, line=b""):
        """False: it hung up."""
        count = self.seen.count(step)
        self.seen.append(step)
        says = self.says.get(step, self.GOOD[step])
        if isinstance(says, list):
            says = says[min(count, len(says) - 1)]
        if callable(says):
            says = says(line)
        if isinstance(says, (int, float)):
            time.sleep(says)
            says = self.GOOD[step]
        if says is None:
            return False
        connection.sendall(says if isinstance(says, bytes) else says.encode() + b"\r\n")
        return True

    def serve(self, connection):
        with connection, connection.makefile("rb") as lines:
            try:
                if not self.answer(connection, "connect"):
                    return
                for line in lines:
                    step = line.split(b" ")[0].strip().decode().upper()
                    step = {"HELO": "EHLO"}.get(step, step)
                    if step not in self.GOOD:
                        connection.sendall(b"502 what\r\n")
                        continue
                    if not self.answer(connection, step, line) or step == "QUIT":
                        return
                    if step == "DATA" and not isinstance(self.says.get("DATA"), str):
                        content = b""
                        while not content.endswith(b"\r\n.\r\n"):
                            content += lines.readline()
                        self.received.append(content)
                        if not self.answer(connection, "end"):
                            return
            except OSError:
                pass

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


def remove_all(*things):
    for thing in things:
        thing.remove() if hasattr(thing, "remove") else os.unlink(thing)
