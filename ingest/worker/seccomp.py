"""A filter of system calls (seccomp), for this process, native code in it and every program started from it (Linux).

Landlock (landlock.py) refuses to open files. What it lets pass is refused here: to change the mode, owner, times or
attributes of a file without opening it, to watch a folder, to limit or slow down another process, to leave the group
that is killed with the worker, and to keep or share what outlives it (shared memory, keys). Sockets: LibreOffice
listens on a stream socket of this machine (AF_UNIX), so those may be made; nothing may be connected or accepted, so
nobody is reached through one, and nobody who comes is answered.
"""

from __future__ import annotations

import contextlib
import ctypes
import platform
import struct
import sys
from collections.abc import Sequence

_COLUMNS = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}  # machine -> AUDIT_ARCH, its column below
# Each call's number on x86-64 and on arm64; None where it has none.
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    "connect": (42, 203), "accept": (43, 202), "accept4": (288, 242), "io_uring_setup": (425, 425),
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16), "removexattrat": (466, 466),
    "file_setattr": (469, 469), "open_by_handle_at": (304, 265),
    "inotify_init": (253, None), "inotify_init1": (294, 26), "fanotify_init": (300, 262),
    "setsid": (112, 157), "setpgid": (109, 154),
    "setpriority": (141, 140), "ioprio_set": (251, 30), "sched_setaffinity": (203, 122),
    "sched_setparam": (142, 118), "sched_setscheduler": (144, 119), "sched_setattr": (314, 274),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "pidfd_getfd": (438, 438), "kcmp": (312, 272),
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195),
    "semget": (64, 190), "semop": (65, 193), "semctl": (66, 191), "semtimedop": (220, 192),
    "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187),
    "mq_open": (240, 180), "mq_unlink": (241, 181),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "memfd_create": (319, 279), "memfd_secret": (447, 447),  # memory that no limit counts
    "unshare": (272, 97), "setns": (308, 268), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
}  # fmt: skip
_SOCKET_CALLS = (41, 198), (53, 199)  # socket, socketpair: of a pair, too, one can send datagrams anywhere
_PRLIMIT, _CLONE, _CLONE3 = (302, 261), (56, 220), (435, 435)
_NAMESPACES = 0x7E020000  # the flags of clone that make a new one
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_CAPABILITY_VERSION_3 = 0x20080522
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # the latter with EPERM
_UNKNOWN = 0x00050026  # ENOSYS: the C library then takes clone, whose flags can be seen
_AF_UNIX, _SOCK_STREAM, _SOCK_TYPE = 1, 1, 0xF
_X32 = 0x40000000  # another numbering of the same calls on x86-64
_LOAD, _AND, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ONE, _TWO = 0, 4, 16, 24  # where a call's number and its first arguments are found

_Step = tuple[int, int, str, str]  # what, with which number, and the labels to go on at if so and if not; "": the next


def install() -> bool:
    """Install the filter for good; return whether the kernel accepted it."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _COLUMNS:
        return False
    steps = program(machine)
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    filter_ = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    try:
        call = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return False
    if call(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(call(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, filter_, 0, 0) == 0)


def give_up_privileges() -> None:
    """Give up what the system's administrator may do beyond others (capabilities): in containers, Oaken may be root."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError, TypeError):
            ctypes.CDLL(None).capset(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), bytes(24))


def program(machine: str) -> list[tuple[int, int, int, int]]:
    """Return the filter in BPF: what, how far to jump if so and if not, with which number."""
    architecture, column = _COLUMNS[machine]
    refused = [numbers[column] for numbers in _REFUSED.values()]
    sockets = [numbers[column] for numbers in _SOCKET_CALLS]
    return _assembled(
        [
            (_LOAD, _ARCHITECTURE, "", ""),
            (_IF_EQUAL, architecture, "", "refuse"),
            (_LOAD, _NUMBER, "", ""),
            (_IF_AT_LEAST, _X32, "refuse", ""),
            *((_IF_EQUAL, number, "refuse", "") for number in refused if number is not None),
            *((_IF_EQUAL, number, "socket", "") for number in sockets),
            (_IF_EQUAL, _PRLIMIT[column], "limit", ""),
            (_IF_EQUAL, _CLONE[column], "clone", ""),
            (_IF_EQUAL, _CLONE3[column], "unknown", "allow"),
        ],
        {
            "socket": [
                (_LOAD, _ONE, "", ""),  # the family
                (_IF_EQUAL, _AF_UNIX, "", "refuse"),
                (_LOAD, _TWO, "", ""),  # the type; a datagram needs no connection
                (_AND, _SOCK_TYPE, "", ""),
                (_IF_EQUAL, _SOCK_STREAM, "allow", "refuse"),
            ],
            "limit": [(_LOAD, _ONE, "", ""), (_IF_EQUAL, 0, "allow", "refuse")],  # whose limits: 0 is the caller
            "clone": [(_LOAD, _ONE, "", ""), (_IF_ANY, _NAMESPACES, "refuse", "allow")],
            "allow": [(_RETURN, _ALLOW, "", "")],
            "refuse": [(_RETURN, _REFUSE, "", "")],
            "unknown": [(_RETURN, _UNKNOWN, "", "")],
        },
    )


def _assembled(start: Sequence[_Step], parts: dict[str, list[_Step]]) -> list[tuple[int, int, int, int]]:
    steps = list(start)
    places: dict[str, int] = {}
    for label, part in parts.items():
        places[label] = len(steps)
        steps += part

    def jump(at: int, label: str) -> int:
        return places[label] - at - 1 if label else 0

    return [(what, jump(at, yes), jump(at, no), number) for at, (what, number, yes, no) in enumerate(steps)]
