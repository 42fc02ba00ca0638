"""Runs the cases of the comparison and prints the table; see run.sh. Every case is measured in rounds that take Gantry, its
peer and the limit in turn; what is printed are medians and their ratios."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import backends
import data
import growth
import table as run
from servers import ROOT, TOOLS, Fastapi, Gantry, Nginx, Orthanc, discard, header_options, load, stop_all, tool
from table import row, rounds, say, shared, table, timed

STUDIES, ROWS, SLICES, FRAMES = 100000, 100000, 600, 8800
MAPPED_AT_ONCE = 20000
OHIF = "limit=101&offset=0&fuzzymatching=false&includefield=00081030%2C00080060%2C00080090%2C00100030"
DICOM = {"Accept": "application/dicom"}
PARTS = {"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'}
FRAME_PARTS = {"Accept": "multipart/related; type=application/octet-stream; transfer-syntax=*"} # as cornerstone asks
work = None


# ---- what several cases share, made when first asked for ----

def make_archive():
    """Gantry and Orthanc with the same 100,000 studies, one of 600 slices, one of 200 and one of 8,800 frames; and nginx."""
    folders = [f"studies-{first}" for first in range(0, STUDIES, MAPPED_AT_ONCE)]  # the generator maps all files of a folder
    for n, folder in enumerate(folders):
        data.write_studies(f"{work}/in/{folder}", MAPPED_AT_ONCE, n * MAPPED_AT_ONCE)
    data.write_ct(work + "/in/series", SLICES, 512, 11, SLICES)
    data.write_ct(work + "/in/study", 200, 512, 12, 200)
    data.write_frames(work + "/in/frames", FRAMES, 128, 13)
    gantry, orthanc = Gantry(work + "/gantry"), Orthanc(work + "/orthanc").start()
    nginx = Nginx(work + "/nginx").start()
    for folder in (*folders, "series", "study", "frames"):
        for server in (gantry, orthanc):
            timed(f"{server.name} took {folder}", lambda server=server, folder=folder: server.load(f"{work}/in/{folder}"))
    discard(work + "/in")
    return gantry.start().sign_in(), orthanc, nginx


def archive():
    return shared.get("archive", make_archive)


def make_records():
    """Gantry and FastAPI with 100,000 studies; and nginx."""
    data.write_studies(work + "/in/rows", ROWS)
    gantry, fastapi, nginx = Gantry(work + "/gantry-rows"), Fastapi(work + "/fastapi"), Nginx(work + "/nginx-rows").start()
    gantry.load(work + "/in/rows")
    discard(work + "/in")
    return gantry.start().sign_in(), fastapi.fill(ROWS).start(), nginx


def records():
    return shared.get("records", make_records)


# ---- reading: the same answer by Gantry, by a peer and, as a file, by nginx ----

def compare(r, path, accept, peer_path=None, peer_accept=None, connections=16, seconds=3, peer_seconds=None,
            servers=None):
    gantry, peer_server, nginx = servers or archive()
    gantry.sign_in()
    status, content = gantry.ask("GET", path, headers={**gantry.headers(), **accept})
    if status != 200:
        raise RuntimeError(f"{path}: {status} {content[:300]}")
    name = nginx.put(f"answer-{len(table)}", content)

    def measure(side, server, where, headers, time_s):
        load("-c", "2", "-d", "0.3", *header_options(headers), "GET", server.url + where)
        r.add(side, load("-c", str(connections), "-d", str(time_s), *header_options(headers), "GET", server.url + where))
    rounds(3, [lambda: measure("Gantry", gantry, path, {**gantry.headers(), **accept}, seconds),
               lambda: measure("peer", peer_server, peer_path or path, {**peer_server.headers(), **(peer_accept or accept)},
                               peer_seconds or seconds),
               lambda: measure("limit", nginx, name, {}, seconds)])


def qido_list():
    r = row(f"QIDO, OHIF's study list of {STUDIES:,}", "answers/s", [("peer", ">", 100), ("p99", "<", 20)], "Orthanc", "nginx")
    compare(r, "/dicom-web/studies?" + OHIF, {"Accept": "application/dicom+json"}, peer_seconds=5)


def qido_name():
    r = row("QIDO, PatientName=\\*smi\\*", "answers/s", [("peer", ">", 100)], "Orthanc", "nginx")
    compare(r, "/dicom-web/studies?PatientName=*smi*&" + OHIF, {"Accept": "application/dicom+json"}, peer_seconds=5)


def qido_series():
    r = row("QIDO, series of a study", "answers/s", [("peer", ">", 300)], "Orthanc", "nginx")
    compare(r, "/dicom-web/studies/1.2.826.0.12.1/series", {"Accept": "application/dicom+json"})


SERIES, STUDY = "/dicom-web/studies/1.2.826.0.11.1/series/1.2.826.0.11.1.1", "/dicom-web/studies/1.2.826.0.12.1"
INSTANCE = STUDY + "/series/1.2.826.0.12.1.1/instances/1.2.826.0.12.1.1.100"


def metadata():
    accept = {"Accept": "application/dicom+json", "Accept-Encoding": "gzip"}
    first = row("series metadata, 600 slices, first answer after start", "ms", [("value", "<", 5)], "Orthanc")

    def first_answer(side, server):
        server.stop()
        server.start()
        first.add(side, load("-c", "1", "-t", "1", "-n", "1", *header_options({**server.headers(), **accept}), "GET",
                             server.url + SERIES + "/metadata"), "max_ms")
    gantry, orthanc, _ = archive()
    gantry.sign_in()
    rounds(3, [lambda: first_answer("Gantry", gantry), lambda: first_answer("peer", orthanc)])
    first.p99 = []
    compare(row("series metadata, 600 slices, gzip", "answers/s", [("limit", ">", 0.5)], "Orthanc", "nginx"),
            SERIES + "/metadata", accept)


def instance():
    compare(row("WADO-RS instance, 525 KB", "answers/s", [("limit", ">", 0.8)], "Orthanc", "nginx"), INSTANCE, DICOM,
            peer_accept=PARTS)


def frame():
    compare(row("WADO-RS frame, octet-stream", "answers/s", [("limit", ">", 0.8)], "Orthanc", "nginx"), INSTANCE + "/frames/1",
            {"Accept": "application/octet-stream"}, peer_accept=FRAME_PARTS)


def frame_multipart():
    compare(row("WADO-RS frame, multipart", "answers/s", [("limit", ">", 0.8)], "Orthanc", "nginx"), INSTANCE + "/frames/1",
            FRAME_PARTS)


def scroll():
    """A reader scrolls: frames one after the other, each another, as a viewer asks for them."""
    gantry, orthanc, nginx = archive()
    gantry.sign_in()
    r = row("WADO-RS, 2,000 frames in turn, 6 connections", "frames/s", [("limit", ">", 0.8), ("failed", "<", 0)], "Orthanc",
            "nginx")
    paths = [f"{SERIES}/instances/1.2.826.0.11.1.1.{1 + n % SLICES}/frames/1" for n in range(2000)]
    files = [nginx.put(f"frame-{n}", gantry.ask("GET", paths[n], headers={**gantry.headers(), **FRAME_PARTS})[1])
             for n in range(SLICES)]

    def measure(side, server, where, headers):
        with open(work + "/lines", "w") as out:
            out.writelines(f"GET {path}\n" for path in where)
        r.add(side, load("-c", "6", "-k", "0", "-l", work + "/lines", *header_options(headers), "GET", server.url + "/"))
    rounds(3, [lambda: measure("Gantry", gantry, paths, {**gantry.headers(), **FRAME_PARTS}),
               lambda: measure("peer", orthanc, paths[:200], FRAME_PARTS),  # a rate, and a slow one
               lambda: measure("limit", nginx, [files[n % SLICES] for n in range(2000)], {})])


def frame_far():
    instance = "/dicom-web/studies/1.2.826.0.13.1/series/1.2.826.0.13.1.1/instances/1.2.826.0.13.1.1.1"
    compare(row("WADO-RS, frame 8,000 of 8,800", "answers/s", [("limit", ">", 0.8), ("peer", ">", 100)], "Orthanc", "nginx"),
            instance + "/frames/8000", FRAME_PARTS, peer_seconds=5)


def study_zip():
    _, orthanc, _ = archive()
    key = json.loads(orthanc.ask("POST", "/tools/lookup", "1.2.826.0.12.1")[1])[0]["ID"]
    goals = [("limit", ">", 0.8), ("failed", "<", 0)]
    compare(row("WADO-RS study as ZIP, 200 instances, 4 connections", "answers/s", goals, "Orthanc", "nginx"), STUDY,
            {"Accept": "application/zip"}, peer_path=f"/studies/{key}/archive", connections=4, seconds=4, peer_seconds=8)


def study():
    goals = [("limit", ">", 0.8), ("failed", "<", 0)]
    compare(row("WADO-RS study, 200 instances, 4 connections", "answers/s", goals, "Orthanc", "nginx"), STUDY, PARTS,
            connections=4, seconds=4)


def json_list():
    gantry, fastapi, nginx = records()
    compare(row(f"JSON list, 50 of {ROWS:,}", "answers/s", [("peer", ">", 100), ("limit", ">", 0.1)], "FastAPI", "nginx"),
            "/api/v1/studies?page_size=50", {}, peer_path="/studies?page_size=50", servers=(gantry, fastapi, nginx))


def study_ids(gantry, count=1):
    return [item["id"] for item in json.loads(gantry.ask("GET", f"/api/v1/studies?page_size={count}")[1])["items"]]


def json_item():
    gantry, fastapi, nginx = records()
    gantry.sign_in()
    compare(row("JSON item", "answers/s", [("peer", ">", 60), ("limit", ">", 0.3)], "FastAPI", "nginx"),
            "/api/v1/studies/" + study_ids(gantry)[0], {}, peer_path="/studies/" + fastapi.key, servers=(gantry, fastapi, nginx))


def json_write():
    """Gantry has no cheap create: a study moved to the trash and back stands for it; FastAPI inserts a row."""
    gantry, fastapi, _ = records()
    gantry.sign_in()
    r = row("JSON write, durable, 64 connections", "answers/s", [("peer", ">", 10)], "FastAPI")
    keys, lines, back = study_ids(gantry, 64), work + "/lines", work + "/lines-back"
    with open(lines, "w") as out:
        out.writelines(f"DELETE /api/v1/studies/{key}\nPOST /api/v1/studies/{key}/restore\n" for key in keys)
    with open(back, "w") as out:
        out.writelines(f"POST /api/v1/studies/{key}/restore\n" for key in keys)
    body = json.dumps({"patient_name": "Smith^Anna", "patient_id": "PAT1", "study_date": "20260105", "study_description": "CT Chest",
                       "modalities": "CT"})

    def mine():
        r.add("Gantry", load("-c", "64", "-d", "4", "-l", lines, "-k", "2", *header_options(gantry.headers()), "POST",
                             gantry.url + "/"))
        time.sleep(0.5) # what was under way when the time was up comes to its end
        load("-c", "64", "-n", "64", "-l", back, *header_options(gantry.headers()), "POST", gantry.url + "/") # for the next round

    def theirs():
        r.add("peer", load("-c", "64", "-d", "4", "-b", body, "-H", "Content-Type: application/json",
                           *header_options(fastapi.headers()), "POST", fastapi.url + "/studies"))
    rounds(3, [mine, theirs])


# ---- writing ----

def stow(name, folder, goals):
    r = row(name, "instances/s", goals, "Orthanc", "the disk")

    def measure(side, kind):
        server = kind(f"{work}/{kind.name}-stow").start()
        if kind is Gantry:
            server.sign_in()
        os.sync()
        r.add(side, load("-c", "8", "-m", "-f", folder, *header_options(server.headers()), "POST",
                         server.url + "/dicom-web/studies"))
        server.remove()

    def limit():
        target = tempfile.mkdtemp(dir=work)
        os.sync()
        r.add("limit", tool("limit", folder, target))
        discard(target)
    rounds(5, [lambda: measure("Gantry", Gantry), lambda: measure("peer", Orthanc), limit])
    discard(folder)


def stow_large():
    data.write_ct(work + "/in-large", 2000, 512, 21)
    stow("STOW, 525 KB, 8 connections", work + "/in-large", [("limit", ">", 0.8), ("peer", ">", 3)])


def stow_small():
    data.write_ct(work + "/in-small", 2000, 38, 22)
    stow("STOW, 4 KB, 8 connections", work + "/in-small", [("limit", ">", 0.6), ("peer", ">", 6)])


def memory():
    # a program shared with another process would count less: nothing else runs
    idle = row("memory, idle, RSS", "MB", [("value", "<", 25)], "Orthanc")
    peak = row("memory, peak of 64 uploads of 50 MB at once", "MB", [("value", "<", 150)], "Orthanc")
    speed = row("their speed", "uploads/s", [], "Orthanc")
    data.write_uploads(work + "/in-uploads", work + "/tail", 64, 5000)
    for side, kind in (("Gantry", Gantry), ("peer", Orthanc)):
        available = int(next(line for line in open("/proc/meminfo") if line.startswith("MemAvailable")).split()[1]) / 2**20
        if side == "peer" and available < 10:
            speed.note = "too little memory here for Orthanc's side"
            continue
        server = kind(f"{work}/{kind.name}-memory").start()
        if kind is Gantry: # a sign-in needs memory of its own, which stays with the process
            server.sign_in()
            server.stop()
            server.start()
        time.sleep(1)
        pss, rss = server.memory()
        idle.rounds[side].append(rss)
        idle.note += f"{'; ' if idle.note else ''}PSS of {kind.name} {pss:.1f} MB"
        server.peak_begin()
        speed.add(side, load("-c", "64", "-m", "-f", work + "/in-uploads", "-x", work + "/tail", *header_options(server.headers()),
                             "POST", server.url + "/dicom-web/studies"))
        peak.rounds[side].append(server.peak())
        server.remove()
    speed.p99 = []


def start():
    r = row("exec to the first answer", "ms", [("value", "<", 50)], "Orthanc")
    other = row("exec to the first answer, beside FastAPI", "ms", [("value", "<", 50)], "FastAPI")
    servers = {"Gantry": Gantry(work + "/start-g"), "Orthanc": Orthanc(work + "/start-o"), "FastAPI": Fastapi(work + "/start-f")}
    servers["FastAPI"].fill(1)
    for server in servers.values():
        server.start().stop()

    def measure(name):
        server = servers[name]
        done = subprocess.run([TOOLS + "start", str(server.port), server.health, *server.command()], env=server.environment(),
                              check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ms = float(done.stdout.strip().splitlines()[-1].split("=")[1])
        for target, side in ((r, {"Orthanc": "peer"}), (other, {"FastAPI": "peer"})):
            if name == "Gantry" or name in side:
                target.rounds[side.get(name, "Gantry")].append(ms)
    rounds(5, [lambda name=name: measure(name) for name in servers])


# ---- without a server ----

def parse():
    corpus = os.environ.get("GANTRY_CORPUS", os.path.join(ROOT, "../shared/dicom"))
    listed = sorted(os.path.join(place, f) for place, _, files in os.walk(corpus) for f in files
                    if f.endswith(".dcm") and "/malformed/" not in place + "/")
    data.write_ct(work + "/in-parse", 300, 512, 31)
    slices = [f"{work}/in-parse/{n}.dcm" for n in range(300)]
    for name, files in (("corpus", listed), ("CT slices", slices)):
        if not files:
            say("no corpus: header parse of generated slices only")
            continue
        with open(work + "/list", "w") as out:
            out.writelines(f + "\n" for f in files)
        r = row(f"header parse, {len(files)} files ({name})", "files/s", [("peer", ">", 5)], "GDCM", "open + read 64 KiB")
        again = row(f"header parse, {name}, beside dcmdump", "files/s", [], "dcmdump")

        def mine():
            figures = tool("parse", work + "/list", "1.5")
            r.note = f"{figures['refused']:.0f} refused"
            r.add("Gantry", figures)
            again.add("Gantry", figures)

        def dcmdump():
            begin = time.time()
            subprocess.run(["dcmdump", "-q", "-M", "+sb", "7fe0,0010", *files], stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            again.rounds["peer"].append(len(files) / (time.time() - begin))
        rounds(3, [mine, lambda: r.add("peer", tool("parse_gdcm", work + "/list", "1.5")), dcmdump,
                   lambda: r.add("limit", tool("parse", "--limit", work + "/list", "1"))])
    discard(work + "/in-parse")


def dispatch():
    command = row("dispatch, a command with an empty handler", "ns", [("value", "<", 1000)])
    query = row("dispatch, a query with an empty handler", "ns", [("value", "<", 1000)])
    for _ in range(3):
        figures = tool("dispatch")
        command.add("Gantry", figures, "command_ns")
        query.add("Gantry", figures, "query_ns")


def report_pdf():
    """Of one processor's time: what else runs does not count. 1,000 reports of two pages in all."""
    samples, folder = f"{ROOT}/build-bench/src/tests/unit/pdf/write_samples", tempfile.mkdtemp(dir=work)
    r = row("a report of two pages as PDF, Latin", "reports/s of a processor", [("value", ">", 100)], "ReportLab")
    japanese = row("the same, Japanese", "reports/s of a processor", [])
    subprocess.run([samples, folder], check=True, stdout=subprocess.DEVNULL)

    def rate(*command):
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return {"rate": float(said.strip().split("=")[1])}
    rounds(3, [lambda: r.add("Gantry", rate(samples, "--bench", "333")),
               lambda: r.add("peer", rate("/usr/bin/python3", f"{ROOT}/bench/peer_reportlab.py", "20", folder + "/en.txt")),
               lambda: japanese.add("Gantry", rate(samples, "--bench", "30", "6"))])
    discard(folder)


