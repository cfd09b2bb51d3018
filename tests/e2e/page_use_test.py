# SPDX-License-Identifier: MIT
"""Pages with timelines in headless Chromium: mouse and keys. page_use_test.py PAGE_MAKER."""

import sys
import unittest

from _page import MS, PageTest

ENTER, ESCAPE, SHIFT, LEFT, TAB = "\ue007", "\ue00c", "\ue008", "\ue012", "\ue004"


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
        self.browser.wheel(x, self.top + 60, -240)
        self.settle()
        now = self.get("range")
        self.assertLess(now[1] - now[0], (end - begin) * 0.7)
        self.assertAlmostEqual(self.x(60), x, delta=2)
        self.browser.wheel(x, self.top + 60, 2000)
        self.browser.wheel(x, self.top + 60, 2000)
        self.browser.wheel(x, self.top + 60, 2000)
        self.settle()
        self.assertEqual(self.get("range"), [begin, end])

    def test_drag_moves(self):
        self.browser.keys("www")
        self.settle()
        begin, end = self.get("range")
        y = self.top + 60
        middle = self.left + self.width / 2
        self.browser.mouse(("to", middle, y), ("down",), ("to", middle - 100, y), ("up",))
        self.settle()
        moved = self.get("range")
        self.assertAlmostEqual(moved[0] - begin, 100 / self.width * (end - begin), delta=1e5)
        self.assertAlmostEqual(moved[1] - moved[0], end - begin, delta=1)
        self.assertIsNone(self.get("panels[0].marked"))

    def test_keys(self):
        begin, end = self.get("range")
        self.browser.keys("w")
        self.settle()
        near = self.get("range")
        self.assertAlmostEqual((near[1] - near[0]) / (end - begin), 0.6, delta=0.01)
        self.browser.keys("d")
        self.settle()
        right = self.get("range")
        self.assertGreater(right[0], near[0])
        self.browser.keys(LEFT)
        self.settle()
        self.assertAlmostEqual(self.get("range")[0], near[0], delta=1e5)
        self.browser.keys("s")
        self.settle()
        self.assertEqual(self.get("range"), [begin, end])
        for key in "++++":
            self.browser.keys(key)
            self.settle()
        self.assertLess(self.get("range")[1] - self.get("range")[0], (end - begin) / 5)
        self.browser.keys("0")
        self.settle()
        self.assertEqual(self.get("range"), [begin, end])

    def test_double_click_shows_everything(self):
        whole = self.get("range")
        self.browser.keys("ww")
        self.settle()
        x, y = self.left + 30, self.top + 20
        self.browser.mouse(("to", x, y), ("down",), ("up",), ("down",), ("up",))
        self.settle()
        self.assertEqual(self.get("range"), whole)

    def test_no_motion_for_those_who_want_none(self):
        self.browser.media(prefers_reduced_motion="reduce")
        begin, end = self.get("range")
        ratio = self.browser.run("""
            document.dispatchEvent(new KeyboardEvent("keydown", {key: "w", bubbles: true}));
            return (timeline.range[1] - timeline.range[0]) / arguments[0]""", end - begin)
        self.assertAlmostEqual(ratio, 0.6, delta=0.001)

    def test_click_follows_a_task(self):
        y = self.top + 40 + 28 + 10   # the lane of kettle
        self.browser.mouse(("to", self.x(65), y), ("down",), ("up",))
        self.settle()
        # Two turns on the loop and three spans of its own; woken by the omelette.
        self.assertEqual(self.get("panels[0].marked"), 5)
        self.assertEqual(self.get("panels[0].chain"), 1)
        details = self.browser.run("return document.querySelector('.details').innerText")
        self.assertRegex(details, r"kettle")
        self.assertRegex(details, r"runs\s*20\.0 ms")
        self.assertRegex(details, r"woken by omelette at 15\.0 ms")
        self.browser.keys(ESCAPE)
        self.settle()
        self.assertIsNone(self.get("panels[0].marked"))
        self.assertTrue(self.browser.run("return document.querySelector('.details').hidden"))

    def test_tooltip(self):
        y = self.top + 40 + 28 + 10
        self.browser.mouse(("to", self.x(64), y), ("to", self.x(65), y))
        self.settle()
        tip = self.browser.run("return document.querySelector('.tip').innerText")
        for word in ("kettle", "runs for 10.00 ms, from 60.0000 ms", "breakfast.cpp:12",
                     "woken by omelette, 45.0 ms before"):
            self.assertIn(word, tip)

    def test_tooltips_of_charts_and_moments(self):
        tip = "return document.querySelector('.tip').innerText"
        self.browser.mouse(("to", self.x(5), self.top + 20), ("to", self.x(6), self.top + 20))
        self.assertEqual(self.browser.run(tip), "1.00 processors busy")
        self.open("hostile")
        self.browser.run("document.querySelector('.view').scrollIntoView({block: 'center'})")
        self.settle()
        canvas = self.get("panels[0].canvas")
        begin, end = self.get("range")
        x = canvas["left"] + 50_000 / (end - begin) * canvas["width"]
        counter = canvas["top"] + 40 + 22 + 20   # below the busy processors and the process
        self.browser.mouse(("to", x, counter), ("to", x + 1, counter))
        self.assertEqual(self.browser.run(tip), "</script><script>window.hacked = 1</script>: 1")
        self.browser.mouse(("to", x + 1, counter + 30))
        self.assertRegex(self.browser.run(tip), r"^</script><script>window.hacked = 1</script>\n+"
                         r"at 50\.0000 µs\n")

    def test_shift_drag_measures(self):
        whole = self.get("range")
        y = self.top + 60
        self.browser.actions([
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
        text = self.browser.run("return document.querySelector('.measure').innerText")
        self.assertRegex(text, r"^(29\.[89]|30\.[012])\d* ms$")
        self.assertEqual(self.get("range"), whole)

    def test_search(self):
        self.browser.keys("/omelette")
        self.browser.keys(ENTER)
        self.settle()
        # One turn on the loop, the three spans of its lane.
        self.assertEqual(self.get("found"), 4)
        self.assertEqual(self.get("panels[0].marked"), 4)
        self.assertEqual(self.get("panels[0].focus"), {"lane": 0, "span": 1})
        output = "return document.querySelector('.search output').textContent"
        self.assertEqual(self.browser.run(output), "1 / 4")
        self.browser.keys(ENTER + ENTER)
        self.settle()
        self.assertEqual(self.get("panels[0].focus"), {"lane": 2, "span": 7})
        self.browser.keys(ESCAPE)
        self.settle()
        self.assertIsNone(self.get("panels[0].marked"))
        self.browser.keys("/nothing has this name")
        self.browser.keys(ENTER)
        self.settle()
        self.assertEqual(self.browser.run(output), "none")

    def test_lanes_by_keyboard(self):
        status = "return document.querySelector('[role=status]').textContent"
        self.browser.keys("j")
        self.assertRegex(self.browser.run(status), "^loop: kettle, runs for 10.00 ms")
        self.browser.keys("jn")
        self.assertRegex(self.browser.run(status), "^kettle: sleep, waits for 50.00 ms")
        self.browser.keys("k")
        self.assertEqual(self.get("panels[0].focus.lane"), 0)
        self.browser.keys("p" * 3 + ENTER)
        self.settle()
        self.assertEqual(self.get("panels[0].marked"), 5)
        rows = self.get("panels[0].rows")
        self.browser.keys("h")
        self.settle()
        self.assertEqual(self.get("panels[0].rows"), rows - 1)
        self.browser.click(".unhide")
        self.settle()
        self.assertEqual(self.get("panels[0].rows"), rows)

    def test_kinds_of_lanes_are_switched(self):
        rows = self.get("panels[0].rows")
        self.browser.click("[name=tasks]")
        self.settle()
        self.assertEqual(self.get("panels[0].rows"), rows - 2)
        self.browser.click("[name=tasks]")
        self.browser.click("[name=idle]")   # shown unless there are many
        self.browser.run("page.show(72e6, 90e6)")   # the kettle is done
        self.settle()
        self.assertEqual(self.get("panels[0].rows"), rows - 1)
        self.browser.click("[name=idle]")
        self.settle()
        self.assertEqual(self.get("panels[0].rows"), rows)
        self.browser.click("[name=counters]")
        self.settle()
        self.assertEqual(self.get("panels[0].rows"), rows - 1)

    def test_everything_is_reached_by_tab(self):
        reached = set()
        for _ in range(14):
            self.browser.keys(TAB)
            reached.add(self.browser.run("const e = document.activeElement;"
                                    "return e.dataset.do || e.name || e.type || e.className"))
        self.assertLessEqual({"threads", "tasks", "counters", "arrows", "search", "in", "out",
                              "fit", "theme", "save", "help"}, reached)
        self.assertTrue(any("view" in name for name in reached), reached)

    def test_help(self):
        self.browser.keys("?")
        help_text = self.browser.run("return document.querySelector('.help').innerText")
        self.assertIn("shift + drag", help_text)
        self.browser.keys(ESCAPE)
        self.assertTrue(self.browser.run("return document.querySelector('.help').hidden"))


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
            self.browser.run("document.querySelectorAll('.view')[arguments[0]]"
                        ".scrollIntoView({block: 'center'})", panel)
            self.browser.media(prefers_reduced_motion="reduce")
            self.browser.keys("+" * zoom)
            self.settle()
            where = self.get(f"panels[{panel}].canvas")
            x, y = where["left"] + where["width"] / 2, where["top"] + where["height"] / 2
            self.browser.mouse(("to", x, y), ("down",), ("to", x - 90, y), ("to", x - 20, y),
                          ("to", x - 200, y), ("to", x - 150, y), ("up",))
            self.settle()
            result = self.browser.run(SAME, panel)
            self.assertTrue(result["wasMoved"])
            self.assertLess(result["differ"], 0.0005, (name, panel))
            self.assertEqual(result["movedTexts"], result["texts"])


if __name__ == "__main__":
    unittest.main(argv=["page_use_test", *sys.argv[2:]], verbosity=2)
