#!/usr/bin/python3
"""Makes a body of work for the benchmark: CT files of a size, by a copy with other UIDs of one header.

    bench/load.py FOLDER COUNT SIDE [ROOT]   writes COUNT instances of SIDE x SIDE pixels
    bench/load.py --stow URL TOKEN FOLDER CONNECTIONS   stores them, one a request, and prints the rate"""
import http.client
import os
import sys
import threading
import time
from urllib.parse import urlparse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../src/tests/api"))
from harness import STOW, instance, multipart


def write(folder, count, side, root="1"):
    os.makedirs(folder, exist_ok=True)
    for n in range(1, count + 1):
        study = f"1.2.826.0.{root}.{1 + n // 200}"
        with open(f"{folder}/{n}.dcm", "wb") as out:
            out.write(instance(n, study, f"{study}.1", patient=f"P{n // 200}", pixels=side))


def stow(url, token, folder, connections):
    place, files, lock, failures = urlparse(url), sorted(os.listdir(folder)), threading.Lock(), []
    bodies = [multipart([open(f"{folder}/{f}", "rb").read()]) for f in files]
    def work():
        connection = http.client.HTTPConnection(place.hostname, place.port)
        while True:
            with lock:
                if not bodies:
                    return
                body = bodies.pop()
            headers = dict(STOW)
            if token != "-":
                headers["Authorization"] = "Bearer " + token
            connection.request("POST", place.path, body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                failures.append(answer.status)
    threads = [threading.Thread(target=work) for _ in range(connections)]
    start = time.time()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print(f"{len(files) / (time.time() - start):.0f} instances/s, {len(failures)} failed")


if sys.argv[1] == "--stow":
    stow(sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5]))
else:
    write(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:5])
