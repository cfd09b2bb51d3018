# SPDX-License-Identifier: MIT
"""`troika get` and whom it talks to as whom: log-ins, cookies, proxies."""

import base64
import json
import os
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import unittest

from _certificates import Authority, server_context
from _get_support import TIME_MAX, TestCase, bytes_of, read, write
from _peer import answer

CONTENT = bytes_of("content", 300_000)
ONCE = ("--retries", "0")
# Nothing of the machine's own may play a part.
CLEAN = {name: value for name, value in os.environ.items()
         if not name.lower().endswith("_proxy") and name not in ("NETRC", "HOME")}


def setUpModule():
    global authority, good
    place = tempfile.TemporaryDirectory(prefix="troika-session-")
    unittest.addModuleCleanup(place.cleanup)
    authority = Authority(place.name)
    good = authority.sign("good")


def sends(content, **fields):
    return lambda peer, number: peer.send(answer(content, **fields))


def basic(text):
    return "Basic " + base64.b64encode(text.encode()).decode()


class Base(TestCase):
    def get(self, *arguments, env=None, **options):
        return super().get(*ONCE, "--cacert", authority.file, *arguments,
                           env=CLEAN | {"HOME": self.place} | (env or {}), **options)

    def secured(self, script):
        return self.scripted(script, server_context(*good))


class LogIns(Base):
    def sent(self, *arguments, url=None, **options):
        """Returns: what the server was told, and nobody else."""
        server = self.scripted(sends(CONTENT))
        said = self.get(*arguments, "-v", "--overwrite", (url or server.url + "/file").replace(
            "PORT", str(server.port)), **options)
        self.get("--json", *arguments, "--overwrite", (url or server.url + "/file").replace(
            "PORT", str(server.port)), **options)
        self.assertNotIn("s3cret", said + self.output.decode())
        return server.requests[0][1].get("authorization")

    def test_the_ways_to_say_it(self):
        self.assertEqual(self.sent("-u", "me:s3cret"), basic("me:s3cret"))
        self.assertEqual(self.sent("-u", "me:s3cret:with:colons"), basic("me:s3cret:with:colons"))
        self.assertEqual(self.sent("--bearer", "s3cret"), "Bearer s3cret")
        self.assertEqual(self.sent("-H", "Authorization: Digest s3cret"), "Digest s3cret")
        self.assertEqual(self.sent(url="http://me:s3cret%40@127.0.0.1:PORT/file"),
                         basic("me:s3cret@"))
        # The nearer to the URL, the more it counts.
        self.assertEqual(self.sent("-u", "a:b", url="http://me:s3cret@127.0.0.1:PORT/file"),
                         basic("me:s3cret"))

    def test_netrc(self):
        write(self.path("log-ins"), b"machine 127.0.0.1 login me password s3cret\n"
                                    b"machine elsewhere.test login x password y\n")
        expected = basic("me:s3cret")
        self.assertEqual(self.sent("--netrc-file", "log-ins"), expected)
        self.assertEqual(self.sent("--netrc", env={"NETRC": self.path("log-ins")}), expected)
        self.assertEqual(self.sent("--netrc-file", "log-ins", "-u", "a:b"), basic("a:b"))
        self.assertIsNone(self.sent())
        os.rename(self.path("log-ins"), self.path(".netrc"))
        self.assertEqual(self.sent("--netrc"), expected)
        self.assertIsNone(self.sent("--netrc", url="http://localhost:PORT/file"))

    def test_a_netrc_that_cannot_be_understood(self):
        write(self.path("log-ins"), b'machine 127.0.0.1 login me password "s3cret\n')
        said = self.get("--netrc-file", "log-ins", "http://127.0.0.1:1/file", exit_code=2)
        self.assertIn("log-ins", said)
        self.assertNotIn("s3cret", said)

    def test_refused(self):
        server = self.scripted(lambda peer, number: peer.send(answer(status="401 Who")))
        said = self.get("-u", "me:s3cret", server.url + "/file", exit_code=6)
        self.assertNotIn("s3cret", said)
        self.assertIn("-u", said)


