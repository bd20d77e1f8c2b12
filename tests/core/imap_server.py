"""A small IMAP4rev1 server on loopback: one folder, real sockets, faults on demand."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
import socket
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PARTIAL = re.compile(r"BODY\.PEEK\[\]<0\.(\d+)>", re.IGNORECASE)


@dataclass
class Kept:
    """One message of the folder."""

    raw: bytes
    flags: set[str] = field(default_factory=set)


class ImapServer(socketserver.ThreadingTCPServer):
    """Serves one folder; `faults` maps the beginning of a command to "drop", "hang", "no" or "garbage"."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, *, certificate: Path | None = None, starttls: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.messages: dict[int, Kept] = {}
        self.faults: dict[str, str] = {}
        self.commands: list[str] = []
        self.login = ("bounces", 'p"w\\d')
        self.folder = "Came back"
        self.released = threading.Event()
        self.certificate, self.starttls = certificate, starttls
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def port(self) -> int:
        port: int = self.server_address[1]
        return port

    def add(self, raw: bytes) -> int:
        """A letter arrives; returns its UID."""
        uid = max(self.messages, default=6) + 1
        self.messages[uid] = Kept(raw)
        return uid

    def context(self) -> ssl.SSLContext:
        """TLS with our own certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(self.certificate))
        return context

    def get_request(self) -> tuple[socket.socket, Any]:
        """Speak TLS from the first byte, unless it begins with STARTTLS."""
        line, address = super().get_request()
        if self.certificate and not self.starttls:
            line.settimeout(5)
            line = self.context().wrap_socket(line, server_side=True)
        return line, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up, or refuses our certificate, is what some tests want."""

    def stop(self) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    server: ImapServer

    def handle(self) -> None:
        self.say("* OK ready")
        while line := self.rfile.readline():
            tag, _space, command = line.decode("ascii").strip().partition(" ")
            self.server.commands.append(command)
            if not self.fault(tag, command) or not self.answer(tag, command):
                return

    def finish(self) -> None:
        """Close what STARTTLS may have put in the first connection's place."""
        super().finish()
        self.connection.close()

    def fault(self, tag: str, command: str) -> bool:
        """Misbehave as told; False ends the connection."""
        kind = next((how for start, how in self.server.faults.items() if command.startswith(start)), "")
        if kind == "hang":
            self.server.released.wait(30)
        if kind == "garbage":
            self.wfile.write(b"\xff\xfe\x00 what? \r\n" * 20)
        if kind == "no":
            self.say(f"{tag} NO not today")
            return bool(self.answer("", self.rfile.readline().decode("ascii").strip().partition(" ")[2]))
        return not kind

    def answer(self, tag: str, command: str) -> bool:
        verb = command.split(" ")[0].upper()
        if verb == "UID":
            verb = command.split(" ")[1].upper()
        act = getattr(self, f"do_{verb.lower()}", None)
        if act is None:
            self.say(f"{tag} BAD {verb}")
            return True
        act(tag, command)
        return verb != "LOGOUT"

    def do_capability(self, tag: str, command: str) -> None:
        offers = " STARTTLS" if self.server.starttls else ""
        self.say(f"* CAPABILITY IMAP4rev1{offers}", f"{tag} OK done")

    def do_starttls(self, tag: str, command: str) -> None:
        self.say(f"{tag} OK begin")
        self.connection = self.server.context().wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)

    def do_login(self, tag: str, command: str) -> None:
        words = re.findall(r'"((?:[^"\\]|\\.)*)"', command)
        known = tuple(re.sub(r"\\(.)", r"\1", word) for word in words) == self.server.login
        self.say(f"{tag} OK hello" if known else f"{tag} NO [AUTHENTICATIONFAILED] {command}")

    def do_select(self, tag: str, command: str) -> None:
        if command != f'SELECT "{self.server.folder}"':
            self.say(f"{tag} NO no such folder")
            return
        self.say(
            f"* {len(self.server.messages)} EXISTS", "* OK [UIDVALIDITY 1] valid", f"{tag} OK [READ-WRITE]"
        )

    def do_search(self, tag: str, command: str) -> None:
        unseen = [uid for uid, kept in self.server.messages.items() if r"\Seen" not in kept.flags]
        self.say("* SEARCH " + " ".join(map(str, unseen)), f"{tag} OK done")

    def do_fetch(self, tag: str, command: str) -> None:
        uid = int(command.split(" ")[2])
        wanted = PARTIAL.search(command)
        assert wanted, "only the beginning of a letter may be asked for"
        if kept := self.server.messages.get(uid):
            raw = kept.raw[: int(wanted[1])]
            self.say(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(raw)}}}", end=b"\r\n")
            self.wfile.write(raw + b")\r\n")
        self.say(f"{tag} OK done")

    def do_store(self, tag: str, command: str) -> None:
        uid, flags = int(command.split(" ")[2]), re.findall(r"\\\w+", command)
        self.server.messages[uid].flags.update(flags)
        self.say(f"{tag} OK done")

    def do_logout(self, tag: str, command: str) -> None:
        self.say("* BYE", f"{tag} OK done")

    def say(self, *lines: str, end: bytes = b"\r\n") -> None:
        self.wfile.write(b"\r\n".join(line.encode() for line in lines) + end)


def make_certificate(path: Path) -> Path:
    """A certificate for loopback that signs itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    certificate = builder.sign(key, hashes.SHA256())
    pem, text = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(
        key.private_bytes(pem, text, serialization.NoEncryption()) + certificate.public_bytes(pem)
    )
    return path
