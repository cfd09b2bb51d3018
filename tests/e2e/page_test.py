# SPDX-License-Identifier: MIT
"""Pages with timelines in headless Chromium: what they show. page_test.py PAGE_MAKER.

page_test.py PAGE_MAKER --pictures FOLDER: instead, makes the pictures of the documents.
"""

import json
import os
import re
import sys
import unittest

from _browser import pixels
from _page import MS, SETTLED, PageTest

STATES = ("runs", "waits", "locked", "ready", "blocked", "failed", "holds")
# Generous, since other tests share the machine: alone it takes a second, and draws 60.
DRAWN_MAX_MS = 6000
FRAMES_MIN = 12
DOWNLOAD_MAX_S = 60
ENTER = "\ue007"
PAN = """return new Promise(resolve => {
    const {left, top, width} = timeline.panels[0].canvas;
    const canvas = document.querySelector(".stage canvas");
    const send = (kind, x) => canvas.dispatchEvent(new PointerEvent(kind, {
        clientX: x, clientY: top + 200, pointerId: 1, button: 0, buttons: 1, bubbles: true}));
    canvas.setPointerCapture = () => {};
    const begin = performance.now(), first = timeline.frames;
    let frames = 0, worst = 0, before = begin;
    const middle = left + width / 2;
    send("pointerdown", middle);
    const step = now => {
        ++frames;
        worst = Math.max(worst, now - before);
        before = now;
        if (now - begin > 2000) {
            send("pointerup", middle);
            resolve({perSecond: 1000 * frames / (now - begin), worst,
                     drawn: timeline.frames - first});
            return;
        }
        send("pointermove", middle + 150 * Math.sin((now - begin) / 200));
        requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
});"""


