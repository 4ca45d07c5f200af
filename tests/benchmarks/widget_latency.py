"""From a key press to changed pixels in real JupyterLab: the four widgets beside ipywidgets' `interact` with matplotlib.

    python tests/benchmarks/widget_latency.py [moves, 30]

Three conditions: as it is; with 200 ms added to every round trip between browser and server; with the kernel dead.
The clock starts at the time stamp of the keydown event and stops in the first animation frame whose pixels differ, so
one to one and a half frames (17 to 25 ms) is the least there is to measure. Of a drawing in SVG its text is compared, as
pixels of it cannot be read back. Nothing here is a test: times vary.
"""
import statistics
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import nbformat
from delay_proxy import DelayProxy

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import TOKEN, chromium, jupyter_server  # noqa: E402

CELLS = ["""
import matplotlib.pyplot as plt
from ipywidgets import IntSlider, interact
from helpers.data import load_photo
from helpers.widgets.ids_view import IdsView
from helpers.widgets.kernel_slider import KernelSlider
from helpers.widgets.shift_explorer import ShiftExplorer
from helpers.widgets.unroller import Unroller
photo = load_photo(height=72)
""", """
slider = KernelSlider(photo)
slider
""", """
y = slider.feature_map()
def draw(column=0):
    fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
    left.imshow(photo, cmap="gray")
    left.add_patch(plt.Rectangle((column - 0.5, -0.5), 3, 3, fill=False, edgecolor="C1"))
    right.imshow(y, cmap="RdBu_r")
    right.add_patch(plt.Rectangle((column - 0.5, -0.5), 1, 1, fill=False, edgecolor="C1"))
    plt.show()
interact(draw, column=IntSlider(0, 0, y.shape[1] - 1));
""", "IdsView.unrolled(T=6)", "Unroller(T=12, backward=True)", "ShiftExplorer()"]
WATCH = """(root) => {
  const copy = document.createElement("canvas"), g = copy.getContext("2d", { willReadFrequently: true });
  const hash = () => {
    let sum = 0, pictures = 0;
    for (const e of root.querySelectorAll("img, canvas")) {
      const width = e.naturalWidth || e.width, height = e.naturalHeight || e.height;
      if (!width || (e.tagName === "IMG" && !e.complete)) continue;
      copy.width = width; copy.height = height; g.drawImage(e, 0, 0); pictures++;
      for (const word of new Uint32Array(g.getImageData(0, 0, width, height).data.buffer)) sum = (Math.imul(sum, 31) + word) | 0;
    }
    for (const e of root.querySelectorAll("svg[tabindex]")) {
      pictures++;
      const text = e.outerHTML;
      for (let i = 0; i < text.length; i++) sum = (Math.imul(sum, 31) + text.charCodeAt(i)) | 0;
    }
    return pictures ? sum : null;
  };
  const seen = window.latency = { start: null, first: null }, before = hash();
  window.addEventListener("keydown", (e) => { seen.start ??= e.timeStamp; }, { capture: true, once: true });
  const tick = () => {
    if (seen.start !== null) {
      const now = performance.now(), changed = hash();
      if (changed !== null && changed !== before) { seen.first = now; return; }
    }
    if (window.latency === seen) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""
TARGETS = {"kernel slider": (1, ".ks-input"), "interact": (2, ".noUi-handle"), "ids view": (3, ".iv-matrix"),
           "unroller": (4, ".un-drawing"), "shift explorer": (5, ".se-input")}


def moves_of(page, traffic, cell, target, n, patience):
    """One key press after the other, each when the one before is settled: milliseconds, and kilobytes a move.

    Ten to the right, ten back, ten to the right, from the start of the row: at its end a key would change nothing.
    """
    area = page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".jp-Cell-outputArea").first
    area.evaluate("(e) => e.scrollIntoView()")
    root, handle, times, lost = area.element_handle(), area.locator(target).first, [], 0
    handle.focus()
    page.keyboard.press("Home")
    page.wait_for_timeout(500 + patience)
    traffic.clear()
    for move in range(n):
        page.evaluate(WATCH, root)
        page.keyboard.press("ArrowLeft" if move // 10 % 2 else "ArrowRight")
        try:
            page.wait_for_function("latency.first !== null", timeout=2000 + 10 * patience, polling="raf")
            times.append(page.evaluate("latency.first - latency.start"))
        except Exception:
            lost += 1
            if lost == 3:
                break
        page.wait_for_timeout(350 + 3 * patience)
    return times, sum(traffic) / 1000 / n


def report(condition, name, n, times, kilobytes):
    if not times:
        return print(f"| {condition} | {name} | no answer | | 0 of {n} | {kilobytes:.1f} |", flush=True)
    middle, worst = statistics.median(times), sorted(times)[round(0.95 * (len(times) - 1))]
    print(f"| {condition} | {name} | {middle:.0f} | {worst:.0f} | {len(times)} of {n} | {kilobytes:.1f} |", flush=True)


def measure(url, folder, n, conditions):
    with chromium(folder) as context:
        page, traffic = context.new_page(), []
        page.set_viewport_size({"width": 1400, "height": 1600})
        page.on("websocket", lambda socket: [socket.on(way, lambda data: traffic.append(len(data)))
                                             for way in ("framesent", "framereceived")])
        page.goto(f"{url}/lab/tree/latency.ipynb?token={TOKEN}&reset", timeout=120_000, wait_until="domcontentloaded")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=120_000)
        page.wait_for_function("jupyterapp.shell.currentWidget.sessionContext?.session?.kernel?.status === 'idle'")
        page.evaluate("void jupyterapp.commands.execute('notebook:run-all-cells')")
        page.wait_for_selector(".noUi-handle", timeout=120_000)
        page.wait_for_timeout(5000)
        for condition, patience, prepare in conditions:
            if prepare:
                page.evaluate(prepare)
                page.wait_for_timeout(4000)
            for name, (cell, target) in TARGETS.items():
                report(condition, name, n, *moves_of(page, traffic, cell, target, n, patience))


def main(n):
    folder = Path(tempfile.mkdtemp())
    (folder / "notebooks").mkdir()
    cells = [nbformat.v4.new_code_cell(text.strip()) for text in CELLS]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "notebooks/latency.ipynb")
    print("| condition | what | median ms | 95th percentile ms | answered | kilobytes a move |\n|---|---|---|---|---|---|")
    shutdown = "void jupyterapp.shell.currentWidget.sessionContext.session.kernel.shutdown()"
    with jupyter_server(folder / "server", folder / "notebooks") as (url, _):
        measure(url, folder / "near", n, [("as it is", 0, None), ("dead kernel", 0, shutdown)])
        with closing(DelayProxy(int(url.rpartition(":")[2]), 0.2)) as proxy:
            measure(f"http://127.0.0.1:{proxy.port}", folder / "far", n, [("200 ms away", 200, None)])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