CASES = {f.__name__: f for f in (
    stow_large, stow_small, backends.postgres_stow_large, backends.postgres_stow_small, memory, start, parse, dispatch, report_pdf, qido_list,
    qido_name, qido_series, instance, frame, frame_multipart, scroll, frame_far, study, study_zip, metadata,
    json_list, json_item, json_write,
    backends.postgres_qido_list, backends.postgres_json_list, backends.s3_frames)}
NOT_WITH = {"memory": ("archive", "records", "postgres"), "json_list": ("archive",),
            "postgres_qido_list": ("archive", "records"), "s3_frames": ("archives", "postgres")}  # what is not needed any more
LONG = {"growth": growth.growth}  # only when named


def main():
    global work
    names = sys.argv[1:] or list(CASES)
    known = {**CASES, **LONG}
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"no such case: {' '.join(unknown)}; there are: {' '.join(CASES)}; and long ones: {' '.join(LONG)}")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    work = run.work = tempfile.mkdtemp(prefix="gantry-bench-", dir=os.environ.get("BENCH_DIR", "/var/tmp"))
    begin = time.time()
    try:
        for name in names:
            shared.stop(*NOT_WITH.get(name, ()))
            start_of_case, first = time.time(), len(table)
            known[name]()
            for r in table[first:]:
                print(r.text())
                say("rounds: " + r.detail())
            say(f"{name}: {time.time() - start_of_case:.0f} s")
        print("\n| case | Gantry | peer | limit | ÷ peer | ÷ limit | goal | reached |\n"
              "| --- | ---: | ---: | ---: | ---: | ---: | --- | --- |")
        for r in table:
            print(r.text(), flush=True)
    finally:
        stop_all()
        shutil.rmtree(work, ignore_errors=True)
    say(f"all in {(time.time() - begin) / 60:.1f} minutes")


main()
