"""docs/CONFORMANCE.md: what the program says of itself, and behind it the checks with peers.

    document.py GANTRY RESULTS    writes it to standard output, out of what the checks gave when they were run (tools/conformance.sh)
"""
import glob
import importlib
import json
import os
import re
import subprocess
import sys

import peers

COMMITTED = os.path.join(peers.HERE, "../../../../docs/CONFORMANCE.md")
HEAD = """
## 8. Results with peers

Each check is one of the tests in `src/tests/api/clients`, which run the program against the real client, or the real tool on what the
program made. A test fails when a check does not end as it stands here, or is not run.
"""


def statement(gantry):
    return subprocess.run([gantry, "conformance"], stdout=subprocess.PIPE, check=True).stdout.decode()


def tables():
    """Of all tests with peers."""
    for path in sorted(glob.glob(os.path.join(peers.HERE, "test_*.py"))):
        importlib.import_module(os.path.basename(path)[:-3])
    return peers.PEERS


def outcome_of(check):
    if check["failure"] == "":
        return "passed"
    return "differs: " + check["known"] if check["known"] else "**fails**: " + check["failure"].replace("|", "\\|")


def render(text, results):
    """The annexes stay at the end."""
    out = [HEAD]
    for one in results:
        counts = sum(check["failure"] == "" for check in one["checks"])
        out.append(f"\n### {one['name']} {one['version']}\n\n{one['purpose'][0].upper() + one['purpose'][1:]}. {counts} of {len(one['checks'])} passed.\n\n"
                   "| Check | | Outcome |\n| --- | --- | --- |\n")
        out += [f"| `{check['id']}` | {check['sentence']} | {outcome_of(check)} |\n" for check in one["checks"]]
    body, annexes = text.split("\n## Annex A", 1)
    return body + "".join(out) + "\n## Annex A" + annexes


def expected(committed):
    """What the tables say, with the versions that the committed document tells."""
    out = []
    for peer in tables():
        version = re.search(rf"^### {re.escape(peer.name)} (.+)$", committed, re.M)
        out.append(peer.results(lambda name, peer=peer: "known" if name in peer.known else "", version.group(1) if version else "of no version"))
    return out


def read_results(folder):
    out, flaws = [], []
    for peer in tables():
        path = os.path.join(folder, peer.file_name())
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                out.append(json.load(file))
        else:
            flaws.append(peer.name + " was not run")
    return out, flaws


if __name__ == "__main__":
    found, missing = read_results(sys.argv[2])
    if missing:
        sys.exit("\n".join(missing))
    print(render(statement(sys.argv[1]), found), end="")
