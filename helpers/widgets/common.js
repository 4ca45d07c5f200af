// What every widget of the course shares. A widget's module reads
//
//   import { widget, h, fmt, grey } from "./common.js";       one import, in exactly this form (see base.py)
//   export function correlate(image, kernel) { ... }          pure functions, tested under Node
//   export default widget("kernel-slider", "Slide the kernel", (ws) => { ... });
//
// No document is touched when the module is imported. Top-level names of a widget must differ from the names here.
//
// The builder is called once for every view and gets `ws`:
//   ws.root                       <div class="ws ws-kernel-slider" role="group">: append to it
//   ws.model                      get(name); Python's traits, or a static copy where there is no kernel
//   ws.set({ row: 3 })            sets traits and redraws; Python hears of it 150 ms after the last change,
//                                 and never while a key or a pointer button is held down
//   ws.watch(["row"], f)          f runs when one of these traits changes, from either side
//   ws.draw(f)                    f is the drawing: it runs as soon as the widget has a place on the page, then at most
//                                 once per frame after ws.set, ws.watch, a change of theme or of width; ws.redraw() asks
//   ws.on(target, type, f)        addEventListener that ends with the view
//   ws.end(f)                     f runs when the view is removed
//   ws.id("row")                  an id that no other view on the page has
//   ws.say(text)                  a polite announcement, half a second after the last change; the text stays readable
//                                 (the text twin of the picture), so say the whole state in one sentence
//   ws.colour("ink")              a theme colour as text for the canvas: ink soft line paper panel window focus good bad
//   ws.width()                    width in CSS pixels that the widget has
//   ws.range({ label, min, max, step, value, text: (v) => "row 3", input: (v) => ... })
//   ws.choice({ label, options: [["value", "shown"], ...], value, change: (v) => ... })
//   ws.toggle({ label, value, change: (on) => ... })
//                                 each gives { node, input, show(v) }; a range also has limit(min, max)
//   ws.button("Step", f)          the <button>
//   ws.player({ next, first, last: () => bool, delay: 140, step: next })
//                                 { node, stop(), playing() }: buttons Play/Pause, Step, Start; next() makes one step of
//                                 Play, step() one of Step; it ends by itself when last() is true, and Play then starts
//                                 over with first(); one step a 1.2 s where reduced motion is asked for
//
// Pure:    fmt, clamp, grey, diverging, parameterColour, css, ink, unpack, OKABE_ITO, MINUS
// Page:    h, svg, crisp, pixels, hatch, numbers
// Hosts:   widget, staticModel

export const MINUS = "\u2212";
export const OKABE_ITO = ["#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#444444"];
const POSITIVE = [178, 24, 43], NEGATIVE = [33, 102, 172];
const VIRIDIS = [[68, 1, 84], [72, 24, 106], [71, 45, 123], [66, 64, 134], [59, 82, 139], [51, 99, 141], [44, 114, 142],
  [38, 130, 142], [33, 145, 140], [31, 160, 136], [40, 174, 128], [63, 188, 115], [94, 201, 98], [132, 212, 75],
  [173, 220, 48], [216, 226, 25], [253, 231, 37]];

const RAISED = { "-": "\u207b", ...["\u2070", "\u00b9", "\u00b2", "\u00b3", "\u2074", "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"] };

// ---- numbers and colours: pure -----------------------------------------------------------------------------------

const trimmed = (text) => text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");

// A number for reading: at most `digits` decimals, a real minus sign, never "-0".
export function fmt(v, digits = 2) {
  if (!Number.isFinite(v)) return Number.isNaN(v) ? "not a number" : v > 0 ? "\u221e" : MINUS + "\u221e";
  const size = Math.abs(v);
  if (size >= 1e6 || (size > 0 && size < 1e-4 && digits > 4)) {
    const [m, e] = size.toExponential(digits).split("e"), power = [...String(+e)].map((c) => RAISED[c]).join("");
    return `${v < 0 ? MINUS : ""}${trimmed(m)}\u00b710${power}`;
  }
  const text = trimmed(size.toFixed(digits));
  return v < 0 && text !== "0" ? MINUS + text : text;
}

