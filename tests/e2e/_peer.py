# SPDX-License-Identifier: MIT
"""One connection with a client, as the scripts of servers see it."""

import socket


def answer(body=b"", status="200 OK", length=None, **fields):
    """An HTTP response; keywords become fields, `_` in them `-`."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body) if length is None else length}\r\n"
    head += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return head.encode("latin-1") + b"\r\n" + body


def shake_hands(context, connection):
    """Returns: the connection over TLS; and whether a session was resumed, or the error."""
    over_tls = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
    try:
        over_tls.do_handshake()
        return over_tls, over_tls.session_reused
    except OSError as error:
        return over_tls, error


def end_unsecured(over_tls):
    """Ends a connection whose handshake has failed."""
    # Nothing may be left unread, or the reset overtakes the alert that says what is wrong.
    with socket.socket(fileno=over_tls.detach()) as plain:
        try:
            plain.shutdown(socket.SHUT_WR)
            while plain.recv(65536):
                pass
        except OSError:
            pass   # the client went away


class Peer:
    def __init__(self, connection):
        self.connection = connection
        self.method = None
        self.target = None
        self.fields = {}

    def take_request(self):
        """Returns: whether there was one."""
        head = b""
        while b"\r\n\r\n" not in head:
            more = self.connection.recv(65536)
            if not more:
                return False
            head += more
        first, *lines = head.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
        self.method, self.target = first.split(" ")[:2]
        self.fields = {name.lower(): value.strip()
                       for name, _, value in (line.partition(":") for line in lines)}
        return True

    def send(self, data):
        self.connection.sendall(data)

    def wait_until_gone(self):
        """Says nothing more, until the client leaves."""
        while self.connection.recv(65536):
            pass

    def send_rest(self, content, **fields):
        """What a good server answers: the part that was asked for, or all."""
        asked = self.asked_range(len(content))
        same = fields.get("ETag") or fields.get("Last_Modified")
        if not asked or self.fields.get("if-range", same) != same:
            self.send(answer(content, **fields))
        elif asked[0] >= len(content):
            self.send(answer(status="416 No", Content_Range=f"bytes */{len(content)}"))
        else:
            self.send(answer(content[slice(*asked)], "206 Part", **fields,
                             Content_Range=f"bytes {asked[0]}-{asked[1] - 1}/{len(content)}"))

    def asked_range(self, size):
        """Returns: the first byte and the end of what was asked for, or None."""
        if "range" not in self.fields:
            return None
        first, _, last = self.fields["range"].removeprefix("bytes=").partition("-")
        return int(first), min(int(last) + 1, size) if last else size
