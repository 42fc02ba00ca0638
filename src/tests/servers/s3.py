"""An S3 of its own: s3rver keeps the objects, and in front of it the stub, which checks what s3rver does not."""
import fcntl
import hashlib
import os
import sys
import tempfile

from s3_stub import Stub
from server import Server

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../api"))
BUCKET, KEY, SECRET = "gantry", "S3RVER", "S3RVER"


def packages():
    """The folder with the locked npm packages; several tests may ask for them at once."""
    import harness
    with open(os.path.join(HERE, "package-lock.json"), "rb") as lock:
        version = hashlib.sha256(lock.read()).hexdigest()[:12]
    folder = os.path.join(tempfile.gettempdir(), f"gantry-servers-{os.getuid()}-{version}")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    with open(folder + "/lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        harness.install_packages(HERE, folder, [])
    return folder


class S3(Server):
    def __init__(self):
        super().__init__()
        self.packages = packages()
        self.stub = Stub(self.port, KEY, SECRET)

    def command(self):
        return ["node", self.packages + "/node_modules/s3rver/bin/s3rver.js", "-d", self.folder + "/buckets", "-a", "127.0.0.1",
                "-p", str(self.port), "-s", "--no-vhost-buckets", "--configure-bucket", BUCKET]

    def start(self, seconds=60):
        super().start(seconds)
        self.stub.start()
        return self

    def url(self):
        """The endpoint: the stub's."""
        return f"http://127.0.0.1:{self.stub.port}"

    def storage_url(self, prefix):
        return f"s3://{BUCKET}/{prefix}?endpoint={self.url()}&region=us-east-1"

    def stop(self):
        self.stub.stop()
        super().stop()