export const clamp = (v, low, high) => Math.max(low, Math.min(high, v));
export const css = (rgb) => `rgb(${rgb[0]},${rgb[1]},${rgb[2]})`;

// Black or white, whichever reads better on this colour.
export function ink(rgb) {
  const [r, g, b] = rgb.map((c) => ((c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
}

// Activations: black at `low`, white at `high`.
export function grey(v, low, high) {
  const g = high > low ? Math.round(255 * clamp((v - low) / (high - low), 0, 1)) : 128;
  return [g, g, g];
}

// Signed values: white at 0, red towards +max, blue towards -max, as in every figure of the course.
export function diverging(v, max) {
  const t = max > 0 ? Math.min(1, Math.abs(v) / max) : 0, end = v < 0 ? NEGATIVE : POSITIVE;
  return end.map((c) => Math.round(255 + (c - 255) * t));
}

// One colour, one parameter: the k-th of n. Up to 8 the Okabe-Ito palette, beyond that viridis; never cycled.
export function parameterColour(k, n) {
  if (n <= OKABE_ITO.length) return [1, 3, 5].map((i) => parseInt(OKABE_ITO[k].slice(i, i + 2), 16));
  const at = (k / (n - 1)) * (VIRIDIS.length - 1), i = Math.min(Math.floor(at), VIRIDIS.length - 2);
  return VIRIDIS[i].map((c, j) => Math.round(c + (VIRIDIS[i + 1][j] - c) * (at - i)));
}

// What pack() in base.py wrote: { shape, values }, values a flat Float64Array in row-major order.
export function unpack({ shape, type, scale, data }) {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0)), view = new DataView(bytes.buffer);
  const size = { u1: 1, f4: 4, f8: 8 }[type];
  const read = { u1: (i) => bytes[i], f4: (i) => view.getFloat32(4 * i, true), f8: (i) => view.getFloat64(8 * i, true) }[type];
  return { shape, values: Float64Array.from({ length: bytes.length / size }, (_, i) => read(i) / scale) };
}

// ---- pieces of a page --------------------------------------------------------------------------------------------

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

// The canvas at `width` by `height` CSS pixels, sharp on every screen; gives its cleared context.
export function crisp(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1, w = Math.round(width * ratio), hh = Math.round(height * ratio);
  if (canvas.width !== w || canvas.height !== hh) {
    canvas.width = w; canvas.height = hh;
    canvas.style.width = `${width}px`; canvas.style.height = `${height}px`;
  }
  const g = canvas.getContext("2d");
  g.setTransform(w / width, 0, 0, hh / height, 0, 0);
  g.clearRect(0, 0, width, height);
  g.imageSmoothingEnabled = false;
  return g;
}

// A canvas off the page, one pixel a value: colour(i) gives [r, g, b] or null for nothing. Draw it with drawImage.
export function pixels(rows, columns, colour) {
  const canvas = h("canvas", { width: columns, height: rows }), g = canvas.getContext("2d");
  const data = g.createImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    const rgb = colour(i);
    if (rgb) data.data.set([rgb[0], rgb[1], rgb[2], 255], 4 * i);
  }
  g.putImageData(data, 0, 0);
  return canvas;
}

// Slanted lines over a rectangle: there is no value here yet (0 is white, so an empty square must not be).
export function hatch(g, x, y, width, height, colour, pitch = 7) {
  g.save();
  g.beginPath(); g.rect(x, y, width, height); g.clip();
  g.strokeStyle = colour; g.lineWidth = 1; g.beginPath();
  for (let d = -Math.ceil(height / pitch) * pitch; d < width; d += pitch) {
    g.moveTo(x + d, y + height); g.lineTo(x + d + height, y);
  }
  g.stroke(); g.restore();
}

// A table of numbers: { node, show((i, j) => value, (i, j) => [r, g, b]) }; the colour is optional.
export function numbers(label, rows, columns, digits = 2) {
  const cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () => h("td")));
  const node = h("table", { class: "ws-numbers", "aria-label": label }, h("tbody", {}, ...cells.map((row) => h("tr", {}, ...row))));
  const show = (value, colour) => cells.forEach((row, i) => row.forEach((cell, j) => {
    const v = value(i, j), rgb = colour && colour(i, j), text = typeof v === "string" ? v : fmt(v, digits);
    if (cell.textContent !== text) cell.textContent = text;
    cell.style.background = rgb ? css(rgb) : ""; cell.style.color = rgb ? ink(rgb) : "";
  }));
  return { node, cells, show };
}

