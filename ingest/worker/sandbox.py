"""The sandbox that a worker enters before it opens the first file.

What holds where:

|                                                   | Linux | macOS | Windows |
|---------------------------------------------------|-------|-------|---------|
| no network for Python code                        | yes   | yes   | yes     |
| no network for native code and programs started   | yes¹  | no    | no      |
| no local service (Docker, ssh-agent, D-Bus)       | yes¹  | no    | no      |
| no file but the one it reads, and programs' own   | yes²  | no    | no      |
| no signal to a process outside                    | yes³  | no    | no      |
| a file swapped for a link is not read             | yes   | yes   | yes⁴    |
| memory, processor time, size of a file written    | yes   | yes⁵  | no      |
| what a worker starts dies with it                 | yes   | yes   | no      |

¹ on x86-64 and arm64; ² where the kernel has Landlock switched on (5.13 and newer); ³ from Linux 6.12 on; ⁴ its place
is compared before and after, which a swap and back may escape; ⁵ the system does not limit the memory. What a worker
reads is a copy in a folder of its own, so it needs no way to the documents. Beside these, everywhere: a time limit and
a limit on the answer (process.py), an empty home and temporary folder, an environment that does not name the library.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import shutil
import signal
import site
import struct
import sys
from pathlib import Path
from typing import Any

from ingest.worker import landlock

WORKER_MEMORY = 2 * 2**30  # bytes of address space
PROGRAM_MEMORY = 4 * 2**30  # the most that a reader may allow a program it starts (LibreOffice maps much)
MAX_CPU_SECONDS = 300  # seconds for one file
MAX_WRITTEN_BYTES = 2**30  # bytes of one file that is written
MAX_OPEN_FILES = 256
ALARM_SECONDS = 600  # seconds without a heartbeat: whoever waited is gone, or it would have ended this process before
# What Python, its libraries, tesseract and LibreOffice read of the system; no part of it is anybody's own.
_SYSTEM_PLACES = (
    "/usr /lib /lib32 /lib64 /bin /sbin /opt /nix/store /snap /home/linuxbrew/.linuxbrew /var/lib/libreoffice "
    "/var/spool/libreoffice /var/cache/fontconfig /sys/devices/system /sys/fs/cgroup /dev/urandom /dev/random "
    "/dev/zero /proc/self /proc/cpuinfo /proc/meminfo /proc/stat /proc/filesystems /proc/version /proc/sys "
    "/etc/ld.so.cache /etc/ld.so.conf /etc/ld.so.conf.d /etc/localtime /etc/timezone /etc/fonts /etc/libreoffice "
    "/etc/mime.types /etc/nsswitch.conf /etc/alternatives"
).split()
_PIPES = Path("/tmp")  # where LibreOffice listens, whatever it is told, or it does not start
_NAMING_FOLDERS = ("PATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "FONTCONFIG_PATH")
_GIVEN = landlock.Access.READ_FILE | landlock.Access.READ_DIR | landlock.Access.REMOVE_FILE | landlock.Access.REMOVE_DIR
_BLOCKED_CALLS = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")


def enter(own: Path | None = None) -> None:
    """Sandbox this process, for good. What the platform does not support is left out.

    ``own`` is the folder that it may write to; the files that it reads lie in a folder beside it. Without one (a worker
    started by hand) all files stay within reach.
    """
    if own is not None:
        landlock.restrict(_places(own))
    sys.addaudithook(_refuse_network)
    _shut_sockets()
    with contextlib.suppress(ImportError):
        import resource

        most = {
            resource.RLIMIT_AS: (WORKER_MEMORY, PROGRAM_MEMORY),
            resource.RLIMIT_FSIZE: (MAX_WRITTEN_BYTES, MAX_WRITTEN_BYTES),
            resource.RLIMIT_NOFILE: (MAX_OPEN_FILES, MAX_OPEN_FILES),
            resource.RLIMIT_CORE: (0, 0),
        }
        for what, (soft, hard) in most.items():
            _, held = resource.getrlimit(what)
            hard = hard if held == resource.RLIM_INFINITY else min(hard, held)
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(what, (min(soft, hard), hard))
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, _end_all)


def allow_time() -> None:
    """Give the current file its whole processor time from now on. Also bounds a worker whose parent was killed."""
    if hasattr(signal, "alarm"):
        signal.alarm(ALARM_SECONDS)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + MAX_CPU_SECONDS, most))


def end_clock() -> None:
    """Cancel the alarm: nothing is being read, however long the next file takes to come."""
    if hasattr(signal, "alarm"):
        signal.alarm(0)


def release_memory() -> None:
    """Give freed memory back to the system, which glibc keeps: the next file would have that much less."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def tidy(folder: Path) -> None:
    """Remove what a reader, or a program it started, left in the temporary folder."""
    with contextlib.suppress(OSError):
        for left in folder.iterdir():
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


