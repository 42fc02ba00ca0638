"""What the tests of the public API share: a program with an API key, and uploads as a client does them."""
import hashlib
import io
import os
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness

OCTETS = {"Content-Type": "application/octet-stream"}


class Program:
    """Somebody with an API key, at one node."""

    def __init__(self, gantry, key):
        self.gantry, self.key = gantry, key

    def at(self, gantry):
        return Program(gantry, self.key)

    def request(self, method, path, body=None, **options):
        return self.gantry.request(method, "/public/v1" + path, body, token=self.key, port=self.gantry.public_port, **options)

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def create(self, data, kind="zip", name="study.zip", **more):
        made = self.request("POST", "/uploads", {"name": name, "kind": kind, "size": len(data), **more})
        assert made.status == 201, made.body
        return made.json["id"]

    def put(self, upload, number, data, name=None, headers=None):
        path = f"/uploads/{upload}/parts/{number}" + (f"?name={name}" if name else "")
        return self.request("PUT", path, data, headers={**OCTETS, **(headers or {})})

    def complete(self, upload):
        return self.request("POST", f"/uploads/{upload}/complete")

    def upload_zip(self, data, part_size=1 << 20, **more):
        upload = self.create(data, **more)
        for number, part in enumerate(pieces(data, part_size), 1):
            answer = self.put(upload, number, part)
            assert answer.status == 200, answer.body
        return self.complete(upload)


def make_key(gantry, *scopes, **more):
    made = gantry.request("POST", "/api/v1/api-keys", {"name": "test", "scopes": list(scopes), **more})
    assert made.status == 201, made.body
    return made.json


def program(gantry, *scopes, **more):
    return Program(gantry, make_key(gantry, *(scopes or ("studies:read", "studies:write")), **more)["api_key"])


def pieces(data, size):
    return [data[at:at + size] for at in range(0, len(data), size)]


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def sha256(data):
    return hashlib.sha256(data).hexdigest()
