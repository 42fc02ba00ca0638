#!/usr/bin/env python3
"""Writes src/application/models/tables/common_passwords.inc: passwords that are tried first, of those with twelve characters or more.

Nobody's list is copied: they follow from how people make passwords. A few hundred words that everybody thinks of (below), put
together in pairs, doubled, lengthened by names of months and by runs of the keyboard. Case, digits and signs in place of letters,
and what stands behind (years, "123", "!") are taken off before the look-up, so that each text stands for thousands.
"""
import os

SIZE_MIN, SIZE_MAX, BLOCK = 8, 40, 16

WORDS = """password passwort secret admin administrator welcome letmein login master monkey dragon sunshine princess football baseball
basketball superman batman shadow michael jordan hunter summer winter spring autumn flower iloveyou loveyou forever whatever freedom
computer internet google facebook changeme default system server hospital clinic doctor nurse medical radiology patient health
gantry dicom imaging viewer scanner charlie thomas robert daniel jennifer jessica michelle ashley nicole amanda andrea maria anna
liverpool chelsea arsenal barcelona madrid london berlin paris america canada germany france italia espana australia holland
purple orange yellow silver golden diamond crystal rainbow butterfly chocolate cookie banana cheese coffee pepper ginger angel
jesus christ heaven blessed family friends mother father sister brother darling sweetheart tigger pokemon starwars matrix qwerty
qwertz azerty asdfgh zxcvbn abc test guest user root oracle samsung iphone android windows microsoft apple amazon netflix company
office support service manager student teacher school college university music guitar rocknroll metallica nirvana soccer hockey
tennis golf cricket racing ferrari porsche mercedes mustang corvette harley yamaha honda toyota tiger eagle falcon wolf panther
lion horse dolphin puppy kitty kitten doggy rabbit turtle spider phoenix thunder lightning storm ocean river mountain forest
island beach sunset sunrise moonlight midnight morning happy lucky crazy sexy hello goodbye please thank you access enter open
private public secure security safe trust number money dollar million winner champion player gamer ninja samurai warrior knight
wizard magic dream love hate peace hope faith spirit soul heart star moon sun earth mars venus saturn jupiter january february
march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday
hallo schatz sommer passwd geheim willkommen liebe motdepasse bonjour soleil amour azertyuiop contrasena hola amor estrella
senha brasil corinthians flamengo parola lozinka haslo kochanie wachtwoord welkom losenord sverige salasana suomi""".split()

RUNS = ["qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "qwerty", "qwertz", "asdf",
        "zxcv", "qazwsx", "qazwsxedc", "wsxedc", "edcrfv", "rfvtgb", "tgbyhn", "poiuytrewq", "lkjhgfdsa", "mnbvcxz",
        "onetwothree", "abcabcabc", "1q2w3e4r", "1q2w3e4r5t6y", "q1w2e3r4t5", "1qaz2wsx", "1qaz2wsx3edc", "zaq12wsx", "qweasdzxc",
        "123456789012", "1234567890", "0987654321", "987654321098", "123123123123", "121212121212", "112233445566", "111222333444",
        "147258369", "159753", "123321", "12345678910", "1234567891011", "a1b2c3d4e5f6", "abc123abc123", "password123"]
PHRASES = ["correcthorsebatterystaple", "thequickbrownfox", "letmeinplease", "openthedoor", "ilovemyfamily", "ilovemymother",
           "ihatepasswords", "passwordispassword", "thisismypassword", "mypasswordis", "nevergonnagiveyouup", "maytheforcebewithyou",
           "tobeornottobe", "onceuponatime", "whatisthepassword", "iamtheadmin", "imissyousomuch", "trustnooneever", "winteriscoming",
           "iloveyouforever", "iloveyousomuch", "livelaughlove", "godisgood", "jesuslovesme", "inthebeginning", "helloworldhello"]

FROM, TO = "0134578@$!+", "oieastbasit"


def fold(text):
    return text.lower().translate(str.maketrans(FROM, TO))


def make():
    found = set()
    words = sorted(set(WORDS))
    for first in words:
        for second in words:
            if len(first) + len(second) >= 12 and (first == second or second in COMMON_SECOND or
                                                   first in COMMON_FIRST):
                found.add(first + second)
        found.add(first)
        found.add("my" + first)
        found.add("the" + first)
        found.add("ilove" + first)
        found.add(first * 3)
    for run in RUNS:
        found.add(run)
        found.add(run * 2)
        found.add(run[::-1])
        for other in RUNS:
            found.add(run + other)
    for run in COMMON_RUNS:
        for word in words:
            found.add(word + run)
            found.add(run + word)
    found.update(PHRASES)
    # shorter ones are reached when what stands behind is taken off
    return sorted({fold(text) for text in found if SIZE_MIN <= len(text) <= SIZE_MAX}, key=lambda text: text.encode())


COMMON_RUNS = ["qwerty", "qwertyuiop", "asdf", "qazwsx", "1q2w3e4r", "1qaz2wsx", "abc"]
COMMON_FIRST = {"password", "passwort", "admin", "secret", "welcome", "iloveyou", "hello", "super", "master", "test", "love", "qwerty",
                "hospital", "clinic", "radiology", "summer", "winter", "letmein"}
COMMON_SECOND = {"password", "passwort", "admin", "secret", "love", "forever", "login", "welcome", "hospital", "clinic", "summer",
                 "winter", "football", "qwerty", "monkey", "dragon"}


def main():
    texts = make()
    packed, blocks, before = bytearray(), [], ""
    for number, text in enumerate(texts):
        if number % BLOCK == 0:
            blocks.append(len(packed))
            before = ""
        shared = len(os.path.commonprefix([before, text]))
        packed += bytes([shared, len(text) - shared]) + text[shared:].encode()
        before = text
    blocks.append(len(packed))
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../src/application/models/tables/common_passwords.inc")
    with open(path, "w") as out:
        out.write("/* Made by tools/gen_common_passwords.py: do not change by hand. */\n")
        out.write("enum {\n    COMMON_PASSWORD_COUNT = %d,\n    COMMON_BLOCK_COUNT = %d,\n    COMMON_SIZE_MAX = %d\n};\n"
                  % (len(texts), len(blocks) - 1, max(map(len, texts))))
        out.write("static const unsigned char common_text[] = {\n")
        for at in range(0, len(packed), 24):
            out.write("    " + "".join("%d," % byte for byte in packed[at:at + 24]) + "\n")
        out.write("};\nstatic const unsigned common_blocks[COMMON_BLOCK_COUNT + 1] = {\n")
        for at in range(0, len(blocks), 12):
            out.write("    " + " ".join("%d," % block for block in blocks[at:at + 12]) + "\n")
        out.write("};\n")
    print("%d passwords, %d bytes" % (len(texts), len(packed)))


if __name__ == "__main__":
    main()
