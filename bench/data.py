"""The bodies of work: CT slices with full headers, one-image studies of many people, large uploads."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../src/tests/api"))
from harness import element  # noqa: E402

CT, DX = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.1.1"
MULTI_FRAME = "1.2.840.10008.5.1.4.1.1.7.3"  # Multi-frame Grayscale Word Secondary Capture
FAMILY = """Müller Schmidt Meyer Rossi Bianchi García Fernández Martin Bernard Dubois Nowak Kowalska Novák Horváth Nagy Popescu
    Ivanov Petrova Papadopoulos Yılmaz Kaya Haddad Cohen Levi Singh Kumar Patel Nguyen Tran Chen Wang Li Zhang Tanaka Sato Suzuki
    Kim Park Silva Santos Oliveira Jensen Hansen Johansson Virtanen Korhonen de_Vries Janssen O'Brien Murphy Williams Brown Jones
    Taylor Davies Wilson Evans Thomas Roberts Walker Wright Hall Green Adams Baker Clarke Hill Moore Turner Cooper King Ward""".split()
SMITHS = ["Smith", "Smithson", "Goldsmith", "Smirnov", "Kosmidis"]
GIVEN = """Anna Maria Peter Paul Laura Marco Lucía José Chloé Louis Zofia Jan Eva Tomáš Ágnes Ion Olga Dmitri Eleni Ayşe Mehmet Omar
    Noa Priya Arjun Linh Minh Wei Fang Yuki Haruto Ji-woo João Ana Freja Lars Astrid Aino Mikko Sanne Daan Aoife Liam Emma Jack Grace
    Henry Ruth Alice George Rose Arthur""".split()
STUDIES = [("CT", "CT Abdomen with contrast"), ("CT", "CT Chest"), ("MR", "MR Brain"), ("MR", "MR Knee left"),
           ("DX", "Chest PA and lateral"), ("US", "US Abdomen"), ("MG", "Mammography screening"), ("CR", "Hand right")]


def dataset(elements):
    """Elements {tag: (vr, value)} in the order of their tags."""
    return b"".join(element(tag, vr, value) for tag, (vr, value) in sorted(elements.items()))


def part10(sop_class, sop, body):
    meta = (element(0x00020001, "OB", b"\0\1") + element(0x00020002, "UI", sop_class) + element(0x00020003, "UI", sop)
            + element(0x00020010, "UI", "1.2.840.10008.1.2.1") + element(0x00020012, "UI", "1.2.826.0.1.9999"))
    return b"\0" * 128 + b"DICM" + element(0x00020000, "UL", len(meta).to_bytes(4, "little")) + meta + body


def us(n):
    return "US", n.to_bytes(2, "little")


def slice_of_ct(number, study, series, side, patient, sop_class=CT, more=None):
    """A CT slice with the attributes a scanner writes, up to the pixels."""
    sop = f"{series}.{number}"
    z = -300 + 0.625 * number
    return part10(sop_class, sop, dataset({
        0x00080005: ("CS", "ISO_IR 192"), 0x00080008: ("CS", "ORIGINAL\\PRIMARY\\AXIAL"), 0x00080016: ("UI", sop_class),
        0x00080018: ("UI", sop), 0x00080020: ("DA", "20260105"), 0x00080021: ("DA", "20260105"), 0x00080022: ("DA", "20260105"),
        0x00080023: ("DA", "20260105"), 0x00080030: ("TM", "101112.000000"), 0x00080031: ("TM", "101530.250000"),
        0x00080032: ("TM", f"1015{number % 60:02}.100000"), 0x00080033: ("TM", f"1016{number % 60:02}.000000"),
        0x00080050: ("SH", "A" + patient), 0x00080060: ("CS", "CT"), 0x00080070: ("LO", "Example Medical"),
        0x00080080: ("LO", "General Hospital"), 0x00080090: ("PN", "Referrer^Rita^^Dr"), 0x00081010: ("SH", "CT-2"),
        0x00081030: ("LO", "CT Abdomen with contrast"), 0x0008103E: ("LO", "Portal venous 0.6 Br40"),
        0x00081090: ("LO", "Scanner 64"), 0x00100010: ("PN", f"Müller^{patient}"), 0x00100020: ("LO", patient),
        0x00100030: ("DA", "19610704"), 0x00100040: ("CS", "F"), 0x00101010: ("AS", "064Y"), 0x00101030: ("DS", "71.5"),
        0x00180015: ("CS", "ABDOMEN"), 0x00180022: ("CS", "HELICAL"), 0x00180050: ("DS", "0.625"), 0x00180060: ("DS", "120"),
        0x00180090: ("DS", "500"), 0x00181020: ("LO", "VB40"), 0x00181030: ("LO", "Abdomen routine"),
        0x00181100: ("DS", "380"), 0x00181110: ("DS", "1085.6"), 0x00181111: ("DS", "595"), 0x00181120: ("DS", "0"),
        0x00181130: ("DS", "151.5"), 0x00181140: ("CS", "CW"), 0x00181150: ("IS", "500"), 0x00181151: ("IS", str(200 + number % 80)),
        0x00181152: ("IS", "100"), 0x00181160: ("SH", "FLAT"), 0x00181170: ("IS", "36"), 0x00181190: ("DS", "1.2"),
        0x00181210: ("SH", "Br40d"), 0x00185100: ("CS", "FFS"), 0x0020000D: ("UI", study), 0x0020000E: ("UI", series),
        0x00200010: ("SH", "S" + patient), 0x00200011: ("IS", "2"), 0x00200012: ("IS", "1"), 0x00200013: ("IS", str(number)),
        0x00200032: ("DS", f"-190\\-190\\{z:.3f}"), 0x00200037: ("DS", "1\\0\\0\\0\\1\\0"),
        0x00200052: ("UI", series + ".0"), 0x00201040: ("LO", ""), 0x00201041: ("DS", f"{z:.3f}"), 0x00280002: us(1),
        0x00280004: ("CS", "MONOCHROME2"), 0x00280010: us(side), 0x00280011: us(side), 0x00280030: ("DS", "0.7421875\\0.7421875"),
        0x00280100: us(16), 0x00280101: us(12), 0x00280102: us(11), 0x00280103: us(0), 0x00281050: ("DS", "40"),
        0x00281051: ("DS", "400"), 0x00281052: ("DS", "-1024"), 0x00281053: ("DS", "1"), 0x00281054: ("LO", "HU"),
        **(more or {})}))


def pixels_head(size):
    return (0x7FE0).to_bytes(2, "little") + (0x0010).to_bytes(2, "little") + b"OW\0\0" + size.to_bytes(4, "little")


def write_ct(folder, count, side, root, slices_a_study=200):
    """Slices numbered from 0 in studies 1.2.826.0.ROOT.1, .2, …, each of one series .1; noise for pixels."""
    os.makedirs(folder, exist_ok=True)
    noise = bytearray(random.Random(root).randbytes(2 * side * side))
    for n in range(count):
        study = f"1.2.826.0.{root}.{1 + n // slices_a_study}"
        noise[:4] = n.to_bytes(4, "little")
        with open(f"{folder}/{n}.dcm", "wb") as out:
            out.write(slice_of_ct(1 + n % slices_a_study, study, study + ".1", side, f"P{root}-{n // slices_a_study}"))
            out.write(pixels_head(len(noise)) + noise)


def write_frames(folder, count, side, root):
    """One object of many frames."""
    os.makedirs(folder)
    study, noise = f"1.2.826.0.{root}.1", bytearray(random.Random(root).randbytes(2 * side * side))
    with open(folder + "/0.dcm", "wb") as out:
        out.write(slice_of_ct(1, study, study + ".1", side, f"P{root}", MULTI_FRAME, {0x00280008: ("IS", str(count))}))
        out.write(pixels_head(count * len(noise)))
        for n in range(count):
            noise[:4] = n.to_bytes(4, "little")
            out.write(noise)


def person(n):
    """The n-th study's facts; three studies for two people, one person in 60 with "smi" in the name."""
    who = random.Random(n * 2 // 3)
    family = who.choice(SMITHS) if who.random() < 1 / 60 else who.choice(FAMILY)
    modality, description = STUDIES[n % len(STUDIES)]
    return {"name": f"{family}^{who.choice(GIVEN)}".replace("_", " "), "id": f"PAT{n * 2 // 3:06}",
            "birth": f"{who.randint(1930, 2015)}{who.randint(1, 12):02}{who.randint(1, 28):02}", "sex": who.choice("FM"),
            "date": f"{2021 + n % 5}{1 + n // 5 % 12:02}{1 + n // 60 % 28:02}", "time": f"{7 + n % 12:02}{n % 60:02}00",
            "accession": f"ACC{n:07}", "modality": modality, "description": description,
            "referrer": f"{FAMILY[n % 40]}^Dr", "uid": f"1.2.826.0.77.{n + 1}"}


def write_studies(folder, count, first=0):
    """One-image studies without pixels."""
    os.makedirs(folder, exist_ok=True)
    for n in range(first, first + count):
        p = person(n)
        series = p["uid"] + ".1"
        body = dataset({
            0x00080005: ("CS", "ISO_IR 192"), 0x00080016: ("UI", DX), 0x00080018: ("UI", series + ".1"),
            0x00080020: ("DA", p["date"]), 0x00080030: ("TM", p["time"]), 0x00080050: ("SH", p["accession"]),
            0x00080060: ("CS", p["modality"]), 0x00080080: ("LO", "General Hospital"), 0x00080090: ("PN", p["referrer"]),
            0x00081030: ("LO", p["description"]), 0x0008103E: ("LO", "Series 1"), 0x00100010: ("PN", p["name"]),
            0x00100020: ("LO", p["id"]), 0x00100030: ("DA", p["birth"]), 0x00100040: ("CS", p["sex"]),
            0x0020000D: ("UI", p["uid"]), 0x0020000E: ("UI", series), 0x00200010: ("SH", str(n)), 0x00200011: ("IS", "1"),
            0x00200013: ("IS", "1")})
        with open(f"{folder}/{n}.dcm", "wb") as out:
            out.write(part10(DX, series + ".1", body))


def write_template(path):
    """An image without pixels for load -g, which puts numbers where the marks are: 25 a series, 100 a study. Leading zeros are not
    allowed in a UID, so a digit stands before each."""
    study, series = "1.2.826.0.99.1#STUDY##", "1.2.826.0.99.1#STUDY##.1#SERIES#"
    sop = "1.2.826.0.99.1#STUDY##.1#SERIES#.1#IMAGE##"
    body = dataset({
        0x00080005: ("CS", "ISO_IR 192"), 0x00080016: ("UI", CT), 0x00080018: ("UI", sop), 0x00080020: ("DA", "#DATE###"),
        0x00080021: ("DA", "#DATE###"), 0x00080023: ("DA", "#DATE###"), 0x00080030: ("TM", "101112"),
        0x00080050: ("SH", "A#STUDY##"), 0x00080060: ("CS", "CT"), 0x00080080: ("LO", "General Hospital"),
        0x00080090: ("PN", "Referrer^Rita^^Dr"), 0x00081010: ("SH", "CT-2"), 0x00081030: ("LO", "CT Abdomen with contrast"),
        0x0008103E: ("LO", "Portal venous 0.6 Br40"), 0x00100010: ("PN", "Müller^P#STUDY##"), 0x00100020: ("LO", "P#STUDY##"),
        0x00100030: ("DA", "19610704"), 0x00100040: ("CS", "F"), 0x00180015: ("CS", "ABDOMEN"), 0x00181030: ("LO", "Abdomen routine"),
        0x0020000D: ("UI", study), 0x0020000E: ("UI", series), 0x00200010: ("SH", "S#STUDY##"), 0x00200011: ("IS", "2"),
        0x00200013: ("IS", "#IMAGE##"), 0x00280010: us(512), 0x00280011: us(512), 0x00280100: us(16)})
    with open(path, "wb") as out:
        out.write(part10(CT, sop, body))


def write_uploads(folder, tail, count, side):
    """Heads of large images that end where their pixels begin, and the pixels that all of them share."""
    os.makedirs(folder)
    with open(tail, "wb") as out:
        out.write(random.Random(1).randbytes(2 * side * side))
    for n in range(count):
        study = f"1.2.826.0.88.{n + 1}"
        with open(f"{folder}/{n}.dcm", "wb") as out:
            out.write(slice_of_ct(1, study, study + ".1", side, f"U{n}") + pixels_head(2 * side * side))
