"""An HAProxy of its own, set up by the file that docs/NODES.md recommends: only the addresses are the test's."""
import os
import re

from server import Server

RECOMMENDED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../docs/haproxy.cfg")


class HAProxy(Server):
    """In front of (host, port) pairs."""

    def __init__(self, nodes, balance="leastconn"):
        super().__init__()
        self.nodes, self.balance = nodes, balance
        with open(self.folder + "/haproxy.cfg", "w") as file:
            file.write(self.configuration())

    def configuration(self):
        with open(RECOMMENDED) as file:
            text = file.read()
        servers = iter(self.nodes)
        text = self.replace(r"(?m)^(    bind ).*$", rf"\g<1>127.0.0.1:{self.port}", text)
        text = self.replace(r"(?m)^(    balance ).*$", rf"\g<1>{self.balance}", text)
        text = self.replace(r"(?m)(^    server .*\n)+", "".join(f"    server node{number} {host}:{port}\n"
                                                               for number, (host, port) in enumerate(servers, 1)), text)
        return text

    def replace(self, pattern, by, text):
        text, count = re.subn(pattern, by, text)
        assert count == 1, pattern
        return text

    def command(self):
        return ["haproxy", "-W", "-db", "-f", self.folder + "/haproxy.cfg"]

    def check(self, path):
        """What haproxy itself says about a configuration; absent when it is content."""
        done = self.run("haproxy", "-c", "-q", "-f", path, check=False)
        return done.stdout if done.returncode != 0 or "WARNING" in done.stdout else None

    def url(self):
        return f"http://127.0.0.1:{self.port}"
