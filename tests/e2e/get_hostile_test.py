# SPDX-License-Identifier: MIT
"""`troika get` and what is against it: clear errors, exit codes, no wrong byte."""

import json
import os
import resource
import signal
import socket
import subprocess
import threading
import unittest

from _get_support import BINARY, TestCase, bytes_of, sha256
from _peer import answer

CONTENT = bytes_of("content", 600_000)
ONCE = ("--retries", "0")


def closes_after(data):
    def script(peer, number):
        peer.send(data)
        return "close"
    return script


def stays_after(data):
    def script(peer, number):
        peer.send(data)
        peer.wait_until_gone()
        return "close"
    return script


class Peers(TestCase):
    def refused(self, script, exit_code, *arguments, path="/file"):
        """Returns: the message. Nothing may be left behind."""
        said = self.get(*ONCE, *arguments, self.scripted(script).url + path, exit_code=exit_code)
        self.assertEqual(self.names(), [])
        return said

    def test_close_early(self):
        for size in (100, 200_000):
            said = self.refused(closes_after(answer(b"x" * (size // 2), length=size)), 4)
            self.assertIn(f"of {size} bytes", said)
        self.refused(closes_after(b""), 4)
        self.refused(closes_after(b"HTTP/1.1 200 OK\r\nContent-"), 4)
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        self.refused(closes_after(chunked + b"5\r\nhello\r\n"), 4)
        self.refused(closes_after(chunked + b"ff\r\nhello"), 4)

    def test_close_early_and_repent(self):
        def script(peer, number):
            if number % 2 == 1:
                return peer.send(answer(CONTENT))
            peer.send(answer(CONTENT[:number * 1000], length=len(CONTENT)))
            return "close"

        self.assertIn("retry", self.get(self.scripted(script).url + "/file"))
        self.check_file("file", CONTENT)

    def test_lie_about_lengths(self):
        ok = b"HTTP/1.1 200 OK\r\n"
        for lie in (b"Content-Length: 5\r\nContent-Length: 6", b"Content-Length: -1",
                    b"Content-Length: 5\r\nTransfer-Encoding: chunked",
                    b"Content-Length: 99999999999999999999999", b"Content-Length: 0x5",
                    b"Content-Length: 5, 6", b"Content-Length: +5"):
            with self.subTest(lie):
                self.refused(closes_after(ok + lie + b"\r\n\r\nhello"), 7)
        chunked = ok + b"Transfer-Encoding: chunked\r\n\r\n"
        self.refused(closes_after(chunked + b"xyz\r\nhello"), 7)
        self.refused(closes_after(chunked + b"3\r\nhello\r\n0\r\n\r\n"), 7)

    def test_send_more_than_announced(self):
        self.get(self.scripted(closes_after(answer(CONTENT, length=1000))).url + "/file")
        self.check_file("file", CONTENT[:1000])

    def test_announce_more_than_fits(self):
        said = self.refused(closes_after(answer(b"x", length=1 << 60)), 3)
        self.assertIn("file.part", said)

    def test_stall(self):
        for data in (b"", b"HTTP/1.1 200", answer(b"x" * 10, length=100),
                     answer(b"x" * 200_000, length=300_000)):
            said = self.refused(stays_after(data), 10, "--stall-timeout", "200ms")
            self.assertIn("--stall-timeout", said)

    def test_drip(self):
        def script(peer, number):
            peer.send(answer(length=1 << 30))
            while True:
                peer.send(b"x" * 100)

        self.assertIn("--max-time", self.refused(script, 10, "--max-time", "300ms"))

    def test_flood_heads(self):
        for line in (b"X: y\r\n", b"X: " + b"y" * 60_000, b"\r\n",
                     b"HTTP/1.1 100 Go\r\n\r\n"):
            def script(peer, number, line=line):
                peer.send(b"HTTP/1.1 200 OK\r\n" if line.startswith(b"X") else b"")
                while True:
                    peer.send(line * 100)

            with self.subTest(line[:10]):
                self.refused(script, 7)

    def test_flood_uses_little_memory(self):
        def script(peer, number):
            peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(100):
                peer.send(b"100000\r\n" + bytes(1 << 20) + b"\r\n")
            return "close"

        process = self.start(*ONCE, self.scripted(script).url + "/file",
                             stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 4)
        self.assertLess(usage.ru_maxrss, 64 << 10)
        self.assertEqual(self.names(), [])

    def test_speak_something_else(self):
        for noise in (b"SSH-2.0-x\r\n", b"\x16\x03\x01\0\0", b"HTTP/9.9 200 OK\r\n\r\n",
                      b"HTTP/1.1 999999 No\r\n\r\n", b"HTTP/1.1 200 OK\nX: 1\n\n"):
            with self.subTest(noise):
                self.refused(closes_after(noise), 7)

    def test_redirect_in_circles(self):
        self.refused(closes_after(answer(status="302 Found", Location="/file")), 7)
        server = self.scripted(lambda peer, number: peer.send(
            answer(status="302 Found", Location=f"/{number}")))
        self.get(*ONCE, "--max-redirs", "3", server.url + "/file", exit_code=7)
        self.assertEqual(len(server.requests), 4)

    def test_redirect_elsewhere(self):
        def to(place):
            return closes_after(answer(status="301 Moved", Location=place))

        self.assertIn("neither http nor https", self.refused(to("ftp://127.0.0.1/file"), 7))
        self.refused(to("file:///etc/passwd"), 7)
        self.refused(to("http://[::1"), 7)
        aim = self.scripted(closes_after(answer(CONTENT)))
        self.get(self.scripted(to(aim.url + "/other")).url + "/file",
                 "-H", "Authorization: secret")
        self.check_file("file", CONTENT)
        self.assertNotIn("authorization", aim.requests[0][1])

    def test_refuse(self):
        for status, exit_code in (("404 No", 8), ("410 Gone", 8), ("401 Who", 6), ("403 No", 6),
                                  ("500 Oops", 8), ("204 Nothing", 7), ("304 Same", 7)):
            with self.subTest(status):
                said = self.refused(closes_after(answer(status=status)), exit_code)
                self.assertIn(status[:3], said)
        server = self.scripted(closes_after(answer(status="404 No")))
        self.get("--retries", "3", server.url + "/file", exit_code=8)
        self.assertEqual(len(server.requests), 1)

    def test_ask_for_patience(self):
        def script(peer, number):
            peer.send(answer(CONTENT) if number == 2 else
                      answer(status="503 Busy", Retry_After=str(number)))

        server = self.scripted(script)
        process = self.start("--json", server.url + "/file")
        output, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        waits = [json.loads(line)["wait_seconds"] for line in output.splitlines()
                 if json.loads(line)["event"] == "retry"]
        self.assertEqual(len(waits), 2)
        self.assertGreaterEqual(waits[1], 1)
        self.check_file("file", CONTENT)

    def test_not_be_there(self):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))   # not listening: refused
            said = self.get(*ONCE, f"http://127.0.0.1:{nobody.getsockname()[1]}/file", exit_code=4)
        self.assertIn("refused", said)

    def test_suggest_names(self):
        server = self.scripted(lambda peer, number: peer.send(answer(b"content")))
        for path, name in (("/..%2f..%2fup", "up"), ("/.bashrc", "bashrc"), ("/-rf", "rf"),
                           ("/a%0ab%1b%5b2J", "ab[2J"), ("/", None), ("/x/..%5c..%5cc", "c"),
                           ("/" + "n" * 300, None), ("/%e2%80%ae", None), ("/..", None)):
            with self.subTest(path):
                self.get("-d", "down", server.url + path)
                names = os.listdir(self.path("down"))
                self.assertEqual(len(names), 1, names)
                if name:
                    self.assertEqual(names, [name])
                self.assertNotRegex(names[0], r"[\0-\x1f\x7f/\\]|^[.-]")
                os.remove(os.path.join(self.path("down"), names[0]))
        self.assertEqual(self.names(), ["down"])

    def test_suggest_names_in_a_field(self):
        for suggestion, name in (('"../../up"', "up"), ('".profile"', "profile"),
                                 ('"a/b\\\\c"', "c"), ('"fine.txt"', "fine.txt")):
            server = self.scripted(closes_after(answer(
                b"content", Content_Disposition=f"attachment; filename={suggestion}")))
            with self.subTest(suggestion):
                self.get("-J", "-d", "down", server.url + "/file")
                self.assertEqual(os.listdir(self.path("down")), [name])
                os.remove(os.path.join(self.path("down"), name))

    def test_messages_hold_no_escapes(self):
        server = self.scripted(closes_after(answer(status="404 Not Found")))
        for path, exit_code in (("/%1b[31m\u202e", 8), ("/\x1b[2J\u202e", 2)):
            said = self.get(server.url + path, exit_code=exit_code)
            self.assertNotIn("\x1b", said)
            self.assertNotIn("\u202e", said)

    def test_passwords_are_not_shown(self):
        server = self.scripted(closes_after(answer(status="404 No")))
        url = server.url.replace("//", "//user:secret@") + "/file"
        said = self.get("-v", url, exit_code=8)
        self.get("--json", url, exit_code=8)
        self.assertNotIn("secret", said + self.output.decode())
        self.assertIn("authorization", server.requests[0][1])
        # Nor those of URLs that are refused at once.
        for wrong in ("ftp://user:secret@h/x", "http://user:secret@h:x/", "htp//user:secret@h",
                      "user:secret@h/x", "http://user:secret@h/x mirror=ftp://user:secret@h/x",
                      "http://user:secret@h/x out=../x", "http://user:secret@h/x y=z"):
            for arguments in (("-v",), ("--json",)):
                said = self.get(*arguments, "-i", "-", stdin=wrong.encode(), exit_code=2)
                self.assertNotIn("secret", said + self.output.decode())

    def test_fail_now_and_then(self):
        contents = {f"/f{i}": bytes_of(i, i * 9000) for i in range(60)}
        seen = set()
        lock = threading.Lock()

        def script(peer, number):
            whole = contents[peer.target]
            with lock:
                first = peer.target not in seen
                seen.add(peer.target)
            which = int(peer.target[2:]) % 4
            if first and which == 0:
                return "close"
            if first and which == 1:
                peer.send(answer(whole[:len(whole) // 2], length=len(whole), ETag='"e"'))
                return "close"
            if first and which == 2:
                return peer.send(answer(b"busy", status="503 Busy"))
            return peer.send_rest(whole, ETag='"e"')

        server = self.scripted(script)
        lines = [f"{server.url}{name} sha256={sha256(content)}"
                 for name, content in contents.items()]
        self.get("-i", "-", "-j", "20", "--per-host", "20", "-q", stdin="\n".join(lines).encode())
        self.assertEqual(self.names(), sorted(name[1:] for name in contents))

    def test_fail_fast(self):
        def script(peer, number):
            if peer.target == "/wrong":
                return peer.send(answer(status="404 No"))
            return stays_after(answer(length=10))(peer, number)

        url = self.scripted(script).url
        self.get("--fail-fast", url + "/a", url + "/b", url + "/wrong", url + "/c", exit_code=8)
        self.assertEqual(self.names(), [])


class System(TestCase):
    def held(self, content):
        """A server that answers when `proceed` is set."""
        self.asked, self.proceed = threading.Event(), threading.Event()

        def script(peer, number):
            self.asked.set()
            self.proceed.wait(60)
            peer.send(answer(content))

        return self.scripted(script)

    def test_no_descriptors_for_so_many(self):
        said = self.get("-j", "100", "http://127.0.0.1:1/file", exit_code=2, preexec_fn=lambda:
                        resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100)))
        self.assertIn("ulimit", said)

    def test_the_limit_on_descriptors_is_raised(self):
        server = self.scripted(lambda peer, number: peer.send(answer(CONTENT)))
        self.get("-j", "100", server.url + "/file", preexec_fn=lambda:
                 resource.setrlimit(resource.RLIMIT_NOFILE, (100, 4096)))

    def test_no_descriptors_left(self):
        server = self.held(CONTENT)
        # A sanitizer that looks for leaks at the end needs descriptors itself.
        options = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        process = self.start(server.url + "/file", env=os.environ | {"ASAN_OPTIONS": options})
        self.assertTrue(self.asked.wait(60))
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (3, 3))
        self.proceed.set()
        _, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3, error)
        self.assertIn(b"ulimit", error)
        self.assertEqual(self.names(), [])

    def test_no_room(self):
        """The disk is full, as a limit on the size of files can say it."""
        for content in (CONTENT[:100_000], CONTENT):
            server = self.scripted(lambda peer, number: peer.send(answer(content)))
            said = self.get(server.url + "/file", exit_code=3, preexec_fn=lambda:
                            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)))
            self.assertRegex(said, r"write .*file(\.part)?: File too large")
            self.assertEqual(self.names(), [])

    def test_a_directory_that_is_not_ours(self):
        server = self.scripted(lambda peer, number: peer.send(answer(CONTENT)))
        os.mkdir(self.path("theirs"))
        os.chmod(self.path("theirs"), 0o555)
        os.chmod(self.place, 0o755)
        command = [BINARY, "get", "-d", "theirs", server.url + "/file", server.url + "/sub/" + "x"]
        if os.geteuid() == 0:   # whom modes do not stop
            command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
        done = subprocess.run(command, cwd=self.place, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(b"-d DIR", done.stderr)
        self.assertEqual(os.listdir(self.path("theirs")), [])

    def test_a_directory_that_is_a_file(self):
        server = self.scripted(lambda peer, number: peer.send(answer(CONTENT)))
        open(self.path("taken"), "wb").close()
        self.get("-d", "taken", server.url + "/file", exit_code=3)
        self.get("-d", "/proc/none", server.url + "/file", exit_code=3)

    def test_standard_output_that_is_gone(self):
        server = self.scripted(lambda peer, number: peer.send(answer(CONTENT)))
        reading, writing = os.pipe()
        os.close(reading)
        with open(writing, "wb") as closed:
            self.get("-o", "-", server.url + "/file", stdout=closed, exit_code=3)

    def test_interrupted_before_anything_came(self):
        server = self.held(CONTENT)
        process = self.start(server.url + "/file")
        self.assertTrue(self.asked.wait(60))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.names(), [])
        self.proceed.set()

    def test_interrupted_while_it_waits_for_its_list(self):
        server = self.scripted(lambda peer, number: peer.send(answer(CONTENT)))
        process = self.start("--json", "-i", "-", stdin=subprocess.PIPE)
        process.stdin.write(f"{server.url}/file\n".encode())
        process.stdin.flush()
        for line in process.stdout:
            if json.loads(line)["event"] == "finished":
                break
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(60), 130)
        self.check_file("file", CONTENT)

    def test_interrupted_while_nobody_takes_its_output(self):
        sent = threading.Event()

        def script(peer, number):
            peer.send(answer(CONTENT[:300_000], length=len(CONTENT)))
            sent.set()
            peer.wait_until_gone()

        process = self.start("-o", "-", self.scripted(script).url + "/file")
        self.assertTrue(sent.wait(60))
        process.stdout.read(1)   # the pipe is full
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(60), 130)


if __name__ == "__main__":
    unittest.main(argv=["get_hostile_test"])
