"""Requests that two programs could read differently (RFC 9112, RFC 9110): what must be refused is, by the plain listener and by the one that
speaks TLS, and nothing behind such a request is taken for the next one."""
import os
import shutil
import socket
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from test_tls import Certificate

HOST = b"Host: localhost\r\n"
LATER = b"GET /healthz?smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


def head(line=b"GET /healthz HTTP/1.1", *fields, host=HOST, end=b"\r\n"):
    return line + b"\r\n" + host + b"".join(field + b"\r\n" for field in fields) + end


def post(*fields, body=b""):
    return head(b"POST /api/v1/auth/login HTTP/1.1", b"Content-Type: application/json", *fields) + body


# Each is one request by nobody's reading, or by a wrong one: the clause of RFC 9112 unless another is named.
REFUSED = {
    "two lengths that differ (6.3)": post(b"Content-Length: 2", b"Content-Length: 40", body=b"{}" + LATER),
    "two lengths in one field (6.3)": post(b"Content-Length: 2, 40", body=b"{}" + LATER),
    "a length and chunks (6.3)": post(b"Content-Length: 2", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + LATER),
    "chunks and a length (6.3)": post(b"Transfer-Encoding: chunked", b"Content-Length: 2", body=b"0\r\n\r\n" + LATER),
    "a length with a sign (8.6 of 9110)": post(b"Content-Length: +2", body=b"{}"),
    "a negative length": post(b"Content-Length: -2", body=b"{}"),
    "a length in hexadecimal": post(b"Content-Length: 0x2", body=b"{}"),
    "a length with a space in it": post(b"Content-Length: 2 2", body=b"{}"),
    "a length of letters": post(b"Content-Length: two", body=b"{}"),
    "a length that is empty": post(b"Content-Length:", body=b"{}"),
    "a length beyond 64 bits": post(b"Content-Length: 18446744073709551618", body=b"{}"),
    "a coding that is not known (6.1)": post(b"Transfer-Encoding: cow", body=b"0\r\n\r\n"),
    "chunked that is not last (6.3)": post(b"Transfer-Encoding: chunked, gzip", body=b"0\r\n\r\n"),
    "chunked twice (6.1)": post(b"Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"),
    "chunked in two fields": post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", body=b"0\r\n\r\n"),
    "chunked in quotes": post(b'Transfer-Encoding: "chunked"', body=b"0\r\n\r\n"),
    "chunked with a control character": post(b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"),
    "chunks in HTTP/1.0 (6.1)": head(b"POST /api/v1/auth/login HTTP/1.0", b"Transfer-Encoding: chunked") + b"0\r\n\r\n" + LATER,
    "a space before the colon (5.1)": post(b"Content-Length : 2", body=b"{}"),
    "a tab before the colon": post(b"Transfer-Encoding\t: chunked", body=b"0\r\n\r\n"),
    "a field without a colon": head(b"GET /healthz HTTP/1.1", b"Nonsense"),
    "a name with a space": head(b"GET /healthz HTTP/1.1", b"X Y: value"),
    "a name with a control character": head(b"GET /healthz HTTP/1.1", b"X\x01Y: value"),
    "a first field that is folded": b"GET /healthz HTTP/1.1\r\n X: a\r\n" + HOST + b"\r\n",
    "a bare CR in a value (2.2)": head(b"GET /healthz HTTP/1.1", b"X: a\rContent-Length: 5"),
    "no host (3.2)": head(host=b""),
    "two hosts (3.2)": head(b"GET /healthz HTTP/1.1", b"Host: evil.example"),
    "a host with a space": head(host=b"Host: local host\r\n"),
    "a host with a path": head(host=b"Host: localhost/evil\r\n"),
    "a host with somebody": head(host=b"Host: somebody@localhost\r\n"),
    "no version": b"GET /healthz\r\n" + HOST + b"\r\n",
    "another version (2.3)": head(b"GET /healthz HTTP/2.0"),
    "a version of three parts": head(b"GET /healthz HTTP/1.1.1"),
    "a version in small letters": head(b"GET /healthz http/1.1"),
    "a target with a space (3.2)": head(b"GET /health z HTTP/1.1"),
    "a target with a fragment": head(b"GET /healthz#x HTTP/1.1"),
    "a target that is none (3.2)": head(b"GET healthz HTTP/1.1"),
    "a method with a control character": head(b"GE\x01T /healthz HTTP/1.1"),
    "a tunnel": head(b"CONNECT localhost:80 HTTP/1.1"),
    "the mirror (9.3.8 of 9110)": head(b"TRACE /healthz HTTP/1.1"),
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a chunk of no hexadecimal (7.1)": post(b"Transfer-Encoding: chunked", body=b"z\r\n{}\r\n0\r\n\r\n"),
    "a chunk with a prefix": post(b"Transfer-Encoding: chunked", body=b"0x2\r\n{}\r\n0\r\n\r\n"),
    "a chunk with a sign": post(b"Transfer-Encoding: chunked", body=b"+2\r\n{}\r\n0\r\n\r\n"),
    "a chunk that overflows": post(b"Transfer-Encoding: chunked", body=b"10000000000000002\r\n{}\r\n0\r\n\r\n"),
    "a chunk longer than it says": post(b"Transfer-Encoding: chunked", body=b"2\r\n{}{}\r\n0\r\n\r\n"),
    "a chunk that ends with LF": post(b"Transfer-Encoding: chunked", body=b"2\n{}\n0\n\n" + LATER),
}
# Read by the HTTP library in one way only, and so that nothing is won by it: what is behind NUL is not there, a line that goes on is joined by
# a space as the standard has it, a field without a name is none.
HARMLESS = {
    "a field without a name": head(b"GET /healthz HTTP/1.1", b": value"),
    "a folded field (5.2)": head(b"GET /healthz HTTP/1.1", b"X: a", b" b"),
    "a value with NUL (5.5 of 9110)": head(b"GET /healthz HTTP/1.1", b"X: a\0b"),
    "a target with NUL": head(b"GET /healthz\0x HTTP/1.1"),
}
# And what must be read all the same.
TAKEN = {
    "the plain one": head(),
    "an empty line before (2.2)": b"\r\n" + head(),
    "no space behind the colon": head(host=b"Host:localhost\r\n"),
    "spaces around a value": head(b"GET /healthz HTTP/1.1", b"X:  \t a \t "),
    "names in any case": head(host=b"hOsT: localhost\r\n"),
    "the whole address (3.2.2)": head(b"GET http://localhost/healthz HTTP/1.1"),
    "an empty value": head(b"GET /healthz HTTP/1.1", b"X:"),
    "bytes beyond ASCII in a value": head(b"GET /healthz HTTP/1.1", b"X: \xe4\xf6"),
}


class Framing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="gantry-framing-")
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.certificate = Certificate(folder, "one")
        cls.plain, cls.secured = harness.Gantry(harness.BINARY), harness.Gantry(harness.BINARY)
        cls.secured.environment.update(GANTRY_TLS_CERT=cls.certificate.chain, GANTRY_TLS_KEY=cls.certificate.key)
        for gantry in (cls.plain, cls.secured):
            gantry.start()
            cls.addClassCleanup(gantry.remove)
            cls.addClassCleanup(gantry.stop)

    def answers(self, request, is_secured):
        """All that comes back until the server hangs up, or has nothing more to say."""
        port = (self.secured if is_secured else self.plain).port
        with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
            peer = self.certificate.context().wrap_socket(plain, server_hostname="localhost") if is_secured else plain
            got = b""
            try:
                peer.sendall(request)
                while True:
                    part = peer.recv(65536)
                    if not part:
                        break
                    got += part
                    peer.settimeout(0.3)  # what is kept open has said what it has to say
            except OSError:
                pass
            return got

    def check_all(self, is_secured):
        for name, request in REFUSED.items():
            with self.subTest(name):
                got = self.answers(request, is_secured)
                statuses = [line.split(b" ")[1][:3] for line in got.split(b"\r\n") if line.startswith(b"HTTP/1.")]
                self.assertFalse([status for status in statuses if status[:1] not in b"45"], got[:300])
                self.assertLessEqual(len(set(statuses)), 1, got[:600])  # the library says its own refusals twice
        for name, request in {**TAKEN, **HARMLESS}.items():
            with self.subTest(name):
                got = self.answers(request, is_secured)
                self.assertTrue(got.startswith(b"HTTP/1.1 200 ") and got.count(b"HTTP/1.") == 1, got[:300])

    def test_in_the_clear(self):
        self.check_all(False)

    def test_over_tls(self):
        self.check_all(True)


if __name__ == "__main__":
    harness.main()
