"""The real program on the object gateway of a real Ceph. What test_s3 says of faults is said again with a stub between them that
only spoils; the rest goes to the gateway itself, which checks every signature, hash and condition by its own lights. Long, and not
part of `make test`: tools/ceph.sh runs it."""
import os
import sys
import threading
import time
import unittest
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, ".."), os.path.join(HERE, "../../servers")]
import harness
import radosgw
import test_s3
from harness import STOW, Gantry, instance, multipart
from test_s3 import BASE, ONE, SERIES

GATEWAY = None  # one for all


class OnGateway:
    """Before a class of test_s3."""
    through_stub, options = True, ""

    @classmethod
    def setUpClass(cls):
        cls.s3 = GATEWAY

    @classmethod
    def tearDownClass(cls):
        pass

    def make(self, prefix, folder=None):
        self.prefix = urllib.parse.unquote(prefix)
        gantry = super().make(prefix, folder)
        gantry.environment["GANTRY_STORAGE_URL"] = GATEWAY.storage_url(prefix, self.through_stub) + self.options
        return gantry


class Faults(OnGateway, test_s3.Faults):
    pass


class Away(OnGateway, test_s3.Away):
    pass


class Reads(OnGateway, test_s3.Reads):
    pass


class Large(OnGateway, test_s3.Large):
    pass


class DirectCase(OnGateway, test_s3.S3Case):
    through_stub = False

    def tearDown(self):
        super().tearDown()
        self.assertEqual(GATEWAY.uploads(self.prefix), {})

    def battery(self):
        """Each way of storing and of reading, with nothing in the cache."""
        self.assertEqual(self.store(1, pixels=64, frames=5).status, 200)
        self.assertEqual(self.store(1, pixels=64, frames=5).status, 200)
        self.assertEqual(self.store(2, **test_s3.Large.OPTIONS).status, 200)
        self.assertEqual(self.store(*range(3, 9)).status, 200)
        self.forget_cache()
        size = 64 * 64 * 2
        for frame in (1, 3, 5):
            answer = self.gantry.get(BASE + f"{SERIES}.1/frames/{frame}", headers={"Accept": "application/octet-stream"})
            end = len(self.stored[1]) - (5 - frame) * size
            self.assertEqual((answer.status, answer.body), (200, self.stored[1][end - size:end]))
        size = 1024 * 1024 * 2
        answer = self.gantry.get(BASE + f"{SERIES}.2/frames/9", headers={"Accept": "application/octet-stream"})
        self.assertEqual((answer.status, answer.body), (200, self.stored[2][-10 * size:-9 * size]))  # across two parts
        self.forget_cache()
        self.assertAllThere()
        wanted = {f"{self.prefix}/objects/{name[:2]}/{name}": len(content) for content in self.stored.values()
                  for name in [harness.sha256(content)]}
        self.assertEqual({key: size for key, size in GATEWAY.keys(self.prefix).items()}, wanted)
        self.assertNotIn('"what":"s3"', self.gantry.log())  # nothing had to be asked twice


class Direct(DirectCase):
    def test_whatever_is_stored_comes_back(self):
        self.battery()

    def test_a_server_that_was_started_again(self):
        self.store(1)
        GATEWAY.end()
        self.assertUnavailable(self.store(2))
        GATEWAY.start()
        self.assertNormalAgain()
        self.forget_cache()
        self.assertAllThere()

    def test_a_bucket_in_front_of_the_host(self):
        self.gantry.stop()
        self.gantry.environment["GANTRY_STORAGE_URL"] = (f"s3://{radosgw.BUCKET}/{self.prefix}?endpoint=http://localhost:{GATEWAY.port}"
                                                         "&path_style=false")
        self.gantry.start()
        self.gantry.use_administrator()
        self.battery()

    def test_a_prefix_of_unusual_characters(self):
        self.gantry.stop()
        prefix = self.prefix + "/a b+c&d=e~f*'(ü)/%/$,;:@"
        self.gantry.environment["GANTRY_STORAGE_URL"] = GATEWAY.storage_url(urllib.parse.quote(prefix))
        self.gantry.start()
        self.gantry.use_administrator()
        self.assertEqual(self.store(1).status, 200)
        self.assertEqual(self.store(2, **test_s3.Large.OPTIONS).status, 200)
        self.forget_cache()
        self.assertAllThere()

    def test_many_at_once(self):
        threads = [threading.Thread(target=lambda n=n: [self.store(n * 100 + i) for i in range(10)]) for n in range(1, 13)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(self.stored), 120)
        self.forget_cache()
        self.assertAllThere()


class Encrypted(DirectCase):
    options = f"&sse=aws:kms&sse_kms_key_id={radosgw.KMS_KEY}"

    def test_with_a_key_of_the_key_service(self):
        self.battery()
        for key in GATEWAY.keys(self.prefix):
            self.assertEqual(GATEWAY.headers(key).get("x-amz-server-side-encryption"), "aws:kms")