def _places(own: Path) -> dict[Path, landlock.Access]:
    """Return the places that a worker needs, and what it may do there."""
    code = Path(__file__).parents[2]
    libraries = {Path(each).resolve() for each in (sys.prefix, sys.base_prefix, site.getuserbase(), *sys.path) if each}
    named = (os.environ.get(name, "") for name in _NAMING_FOLDERS)
    told = {Path(each) for value in named for each in value.split(os.pathsep) if each}
    readable = {each for each in libraries | told if each != code and not Path(_real_home()).is_relative_to(each)}
    return landlock.merged(
        (readable | {code / "ingest", code / "rag", *map(Path, _SYSTEM_PLACES)}, landlock.READ),
        ((code,), landlock.Access.READ_DIR),  # or nothing could be imported from there
        ((Path(os.devnull),), landlock.Access.READ_FILE | landlock.Access.WRITE_FILE | landlock.Access.TRUNCATE),
        ((_PIPES,), landlock.Access.MAKE_SOCK),
        ((own.parent,), _GIVEN),
        ((own,), landlock.ALL & ~landlock.Access.EXECUTE),
    )


def _real_home() -> str:
    """Return the home of whoever runs this: the environment names another."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_dir
    except (ImportError, KeyError):
        return "/"


def _refuse_network(event: str, _arguments: tuple[Any, ...]) -> None:
    if event in _BLOCKED_CALLS:
        raise PermissionError("reading a file needs no network")


def _end_all(*_: object) -> None:
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


# A filter of system calls (seccomp), in BPF. It holds for native code and for every program started from here, which
# the audit hook does not see. LibreOffice listens on a stream socket of this machine (AF_UNIX), so those may be made;
# nothing may be connected, so no service of this machine is reached through one.
_ARCHITECTURES = {  # machine -> (AUDIT_ARCH, numbers of socket, connect, io_uring_setup)
    "x86_64": (0xC000003E, 41, 42, 425),
    "aarch64": (0xC00000B7, 198, 203, 425),
}
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # the latter with EPERM
_AF_UNIX, _SOCK_STREAM, _SOCK_TYPE = 1, 1, 0xF
_X32 = 0x40000000  # another numbering of the same calls on x86-64
_LOAD, _AND, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06


def _shut_sockets() -> bool:
    """Install the filter; return whether the kernel accepted it."""
    if sys.platform != "linux" or platform.machine() not in _ARCHITECTURES:
        return False
    architecture, socket, connect, uring = _ARCHITECTURES[platform.machine()]
    filter_ = [
        (_LOAD, 4, 0, 0),  # the architecture that the call is meant for
        (_IF_EQUAL, architecture, 0, 11),
        (_LOAD, 0, 0, 0),  # its number
        (_IF_AT_LEAST, _X32, 9, 0),
        (_IF_EQUAL, uring, 8, 0),
        (_IF_EQUAL, connect, 7, 0),
        (_IF_EQUAL, socket, 0, 5),
        (_LOAD, 16, 0, 0),  # its first argument: the family
        (_IF_EQUAL, _AF_UNIX, 0, 4),
        (_LOAD, 24, 0, 0),  # its second: the type; a datagram needs no connection
        (_AND, _SOCK_TYPE, 0, 0),
        (_IF_EQUAL, _SOCK_STREAM, 0, 1),
        (_RETURN, _ALLOW, 0, 0),
        (_RETURN, _REFUSE, 0, 0),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", what, yes, no, k) for what, k, yes, no in filter_))
    program = struct.pack("HxxxxxxP", len(filter_), ctypes.addressof(code))
    try:
        call = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return False
    if call(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(call(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0) == 0)
