# SPDX-License-Identifier: MIT
"""`troika get` and what stands in its way on the disk: targets, full disks, calls that fail.

Each time: exit code and advice; nothing outside the target directory; no wrong byte under a final
name; and when the way is free, the same command finishes the job.
"""

import os
import random
import resource
import socket
import subprocess
import sys
import tempfile
import unittest

from hostile.faults import FAULTS
from hostile.server import HostileServer
from hostile.watch import Place, run

BINARY = os.path.abspath(sys.argv[1])
LARGE = random.Random("large").randbytes(600_000)
SMALL = LARGE[:60_000]   # so small that it has no name before it is whole
SECONDS_MAX = 20
CUT = next(fault for fault in FAULTS if fault.name == "body-cut")


class Base(unittest.TestCase):
    def setUp(self):
        self.begin()

    def begin(self):
        """Takes another directory; each row of a table needs its own."""
        self.place = Place()
        self.addCleanup(self.place.close)

    def path(self, name):
        return os.path.normpath(os.path.join(self.place.target, name))

    def serve(self, content, fault=None):
        server = HostileServer(fault, content)
        self.addCleanup(server.close)
        return server

    def get(self, server, *arguments, exit_code, said="", **options):
        command = ["-d", "target", "--retries", "0", *arguments, server.origin + "/file"]
        done = run(BINARY, self.place, command, SECONDS_MAX, **options)
        self.assertEqual(done.code, exit_code, done.error)
        if said:
            self.assertRegex(done.error, said)
        self.assertEqual(self.place.outside(), self.place.before)
        if os.path.isfile(self.path("file")) and not os.path.islink(self.path("file")):
            self.check_bytes(server)
        return done

    def check_bytes(self, server):
        with open(self.path("file"), "rb") as file:
            content = file.read()
        self.assertTrue(content in (server.content, b"mine", b"bait"), "a wrong byte")

    def check_end(self, server):
        self.assertEqual(self.place.names(), ["file"])
        self.check_bytes(server)


