"""What a run asks the kernel for, native code and all children included: where it connects, and what it writes.

``strace`` is the witness. Python's audit events, which ``test_offline.py`` watches, are raised by Python alone.
"""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

CONNECTING = ("connect", "sendto", "sendmsg", "sendmmsg")
OPENING = ("open", "openat", "openat2", "creat")
MAKING = ("mkdir", "mkdirat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "mknod",
          "mknodat")  # fmt: skip
_LINE = re.compile(r"^\d+ +(\w+)\((.*)")
_IPV4 = re.compile(r'sin_port=htons\((\d+)\), sin_addr=inet_addr\("([^"]+)"\)')
_IPV6 = re.compile(r'sin6_port=htons\((\d+)\).*?inet_pton\(AF_INET6, "([^"]+)"')
_RESOLVERS = ("/systemd/resolve/", "/avahi-daemon/")  # sockets of this machine through which names are looked up
_PATH = re.compile(r'(?:AT_FDCWD<([^>]*)>|\d+<([^>]*)>)?(?:, )?"((?:[^"\\]|\\.)*)"')
_DNS = 53
_NOWHERE = ("/dev/", "/proc/", "/sys/", "/var/lib/libuuid/")  # the last is the clock by which libuuid numbers


class KernelWatch:
    """Runs commands under strace and reads its log."""

    def __init__(self, log: Path) -> None:
        self.log = log
        found = shutil.which("strace")
        assert found, "strace is needed (Debian: apt install strace)"
        self._strace = found

    def command(self, words: Sequence[str]) -> list[str]:
        """Return the command under strace; it ends as the command does, with its exit code."""
        optional = ",".join(f"?{name}" for name in (*CONNECTING, *OPENING, *MAKING))
        return [
            self._strace, "-f", "--seccomp-bpf", "-qq", "-y", "-s", "4096", "-e", "signal=none", "-e",
            f"trace={optional}", "-A", "-o", str(self.log), *words,
        ]  # fmt: skip

    def run(self, words: Sequence[str], environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        return subprocess.run(
            self.command(words), env=environment, cwd=folder, capture_output=True, text=True, encoding="utf-8",
            timeout=300, check=False,
        )  # fmt: skip

    @contextmanager
    def running(
        self, words: Sequence[str], environment: dict[str, str], folder: Path, seconds: float
    ) -> Iterator[subprocess.Popen[str]]:
        """Start a server, and end it by SIGINT, but not before it has lived so many ``seconds``."""
        begun = time.monotonic()
        process = subprocess.Popen(
            self.command(words), env=environment, cwd=folder, stdout=subprocess.PIPE, text=True, encoding="utf-8",
            start_new_session=True,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            yield process
            time.sleep(max(0.0, begun + seconds - time.monotonic()))
            assert process.poll() is None, "it ended by itself"
        finally:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(30)
            finally:
                os.killpg(process.pid, signal.SIGKILL) if process.poll() is None else None
                process.wait()
                process.stdout.close()

    def calls(self, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield (call, arguments and result) of these calls, from the first line on."""
        for line in self.log.read_text(encoding="utf-8", errors="replace").splitlines():
            found = _LINE.match(line)
            if found and found[1] in names:
                yield found[1], found[2]

    def outbound(self) -> list[str]:
        """Return the calls that leave this machine, or look up a name."""
        return [f"{name}({rest}" for name, rest in self.calls(CONNECTING) if _goes_out(rest)]

    def written(self, allowed: Sequence[Path]) -> list[str]:
        """Return the files and folders made or opened for writing, outside the ``allowed`` folders; attempts too.

        A relative path of a call that names no folder (``mkdir``) counts from the root: it is never taken for allowed.
        """
        roots = [os.path.realpath(folder) for folder in allowed]
        found = []
        for name, rest in self.calls((*OPENING, *MAKING)):
            if name in OPENING and name != "creat" and not re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC)", rest):
                continue
            for at, folder, path in _PATH.findall(rest):
                whole = os.path.realpath(Path(at or folder or "/", path))
                if path and not _is_below(whole, roots) and not whole.startswith(_NOWHERE):
                    found.append(whole)
        return sorted(set(found))


def _is_below(path: str, roots: Sequence[str]) -> bool:
    return (
        "/__pycache__/" in path
        or path.endswith("/__pycache__")
        or any(path == root or path.startswith(root + os.sep) for root in roots)
    )


def _goes_out(arguments: str) -> bool:
    if any(place in arguments for place in _RESOLVERS):
        return True
    for port, host in [*_IPV4.findall(arguments), *_IPV6.findall(arguments)]:
        address = ipaddress.ip_address(host)
        address = getattr(address, "ipv4_mapped", None) or address
        if int(port) == _DNS or not (address.is_loopback or address.is_unspecified):
            return True
    return False
