"""What the browser tests share: a Chromium, a Node, static pages, a real Jupyter server.

Where there is no browser or no Node these tests are skipped, and the reason is said; with CI=true they fail instead.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("course", deadline=None, suppress_health_check=[HealthCheck.too_slow])    # machines are busy
settings.load_profile("course")
os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).parents[1]
BROWSERS = "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"
BROWSER_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
TOKEN = "a-token-for-tests"


def found(what, path):
    """The path, or the test is skipped; with CI=true it fails."""
    if path:
        return path
    reason = f"needs {what}, and there is none on this machine"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def browser_path():
    named = (shutil.which(name) for name in (os.environ.get("BROWSER_PATH", ""), *BROWSERS) if name)
    placed = (place for place in BROWSER_PLACES if Path(place).exists())
    return next((path for path in (*named, *placed) if path), None)


# ---- Node ---------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """node("kernel_slider", "return m.featureMap(...)", name=value): the result of a few lines of JavaScript.

    `m` is the module exactly as the browser gets it; the values arrive as variables, by way of JSON.
    """
    path, folder = found("Node", shutil.which("node")), tmp_path_factory.mktemp("node")

    def run(widget, body, **values):
        from helpers.widgets.base import compose
        (folder / f"{widget}.mjs").write_text(compose(widget)[0], encoding="utf-8")
        script = (f'import * as m from "./{widget}.mjs"; import fs from "node:fs";\n'
                  f"const {{ {', '.join(values)} }} = JSON.parse(fs.readFileSync(0, 'utf8'));\n"
                  f"console.log(JSON.stringify((() => {{ {body} }})()));")
        (folder / "run.mjs").write_text(script, encoding="utf-8")
        done = subprocess.run([path, "run.mjs"], cwd=folder, input=json.dumps(values), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


# ---- browser ------------------------------------------------------------------------------------------------------

@contextmanager
def chromium(folder):
    """A browser with a fresh profile; it is closed, and the loop it runs on with it, before the next module starts."""
    path = found("Chrome or Chromium", browser_path())
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(folder), executable_path=path, args=FLAGS, viewport={"width": 1100, "height": 1000})
        context.set_default_timeout(30_000)
        yield context
        context.close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("profile")) as context:
        yield context


def said(message):
    return f"{message.text} {message.location['url']}"


def is_ours(message):
    """An error, unless Jupyter's server refuses a request (Notebook 7, now and then): the course asks it for nothing."""
    refused = "Failed to load resource" in message.text and message.location["url"].startswith("http://127.0.0.1:")
    return message.type == "error" and not refused


@pytest.fixture
def new_page(browser):
    """new_page() opens a tab. At the end of the test it must have logged no error and asked nobody but this machine."""
    pages = []

    def opened():
        page = browser.new_page()
        page.errors, page.asked = [], []
        page.on("console", lambda message: page.errors.append(said(message)) if is_ours(message) else None)
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()
    for page in pages:
        assert page.errors == []
        assert [url for url in page.asked if not url.startswith(LOCAL)] == []


LOCAL = "file://", "blob:", "data:", "http://127.0.0.1", "ws://127.0.0.1"


@pytest.fixture
def static_page(new_page, tmp_path):
    """static_page(widget, ...) opens a page, from a file, that holds the widgets as a page without a kernel has them."""
    def opened(*widgets, width=1100, **media):
        path, page = tmp_path / "page.html", new_page()
        body = "\n".join(widget.static_html() for widget in widgets)
        path.write_text("<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Widgets</title>"
                        "<meta name='viewport' content='width=device-width'></head>"
                        f"<body><main><h1>Widgets</h1>{body}</main></body></html>", encoding="utf-8")
        page.set_viewport_size({"width": width, "height": 1000})
        page.emulate_media(**{"color_scheme": "light", "reduced_motion": "reduce", **media})
        page.goto(path.as_uri())
        page.wait_for_function(f"document.querySelectorAll('.ws').length === {len(widgets)}")
        frames(page)
        return page

    return opened


def frames(page, n=3):
    """Wait until the page has drawn n more frames."""
    page.evaluate("n => new Promise(done => { const f = () => n-- > 0 ? requestAnimationFrame(f) : done(); f(); })", n)


@pytest.fixture(scope="session")
def axe_source():
    import axe_playwright_python
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def axe(axe_source):
    """axe(page, selector) -> (violations as [rule, elements], how many rules passed)."""
    def run(page, selector):
        if not page.evaluate("'axe' in window"):
            page.evaluate(axe_source)
        result = page.evaluate("selector => axe.run(document.querySelector(selector))", selector)
        violations = [[v["id"], [n["html"][:120] + " " + n["failureSummary"] for n in v["nodes"]]]
                      for v in result["violations"]]
        return violations, len(result["passes"])

    return run


# ---- Jupyter ------------------------------------------------------------------------------------------------------

@contextmanager
def jupyter_server(folder, notebooks=None):
    """A real server on this machine alone, with its own settings, in a copy of notebooks/; gives (url, work folder).

    It serves JupyterLab at /lab/tree/... and Notebook 7 at /notebooks/...
    """
    work, config = folder / "work", folder / "config"
    shutil.copytree(notebooks or ROOT / "notebooks", work, ignore=shutil.ignore_patterns(".*", "progress.json"))
    (config / "labconfig").mkdir(parents=True)
    (config / "labconfig" / "page_config.json").write_text(
        json.dumps({"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {"JUPYTER_CONFIG_DIR": str(config), "JUPYTER_DATA_DIR": str(folder / "data"),
                        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"), "IPYTHONDIR": str(folder / "ipython")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
               "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={work}",
               "--ServerApp.allow_origin=*", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
               "--expose-app-in-browser", "--JupyterNotebookApp.expose_app_in_browser=True"]
    url = f"http://127.0.0.1:{port}"
    with open(folder / "server.log", "w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=env, start_new_session=True)
        try:
            wait_for(url, server, folder / "server.log")
            yield url, work
        finally:
            stop_group(server)


def wait_for(url, server, log, seconds=90):
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/api?token={TOKEN}", timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the Jupyter server did not start:\n{log.read_text()[-3000:]}")


def stop_group(process):
    """End the server and every kernel it started."""
    for sign, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
        try:
            os.killpg(process.pid, sign)
            process.wait(patience)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    found("Chrome or Chromium", browser_path())
    with jupyter_server(tmp_path_factory.mktemp("jupyter")) as server:
        yield server
