"""Walls around a process that runs somebody else's code: no network, no files but its own, little of everything.

Each wall is tried, and each says whether it stands: what a system does not offer is missing, and the report says so.

    namespaces   Linux: no network at all, other processes out of sight
    disk         with namespaces: its room is a small disk in memory
    landlock     Linux 5.13 and newer: reads Python and its packages, writes only into its room, no TCP, no signals out
    limits       Linux and macOS: address space, seconds of CPU, size of a file, number of processes, open files

Sources: man pages namespaces(7), landlock(7), getrlimit(2), prctl(2).
"""
import contextlib
import ctypes
import os
import resource
import signal
import struct
import sys
import sysconfig
from pathlib import Path

ALL = ("namespaces", "disk", "landlock", "limits")
MIB = 2 ** 20
NEW_MOUNT, NEW_UTS, NEW_IPC, NEW_USER, NEW_PID, NEW_NET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
PRIVATE, RECURSIVE = 1 << 18, 1 << 14
NO_NEW_PRIVILEGES, CHILD_SUBREAPER, SIGNAL_AT_PARENTS_END = 38, 36, 1
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
READ, LIST, RUN = 1 << 2, 1 << 3, 1 << 0
ON_FILES = RUN | READ | 1 << 1 | 1 << 14 | 1 << 15      # the rights that a rule on a single file may give
libc = ctypes.CDLL(None, use_errno=True) if sys.platform != "win32" else None


def namespaces():
    """Leave the network and the list of processes. True if the system allows it.

    The process itself keeps its number; its next child is the first of the new list, and all end with that child.
    """
    if not sys.platform.startswith("linux"):
        return False
    user, group = os.getuid(), os.getgid()
    if libc.unshare(NEW_USER | NEW_MOUNT | NEW_PID | NEW_NET | NEW_IPC | NEW_UTS):
        return False
    for file, text in ("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1"):
        with contextlib.suppress(OSError):
            Path("/proc/self", file).write_text(text)
    return True


def disk(room, megabytes):
    """Put a disk in memory in the place of `room`, after `namespaces`. True if the system allows it."""
    options = f"size={megabytes}m,nr_inodes=2000,mode=0700"
    libc.mount(None, b"/", None, PRIVATE | RECURSIVE, None)
    return not libc.mount(b"tmpfs", os.fsencode(room), b"tmpfs", 0, options.encode())


def limits(seconds, megabytes, processes):
    """At most so many seconds of CPU, so much address space for each process, so many processes; small files."""
    for kind, most in (("AS", megabytes * MIB), ("CPU", seconds), ("FSIZE", 16 * MIB), ("NPROC", processes),
                       ("NOFILE", 256), ("CORE", 0)):
        number = getattr(resource, f"RLIMIT_{kind}", None)
        if number is not None:
            with contextlib.suppress(OSError, ValueError):      # a lower limit may stand already
                resource.setrlimit(number, (most, most))
    return True


def landlock(room, hidden):
    """From now on read only Python and its packages, and write only into `room`. True if the kernel can do it.

    hidden   names of packages that stay out of reach although they are installed
    """
    version = libc.syscall(CREATE_RULESET, None, 0, 1) if sys.platform.startswith("linux") else -1
    if version < 1:
        return False
    rights = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    asked = struct.pack("QQQ", rights, 3, 3)[:8 if version < 4 else 16 if version < 6 else 24]
    rules = libc.syscall(CREATE_RULESET, asked, len(asked), 0)
    allow(rules, room, rights)
    allow(rules, "/dev/null", rights)
    for path, what in readable(hidden):
        allow(rules, path, what & rights)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    done = libc.syscall(RESTRICT_SELF, rules, 0)
    os.close(rules)
    return done == 0


def allow(rules, path, rights):
    """Let `rights` hold for a file, or for a folder and all below; a path that is not there is passed over."""
    with contextlib.suppress(OSError):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rights &= -1 if os.path.isdir(path) else ON_FILES
        libc.syscall(ADD_RULE, rules, 1, struct.pack("=Qi", rights, place), 0)
        os.close(place)


def readable(hidden):
    """(path, rights) of what Python needs: the system's libraries, Python's own, and every package but the hidden."""
    whole = READ | LIST | RUN
    for path in ("/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/etc/passwd", "/dev/zero",
                 "/dev/urandom", "/dev/random", sys.executable, os.path.realpath(sys.executable)):
        yield path, whole
    folders = python_folders()
    for folder in folders:
        yield folder, LIST
        for entry in os.scandir(folder):
            if entry.name not in hidden and os.path.realpath(entry.path) not in folders:
                yield entry.path, whole


def python_folders():
    """The folders of the standard library and of packages, and where Python's shared libraries lie."""
    stdlib = sysconfig.get_path("stdlib")
    ours = {os.path.join(sys.base_prefix, "lib"), stdlib, os.path.join(stdlib, "site-packages")}
    ours |= {p for p in sys.path if p.endswith(("site-packages", "dist-packages", "lib-dynload"))}
    return sorted({os.path.realpath(p) for p in ours if os.path.isdir(p) and not p.startswith("/usr/lib")})


def adopt_orphans():
    """Processes whose parent has ended become this one's children (Linux): none gets away. True if it holds."""
    return sys.platform.startswith("linux") and libc.prctl(CHILD_SUBREAPER, 1, 0, 0, 0) == 0


def end_with_parent():
    """Be killed when the parent ends (Linux): nothing goes on after a grader that was stopped."""
    if sys.platform.startswith("linux"):
        libc.prctl(SIGNAL_AT_PARENTS_END, signal.SIGKILL, 0, 0, 0)