class Killed(DirectCase):
    def battery_of(self, kill, seconds=1.5, **options):
        """Stores while something is killed and started again, three times over."""
        stop, refused, number = threading.Event(), [], [0]
        lock = threading.Lock()

        def sender():
            while not stop.is_set():
                with lock:
                    number[0] += 1
                    mine = number[0]
                answer = self.store(mine, **options)
                if answer.status != 200:
                    refused.append(answer)
                    time.sleep(0.1)

        senders = [threading.Thread(target=sender) for _ in range(3)]
        for thread in senders:
            thread.start()
        for _ in range(3):
            time.sleep(seconds)
            kill()
        time.sleep(seconds)
        stop.set()
        for thread in senders:
            thread.join()
        for answer in refused:
            self.assertUnavailable(answer)
        self.assertNormalAgain(seconds=30)
        self.assertGreater(len(self.stored), 10 if not options else 2)
        self.forget_cache()
        lost = sum(GATEWAY.keys(f"{self.prefix}/objects/{name[:2]}/{name}").get(f"{self.prefix}/objects/{name[:2]}/{name}") !=
                   len(content) for content in self.stored.values() for name in [harness.sha256(content)])
        print(f"sent {number[0]}, acknowledged {len(self.stored)}, refused {len(refused)}, lost {lost}")
        self.assertEqual(lost, 0)
        self.assertAllThere()

    def tearDown(self):
        for name, key in GATEWAY.uploads(self.prefix).items():  # whose abort did not reach the server: the sweeper's, in an hour
            GATEWAY.abort_upload(key, name)
        super().tearDown()

    @staticmethod
    def kill_gateway():
        GATEWAY.kill()
        GATEWAY.start()

    @staticmethod
    def kill_disk():
        GATEWAY.disk.kill()
        GATEWAY.disk.start()

    def test_the_gateway(self):
        self.battery_of(self.kill_gateway)

    def test_the_gateway_amid_parts(self):
        self.battery_of(self.kill_gateway, seconds=6, **test_s3.Large.OPTIONS)

    def test_the_disk(self):
        self.battery_of(self.kill_disk)

    def test_the_disk_amid_parts(self):
        self.battery_of(self.kill_disk, seconds=6, **test_s3.Large.OPTIONS)

    def test_a_frozen_disk(self):
        self.store(0)
        GATEWAY.disk.freeze()
        self.addCleanup(GATEWAY.disk.thaw)
        begin = time.monotonic()
        self.assertUnavailable(self.store(1))
        self.assertLess(time.monotonic() - begin, 12)
        self.assertEqual(self.gantry.get("/dicom-web/studies").status, 200)
        GATEWAY.disk.thaw()
        self.assertNormalAgain(seconds=10)
        self.forget_cache()
        self.assertAllThere()


class Starts(test_s3.Starts):
    def setUp(self):
        self.gantry = Gantry(harness.BINARY)
        self.gantry.environment["GANTRY_STORAGE_URL"] = GATEWAY.storage_url(f"starts-{os.getpid()}")

    def tearDown(self):
        self.gantry.stop()
        self.gantry.remove()

    def test_keys_from_the_shared_file_are_taken_up_when_they_change(self):
        path = self.gantry.folder + "/credentials"

        def write(number):
            with open(path + ".new", "w") as file:
                file.write(f"[default]\naws_access_key_id = KEY{number}\naws_secret_access_key = secret/{number}+x=\n")
            os.replace(path + ".new", path)

        def key(verb, number):
            GATEWAY.tool("radosgw-admin", "key", verb, "--uid", "gantry", "--key-type", "s3", "--access-key", f"KEY{number}",
                         *(["--secret-key", f"secret/{number}+x="] if verb == "create" else []))

        key("create", 1)
        write(1)
        self.gantry.environment["AWS_SHARED_CREDENTIALS_FILE"] = path
        self.gantry.start()
        self.gantry.use_administrator()
        stow = lambda n: self.gantry.request("POST", "/dicom-web/studies", multipart([instance(n)]), STOW).status
        self.assertEqual(stow(1), 200)
        key("create", 2)
        key("rm", 1)
        self.assertEqual(stow(2), 503)
        write(2)
        self.assertEqual(stow(3), 200)
        key("rm", 2)

    def test_a_key_that_may_not_write_is_told(self):
        """At start it can list; the first write is refused, and nothing is acknowledged."""
        GATEWAY.tool("radosgw-admin", "user", "create", "--uid", "reader", "--display-name", "reader", "--access-key", "READER",
                     "--secret-key", "reader")
        policy = ('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam:::user/reader"]},'
                  f'"Action":["s3:ListBucket","s3:GetObject"],"Resource":["arn:aws:s3:::{radosgw.BUCKET}",'
                  f'"arn:aws:s3:::{radosgw.BUCKET}/*"]}}]}}')
        keys = {"GANTRY_S3_ACCESS_KEY_ID": "READER", "GANTRY_S3_SECRET_ACCESS_KEY": "reader"}
        self.assertIn("denies access", self.refused(**keys))
        status, body = GATEWAY.request("PUT", f"/{radosgw.BUCKET}?policy=", policy.encode())
        self.assertIn(status, (200, 204), body)
        self.gantry.environment.update(keys)
        self.gantry.start()
        self.gantry.use_administrator()
        answer = self.gantry.request("POST", "/dicom-web/studies", multipart([instance(1)]), STOW)
        self.assertEqual(answer.status, 503, answer.body)
        self.assertIn('"code":"AccessDenied"', self.gantry.log())


def main():
    global GATEWAY
    GATEWAY = radosgw.RadosGateway()
    try:
        GATEWAY.start()
        harness.main()
    finally:
        GATEWAY.stop()


if __name__ == "__main__":
    main()
