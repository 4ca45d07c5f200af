"""What all tests share: one thread a process, a browser if there is one, and a real Jupyter server."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")           # tests run side by side; kernels inherit it

ROOT = Path(__file__).parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
TOKEN = "course"


def missing(what):
    """Skip on a laptop; fail where nobody would read the skip."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is needed when CI=true")
    pytest.skip(f"{what} is not installed")


@pytest.fixture(scope="session")
def node():
    return shutil.which("node") or missing("node")


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    path = next(filter(None, map(shutil.which, BROWSERS)), None) or missing("Chrome or Chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright (tests/requirements.txt)")
    with sync_playwright() as playwright:
        profile = tmp_path_factory.mktemp("profile")
        context = playwright.chromium.launch_persistent_context(
            str(profile), executable_path=path, args=FLAGS, viewport={"width": 1366, "height": 900})
        yield context
        context.close()


@pytest.fixture
def page(browser):
    """A new tab that remembers console errors (page.errors) and requests to other machines (page.strangers)."""
    tab = browser.new_page()
    tab.errors, tab.strangers = [], []
    tab.on("console", lambda m: tab.errors.append(m.text) if m.type == "error" else None)
    tab.on("pageerror", lambda error: tab.errors.append(str(error)))
    tab.on("request", lambda r: None if is_local(r.url) else tab.strangers.append(r.url))
    yield tab
    tab.close()


def is_local(url):
    return url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "file:", "about:"))


class Jupyter:
    """JupyterLab or Notebook 7 on the loopback, with settings, data and a working folder of its own."""

    def __init__(self, app, home, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        places = {f"JUPYTER_{kind}_DIR": str(home / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
        root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        self.log = open(home / "server.log", "w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyter", app, "--no-browser", "--ip=127.0.0.1", f"--port={self.port}", *root,
             f"--IdentityProvider.token={TOKEN}", "--expose-app-in-browser", f"--ServerApp.root_dir={folder}",
             "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"],
            env={**os.environ, **places, "IPYTHONDIR": str(home / "ipython"),
                 "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
            stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True)
        self.wait()

    def wait(self, seconds=60):
        stop = time.monotonic() + seconds
        while time.monotonic() < stop:
            try:
                urllib.request.urlopen(f"{self.url}/api?token={TOKEN}", timeout=2).close()
                return
            except OSError:
                time.sleep(0.2)
        self.stop()
        pytest.fail(f"Jupyter did not start: {Path(self.log.name).read_text()[-2000:]}")

    def stop(self):
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(10)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            self.process.kill()
        self.log.close()


@pytest.fixture(scope="module")
def jupyter(browser, tmp_path_factory):
    """start(app) gives a running server that works on a copy of the notebooks; all are stopped at the end."""
    if not hasattr(os, "killpg"):
        pytest.skip("this test stops a server by its process group, which Windows does not have")
    servers = {}

    def start(app):
        if app not in servers:
            home = tmp_path_factory.mktemp(app)
            shutil.copytree(ROOT / "notebooks", home / "work" / "notebooks")
            settings = home / "CONFIG" / "lab" / "user-settings" / "@jupyterlab"
            for extension, name, values in [("notebook-extension", "tracker", {"windowingMode": "none"}),
                                            ("apputils-extension", "notification", {"fetchNews": "false"})]:
                (settings / extension).mkdir(parents=True, exist_ok=True)
                (settings / extension / f"{name}.jupyterlab-settings").write_text(json.dumps(values))
            servers[app] = Jupyter(app, home, home / "work")
        return servers[app]
    yield start
    for server in servers.values():
        server.stop()
