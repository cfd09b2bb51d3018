# SPDX-License-Identifier: MIT
"""Pages with timelines in headless Chromium: page_test.py PAGE_MAKER.

page_test.py PAGE_MAKER --pictures FOLDER: instead, makes the pictures of the documents.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

from _browser import Browser, pixels

MAKER = os.path.abspath(sys.argv[1])
STATES = ("runs", "waits", "locked", "ready", "blocked", "failed", "holds")
MS = 1_000_000
# Generous, since other tests share the machine: alone it takes a second, and draws 60.
DRAWN_MAX_MS = 6000
FRAMES_MIN = 12
DOWNLOAD_MAX_S = 60
ENTER, ESCAPE, SHIFT, RIGHT, LEFT = "\ue007", "\ue00c", "\ue008", "\ue014", "\ue012"
SETTLED = """return new Promise(resolve => {
    let quiet = 0, before = "";
    const look = () => {
        const now = JSON.stringify([timeline.range, timeline.frames, timeline.busy]);
        quiet = now === before ? quiet + 1 : 0;
        before = now;
        if (quiet > 12) resolve(); else requestAnimationFrame(look);
    };
    look();
});"""
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


def setUpModule():
    global browser, place, expected
    place = tempfile.TemporaryDirectory(prefix="troika-page-test-")
    subprocess.run([MAKER, place.name], check=True, timeout=60)
    expected = {}
    for name in os.listdir(place.name):
        if name.endswith(".json"):
            with open(os.path.join(place.name, name), encoding="utf-8") as file:
                expected[name[:-5]] = json.load(file)["panels"]
    browser = Browser()


def tearDownModule():
    browser.close()
    place.cleanup()


class PageTest(unittest.TestCase):
    def setUp(self):
        browser.media(prefers_color_scheme="light", prefers_reduced_motion="no-preference")
        browser.size(1400, 900)

    def open(self, name):
        browser.open("about:blank")
        browser.logged("browser")
        browser.logged("performance")
        browser.open(f"file://{place.name}/{name}.html")
        self.settle()

    def settle(self):
        browser.run(SETTLED)

    def tearDown(self):
        """No complaint in the console, and nothing asked for but the page itself."""
        self.assertEqual(browser.logged("browser"), [])
        asked = []
        for entry in browser.logged("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.append(message["params"]["request"]["url"])
        self.assertTrue(any(url.startswith(f"file://{place.name}/") for url in asked))
        foreign = [url for url in asked
                   if not url.startswith((f"file://{place.name}/", "about:", "blob:"))]
        self.assertEqual(foreign, [])

    def get(self, what):
        return browser.run(f"return timeline.{what}")


class Figures(PageTest):
    def agree(self, name):
        panels = browser.run("""return timeline.panels.map(p => ({
            length: p.length, spans: p.spans, lanes: p.lanes, arrows: p.arrows,
            totals: [p.totals.threads, p.totals.tasks, p.totals.strips]}))""")
        self.assertEqual(len(panels), len(expected[name]))
        for panel, want in zip(panels, expected[name]):
            panel["totals"] = [[kind[state] for state in STATES] for kind in panel["totals"]]
            self.assertEqual(panel, want)

    def test_ten(self):
        self.open("ten")
        self.agree("ten")
        self.assertEqual(self.get("panels[0].spansDrawn"), 9)
        self.assertAlmostEqual(self.get("panels[0].busy"), 0.25)
        text = browser.run("return document.querySelector('.panel').innerText")
        self.assertIn("1 thread kept 0.25 processors busy", text)
        self.assertRegex(text, r"100 ms\s+0\.25 busy\s+9 spans")
        browser.click(".lanes summary")
        rows = browser.run("return [...document.querySelectorAll('.lanes tbody tr')]"
                           ".map(row => [...row.cells].map(cell => cell.textContent))")
        self.assertEqual(rows, [["loop", "thread", "3", "25.0 ms", "", "", "", "", "", ""],
                                ["kettle", "task", "3", "20.0 ms", "50.0 ms", "", "", "", "", ""],
                                ["omelette", "task", "3", "5.00 ms", "85.0 ms", "", "10.0 ms",
                                 "", "", ""]])

    def test_compare(self):
        self.open("compare")
        self.agree("compare")
        self.assertEqual(browser.run("return timeline.panels.map(p => p.name)"),
                         ["sync", "async", "threads", "threads + GIL", "processes"])
        # All on one axis from 0 on.
        self.assertEqual(self.get("range")[0], 0)
        lefts = browser.run("return timeline.panels.map(p => p.canvas.left)")
        self.assertEqual(len(set(lefts)), 1)
        for row, panel in enumerate(expected["compare"]):
            cell = browser.run("return document.querySelectorAll('.summary tbody tr')"
                               f"[{row}].cells[1].textContent")
            self.assertEqual(cell, f"{round(panel['length'] / MS)} ms")

    def test_nothing(self):
        self.open("empty")
        self.agree("empty")
        browser.keys("wsadjknph0")

    def test_million(self):
        self.open("million")
        self.agree("million")
        drawn = self.get("drawnMs")
        self.settle()
        report = {}
        for zoom, name in ((0, "all"), (6, "a part")):
            browser.keys("w" * zoom)
            self.settle()
            report[name] = browser.run(PAN)
        self.settle()
        print(f"a million events: drawn after {drawn:.0f} ms; panning draws " +
              ", ".join(f"{run['drawn'] / 2:.0f} frames a second of {name}, "
                        f"the longest {run['worst']:.0f} ms" for name, run in report.items()))
        self.assertLess(drawn, DRAWN_MAX_MS)
        for run in report.values():
            self.assertGreater(run["drawn"] / 2, FRAMES_MIN)

    def test_saved_trace(self):
        self.open("compare")
        browser.click("[data-do=save]")
        path = os.path.join(browser.downloads, "troika-compare-mixed.json")
        for _ in range(DOWNLOAD_MAX_S * 10):
            if os.path.exists(path) and os.path.getsize(path):
                break
            browser.run("return new Promise(r => setTimeout(r, 100))")
        with open(path, encoding="utf-8") as file:
            events = json.load(file)["traceEvents"]
        spans = sum(event["ph"] == "X" for event in events)
        tasks = sum(event["ph"] == "b" and "args" in event for event in events)
        self.assertEqual(spans + tasks, sum(panel["spans"] for panel in expected["compare"]))
        arrows = [event["id"] for event in events if event["ph"] == "s"]
        self.assertEqual(len(arrows), sum(panel["arrows"] for panel in expected["compare"]))
        self.assertEqual(len(set(arrows)), len(arrows))
        self.assertEqual(sorted(arrows), sorted(e["id"] for e in events if e["ph"] == "f"))
        lasting = sum(event["dur"] for event in events
                      if event["ph"] == "X" and event["cat"] == "runs")
        want = sum(panel["totals"][0][0] for panel in expected["compare"])
        self.assertAlmostEqual(lasting * 1000, want, delta=100)


class Hostile(PageTest):
    def test_names_are_only_shown(self):
        self.open("hostile")
        self.assertIsNone(browser.run("return window.hacked ?? null"))
        found = browser.run("""return {
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
        browser.keys("jnjnjn" + ENTER)
        browser.keys("/<img" + ENTER)
        self.settle()
        self.assertGreater(self.get("found"), 0)
        self.assertIsNone(browser.run("return window.hacked ?? null"))
        ids = browser.run("return [timeline.panels[0].lane(0).title]")
        self.assertEqual(ids, ["</script><script>window.hacked = 1</script>"])

    def test_the_policy_holds(self):
        self.open("ten")
        refused = browser.run("""
            const script = document.createElement("script");
            script.textContent = "window.hacked = 1";
            document.body.append(script);
            return fetch("ten.json").then(() => "fetched", () => "refused")""")
        self.assertEqual(refused, "refused")
        self.assertIsNone(browser.run("return window.hacked ?? null"))
        self.assertGreaterEqual(len(browser.logged("browser")), 2)   # both were refused
        self.assertTrue(browser.run("""try { timeline.panels[0] = 1; timeline.x = 1; }
            catch (e) { }
            return timeline.x === undefined && timeline.panels[0].spans === 9"""))


class Moving(PageTest):
    def setUp(self):
        super().setUp()
        self.open("ten")
        place_of = self.get("panels[0].canvas")
        self.left, self.top = place_of["left"], place_of["top"]
        self.width = place_of["width"]

    def x(self, ms):
        begin, end = self.get("range")
        return self.left + (ms * MS - begin) / (end - begin) * self.width

    def test_wheel_zooms_where_the_pointer_is(self):
        begin, end = self.get("range")
        x = self.x(60)
        browser.wheel(x, self.top + 60, -240)
        self.settle()
        now = self.get("range")
        self.assertLess(now[1] - now[0], (end - begin) * 0.7)
        self.assertAlmostEqual(self.x(60), x, delta=2)
        browser.wheel(x, self.top + 60, 2000)
        browser.wheel(x, self.top + 60, 2000)
        browser.wheel(x, self.top + 60, 2000)
        self.settle()
        self.assertEqual(self.get("range"), [begin, end])

    def test_drag_moves(self):
        browser.keys("www")
        self.settle()
        begin, end = self.get("range")
        y = self.top + 60
        middle = self.left + self.width / 2
        browser.mouse(("to", middle, y), ("down",), ("to", middle - 100, y), ("up",))
        self.settle()
        moved = self.get("range")
        self.assertAlmostEqual(moved[0] - begin, 100 / self.width * (end - begin), delta=1e5)
        self.assertAlmostEqual(moved[1] - moved[0], end - begin, delta=1)
        self.assertIsNone(self.get("panels[0].marked"))

    def test_keys(self):
        begin, end = self.get("range")
        browser.keys("w")
        self.settle()
        near = self.get("range")
        self.assertAlmostEqual((near[1] - near[0]) / (end - begin), 0.6, delta=0.01)
        browser.keys("d")
        self.settle()
        right = self.get("range")
        self.assertGreater(right[0], near[0])
        browser.keys(LEFT)
        self.settle()
        self.assertAlmostEqual(self.get("range")[0], near[0], delta=1e5)
        browser.keys("s")
        self.settle()
        self.assertEqual(self.get("range"), [begin, end])
        for key in "++++":
            browser.keys(key)
            self.settle()
        self.assertLess(self.get("range")[1] - self.get("range")[0], (end - begin) / 5)
        browser.keys("0")
        self.settle()
        self.assertEqual(self.get("range"), [begin, end])

    def test_double_click_shows_everything(self):
        whole = self.get("range")
        browser.keys("ww")
        self.settle()
        x, y = self.left + 30, self.top + 20
        browser.mouse(("to", x, y), ("down",), ("up",), ("down",), ("up",))
        self.settle()
        self.assertEqual(self.get("range"), whole)

    def test_no_motion_for_those_who_want_none(self):
        browser.media(prefers_reduced_motion="reduce")
        begin, end = self.get("range")
        ratio = browser.run("""
            document.dispatchEvent(new KeyboardEvent("keydown", {key: "w", bubbles: true}));
            return (timeline.range[1] - timeline.range[0]) / arguments[0]""", end - begin)
        self.assertAlmostEqual(ratio, 0.6, delta=0.001)

    def test_click_follows_a_task(self):
        y = self.top + 40 + 28 + 10   # the lane of kettle
        browser.mouse(("to", self.x(65), y), ("down",), ("up",))
        self.settle()
        # Two turns on the loop and three spans of its own; woken by the omelette.
        self.assertEqual(self.get("panels[0].marked"), 5)
        self.assertEqual(self.get("panels[0].chain"), 1)
        details = browser.run("return document.querySelector('.details').innerText")
        self.assertRegex(details, r"kettle")
        self.assertRegex(details, r"runs\s*20\.0 ms")
        self.assertRegex(details, r"woken by omelette at 15\.0 ms")
        browser.keys(ESCAPE)
        self.settle()
        self.assertIsNone(self.get("panels[0].marked"))
        self.assertTrue(browser.run("return document.querySelector('.details').hidden"))

    def test_tooltip(self):
        y = self.top + 40 + 28 + 10
        browser.mouse(("to", self.x(64), y), ("to", self.x(65), y))
        self.settle()
        tip = browser.run("return document.querySelector('.tip').innerText")
        for word in ("kettle", "runs for 10.00 ms, from 60.0000 ms", "breakfast.cpp:12",
                     "woken by omelette, 45.0 ms before"):
            self.assertIn(word, tip)

    def test_shift_drag_measures(self):
        whole = self.get("range")
        y = self.top + 60
        browser.actions([
            {"type": "key", "id": "keys", "actions": [
                {"type": "keyDown", "value": SHIFT}, *[{"type": "pause"}] * 4,
                {"type": "keyUp", "value": SHIFT}]},
            {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": [
                {"type": "pause"},
                {"type": "pointerMove", "x": round(self.x(20)), "y": round(y), "duration": 0},
                {"type": "pointerDown", "button": 0},
                {"type": "pointerMove", "x": round(self.x(50)), "y": round(y), "duration": 50},
                {"type": "pointerUp", "button": 0}, {"type": "pause"}]}])
        self.settle()
        begin, end = self.get("measured")
        self.assertAlmostEqual((end - begin) / MS, 30, delta=0.3)
        text = browser.run("return document.querySelector('.measure').innerText")
        self.assertRegex(text, r"^(29\.[89]|30\.[012])\d* ms$")
        self.assertEqual(self.get("range"), whole)

    def test_search(self):
        browser.keys("/omelette")
        browser.keys(ENTER)
        self.settle()
        # One turn on the loop, the three spans of its lane.
        self.assertEqual(self.get("found"), 4)
        self.assertEqual(self.get("panels[0].marked"), 4)
        self.assertEqual(self.get("panels[0].focus"), {"lane": 0, "span": 1})
        output = "return document.querySelector('.search output').textContent"
        self.assertEqual(browser.run(output), "1 / 4")
        browser.keys(ENTER + ENTER)
        self.settle()
        self.assertEqual(self.get("panels[0].focus"), {"lane": 2, "span": 7})
        browser.keys(ESCAPE)
        self.settle()
        self.assertIsNone(self.get("panels[0].marked"))
        browser.keys("/nothing has this name")
        browser.keys(ENTER)
        self.settle()
        self.assertEqual(browser.run(output), "none")

    def test_lanes_by_keyboard(self):
        status = "return document.querySelector('[role=status]').textContent"
        browser.keys("j")
        self.assertRegex(browser.run(status), "^loop: kettle, runs for 10.00 ms")
        browser.keys("jn")
        self.assertRegex(browser.run(status), "^kettle: sleep, waits for 50.00 ms")
        browser.keys("k")
        self.assertEqual(self.get("panels[0].focus.lane"), 0)
        browser.keys("p" * 3 + ENTER)
        self.settle()
        self.assertEqual(self.get("panels[0].marked"), 5)
        rows = self.get("panels[0].rows")
        browser.keys("h")
        self.settle()
        self.assertEqual(self.get("panels[0].rows"), rows - 1)
        browser.click(".unhide")
        self.settle()
        self.assertEqual(self.get("panels[0].rows"), rows)

    def test_kinds_of_lanes_are_switched(self):
        rows = self.get("panels[0].rows")
        browser.click("[name=tasks]")
        self.settle()
        self.assertEqual(self.get("panels[0].rows"), rows - 2)
        browser.click("[name=tasks]")
        browser.click("[name=counters]")
        self.settle()
        self.assertEqual(self.get("panels[0].rows"), rows - 1)

    def test_everything_is_reached_by_tab(self):
        reached = set()
        for _ in range(14):
            browser.keys("\ue004")
            reached.add(browser.run("const e = document.activeElement;"
                                    "return e.dataset.do || e.name || e.type || e.className"))
        self.assertLessEqual({"threads", "tasks", "counters", "arrows", "search", "in", "out",
                              "fit", "theme", "save", "help"}, reached)
        self.assertTrue(any("view" in name for name in reached), reached)

    def test_help(self):
        browser.keys("?")
        self.assertIn("shift + drag", browser.run("return document.querySelector('.help').innerText"))
        browser.keys(ESCAPE)
        self.assertTrue(browser.run("return document.querySelector('.help').hidden"))