class Figures(PageTest):
    def agree(self, name):
        panels = self.browser.run("""return timeline.panels.map(p => ({
            length: p.length, spans: p.spans, lanes: p.lanes, arrows: p.arrows,
            totals: [p.totals.threads, p.totals.tasks, p.totals.strips]}))""")
        self.assertEqual(len(panels), len(self.expected[name]))
        for panel, want in zip(panels, self.expected[name]):
            panel["totals"] = [[kind[state] for state in STATES] for kind in panel["totals"]]
            self.assertEqual(panel, want)

    def test_ten(self):
        self.open("ten")
        self.agree("ten")
        self.assertEqual(self.get("panels[0].spansDrawn"), 9)
        self.assertAlmostEqual(self.get("panels[0].busy"), 0.25)
        text = self.browser.run("return document.querySelector('.panel').innerText")
        self.assertIn("1 thread kept 0.25 processors busy", text)
        self.assertRegex(text, r"100 ms\s+0\.25 busy\s+9 spans")
        self.browser.click(".lanes summary")
        self.settle()
        rows = self.browser.run("return [...document.querySelectorAll('.lanes tbody tr')]"
                           ".map(row => [...row.cells].map(cell => cell.textContent))")
        self.assertEqual(rows, [["loop", "thread", "3", "25.0 ms", "", "", "", "", "", ""],
                                ["kettle", "task", "3", "20.0 ms", "50.0 ms", "", "", "", "", ""],
                                ["omelette", "task", "3", "5.00 ms", "85.0 ms", "", "10.0 ms",
                                 "", "", ""]])

    def test_compare(self):
        self.open("compare")
        self.agree("compare")
        self.assertEqual(self.browser.run("return timeline.panels.map(p => p.name)"),
                         ["sync", "async", "threads", "threads + GIL", "processes"])
        # All on one axis from 0 on.
        self.assertEqual(self.get("range")[0], 0)
        lefts = self.browser.run("return timeline.panels.map(p => p.canvas.left)")
        self.assertEqual(len(set(lefts)), 1)
        for row, panel in enumerate(self.expected["compare"]):
            cell = self.browser.run("return document.querySelectorAll('.summary tbody tr')"
                               f"[{row}].cells[1].textContent")
            self.assertEqual(cell, f"{round(panel['length'] / MS)} ms")

    def test_nothing(self):
        self.open("empty")
        self.agree("empty")
        self.browser.keys("wsadjknph0")

    def test_million(self):
        self.open("million")
        self.agree("million")
        drawn = self.get("drawnMs")
        self.settle()
        report = {}
        for zoom, name in ((0, "all"), (6, "a part")):
            self.browser.keys("w" * zoom)
            self.settle()
            report[name] = self.browser.run(PAN)
        self.settle()
        print(f"a million events: drawn after {drawn:.0f} ms; panning draws " +
              ", ".join(f"{run['drawn'] / 2:.0f} frames a second of {name}, "
                        f"the longest {run['worst']:.0f} ms" for name, run in report.items()))
        self.assertLess(drawn, DRAWN_MAX_MS)
        for run in report.values():
            self.assertGreater(run["drawn"] / 2, FRAMES_MIN)

    def test_many_lanes(self):
        self.open("lanes")
        self.agree("lanes")
        self.assertLess(self.get("drawnMs"), DRAWN_MAX_MS)
        self.assertEqual(self.get("panels[0].rows"), 200_002)
        self.assertLess(self.get("panels[0].spansDrawn"), 220_000)   # of the loop, and some more
        last = """return [...document.querySelectorAll(".label:not([hidden]) .name")]
            .at(-1).textContent"""
        for share, name in ((0, None), (0.5, None), (1, "request 200000"), (0, None)):
            self.browser.run("""const view = document.querySelector(".view");
                view.scrollTop = arguments[0] * view.scrollHeight""", share)
            self.settle()
            shown = self.browser.run(last)
            if name:
                self.assertEqual(shown, name)
            elif share:
                self.assertAlmostEqual(int(shown.split()[1]), 100_000, delta=200)
        self.browser.keys("/request 123456" + ENTER)
        self.settle()
        self.assertEqual(self.get("found"), 3)
        self.browser.keys(ENTER + ENTER)
        self.settle()
        self.assertIn("request 123456", self.browser.run(
            "return [...document.querySelectorAll('.label:not([hidden]) .name')]"
            ".map(name => name.textContent)"))
        # Of so many, only those that do something in the time that is shown.
        begin, end = self.get("range")
        self.assertLess(end - begin, 100 * MS)
        rows = self.get("panels[0].rows")
        self.assertLess(rows, 10_000)
        self.browser.keys("\ue00c" + "0")
        self.settle()
        self.assertEqual(self.get("panels[0].rows"), 200_002)

    def test_saved_trace(self):
        self.open("compare")
        self.browser.click("[data-do=save]")
        path = os.path.join(self.browser.downloads, "troika-compare-mixed.json")
        for _ in range(DOWNLOAD_MAX_S * 10):
            if os.path.exists(path) and os.path.getsize(path):
                break
            self.browser.run("return new Promise(r => setTimeout(r, 100))")
        with open(path, encoding="utf-8") as file:
            events = json.load(file)["traceEvents"]
        spans = sum(event["ph"] == "X" for event in events)
        tasks = sum(event["ph"] == "b" and "args" in event for event in events)
        self.assertEqual(spans + tasks, sum(panel["spans"] for panel in self.expected["compare"]))
        arrows = [event["id"] for event in events if event["ph"] == "s"]
        self.assertEqual(len(arrows), sum(panel["arrows"] for panel in self.expected["compare"]))
        self.assertEqual(len(set(arrows)), len(arrows))
        self.assertEqual(sorted(arrows), sorted(e["id"] for e in events if e["ph"] == "f"))
        lasting = sum(event["dur"] for event in events
                      if event["ph"] == "X" and event["cat"] == "runs")
        want = sum(panel["totals"][0][0] for panel in self.expected["compare"])
        self.assertAlmostEqual(lasting * 1000, want, delta=100)