class Cookies(Base):
    def shop(self):
        def script(peer, number):
            if peer.target == "/door":
                return peer.send(answer(status="302 Found", Location="/file",
                                        Set_Cookie="ticket=s3cret; Path=/; Max-Age=1000"))
            allowed = "ticket=s3cret" in peer.fields.get("cookie", "")
            return peer.send(answer(CONTENT) if allowed else answer(status="403 No"))
        return self.scripted(script)

    def test_of_a_redirect(self):
        server = self.shop()
        self.get(server.url + "/door", exit_code=6)   # nobody has asked for cookies
        self.get("--cookie-jar", "jar", server.url + "/door", "-o", "file")
        self.check_file("file", CONTENT)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("jar")).st_mode), 0o600)
        self.assertIn(b"s3cret", read(self.path("jar")))
        self.assertEqual(self.names(), ["file", "jar"])

    def test_a_jar_is_read_again(self):
        server = self.shop()
        self.get("--cookie-jar", "jar", server.url + "/door", "-o", "file")
        self.get("-b", "jar", "--overwrite", server.url + "/file")
        self.get("-b", "jar", "--overwrite", f"http://localhost:{server.port}/file", exit_code=6)
        # A jar that was there is replaced, and what -b reads is what it keeps.
        os.chmod(self.path("jar"), 0o644)
        self.get("-b", "jar", "--cookie-jar", "jar", "--overwrite", server.url + "/file")
        self.assertIn(b"s3cret", read(self.path("jar")))
        self.assertEqual(stat.S_IMODE(os.stat(self.path("jar")).st_mode), 0o600)

    def test_an_interrupted_run_has_saved_its_jar(self):
        def script(peer, number):
            if peer.target == "/door":
                return peer.send(answer(b"in", Set_Cookie="ticket=s3cret; Path=/; Max-Age=1000"))
            peer.wait_until_gone()
            return "close"

        server = self.scripted(script)
        process = self.start("--json", "--cookie-jar", "jar", "-j", "1", server.url + "/door",
                             server.url + "/file", env=CLEAN)
        for line in process.stdout:
            if json.loads(line)["event"] == "finished":
                break
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=TIME_MAX)
        self.assertEqual(process.returncode, 130)
        self.assertIn(b"s3cret", read(self.path("jar")))
        self.assertEqual(self.names(), ["door", "jar"])

    def test_a_jar_that_cannot_be_saved_when_interrupted(self):
        asked = threading.Event()

        def script(peer, number):
            asked.set()
            peer.wait_until_gone()
            return "close"

        process = self.start("--cookie-jar", "no/such/directory", self.scripted(script).url + "/x",
                             env=CLEAN)
        self.assertTrue(asked.wait(TIME_MAX))
        process.send_signal(signal.SIGINT)
        error = process.communicate(timeout=TIME_MAX)[1]
        self.assertEqual(process.returncode, 130)
        self.assertIn(b"no/such/directory", error)

    def test_a_list_of_failures_that_cannot_be_written_costs_no_jar(self):
        url = self.shop().url
        process = self.start("--json", "--cookie-jar", "jar", "--failed-out", "no/such/directory",
                             "-i", "-", stdin=subprocess.PIPE, env=CLEAN)
        process.stdin.write(f"{url}/door out=file\n".encode())
        process.stdin.flush()
        for line in process.stdout:
            if json.loads(line)["event"] == "finished":
                break
        error = process.communicate(b"nonsense\n", timeout=TIME_MAX)[1]
        self.assertEqual(process.returncode, 2)
        self.assertIn(b"no/such/directory", error)
        self.assertIn(b"s3cret", read(self.path("jar")))

    def test_given_as_text(self):
        server = self.shop()
        said = self.get("-b", "ticket=s3cret", "-v", server.url + "/file")
        self.assertNotIn("s3cret", said)
        self.get("-b", "a=b", "-b", "ticket=s3cret; c=d", "--overwrite", server.url + "/file")
        self.assertEqual(server.requests[-1][1]["cookie"], "a=b; ticket=s3cret; c=d")

    def test_text_and_jar_go_together(self):
        server = self.shop()
        self.get("-b", "mine=1", "--cookie-jar", "jar", server.url + "/door", "-o", "file")
        cookie = server.requests[-1][1]["cookie"]
        self.assertIn("mine=1", cookie)
        self.assertIn("ticket=s3cret", cookie)

    def test_files_with_other_things_in_them(self):
        server = self.shop()
        write(self.path("file of cookies"), b"# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\t"
              b"FALSE\t0\tticket\ts3cret\nnonsense\n")
        said = self.get("-b", "file of cookies", server.url + "/file")
        self.check_file("file", CONTENT)
        self.assertIn("file of cookies", said)

    def test_no_word_of_the_jar_for_others(self):
        aim = self.scripted(sends(CONTENT))
        script = lambda peer, number: peer.send(answer(
            status="302 Found", Location=f"http://localhost:{aim.port}/file",
            Set_Cookie="ticket=s3cret; Domain=localhost"))
        self.get("--cookie-jar", "jar", self.scripted(script).url + "/door", "-o", "file")
        self.assertNotIn("cookie", aim.requests[0][1])

    def test_an_editor_may_have_a_backup_of_the_jar(self):
        write(self.path("jar~"), b"precious")
        self.get("--cookie-jar", "jar", self.shop().url + "/door", "-o", "file")
        self.check_file("jar~", b"precious")


