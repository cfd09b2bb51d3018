# SPDX-License-Identifier: MIT
"""Certificates for tests, made by the openssl command."""

import os
import ssl
import subprocess

NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")

# What `openssl ca` must know; it is the one way to a certificate that has expired already.
SETTINGS = """[ca]
default_ca = this
[this]
database = {place}/{name}.index
rand_serial = yes
new_certs_dir = {place}
default_md = sha256
policy = names
unique_subject = no
[names]
commonName = supplied
[extensions]
subjectAltName = {hosts}
"""


class Authority:
    """Signs certificates, and keeps everything in `place`."""

    def __init__(self, place, name="authority"):
        self.place, self.name = place, name
        self.run("req", "-x509", *NEW_KEY, "-keyout", self.path(name, "key"), "-days", "2",
                 "-out", self.path(name, "pem"), "-subj", f"/CN={name}",
                 "-addext", "keyUsage=critical,keyCertSign")
        self.file = self.path(name, "pem")

    def path(self, name, ending):
        return os.path.join(self.place, f"{name}.{ending}")

    @staticmethod
    def run(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)

    def sign(self, name, hosts="DNS:localhost,IP:127.0.0.1", expired=False):
        """Returns: the files of a certificate for `hosts`, and of its key."""
        certificate, key = self.path(name, "pem"), self.path(name, "key")
        request, settings = self.path(name, "csr"), self.path(name, "cnf")
        self.run("req", *NEW_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        with open(settings, "w", encoding="ascii") as file:
            file.write(SETTINGS.format(place=self.place, name=name, hosts=hosts))
        open(self.path(name, "index"), "w", encoding="ascii").close()
        dates = (("-startdate", "20200101000000Z", "-enddate", "20210101000000Z") if expired
                 else ("-days", "2"))
        self.run("ca", "-batch", "-notext", "-config", settings, "-extensions", "extensions",
                 "-cert", self.file, "-keyfile", self.path(self.name, "key"), *dates,
                 "-in", request, "-out", certificate)
        return certificate, key


def server_context(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
