# SPDX-License-Identifier: MIT
"""The options of `troika get` that say what is fetched, how fast, and what is done with it."""

import gzip
import json
import os
import signal
import stat
import subprocess
import threading
import unittest
import zlib

from _get_support import TestCase, bytes_of, read, serves, sha256, write
from _peer import answer

CONTENT = bytes_of("content", 600_000)
OTHER = bytes_of("other", 500_000)
NOWHERE = "http://127.0.0.1:1/file"
ONCE = ("--retries", "0")


def answers(status):
    return lambda peer, number: peer.send(answer(status=status))


def files(contents, **fields):
    """The script of a server that has these files."""
    def script(peer, number):
        content = contents.get(peer.target)
        return peer.send(answer(status="404 No") if content is None else
                         answer(b"" if peer.method == "HEAD" else content, length=len(content),
                                **fields))
    return script


class Contradictions(TestCase):
    def test_say_what_to_do(self):
        two = (NOWHERE, NOWHERE + "2")
        cases = [
            ((), "-i"), (("-o", "x", *two), "-o"), (("--sha256", "0" * 64, *two), "sha256="),
            (("-o", "-", "--json", NOWHERE), "--json"), (("-o", "-", "-d", "x", NOWHERE), "-d"),
            (("-o", "-", "--if-changed", NOWHERE), "--if-changed"),
            (("-o", "-", "--exec", "true", NOWHERE), "--exec"),
            (("-o", "x", "-J", NOWHERE), "-J"), (("-q", "-v", NOWHERE), "-v"),
            (("--overwrite", "--if-changed", NOWHERE), "--if-changed"),
            (("-u", "a:b", "--bearer", "c", NOWHERE), "--bearer"),
            (("-u", "a\nb:c", NOWHERE), "-u"), (("--bearer", "a b\r", NOWHERE), "--bearer"),
            (("--compressed", "-s", "2", NOWHERE), "--compressed"),
            (("--compressed", "--sha256", "0" * 64, NOWHERE), "--compressed"),
            (("-i", "list", "--failed-out", "list"), "--failed-out"),
            (("--limit-rate", "fast", NOWHERE), "--limit-rate"),
            (("--limit-rate", "-1", NOWHERE), "--limit-rate"),
            (("--limit-rate-file", "1x", NOWHERE), "--limit-rate-file"),
            (("--tls-min", "1.1", NOWHERE), "1.2 or 1.3"), (("--cert", "x", NOWHERE), "--key"),
            (("--proxy", "nonsense://x:1", NOWHERE), "--proxy"),
            (("--exec", "echo 'a", NOWHERE), "--exec"),
            (("--exec", "a | b", NOWHERE), "--exec"), (("--exec", "", NOWHERE), "--exec"),
            (("-b", "a=b\nc", NOWHERE), "control character"),
        ]
        for arguments, word in cases:
            with self.subTest(arguments):
                said = self.get(*arguments, exit_code=2)
                self.assertIn(word, said)
        self.assertEqual(self.names(), [])

    def test_files_that_are_missing(self):
        for option in ("-i", "--checksums", "--netrc-file", "-b", "--metalink"):
            with self.subTest(option):
                said = self.get(option, "missing", NOWHERE, exit_code=3)
                self.assertIn("missing", said)
        write(self.path("list"), NOWHERE.encode())
        said = self.get("-i", "list", "--failed-out", "./list", exit_code=2)
        self.assertIn("--failed-out", said)
        for option in ("--cookie-jar", "--hsts", "--failed-out"):
            said = self.get(*ONCE, option, "no/such/directory", NOWHERE, exit_code=3)
            self.assertIn("no/such/directory", said)


