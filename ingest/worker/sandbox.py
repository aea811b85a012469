"""The sandbox that a worker enters before it opens the first file.

What holds where:

|                                                   | Linux | macOS | Windows |
|---------------------------------------------------|-------|-------|---------|
| no network for Python code                        | yes   | yes   | yes     |
| no network for native code and programs started   | yes¹  | no    | no      |
| no local service (Docker, ssh-agent, D-Bus)       | yes¹  | no    | no      |
| no file but the one it reads, and programs' own   | yes²  | no    | no      |
| no mode, owner or time of another file changed    | yes¹  | no    | no      |
| no signal to a process outside                    | yes³  | no    | no      |
| no limit or priority of a process outside changed | yes¹  | no    | no      |
| nothing shared or kept that outlives it           | yes¹  | no    | no      |
| a file swapped for a link is not read             | yes   | yes   | yes⁴    |
| memory, processor time, size of a file written    | yes   | yes⁵  | no      |
| what a worker starts dies with it                 | yes   | yes⁶  | no      |

¹ on x86-64 and arm64; ² where the kernel has Landlock switched on (5.13 and newer); ³ from Linux 6.12 on; ⁴ its place
is compared before and after, which a swap and back may escape; ⁵ the system does not limit the memory; ⁶ unless it
leaves its group on purpose. What a worker reads is a copy in a folder of its own, so it needs no way to the documents.
Beside these, everywhere: a time limit and a limit on the answer (process.py), an empty home and temporary folder, an
environment that does not name the library.

What it does not hold: code that took a worker over sees whether a file of a name exists, and how large it is. It sees
the files that this worker reads after its own, and may answer wrongly for them. Until its time is over it may start
many processes and fill the temporary folder, a gigabyte a file.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import site
import sys
from pathlib import Path
from typing import Any

from ingest.worker import landlock, seccomp
from rag.scratch import remove_tree

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
    seccomp.give_up_privileges()
    if own is not None:
        landlock.restrict(_places(own))
    sys.addaudithook(_refuse_network)
    seccomp.install()
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
                remove_tree(left)
            else:
                left.unlink(missing_ok=True)


def _places(own: Path) -> dict[Path, landlock.Access]:
    """Return the places that a worker needs, and what it may do there."""
    code = Path(__file__).parents[2]
    libraries = {Path(each).resolve() for each in (sys.prefix, sys.base_prefix, site.getuserbase(), *sys.path) if each}
    named = (os.environ.get(name, "") for name in _NAMING_FOLDERS)
    told = {Path(each) for value in named for each in value.split(os.pathsep) if each}
    home = Path(_real_home()).resolve()  # on some systems /home is a link itself
    readable = {each for each in libraries | told if each != code and not home.is_relative_to(each.resolve())}
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
