"""Downloads, from a server on this machine: only whole and right files are kept, and every failure is said plainly."""
import hashlib
import re
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import helpers.fetch
from helpers.fetch import PUBLIC, fetch

CONTENT = bytes(range(256)) * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Answers(BaseHTTPRequestHandler):
    """/whole sends everything, /cut half of what it promises, /open no length at all, /chunks stops in a chunk."""

    def __init__(self, asked, *arguments):
        self.asked = asked
        super().__init__(*arguments)

    def do_GET(self):
        self.asked.append(self.path)
        kind = self.path.split("/")[1]
        if kind == "away":
            self.send_response(302)
            self.send_header("Location", f"http://0.0.0.0:{self.server.server_port}/whole/set.npz")
            return self.end_headers()
        if kind == "gone":
            return self.send_error(404)
        if kind == "deaf":
            return self.connection.close()
        self.send_response(200)
        if kind in ("whole", "cut"):
            self.send_header("Content-Length", str(len(CONTENT)))
        if kind == "chunks":
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        start = b"%x\r\n" % len(CONTENT) if kind == "chunks" else b""
        self.wfile.write(start + CONTENT[:len(CONTENT) if kind in ("whole", "open") else len(CONTENT) // 2])

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    """An address on this machine, and the list of what was asked for."""
    monkeypatch.setenv("no_proxy", "*")
    asked = []
    answers = ThreadingHTTPServer(("127.0.0.1", 0), partial(Answers, asked))
    thread = threading.Thread(target=answers.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{answers.server_port}", asked
    answers.shutdown()
    thread.join()
    answers.server_close()


@pytest.mark.parametrize("kind", ["whole", "open"])
def test_a_file_is_downloaded_once_and_counted(server, tmp_path, capsys, kind):
    address, asked = server
    folder = tmp_path / "neuer Ordner für Daten"
    for _ in range(2):
        path = fetch(f"{address}/{kind}/set.npz", SHA256.upper(), folder)
        assert path == folder / "set.npz" and path.read_bytes() == CONTENT
    assert asked == [f"/{kind}/set.npz"] and [file.name for file in folder.iterdir()] == ["set.npz"]
    shown = capsys.readouterr().out
    assert shown.endswith("0.3 MB\n") and shown.startswith("\rset.npz") and shown.count("\n") == 1
    assert ("[" + "#" * 30 + "]" in shown) == (kind == "whole")


@pytest.mark.parametrize("kind, error, message", [
    ("whole", ValueError, "has the checksum .{64}; expected 0{64}. Nothing was kept"),
    ("cut", ConnectionError, "Nothing was kept"),
    ("chunks", ConnectionError, "cannot be downloaded: .*Nothing was kept"),
    ("gone", ConnectionError, "cannot be downloaded: Not Found. Nothing was kept; no lesson needs it"),
    ("deaf", ConnectionError, "cannot be downloaded: .*Nothing was kept"),
    ("away", ValueError, "leads to http://0.0.0.0.*which is not https. Nothing was kept"),
])
def test_a_failed_download_leaves_nothing_and_an_older_file_alone(server, tmp_path, kind, error, message):
    url = f"{server[0]}/{kind}/set.npz"
    with pytest.raises(error, match=message) as caught:
        fetch(url, "0" * 64, tmp_path)
    assert str(caught.value).startswith(url) and list(tmp_path.iterdir()) == []
    (tmp_path / "set.npz").write_bytes(b"older")
    with pytest.raises(error):
        fetch(url, "0" * 64, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["set.npz"]
    assert (tmp_path / "set.npz").read_bytes() == b"older"


def test_a_download_that_is_stopped_by_hand_leaves_nothing(server, tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(helpers.fetch, "show_progress", stop)
    with pytest.raises(KeyboardInterrupt):
        fetch(f"{server[0]}/whole/set.npz", SHA256, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_in_the_cache_is_replaced(server, tmp_path):
    (tmp_path / "set.npz").write_bytes(CONTENT[:-1])
    assert fetch(f"{server[0]}/whole/set.npz", SHA256, tmp_path).read_bytes() == CONTENT


def test_no_server_is_said_plainly(server, tmp_path):
    free = server[0].rsplit(":", 1)[0] + ":9"
    with pytest.raises(ConnectionError, match=f"{free}/set.npz cannot be downloaded: .*no lesson needs it"):
        fetch(f"{free}/set.npz", SHA256, tmp_path)


def test_a_known_set_goes_by_its_name_into_the_cache(server, tmp_path, monkeypatch):
    monkeypatch.setitem(PUBLIC, "small", (f"{server[0]}/whole/set.npz", SHA256))
    monkeypatch.setattr(helpers.fetch, "CACHE", tmp_path / "cache")
    assert fetch("small") == tmp_path / "cache" / "set.npz"


def test_known_sets_have_a_safe_address_and_a_checksum():
    for url, sha256 in PUBLIC.values():
        assert url.startswith("https://") and re.fullmatch("[0-9a-f]{64}", sha256)


@pytest.mark.parametrize("name, sha256, message", [
    ("minst", None, "name is 'minst'; expected one of: mnist, or an address that starts with https://"),
    ("http://example.org/set.npz", SHA256, "expected one of: mnist, or an address that starts with https://"),
    ("http://127.0.0.1.example.org/set.npz", SHA256, "or an address that starts with https://"),
    ("ftp://example.org/set.npz", SHA256, "or an address that starts with https://"),
    ("file:///etc/passwd", SHA256, "or an address that starts with https://"),
    (None, SHA256, "name is None; expected one of: mnist"),
    ("mnist", SHA256[:4], f"sha256 is {SHA256[:4]!r}; mnist has a checksum of its own: leave this out"),
    ("https://example.org/set.npz", None, "sha256 is None; expected the 64 digits 0-9 a-f"),
    ("https://example.org/set.npz", SHA256[1:], "expected the 64 digits 0-9 a-f that the file's owner publishes"),
    ("https://example.org/", SHA256, "expected an address that ends in a file's name"),
    ("https://example.org/a/..", SHA256, "expected an address that ends in a file's name"),
    ("https://example.org/a/.%2e", SHA256, "expected an address that ends in a file's name"),
    ("https://example.org/a%5C..%5Cb", SHA256, "expected an address that ends in a file's name"),
])
def test_a_bad_argument_is_named_before_anything_is_asked_for(tmp_path, monkeypatch, name, sha256, message):
    monkeypatch.setattr(helpers.fetch, "urlopen", None)
    with pytest.raises(ValueError, match=re.escape(message)):
        fetch(name, sha256, tmp_path)
    assert list(tmp_path.iterdir()) == []
