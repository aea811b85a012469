"""Landlock: a process gives up the files that it does not need, for good and for all that it starts (Linux 5.13).

Called by number, since no C library wraps these calls. What a newer kernel could refuse as well is asked of it only
where it says that it can.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable, Mapping
from enum import IntFlag
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_PR_SET_NO_NEW_PRIVILEGES = 38
_RULE_PATH_BENEATH = 1
_CREATE_RULESET_VERSION = 1
_REFUSES_TCP, _REFUSES_SCOPES = 4, 6  # versions from which on the kernel can
_TCP = 0b11  # bind, connect
_SCOPES = 0b11  # to abstract sockets, and signals, of processes outside


class Access(IntFlag):
    """What may be done with files below a place; the kernel's own numbers."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15


_ADDED = {Access.REFER: 2, Access.TRUNCATE: 3, Access.IOCTL_DEV: 5}  # versions that brought them
READ = Access.READ_FILE | Access.READ_DIR | Access.EXECUTE
ALL = Access(2**16 - 1) & ~(Access.MAKE_CHAR | Access.MAKE_BLOCK | Access.IOCTL_DEV)
_OF_FILES = Access.EXECUTE | Access.WRITE_FILE | Access.READ_FILE | Access.TRUNCATE | Access.IOCTL_DEV


def version() -> int:
    """Return the version of Landlock that the kernel offers; 0 where it has none."""
    if sys.platform != "linux":
        return 0
    return max(0, _call(_CREATE_RULESET, None, 0, _CREATE_RULESET_VERSION))


def handled(held: int) -> Access:
    """Return what a kernel of that version can refuse."""
    known = [each for each in Access if _ADDED.get(each, 1) <= held]
    return Access(sum(known)) if held > 0 else Access(0)


def ruleset(held: int) -> bytes:
    """Return the attributes of a ruleset for a kernel of that version: all that it can refuse is refused."""
    fields = [int(handled(held))]
    if held >= _REFUSES_TCP:
        fields.append(_TCP)
    if held >= _REFUSES_SCOPES:
        fields.append(_SCOPES)
    return struct.pack(f"={len(fields)}Q", *fields)


def rule(allowed: Access, held: int, *, of_folder: bool, descriptor: int) -> bytes:
    """Return the attributes of a rule for a place that is open; a file is allowed only what files can be."""
    rights = allowed & handled(held) & (Access(-1) if of_folder else _OF_FILES)
    return struct.pack("=Qi", int(rights), descriptor)


def restrict(allowed: Mapping[Path, Access]) -> bool:
    """Refuse this process all files but those at and below these places; what it has open stays open.

    Places that cannot be opened, or for which the kernel takes no rule, are left out. Return whether the kernel does so
    from now on.
    """
    held = version()
    if not held:
        return False
    attributes = ruleset(held)
    handle = _call(_CREATE_RULESET, attributes, len(attributes), 0)
    if handle < 0:
        return False
    try:
        for place, rights in allowed.items():
            with contextlib.suppress(OSError):
                _add(handle, place, rights, held)
        return _no_new_privileges() and _call(_RESTRICT_SELF, handle, 0) == 0
    finally:
        os.close(handle)


def merged(*parts: tuple[Iterable[Path], Access]) -> dict[Path, Access]:
    """Return all places, each with whatever one of the parts allows it."""
    found: dict[Path, Access] = {}
    for places, rights in parts:
        for place in places:
            found[place] = found.get(place, Access(0)) | rights
    return found


def _add(handle: int, place: Path, rights: Access, held: int) -> None:
    descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
    try:
        of_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        attributes = rule(rights, held, of_folder=of_folder, descriptor=descriptor)
        if _call(_ADD_RULE, handle, _RULE_PATH_BENEATH, attributes, 0) != 0:
            raise OSError(ctypes.get_errno(), "no rule", str(place))
    finally:
        os.close(descriptor)


def _call(number: int, *arguments: int | bytes | None) -> int:
    try:
        syscall = ctypes.CDLL(None, use_errno=True).syscall
    except (OSError, AttributeError, TypeError):
        return -1
    syscall.restype = ctypes.c_long
    given = [ctypes.c_long(each) if isinstance(each, int) else ctypes.c_char_p(each) for each in arguments]
    return int(syscall(ctypes.c_long(number), *given))


def _no_new_privileges() -> bool:
    return bool(ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0)
