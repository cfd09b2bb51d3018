# SPDX-License-Identifier: MIT
"""`troika get` over https: whom it believes, what it tells to whom, what it says if it fails."""

import json
import os
import socket
import ssl
import stat
import struct
import tempfile
import threading
import unittest

from _certificates import Authority, server_context
from _get_support import TestCase, bytes_of, read, write
from _peer import answer

CONTENT = bytes_of("content", 300_000)
ONCE = ("--retries", "0")


def setUpModule():
    global authority, good, stranger
    place = tempfile.TemporaryDirectory(prefix="troika-tls-")
    unittest.addModuleCleanup(place.cleanup)
    authority = Authority(place.name)
    stranger = Authority(place.name, "stranger")
    good = authority.sign("good")


def sends(content, **fields):
    return lambda peer, number: peer.send(answer(content, **fields))


def to(place):
    return lambda peer, number: peer.send(answer(status="302 Found", Location=place))


class Base(TestCase):
    def https(self, script, pair=None, context=None):
        return self.scripted(script, context or server_context(*(pair or good)))

    def trusting(self, *arguments, exit_code=0, **options):
        return self.get("--cacert", authority.file, *ONCE, *arguments, exit_code=exit_code,
                        **options)

    def raw(self, talk):
        """A server that calls `talk(connection)` for each. Returns: its https URL."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    talk(connection)

        threading.Thread(target=serve, daemon=True).start()
        return f"https://127.0.0.1:{listener.getsockname()[1]}/file"


class Trust(Base):
    def refused(self, server, *arguments, said="", exit_code=5, host="127.0.0.1"):
        message = self.trusting(*arguments, f"https://{host}:{server.port}/file",
                                exit_code=exit_code)
        self.assertRegex(message, said)
        self.assertEqual(self.names(), [])
        self.assertEqual(server.requests, [])

    def test_good(self):
        server = self.https(sends(CONTENT))
        self.trusting(server.url + "/file")
        self.check_file("file", CONTENT)
        self.trusting(f"https://localhost:{server.port}/other")
        self.check_file("other", CONTENT)

    def test_nobody_has_signed_it(self):
        server = self.https(sends(CONTENT), stranger.sign("theirs"))
        self.refused(server, said="--cacert")
        # Neither does the system know our authority.
        said = self.get(*ONCE, self.https(sends(CONTENT)).url + "/file", exit_code=5)
        self.assertIn("--cacert", said)
        self.assertEqual(self.names(), [])

    def test_signed_by_itself(self):
        own = (stranger.file, stranger.path("stranger", "key"))
        self.refused(self.https(sends(CONTENT), own), said="--cacert")

    def test_expired(self):
        self.refused(self.https(sends(CONTENT), authority.sign("old", expired=True)),
                     said="expired")

    def test_of_another_host(self):
        server = self.https(sends(CONTENT), authority.sign("elsewhere", "DNS:elsewhere.test"))
        self.refused(server, said="127.0.0.1")
        self.refused(server, host="localhost", said="localhost")

    def test_the_environment_names_authorities(self):
        server = self.https(sends(CONTENT))
        environment = os.environ | {"SSL_CERT_FILE": authority.file}
        self.get(server.url + "/file", env=environment)
        self.check_file("file", CONTENT)
        # --cacert is no other authority's besides.
        self.get("--cacert", stranger.file, *ONCE, server.url + "/other", env=environment,
                 exit_code=5)

    def test_insecure_works_and_warns_once(self):
        server = self.https(sends(CONTENT), stranger.sign("theirs2", "DNS:elsewhere.test"))
        urls = [f"{server.url}/file{i}" for i in range(4)]
        said = self.get("-k", *urls)
        self.assertEqual(said.count("-k:"), 1)
        self.assertIn("anybody", said)
        self.get("-q", "--json", "-k", server.url + "/other")
        events = [json.loads(line) for line in self.output.splitlines()]
        self.assertEqual([e["event"] for e in events].count("warning"), 1)

    def test_authorities_that_cannot_be_read(self):
        write(self.path("empty.pem"), b"nothing\n")
        for name in ("missing.pem", "empty.pem"):
            said = self.get("--cacert", name, "https://127.0.0.1:1/file", exit_code=5)
            self.assertIn(name, said)

    def test_the_name_is_sent(self):
        names = []
        context = server_context(*good)
        context.sni_callback = lambda connection, name, _: names.append(name)
        server = self.https(sends(CONTENT), context=context)
        self.trusting(f"https://localhost:{server.port}/file")
        self.trusting(server.url + "/other")
        self.assertEqual(names, ["localhost", None])


class Handshakes(Base):
    def test_old_versions(self):
        context = server_context(*good)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        said = self.trusting(self.https(sends(CONTENT), context=context).url + "/f", exit_code=5)
        self.assertRegex(said, "(?i)version")
        context = server_context(*good)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        server = self.https(sends(CONTENT), context=context)
        said = self.trusting("--tls-min", "1.3", server.url + "/f", exit_code=5)
        self.assertIn("--tls-min", said)
        self.assertEqual(self.names(), [])
        self.trusting(server.url + "/file")
        self.check_file("file", CONTENT)

    def test_no_tls_at_all(self):
        for noise in (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9\r\n"):
            def talk(connection, noise=noise):
                connection.recv(1)
                connection.sendall(noise)
                connection.settimeout(10)
                while connection.recv(65536):
                    pass

            said = self.trusting(self.raw(talk), exit_code=5)
            self.assertIn("http", said)

    def test_stall(self):
        done = threading.Event()
        self.addCleanup(done.set)
        url = self.raw(lambda connection: done.wait(60))
        said = self.trusting("--connect-timeout", "200ms", url, exit_code=10)
        self.assertIn("--connect-timeout", said)

    def test_cut(self):
        def talk(connection):
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        self.assertRegex(self.trusting(self.raw(talk), exit_code=4), "reset|closed")

    def test_sessions_are_resumed(self):
        server = self.https(lambda peer, number: [peer.send(answer(CONTENT, Connection="close")),
                                                  "close"][1])
        urls = [f"{server.url}/{i}" for i in range(6)]
        self.trusting("-j", "1", *urls)
        self.assertEqual(server.handshakes[0], False)
        self.assertEqual(server.handshakes[1:], [True] * 5)


class Clients(Base):
    def setUp(self):
        super().setUp()
        context = server_context(*good)
        context.load_verify_locations(authority.file)
        context.verify_mode = ssl.CERT_REQUIRED
        self.server = self.https(sends(CONTENT), context=context)

    def test_right(self):
        certificate, key = authority.sign("me")
        self.trusting("--cert", certificate, "--key", key, self.server.url + "/file")
        self.check_file("file", CONTENT)

    def test_missing_or_wrong(self):
        said = self.trusting(self.server.url + "/file", exit_code=5)
        self.assertIn("--cert", said)
        certificate, key = stranger.sign("nobody")
        said = self.trusting("--cert", certificate, "--key", key, self.server.url + "/file",
                             exit_code=5)
        self.assertIn("certificate", said)
        self.assertEqual(self.server.requests, [])

    def test_files_that_cannot_be_used(self):
        certificate, key = authority.sign("mine")
        _, other = authority.sign("other")
        for arguments, exit_code in ((("--cert", certificate), 2), (("--key", key), 2),
                                     (("--cert", certificate, "--key", other), 5),
                                     (("--cert", certificate, "--key", "missing"), 5),
                                     (("--cert", key, "--key", key), 5)):
            said = self.trusting(*arguments, self.server.url + "/file", exit_code=exit_code)
            self.assertRegex(said, "--cert|missing|mine|other", arguments)


class Redirects(Base):
    def test_to_http_is_refused(self):
        plain = self.scripted(sends(CONTENT))
        secure = self.https(to(plain.url + "/other"))
        said = self.trusting(secure.url + "/file", exit_code=7)
        self.assertIn("not encrypted", said)
        self.assertEqual(plain.requests, [])
        self.assertEqual(self.names(), [])
        self.trusting("--redirects-to-http", secure.url + "/file")
        self.check_file("file", CONTENT)

    def test_to_https_is_followed(self):
        plain = self.scripted(to(self.https(sends(CONTENT)).url + "/other"))
        self.trusting(plain.url + "/file")
        self.check_file("file", CONTENT)

    def test_credentials_stay_at_home(self):
        secrets = ("-u", "me:s3cret", "-b", "c00kie=s3cret", "-H", "Proxy-Authorization: s3cret")
        for secure_first in (True, False):
            for secure_second in (True, False):
                aim = self.scripted(sends(CONTENT), server_context(*good) if secure_second
                                    else None)
                door = self.scripted(to(aim.url + "/other"),
                                     server_context(*good) if secure_first else None)
                said = self.trusting(*secrets, "--redirects-to-http", "-v", door.url + "/file")
                self.get("--json", "--cacert", authority.file, *secrets, "--redirects-to-http",
                         "--overwrite", door.url + "/file")
                self.assertNotIn("s3cret", said + self.output.decode())
                first, second = door.requests[0][1], aim.requests[0][1]
                self.assertEqual(first["authorization"], "Basic bWU6czNjcmV0")
                self.assertIn("c00kie=s3cret", first["cookie"])
                for name in ("authorization", "cookie", "proxy-authorization"):
                    self.assertNotIn(name, second)
                os.remove(self.path("file"))

    def test_credentials_go_with_redirects_within(self):
        server = self.https(lambda peer, number: peer.send(
            answer(status="302 Found", Location="/there") if peer.target == "/here"
            else answer(CONTENT)))
        self.trusting("--bearer", "s3cret", server.url + "/here")
        self.assertEqual(server.requests[1][1]["authorization"], "Bearer s3cret")

    def test_credentials_of_another_server(self):
        """Those of the first URL's text go nowhere else, and are not shown."""
        aim = self.https(lambda peer, number: peer.send(answer(status="404 No")))
        door = self.https(to(aim.url + "/other"))
        said = self.trusting("-v", door.url.replace("//", "//me:s3cret@") + "/file", exit_code=8)
        self.assertNotIn("s3cret", said)
        self.assertIn("authorization", door.requests[0][1])
        self.assertNotIn("authorization", aim.requests[0][1])


