"""A real PostgreSQL server for the tests: started once, by an unprivileged user, on loopback, and ended with them."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

from rag.library.db import link

USER, PASSWORD = "oaken", "se:cr@et"
SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "shared_buffers": "16MB"}


def program(name: str) -> str:
    """Debian keeps the server's programs off the PATH."""
    places = [shutil.which(name), *sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)]
    found = next((str(each) for each in places if each), None)
    assert found, "These tests need PostgreSQL (Debian: apt install postgresql)"
    return found


class Postgres:
    """The server. Its files lie in a folder of their own, which the server's user can reach."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="oaken-postgres-"))
        self.port = _free_port()
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            for each in (self.folder, secret):
                os.chown(each, account.pw_uid, account.pw_gid)
        options = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={secret}", "--encoding=UTF8"]
        self._run(program("initdb"), "-D", str(self.data), *options, "--locale=C.UTF-8", "--no-sync", "-N")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str = "postgres", password: str = PASSWORD, port: int = 0) -> str:
        quoted = password.replace(":", "%3A").replace("@", "%40")
        return f"postgresql+psycopg://{USER}:{quoted}@127.0.0.1:{port or self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, password=PASSWORD, dbname=database, autocommit=True
        )

    def start(self) -> None:
        settings = [f"-c{key}={value}" for key, value in SETTINGS.items()]
        command = [program("postgres"), "-D", str(self.data), "-p", str(self.port), "-h", "127.0.0.1", "-k", ""]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen([*self._as_user(), *command, *settings], stdout=log, stderr=log)
        for _ in range(600):
            try:
                self.connect().close()
                return
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text())

    def stop(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._process.wait(30)

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def database(self, **options: str) -> Iterator[str]:
        """A new database, its URL."""
        name = f"test_{uuid4().hex[:12]}"
        more = " ".join(f"{key} {value}" for key, value in options.items())
        with self.connect() as db:
            db.execute(f"CREATE DATABASE {name} {more}".encode())
        try:
            yield self.url(name)
        finally:
            with self.connect() as db:
                db.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def _as_user(self) -> list[str]:
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []

    def _run(self, *command: str) -> None:
        done = subprocess.run([*self._as_user(), *command], capture_output=True, text=True, cwd="/")
        assert done.returncode == 0, done.stderr


def linked(folder: Path, url: str, machine: str = "here", host: str = "host-a", schema: str = "") -> Path:
    """Let a library's folder lead to a ledger of its own in that database, or to the one in ``schema``."""
    folder.mkdir(parents=True, exist_ok=True)
    link.write(folder, link.LedgerLink(link.register(url), schema or f"oaken_{uuid4().hex[:12]}", machine, host))
    return folder


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