SAME = """
    const panel = page.panels[arguments[0]];
    const look = () => [panel.raster.pixels.slice(), panel.last.texts.map(
        text => [text.span, Math.max(0, text.left), text.right].join()).sort()];
    const wasMoved = panel.last !== null;
    const [moved, movedTexts] = look();
    panel.last = null;
    panel.draw();
    const [whole, texts] = look();
    let differ = 0;
    for (let i = 0; i < whole.length; ++i) if (whole[i] !== moved[i]) ++differ;
    return {wasMoved, differ: differ / whole.length, texts, movedTexts};"""


class OnlyWhatChanges(PageTest):
    """A picture that was moved, and drawn only where it is new, is that which is drawn anew."""

    def test_pictures_are_the_same(self):
        for name, panel, zoom in (("compare", 1, 2), ("compare", 3, 1), ("million", 0, 3),
                                  ("million", 0, 14), ("hostile", 0, 2)):
            self.open(name)
            browser.run("document.querySelectorAll('.view')[arguments[0]]"
                        ".scrollIntoView({block: 'center'})", panel)
            browser.media(prefers_reduced_motion="reduce")
            browser.keys("+" * zoom)
            self.settle()
            where = self.get(f"panels[{panel}].canvas")
            x, y = where["left"] + where["width"] / 2, where["top"] + where["height"] / 2
            browser.mouse(("to", x, y), ("down",), ("to", x - 90, y), ("to", x - 20, y),
                          ("to", x - 200, y), ("to", x - 150, y), ("up",))
            self.settle()
            result = browser.run(SAME, panel)
            self.assertTrue(result["wasMoved"])
            self.assertLess(result["differ"], 0.0005, (name, panel))
            self.assertEqual(result["movedTexts"], result["texts"])