class Exec(TestCase):
    def setUp(self):
        super().setUp()
        self.url = self.scripted(files({f"/f{i}": CONTENT[:i * 1000] for i in range(9)})).url

    def test_is_run_for_each_file(self):
        self.get("--exec", "cp {} 'copy of '{}", "-j", "4", "--per-host", "4",
                 *(f"{self.url}/f{i}" for i in range(9)))
        for i in range(9):
            self.check_file(f"copy of f{i}", CONTENT[:i * 1000])

    def test_a_command_that_fails(self):
        said = self.get("--exec", "sh -c 'exit 3'", self.url + "/f5", exit_code=1)
        self.check_file("f5", CONTENT[:5000])
        self.assertIn("exit code 3", said)
        # A download that failed says more than a command that did.
        self.get("--exec", "false", self.url + "/f1", self.url + "/none", exit_code=8)

    def test_a_command_that_is_not_there(self):
        said = self.get("--exec", "no-such-command-anywhere", self.url + "/f5", exit_code=2)
        self.assertIn("no-such-command-anywhere", said)
        self.check_file("f5", CONTENT[:5000])

    def test_names_are_no_options_and_no_commands(self):
        lines = "\n".join(f"{self.url}/f{i} out={name}" for i, name in enumerate(
            ("-rf", '"a b"', '"$(touch x)"', '"; touch x"', "{}", "ünïcode"), 1))
        self.get("-i", "-", "--exec", "cp {} copies/", stdin=lines.encode(), exit_code=1)
        os.mkdir(self.path("copies"))
        self.get("-i", "-", "--overwrite", "--exec", "cp {} copies/", stdin=lines.encode())
        self.assertEqual(sorted(os.listdir(self.path("copies"))),
                         [each for each in self.names() if each != "copies"])
        self.assertNotIn("x", self.names())
        self.assertIn("-rf", self.names())

    def test_interrupted(self):
        """The command is ended, and the file stays."""
        process = self.start("--json", "--exec", "sh -c 'touch begun; exec tail -f /dev/null'",
                             self.url + "/f5", stdout=subprocess.PIPE)
        for line in process.stdout:
            if json.loads(line)["event"] == "progress" and "begun" in self.names():
                break
        process.send_signal(signal.SIGINT)
        last = process.communicate(timeout=60)[0].splitlines()[-1]
        self.assertEqual(process.returncode, 130)
        self.check_file("f5", CONTENT[:5000])
        self.assertEqual([json.loads(last)[name] for name in ("finished", "failed", "unfinished")],
                         [1, 0, 0])

    def test_json_stays_clean(self):
        self.get("--json", "--exec", "echo hello", self.url + "/f5")
        events = [json.loads(line) for line in self.output.splitlines()]
        self.assertEqual(events[-1]["event"], "summary")

    def test_not_for_what_was_there_already(self):
        write(self.path("f5"), CONTENT[:5000])
        self.get("--exec", "touch touched", "--no-clobber", self.url + "/f5")
        self.assertEqual(self.names(), ["f5"])


