"""`gantry migrate` from outside: killed at random times and run again, run twice at once, refused by a newer schema."""
import os
import random
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness

KILL_COUNT = 100 if os.environ.get("GANTRY_LONG") else 12
DIFFERENT = "SELECT count(*), min(number), max(number) FROM schema_migrations"


class Migrate(unittest.TestCase):
    def setUp(self):
        self.gantry = harness.Gantry(harness.BINARY)
        self.addCleanup(self.gantry.remove)

    def start(self):
        return subprocess.Popen([harness.BINARY, "migrate"], env=self.gantry.environment, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    def test_it_says_what_it_does(self):
        done = self.gantry.run("migrate")
        lines = done.stdout.decode().splitlines()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(lines[0], r"^step 1: .*: done$")
        self.assertEqual(lines[-1], f"the database is up to date, {len(lines) - 1} steps applied")
        again = self.gantry.run("migrate")
        self.assertEqual((again.returncode, again.stdout), (0, b"the database is up to date, 0 steps applied\n"))
        self.assertEqual(self.gantry.run("migrate", "now").returncode, 64)
        self.gantry.start()
        self.assertEqual(self.gantry.sign_in().status, 200)
        self.assertEqual(self.gantry.stop(), 0)

    def test_killed_at_any_time_it_goes_on(self):
        begin = time.monotonic()
        self.assertEqual(self.gantry.run("migrate").returncode, 0)
        seconds, whole, killed = time.monotonic() - begin, self.gantry.sql(DIFFERENT), 0
        for _ in range(KILL_COUNT):
            self.renew()
            process = self.start()
            time.sleep(random.uniform(0, seconds * 1.1))
            process.kill()
            killed += process.wait() == -9
            process.stdout.close()
            again = self.gantry.run("migrate")
            self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
            self.assertEqual(self.gantry.sql(DIFFERENT), whole)
        print(f"\n  {harness.ENGINE}: {killed} of {KILL_COUNT} killed within {seconds * 1000:.0f} ms", flush=True)
        self.gantry.start()
        self.assertEqual(self.gantry.sign_in().status, 200)
        self.assertEqual(self.gantry.stop(), 0)

    def test_two_at_once_share_the_work(self):
        for _ in range(3):
            self.renew()
            processes = [self.start() for _ in range(3)]
            outputs = [process.communicate(timeout=60)[0] for process in processes]
            self.assertEqual([process.returncode for process in processes], [0, 0, 0], outputs)
            steps = [line for output in outputs for line in output.splitlines() if line.endswith(": done")]
            self.assertEqual(sorted(int(line.split()[1][:-1]) for line in steps), list(range(1, len(steps) + 1)))

    def test_a_newer_schema_is_refused(self):
        self.assertEqual(self.gantry.run("migrate").returncode, 0)
        self.gantry.sql("INSERT INTO schema_migrations VALUES (9999, 'later', 1)")
        done = self.gantry.run("migrate")
        self.assertEqual(done.returncode, 65)
        self.assertIn(b"use a newer program", done.stderr)

    def renew(self):
        """An empty database under the same address."""
        shutil.rmtree(self.gantry.folder + "/data", ignore_errors=True)
        if harness.ENGINE == "postgres":
            harness.DATABASES.server.new_database(harness.DATABASES.url(self.gantry.folder).rsplit("/", 1)[1])


if __name__ == "__main__":
    harness.main()
