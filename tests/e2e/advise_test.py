# SPDX-License-Identifier: MIT
"""`troika advise`, as people use it: programs that one knows, and the right answer for each."""

import json
import os
import pty
import random
import signal
import subprocess
import sys
import tempfile
import textwrap
import unittest

BINARY = os.path.abspath(sys.argv[1])
EXAMPLES = os.path.join(os.path.dirname(BINARY), "..", "..", "examples")
TIME_MAX = 100   # seconds, for what would otherwise hang
PYTHON = sys.executable
HAS_LOCK = getattr(sys, "_is_gil_enabled", lambda: True)()

SQUARES = """
    def squares(n):
        sum = 0
        for i in range(n):
            sum += i * i
        return sum
"""


class Advise(unittest.TestCase):
    def setUp(self):
        # Not where temporary files usually are: that may be memory, and no disk.
        place = tempfile.TemporaryDirectory(prefix="advise-", dir=os.getcwd())
        self.addCleanup(place.cleanup)
        self.place = place.name

    def path(self, name):
        return os.path.join(self.place, name)

    def program(self, text):
        """Returns: the command for a Python program."""
        with open(self.path("program.py"), "w", encoding="utf-8") as file:
            file.write(textwrap.dedent(text))
        return [PYTHON, self.path("program.py")]

    def run_it(self, *words, code=0, **more):
        done = subprocess.run([BINARY, "advise", *words], capture_output=True, text=True,
                              timeout=TIME_MAX, check=False, **more)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def advice(self, *command, options=(), code=0):
        report = self.path("report.json")
        self.run_it("--json", "-o", report, *options, "--", *command, code=code,
                    stdin=subprocess.DEVNULL)
        with open(report, encoding="utf-8") as file:
            return json.load(file)

    def expect(self, found, **wanted):
        for name, value in wanted.items():
            with self.subTest(name):
                self.assertIn(found[name], value if isinstance(value, tuple) else (value,),
                              json.dumps(found, indent=1))

    def numbers(self, count):
        with open(self.path("numbers"), "w", encoding="utf-8") as file:
            dice = random.Random(7)
            for _ in range(count):
                file.write(f"{dice.randrange(10 ** 9)}\n")
        return self.path("numbers")

    # Programs that compute.

    def test_a_busy_loop_of_a_shell(self):
        found = self.advice("sh", "-c", "i=0; while [ $i -lt 500000 ]; do i=$((i+1)); done")
        self.expect(found, bound="cpu", parallelism="single")
        self.assertEqual(found["model"], "pool" if found["processors"] > 1 else "none")
        self.assertEqual(found["workers"], found["processors"] if found["processors"] > 1 else 0)
        self.assertGreater(sum(run["user_s"] for run in found["runs"]), 0.1)

    def test_a_busy_loop_of_an_interpreter(self):
        found = self.advice(*self.program(SQUARES + "\n    squares(6_000_000)"))
        self.expect(found, bound="cpu", parallelism="single")
        self.assertEqual(found["model"], "processes" if found["processors"] > 1 else "none")

    def test_gzip(self):
        found = self.advice("gzip", "-9", "-k", "-f", self.numbers(300_000))
        self.expect(found, bound="cpu", parallelism="single")

    def test_sort(self):
        # It uses several threads, where there is room for them.
        found = self.advice("sort", "-n", self.numbers(500_000), "-o", self.path("sorted"))
        self.expect(found, bound=("cpu", "mixed"), parallelism=("single", "several"))
        self.assertEqual(found["runs"][0]["processes_working"], 1)

    def test_threads_under_the_lock_of_an_interpreter(self):
        found = self.advice(*self.program(SQUARES + """
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(squares, [3_000_000] * 3))
"""))
        self.expect(found, bound="cpu",
                    parallelism="serialised" if HAS_LOCK else "several")
        if HAS_LOCK and found["processors"] > 1:
            self.expect(found, model="processes", workers=found["processors"])
            self.assertIn("take turns", found["plan"])
        self.assertGreaterEqual(found["runs"][0]["busiest"]["threads"], 3)

    def test_processes_that_compute(self):
        found = self.advice(*self.program(SQUARES + """
    from concurrent.futures import ProcessPoolExecutor
    if __name__ == "__main__":
        with ProcessPoolExecutor(2) as pool:
            list(pool.map(squares, [5_000_000] * 2))
"""))
        self.expect(found, bound="cpu", parallelism="several")
        self.assertGreaterEqual(found["runs"][0]["processes_working"], 2)
        self.assertGreaterEqual(found["runs"][0]["processes_max"], 3)

    def test_children_that_come_and_go_are_counted(self):
        found = self.advice("sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10; do "
                            "sh -c 'i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done'; done")
        self.expect(found, bound="cpu")
        own = subprocess.run([PYTHON, "-c", textwrap.dedent("""
            import resource, subprocess
            subprocess.run(["sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10; do "
                            "sh -c 'i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done'; done"])
            print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime)
        """)], capture_output=True, text=True, check=True, timeout=TIME_MAX)
        self.assertGreater(found["runs"][0]["user_s"], float(own.stdout) / 3)

    # Programs that wait.

    def test_one_that_sleeps(self):
        found = self.advice("sleep", "1.1")
        self.expect(found, bound="waiting", waits_for="sleeping", model="loop",
                    parallelism="single")
        self.assertGreater(found["workers"], 20)
        self.assertEqual(len(found["runs"]), 1)

    def test_a_client_that_waits_for_its_server(self):
        found = self.advice(*self.program("""
            import socket, threading
            listener = socket.create_server(("127.0.0.1", 0))
            never = threading.Event()
            def serve():
                peer, _ = listener.accept()
                while piece := peer.recv(10):
                    never.wait(0.1)
                    peer.sendall(piece)
            threading.Thread(target=serve, daemon=True).start()
            with socket.create_connection(listener.getsockname()) as server:
                for _ in range(12):
                    server.sendall(b"question")
                    server.recv(10)
        """))
        self.expect(found, bound="network", waits_for="network", model="loop")

    def test_dd_that_waits_for_its_disk(self):
        found = self.advice("dd", "if=/dev/zero", "of=" + self.path("written"), "bs=4k",
                            "count=4000", "oflag=direct,dsync", "status=none")
        if any(run["disk_write_bytes"] for run in found["runs"]):
            self.expect(found, bound=("disk", "mixed"), waits_for="disk", model="threads")
        else:   # the folder is in memory
            self.expect(found, bound="cpu")

    def test_examples_of_ours(self):
        breakfast = os.path.join(EXAMPLES, "breakfast")
        if os.path.exists(breakfast):   # an option leaves them out
            self.expect(self.advice(breakfast), bound="waiting", waits_for="sleeping",
                        model="loop")
        loops = os.path.join(EXAMPLES, "fork_join")
        if os.path.exists(loops):
            self.expect(self.advice(loops), bound=("cpu", "mixed", "unknown"))

    # What is too short.

    def test_what_is_too_short_says_so(self):
        found = self.advice("true", options=("--repeat", "1"))
        self.expect(found, bound="unknown", model="none", workers=0, confidence="low")
        self.assertIn("too short", found["verdict"])

    def test_short_runs_are_repeated_but_write_once(self):
        done = self.run_it("echo", "once", stdin=subprocess.DEVNULL)
        self.assertEqual(done.stdout, "once\n")
        log = self.path("log")
        for options, runs in (((), range(2, 6)), (("--repeat", "1"), [1]), (("--repeat=7",), [7])):
            open(log, "w", encoding="utf-8").close()
            self.run_it(*options, "--", "sh", "-c", f"echo run >> '{log}'; echo out; echo e >&2",
                        stdin=subprocess.DEVNULL)
            with open(log, encoding="utf-8") as file:
                self.assertIn(len(file.readlines()), runs)

    def test_one_that_fails_is_not_repeated(self):
        found = self.advice("sh", "-c", "exit 7", code=7)
        self.assertEqual(len(found["runs"]), 1)
        self.assertEqual(found["exit_code"], 7)

    # The command's own streams, signals and end.

    def test_streams_pass_through(self):
        done = self.run_it("sh", "-c", "cat; echo wrong >&2", input="a\nb")
        self.assertEqual(done.stdout, "a\nb")
        self.assertIn("wrong\n", done.stderr)
        self.assertIn("cannot be given twice", done.stderr)
        self.assertIn("troika advise: sh -c", done.stderr)
        with open(self.numbers(10), encoding="utf-8") as file:
            again = self.run_it("--repeat", "2", "sort", stdin=file)   # from the start
        self.assertEqual(len(again.stdout.splitlines()), 10)
        self.assertIn("2 runs", again.stderr)

    def test_exit_codes(self):
        self.run_it("--", "false", code=1)
        self.run_it("sh", "-c", "kill -9 $$", code=137)
        self.assertIn("PATH", self.run_it("no-such-program", code=127).stderr)
        self.run_it("/no/such/program", code=127)
        self.assertIn("denied", self.run_it(self.numbers(1), code=126).stderr)
        self.assertIn("nowhere", self.run_it("-o", "/nowhere/report", "true", code=125).stderr)

    def test_usage(self):
        for words, hint in (((), "say what to run"), (("--pid", "1", "true"), "not both"),
                            (("--pid", "0"), "numbers from 1"), (("--pid", "x"), "pid"),
                            (("--for", "1s", "true"), "--for is for --pid"),
                            (("--pid", "1", "--repeat", "2"), "--repeat is for commands"),
                            (("--interval", "1us", "true"), "1ms to 10s"),
                            (("--repeat", "0", "true"), "1 to 1000"),
                            (("--pid", "1", "--for", "0"), "longer"),
                            (("--bogus", "true"), "--bogus"), (("",), "empty")):
            done = self.run_it(*words, code=125)
            self.assertIn(hint, done.stderr)
            self.assertIn("--help", done.stderr)
        self.assertIn("--pid", self.run_it("--help").stdout)

    def test_options_of_the_command_are_its_own(self):
        self.assertEqual(self.run_it("--repeat", "1", "--", "echo", "--json", "-o").stdout,
                         "--json -o\n")
        self.assertEqual(self.run_it("--repeat", "1", "echo", "--", "--pid").stdout, "-- --pid\n")

    def test_signals_are_passed_on(self):
        command = self.program("""
            import os, signal
            def tell(*_):
                os.write(1, b"told\\n")
            signal.signal(signal.SIGUSR1, tell)
            os.write(1, b"ready\\n")
            while True:
                signal.pause()
        """)
        with subprocess.Popen([BINARY, "advise", *command], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                              start_new_session=True) as running:
            self.assertEqual(running.stdout.readline(), "ready\n")
            running.send_signal(signal.SIGUSR1)
            self.assertEqual(running.stdout.readline(), "told\n")
            running.send_signal(signal.SIGTERM)
            output, report = running.communicate(timeout=TIME_MAX)
            self.assertEqual((running.returncode, output), (128 + signal.SIGTERM, ""))
            self.assertIn("exit code 143", report)

    def test_the_terminals_interrupt_reaches_the_command_once(self):
        command = self.program("""
            import os, signal
            count = 0
            def interrupted(*_):
                global count
                count += 1
                os.write(1, b"interrupted\\n")
            def end(*_):
                os.write(1, b"%d in all\\n" % count)
                os._exit(4)
            signal.signal(signal.SIGINT, interrupted)
            signal.signal(signal.SIGTERM, end)
            os.write(1, b"ready\\n")
            while True:
                signal.pause()
        """)
        number, terminal = pty.fork()
        if number == 0:
            os.execv(BINARY, [BINARY, "advise", *command])
        text = b""

        def read_until(wanted):
            nonlocal text
            while wanted not in text:
                text += os.read(terminal, 4096)

        read_until(b"ready")
        os.write(terminal, b"\x03")
        read_until(b"interrupted")
        os.kill(number, signal.SIGTERM)
        read_until(b"exit code 4")
        while True:   # or it would wait for somebody to read the rest
            try:
                os.read(terminal, 4096)
            except OSError:
                break
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]), 4)
        os.close(terminal)
        self.assertIn(b"1 in all", text)

    # A process that runs already.

    def test_a_process_is_watched(self):
        command = self.program(SQUARES + """
    print("ready", flush=True)
    while True:
        squares(1000)
""")
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            try:
                running.stdout.readline()
                done = self.run_it("--pid", str(running.pid), "--for", "1s", "--json")
            finally:
                running.kill()
        found = json.loads(done.stdout)
        self.expect(found, bound="cpu", parallelism="single", pid=running.pid)
        self.assertIn("program.py", found["command"])
        self.assertIsNone(found["exit_code"])
        self.assertLess(found["runs"][0]["wall_s"], 30)

    def test_watching_ends_with_the_process_or_a_signal(self):
        waiting = [PYTHON, "-c", "import sys; sys.stdin.read()"]
        for ends in (lambda watched, _: watched.stdin.close(),
                     lambda _, watching: watching.send_signal(signal.SIGINT)):
            with subprocess.Popen(waiting, stdin=subprocess.PIPE) as watched:
                with subprocess.Popen([BINARY, "advise", "--pid", str(watched.pid), "--for", "1h"],
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                      text=True) as watching:
                    # It looks at once: when it reads there, it has begun.
                    self.wait_until_read(watching)
                    ends(watched, watching)
                    report, _ = watching.communicate(timeout=TIME_MAX)
                    self.assertEqual(watching.returncode, 0)
                    self.assertIn("troika advise:", report)
                watched.stdin.close()

    def wait_until_read(self, watching):
        """Waits until the process has blocked its signals, which it does before its first look."""
        while watching.poll() is None:
            with open(f"/proc/{watching.pid}/status", encoding="utf-8") as status:
                for line in status:
                    if line.startswith("SigBlk:") and int(line.split()[1], 16) & 2:
                        return
        self.fail("it ended by itself")

    def test_there_is_no_such_process(self):
        with subprocess.Popen(["true"]) as gone:
            gone.wait()
        self.assertIn("there is no process", self.run_it("--pid", str(gone.pid), code=125).stderr)

    # The picture.

    def test_colours_are_for_terminals(self):
        for terminal, setting, wanted in ((True, {}, True), (True, {"NO_COLOR": "1"}, False),
                                          (True, {"TERM": "dumb"}, False), (False, {}, False)):
            environment = {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", **setting}
            environment.pop("NO_COLOR", None) if "NO_COLOR" not in setting else None
            ours, theirs = pty.openpty()
            with subprocess.Popen([BINARY, "advise", "--repeat", "1", "--", "true"],
                                  stdin=subprocess.DEVNULL, env=environment,
                                  stdout=subprocess.DEVNULL,
                                  stderr=theirs if terminal else subprocess.PIPE) as running:
                os.close(theirs)
                text = b""
                try:
                    while piece := os.read(ours if terminal else running.stderr.fileno(), 4096):
                        text += piece
                except OSError:
                    pass   # how the end of a terminal looks
            os.close(ours)
            self.assertIn(b"troika advise: true", text)
            self.assertEqual(b"\x1b[" in text, wanted, text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