class Targets(Base):
    """What has the name already. Its owner must decide: the client touches nothing."""

    def write(self, name):
        with open(self.path(name), "wb") as file:
            file.write(b"mine")

    def device(self, name):
        try:
            os.mknod(self.path(name), 0o20666, os.makedev(1, 3))   # /dev/null
        except PermissionError:
            os.symlink("/dev/null", self.path(name))

    def socket(self, name):
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(self.path(name))

    def obstacles(self):
        bait = os.path.join(self.place.path, "outside", "bait")
        return {"another": self.write,
                "link": lambda name: os.symlink("../outside/bait", self.path(name)),
                "link to nothing": lambda name: os.symlink("../outside/new", self.path(name)),
                "link in a circle": lambda name: os.symlink(name, self.path(name)),
                "second name": lambda name: os.link(bait, self.path(name)),
                "directory": lambda name: os.mkdir(self.path(name)),
                "pipe": lambda name: os.mkfifo(self.path(name)), "device": self.device,
                "socket": self.socket}

    def take_away(self, name):
        path = self.path(name)
        if os.path.isdir(path):
            os.rmdir(path)
        else:
            os.remove(path)

    def each(self, name, content, kinds=None, **expected):
        server = self.serve(content)
        for kind in kinds or self.obstacles():
            with self.subTest(kind, name=name, size=len(content)):
                self.begin()
                self.obstacles()[kind](name)
                self.place.before = self.place.outside()   # a second name shows there
                there = {each: found for each, found in self.place.inside().items()
                         if each == self.path(name)}
                self.get(server, **expected)
                for each, found in there.items():
                    self.assertEqual(self.place.inside().get(each), found)
                self.take_away(name)
                self.place.before = self.place.outside()
                self.get(server, exit_code=0)
                self.check_end(server)

    def test_of_the_name(self):
        for content in (SMALL, LARGE):
            self.each("file", content, exit_code=3, said="--overwrite|remove it")

    def test_of_the_part(self):
        self.each("file.part", LARGE, exit_code=3, said="remove it|file.part",
                  kinds=["link", "link to nothing", "link in a circle", "second name", "directory",
                         "pipe", "device", "socket"])

    def test_of_the_note(self):
        """The client's own names: it may take away what is no note, but not follow it."""
        server = self.serve(LARGE)
        for name in ("file.part.journal", "file.part.journal~"):
            for kind in ("another", "link", "link to nothing", "second name", "pipe", "socket"):
                with self.subTest(kind, name=name):
                    self.begin()
                    self.write("file.part")
                    self.obstacles()[kind](name)
                    done = run(BINARY, self.place, ["-d", "target", server.origin + "/file"],
                               SECONDS_MAX)
                    self.assertEqual(done.code, 0, done.error)
                    self.check_end(server)
                    self.assertEqual(self.place.outside(), self.place.before)

    def test_replaced_on_demand(self):
        server = self.serve(LARGE)
        for kind, exit_code in (("another", 0), ("link", 0), ("second name", 0), ("directory", 3),
                                ("pipe", 3), ("device", 3), ("socket", 3), ("link to nothing", 3)):
            with self.subTest(kind):
                self.begin()
                self.obstacles()[kind]("file")
                self.place.before = self.place.outside()
                self.get(server, "--overwrite", exit_code=exit_code)
                if exit_code == 0:
                    self.check_end(server)
                    self.assertFalse(os.path.islink(self.path("file")))

    def test_directories_that_are_none(self):
        server = self.serve(LARGE)
        for kind in ("another", "link", "link to nothing", "link in a circle", "pipe", "device"):
            with self.subTest(kind):
                self.begin()
                make = self.obstacles()[kind]
                os.rmdir(self.place.target)
                make("../target")
                self.get(server, exit_code=3, said="-d")
                os.remove(self.place.target)
                self.get(server, exit_code=0)
                self.check_end(server)

    def test_two_urls_with_one_name(self):
        server = self.serve(LARGE)
        both = [server.origin + "/a/file"]
        self.get(server, *both, exit_code=2, said="--rename")
        self.check_end(server)
        os.remove(self.path("file"))
        self.get(server, *both, "--rename", exit_code=0)
        self.assertEqual(self.place.names(), ["file", "file.1"])

    def test_names_that_are_beside(self):
        """One download's part has the name of another download."""
        server = self.serve(LARGE)
        for other in ("file.part", "file.part.journal", "file.bad"):
            with self.subTest(other):
                done = run(BINARY, self.place, ["-d", "target", server.origin + "/file",
                                                server.origin + "/" + other], SECONDS_MAX)
                self.assertIn(done.code, (0, 2), done.error)
                for name in self.place.names():
                    with open(self.path(name), "rb") as file:
                        self.assertTrue(file.read() == LARGE, name)
                    os.remove(self.path(name))


class Full(Base):
    def test_a_disk(self):
        command = ["mount", "-t", "tmpfs", "-o", "size=128k", "none", self.place.target]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            self.skipTest("no mounts here: test_a_limit and the calls that fail cover it")
        self.addCleanup(subprocess.run, ["umount", self.place.target], check=True)
        for content in (LARGE, LARGE[:100_000]):
            server = self.serve(content)
            with self.subTest(size=len(content)):
                with open(self.path("other"), "wb") as other:
                    other.write(bytes(64_000))
                for arguments in ((), ("--no-fsync",)):
                    self.get(server, *arguments, exit_code=3, said="free some space")
                    self.assertEqual(self.place.names(), ["other"])
                os.remove(self.path("other"))
                subprocess.run(["mount", "-o", "remount,size=1m", self.place.target], check=True)
                self.get(server, exit_code=0)
                self.check_end(server)
                os.remove(self.path("file"))
                subprocess.run(["mount", "-o", "remount,size=128k", self.place.target], check=True)

    def test_a_limit(self):
        for content in (SMALL, LARGE):
            server = self.serve(content)
            self.get(server, exit_code=3, said="-d DIR", before=lambda:
                     resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)))
            self.assertEqual(self.place.names(), [])
            self.get(server, exit_code=0)
            self.check_end(server)
            os.remove(self.path("file"))


