"""Checks with programs of others. A peer is a table of checks: an id, and a sentence that says what has been shown when it passes.
The conformance document is made of these tables, so a check that is not run, or whose outcome is another than its table says, fails."""
import contextlib
import functools
import json
import os
import re
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import harness

PEERS = []  # of the modules that are loaded, in the order of loading


class Peer:
    """name, and what it is used for; version: a command that tells it, and the expression that finds it there, or the text itself. known:
    of checks that fail, and rightly: a piece of how they fail, and the reason."""

    def __init__(self, name, purpose, version, checks=(), known=()):
        self.name, self.purpose, self.version_from = name, purpose, version
        self.checks, self.known, self.outcomes = dict(checks), dict(known), {}
        PEERS.append(self)

    def version(self):
        if isinstance(self.version_from, str):
            return self.version_from
        command, pattern = self.version_from
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return re.search(pattern, done.stdout).group(1)

    def check(self, name, sentence):
        """Of a test: the whole of it is a check."""
        self.checks[name] = sentence

        def wrap(test):
            @functools.wraps(test)
            def run(case):
                with case.check(name):
                    test(case)
            return run
        return wrap

    def flaws(self):
        """What the tables say and is not so."""
        out = [f"{name} was not run" for name in self.checks if name not in self.outcomes]
        return out + [f"{name} is a known difference, and passes: {self.known[name][1]}" for name in self.known if self.outcomes.get(name) == ""]

    def file_name(self):
        return re.sub(r"\W+", "-", self.name) + ".json"

    def results(self, failure_of, version):
        return {"name": self.name, "version": version, "purpose": self.purpose,
                "checks": [{"id": name, "sentence": sentence, "failure": failure_of(name), "known": self.known.get(name, ("", ""))[1]}
                           for name, sentence in self.checks.items()]}


class Case(harness.Case):
    """Tests with one peer, whose checks each have an outcome of their own."""
    peer = None

    @contextlib.contextmanager
    def check(self, name):
        """Run again it has passed when it passed each time; a known difference is none of the test's failures."""
        peer = self.peer
        assert name in peer.checks, name + " is in no table"
        with self.subTest(name):
            try:
                yield
                peer.outcomes.setdefault(name, "")
            except unittest.SkipTest:
                raise
            except Exception as reason:
                peer.outcomes[name] = (str(reason).splitlines() or [type(reason).__name__])[0][:200]
                if name not in peer.known or peer.known[name][0] not in str(reason):
                    raise


def package_version(package):
    """Of a Debian package, without the distribution's own part."""
    return ["dpkg-query", "-W", "-f", "${Version}\n", package], r"(?:\d+:)?([^\s+~-]+(?:~\d+)?)"


def need(*programs):
    """Without them the test is skipped."""
    for program in programs:
        if not any(os.access(os.path.join(folder, program), os.X_OK) for folder in [*os.environ["PATH"].split(":"), "/usr/sbin"]):
            print(program, "is not installed")
            sys.exit(77)


def main():
    is_whole = len(sys.argv) == 2
    harness.BINARY = os.path.abspath(sys.argv.pop(1))
    program = unittest.main(module="__main__", verbosity=2, exit=False)
    flaws = [f"{peer.name}: {flaw}" for peer in PEERS for flaw in peer.flaws()] if is_whole else []
    print(*flaws, sep="\n", file=sys.stderr)
    folder = os.environ.get("GANTRY_CONFORMANCE_RESULTS")
    for peer in PEERS if folder else ():
        with open(os.path.join(folder, peer.file_name()), "w", encoding="utf-8") as out:
            json.dump(peer.results(lambda name, peer=peer: peer.outcomes.get(name, "not run"), peer.version()), out)
    sys.exit(not program.result.wasSuccessful() or bool(flaws))
