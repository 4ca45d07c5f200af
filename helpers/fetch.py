"""Larger public data sets on request, such as `fetch("mnist")`. No lesson needs this, and nothing else downloads."""
import hashlib
import os
import re
import tempfile
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

PUBLIC = {
    "mnist": (
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
        "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    ),
}
CACHE = Path.home() / ".cache" / "weight-sharing-course"
CHUNK = 1 << 16


def fetch(name, sha256=None, folder=None):
    """Download a public file once, compare it with its checksum, and say where it lies.

    name    "mnist" (LeCun & Cortes, 28 x 28 digits, CC BY-SA 3.0, 11.5 MB), or the https address of any other file
    sha256  the file's SHA-256 checksum, 64 digits 0-9 a-f; only with an address
    folder  where to keep the file; ~/.cache/weight-sharing-course if left out
    Returns the path. A file that is there and has the right checksum is not downloaded again.
    Errors  ValueError for an unknown name, a bad address or checksum, and when the download has another checksum;
            ConnectionError when the server cannot be reached or stops half-way. Neither leaves a file behind.

    >>> fetch("minst")
    Traceback (most recent call last):
    ValueError: name is 'minst'; expected one of: mnist, or an address that starts with https://
    """
    url, expected = source(name, sha256)
    path = Path(folder or CACHE).expanduser() / file_name(url)
    if not (path.is_file() and checksum(path) == expected):
        path.parent.mkdir(parents=True, exist_ok=True)
        download(url, expected, path)
    return path


def checksum(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def source(name, sha256):
    """The address and checksum of a set in PUBLIC, or of any other https address."""
    if name in PUBLIC:
        if sha256 is not None:
            raise ValueError(f"sha256 is {sha256!r}; {name} has a checksum of its own: leave this out")
        return PUBLIC[name]
    if not is_safe(name):
        names = ", ".join(PUBLIC)
        raise ValueError(f"name is {name!r}; expected one of: {names}, or an address that starts with https://")
    if not re.fullmatch("[0-9a-fA-F]{64}", str(sha256)):
        raise ValueError(f"sha256 is {sha256!r}; expected the 64 digits 0-9 a-f that the file's owner publishes")
    return name, sha256.lower()


def is_safe(url):
    """Whether nobody on the way can read along: https, or http on this machine."""
    parts = urlsplit(str(url))
    here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    return bool(parts.hostname) and (parts.scheme == "https" or here)


def file_name(url):
    """The last part of the address, if it can be a file's name."""
    name = PurePosixPath(unquote(urlsplit(url).path)).name
    if not re.fullmatch(r"\w[\w.+-]*", name):
        raise ValueError(f"name is {url!r}; expected an address that ends in a file's name")
    return name


def download(url, expected, path):
    """Write to a temporary file beside `path`, and rename it only when everything is there and right."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            found = receive(url, file)
        if found != expected:
            raise ValueError(f"{url} has the checksum {found}; expected {expected}. Nothing was kept")
        os.replace(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def receive(url, file):
    """Copy what the server sends into `file`, with a line that counts; return its checksum."""
    digest, done = hashlib.sha256(), 0
    try:
        with urlopen(url, timeout=30) as answer:
            if not is_safe(answer.url):
                raise ValueError(f"{url} leads to {answer.url}, which is not https. Nothing was kept")
            size = int(answer.headers.get("Content-Length", 0))
            while piece := answer.read(CHUNK):
                digest.update(piece)
                done += file.write(piece)
                show_progress(file_name(url), done, size)
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise ConnectionError(f"{url} cannot be downloaded: {reason}. Nothing was kept; no lesson needs it") from None
    finally:
        print()
    if done < size:
        raise ConnectionError(f"{url} stopped after {done:,} of {size:,} bytes. Nothing was kept; try again")
    return digest.hexdigest()


def show_progress(name, done, size):
    """One line, written over: a bar of 30 signs if the size is known, and the megabytes so far."""
    bar = f"[{'#' * (30 * done // size):30}] " if size else ""
    print(f"\r{name} {bar}{done / 1e6:.1f} MB", end="", flush=True)
