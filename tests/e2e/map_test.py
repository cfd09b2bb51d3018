# SPDX-License-Identifier: MIT
"""`troika map`, as people use it."""

import os
import signal
import subprocess
import sys
import tempfile
import unittest

BINARY = os.path.abspath(sys.argv[1])
TIME_MAX = 60   # seconds, for what would otherwise hang


class Map(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="troika-map-")
        self.addCleanup(place.cleanup)
        self.place = place.name

    def path(self, name):
        return os.path.join(self.place, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def map(self, *words, text="", code=0):
        """Returns: what it wrote to standard output and standard error."""
        done = subprocess.run([BINARY, "map", *words], input=text, capture_output=True, text=True,
                              timeout=TIME_MAX, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout, done.stderr

    def lines(self, *words, **more):
        return sorted(self.map(*words, **more)[0].splitlines())

    def test_inputs_come_from_words_a_file_or_standard_input(self):
        self.assertEqual(self.lines("echo", ":::", "a", "b c"), ["a", "b c"])
        self.assertEqual(self.lines("--", "echo", "-n-", ":::", "a"), ["-n- a"])
        self.assertEqual(self.lines("echo", text="x\ny"), ["x", "y"])
        self.assertEqual(self.lines("-0", "echo", text="x y\0z\0"), ["x y", "z"])
        listed = self.write("list", "1\n2\n")
        self.assertEqual(self.lines("-a", listed, "echo"), ["1", "2"])
        self.assertEqual(self.lines("echo", ":::"), [])

    def test_places(self):
        self.assertEqual(self.lines("-k", "echo", "{#}", "{}", "{.}", "{/}", "{//}", "{/.}", ":::",
                                    "a/b.c"), ["1 a/b.c a/b b.c a b"])
        self.assertEqual(self.lines("echo", "$HOME", ";", ":::", "*"), ["$HOME ; *"])

    def test_output_is_whole_and_in_order(self):
        # Each waits for the one after it, so that they end in the other order.
        for n in "1234":
            os.mkfifo(self.path(n))
        script = (f"cd '{self.place}'; test $1 = 5 || read line < $1; echo $1a; echo $1b; "
                  "echo $1e >&2; test $1 = 1 || echo > $(($1 - 1))")
        output, error = self.map("-j", "5", "-k", "sh", "-c", script, "sh", ":::", *"12345")
        self.assertEqual(output.split(), [n + x for n in "12345" for x in "ab"])
        self.assertEqual(error.split(), [n + "e" for n in "12345"])
        mixed = self.map("-j", "5", "sh", "-c", script, "sh", ":::", *"12345")[0].split()
        for at in range(0, 10, 2):
            self.assertEqual(mixed[at][0], mixed[at + 1][0])

    def test_much_output(self):
        script = "head -c 3000000 /dev/zero | tr '\\0' $1"
        output = self.map("-k", "-j", "3", "sh", "-c", script, "sh", ":::", *"xyz")[0]
        self.assertEqual(output, "".join(c * 3_000_000 for c in "xyz"))

    def test_tags(self):
        self.assertEqual(self.lines("--tag", "printf", "1\\n2", ":::", "in"), ["in\t1", "in\t2"])

    def test_the_exit_code_is_the_number_of_failures(self):
        self.map("sh", "-c", "exit $1", "sh", ":::", "0", "1", "2", "0", code=2)
        self.map("false", ":::", *map(str, range(150)), code=101)
        error = self.map("troika-no-such-program", ":::", "x", code=1)[1]
        self.assertIn("start troika-no-such-program", error)

    def test_halting(self):
        script = "echo $1; exit $1"
        output = self.map("-j1", "--halt", "now,fail=1", "sh", "-c", script, "sh", ":::",
                          "0", "3", "0", code=3)[0]
        self.assertEqual(output.split(), ["0", "3"])
        output = self.map("-j1", "--halt", "soon,success=1", "sh", "-c", script, "sh", ":::",
                          "3", "0", "3", code=0)[0]
        self.assertEqual(output.split(), ["3", "0"])
        # What runs is ended, with all that it has started.
        self.map("-j2", "--halt", "now,fail=1", "sh", "-c",
                 "test $1 = stop && exit 7; sleep 1000 & wait", "sh", ":::", "wait", "stop", code=7)

    def test_time_limits(self):
        self.map("--timeout", "50ms", "--joblog", self.path("log"), "sleep", ":::", "0", "1000",
                 code=1)
        ends = [line.split("\t")[6:8] for line in self.read("log").splitlines()[1:]]
        self.assertEqual(sorted(ends), [["-1", "15"], ["0", "0"]])

    def test_retries(self):
        script = "echo try >> \"$1\"; echo said; test $(wc -l < \"$1\") -ge 3"
        output = self.map("--retries", "5", "sh", "-c", script, "sh", ":::", self.path("n"))[0]
        self.assertEqual(self.read("n").split(), ["try"] * 3)
        self.assertEqual(output, "said\n")   # of the last
        self.map("--retries", "2", "sh", "-c", script, "sh", ":::", self.path("m"), code=1)
        self.assertEqual(self.read("m").split(), ["try"] * 2)

    def test_resuming(self):
        log = self.path("log")
        command = ["--joblog", log, "sh", "-c", "echo $1 >> " + self.path("ran") +
                   "; test $1 != b", "sh", ":::"]
        self.map("-j1", *command, "a", "b", code=1)
        self.map("-j1", "--resume", *command, "a", "b", "c")
        self.assertEqual(self.read("ran").split(), ["a", "b", "c"])
        self.map("-j1", "-k", "--resume-failed", *command, "a", "b", "c", "d", code=1)
        self.assertEqual(self.read("ran").split(), ["a", "b", "c", "b", "d"])
        self.assertEqual(self.read("log").splitlines()[0].split("\t")[0], "Seq")
        other = self.write("other", "precious\n")
        self.map("--resume", "--joblog", other, "echo", ":::", "x", code=255)
        self.assertEqual(self.read("other"), "precious\n")

    def test_a_dry_run_only_says(self):
        output = self.map("--dry-run", "rm", "-r", ":::", self.place, "a b")[0]
        self.assertEqual(output, f"rm -r {self.place}\nrm -r 'a b'\n")
        self.assertTrue(os.path.isdir(self.place))

    def test_the_bar(self):
        error = self.map("--bar", "true", ":::", "1", "2")[1]
        self.assertIn("100% 2 of 2 done, 0 running, 0 failed", error)

    def test_a_signal_ends_the_jobs(self):
        os.mkfifo(self.path("held"))
        script = "exec 3> \"$1\"; sleep 1000 & echo ready >&3; wait"
        running = subprocess.Popen([BINARY, "map", "sh", "-c", script, "sh", ":::",
                                    self.path("held")])
        with open(self.path("held"), encoding="utf-8") as held:
            self.assertEqual(held.readline(), "ready\n")
            running.send_signal(signal.SIGTERM)
            self.assertEqual(running.wait(TIME_MAX), 128 + signal.SIGTERM)
            self.assertEqual(held.read(), "")   # all who held it have gone

    def test_mistakes_are_explained(self):
        for words, said in ((["-j", "0", "x"], "no number of jobs"),
                            (["--halt", "often", "x"], "no way to halt"),
                            (["--resume", "x", ":::"], "--joblog"),
                            (["x", ":::", "a", ":::", "b"], "more than one"),
                            ([":::", "a"], "no command"),
                            (["-a", "f", "x", ":::", "a"], "not from both")):
            with self.subTest(words=words):
                self.assertIn(said, self.map(*words, code=2)[1])
        self.assertIn("open", self.map("-a", self.path("none"), "x", code=255)[1])
        self.assertIn("-0", self.map("echo", text="a\0b\n", code=255)[1])


if __name__ == "__main__":
    unittest.main(argv=["map_test"])
