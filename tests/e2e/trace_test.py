# SPDX-License-Identifier: MIT
"""TROIKA_TRACE with the command: what the file shows, and that it is whole or not there."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

BINARY = os.path.abspath(sys.argv[1])
TIME_MAX = 60   # seconds, for what would otherwise hang


class Trace(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="troika-trace-")
        self.addCleanup(place.cleanup)
        self.place = place.name

    def run_traced(self, name, *words):
        """Returns: the process, which has ended with 0."""
        environment = dict(os.environ, TROIKA_TRACE=name)
        done = subprocess.run([BINARY, *words], capture_output=True, text=True, cwd=self.place,
                              env=environment, timeout=TIME_MAX, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def events(self, name):
        with open(os.path.join(self.place, name), encoding="utf-8") as file:
            return json.load(file)["traceEvents"]

    def test_the_tasks_of_a_command_nest_in_their_time(self):
        done = self.run_traced("a.json", "map", "-k", "echo", ":::", "1", "2", "3")
        self.assertEqual(done.stdout, "1\n2\n3\n")
        self.assertEqual(done.stderr, "")
        self.assertEqual(os.listdir(self.place), ["a.json"])
        events = self.events("a.json")
        names = {event["name"] for event in events}
        self.assertIn("main", names)
        open_by_id = {}
        for event in events:
            if event["ph"] not in "be":
                continue
            stack = open_by_id.setdefault((event["pid"], event["id2"]["local"]), [])
            if event["ph"] == "b":
                if stack:
                    self.assertGreaterEqual(event["ts"], stack[-1]["ts"])
                stack.append(event)
            else:
                self.assertEqual(stack.pop()["name"], event["name"])
        self.assertTrue(open_by_id)
        self.assertFalse([stack for stack in open_by_id.values() if stack])
        ends = {}
        slices = sorted((event for event in events if event["ph"] == "X" and event["dur"] > 0),
                        key=lambda event: event["ts"])
        self.assertTrue(slices)
        for event in slices:
            thread = (event["pid"], event["tid"])
            self.assertGreaterEqual(event["ts"], ends.get(thread, 0))
            ends[thread] = round(event["ts"] + event["dur"], 3)
        begun = {event["id"] for event in events if event["ph"] == "s"}
        self.assertTrue(begun)
        self.assertEqual(begun, {event["id"] for event in events if event["ph"] == "f"})

    def test_commands_inside_of_a_command_add_their_part(self):
        inputs = tempfile.TemporaryDirectory(prefix="troika-trace-")
        self.addCleanup(inputs.cleanup)
        lists = [os.path.join(inputs.name, name) for name in "xy"]
        for path in lists:
            with open(path, "w", encoding="utf-8") as file:
                file.write(os.path.basename(path) + "\n")
        done = self.run_traced("a.json", "map", "--", BINARY, "map", "-a", "{}", "echo", ":::",
                               *lists)
        self.assertEqual(sorted(done.stdout.split()), ["x", "y"])
        self.assertEqual(os.listdir(self.place), ["a.json"])
        processes = [event["pid"] for event in self.events("a.json")
                     if event["name"] == "process_name"]
        self.assertEqual(len(processes), 3)
        self.assertEqual(len(set(processes)), 3)

    def test_perfetto_files_begin_with_a_packet(self):
        self.run_traced("a.pftrace", "map", "true", ":::", "1")
        with open(os.path.join(self.place, "a.pftrace"), "rb") as file:
            self.assertEqual(file.read(1), b"\x0a")

    def test_another_name_is_an_error_and_the_command_goes_on(self):
        done = self.run_traced("a.txt", "map", "echo", ":::", "1")
        self.assertEqual(done.stdout, "1\n")
        self.assertIn("TROIKA_TRACE", done.stderr)
        self.assertIn(".pftrace", done.stderr)
        self.assertEqual(os.listdir(self.place), [])


if __name__ == "__main__":
    unittest.main(argv=["trace_test"])
