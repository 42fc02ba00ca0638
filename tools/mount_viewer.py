#!/usr/bin/python3
"""Makes the built viewer live under /viewer instead of at the root of an origin, and small to send.

    tools/mount_viewer.py FOLDER

Its addresses get the prefix, its page's scripts move into a file (so that the page's policy can forbid scripts in pages), what it does
not need here goes, and what can be compressed is, once, beside itself. Whoever changes this changes files whose names hold a hash of the
content and which browsers keep: raise the version as well, or clear their caches."""
import glob
import gzip
import os
import re
import sys

MOUNT = "/viewer"
NOT_NEEDED = ("*.map", "**/*.map", "_headers", "_redirects", "serve.json", "sw.js", "init-service-worker.js", "google.js",
              "oidc-client.min.js", "silent-refresh.html", "app-config.js", "es6-shim.min.js", "polyfill.min.js",
              "ort/**/*.*")  # a runtime for models, which would come from elsewhere
PACKED = (".js", ".css", ".wasm", ".json", ".svg", ".html")
PACKED_SIZE_MIN = 2048


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def change(text, pattern, replacement, name, at_least=1):
    text, count = re.subn(pattern, replacement, text)
    if count < at_least:
        sys.exit(f"viewer: {name} is not as expected: {pattern} was not found")
    return text


def mount_page(folder):
    path = os.path.join(folder, "index.html")
    page = read(path)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    page = change(page, r"<script>.*?</script>", "", "index.html")
    page = change(page, r'<script[^>]*src="/(?:init-service-worker)\.js"[^>]*></script>', "", "index.html")
    page = change(page, r'((?:href|src|content)=")/', rf"\g<1>{MOUNT}/", "index.html")
    page = change(page, "<head>", f'<head><script src="{MOUNT}/start.js"></script>', "index.html")
    page = change(page, "<title>.*?</title>", "<title>Gantry</title>", "index.html")
    write(path, page)
    start = "\n".join(scripts)
    write(os.path.join(folder, "start.js"), change(start, r'PUBLIC_URL="/"', f'PUBLIC_URL="{MOUNT}/"', "index.html"))


def mount_files(folder):
    bundles = glob.glob(os.path.join(folder, "*.bundle.*.js"))
    mounted = 0
    for path in bundles:
        text = read(path)
        changed = re.sub(r'__webpack_require__\.p = "/"', f'__webpack_require__.p = "{MOUNT}/"', text)
        changed = changed.replace("('/dicom-microscopy-viewer/", f"('{MOUNT}/dicom-microscopy-viewer/")
        mounted += changed != text
        if changed != text:
            write(path, changed)
    if mounted == 0:
        sys.exit("viewer: no bundle says where it is mounted")
    for path in glob.glob(os.path.join(folder, "*.css")):
        write(path, re.sub(r"url\(/(?!/)", f"url({MOUNT}/", read(path)))
    path = os.path.join(folder, "manifest.json")
    write(path, change(read(path), r'"/(?=[^"]*")', f'"{MOUNT}/', "manifest.json"))


def pack(folder):
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if not name.endswith(PACKED) or os.path.getsize(path) < PACKED_SIZE_MIN:
                continue
            with open(path, "rb") as file:
                content = file.read()
            packed = gzip.compress(content, 6, mtime=0)
            if len(packed) < len(content) * 0.9:
                with open(path + ".gz", "wb") as file:
                    file.write(packed)


def main():
    folder = sys.argv[1]
    for pattern in NOT_NEEDED:
        for path in glob.glob(os.path.join(folder, pattern), recursive=True):
            os.remove(path)
    mount_page(folder)
    mount_files(folder)
    pack(folder)


if __name__ == "__main__":
    main()
