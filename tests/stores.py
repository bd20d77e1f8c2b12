"""Stores of documents to try things on: a folder, and an S3-compatible server with faults on demand."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "documents"
KEY, SECRET = "key-of-the-tests", "secret-of-the-tests"
SLOW_DOWN = b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class Way:
    """The way to the store; `fault` is what happens on it: "", "refuse" (503), "hang" or "cut" (mid-way)."""

    port: int
    target: int
    fault: str = ""
    asked: int = 0
    _open: list[socket.socket] = field(default_factory=list)

    @property
    def url(self) -> str:
        """For DOCUMENTS_URL."""
        return f"s3://{KEY}:{SECRET}@{BUCKET}/kept?endpoint=http://127.0.0.1:{self.port}&region=eu-west-3"

    def serve(self, listener: socket.socket) -> None:
        """Until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                caller, _address = listener.accept()
                self.asked += 1
                self._open.append(caller)
                threading.Thread(target=self._answer, args=(caller,), daemon=True).start()

    def close(self) -> None:
        """Let go of everybody."""
        for line in self._open:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def _answer(self, caller: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self.fault == "hang":
                return
            if self.fault == "refuse":
                caller.recv(65536)
                caller.sendall(SLOW_DOWN)
                caller.close()
                return
            store = socket.create_connection(("127.0.0.1", self.target))
            self._open.append(store)
            if self.fault == "cut":
                store.sendall(caller.recv(1500))
                store.close()
                caller.close()
                return
            threading.Thread(target=_pipe, args=(store, caller), daemon=True).start()
            _pipe(caller, store)


@contextmanager
def s3() -> Iterator[Way]:
    """An S3-compatible server with one empty bucket, and the way to it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _host, port = server.get_host_and_port()
    listener = socket.create_server(("127.0.0.1", 0))
    way = Way(listener.getsockname()[1], port)
    threading.Thread(target=way.serve, args=(listener,), daemon=True).start()
    try:
        client(way).create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"}
        )
        yield way
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        way.close()
        server.stop()


def client(way: Way):  # type: ignore[no-untyped-def]  # boto3 makes its clients while it runs
    """A hand of one's own in the store, past the way and its faults."""
    return boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{way.target}",
        region_name="eu-west-3",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
    )


def _pipe(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
