# SPDX-License-Identifier: MIT
"""`troika ps`, `tree` and `top`: they look at `troika serve`, which is a troika program as well."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.request

from _terminal import Terminal

BINARY = os.path.abspath(sys.argv[1])
TIME_MAX = 60   # seconds, for what would otherwise hang


def troika(*words, code=0):
    """Returns: what it wrote to standard output and standard error."""
    done = subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=TIME_MAX,
                          check=False)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done.stdout, done.stderr


class Watch(unittest.TestCase):
    def serve(self, **more):
        server = subprocess.Popen([BINARY, "serve", "--port", "0"], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, **more)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.stderr.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        self.addCleanup(server.send_signal, signal.SIGCONT)
        server.url = server.stdout.readline().strip()   # where it listens, once it does
        self.assertIn("http://", server.url)
        # It waits for connections a moment after it has said so.
        while more.get("env", {}).get("TROIKA_INSPECT") != "0" and \
                "accept 127.0.0.1:" not in troika("tree", str(server.pid))[0]:
            self.assertIsNone(server.poll())
        return server

    def tree(self, server):
        return json.loads(troika("tree", str(server.pid), "--json")[0])

    def test_ps_lists_programs(self):
        server = self.serve()
        self.assertIn(f"{server.pid}", troika("ps")[0])
        found = [one for one in json.loads(troika("ps", "--json")[0]) if one["pid"] == server.pid]
        self.assertEqual(found[0]["name"], "troika")

    def test_tree_shows_what_tasks_wait_for_and_where(self):
        server = self.serve()
        text = troika("tree", str(server.pid))[0]
        self.assertIn("loop, thread", text)
        self.assertIn("accept 127.0.0.1:", text)
        self.assertIn("serve.cpp:", text)
        (process,) = self.tree(server)
        (loop,) = [part for part in process["parts"] if part["kind"] == "loop"]
        self.assertEqual(loop["thread"], server.pid)
        self.assertTrue(loop["tasks"][0]["children"] or len(loop["tasks"]) > 1)
        self.assertEqual(process["warnings"], [])

    def test_a_stopped_program_is_shown_as_well(self):
        server = self.serve()
        server.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, server.pid, os.WSTOPPED | os.WNOWAIT)
        self.assertIn("accept 127.0.0.1:", troika("tree", str(server.pid))[0])

    def test_the_register_can_be_turned_off(self):
        server = self.serve(env={**os.environ, "TROIKA_INSPECT": "0"})
        self.assertIn("TROIKA_INSPECT=0", troika("tree", str(server.pid), code=1)[1])
        self.assertNotIn(str(server.pid), troika("ps")[0].split())

    def test_what_is_no_program_of_ours(self):
        self.assertIn("there is none", troika("tree", "4194304", code=1)[1])
        self.assertIn("no troika program", troika("tree", str(os.getpid()), code=1)[1])
        troika("tree", "nonsense", code=2)
        troika("tree", code=2)
        troika("top", str(os.getpid()), "--interval", "0s", code=2)

    def test_a_running_program_is_traced(self):
        server = self.serve()
        self.give_turns(server)   # it begins to record with one
        with tempfile.TemporaryDirectory(prefix="troika-watch-") as place:
            file = os.path.join(place, "trace.json")
            said = troika("trace", str(server.pid), "-o", file, "--for", "200ms")[0]
            self.assertIn("written", said)
            with open(file, encoding="utf-8") as written:
                events = json.load(written)["traceEvents"]
            self.assertTrue(any(event["ph"] == "X" for event in events))
            self.assertEqual(os.listdir(place), ["trace.json"])
            self.assertIn(".html", troika("trace", str(server.pid), "-o", file + ".txt", code=1)[1])

    def give_turns(self, server):
        """Has the server's loop have turns from now on, until the test ends."""
        stop = threading.Event()
        def ask():
            while not stop.is_set():
                with urllib.request.urlopen(server.url, timeout=TIME_MAX) as answer:
                    answer.read()
        thread = threading.Thread(target=ask)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(stop.set)

    def test_top_without_a_terminal_is_one_table(self):
        server = self.serve()
        text = troika("top", str(server.pid), "--interval", "10ms")[0]
        self.assertIn(f"troika ({server.pid})", text)
        self.assertIn("accept 127.0.0.1:", text)

    def test_top_follows_the_size_of_its_terminal_until_q(self):
        server = self.serve()
        with Terminal(100, 20) as terminal:
            top = terminal.start(BINARY, "top", str(server.pid), "--interval", "50ms")
            terminal.wait_for(lambda rows: any("accept" in row for row in rows), "a task")
            terminal.resize(30, 8)
            terminal.wait_for(lambda rows: any(row.startswith("   TASK") for row in rows),
                              "the narrow table")
            self.assertTrue(all(len(row) <= 30 for row in terminal.screen.text()))
            terminal.type("q")
            self.assertEqual(terminal.wait_for_end(top), 0)

    def test_top_ends_with_the_program(self):
        server = self.serve()
        with Terminal(80, 24) as terminal:
            top = terminal.start(BINARY, "top", str(server.pid), "--interval", "50ms")
            terminal.wait_for(lambda rows: any("accept" in row for row in rows), "a task")
            server.kill()
            server.wait()
            self.assertEqual(terminal.wait_for_end(top), 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