class Proxies(Base):
    def proxy(self, log_in=None):
        """A proxy that answers for everybody, and connects to ports of this machine."""
        def script(peer, number):
            if log_in and peer.fields.get("proxy-authorization") != basic(log_in):
                peer.send(answer(status="407 Who"))
                return "close"
            if peer.method != "CONNECT":
                return peer.send(answer(CONTENT))
            port = int(peer.target.rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port)) as aim:
                peer.send(b"HTTP/1.1 200 Connected\r\n\r\n")
                back = threading.Thread(target=self.pump, args=(aim, peer.connection), daemon=True)
                back.start()
                self.pump(peer.connection, aim)
                back.join(60)
            return "close"
        return self.scripted(script)

    @staticmethod
    def pump(source, sink):
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def test_http(self):
        proxy = self.proxy()
        self.get("--proxy", proxy.url, "-u", "me:secret", "http://nowhere.test/file?x=1")
        self.check_file("file", CONTENT)
        target, fields = proxy.requests[0]
        self.assertEqual(target, "http://nowhere.test/file?x=1")
        self.assertEqual(fields["host"], "nowhere.test")
        self.assertIn("authorization", fields)

    def test_https_goes_through_a_tunnel(self):
        proxy, server = self.proxy(log_in="it:s3cret"), self.secured(sends(CONTENT))
        url = proxy.url.replace("//", "//it:s3cret@")
        said = self.get("-v", "--proxy", url, "-u", "me:hidden",
                        f"https://localhost:{server.port}/file")
        self.check_file("file", CONTENT)
        target, fields = proxy.requests[0]
        self.assertEqual(target, f"localhost:{server.port}")
        self.assertNotIn("authorization", fields)
        self.assertNotIn("proxy-authorization", server.requests[0][1])
        self.assertNotIn("s3cret", said)

    def test_split_through_a_tunnel(self):
        content = bytes_of("split", 1_000_000)
        proxy = self.proxy()
        server = self.secured(lambda peer, number: peer.send_rest(content, ETag='"e"'))
        self.get("--proxy", proxy.url, "-s", "4", "--min-split", "64k", server.url + "/file")
        self.check_file("file", content)

    def test_who_are_you(self):
        proxy = self.proxy(log_in="it:s3cret")
        server = self.secured(sends(CONTENT))
        for url in ("http://nowhere.test/file", server.url + "/file"):
            for proxy_url in (proxy.url, proxy.url.replace("//", "//it:wr0ng@")):
                said = self.get("--proxy", proxy_url, url, exit_code=6)
                self.assertIn("--proxy", said)
                self.assertNotIn("wr0ng", said)
        self.assertEqual(server.requests, [])
        self.assertEqual(self.names(), [])

    def test_a_proxy_that_refuses_or_is_gone(self):
        refusing = self.scripted(lambda peer, number: peer.send(answer(status="502 Bad")))
        server = self.secured(sends(CONTENT))
        said = self.get("--proxy", refusing.url, server.url + "/file", exit_code=4)
        self.assertIn("502", said)
        self.get("--proxy", "http://127.0.0.1:1", server.url + "/file", exit_code=4)
        self.assertEqual(server.requests, [])

    def test_the_environment(self):
        proxy, server = self.proxy(), self.secured(sends(CONTENT))
        plain = self.scripted(sends(CONTENT))
        urls = (plain.url + "/a", server.url + "/b")
        # proxy requests, plain server's, secured server's
        cases = (({}, (), (0, 1, 1)),
                 ({"http_proxy": proxy.url}, (), (1, 0, 1)),
                 ({"HTTP_PROXY": proxy.url}, (), (0, 1, 1)),   # any CGI client could set that one
                 ({"https_proxy": proxy.url}, (), (1, 1, 1)),
                 ({"HTTPS_PROXY": proxy.url}, (), (1, 1, 1)),
                 ({"all_proxy": proxy.url}, (), (2, 0, 1)),
                 ({"all_proxy": proxy.url, "no_proxy": "127.0.0.1"}, (), (0, 1, 1)),
                 ({"all_proxy": proxy.url, "NO_PROXY": "*"}, (), (0, 1, 1)),
                 ({"all_proxy": proxy.url, "no_proxy": "elsewhere.test"}, (), (2, 0, 1)),
                 ({"all_proxy": proxy.url, "no_proxy": "*"}, ("--noproxy", ""), (2, 0, 1)),
                 ({"all_proxy": proxy.url}, ("--noproxy", "127.0.0.1"), (0, 1, 1)),
                 ({"all_proxy": proxy.url}, ("--proxy", ""), (0, 1, 1)),
                 ({"no_proxy": "*"}, ("--proxy", proxy.url), (2, 0, 1)))
        for variables, arguments, expected in cases:
            with self.subTest(variables, arguments=arguments):
                servers = (proxy, plain, server)
                before = [len(each.requests) for each in servers]
                self.get(*arguments, "--overwrite", *urls, env=variables)
                self.assertEqual(tuple(len(each.requests) - count
                                       for each, count in zip(servers, before)), expected)

    def test_an_environment_that_makes_no_sense(self):
        said = self.get("http://127.0.0.1:1/x", env={"http_proxy": "nonsense://me:s3cret@x"},
                        exit_code=2)
        self.assertIn("http_proxy", said)
        self.assertNotIn("s3cret", said)

    def test_events_hold_no_secrets(self):
        proxy = self.proxy(log_in="it:s3cret")
        self.get("--json", "--proxy", proxy.url.replace("//", "//it:s3cret@"), "-u", "me:s3cret",
                 "http://nowhere.test/file")
        self.assertNotIn(b"s3cret", self.output)
        for line in self.output.splitlines():
            json.loads(line)


if __name__ == "__main__":
    unittest.main(argv=["get_session_test"])
