"""run_with.py postgres,redis -- COMMAND…: starts those servers, tells their addresses in GANTRY_TEST_<NAME>_URL (for radosgw: that of
s3, whose place it takes), runs the command, ends them. Exits as the command does."""
import importlib
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
CLASSES = {"postgres": "Postgres", "redis": "Redis", "s3": "S3", "radosgw": "RadosGateway"}
VARIABLES = {"radosgw": "S3"}


def main():
    names, command = sys.argv[1].split(","), sys.argv[3:]
    environment, running = dict(os.environ), []
    try:
        for name in names:
            server = getattr(importlib.import_module(name), CLASSES[name])()
            running.append(server)
            server.start()
            environment[f"GANTRY_TEST_{VARIABLES.get(name, name.upper())}_URL"] = server.url()
        return subprocess.run(command, env=environment).returncode
    finally:
        for server in running:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
