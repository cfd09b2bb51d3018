# SPDX-License-Identifier: MIT
"""`troika get` from `troika serve`: what it does when nothing goes wrong but what users write."""

import json
import os
import pty
import signal
import stat
import subprocess
import tempfile
import unittest

from _get_support import BINARY, TestCase, bytes_of, read, sha256, write

SMALL = bytes_of("small", 4321)
LARGE = bytes_of("large", 3_000_000)
MANY = {f"file{i}.bin": bytes_of(i, 37 * i * i) for i in range(200)}


def setUpModule():
    global served, url
    place = tempfile.TemporaryDirectory(prefix="troika-serve-")
    unittest.addModuleCleanup(place.cleanup)
    served = place.name
    for name, content in {"small": SMALL, "large": LARGE, "empty": b"", **MANY}.items():
        write(os.path.join(served, name), content)
    os.mkdir(os.path.join(served, "sub"))
    write(os.path.join(served, "sub", "small"), LARGE)
    for name in ("small", "large"):
        os.utime(os.path.join(served, name), (1_000_000_000, 1_000_000_000))
    server = subprocess.Popen([BINARY, "serve", served, "--port", "0"], stdout=subprocess.PIPE)
    unittest.addModuleCleanup(stop, server)
    url = server.stdout.readline().decode().strip()


def stop(server):
    server.send_signal(signal.SIGTERM)
    status = server.wait(60)
    server.stdout.close()
    assert status == 0, f"the server ended with {status}"


class Plain(TestCase):
    def test_gets_one_file(self):
        said = self.get(url + "small", umask=0o027)
        self.check_file("small", SMALL)
        self.assertEqual(self.names(), ["small"])
        status = os.stat(self.path("small"))
        self.assertEqual(stat.S_IMODE(status.st_mode), 0o640)
        self.assertEqual(status.st_mtime, 1_000_000_000)
        self.assertIn("1 file", said)

    def test_gets_two_hundred_at_once(self):
        lines = [f"{url}{name} sha256={sha256(content)}" for name, content in MANY.items()]
        self.get("-i", "-", "-j", "50", "--per-host", "50", stdin="\n".join(lines).encode())
        self.assertEqual(self.names(), sorted(MANY))
        for name, content in MANY.items():
            self.check_file(name, content)

    def test_gets_files_of_every_size_around_a_buffer(self):
        sizes = [0, 1, 131071, 131072, 131073, 262143, 262144, 262145, 393216]
        for size in sizes:
            write(os.path.join(served, f"size{size}"), LARGE[:size])
        self.get(*[f"{url}size{size}" for size in sizes])
        for size in sizes:
            self.check_file(f"size{size}", LARGE[:size])

    def test_makes_the_directory(self):
        self.get("-d", "new/one", url + "small", url + "large", "--no-fsync", "--no-mtime")
        self.check_file("new/one/small", SMALL)
        self.check_file("new/one/large", LARGE)
        self.assertNotEqual(os.stat(self.path("new/one/small")).st_mtime, 1_000_000_000)

    def test_writes_to_standard_output(self):
        for content, name in ((SMALL, "small"), (LARGE, "large"), (b"", "empty")):
            self.get("-o", "-", url + name)
            self.assertTrue(self.output == content)
        self.assertEqual(self.names(), [])

    def test_standard_output_that_is_full_is_an_error(self):
        with open("/dev/full", "wb") as full:
            said = self.get("-o", "-", url + "large", stdout=full, exit_code=3)
        self.assertIn("standard output", said)

    def test_takes_the_names_of_a_list(self):
        write(self.path("list"), f"# two\n\n{url}small out=a/b\r\n{url}large out=\"c d\"".encode())
        self.get("-i", "list")
        self.check_file("a/b", SMALL)
        self.check_file("c d", LARGE)

    def test_says_one_line_a_file_and_a_summary(self):
        said = self.get(url + "small", url + "large").splitlines()
        self.assertEqual(len(said), 3)
        self.assertIn("2 files", said[-1])
        self.assertEqual(self.get("-q", url + "empty"), "")

    def test_tells_events(self):
        self.get("--json", url + "small", url + "large", url + "nothing", exit_code=8)
        events = [json.loads(line) for line in self.output.splitlines()]
        kinds = {}
        for event in events:
            self.assertEqual(event["v"], 1)
            kinds.setdefault(event["event"], []).append(event)
        self.assertEqual({kind: len(kinds[kind]) for kind in ("queued", "finished", "failed")},
                         {"queued": 3, "finished": 2, "failed": 1})
        self.assertEqual(sorted(event["bytes"] for event in kinds["finished"]),
                         [len(SMALL), len(LARGE)])
        self.assertEqual(kinds["failed"][0]["exit_code"], 8)
        summary = events[-1]
        self.assertEqual(summary["event"], "summary")
        self.assertEqual((summary["finished"], summary["failed"], summary["unfinished"]), (2, 1, 0))
        self.assertEqual((summary["received"], summary["exit_code"]), (len(SMALL) + len(LARGE), 8))

    def test_paints_bars_on_a_terminal(self):
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        process = self.start(url + "large", url + "small", stderr=theirs)
        os.close(theirs)
        said = b""
        try:
            while piece := os.read(ours, 65536):
                said += piece
        except OSError:
            pass   # the other end is closed
        self.assertEqual(process.wait(60), 0)
        self.assertIn(b"2 files", said)
        self.assertNotIn(b"small", said.split(b"2 files")[1])