class Bodies(Base):
    def test_without_an_end(self):
        """No length, and no close_notify: nobody knows whether that was all."""
        def script(peer, number):
            peer.send(b"HTTP/1.1 200 OK\r\n\r\n" + CONTENT)
            descriptor = peer.connection.detach()
            with socket.socket(fileno=descriptor) as cut:
                cut.shutdown(socket.SHUT_RDWR)
            return "close"

        said = self.trusting(self.https(script).url + "/file", exit_code=4)
        self.assertNotIn("file", self.names())
        self.assertRegex(said, "close|cut|end")

    def test_with_an_end(self):
        def script(peer, number):
            peer.send(b"HTTP/1.1 200 OK\r\n\r\n" + CONTENT)
            peer.connection.unwrap()
            return "close"

        self.trusting(self.https(script).url + "/file")
        self.check_file("file", CONTENT)

    def test_cut_in_the_middle(self):
        content = bytes_of("large", 3_000_000)

        def script(peer, number):
            if number > 0:
                return peer.send_rest(content, ETag='"e"')
            peer.send(answer(content[:2_000_000], length=len(content), ETag='"e"'))
            with socket.socket(fileno=peer.connection.detach()) as cut:
                cut.shutdown(socket.SHUT_RDWR)
            return "close"

        server = self.https(script)
        self.get("--cacert", authority.file, server.url + "/file")
        self.check_file("file", content)
        self.assertEqual(len(server.requests), 2)
        self.assertIn("range", server.requests[1][1])

    def test_split(self):
        content = bytes_of("split", 1_000_000)
        server = self.https(lambda peer, number: peer.send_rest(content, ETag='"e"'))
        self.trusting("-s", "4", "--min-split", "64k", server.url + "/file")
        self.check_file("file", content)
        self.assertGreaterEqual(len(server.handshakes), 2)


