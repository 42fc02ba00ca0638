"""What the real servers of the tests have in common: a folder of their own, a free port on loopback, an end by process id."""
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """start() returns when it answers; stop() is safe at any time. Started again it keeps its port and its data."""

    user = None  # runs as that user where we are root
    place = None  # where its folder is made; None: where temporary files are

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="gantry-server-", dir=self.place)
        self.port = free_port()
        self.process = None
        if self.user is not None and os.geteuid() == 0:
            shutil.chown(self.folder, self.user)

    def command(self):
        raise NotImplementedError

    def url(self):
        raise NotImplementedError

    def answers(self):
        """True once it can be used."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def demote(self):
        if self.user is None or os.geteuid() != 0:
            return {}
        who = pwd.getpwnam(self.user)
        return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}

    def run(self, *command, check=True):
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=check,
                              cwd=self.folder, **self.demote())

    def start(self, seconds=30):
        with open(self.folder + "/output", "a") as output:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                            cwd=self.folder, start_new_session=True, **self.demote())
        deadline = time.monotonic() + seconds
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{type(self).__name__} did not start: {self.output()}")
            time.sleep(0.02)
        return self

    def output(self):
        with open(self.folder + "/output", errors="replace") as output:
            return output.read()[-4000:]

    def pids(self):
        """The process and all that descend from it."""
        found, parents = [self.process.pid], {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open(f"/proc/{name}/stat") as stat:
                        parents.setdefault(int(stat.read().rsplit(")", 1)[1].split()[1]), []).append(int(name))
                except OSError:
                    pass
        for pid in found:
            found.extend(parents.get(pid, []))
        return found

    def send(self, number):
        """To the whole of it: a server may have children in sessions of their own."""
        for pid in self.pids():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def freeze(self):
        self.send(signal.SIGSTOP)

    def thaw(self):
        self.send(signal.SIGCONT)

    def end(self, number=signal.SIGTERM, seconds=20):
        """Ends the process and keeps the data."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            self.process.wait(seconds)
        self.process = None

    def kill(self):
        self.send(signal.SIGKILL)
        self.end(signal.SIGKILL)

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.thaw()
        self.end()
        shutil.rmtree(self.folder, ignore_errors=True)
