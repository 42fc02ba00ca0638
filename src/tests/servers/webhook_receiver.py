"""A receiver of webhooks that behaves as a test says: answers, refuses, hangs, breaks off, drips, floods. On threads of the test."""
import base64
import hashlib
import hmac
import json
import socket
import ssl
import struct
import threading
import time


class Delivery:
    """What came: its place, headers in lower case, the bytes of its body."""

    def __init__(self, path, headers, body):
        self.path, self.headers, self.body, self.at = path, headers, body, time.time()
        self.id = headers.get("webhook-id")

    @property
    def json(self):
        return json.loads(self.body)

    def is_signed_with(self, secret):
        """By the rule of the specification, worked out here: HMAC-SHA256 over id.timestamp.body, one of the signatures."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        content = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        return wanted in self.headers["webhook-signature"].split(" ")


class Receiver:
    """behaviour(delivery) gives what is done with it: a status, a bytes answer, or "hang", "reset", "drip", "flood", "break"."""

    def __init__(self, behaviour=200, context=None):
        self.behaviour, self.received, self.lock = behaviour, [], threading.Lock()
        self.at_once, self.at_once_max, self.context, self.stopping = 0, 0, context, False
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self):
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}/hook"

    def accept(self):
        while not self.stopping:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection:
                connection.settimeout(30)
                self.answer(connection)
        except (OSError, ValueError):
            pass

    def read(self, connection):
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                raise ValueError("no request")
            data += more
        head, body = data.split(b"\r\n\r\n", 1)
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += connection.recv(65536)
        return Delivery(first.split(" ")[1], headers, body)

    def answer(self, connection):
        delivery = self.read(connection)
        with self.lock:
            self.received.append(delivery)
            self.at_once += 1
            self.at_once_max = max(self.at_once_max, self.at_once)
        try:
            done = self.behaviour(delivery) if callable(self.behaviour) else self.behaviour
            self.do(connection, done)
        finally:
            with self.lock:
                self.at_once -= 1

    @staticmethod
    def do(connection, done):
        if isinstance(done, int):
            done = f"HTTP/1.1 {done} Told\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        if isinstance(done, bytes):
            connection.sendall(done)
        elif done == "hang":
            connection.recv(1)
        elif done == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif done == "break":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        elif done == "drip":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            for _ in range(1000):
                connection.sendall(b".")
                time.sleep(0.05)
        elif done == "flood":
            connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            for _ in range(4096):
                connection.sendall(bytes(65536))

    def ids(self):
        with self.lock:
            return [delivery.id for delivery in self.received]

    def stop(self):
        self.stopping = True
        self.listener.close()