class Hostile(PageTest):
    def test_names_are_only_shown(self):
        self.open("hostile")
        self.assertIsNone(self.browser.run("return window.hacked ?? null"))
        found = self.browser.run("""return {
            scripts: document.querySelectorAll("script:not([type])").length,
            strange: document.querySelectorAll("img, svg, iframe, object, link").length,
            title: document.title, wide: document.documentElement.scrollWidth,
            panels: timeline.panels.map(p => p.name), text: document.body.innerText}""")
        self.assertEqual(found["scripts"], 1)
        self.assertEqual(found["strange"], 0)
        self.assertLessEqual(found["wide"], 1400)
        self.assertEqual(found["title"], "</script><script>window.hacked = 1</script>")
        self.assertEqual(found["panels"][1], "<img src=x onerror=\"window.hacked = 2\">")
        self.assertEqual(found["panels"][3], "{{script}} {{title}} <!-- --> ]]> &lt;")
        self.assertIn("separators \ufffd and \ufffd turn \ufffddrawkcab", found["text"])
        self.assertIn("nul \ufffd bell \ufffd escape \ufffd[31", found["text"])
        self.assertRegex(found["panels"][8], "^<{1000,1023}…$")
        # Every word about a span, and a search for markup.
        self.browser.keys("jnjnjn" + ENTER)
        self.browser.keys("/<img" + ENTER)
        self.settle()
        self.assertGreater(self.get("found"), 0)
        self.assertIsNone(self.browser.run("return window.hacked ?? null"))
        ids = self.browser.run("return [timeline.panels[0].lane(0).title]")
        self.assertEqual(ids, ["</script><script>window.hacked = 1</script>"])

    def test_a_page_that_was_cut_off(self):
        path = os.path.join(self.place.name, "compare.html")
        with open(path, encoding="utf-8") as file:
            html = file.read()
        mark = '<script type="application/octet-stream;base64">'
        parts = html.split(mark)
        self.assertEqual(len(parts), 6)
        parts[2] = parts[2][400:]              # its beginning is missing,
        parts[3] = "!" + parts[3]              # what is no base64,
        parts[4] = parts[4][:400] + parts[4][parts[4].index("</script>"):]   # and its end
        with open(os.path.join(self.place.name, "damaged.html"), "w", encoding="utf-8") as file:
            file.write(mark.join(parts))
        self.open("damaged")
        self.assertEqual(self.browser.run("return timeline.panels.map(p => p.name)"),
                         ["sync", "processes"])
        notes = self.browser.run("return [...document.querySelectorAll('.panel .note')]"
                                 ".map(note => note.textContent)")
        self.assertEqual(len(notes), 3)
        for note in notes:
            self.assertRegex(note, "^This timeline cannot be read: ")

    def test_the_policy_holds(self):
        self.open("ten")
        refused = self.browser.run("""
            const script = document.createElement("script");
            script.textContent = "window.hacked = 1";
            document.body.append(script);
            return fetch("ten.json").then(() => "fetched", () => "refused")""")
        self.assertEqual(refused, "refused")
        self.assertIsNone(self.browser.run("return window.hacked ?? null"))
        self.assertGreaterEqual(len(self.browser.logged("browser")), 2)   # both were refused
        self.assertTrue(self.browser.run("""try { timeline.panels[0] = 1; timeline.x = 1; }
            catch (e) { }
            return timeline.x === undefined && timeline.panels[0].spans === 9"""))


