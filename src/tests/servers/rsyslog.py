"""rsyslog on loopback ports of its own, with TLS or without; killed, frozen and started again as a test wants it."""
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

CONFIGURATION = """
global(workDirectory="{folder}" maxMessageSize="64k" parser.escapeControlCharactersOnReceive="off"
       defaultNetstreamDriverCAFile="{folder}/ca.pem" defaultNetstreamDriverCertFile="{folder}/cert.pem"
       defaultNetstreamDriverKeyFile="{folder}/key.pem")
module(load="imtcp" streamDriver.name="{driver}" streamDriver.mode="{mode}" streamDriver.authMode="{auth}")
module(load="imudp")
template(name="line" type="string" string="%pri% %timestamp:::date-rfc3339% %hostname% %app-name% %msgid% %structured-data% %msg%\\n")
input(type="imtcp" address="127.0.0.1" port="{port}")
input(type="imudp" address="127.0.0.1" port="{port}")
action(type="omfile" file="{folder}/received" template="line")
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class Rsyslog:
    def __init__(self, tls=True, asks_for_certificate=False):
        self.folder, self.port, self.process = tempfile.mkdtemp(prefix="rsyslog-test-"), free_port(), None
        self.make_certificates()
        with open(self.folder + "/configuration", "w") as file:
            file.write(CONFIGURATION.format(folder=self.folder, port=self.port, driver="ossl" if tls else "ptcp",
                                            mode=1 if tls else 0, auth="x509/certvalid" if asks_for_certificate else "anon"))

    @staticmethod
    def is_there():
        return shutil.which("rsyslogd", path=os.environ["PATH"] + ":/usr/sbin") is not None

    def make_certificates(self):
        f = self.folder
        for ca in ("ca", "other"):
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=" + ca,
                    "-keyout", f"{f}/{ca}.key", "-out", f"{f}/{ca}.pem")
        for name, names in (("cert", "IP:127.0.0.1,DNS:receiver.example"), ("client", "DNS:gantry.example")):
            key = "key" if name == "cert" else "client-key"
            with open(f"{f}/{name}.cnf", "w") as file:
                file.write("subjectAltName=" + names + "\n")
            openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + name,
                    "-keyout", f"{f}/{key}.pem", "-out", f"{f}/{name}.csr")
            openssl("x509", "-req", "-in", f"{f}/{name}.csr", "-CA", f"{f}/ca.pem", "-CAkey", f"{f}/ca.key", "-CAcreateserial",
                    "-days", "2", "-extfile", f"{f}/{name}.cnf", "-out", f"{f}/{name}.pem")

    def url(self, *options):
        return f"tls://127.0.0.1:{self.port}?" + "&".join(("ca=" + self.folder + "/ca.pem",) + options)

    def start(self):
        program = shutil.which("rsyslogd", path=os.environ["PATH"] + ":/usr/sbin")
        with open(self.folder + "/log", "a") as log:
            self.process = subprocess.Popen([program, "-n", "-iNONE", "-f", self.folder + "/configuration"], stdout=log, stderr=log)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        with open(self.folder + "/log") as log:
            raise RuntimeError("rsyslogd does not start: " + log.read())

    def kill(self):
        self.process.kill()
        self.process.wait()

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def remove(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def lines(self):
        try:
            with open(self.folder + "/received", encoding="utf-8", errors="replace") as file:
                return [line for line in file.read().split("\n") if "sequenceId" in line]
        except FileNotFoundError:
            return []

    def arrivals(self):
        """The sequenceId of each message as it came, again or not."""
        return [int(re.search(r'sequenceId="(\d+)"', line).group(1)) for line in self.lines()]

    def first_arrivals(self):
        return list(dict.fromkeys(self.arrivals()))