class Calls(Base):
    """Calls that fail, once they are for the target. A ring writes past strace: see Full."""

    @classmethod
    def setUpClass(cls):
        if subprocess.run(["strace", "-f", "-o", os.devnull, "true"], check=False).returncode:
            raise RuntimeError("strace cannot trace here: allow ptrace, as docker does with "
                               "--cap-add SYS_PTRACE, or leave out hostile_disk_test")

    def failing(self, server, call, error, exit_code, said, on=()):
        """With `on`, only calls for these names of the target directory fail."""
        options = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        paths = [word for name in on for word in ("-P", os.path.normpath("target/" + name), "-P",
                                                  self.path(name))]
        with tempfile.NamedTemporaryFile() as trace:
            self.get(server, exit_code=exit_code, said=said, prefix=[
                "strace", "-f", "-qq", "-o", trace.name, "-E", "ASAN_OPTIONS=" + options, *paths,
                "-e", "trace=" + call, "-e", f"inject={call}:error={error}"])
            self.assertIn(b"(INJECTED)", trace.read(), "the call was not made")

    def test_each(self):
        rows = ((SMALL, "pwrite64", "ENOSPC", "free some space"),
                (SMALL, "pwrite64", "EIO", "disk"),
                (SMALL, "fsync", "EIO", "disk"), (SMALL, "fsync", "ENOSPC", "free some space"),
                (LARGE, "fallocate", "ENOSPC", "free some space"),
                (LARGE, "fallocate", "EDQUOT", ""), (LARGE, "ftruncate", "EIO", "disk"),
                (LARGE, "fsync", "EIO", "disk"), (LARGE, "fsync", "EDQUOT", ""),
                (LARGE, "renameat2", "EIO", "disk"), (LARGE, "renameat2", "EACCES", "-d DIR"),
                (LARGE, "renameat2", "ENOSPC", "free some space"),
                (LARGE, "renameat2", "EROFS", "-d DIR"), (LARGE, "fchmod", "EPERM", "-d DIR"),
                (LARGE, "flock", "ENOLCK", ""), (LARGE, "openat", "EMFILE", "ulimit"),
                (LARGE, "openat", "EACCES", "-d DIR"), (LARGE, "openat", "EROFS", "-d DIR"))
        for content, call, error, said in rows:
            server = self.serve(content)
            with self.subTest(call, error=error, size=len(content)):
                self.begin()
                self.failing(server, call, error, 3, said,
                             ("file", "file.part") if call == "openat" else ())
                if call == "fsync":   # what is on the disk, nobody knows; another fsync says yes
                    self.assertNotIn("file.part.journal", self.place.names())
                self.get(server, exit_code=0)
                self.check_end(server)

    def test_what_is_only_a_courtesy(self):
        rows = ((LARGE, "utimensat", "EPERM"), (SMALL, "linkat", "ENOENT"),
                (SMALL, "linkat", "EPERM"), (LARGE, "fallocate", "EOPNOTSUPP"))
        for content, call, error in rows:
            server = self.serve(content)
            with self.subTest(call, error=error):
                self.begin()
                self.failing(server, call, error, 0, "")
                self.check_end(server)

    def test_the_directory_cannot_be_synced(self):
        """The name may be lost in a power cut: that is no success."""
        for content in (SMALL, LARGE):
            server = self.serve(content)
            self.begin()
            self.failing(server, "fsync", "EIO", 3, "disk", ["."])
            self.get(server, exit_code=0)
            self.check_end(server)

    def test_the_note_cannot_be_written(self):
        on = ("file.part.journal", "file.part.journal~")
        for call, error in (("fdatasync", "EIO"), ("rename", "EIO"), ("rename", "ENOSPC"),
                            ("pwrite64", "ENOSPC")):
            with self.subTest(call, error=error):
                self.begin()
                server = self.serve(LARGE, CUT)
                self.failing(server, call, error, 4, "closed", on if call == "pwrite64" else ())
                self.assertNotIn("file.part.journal", self.place.names())
                server.heal()
                self.get(server, exit_code=0)
                self.check_end(server)


if __name__ == "__main__":
    unittest.main(argv=["hostile_disk_test", *sys.argv[2:]])
