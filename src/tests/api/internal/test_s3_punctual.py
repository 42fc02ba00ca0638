"""What is slow in S3 holds nobody up, in tenths of a second: this test runs with nothing beside it."""
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
import test_s3
from test_s3 import STUDY, s3

# Asks for /healthz until its input ends; prints how often, and the longest answer in seconds.
WATCHER = """
import http.client, select, sys, time
count, slowest = 0, 0
while not select.select([sys.stdin], [], [], 0.01)[0]:
    begin = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    connection.close()
    count, slowest = count + 1, max(slowest, time.monotonic() - begin)
print(count, slowest)
"""


class Punctual(test_s3.S3Case):
    def test_a_large_answer_that_is_slow_holds_nobody_up(self):
        """Larger than what is sent in one piece; its bytes come while others are served."""
        self.store(*range(1, 7), pixels=1024)  # 2 MiB each
        self.forget_cache()
        self.stub.fault = lambda r: time.sleep(0.3) if r.method == "GET" else None
        answers = []
        readers = [threading.Thread(target=lambda: answers.append(self.gantry.get(
            f"/dicom-web/studies/{STUDY}", headers={"Accept": 'multipart/related; type="application/dicom"'})))
            for _ in range(6)]
        # a process of its own asks meanwhile: in this one the readers and the stub stand in its way
        watcher = subprocess.Popen([sys.executable, "-c", WATCHER, str(self.gantry.port)], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        count, slowest = watcher.communicate("")[0].split()
        self.assertGreater(int(count), 10)
        self.assertLess(float(slowest), 0.25)
        for answer in answers:
            self.assertEqual(answer.status, 200)
            for content in self.stored.values():
                self.assertIn(content, answer.body)


if __name__ == "__main__":
    s3.packages()
    harness.main()