class Lists(TestCase):
    def test_what_failed_is_a_list_again(self):
        content = {"/a": CONTENT, "/b": OTHER}
        broken = threading.Event()
        broken.set()

        def script(peer, number):
            if broken.is_set() and peer.target != "/a":
                return peer.send(answer(status="404 No"))
            return files(content | {"/c d": b"c"})(peer, number)

        url = self.scripted(script).url
        lines = (f'{url}/a\n{url}/b out="sub/with space" sha256={sha256(OTHER)}\n'
                 f"{url}/missing mirror={url}/a out=x\nftp://127.0.0.1/x\n{url}/a?again out=../y\n")
        self.get("-i", "-", "--failed-out", "failed", stdin=lines.encode(), exit_code=2)
        broken.clear()
        noted = read(self.path("failed")).decode()
        self.assertEqual(len(noted.splitlines()), 3)
        self.check_file("x", CONTENT)   # its mirror had it
        self.get("-i", "failed", exit_code=2)   # what was wrong in the list is still wrong
        self.check_file("sub/with space", OTHER)
        good = "".join(line for line in noted.splitlines(True) if "sha256" in line)
        write(self.path("failed"), good.encode())
        os.remove(self.path("sub/with space"))
        self.get("-i", "failed", "--failed-out", "failed2")
        self.check_file("sub/with space", OTHER)
        self.assertNotIn("failed2", self.names())

    def test_a_list_of_what_failed_knows_no_passwords(self):
        url = self.scripted(answers("404 No")).url.replace("//", "//me:s3cret@")
        said = self.get("--failed-out", "failed", "-v", url + "/file", exit_code=8)
        self.assertNotIn(b"s3cret", read(self.path("failed")))
        self.assertNotIn("s3cret", said)

    def memory_after(self, lines, *arguments):
        """Returns: KiB, when the list was read, and nothing was accepted."""
        process = self.start("-i", "-", "-q", *arguments, stdin=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
        for line in lines:
            process.stdin.write(line)
        process.stdin.flush()
        status = read(f"/proc/{process.pid}/status").decode()
        process.stdin.close()
        self.assertEqual(process.wait(60), 2)
        return int(status.split("VmHWM:")[1].split()[0])

    def test_long_lists_need_little_memory(self):
        """A million lines in all."""
        def lines(count):
            for block in range(0, count, 1000):
                yield b"".join(b"ftp://127.0.0.1/some/where/file%d\n" % i
                               for i in range(block, block + 1000))

        self.assertLess(self.memory_after(lines(900_000)), 64 << 10)
        self.assertLess(self.memory_after(lines(100_000), "--failed-out", "failed"), 64 << 10)
        self.assertEqual(read(self.path("failed")).count(b"\n"), 100_000)


class Checksums(TestCase):
    def setUp(self):
        super().setUp()
        self.url = self.scripted(files({"/a": CONTENT, "/sub/a": OTHER, "/b": b"b"})).url
        write(self.path("SUMS"), (f"{sha256(CONTENT)}  a\n{sha256(OTHER)} *sub/a\n"
                                  f"{sha256(CONTENT)}  wrong\n").encode())

    def test_right_wrong_and_missing(self):
        self.get("--checksums", "SUMS", self.url + "/a")
        self.check_file("a", CONTENT)
        lines = f"{self.url}/sub/a out=sub/a\n{self.url}/b out=wrong\n"
        said = self.get("--checksums", "SUMS", "-i", "-", stdin=lines.encode(), exit_code=9)
        self.check_file("sub/a", OTHER)
        self.check_file("wrong.bad", b"b")
        self.assertNotIn("wrong", self.names())
        said = self.get("--checksums", "SUMS", self.url + "/b", exit_code=2)
        self.assertIn("SUMS", said)
        self.assertNotIn("b", self.names())

    def test_names_are_below_the_directory(self):
        lines = f"{self.url}/sub/a out=sub/a\n{self.url}/a\n"
        for place in ("down", "down/", "./down", "x/../down"):
            os.makedirs(self.path("x"), exist_ok=True)
            self.get("--checksums", "SUMS", "-d", place, "-i", "-", "--overwrite",
                     stdin=lines.encode())
            self.check_file("down/sub/a", OTHER)

    def test_a_pipe(self):
        reading, writing = os.pipe()
        os.write(writing, read(self.path("SUMS")))
        os.close(writing)
        self.get("--checksums", f"/dev/fd/{reading}", self.url + "/a", pass_fds=[reading])
        os.close(reading)
        self.check_file("a", CONTENT)

    def test_what_is_no_list(self):
        for content in (b"\0\1", b"nonsense\n", b"12345  a\n"):
            write(self.path("BAD"), content)
            self.assertIn("BAD", self.get("--checksums", "BAD", self.url + "/a", exit_code=2))


class Rates(TestCase):
    def seconds(self, *arguments):
        self.get("--json", *arguments, "--overwrite")
        return [json.loads(line) for line in self.output.splitlines()]

    def check_time(self, time, wanted):
        self.assertGreater(time, wanted * 0.85)
        self.assertLess(time, wanted * 1.15 + 0.2)   # other work on this machine

    def test_in_total(self):
        url = self.scripted(serves(bytes(600_000))).url
        events = self.seconds("--limit-rate", "1M", *(f"{url}/{i}" for i in range(4)))
        self.check_time(events[-1]["seconds"], 2_400_000 / (1 << 20))
        # Fair: they all end at the end.
        for event in events:
            if event["event"] == "finished":
                self.check_time(event["seconds"], 2_400_000 / (1 << 20))

    def test_for_each_file(self):
        url = self.scripted(serves(bytes(1_000_000))).url
        events = self.seconds("--limit-rate-file", "500k", url + "/a", url + "/b")
        self.check_time(events[-1]["seconds"], 1_000_000 / 512_000)

    def test_of_parts(self):
        server = self.scripted(serves(bytes(1_000_000)))
        for option in ("--limit-rate", "--limit-rate-file"):
            events = self.seconds(option, "500k", "-s", "4", "--min-split", "64k",
                                  server.url + "/a")
            self.check_time(events[-1]["seconds"], 1_000_000 / 512_000)
        self.assertGreater(len(server.requests), 2)


class IfChanged(TestCase):
    def test_if_changed(self):
        state = {"content": CONTENT, "etag": '"1"'}

        def script(peer, number):
            if peer.fields.get("if-none-match") == state["etag"]:
                return peer.send(b"HTTP/1.1 304 Same\r\nETag: " + state["etag"].encode() +
                                 b"\r\n\r\n")
            return peer.send(answer(state["content"], ETag=state["etag"],
                                    Last_Modified="Sun, 09 Sep 2001 01:46:40 GMT"))

        server = self.scripted(script)
        self.get("--if-changed", server.url + "/file")
        self.check_file("file", CONTENT)
        number = os.stat(self.path("file")).st_ino
        said = self.get("--if-changed", server.url + "/file")
        self.assertEqual(os.stat(self.path("file")).st_ino, number)
        self.assertIn("there already", said)
        try:
            os.setxattr(self.path("file"), "user.test", b"x")
        except OSError:
            self.assertIn("if-modified-since", server.requests[1][1])
        else:
            self.assertEqual(server.requests[1][1]["if-none-match"], '"1"')
        state |= {"content": OTHER, "etag": '"2"'}
        self.get("--if-changed", server.url + "/file")
        self.check_file("file", OTHER)
        self.assertNotEqual(os.stat(self.path("file")).st_ino, number)   # a new file
        self.get("--if-changed", "-s", "4", "--min-split", "64k", server.url + "/file")
        self.check_file("file", OTHER)
        self.assertEqual(self.names(), ["file"])

    def test_a_failure_leaves_the_old_one(self):
        write(self.path("file"), OTHER)
        server = self.scripted(lambda peer, number: [peer.send(
            answer(CONTENT[:300_000], length=len(CONTENT), ETag='"e"')), "close"][1])
        self.get("--if-changed", *ONCE, server.url + "/file", exit_code=4)
        self.check_file("file", OTHER)


class DryRun(TestCase):
    def test_writes_nothing(self):
        server = self.scripted(files({"/a": CONTENT, "/b": b""}, ETag='"e"',
                                     Accept_Ranges="bytes"))
        said = self.get("--dry-run", "-d", "down", "--exec", "touch x", server.url + "/a",
                        server.url + "/b", server.url + "/none", exit_code=8)
        self.assertIn("586", said)   # KiB
        self.assertEqual(self.names(), [])
        self.assertEqual({target for target, _ in server.requests}, {"/a", "/b", "/none"})

    def test_events(self):
        server = self.scripted(files({"/a": CONTENT}))
        self.get("--dry-run", "--json", server.url + "/a")
        events = [json.loads(line) for line in self.output.splitlines()]
        told = [each for each in events if each["event"] == "would_get"]
        self.assertEqual([each["total"] for each in told], [len(CONTENT)])

    def test_a_server_that_does_not_know_how(self):
        def script(peer, number):
            if peer.method == "HEAD":
                return peer.send(answer(status="405 No"))
            peer.send(answer(CONTENT))
            return "close"

        self.assertIn("586", self.get("--dry-run", self.scripted(script).url + "/a"))
        self.assertEqual(self.names(), [])

    def test_what_is_there_stays(self):
        write(self.path("a"), OTHER)
        write(self.path("a.part"), b"x" * 100)
        server = self.scripted(files({"/a": CONTENT}))
        for policy in ((), ("--overwrite",), ("--rename",), ("--if-changed",)):
            self.get("--dry-run", *policy, server.url + "/a")
            self.check_file("a", OTHER)
            self.assertEqual(self.names(), ["a", "a.part"])


class Compressed(TestCase):
    def coded(self, body, coding="gzip", **fields):
        def script(peer, number):
            wanted = coding in peer.fields.get("accept-encoding", "")
            return peer.send(answer(body, Content_Encoding=coding, **fields) if wanted
                             else answer(CONTENT))
        return self.scripted(script)

    def test_is_decoded(self):
        raw = zlib.compressobj(wbits=-15)
        for coding, body in (("gzip", gzip.compress(CONTENT)), ("deflate", zlib.compress(CONTENT)),
                             ("deflate", raw.compress(CONTENT) + raw.flush())):
            server = self.coded(body, coding, ETag='"e"')
            self.get("--compressed", "--overwrite", server.url + "/file")
            self.check_file("file", CONTENT)
            self.assertIn(coding, server.requests[0][1]["accept-encoding"])
        self.get("--compressed", "-o", "-", server.url + "/file")
        self.assertTrue(self.output == CONTENT)

    def test_not_without_being_asked(self):
        server = self.coded(gzip.compress(CONTENT))
        self.get(server.url + "/file")
        self.check_file("file", CONTENT)
        self.assertEqual(server.requests[0][1]["accept-encoding"], "identity")

    def test_is_never_resumed(self):
        body = gzip.compress(CONTENT)

        def script(peer, number):
            if number > 0:
                return peer.send(answer(body, Content_Encoding="gzip", ETag='"e"'))
            peer.send(answer(body[:500_000], length=len(body), Content_Encoding="gzip",
                             ETag='"e"'))
            return "close"

        server = self.scripted(script)
        self.get("--compressed", server.url + "/file")
        self.check_file("file", CONTENT)
        self.assertNotIn("range", server.requests[1][1])

    def test_bombs_and_nonsense(self):
        bomb = gzip.compress(gzip.compress(bytes(300 << 20)))
        layers = self.coded(bomb, "gzip")
        self.get("--compressed", layers.url + "/file")   # one layer is no bomb
        os.remove(self.path("file"))
        once = gzip.decompress(bomb)
        for body in (once, b"nonsense", gzip.compress(CONTENT)[:-9],
                     gzip.compress(CONTENT)[:-8] + b"12345678"):
            with self.subTest(size=len(body)):
                said = self.get("--compressed", *ONCE, self.coded(body).url + "/file",
                                exit_code=7)
                self.assertEqual(self.names(), [])
                self.assertRegex(said, "gzip|decod|expand|compress")
        twice = self.scripted(lambda peer, number: peer.send(
            answer(bomb, Content_Encoding="gzip, gzip")))
        self.get("--compressed", *ONCE, twice.url + "/file", exit_code=7)
        unknown = self.scripted(lambda peer, number: peer.send(
            answer(CONTENT, Content_Encoding="lzma")))
        self.assertIn("lzma", self.get("--compressed", *ONCE, unknown.url + "/file", exit_code=7))
        self.assertEqual(self.names(), [])


class Modes(TestCase):
    def test_permissions_are_ours(self):
        self.get(self.scripted(serves(CONTENT)).url + "/file", umask=0o077)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("file")).st_mode), 0o600)


if __name__ == "__main__":
    unittest.main(argv=["get_options_test"])
