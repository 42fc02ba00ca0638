"""What the PDFs of the samples hold, as other programs read them: valid files (qpdf), all fonts embedded (pdffonts), the text that was put
in (pdftotext), the metadata (pdfinfo), the structure, and pictures near to those that were looked at (pdftoppm)."""
import os
import re
import subprocess
import sys
import tempfile
import unicodedata

BITS = 16  # a picture is remembered as so many rows of so many squares, each darker than the paper or not
BITS_APART_MAX = 20  # of 256: another version of a font moves an edge, another layout moves lines
here = os.path.dirname(os.path.abspath(__file__))
flaws = []


def check(is_so, what):
    if not is_so:
        flaws.append(what)
        print("not so:", what)


def run(*command):
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    return done.returncode, done.stdout


def squeezed(text):
    """Without spaces, marks of direction and what a font's forms are compatible with (ligatures)."""
    text = unicodedata.normalize("NFKC", text)
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cf", "Zs"))


def words_of(text, is_sorted):
    """Words without marks of direction and what stands around them. pdftotext turns the letters of an Arabic ligature around, so there words
    are compared by the letters they have."""
    text = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in unicodedata.normalize("NFKC", text))
    return ["".join(sorted(word)) if is_sorted else word for word in text.split()]


def check_text(name, path, expected):
    # two columns side by side are read line by line: each text is looked for by itself
    plain = run("pdftotext", "-enc", "UTF-8", path, "-")[1].decode()
    if name in ("ar", "he"):  # the order of words in mixed lines is pdftotext's own
        there = set(words_of(plain, name == "ar"))
        missing = [line for line in expected if not set(words_of(line, name == "ar")) <= there]
    else:
        raw = squeezed(run("pdftotext", "-raw", "-enc", "UTF-8", path, "-")[1].decode())
        plain = squeezed(plain)
        missing = [line for line in expected if squeezed(line) not in raw and squeezed(line) not in plain]
    check(not missing, f"{name}: {len(missing)} of {len(expected)} texts are not read back, first: {missing[:3]}")
    check(len(expected) > 50, f"{name}: only {len(expected)} texts")


def picture(path, page):
    """The page as BITS × BITS squares of brightness, scaled by pdftoppm itself."""
    _, pgm = run("pdftoppm", "-gray", "-r", "24", "-f", str(page), "-l", str(page), path)
    head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", pgm)
    width, height, pixels = int(head[1]), int(head[2]), pgm[head.end():]
    squares = []
    for row in range(BITS):
        for column in range(BITS):
            ys = range(row * height // BITS, (row + 1) * height // BITS)
            xs = range(column * width // BITS, (column + 1) * width // BITS)
            squares.append(sum(255 - pixels[y * width + x] for y in ys for x in xs) / (len(ys) * len(xs)))
    return squares


def hash_of(squares):
    middle = sorted(squares)[len(squares) // 2]
    return f"{sum(1 << i for i, s in enumerate(squares) if s > max(middle, 2)):064x}"


def check_picture(name, path, page, known):
    now = hash_of(picture(path, page))
    was = known.get(f"{name} {page}")
    if was is None:
        check(False, f"{name}, page {page}: no picture is known; after looking at it add to pictures.txt: {name} {page} {now}")
        return
    apart = bin(int(was, 16) ^ int(now, 16)).count("1")
    check(apart <= BITS_APART_MAX, f"{name}, page {page}: {apart} of {BITS * BITS} squares are not as they were. Look at the page; if a font or "
                                   f"the layout has changed on purpose, write {now} into pictures.txt")


def check_file(name, folder, known):
    path = f"{folder}/{name}.pdf"
    code, said = run("qpdf", "--check", path)
    check(code == 0, f"{name}: qpdf --check: {said.decode()[-300:]}")
    fonts = run("pdffonts", path)[1].decode().splitlines()[2:]
    check(fonts and all(re.search(r" yes yes yes +\d+ +0$", line) for line in fonts), f"{name}: not all fonts are embedded subsets with a map: {fonts}")
    with open(f"{folder}/{name}.txt", encoding="utf-8") as file:
        texts = file.read().splitlines()
    check_text(name, path, texts)
    facts = dict(re.findall(r"^([^:\n]+):\s+(.*)$", run("pdfinfo", path)[1].decode(), re.M))
    check(facts["Pages"] == "2", f"{name}: {facts['Pages']} pages")
    check("595.28 x 841.89" in facts["Page size"], f"{name}: page size {facts['Page size']}")
    check(facts["Creator"] == "Gantry" and facts.get("Title") in texts and facts["Keywords"] == "CT, report", f"{name}: metadata {facts}")
    check("Nov 27" in facts["CreationDate"] and "2026" in facts["CreationDate"], f"{name}: made {facts['CreationDate']}")
    for page in (1, 2):
        check_picture(name, path, page, known)
    return fonts


def check_structure(path):
    plain = run("qpdf", "--qdf", "--object-streams=disable", path, "-")[1]
    for tag, count in {"H1": 1, "H2": 5, "Table": 1, "TR": 4, "TH": 4, "TD": 12, "L": 1, "LI": 3, "Lbl": 3, "LBody": 3, "Figure": 4,
                       "Caption": 2, "Link": 1}.items():
        found = len(re.findall(rb"/S /" + tag.encode() + rb"\b", plain))
        check(found == count, f"structure: {found} {tag}, not {count}")
    check(plain.count(b"/URI (") == 1 and b"/URI (https://gantry.example/verify/V3k9s0Qd1pYw7aBc2eFgHi)" in plain, "the one link leads elsewhere")
    check(plain.count(b"/Dest [") + plain.count(b"/S /GoTo") >= 6 and b"/Outlines" in plain, "no outline of six headings")
    for bad in (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/SubmitForm", b"/SMask"):
        check(bad not in plain, f"there is {bad.decode()}")


def main():
    with open(here + "/pictures.txt", encoding="utf-8") as file:
        known = {" ".join(line.split()[:2]): line.split()[2] for line in file if line.strip() and line[0] != "#"}
    with tempfile.TemporaryDirectory() as folder:
        code, said = run(sys.argv[1], folder)
        names = re.findall(r"^(\S+) pages=2 missing=0$", said.decode(), re.M)
        check(code == 0 and len(names) == 11, f"samples: {code} {said.decode()}")
        fonts = {name: " ".join(check_file(name, folder, known)) for name in names}
        check_structure(f"{folder}/en.pdf")
        for name, font in {"ja": "NotoSansCJKjp", "zh-Hans": "NotoSansCJKsc", "zh-Hant-TW": "NotoSansCJKtc", "ko": "NotoSansCJKkr",
                           "ar": "NotoSansArabic", "he": "NotoSansHebrew", "th": "NotoSansThai"}.items():
            check(font in fonts.get(name, ""), f"{name} is not in {font}: {fonts.get(name)}")
    print(f"{len(names)} documents, {len(flaws)} flaws")
    sys.exit(bool(flaws))


main()
