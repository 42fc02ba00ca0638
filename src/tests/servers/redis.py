"""A Redis of its own."""
import socket
import subprocess

from server import Server


class Redis(Server):
    def __init__(self, *settings):
        super().__init__()
        self.settings = settings

    def command(self):
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir",
                self.folder, *self.settings]

    def answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as s:
                s.sendall(b"PING\r\n")
                return s.recv(64).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False

    def cli(self, *arguments):
        return subprocess.run(["redis-cli", "-p", str(self.port), *arguments], stdout=subprocess.PIPE, text=True, timeout=30,
                              check=True).stdout.strip()

    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"
