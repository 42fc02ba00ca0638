"""docs/CONFORMANCE.md says what the program and the tables of the checks say; tools/conformance.sh makes it."""
import difflib
import unittest

import document
from peers import harness


class Document(unittest.TestCase):
    def test_it_is_what_the_program_and_the_checks_say(self):
        with open(document.COMMITTED, encoding="utf-8") as file:
            committed = file.read()
        made = document.render(document.statement(harness.BINARY), document.expected(committed))
        if committed != made:
            self.fail("run tools/conformance.sh\n" + "".join(
                difflib.unified_diff(committed.splitlines(True), made.splitlines(True), "docs/CONFORMANCE.md", "made now", n=0)))

    def test_every_check_has_an_id_of_its_own_and_a_sentence(self):
        names = [name for peer in document.tables() for name in peer.checks]
        self.assertEqual(len(names), len(set(names)))
        for peer in document.tables():
            self.assertLessEqual(set(peer.known), set(peer.checks))
            for sentence in [*peer.checks.values(), *(reason for _, reason in peer.known.values())]:
                self.assertNotIn("|", sentence)
                self.assertNotIn("\n", sentence)


if __name__ == "__main__":
    harness.main()
