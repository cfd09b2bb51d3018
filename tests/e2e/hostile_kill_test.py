# SPDX-License-Identifier: MIT
"""`troika get`, killed with -9 at random moments, then again, and before each of its own steps.

Then the same command finishes the job: the right bytes, and nothing but the files.
"""

import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import unittest

from _peer import answer
from hostile.faults import FAULTS, Fault, cut
from hostile.server import DATE, TAG, Certificates, HostileServer
from hostile.watch import Place, run

BINARY = os.path.abspath(sys.argv[1])
SEED = int(os.environ.get("TROIKA_SEED", "1"))
CONTENT = random.Random("killed").randbytes(600_000)
SMALL = CONTENT[:60_000]
SECONDS_MAX = 30
AUTOMATIC = ("--retries", "20")
CUT = next(fault for fault in FAULTS if fault.name == "body-cut")


def setUpModule():
    global certificates
    certificates = Certificates()
    unittest.addModuleCleanup(certificates.close)


def cuts_at_random(chance):
    """Notes are made when a connection is lost: this server loses many."""
    def strike(peer):
        first, end = peer.asked_range(len(peer.content)) or (0, len(peer.content))
        if chance.random() < 0.3 or "range" in peer.fields and end - first < 1000:
            peer.be_good()
            return "go on"
        stop = first + int((end - first) * chance.random())
        if first == 0 and "range" not in peer.fields:
            return cut(peer, end=stop)
        length = end - first
        peer.send(answer(status="206 Part", length=length, ETag=TAG, Last_Modified=DATE,
                         Content_Range=f"bytes {first}-{end - 1}/{len(peer.content)}"))
        return peer.send(peer.content[first:stop])
    return strike


class Killed(unittest.TestCase):
    def begin(self, certificate, chance):
        self.place = Place()
        self.addCleanup(self.place.close)
        fault = Fault("cuts", strike=cuts_at_random(chance), certificate=certificate)
        self.server = HostileServer(fault, CONTENT, certificates)
        self.addCleanup(self.server.close)

    def check_files(self, names):
        for name in names:
            path = os.path.join(self.place.target, name)
            if os.path.exists(path):
                with open(path, "rb") as file:
                    self.assertTrue(file.read() == CONTENT, f"{name} has a wrong byte")
        self.assertEqual(self.place.outside(), self.place.before)

    def kill_after(self, arguments, seconds):
        """Returns: whether it was killed, and had not ended before."""
        process = subprocess.Popen([BINARY, "get", *arguments], cwd=self.place.path,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        descriptor = os.pidfd_open(process.pid)
        try:
            select.select([descriptor], [], [], seconds)
        finally:
            os.close(descriptor)
        process.kill()
        return process.wait() == -signal.SIGKILL

    def test_at_random_moments(self):
        chance = random.Random(SEED)
        killed = 0
        ways = {"plain": ("", ()), "https": ("good", ("--cacert", certificates.authority)),
                "split": ("", ("-s", "4", "--min-split", "64k")),
                "split https": ("good", ("--cacert", certificates.authority, "-s", "4",
                                         "--min-split", "64k")),
                "list": ("", ())}
        for turn in range(8):
            for way, (certificate, options) in ways.items():
                with self.subTest(way, turn=turn, seed=SEED):
                    self.begin(certificate, chance)
                    names = [f"file{i}" for i in range(6 if way == "list" else 1)]
                    arguments = ["-d", "target", *AUTOMATIC, "--retry-max-time", "20s", *options,
                                 *(f"{self.server.origin}/{name}" for name in names)]
                    for _ in range(chance.randint(1, 4)):
                        killed += self.kill_after(arguments, chance.uniform(0, 0.06))
                        self.check_files(names)
                    self.server.heal()
                    done = run(BINARY, self.place, arguments, SECONDS_MAX)
                    self.assertEqual(done.code, 0, done.error)
                    self.check_files(names)
                    self.assertEqual(self.place.names(), names)
        self.assertGreater(killed, 20)   # or the moments are not random enough


class Steps(unittest.TestCase):
    """Before each call that changes files, the first and the next of its kind."""

    CALLS = ("openat", "pwrite64", "fallocate", "ftruncate", "fchmod", "utimensat", "fsync",
             "fdatasync", "linkat", "renameat2", "rename", "unlink", "mkdir")

    def check(self, content, call, count, fault, resumed):
        place, server = Place(), HostileServer(fault, content)
        self.addCleanup(place.close)
        self.addCleanup(server.close)
        if content is SMALL:   # it goes without a name only to a directory that is there
            os.mkdir(os.path.join(place.target, "new"))
        arguments = ["-d", "target/new", "--retries", "0", server.origin + "/file"]
        path = os.path.join(place.target, "new/file")
        # The loader opens files as well: those do not count.
        names = ("new", "new/file", "new/file.part", "new/file.part.journal",
                 "new/file.part.journal~")
        paths = [word for name in names for word in
                 ("-P", f"target/{name}", "-P", os.path.join(place.target, name))]
        if call != "openat":
            paths = []
        if resumed:
            run(BINARY, place, arguments, SECONDS_MAX)
            self.assertEqual(len(os.listdir(os.path.dirname(path))), 2)
            server.heal()
        with tempfile.NamedTemporaryFile() as trace:
            run(BINARY, place, arguments, SECONDS_MAX, prefix=[
                "strace", "-f", "-qq", "-o", trace.name, *paths, "-e", "trace=" + call, "-e",
                f"inject={call}:signal=KILL:when={count}"])
            killed = b"killed by SIGKILL" in trace.read()
        if os.path.exists(path):
            with open(path, "rb") as file:
                self.assertTrue(file.read() == content, "a wrong byte")
        self.assertEqual(place.outside(), place.before)
        server.heal()
        done = run(BINARY, place, arguments, SECONDS_MAX)
        self.assertEqual(done.code, 0, done.error)
        with open(path, "rb") as file:
            self.assertTrue(file.read() == content, "a wrong byte")
        self.assertEqual(os.listdir(os.path.dirname(path)), ["file"])
        return killed

    def test_each(self):
        killed = set()
        for content, fault, resumed in ((SMALL, None, False), (CONTENT, None, False),
                                        (CONTENT, CUT, False), (CONTENT, CUT, True)):
            for call in self.CALLS:
                for count in (1, 2, 3):
                    with self.subTest(call, count=count, size=len(content), fault=bool(fault),
                                      resumed=resumed):
                        if not self.check(content, call, count, fault, resumed):
                            break   # it makes no more of them
                        killed.add(call)
        self.assertEqual(killed, set(self.CALLS))


if __name__ == "__main__":
    unittest.main(argv=["hostile_kill_test", *sys.argv[2:]])