class StrictTransport(Base):
    def test_is_kept_and_honoured(self):
        server = self.https(sends(CONTENT, Strict_Transport_Security="max-age=3600"))
        self.trusting("--hsts", "hosts", f"https://localhost:{server.port}/one")
        self.assertIn(b"localhost", read(self.path("hosts")))
        # Without the file, the server would get plain text.
        self.trusting(f"http://localhost:{server.port}/two", exit_code=4)
        self.trusting("--hsts", "hosts", f"http://localhost:{server.port}/two")
        self.check_file("two", CONTENT)
        self.assertNotIn("hosts.troika~", self.names())

    def test_is_not_believed_over_http(self):
        server = self.scripted(sends(CONTENT, Strict_Transport_Security="max-age=3600"))
        self.trusting("--hsts", "hosts", f"http://localhost:{server.port}/one")
        self.assertNotIn(b"localhost", read(self.path("hosts")))

    def test_a_file_that_cannot_be_understood(self):
        write(self.path("hosts"), b"\0\1\2 nonsense\n" * 3)
        before = read(self.path("hosts"))
        server = self.https(sends(CONTENT))
        process = self.start("--cacert", authority.file, "--hsts", "hosts", server.url + "/one")
        _, error = process.communicate(timeout=60)
        if process.returncode != 0:
            self.assertIn(b"hosts", error)
            self.assertEqual(read(self.path("hosts")), before)


class Serve(Base):
    def test_self_signed(self):
        served = self.path("served")
        os.mkdir(served)
        write(os.path.join(served, "file"), CONTENT)
        server = self.serve(served, "--self-signed", "--write-cert", self.path("cert.pem"))
        self.get(server + "file", *ONCE, exit_code=5)
        self.get("--cacert", "cert.pem", server + "file")
        self.check_file("file", CONTENT)

    def test_certificate(self):
        served = self.path("served")
        os.mkdir(served)
        write(os.path.join(served, "file"), CONTENT)
        certificate, key = good
        server = self.serve(served, "--cert", certificate, "--key", key)
        self.trusting("-s", "3", "--min-split", "64k", server + "file")
        self.check_file("file", CONTENT)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("file")).st_mode) & 0o111, 0)

    def serve(self, *arguments):
        process = self.start(*arguments, "--port", "0", command="serve")
        return process.stdout.readline().decode().strip()


if __name__ == "__main__":
    unittest.main(argv=["get_tls_test"])