// ---- hosts -------------------------------------------------------------------------------------------------------

// The smallest model that a widget can run on where there is no kernel.
export function staticModel(state) {
  const values = { ...state }, listeners = new Map(), list = (event) => listeners.get(event) || [];
  return {
    get: (name) => values[name],
    set(name, value) {
      if (values[name] === value) return;
      values[name] = value;
      list(`change:${name}`).forEach((f) => f());
    },
    on: (event, f) => listeners.set(event, [...list(event), f]),
    off: (event, f) => listeners.set(event, list(event).filter((g) => g !== f)),
    save_changes() {}, send() {},
  };
}

let views = 0;

export function widget(name, title, build) {
  return {
    render({ model, el }) {
      const ws = view(name, title, model, el);
      try {
        build(ws);
      } catch (error) {
        ws.root.append(h("p", { role: "alert" }, `This widget could not start: ${error.message}`));
        throw error;
      }
      return () => ws.close();
    },
  };
}

function view(name, title, model, el) {
  const prefix = `ws${++views}-${Math.random().toString(36).slice(2, 8)}`, ending = new AbortController(), ends = [];
  const id = (suffix) => `${prefix}-${suffix}`;
  const status = h("div", { class: "ws-said", role: "status", "aria-live": "polite" });
  const heading = h("div", { class: "ws-title", id: id("title") }, title);
  const root = h("div", { class: `ws ws-${name}`, role: "group", "aria-labelledby": id("title") }, heading);
  el.append(root, status);
  const on = (target, type, f, options = {}) => target.addEventListener(type, f, { ...options, signal: ending.signal });
  const end = (f) => ends.push(f);
  const ws = { root, model, id, on, end, width: () => root.clientWidth };

  keepKeys(root, on);
  end(() => { ending.abort(); root.remove(); status.remove(); });
  ws.close = () => ends.splice(0).reverse().forEach((f) => f());
  ws.say = announcer(status, end);
  Object.assign(ws, drawing(root, on, end), controls(ws));
  const tell = messenger(root, model, on, end);
  ws.set = (values) => {
    Object.entries(values).forEach(([key, value]) => model.set(key, value));
    ws.redraw(); tell();
  };
  ws.watch = (names, f) => names.forEach((key) => {
    const changed = () => { f(); ws.redraw(); };
    model.on(`change:${key}`, changed);
    end(() => model.off(`change:${key}`, changed));
  });
  ws.player = (options) => player(ws, options);
  return ws;
}

// In command mode Jupyter owns the arrow keys and most letters: "a" adds a cell, "d d" deletes one. It leaves an event alone
// only if the focused element itself carries this attribute, and Notebook 7 looks before any listener below the window runs.
// So: plain keys stay with the widget; Ctrl, Cmd, Alt, Escape and Shift+Enter go on to Jupyter.
function keepKeys(root, on) {
  on(window, "keydown", (e) => {
    if (!(e.target instanceof Element) || !root.contains(e.target)) return;
    const jupyters = e.ctrlKey || e.metaKey || e.altKey || e.key === "Escape" || (e.shiftKey && e.key === "Enter");
    e.target.toggleAttribute("data-lm-suppress-shortcuts", !jupyters);
  }, { capture: true });
}

// Python hears of a change 150 ms after the last one, and not while a key or a pointer button is down.
function messenger(root, model, on, end, wait = 150) {
  const held = new Set();
  let timer = 0, waiting = false;
  const send = () => { if (!held.size && waiting) { waiting = false; model.save_changes(); } };
  const later = () => { clearTimeout(timer); timer = setTimeout(send, wait); };
  const release = (key) => { held.delete(key); if (waiting) later(); };
  on(window, "keydown", (e) => { if (root.contains(e.target) && !e.ctrlKey && !e.metaKey && !e.altKey) held.add(e.code); }, { capture: true });
  on(window, "keyup", (e) => release(e.code), { capture: true });
  on(window, "pointerdown", (e) => { if (root.contains(e.target)) held.add(e.pointerId); }, { capture: true });
  for (const type of ["pointerup", "pointercancel"]) on(window, type, (e) => release(e.pointerId), { capture: true });
  on(window, "blur", () => { held.clear(); if (waiting) later(); });
  end(() => clearTimeout(timer));
  return () => { waiting = true; later(); };
}

