# SPDX-License-Identifier: MIT
"""`troika compare`, as people use it; and its GIL beside that of the Python that runs this."""

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest

BINARY = os.path.abspath(sys.argv[1])
TIME_MAX = 100   # seconds, for what would otherwise hang
MODELS = ["sync", "async", "async+pool", "threads", "threads+gil", "processes"]


class Command(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="troika-compare-")
        self.addCleanup(place.cleanup)
        self.place = place.name

    def path(self, name):
        return os.path.join(self.place, name)

    def write(self, name, value):
        with open(self.path(name), "w", encoding="utf-8") as file:
            json.dump(value, file)
        return self.path(name)

    def run_it(self, *words, code=0, **variables):
        environment = {**os.environ, "TMPDIR": self.place, "LC_ALL": "C", **variables}
        done = subprocess.run([BINARY, "compare", *words], capture_output=True, text=True,
                              timeout=TIME_MAX, check=False, env=environment,
                              stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout, done.stderr

    def figures(self, *words):
        """Returns: the whole answer, and its models by name."""
        output, error = self.run_it(*words, "--json")
        self.assertEqual(error, "")   # no progress but on terminals
        answer = json.loads(output)
        return answer, {one["model"]: one for one in answer["models"]}


class Compare(Command):
    def check_plausible(self, answer):
        longest = answer["workload"]["longest_task_s"]
        for one in answer["models"]:
            name = one["model"]
            self.assertGreaterEqual(one["wall_s"], longest * 0.8, name)
            self.assertLessEqual(one["wall_s_min"], one["wall_s"], name)
            self.assertLessEqual(one["wall_s"], one["wall_s_max"], name)
            self.assertGreater(one["cpu_s"], 0, name)
            self.assertGreater(one["memory_peak_bytes"], 1 << 20, name)
            self.assertLess(one["memory_peak_bytes"], 4 << 30, name)
            self.assertGreater(one["switches_voluntary"] + one["switches_involuntary"], 0, name)
            self.assertGreater(one["latency_median_s"], 0, name)
            self.assertLessEqual(one["latency_median_s"], one["latency_p99_s"], name)
            self.assertLessEqual(one["latency_p99_s"], one["wall_s_max"] * 1.001, name)
            self.assertEqual(one["processes"] > 1, name == "processes", name)
        self.assertTrue(answer["advice"])
        self.assertGreaterEqual(answer["machine"]["processors"], 1)

    def test_breakfast_takes_as_long_as_the_longest_dish(self):
        answer, models = self.figures("--repeats", "5")
        self.check_plausible(answer)
        self.assertEqual(answer["workload"]["name"], "breakfast")
        self.assertEqual(answer["repeats"], 5)
        self.assertEqual(list(models), [name for name in MODELS if name != "async+pool"])
        self.assertGreaterEqual(models["sync"]["wall_s_min"], 0.220)
        self.assertGreaterEqual(models["async"]["wall_s_min"], 0.080)
        for name in ("async", "threads", "threads+gil"):
            self.assertLess(models[name]["wall_s_min"], 0.200, name)
            self.assertGreater(models[name]["speed_up"], 1, name)
        self.assertLess(models["async"]["memory_peak_bytes"],
                        models["processes"]["memory_peak_bytes"])

    def test_requests_overlap(self):
        answer, models = self.figures("io", "--tasks", "20", "--delay", "20ms", "--repeats", "3")
        self.check_plausible(answer)
        self.assertEqual(answer["workload"]["steps"]["request"], 20)
        self.assertGreaterEqual(models["sync"]["wall_s_min"], 0.400)
        for name in ("async", "threads", "threads+gil"):
            self.assertLess(models[name]["wall_s_min"], 0.300, name)

    def test_computing_is_not_helped_by_a_loop_or_a_gil(self):
        answer, models = self.figures("cpu", "--tasks", "6", "--compute", "30ms", "--repeats", "3")
        self.check_plausible(answer)
        for name in ("async", "threads+gil"):   # two processors would make it 0.5
            self.assertGreater(models[name]["wall_s_max"], 0.7 * models["sync"]["wall_s_min"], name)
        for one in models.values():
            self.assertGreater(one["cpu_s"], 0.060, one["model"])
        if answer["machine"]["processors"] > 1:
            self.assertLess(models["threads"]["wall_s_min"], models["threads+gil"]["wall_s_max"])

    def test_files(self):
        answer, models = self.figures("files", "--tasks", "5", "--size", "100k", "--sync",
                                      "--repeats", "1")
        self.check_plausible(answer)
        self.assertEqual(list(models), [name for name in MODELS if name != "async+pool"])
        self.assertEqual(os.listdir(self.place), [])

    def test_mixed_has_a_pool_beside_the_loop(self):
        answer, models = self.figures("mixed", "--tasks", "6", "--delay", "10ms", "--compute",
                                      "10ms", "--repeats", "1", "--workers", "3")
        self.check_plausible(answer)
        self.assertEqual(list(models), MODELS)
        self.assertEqual(models["threads"]["workers"], 3)
        self.assertEqual(models["async"]["workers"], 1)
        self.assertGreaterEqual(models["sync"]["wall_s"], 0.160)

    def test_work_of_our_own(self):
        mine = self.write("my.json", [{"name": "reader", "tasks": 3, "steps": [{"wait_ms": 20}]},
                                      {"name": "sums", "steps": [{"compute_ms": 5}]}])
        answer, models = self.figures(mine, "--models", "async,sync", "--repeats", "3")
        self.check_plausible(answer)
        self.assertEqual(answer["workload"]["name"], "my")
        self.assertEqual(list(models), ["async", "sync"])
        self.assertGreaterEqual(models["sync"]["wall_s"], 0.060)
        self.assertLess(models["async"]["wall_s_min"], models["sync"]["wall_s_max"])

    def test_text_is_plain_and_fits(self):
        output, error = self.run_it("breakfast", "--repeats", "1")
        self.assertEqual(error, "")
        self.assertTrue(output.isascii())
        for line in output.splitlines():
            self.assertLessEqual(len(line), 80, line)
        for name in MODELS:
            if name != "async+pool":
                self.assertRegex(output, rf"(?m)^{re.escape(name)} +[\d.]+ m?s ")
        self.assertIn("\n omelette", output)
        self.assertIn("\n GIL", output)
        self.assertRegex(output, r"(?m)^\* Choose ")
        unicode = self.run_it("--repeats", "1", "--models", "sync", LC_ALL="C.UTF-8")[0]
        self.assertIn("░", unicode)

    def on_terminal(self, *words, columns=100, until=None, code=0, **variables):
        """Returns: what a terminal of that width got. Once it shows `until`, Ctrl-C is sent."""
        main, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        environment = {**os.environ, "TERM": "xterm", "LC_ALL": "C", "NO_COLOR": "",
                       "TMPDIR": self.place, **variables}
        child = subprocess.Popen([BINARY, "compare", *words], stdin=side, stdout=side, stderr=side,
                                 env=environment, close_fds=True)
        os.close(side)
        seen = b""
        while True:
            try:
                block = os.read(main, 65536)
            except OSError:   # EIO: nobody has the other end
                break
            if not block:
                break
            seen += block
            if until and until in seen:
                child.send_signal(signal.SIGINT)
                until = None
        os.close(main)
        self.assertEqual(child.wait(TIME_MAX), code)
        return seen.decode("ascii")

    def test_terminals_have_colours_progress_and_a_width(self):
        few = ("--models", "sync,async", "--repeats", "1")
        seen = self.on_terminal(*few, columns=100)
        self.assertIn("\r1 of 2: sync", seen)
        self.assertIn("\x1b[1m", seen)
        widest = max(len(re.sub(r"\x1b\[[\d;]*[mK]", "", line)) for line in
                     seen.replace("\r\n", "\n").split("\n") if "\r" not in line)
        self.assertEqual(widest, 100)
        for plain in (self.on_terminal(*few, NO_COLOR="1"), self.on_terminal(*few, "--no-color")):
            self.assertNotIn("\x1b[1m", plain)

    def test_an_interrupt_ends_all_of_it(self):
        # The terminal has no end before the last process that writes to it has gone.
        seen = self.on_terminal("cpu", "--tasks", "2000", "--html", self.path("a.html"),
                                until=b"1 of", code=-signal.SIGINT)
        self.assertNotIn("Choose", seen)
        self.assertEqual(os.listdir(self.place), [])

    def test_pages_and_traces(self):
        page, trace = self.path("a.html"), self.path("a.json")
        self.run_it("--repeats", "1", "--html", page, "--trace", trace)
        with open(page, encoding="utf-8") as file:
            text = file.read()
        self.assertTrue(text.lstrip().lower().startswith("<!doctype html>"))
        self.assertIn("threads+gil", text)
        with open(trace, encoding="utf-8") as file:
            events = json.load(file)["traceEvents"]
        names = {event["args"]["name"] for event in events
                 if event["ph"] == "M" and event["name"] == "process_name"}
        for name in ("sync", "async", "threads", "threads+gil", "processes: process 1"):
            self.assertIn(name, names)
        perfetto = self.path("b.pftrace")
        self.run_it("--repeats", "1", "--models", "sync", "--trace", perfetto)
        self.assertGreater(os.path.getsize(perfetto), 100)

    def test_mistakes(self):
        for words, said in (
                (["lunch"], "there is no workload lunch"),
                (["--tasks", "0"], "--tasks: write 1 to"),
                (["--tasks", "-1"], "--tasks: write 1 to"),
                (["--delay", "1s"], "--delay is for io and mixed"),
                (["io", "--delay", "soon"], "--delay"),
                (["io", "--delay", "2m"], "--delay"),
                (["cpu", "--size", "1k"], "--size is for files"),
                (["--models", "sync,fibers"], "there is no model fibers"),
                (["--models", "sync,sync"], "twice"),
                (["--models", ""], "no model"),
                (["--workers", "0"], "--workers: write 1 to"),
                (["--repeats", "0"], "--repeats: write 1 to"),
                (["--switch-interval", "0"], "--switch-interval"),
                (["--trace", "a.txt"], "ends with"),
                (["cpu", "--tasks", "10000", "--compute", "60s"], "more than an hour"),
                (["breakfast", "io"], "io"),
                (["--frobnicate"], "--frobnicate")):
            output, error = self.run_it(*words, code=2)
            self.assertEqual(output, "")
            self.assertIn(said, error)
        broken = self.write("broken.json", {"steps": [{"wait": 3}]})
        self.assertIn("broken.json: the file, step 1", self.run_it(broken, code=2)[1])
        mine = self.write("my.json", {"steps": [{"wait_ms": 3}]})
        self.assertIn("built-in", self.run_it(mine, "--tasks", "3", code=2)[1])
        self.assertIn("No such file", self.run_it("missing.json", code=1)[1])
        self.assertIn("No such file",
                      self.run_it("--html", self.path("no/such/folder.html"), code=1)[1])
        self.assertIn("WORKLOAD", self.run_it("--help")[0])


def count_down(number):
    while number:
        number -= 1


def seconds_of(function):
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def together(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class BesidePython(Command):
    """What our GIL does to threads is what Python's does."""

    def check_both(self, check, ours, python):
        # A Python without a GIL is nothing to compare with.
        has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
        for name, value in (("troika", ours), *([("python", python)] if has_gil else [])):
            with self.subTest(who=name, value=value):
                check(value)

    def test_two_that_compute_take_as_long_as_one_after_the_other(self):
        number = 1_000_000
        while seconds_of(lambda: count_down(number)) < 0.1:
            number *= 2
        ratios = []
        for _ in range(3):
            alone = seconds_of(lambda: (count_down(number), count_down(number)))
            both = seconds_of(lambda: together(lambda: count_down(number),
                                               lambda: count_down(number)))
            ratios.append(both / alone)
        models = self.figures("cpu", "--tasks", "2", "--compute", "150ms", "--models",
                              "sync,threads+gil", "--workers", "2", "--repeats", "3")[1]
        ours = models["threads+gil"]["wall_s_max"] / models["sync"]["wall_s_min"]

        def check(ratio):
            self.assertGreater(ratio, 0.7)   # two processors would make it 0.5
        self.check_both(check, ours, max(ratios))
        both = models["threads+gil"]["wall_s_min"] / models["sync"]["wall_s_max"]
        self.check_both(lambda ratio: self.assertLess(ratio, 2), both, min(ratios))

    def test_waits_overlap(self):
        def wait():
            threading.Event().wait(0.1)
        python = seconds_of(lambda: together(*[wait] * 8))
        mine = self.write("my.json", {"tasks": 8, "steps": [{"wait_ms": 100}]})
        ours = self.figures(mine, "--models", "threads+gil", "--repeats", "1")[1]

        def check(seconds):
            self.assertGreaterEqual(seconds, 0.099)
            self.assertLess(seconds, 0.7)   # of 0.8 one after the other
        self.check_both(check, ours["threads+gil"]["wall_s"], python)

    def python_waits(self, interval_s, times):
        """How long a thread that waits `times` for 1 ms takes beside one that computes."""
        before = sys.getswitchinterval()
        sys.setswitchinterval(interval_s)
        over = threading.Event()
        took = []

        def compute():
            while not over.is_set():
                count_down(1000)

        def wait():
            waiter = threading.Event()
            took.append(seconds_of(lambda: [waiter.wait(0.001) for _ in range(times)]))
            over.set()
        try:
            together(compute, wait)
        finally:
            sys.setswitchinterval(before)
        return took[0]

    def our_waits(self, interval, times):
        mine = self.write("my.json", [{"name": "computes", "steps": [{"compute_ms": 1500}]},
                                      {"name": "waits", "steps": [{"wait_ms": 1}] * times}])
        one = self.figures(mine, "--models", "threads+gil", "--workers", "2", "--repeats", "1",
                           "--switch-interval", interval)[1]["threads+gil"]
        # Of two, whose median lies between them, and the 99th percentile just below the later.
        apart = (one["latency_p99_s"] - one["latency_median_s"]) / 0.49
        return one["latency_median_s"] - apart / 2

    def test_who_computes_delays_who_waits_by_the_switch_interval(self):
        times = 20
        for interval in (0.02, 0.002):
            python = self.python_waits(interval, times)
            ours = self.our_waits(f"{interval}s", times)
            # Not each wait is delayed: the other one may have just been asked to let go.
            self.check_both(lambda seconds, i=interval: self.assertGreater(
                seconds, times * i * 0.5), ours, python)
            self.assertLess(max(ours, python), 4 * min(ours, python))
            if interval == 0.02:
                slow = (ours, python)
        self.check_both(self.assertTrue, ours < slow[0], python < slow[1])


if __name__ == "__main__":
    unittest.main(argv=["compare_test"])
