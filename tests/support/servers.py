"""Real servers on the loopback: a store of files as S3 is one, pages, and PostgreSQL."""

from __future__ import annotations

import base64
import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

USER, PASSWORD = "reader", "hush-Pa55"
LACKS = [name for name in ("moto", "aiohttp", "psycopg") if find_spec(name) is None]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Pages(SimpleHTTPRequestHandler):
    """A folder as pages: below /closed/ for who knows the password, below /signed/ by signature."""

    in_parts = True
    protocol_version = "HTTP/1.1"
    asked: list[str]

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Send a file, or the part of it that is asked for."""
        self.asked.append(f"{self.command} {self.headers.get('Range', 'whole')}")
        known = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if "/closed/" in self.path and self.headers.get("Authorization") != f"Basic {known}":
            self.send_error(401)
        elif "/signed/" in self.path and not self.path.endswith(f"?signature={PASSWORD}"):
            self.send_error(403)
        else:
            self.path = re.sub("^/(closed|signed)", "", self.path)
            self._send()

    do_HEAD = do_GET  # noqa: N815

    def _send(self) -> None:
        place = Path(self.translate_path(self.path))
        if not place.is_file():
            self.send_error(404)
            return
        content = place.read_bytes()
        part = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if part and self.in_parts:
            first, last = int(part[1]), min(int(part[2]), len(content) - 1)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
            content = content[first : last + 1]
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            try:
                self.wfile.write(content)
            except ConnectionError:  # who asked for a part does not wait for the whole
                self.close_connection = True


@contextmanager
def pages(folder: Path, *, in_parts: bool) -> Iterator[tuple[str, list[str]]]:
    """Serve a folder; give its address, and the list of what is asked."""
    asked: list[str] = []
    kind = type("Served", (Pages,), {"in_parts": in_parts, "asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(kind, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def store() -> Iterator[str]:
    """Serve an empty store as Amazon's S3 is one; give its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def postgres_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest where there are several."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[-3])
    )
    beside = shutil.which("initdb")
    return found[-1].parent if found else None if beside is None else Path(beside).parent


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Serve an empty database; give its address, without the password.

    The server refuses to be root's, so that it is started as another user where root asks.
    """
    programs = postgres_programs()
    assert programs is not None
    as_other = {"user": "postgres", "group": "postgres", "extra_groups": []}
    more: dict[str, Any] = as_other if os.getuid() == 0 else {}
    if more:
        shutil.chown(folder, "postgres", "postgres")
    data, secret, port = folder / "data", folder / "password", free_port()
    secret.write_text(PASSWORD)
    secret.chmod(0o644)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(programs / program), "-D", str(data), *arguments],
            cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more,
        )  # fmt: skip

    run("initdb", "-A", "scram-sha-256", "-U", USER, f"--pwfile={secret}", "--no-sync",
        "-E", "UTF8", "--locale=C")  # fmt: skip
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgres://{USER}@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