class Looks(PageTest):
    def picture(self, name):
        """Counts colours of a screenshot; it has to have those of what it shows."""
        png = browser.screenshot()
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
        for theme, paper, runs in (("light", "#f5f4f0", "#2a7f62"), ("dark", "#111416", "#2f8a6b")):
            browser.media(prefers_color_scheme=theme)
            self.open("compare")
            self.assertEqual(self.get("theme"), theme)
            _, _, colours = self.picture(theme)
            self.assertGreater(colours.get(paper, 0), 1000)
            self.assertGreater(colours.get(runs, 0), 300)
        browser.click("[data-do=theme]")
        self.settle()
        self.assertEqual(self.get("theme"), "light")
        self.assertGreater(self.picture("switched")[2].get("#2a7f62", 0), 300)

    def test_a_narrow_window(self):
        browser.size(400, 800)
        self.open("compare")
        self.assertLessEqual(browser.run("return document.documentElement.scrollWidth"), 400)
        browser.run("document.querySelector('.panel').scrollIntoView()")
        self.settle()
        self.assertGreater(self.picture("narrow")[2].get("#2a7f62", 0), 200)
        browser.size(1200, 800)
        self.settle()
        self.assertGreater(self.get("panels[0].canvas.width"), 800)

    def test_many_pixels(self):
        browser.size(1000, 700, 2)
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
        browser.run("document.querySelector('.view').scrollTop = 1e6")
        self.settle()
        self.assertGreater(self.picture("below")[2].get("#2a7f62", 0), 500)
        title = browser.run("return [...document.querySelectorAll('.label:not([hidden]) .name')]"
                            ".at(-1).textContent")
        self.assertEqual(title, "task 200")

    def test_on_paper(self):
        browser.media(prefers_color_scheme="dark")
        self.open("compare")
        pdf = browser.pdf()
        self.assertEqual(pdf[:5], b"%PDF-")
        self.assertGreater(len(re.findall(rb"/Subtype\s*/Image", pdf)), 4)
        self.settle()
        self.assertEqual(self.get("theme"), "dark")
        self.assertGreater(self.get("panels[0].canvas.width"), 1000)


def make_pictures(folder):
    setUpModule()
    try:
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
        tearDownModule()


if __name__ == "__main__":
    if sys.argv[2:3] == ["--pictures"]:
        make_pictures(sys.argv[3])
    else:
        unittest.main(argv=["page_test", *sys.argv[2:]], verbosity=2)