class Existing(TestCase):
    def setUp(self):
        super().setUp()
        self.get(url + "small", "-q")

    def test_the_same_is_not_fetched_again(self):
        self.assertIn("1 there already", self.get(url + "small"))

    def test_another_is_refused(self):
        write(self.path("small"), b"mine")
        os.utime(self.path("small"), (1, 1))
        self.assertIn("--overwrite", self.get(url + "small", exit_code=3))
        self.check_file("small", b"mine")

    def test_overwrite_replaces(self):
        write(self.path("small"), b"mine")
        self.get("--overwrite", url + "small")
        self.check_file("small", SMALL)

    def test_overwrite_keeps_the_old_when_the_new_does_not_come(self):
        write(self.path("small"), b"mine")
        self.get("--overwrite", url + "missing", "-o", "small", exit_code=8)
        self.check_file("small", b"mine")

    def test_no_clobber_leaves_it(self):
        write(self.path("small"), b"mine")
        self.get("--no-clobber", url + "small", url + "large")
        self.check_file("small", b"mine")
        self.check_file("large", LARGE)

    def test_rename_takes_the_next_free_name(self):
        write(self.path("small"), b"mine")
        self.get("--rename", url + "small")
        self.get("--rename", url + "sub/small")
        self.check_file("small", b"mine")
        self.check_file("small.1", SMALL)
        self.check_file("small.2", LARGE)

    def test_a_checksum_decides_without_the_server(self):
        self.assertIn("1 there already",
                      self.get("--sha256", sha256(SMALL), "http://127.0.0.1:1/small"))
        self.get("--sha256", sha256(LARGE), url + "small", exit_code=3)

    def test_a_directory_of_that_name_is_an_error(self):
        os.mkdir(self.path("large"))
        self.get(url + "large", exit_code=3)
        self.get(url + "large", "--overwrite", exit_code=3)
        self.assertEqual(self.names(), ["large", "small"])

    def test_a_link_is_not_written_through(self):
        write(self.path("target"), b"mine")
        os.symlink("target", self.path("large.part"))
        os.symlink("target", self.path("link"))
        self.get(url + "large", exit_code=3)
        self.get("--overwrite", url + "small", "-o", "link")
        self.check_file("target", b"mine")
        self.check_file("link", SMALL)


class Wrong(TestCase):
    def test_two_urls_of_one_name(self):
        said = self.get(url + "small", url + "sub/small", exit_code=2)
        self.assertIn("--rename", said)
        self.check_file("small", SMALL)
        self.get("-d", "both", "--rename", url + "small", url + "sub/small")
        self.assertEqual({read(self.path("both/small")), read(self.path("both/small.1"))},
                         {SMALL, LARGE})

    def test_a_wrong_checksum(self):
        for name, content in (("small", SMALL), ("large", LARGE)):
            said = self.get("--sha256", sha256(b"other"), url + name, exit_code=9)
            self.assertIn(sha256(content), said)
            self.assertIn(name + ".bad", said)
            self.assertFalse(os.path.exists(self.path(name)))
            self.check_file(name + ".bad", content)
        self.get("--sha256", sha256(b"other"), "-o", "-", url + "small", exit_code=9)

    def test_a_wrong_checksum_beside_rests_of_another_run(self):
        write(self.path("small.bad.part"), b"rest")
        self.get("--sha256", sha256(b"other"), url + "small", exit_code=9)
        self.assertEqual(self.names(), ["small.bad.part"])

    def test_malformed_urls(self):
        for wrong in ("http://", "http://[::1", "http://127.0.0.1:99999/", "http://a b/",
                      "nonsense", "ftp://127.0.0.1/file"):
            with self.subTest(wrong):
                self.assertNotEqual(self.get(wrong, exit_code=2), "")
        self.assertEqual(self.names(), [])

    def test_malformed_lines_do_not_hide_the_others(self):
        lines = [f"{url}small sha256=123", f"{url}large", f"{url}small out=../up", "http://[",
                 f"{url}a\0b", "x" * 100_000]
        write(self.path("list"), "\n".join(lines).encode())
        said = self.get("-i", "list", exit_code=2)
        self.assertIn("list:1", said)
        self.assertIn("5 failed", said)
        self.assertEqual(self.names(), ["large", "list"])

    def test_a_list_that_cannot_be_read(self):
        self.assertIn("missing.txt", self.get("-i", "missing.txt", exit_code=3))
        self.get("-i", ".", exit_code=3)

    def test_other_schemes_are_refused(self):
        self.assertIn("http and https", self.get("ftp://127.0.0.1/file", exit_code=2))

    def test_options_that_contradict(self):
        for wrong in (["-q", "-v"], ["-o", "one", url + "large"], ["-j", "0"], []):
            self.get(*wrong, *([url + "small"] if wrong else []), exit_code=2)


if __name__ == "__main__":
    unittest.main(argv=["get_test"])