class Looks(PageTest):
    def picture(self, name):
        """Counts colours of a screenshot; it has to have those of what it shows."""
        png = self.browser.screenshot()
        width, height, rows = pixels(png)
        step = len(rows[0]) // width
        counts = {}
        for row in rows[::2]:
            for i in range(0, len(row), step * 2):
                key = row[i:i + 3]
                counts[key] = counts.get(key, 0) + 1
        self.assertGreater(len(counts), 20, name)
        return width, height, {f"#{key.hex()}": n for key, n in counts.items()}

    def test_light_and_dark(self):
        for theme, paper, runs in (("light", "#f5f4f0", "#2a7f62"),
                                   ("dark", "#111416", "#2f8a6b")):
            self.browser.media(prefers_color_scheme=theme)
            self.open("compare")
            self.assertEqual(self.get("theme"), theme)
            _, _, colours = self.picture(theme)
            self.assertGreater(colours.get(paper, 0), 1000)
            self.assertGreater(colours.get(runs, 0), 300)
        self.browser.click("[data-do=theme]")
        self.settle()
        self.assertEqual(self.get("theme"), "light")
        self.assertGreater(self.picture("switched")[2].get("#2a7f62", 0), 300)

    def test_a_narrow_window(self):
        self.browser.size(400, 800)
        self.open("compare")
        self.assertLessEqual(self.browser.run("return document.documentElement.scrollWidth"), 400)
        self.browser.run("document.querySelector('.panel').scrollIntoView()")
        self.settle()
        self.assertGreater(self.picture("narrow")[2].get("#2a7f62", 0), 200)
        self.browser.size(1200, 800)
        self.settle()
        self.assertGreater(self.get("panels[0].canvas.width"), 800)

    def test_many_pixels(self):
        self.browser.size(1000, 700, 2)
        self.open("compare")
        width, _, colours = self.picture("dense")
        self.assertEqual(width, 2000)
        self.assertGreater(colours.get("#2a7f62", 0), 1000)

    def test_a_million_is_not_blank(self):
        self.open("million")
        colours = self.picture("million")[2]
        for colour in ("#2a7f62", "#d9822b", "#8c6bb1"):
            self.assertGreater(colours.get(colour, 0), 500)
        # Further down in the lanes, too.
        self.browser.run("document.querySelector('.view').scrollTop = 1e6")
        self.settle()
        self.assertGreater(self.picture("below")[2].get("#2a7f62", 0), 500)
        title = self.browser.run("return [...document.querySelectorAll("
                                 "'.label:not([hidden]) .name')].at(-1).textContent")
        self.assertEqual(title, "task 200")

    def test_on_paper(self):
        self.browser.media(prefers_color_scheme="dark")
        self.open("compare")
        pdf = self.browser.pdf()
        self.assertEqual(pdf[:5], b"%PDF-")
        self.assertGreater(len(re.findall(rb"/Subtype\s*/Image", pdf)), 4)
        self.settle()
        self.assertEqual(self.get("theme"), "dark")
        self.assertGreater(self.get("panels[0].canvas.width"), 1000)


def make_pictures(folder):
    PageTest.setUpClass()
    try:
        browser, place = PageTest.browser, PageTest.place
        browser.media(prefers_color_scheme="light")
        browser.size(1400, 1330)
        browser.open(f"file://{place.name}/compare.html")
        browser.run(SETTLED)
        with open(os.path.join(folder, "timeline.png"), "wb") as file:
            file.write(browser.screenshot())
        # A closer look at threads under a lock, with the pointer on one of their turns.
        browser.size(1400, 660)
        browser.run("""page.show(28e6, 150e6);
            scrollTo(0, document.querySelectorAll(".panel")[3].offsetTop - 72)""")
        browser.run(SETTLED)
        canvas = browser.run("return timeline.panels[3].canvas")
        browser.mouse(("to", canvas["left"] + canvas["width"] * 0.31, canvas["top"] + 169))
        browser.run(SETTLED)
        with open(os.path.join(folder, "timeline-gil.png"), "wb") as file:
            file.write(browser.screenshot())
    finally:
        PageTest.doClassCleanups()


if __name__ == "__main__":
    if sys.argv[2:3] == ["--pictures"]:
        make_pictures(sys.argv[3])
    else:
        unittest.main(argv=["page_test", *sys.argv[2:]], verbosity=2)
