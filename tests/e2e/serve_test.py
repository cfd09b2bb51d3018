# SPDX-License-Identifier: MIT
"""`troika serve`, as curl and people with a socket see it."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from _get_support import BINARY, TIME_MAX, bytes_of, read, write

CONTENT = bytes_of("served", 1_000_000)
DATE = 1_000_000_000


class Serve(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="troika-serve-")
        self.addCleanup(place.cleanup)
        self.root = os.path.join(place.name, "root")
        self.place = place.name
        os.makedirs(os.path.join(self.root, "sub dir"))
        write(os.path.join(place.name, "outside"), b"not for you")
        for name in ("a.txt", "b.html", "sub dir/ünï"):
            write(os.path.join(self.root, name), CONTENT)
            os.utime(os.path.join(self.root, name), (DATE, DATE))

    def serve(self, *options, **more):
        server = subprocess.Popen([BINARY, "serve", self.root, "--port", "0", *options],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        self.addCleanup(self.stop, server)
        self.url = server.stdout.readline().decode().strip()
        self.port = int(self.url.rsplit(":", 1)[1].rstrip("/"))
        return server

    def stop(self, server):
        if server.poll() is None:
            server.send_signal(signal.SIGTERM)
        _, error = server.communicate(timeout=TIME_MAX)
        self.assertEqual(server.returncode, 0, error)
        return error.decode()

    def curl(self, *arguments):
        """Returns: what curl printed."""
        done = subprocess.run(["curl", "-sS", "--max-time", str(TIME_MAX), *arguments],
                              capture_output=True, timeout=TIME_MAX, check=True)
        return done.stdout

    def status(self, path, *arguments):
        return self.curl("-o", "/dev/null", "-w", "%{http_code}", *arguments,
                         self.url.rstrip("/") + path).decode()

    def raw(self, request):
        """Returns: all that the server sends before it closes."""
        with socket.create_connection(("127.0.0.1", self.port), TIME_MAX) as peer:
            peer.sendall(request)
            answer = b""
            while more := peer.recv(65536):
                answer += more
            return answer


@unittest.skipUnless(shutil.which("curl"), "curl is not installed")
class WithCurl(Serve):
    def test_files(self):
        self.serve()
        self.assertEqual(self.curl(self.url + "a.txt"), CONTENT)
        self.assertEqual(self.curl(self.url + "sub%20dir/%C3%BCn%C3%AF"), CONTENT)
        self.assertEqual(self.status("/nothing"), "404")

    def test_resuming(self):
        self.serve()
        target = os.path.join(self.place, "target")
        write(target, CONTENT[:123_456])
        self.curl("-C", "-", "-o", target, self.url + "a.txt")
        self.assertEqual(read(target), CONTENT)

    def test_ranges(self):
        self.serve()
        self.assertEqual(self.curl("-r", "10-19", self.url + "a.txt"), CONTENT[10:20])
        self.assertEqual(self.curl("-r", "-10", self.url + "a.txt"), CONTENT[-10:])
        self.assertEqual(self.status("/a.txt", "-r", "2000000-"), "416")

    def test_conditions(self):
        self.serve()
        target = os.path.join(self.place, "target")
        write(target, b"")
        os.utime(target, (DATE, DATE))
        self.assertEqual(self.status("/a.txt", "-z", target), "304")
        os.utime(target, (DATE - 1, DATE - 1))
        self.assertEqual(self.status("/a.txt", "-z", target), "200")
        tag = next(line.split(b" ", 1)[1] for line in
                   self.curl("-I", self.url + "a.txt").splitlines() if line.lower()[:5] == b"etag:")
        self.assertEqual(self.status("/a.txt", "-H", "If-None-Match: " + tag.decode()), "304")

    def test_listing(self):
        self.serve()
        page = self.curl(self.url).decode()
        self.assertIn('href="a.txt"', page)
        self.assertIn('href="sub%20dir/"', page)
        # A directory without its slash would make the page's links lead elsewhere.
        self.assertEqual(self.curl("-o", "/dev/null", "-w", "%{redirect_url}",
                                   self.url + "sub%20dir").decode(), self.url + "sub%20dir/")

    def test_head_and_other_methods(self):
        self.serve()
        head = self.curl("-I", self.url + "a.txt").decode().lower()
        self.assertIn("content-length: 1000000\r\n", head)
        self.assertIn("last-modified: sun, 09 sep 2001 01:46:40 gmt\r\n", head)
        self.assertEqual(self.status("/a.txt", "-d", "x"), "405")

    def test_parallel_clients(self):
        self.serve()
        urls = [word for i in range(50)
                for word in ("-o", os.path.join(self.place, f"t{i}"), self.url + "a.txt")]
        self.curl("--parallel", "--parallel-max", "50", *urls)
        for i in range(50):
            self.assertEqual(read(os.path.join(self.place, f"t{i}")), CONTENT)

    def test_delay_and_rate(self):
        self.serve("--delay", "200ms", "--rate", "2M")
        begun = time.monotonic()
        self.assertEqual(self.curl(self.url + "a.txt"), CONTENT)
        self.assertGreaterEqual(time.monotonic() - begun, 0.2 + 0.3)   # a megabyte at two a second

    def test_access_log(self):
        server = self.serve("--access-log")
        self.curl(self.url + "a.txt")
        self.status("/nothing")
        log = self.stop(server)
        self.assertRegex(log, r"GET /a\.txt.* 200 1000000")
        self.assertRegex(log, r"GET /nothing.* 404 ")


class WithASocket(Serve):
    def test_nothing_outside_its_root(self):
        os.symlink("../outside", os.path.join(self.root, "link"))
        self.serve()
        for path in (b"/../outside", b"/%2e%2e/outside", b"/sub%20dir/../../outside", b"//outside",
                     b"/..%2foutside", b"/link", b"/a.txt%00", b"/..%5coutside"):
            answer = self.raw(b"GET " + path + b" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            self.assertNotIn(b"not for you", answer, path)
            self.assertRegex(answer, rb"^HTTP/1\.1 (400|403|404) ", path)

    def test_a_log_that_nobody_can_forge(self):
        server = self.serve("--access-log")
        self.raw(b"GET /%0aGET%20/forged HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        self.raw(b"GET /\x1b[2J HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        log = self.stop(server)
        self.assertNotIn("\x1b", log)
        self.assertNotIn("\nGET /forged", log)

    def test_garbage(self):
        server = self.serve()
        for request in (b"\0" * 1000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                        b"GET " + b"/x" * 100_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
                        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500)):
            answer = self.raw(request)
            self.assertRegex(answer, rb"^HTTP/1\.1 [45]\d\d ", request[:20])
        self.assertIsNone(server.poll())

    def test_clients_that_leave(self):
        server = self.serve()
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", self.port), TIME_MAX) as peer:
                peer.sendall(b"GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n")
                peer.recv(100)
        self.assertIn(b"200 OK", self.raw(b"GET /a.txt HTTP/1.0\r\n\r\n")[:20])
        self.assertNotIn("error", self.stop(server).lower())

    def test_ctrl_c_ends_it(self):
        server = self.serve()
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=TIME_MAX)
        self.assertIn(server.returncode, (0, 130))

    def test_a_taken_port(self):
        self.serve()
        second = subprocess.run([BINARY, "serve", self.root, "--port", str(self.port)],
                                capture_output=True, timeout=TIME_MAX, check=False)
        self.assertNotEqual(second.returncode, 0)
        self.assertIn(str(self.port).encode(), second.stderr)

    def test_no_directory(self):
        done = subprocess.run([BINARY, "serve", os.path.join(self.place, "nowhere")],
                              capture_output=True, timeout=TIME_MAX, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"nowhere", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=["serve_test"])
