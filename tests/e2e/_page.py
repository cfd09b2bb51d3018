# SPDX-License-Identifier: MIT
"""Pages with timelines, made by the program page_maker and opened in a browser."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

from _browser import Browser

MAKER = os.path.abspath(sys.argv[1])
MS = 1_000_000
SETTLED = """return new Promise(resolve => {
    let quiet = 0, before = "";
    const look = () => {
        const now = JSON.stringify([timeline.range, timeline.frames, timeline.busy]);
        quiet = now === before ? quiet + 1 : 0;
        before = now;
        if (quiet > 15) resolve(); else requestAnimationFrame(look);
    };
    look();
});"""


class PageTest(unittest.TestCase):
    """With a browser, and pages in the folder `place`, of which `expected` has the figures."""

    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory(prefix="troika-page-test-")
        cls.addClassCleanup(cls.place.cleanup)
        subprocess.run([MAKER, cls.place.name], check=True, timeout=60)
        cls.expected = {}
        for name in os.listdir(cls.place.name):
            if name.endswith(".json"):
                with open(os.path.join(cls.place.name, name), encoding="utf-8") as file:
                    cls.expected[name[:-5]] = json.load(file)["panels"]
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.browser.media(prefers_color_scheme="light", prefers_reduced_motion="no-preference")
        self.browser.size(1400, 900)

    def open(self, name):
        self.browser.open("about:blank")
        self.browser.logged("browser")
        self.browser.logged("performance")
        self.browser.open(f"file://{self.place.name}/{name}.html")
        self.settle()

    def settle(self):
        self.browser.run(SETTLED)

    def tearDown(self):
        """No complaint in the console, and nothing asked for but the page itself."""
        self.assertEqual(self.browser.logged("browser"), [])
        asked = []
        for entry in self.browser.logged("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.append(message["params"]["request"]["url"])
        self.assertTrue(any(url.startswith(f"file://{self.place.name}/") for url in asked))
        foreign = [url for url in asked
                   if not url.startswith((f"file://{self.place.name}/", "about:", "blob:"))]
        self.assertEqual(foreign, [])

    def get(self, what):
        return self.browser.run(f"return timeline.{what}")
