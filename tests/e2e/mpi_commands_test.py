# SPDX-License-Identifier: MIT
"""`troika get --mpi` and `troika compare --mpi`, by the ranks of a job on this machine."""

import glob
import json
import os
import shutil
import signal
import subprocess
import threading
import unittest

from _get_support import BINARY, TIME_MAX, TestCase, bytes_of, read, write
from _peer import answer

ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
               "OMPI_MCA_rmaps_base_oversubscribe": "1"}
RECOVERY = ["--enable-recovery"]   # MPI lets the job go on without a rank


def process_of(port):
    """Returns: the process whose end of a connection has this port."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    sockets = {f"socket:[{row[9]}]" for row in rows if int(row[1].split(":")[1], 16) == port}
    for entry in glob.glob("/proc/[0-9]*/fd/*"):
        try:
            if os.readlink(entry) in sockets:
                return int(entry.split("/")[2])
        except OSError:
            continue   # it has gone
    return None


class Job(TestCase):
    def job(self, *words, ranks=3, exit_code=0, options=()):
        """Returns: standard output and error of the command, run by so many ranks."""
        done = subprocess.run(
            ["mpirun", *options, "-n", str(ranks), BINARY, *words], cwd=self.place,
            capture_output=True, text=True, timeout=TIME_MAX, check=False, env=ENVIRONMENT,
            stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, exit_code, done.stdout + done.stderr)
        return done.stdout, done.stderr

    def listed(self, server, names, extra=""):
        write(self.path("list"),
              "".join(f"{server.url}/{name}\n" for name in names).encode() + extra.encode())


class Get(Job):
    FILES = {f"f{number}": bytes_of(number, 1000 * number) for number in range(60)}

    def script(self, peer, number):
        content = self.FILES.get(peer.target[1:])
        peer.send(answer(status="404 Not Found") if content is None else answer(content))

    def check_all(self, folder):
        for name, content in self.FILES.items():
            self.check_file(os.path.join(folder, name), content)

    def test_a_list_is_dealt_out(self):
        clients = set()
        lock = threading.Lock()

        def script(peer, number):
            with lock:
                clients.add(process_of(peer.connection.getpeername()[1]))
            self.script(peer, number)

        server = self.scripted(script)
        self.listed(server, self.FILES)
        output, _ = self.job("get", "--mpi", "-i", "list", "-d", "out", "-j", "2", "--json")
        self.check_all("out")
        events = [json.loads(line) for line in output.splitlines()]
        kinds = [event["event"] for event in events]
        for kind in ("queued", "started", "finished"):
            self.assertEqual(kinds.count(kind), len(self.FILES), kind)
        self.assertEqual({event["id"] for event in events if event["event"] == "finished"},
                         set(range(1, len(self.FILES) + 1)))
        last = events[-1]
        self.assertEqual((last["event"], last["finished"], last["failed"], last["exit_code"]),
                         ("summary", len(self.FILES), 0, 0))
        self.assertEqual(last["received"], sum(map(len, self.FILES.values())))
        self.assertEqual(len(clients), 2, "not all ranks have worked")

    def test_names_checksums_and_failures(self):
        server = self.scripted(self.script)
        self.listed(server, ["f1", "none", "f1"],
                    f"{server.url}/f2 out=below/two sha256={'0' * 64}\n"
                    f"{server.url}/f3 out=below/three\n")
        _, error = self.job("get", "--mpi", "-i", "list", "-d", "out", "--failed-out", "failed",
                            exit_code=2)
        self.check_file("out/f1", self.FILES["f1"])
        self.check_file("out/below/three", self.FILES["f3"])
        self.assertFalse(os.path.exists(self.path("out/below/two")))
        self.assertIn("404", error)
        self.assertIn("2 files", error)
        self.assertIn("3 failed", error)
        failed = read(self.path("failed")).decode()
        for url in ("/none", "/f1", "/f2"):
            self.assertIn(server.url + url, failed)
        self.assertNotIn("/f3", failed)

    def test_a_lost_rank_s_part_goes_to_another(self):
        lock = threading.Lock()
        killed = []

        def script(peer, number):
            with lock:
                first = not killed
                if first:
                    killed.append(process_of(peer.connection.getpeername()[1]))
            if first:
                os.kill(killed[0], signal.SIGKILL)
                peer.wait_until_gone()
                return
            self.script(peer, number)

        server = self.scripted(script)
        self.listed(server, self.FILES)
        _, error = self.job("get", "--mpi", "-i", "list", "-d", "out", "-j", "2", options=RECOVERY)
        self.check_all("out")
        self.assertIn("another rank goes on", error)

    def test_no_rank_is_left(self):
        def script(peer, number):
            client = process_of(peer.connection.getpeername()[1])
            if client:   # else it was killed for another file
                os.kill(client, signal.SIGKILL)
            peer.wait_until_gone()

        server = self.scripted(script)
        self.listed(server, self.FILES)
        # Then mpirun tells nobody how the job has ended.
        output, error = self.job("get", "--mpi", "-i", "list", "-d", "out", "--json", ranks=2,
                                 options=RECOVERY)
        self.assertIn("no rank is left", error)
        self.assertEqual(json.loads(output.splitlines()[-1])["exit_code"], 1)

    def test_the_first_failure_ends_it(self):
        server = self.scripted(self.script)
        self.listed(server, ["none", *self.FILES])
        output, _ = self.job("get", "--mpi", "-i", "list", "-d", "out", "-j", "1", "--fail-fast",
                             "--json", exit_code=8)
        last = json.loads(output.splitlines()[-1])
        self.assertEqual(last["event"], "summary")
        self.assertGreater(last["unfinished"], 0)

    def test_what_does_not_go_with_it(self):
        for words, name in ((["-o", "x", "http://127.0.0.1/x"], "-o"),
                            (["--cookie-jar", "jar", "http://127.0.0.1/x"], "--cookie-jar"),
                            (["-J", "http://127.0.0.1/x"], "-J")):
            _, error = self.job("get", "--mpi", *words, exit_code=2)
            self.assertIn(f"{name} does not go with --mpi", error)
        self.assertIn("nothing to get", self.job("get", "--mpi", exit_code=2)[1])

    def test_ranks_are_started_where_there_are_none(self):
        server = self.scripted(self.script)
        self.listed(server, self.FILES)
        self.get("--mpi", "-i", "list", "-d", "out", "-q", env=ENVIRONMENT)
        self.check_all("out")


class Compare(Job):
    def test_ranks_are_a_model(self):
        output, _ = self.job("compare", "mixed", "--tasks", "6", "--mpi", "--models",
                             "sync,ranks", "--repeats", "1", "--json", "--html", "page.html")
        models = {one["model"]: one for one in json.loads(output)["models"]}
        self.assertEqual(set(models), {"sync", "ranks"})
        ranks = models["ranks"]
        self.assertEqual(ranks["workers"], 2)
        self.assertEqual(ranks["processes"], 3)
        self.assertGreater(ranks["cpu_s"], 0)
        self.assertTrue(b"Ranks of an MPI job" in read(self.path("page.html")))

    def test_ranks_need_a_job(self):
        done = subprocess.run([BINARY, "compare", "cpu", "--models", "ranks"], check=False,
                              capture_output=True, text=True, timeout=TIME_MAX)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--mpi", done.stderr)


class Alone(TestCase):
    def test_without_the_program_that_has_mpi(self):
        shutil.copy(BINARY, self.path("troika"))
        done = subprocess.run([self.path("troika"), "get", "--mpi", "http://127.0.0.1/x"],
                              check=False, capture_output=True, text=True, timeout=TIME_MAX)
        self.assertEqual(done.returncode, 2)
        self.assertIn("troika-mpi", done.stderr)
        self.assertIn("libopenmpi-dev", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=["mpi_commands_test"], verbosity=2)
