"""A Ceph of its own, of one monitor, one disk and one object gateway: an S3 server that shares nothing with s3rver and checks what it
is sent. The disk is a file that survives whoever is killed."""
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
import urllib.parse
import uuid

import s3_stub
from server import Server, free_port

BUCKET, KEY, SECRET, REGION = "gantry", "S3RVER", "S3RVER", "us-east-1"  # the keys of s3.py: the tests have them
KMS_KEY = "test-key"
DISK_SIZE = 8 << 30  # of a file with holes

CONFIGURATION = """[global]
fsid = {fsid}
mon host = v2:127.0.0.1:{monitor_port}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
keyring = {folder}/keyring
run dir = {folder}
admin socket = {folder}/$name.sock
pid file =
log file = {folder}/$name.log
debug ms = 0
mon data = {folder}/monitor
osd data = {folder}/disk
rgw data = {folder}
mon allow pool size one = true
mon warn on pool no redundancy = false
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = bluestore
bluestore block size = {disk_size}
bluestore cache autotune = false
bluestore cache size = 67108864
osd memory target autotune = false
osd op num threads per shard = 1
rgw frontends = beast endpoint=127.0.0.1:{port}
rgw dns name = localhost
rgw thread pool size = 64
rgw crypt require ssl = false
rgw crypt s3 kms backend = testing
rgw crypt s3 kms encryption keys = {kms_key}=YmluCmJvb3N0CmJvb3N0LWJ1aWxkCmNlcGguY29uZgo=
rgw num control oids = 1
rgw data log num shards = 1
rgw gc max objs = 1
rgw lc max objs = 1
rgw usage max shards = 1
rgw enable usage log = false
rgw enable ops log = false
"""
KEYS = {"mon.": ["mon", "allow *"], "client.admin": ["mon", "allow *", "osd", "allow *"],
        "osd.0": ["mon", "allow profile osd", "osd", "allow *"], "client.rgw": ["mon", "allow rwx", "osd", "allow rwx"]}


class Daemon(Server):
    """One of the three, in the folder of all."""

    def __init__(self, gateway, name, *command):
        self.folder, self.process, self.name, self.arguments = gateway.folder, None, name, command

    def command(self):
        return [self.arguments[0], "-c", self.folder + "/ceph.conf", "-f", *self.arguments[1:]]

    def status(self):
        """What it says of itself; an empty text while it does not."""
        try:
            done = self.run("ceph", "-c", self.folder + "/ceph.conf", "--admin-daemon", f"{self.folder}/{self.name}.sock",
                            "mon_status" if self.name.startswith("mon") else "status", check=False)
            return json.loads(done.stdout).get("state", "") if done.returncode == 0 else ""
        except ValueError:
            return ""

    def answers(self):
        return self.status() in ("leader", "active")


