"""A server of files on this machine: notes what is asked for, breaks off, ignores ranges."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Server(ThreadingHTTPServer):
    """Serves bytes by name; notes the ranges asked for; can break off, or ignore ranges."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.break_after: int | None = None
        self.ranges = True
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    # what is asked of a repository
    def populate_registry(self, pooch) -> None:
        for name, data in self.files.items():
            pooch.registry[name] = f"md5:{hashlib.md5(data).hexdigest()}"  # noqa: S324

    def download_url(self, file_name: str) -> str:
        return f"{self.url}/{file_name}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        name, asked = self.path[1:], self.headers.get("Range")
        self.server.asked.append((name, asked))
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and self.server.ranges else 0
        data = self.server.files[name][start:]
        status = 206 if asked and self.server.ranges else self.server.status
        self.send_response(status if data else 416)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: self.server.break_after])

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@contextmanager
def serving() -> Iterator[Server]:
    """A server that runs as long as the context."""
    with Server() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
