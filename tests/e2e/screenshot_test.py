# SPDX-License-Identifier: MIT
"""scripts/screenshot.py: what it draws of recorded bytes, and of a run."""

import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

BINARY = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRIPT = os.path.join(ROOT, "scripts", "screenshot.py")
BYTES_MAX = 60_000
SVG = "{http://www.w3.org/2000/svg}"

# A command, two frames of two rows, the second over the first, and a failure above them.
RECORDING = ("$ get <a> & b\r\n"
             "\r\x1b[?7l中.iso \x1b[32m━━\x1b[0m\x1b[2m────\x1b[0m  33%\x1b[K\r\n"
             "total   ──────\x1b[K\x1b[?7h\r\x1b[1A"
             "\r\x1b[J\x1b[31mfailed\x1b[0m  b: gone\r\n"
             "\r\x1b[?7l中.iso \x1b[32m━━━╸\x1b[0m\x1b[2m──\x1b[0m  58%\x1b[K\r\n"
             "total   ──────\x1b[K\x1b[?7h\r\x1b[1A").encode()


class Screenshot(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="troika-screenshot-test-")
        self.addCleanup(place.cleanup)
        self.recording = os.path.join(place.name, "recording")
        self.output = os.path.join(place.name, "picture.svg")

    def make(self, *arguments):
        done = subprocess.run([sys.executable, SCRIPT, *arguments, "-o", self.output],
                              capture_output=True, timeout=100, check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return self.check(self.output)

    def check(self, path):
        """Returns: texts and bars of a picture, row by row: [(x, width, words, colour)]."""
        self.assertLess(os.path.getsize(path), BYTES_MAX)
        with open(path, encoding="utf-8") as file:
            source = file.read()
        # It stands alone: nothing to load, nothing that runs.
        self.assertNotRegex(source, r"href|url\(|@import|<(script|style|image|foreignObject|use)\b")
        root = xml.fromstring(source)
        width = float(root.get("width"))
        self.assertEqual(root.get("viewBox").split()[2:], [root.get("width"), root.get("height")])
        self.assertTrue(root.find(SVG + "title").text)
        rows = {}
        for element in root.find(SVG + "g"):
            text = element.tag == SVG + "text"
            x = float(element.get("x"))
            length = float(element.get("textLength" if text else "width"))
            self.assertLessEqual(x + length, width)
            line = int(float(element.get("y")) // 17)
            words = element.text if text else "thick" if element.get("height") > "2" else "thin"
            rows.setdefault(line, []).append((x, length, words, element.get("fill")))
        return [rows[line] for line in sorted(rows)]

    def test_a_recording(self):
        with open(self.recording, "wb") as file:
            file.write(RECORDING)
        rows = self.make("--recording", self.recording, "--columns", "40")
        words = [[span[2] for span in row] for row in rows]
        self.assertEqual(words, [["$ get <a> & b"], ["failed", "b: gone"],
                                 ["中", ".iso", "thick", "thick", "thin", "58%"],
                                 ["total", "thin"]])
        cell = rows[2][0][1] / 2   # the wide character has two
        x = [round((span[0] - rows[0][0][0]) / cell, 1) for span in rows[2]]
        self.assertEqual(x, [0, 2, 7, 10, 11, 15])   # each in its columns
        cells = [round(span[1] / cell, 1) for span in rows[2]]
        self.assertEqual(cells, [2, 4, 3, 0.5, 2, 3])
        colours = [span[3] for span in rows[2]]
        self.assertEqual(colours[0], colours[5])
        self.assertEqual(colours[2], colours[3])
        self.assertEqual(len({colours[0], colours[2], colours[4], rows[1][0][3]}), 4)

    def test_a_run(self):
        rows = self.make(BINARY)
        text = "\n".join(" ".join(span[2] for span in row) for row in rows)
        self.assertRegex(text, r"^\$ troika get ")
        self.assertIn("404", text)
        self.assertRegex(text, r"\n[1-4] done, [3-6] active, 1 failed thick .*\d+%")

    def test_the_one_in_the_documents(self):
        rows = self.check(os.path.join(ROOT, "docs", "images", "get.svg"))
        self.assertGreaterEqual(len(rows), 10)

    def test_usage(self):
        done = subprocess.run([sys.executable, SCRIPT], capture_output=True, timeout=60,
                              check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"which binary", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=["screenshot_test"])