class PassingStub(s3_stub.Stub):
    """In front of the gateway for the tests that need somebody who does wrong: what is not spoilt passes as it is, signature
    included."""

    def __init__(self, gateway):
        super().__init__(gateway.port, KEY, SECRET)
        self.gateway = gateway

    def answer(self, request):
        connection = http.client.HTTPConnection("127.0.0.1", self.target_port, timeout=60)
        try:
            connection.putrequest(request.method, request.raw_path + ("?" + request.raw_query if request.raw_query else ""),
                                  skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers.items():
                if name != "connection":
                    connection.putheader(name, value)
            connection.endheaders(request.body)
            response = connection.getresponse()
            headers = {n: v for n, v in response.getheaders() if n.lower() not in ("connection", "transfer-encoding", "date")}
            body = response.read()
        except (OSError, http.client.HTTPException):
            return s3_stub.Answer(502, {}, b"")
        finally:
            connection.close()
        if request.method != "HEAD":
            headers.pop("Content-Length", None)
        return s3_stub.Answer(response.status, headers, body)

    @property
    def uploads(self):
        """Those that were never completed."""
        return self.gateway.uploads()

    @uploads.setter
    def uploads(self, value):
        pass


class RadosGateway(Server):
    """The process of this server is the gateway; the others are its monitor and its disk."""

    def __init__(self):
        super().__init__()
        self.monitor_port = free_port()
        with open(self.folder + "/ceph.conf", "w") as file:
            file.write(CONFIGURATION.format(folder=self.folder, port=self.port, monitor_port=self.monitor_port, fsid=uuid.uuid4(),
                                            disk_size=DISK_SIZE, kms_key=KMS_KEY))
        self.monitor = Daemon(self, "mon.a", "ceph-mon", "-i", "a", "--public-addr", f"v2:127.0.0.1:{self.monitor_port}")
        self.disk = Daemon(self, "osd.0", "ceph-osd", "-i", "0")
        self.stub = PassingStub(self)
        self.is_made = False

    def tool(self, name, *arguments, user="client.admin"):
        return self.run(name, "-c", self.folder + "/ceph.conf", "-n", user, *arguments)

    def make(self):
        """The cluster, up to the disk."""
        self.run("ceph-authtool", "--create-keyring", "keyring")
        for name, rights in KEYS.items():
            self.run("ceph-authtool", "keyring", "--gen-key", "-n", name, *(item for pair in zip(rights[::2], rights[1::2])
                                                                            for item in ("--cap", *pair)))
        os.mkdir(self.folder + "/disk")
        self.tool("ceph-mon", "--mkfs", "-i", "a", "--keyring", "keyring", "--public-addr", f"v2:127.0.0.1:{self.monitor_port}",
                  user="mon.")
        self.monitor.start()
        self.tool("ceph", "auth", "import", "-i", "keyring")
        name = str(uuid.uuid4())
        self.tool("ceph", "osd", "new", name)
        self.run("ceph-osd", "-c", self.folder + "/ceph.conf", "-i", "0", "--mkfs", "--osd-uuid", name)
        self.disk.start()
        self.tool("radosgw-admin", "user", "create", "--uid", "gantry", "--display-name", "gantry", "--access-key", KEY,
                  "--secret-key", SECRET)

    def command(self):
        return ["radosgw", "-c", self.folder + "/ceph.conf", "-f", "-n", "client.rgw"]

    def answers(self):
        try:
            return self.request("GET", "/")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def start(self, seconds=60):
        try:
            if not self.is_made:
                self.make()
            super().start(seconds)
            if not self.is_made:
                self.stub.start()
                status, body = self.request("PUT", f"/{BUCKET}")
                if status != 200:
                    raise RuntimeError(f"no bucket: {status} {body}")
            self.is_made = True
        except (RuntimeError, subprocess.SubprocessError) as error:
            output = getattr(error, "stdout", "") or ""
            self.stop()
            raise RuntimeError(f"Ceph did not start: {error} {output[-2000:]}") from error
        return self

    def stop(self):
        self.stub.stop()
        for server in (self, self.disk, self.monitor):
            if server.process is not None and server.process.poll() is None:
                server.thaw()
            server.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self):
        """The endpoint: the gateway itself."""
        return f"http://127.0.0.1:{self.port}"

    def storage_url(self, prefix, through_stub=False):
        endpoint = f"http://127.0.0.1:{self.stub.port}" if through_stub else self.url()
        return f"s3://{BUCKET}/{prefix}?endpoint={endpoint}&region={REGION}"

    # Behind the program's back.

    def request(self, method, path, body=b""):
        """Signed; the status and the body."""
        answer = self.answer(method, path, body)
        return answer.status, answer.body

    def answer(self, method, path, body=b""):
        path, _, query = path.partition("?")
        stamp, payload = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()), hashlib.sha256(body).hexdigest()
        scope = f"{stamp[:8]}/{REGION}/s3/aws4_request"
        headers = {"host": f"127.0.0.1:{self.port}", "x-amz-content-sha256": payload, "x-amz-date": stamp}
        signature = s3_stub.signature(SECRET, scope, stamp, method, urllib.parse.unquote(path), query, headers, sorted(headers), payload)
        headers["Authorization"] = (f"AWS4-HMAC-SHA256 Credential={KEY}/{scope}, SignedHeaders={';'.join(sorted(headers))}, "
                                    f"Signature={signature}")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path + ("?" + query if query else ""), body, headers)
            response = connection.getresponse()
            return s3_stub.Answer(response.status, {n.lower(): v for n, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def headers(self, key):
        return self.answer("HEAD", f"/{BUCKET}/{s3_stub.encode(key, '/')}").headers

    def keys(self, prefix=""):
        """All that begin so, with their sizes."""
        found, after = {}, ""
        while True:
            status, body = self.request("GET", f"/{BUCKET}?list-type=2&max-keys=1000&prefix={s3_stub.encode(prefix)}"
                                               f"&start-after={s3_stub.encode(after)}")
            assert status == 200, body
            page = re.findall(r"<Contents><Key>(.*?)</Key>.*?<Size>(\d+)</Size>", body.decode())
            found.update((key, int(size)) for key, size in page)
            if b"<IsTruncated>true" not in body:
                return found
            after = page[-1][0]

    def uploads(self, prefix=""):
        """Keys of what was begun and not completed, by the name of the upload."""
        status, body = self.request("GET", f"/{BUCKET}?uploads=&prefix={s3_stub.encode(prefix)}")
        assert status == 200, body
        return {name: key for key, name in re.findall(r"<Upload><Key>(.*?)</Key><UploadId>(.*?)</UploadId>", body.decode())}

    def begin_upload(self, key):
        status, body = self.request("POST", f"/{BUCKET}/{key}?uploads=")
        assert status == 200, body
        return re.search(rb"<UploadId>(.*?)</UploadId>", body)[1].decode()

    def abort_upload(self, key, name):
        status, body = self.request("DELETE", f"/{BUCKET}/{s3_stub.encode(key, '/')}?uploadId={s3_stub.encode(name)}")
        assert status in (204, 404), body