function announcer(status, end) {
  let timer = 0;
  end(() => clearTimeout(timer));
  return (text) => { clearTimeout(timer); timer = setTimeout(() => { status.textContent = text; }, 500); };
}

// One drawing per frame, and again when the width or the theme changes.
function drawing(root, on, end) {
  let paint = null, frame = 0, colours = {}, width = 0;
  const run = () => { frame = 0; if (paint && root.isConnected && root.clientWidth) paint(); };
  const redraw = () => { if (!frame) frame = requestAnimationFrame(run); };
  const rethemed = () => { colours = {}; redraw(); };
  const resized = new ResizeObserver(() => { if (root.clientWidth !== width) { width = root.clientWidth; redraw(); } });
  const themed = new MutationObserver(rethemed);
  resized.observe(root);
  themed.observe(document.body, { attributes: true });
  for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) on(matchMedia(query), "change", rethemed);
  end(() => { cancelAnimationFrame(frame); resized.disconnect(); themed.disconnect(); });
  return {
    redraw,
    draw(f) { paint = f; run(); },
    colour: (name) => (colours[name] ||= getComputedStyle(root).getPropertyValue(`--ws-${name}`).trim()),
  };
}

function controls(ws) {
  let count = 0;
  const labelled = (label, input, ...rest) => {
    input.id = ws.id(`control${++count}`);
    return h("div", { class: "ws-control" }, h("label", { for: input.id }, label), input, ...rest);
  };
  return {
    button(label, press) {
      const button = h("button", { type: "button", class: "ws-button" }, label);
      ws.on(button, "click", press);
      return button;
    },
    range({ label, min = 0, max, step = 1, value, text = (v) => fmt(v), input: moved }) {
      const input = h("input", { type: "range", min, max, step }), shown = h("span", { class: "ws-value", "aria-hidden": "true" });
      const show = (v) => { input.value = v; shown.textContent = text(+input.value); input.setAttribute("aria-valuetext", text(+input.value)); };
      const limit = (low, high) => { input.min = low; input.max = high; show(+input.value); };
      ws.on(input, "input", () => { show(+input.value); moved(+input.value); });
      show(value);
      return { node: labelled(label, input, shown), input, show, limit };
    },
    choice({ label, options, value, change }) {
      const input = h("select", {}, ...options.map(([key, shown]) => h("option", { value: key }, shown)));
      const show = (v) => { input.value = v; };
      ws.on(input, "change", () => change(input.value));
      show(value);
      return { node: labelled(label, input), input, show };
    },
    toggle({ label, value, change }) {
      const input = h("input", { type: "checkbox" }), show = (v) => { input.checked = v; };
      ws.on(input, "change", () => change(input.checked));
      show(value);
      const node = labelled(label, input);
      node.prepend(input);
      return { node, input, show };
    },
  };
}

function player(ws, { next, first, last, delay = 140, step = next }) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let timer = 0;
  const stop = () => { clearTimeout(timer); timer = 0; play.textContent = "Play"; };
  const tick = () => {
    if (!ws.root.isConnected || last()) return stop();
    next();
    timer = setTimeout(tick, calm.matches ? 1200 : delay);
  };
  const play = ws.button("Play", () => {
    if (timer) return stop();
    if (last()) first();
    play.textContent = "Pause";
    timer = setTimeout(tick, calm.matches ? 1200 : delay);
  });
  const once = ws.button("Step", () => { stop(); if (last()) first(); else step(); });
  const start = ws.button("Start", () => { stop(); first(); });
  ws.end(stop);
  return { node: h("div", { class: "ws-player" }, play, once, start), stop, playing: () => timer !== 0 };
}
