// The kernel slider: one kernel, one picture, one window. First the arithmetic, then the pictures, then the widget.
//
// A picture is { rows, columns, channels, values }: values flat, row by row, channel last. A kernel is a list of rows.
// Places are counted from 0, as in y[r, c]; place number i = r * (places in a row) + c.

import {
  widget, h, fmt, clamp, css, ink, grey, diverging, parameterColour, unpack, crisp, hatch, numbers, MINUS,
} from "./common.js";

const FEW = 900;                             // up to so many values, numbers are written in the squares

// ---- arithmetic: pure --------------------------------------------------------------------------------------------

export const asPicture = ({ shape, values }) => ({ rows: shape[0], columns: shape[1], channels: shape[2] || 1, values });

// Sizes along height and width: how many places there are, and which pixels no window ever reads.
export function geometry(picture, kernel, stride, padding, dilation) {
  const along = (n, k) => {
    const span = dilation * (k - 1) + 1, padded = n + 2 * padding, room = padded - span;
    const size = Math.floor(room / stride) + 1, places = room < 0 ? 0 : size, read = new Set();
    for (let at = 0; at < places; at++) for (let i = 0; i < k; i++) read.add(at * stride + i * dilation - padding);
    const unread = Array.from({ length: n }, (_, i) => i).filter((i) => !read.has(i));
    return { n, k, span, padded, size, places, unread, rest: room < 0 ? 0 : room % stride };
  };
  const rows = along(picture.rows, kernel.length), columns = along(picture.columns, kernel[0].length);
  const read = (rows.n - rows.unread.length) * (columns.n - columns.unread.length);
  return { rows, columns, stride, padding, dilation, places: rows.places * columns.places, unread: rows.n * columns.n - read };
}

export const turned = (kernel) => kernel.map((row) => [...row].reverse()).reverse();

// The pixels under the window at place (r, c): one flat list a channel, 0 where the window reaches into the padding.
export function patchAt(picture, geo, r, c) {
  const top = r * geo.stride - geo.padding, left = c * geo.stride - geo.padding;
  return Array.from({ length: picture.channels }, (_, channel) => {
    const patch = [];
    for (let i = 0; i < geo.rows.k; i++) {
      for (let j = 0; j < geo.columns.k; j++) {
        const y = top + i * geo.dilation, x = left + j * geo.dilation;
        const inside = y >= 0 && y < picture.rows && x >= 0 && x < picture.columns;
        patch.push(inside ? picture.values[(y * picture.columns + x) * picture.channels + channel] : 0);
      }
    }
    return patch;
  });
}

// y[r, c], the sum of all products at one place; `w` is the kernel as it lies on the picture.
export function sumAt(picture, w, geo, r, c) {
  const { rows, columns, channels, values } = picture;
  const top = r * geo.stride - geo.padding, left = c * geo.stride - geo.padding;
  let sum = 0;
  for (let i = 0; i < w.length; i++) {
    const y = top + i * geo.dilation;
    if (y < 0 || y >= rows) continue;
    for (let j = 0; j < w[i].length; j++) {
      const x = left + j * geo.dilation, at = (y * columns + x) * channels;
      if (x < 0 || x >= columns) continue;
      for (let channel = 0; channel < channels; channel++) sum += w[i][j] * values[at + channel];
    }
  }
  return sum;
}

// dw grows by what one place adds: dy times its patch, channels added, in the order of the kernel.
export function addPlace(dw, picture, geo, mode, r, c, dy) {
  const { rows, columns, channels, values } = picture, flip = mode === "convolution";
  const top = r * geo.stride - geo.padding, left = c * geo.stride - geo.padding, { rows: { k: k_h }, columns: { k: k_w } } = geo;
  for (let i = 0; i < k_h; i++) {
    const y = top + i * geo.dilation, row = dw[flip ? k_h - 1 - i : i];
    if (y < 0 || y >= rows) continue;
    for (let j = 0; j < k_w; j++) {
      const x = left + j * geo.dilation, at = (y * columns + x) * channels;
      if (x < 0 || x >= columns) continue;
      for (let channel = 0; channel < channels; channel++) row[flip ? k_w - 1 - j : j] += dy * values[at + channel];
    }
  }
  return dw;
}

export const zerosLike = (kernel) => kernel.map((row) => row.map(() => 0));

// The feature map of one setting: all its sums, which places are computed so far, and dw so far.
// own   { "r,c": kernel } for places that have a kernel of their own;  dy  flat, or null for 1 everywhere
export function featureMap(picture, kernel, geo, mode, { own = {}, dy = null, gradient = false } = {}) {
  const laid = (w) => (mode === "convolution" ? turned(w) : w), across = geo.columns.places, common = laid(kernel);
  const spot = (i) => [Math.floor(i / across), i % across];
  const sums = Float64Array.from({ length: geo.places }, (_, i) => sumAt(picture, common, geo, ...spot(i)));
  for (const [place, w] of Object.entries(own)) {
    const [r, c] = place.split(",").map(Number);
    sums[r * across + c] = sumAt(picture, laid(w), geo, r, c);
  }
  const map = { sums, seen: new Uint8Array(geo.places), count: 0, dw: zerosLike(kernel) };
  map.compute = (i) => {
    if (map.seen[i]) return false;
    map.seen[i] = 1; map.count++;
    if (gradient) addPlace(map.dw, picture, geo, mode, ...spot(i), dy ? dy[i] : 1);
    return true;
  };
  return map;
}

// What a learner may type for a number: -1, 0.5, 1/9; anything else gives NaN.
export function typedNumber(text) {
  const [top, bottom = "1", ...more] = text.replace(MINUS, "-").split("/").map((part) => part.trim());
  return more.length || !top || !bottom || !Number(bottom) ? NaN : Number(top) / Number(bottom);
}

// The kernel cut, or filled up with zeros, to k x k around its middle.
export function resized(kernel, k) {
  const down = Math.floor((kernel.length - k) / 2), right = Math.floor((kernel[0].length - k) / 2);
  return Array.from({ length: k }, (_, i) => Array.from({ length: k }, (__, j) => kernel[i + down]?.[j + right] ?? 0));
}

export function extremes(values) {
  let low = Infinity, high = -Infinity;
  for (const v of values) { if (v < low) low = v; if (v > high) high = v; }
  return [low, high];
}

// The scale of the map: grey while a picture stays a picture (the kernel's numbers add up to more than 0), else by sign.
// In a large map the strongest values go beyond the ends of the scale, so that the rest can be seen.
export function mapScale(picture, kernel, sums) {
  const total = kernel.flat().reduce((sum, v) => sum + v, 0) * picture.channels, large = sums.length > FEW;
  const [low, high] = extremes(picture.values), [least, most] = extremes(sums);
  const scale = { signed: false, low: 0, high: high * total || 1 };
  if (total < 1e-9 || low < 0 || (least < 0 && !large)) {
    const sizes = Float64Array.from(sums, Math.abs).sort(), last = sizes.length - 1;
    scale.high = sizes[large ? Math.ceil(0.99 * last) : last] || sizes[last] || 1;
    scale.low = -scale.high; scale.signed = true;
  }
  return { ...scale, below: least < scale.low - 1e-9, above: most > scale.high + 1e-9 };
}

export function illegal({ rows, columns, dilation }) {
  return `A ${rows.k} \u00d7 ${columns.k} kernel${dilation > 1 ? ` with dilation ${dilation}` : ""} covers `
    + `${rows.span} \u00d7 ${columns.span} pixels; the padded input has ${rows.padded} \u00d7 ${columns.padded}. `
    + "There is no place for the window.";
}

export const sizeFormula = ({ n, k, size }, { stride, padding, dilation }) =>
  `\u230a(${n} + 2\u00b7${padding} ${MINUS} ${dilation}\u00b7(${k} ${MINUS} 1) ${MINUS} 1) / ${stride}\u230b + 1 = ${fmt(size)}`;

// A number that fits a small square: fewer decimals where there are more digits before the point.
export const brief = (v, digits) => fmt(v, clamp(digits + 1 - Math.floor(Math.log10(Math.max(1, Math.abs(v)))), 0, digits));

// ---- pictures ----------------------------------------------------------------------------------------------------

const CHANNELS = ["red", "green", "blue"];
const RIM = 7;                               // pixels around a picture, in which a frame at the edge finds room
const thousands = (n) => n.toLocaleString("en");
const absMax = (rows) => Math.max(...rows.flat().map(Math.abs)) || 1;

// One pixel a value, kept in a canvas of its own; values are put in one by one.
function pixelBuffer(rows, columns) {
  const canvas = h("canvas", { width: columns, height: rows }), g = canvas.getContext("2d");
  const image = g.createImageData(columns, rows);
  const put = (i, [red, green, blue]) => {
    image.data[4 * i] = red; image.data[4 * i + 1] = green; image.data[4 * i + 2] = blue; image.data[4 * i + 3] = 255;
  };
  return { canvas, put, done: () => g.putImageData(image, 0, 0) };
}

function pixelColour({ channels, values }, low, high) {
  return channels === 1 ? (i) => grey(values[i], low, high)
    : (i) => [0, 1, 2].map((k) => grey(values[i * channels + k], low, high)[0]);
}

// CSS pixels for one value: as large as the room allows, a whole number unless the picture is large.
function scaleFor(width, geo) {
  const scale = Math.min(42, (width - 2 * RIM) / geo.columns.padded, 340 / geo.rows.padded);
  return scale >= 4 ? Math.floor(scale) : scale;
}

function sheet(canvas, rows, columns, scale) {
  const g = crisp(canvas, columns * scale + 2 * RIM, rows * scale + 2 * RIM);
  g.translate(RIM, RIM);
  g.imageSmoothingEnabled = scale < 1;
  return g;
}

function grid(g, rows, columns, scale) {
  if (scale < 10) return;
  g.strokeStyle = "#767b82"; g.lineWidth = 1; g.beginPath();
  for (let i = 0; i <= rows; i++) { g.moveTo(0, i * scale + 0.5); g.lineTo(columns * scale, i * scale + 0.5); }
  for (let j = 0; j <= columns; j++) { g.moveTo(j * scale + 0.5, 0); g.lineTo(j * scale + 0.5, rows * scale); }
  g.stroke();
}

// An outline with a light edge, so that it shows on any picture; never too small to see.
function outline(g, x, y, width, height, colour, line = 3, least = 12) {
  const wide = Math.max(least, width), high = Math.max(least, height);
  const box = [x - (wide - width) / 2, y - (high - height) / 2, wide, high];
  g.lineJoin = "round";
  g.strokeStyle = "#fff"; g.lineWidth = 2 * line; g.strokeRect(...box);
  g.strokeStyle = colour; g.lineWidth = line; g.strokeRect(...box);
}

// Numbers in their squares, only if every one of them fits.
function writer(g, scale, texts) {
  const size = Math.min(14, scale * 0.4);
  g.font = `${size}px system-ui, sans-serif`; g.textAlign = "center"; g.textBaseline = "middle";
  const fits = size >= 9 && texts.every((text) => g.measureText(text).width <= scale - 4);
  return (text, i, j, colour) => {
    if (fits) { g.fillStyle = colour; g.fillText(text, (j + 0.5) * scale, (i + 0.5) * scale + 1); }
  };
}

function scaleBar(colours, { low, high, below, above }) {
  const bar = h("span", { class: "ks-bar" });
  bar.style.background = `linear-gradient(to right, ${colours.map(css).join(", ")})`;
  return [fmt(low) + (below ? " or less" : ""), bar, fmt(high) + (above ? " or more" : "")];
}

const part = (caption, ...nodes) => h("figure", { class: "ks-part" }, caption, ...nodes);
const sign = (text) => h("span", { class: "ks-sign", "aria-hidden": "true" }, text);

// ---- the widget --------------------------------------------------------------------------------------------------

export default widget("kernel-slider", "Slide the kernel", (ws) => {
  const get = (name) => ws.model.get(name), convolution = () => get("mode") === "convolution";
  let picture, low, high, inputPixels, pictureSource, dySource, dyValues;
  let kernel, geo, map, range, mapPixels, sizes = "", scale = 1, held = false, tables = null;

  // -- computed once per change of picture, kernel or sizes --
  function readPicture() {
    if (pictureSource === get("picture")) return;
    pictureSource = get("picture");
    picture = asPicture(unpack(pictureSource));
    [low, high] = extremes(picture.values);
    low = Math.min(0, low);
    inputPixels = pixelBuffer(picture.rows, picture.columns);
    const colour = pixelColour(picture, low, high);
    for (let i = 0; i < picture.rows * picture.columns; i++) inputPixels.put(i, colour(i));
    inputPixels.done();
    sizes = "";
  }

  function upstream() {
    const given = get("upstream");
    if (given !== dySource) { dySource = given; dyValues = given && unpack(given).values; }
    return given && given.shape[0] === geo.rows.places && given.shape[1] === geo.columns.places ? dyValues : null;
  }

  function read() {
    readPicture();
    kernel = get("kernel");
    geo = geometry(picture, kernel, get("stride"), get("padding"), get("dilation"));
    const before = map && sizes === sizesNow() ? map.seen : null;
    sizes = sizesNow();
    map = null;
    if (geo.places) fresh(before || new Uint8Array(geo.places).fill(get("filled") ? 1 : 0));
  }
  const sizesNow = () => [geo.rows.k, geo.columns.k, geo.stride, geo.padding, geo.dilation].join();

  function fresh(seen) {
    map = featureMap(picture, kernel, geo, get("mode"), { own: owned(), dy: upstream(), gradient: get("gradient") });
    range = mapScale(picture, kernel, map.sums);
    mapPixels = pixelBuffer(geo.rows.places, geo.columns.places);
    seen.forEach((yes, i) => { if (yes) compute(i); });
    mapPixels.done();
  }

  const compute = (i) => { if (map.compute(i)) mapPixels.put(i, mapColour(map.sums[i])); };
  const mapColour = (v) => (range.signed ? diverging(v, range.high) : grey(v, range.low, range.high));
  const owned = () => (get("shared") ? {} : get("own_kernels"));
  const here = () => [clamp(get("row"), 0, geo.rows.places - 1), clamp(get("col"), 0, geo.columns.places - 1)];
  const index = ([r, c]) => r * geo.columns.places + c;
  const kernelHere = () => owned()[`${here()}`] || kernel;
  const laid = (w) => (convolution() ? turned(w) : w);

  // In a large picture one place is too small to see: a visit then computes the places around it too.
  function visit([r, c]) {
    const reach = scale >= 6 ? 0 : Math.ceil(6 / scale), last = [geo.rows.places - 1, geo.columns.places - 1];
    for (let y = Math.max(0, r - reach); y <= Math.min(last[0], r + reach); y++) {
      for (let x = Math.max(0, c - reach); x <= Math.min(last[1], c + reach); x++) compute(index([y, x]));
    }
    mapPixels.done();
  }

  // -- moving the window --
  function go(r, c) {
    if (!map) return;
    const to = { row: clamp(r, 0, geo.rows.places - 1), col: clamp(c, 0, geo.columns.places - 1) };
    if (to.row === get("row") && to.col === get("col")) ws.redraw(); else ws.set(to);
  }
  function advance(places) {
    const from = index(here()), to = Math.min(from + places, geo.places - 1);
    for (let i = from; i <= to; i++) compute(i);
    go(Math.floor(to / geo.columns.places), to % geo.columns.places);
  }
  const player = ws.player({
    delay: 160,
    next: () => advance(Math.ceil(geo.places / 150)),
    step: () => advance(1),
    first: () => { if (map) { fresh(new Uint8Array(geo.places)); go(0, 0); } },
    last: () => !map || index(here()) === geo.places - 1,
  });
  const fillAll = ws.button("Fill all", () => {
    player.stop();
    if (map) { fresh(new Uint8Array(geo.places).fill(1)); ws.redraw(); }
  });

  // -- controls --
  const change = (values) => { player.stop(); ws.set(values); };
  const common = (values) => change({ own_kernels: {}, ...values });
  const preset = ws.choice({
    label: "Kernel", value: get("kernel_name"),
    options: [...Object.keys(get("kernels")).map((name) => [name, name]), ["own", "own numbers"]],
    change: (name) => common({ kernel_name: name, kernel: get("kernels")[name] || get("kernel") }),
  });
  const size = ws.choice({
    label: "Size", value: "3", options: [...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((k) => [k, `${k} \u00d7 ${k}`]), ["", "other"]],
    change: (k) => { if (k) common({ kernel_name: "own", kernel: resized(get("kernel"), +k) }); },
  });
  const slider = (name, label, min, max) => ws.range({
    label, min, max: Math.max(max, get(name)), value: get(name), input: (v) => common({ [name]: v }),
  });
  const sliders = {
    stride: slider("stride", "Stride", 1, 5), padding: slider("padding", "Padding", 0, 5), dilation: slider("dilation", "Dilation", 1, 4),
  };
  const shared = ws.toggle({ label: "Shared", value: get("shared"), change: (on) => common({ shared: on }) });
  const flipped = ws.toggle({
    label: "True convolution", value: convolution(), change: (on) => common({ mode: on ? "convolution" : "cross-correlation" }),
  });
  const backward = ws.toggle({ label: "Gradient", value: get("gradient"), change: (on) => change({ gradient: on }) });

  function showControls() {
    preset.show(get("kernel_name"));
    size.show(kernel.length === kernel[0].length ? kernel.length : "");
    Object.entries(sliders).forEach(([name, control]) => control.show(get(name)));
    shared.show(get("shared")); flipped.show(convolution()); backward.show(get("gradient"));
    const finger = matchMedia("(hover: none)").matches;
    hint.textContent = held && !finger ? "The window stays here. Click a picture, and it follows the pointer again."
      : finger ? "Drag the window, on either picture."
        : "Move the pointer over either picture; a click holds the window. Keys: arrows (with Shift: 10), Home, End, Page Up, Page Down.";
  }

  // -- the two pictures --
  function pane(name, label, placeUnder) {
    const canvas = h("canvas", { class: `ks-${name}`, tabindex: 0, role: "slider", "aria-label": label, "aria-valuemin": 0 });
    const caption = h("figcaption"), legend = h("div", { class: "ks-legend" }), note = h("p", { class: "ks-note" });
    const follow = (e) => {
      const box = canvas.getBoundingClientRect();
      if (map) go(...placeUnder((e.clientY - box.top - RIM) / scale, (e.clientX - box.left - RIM) / scale));
    };
    let from = null;
    ws.on(canvas, "pointerdown", (e) => {
      player.stop(); canvas.setPointerCapture(e.pointerId);
      from = [e.clientX, e.clientY]; follow(e);
    });
    ws.on(canvas, "pointermove", (e) => { if (e.buttons || (e.pointerType === "mouse" && !held && !player.playing())) follow(e); });
    ws.on(canvas, "pointerup", (e) => {
      const dragged = from && Math.hypot(e.clientX - from[0], e.clientY - from[1]) > 3;
      held = e.pointerType !== "mouse" || dragged || !held;
      ws.redraw();
    });
    ws.on(canvas, "keydown", keyed);
    return { canvas, caption, legend, note, node: h("figure", { class: "ks-pane" }, caption, canvas, legend, note) };
  }

  function keyed(e) {
    if (e.ctrlKey || e.metaKey || e.altKey || !map) return;
    const [r, c] = here(), far = e.shiftKey ? 10 : 1;
    const to = {
      ArrowLeft: [r, c - far], ArrowRight: [r, c + far], ArrowUp: [r - far, c], ArrowDown: [r + far, c],
      Home: [r, 0], End: [r, geo.columns.places - 1], PageUp: [r - 10, c], PageDown: [r + 10, c],
    }[e.key];
    if (!to) return;
    e.preventDefault(); player.stop(); held = true; go(...to);
  }

  const input = pane("input", "Window on the input", (y, x) =>
    [(y - geo.rows.span / 2) / geo.stride, (x - geo.columns.span / 2) / geo.stride].map(Math.round));
  const output = pane("output", "Place in the feature map", (y, x) => [Math.floor(y), Math.floor(x)]);

  function drawInput(place) {
    const { padding, rows, columns } = geo, edge = padding * scale;
    const g = sheet(input.canvas, rows.padded, columns.padded, scale);
    g.fillStyle = ws.colour("panel"); g.fillRect(0, 0, columns.padded * scale, rows.padded * scale);
    g.drawImage(inputPixels.canvas, edge, edge, columns.n * scale, rows.n * scale);
    grid(g, rows.padded, columns.padded, scale);
    if (picture.channels === 1 && rows.n * columns.n <= FEW) writeInput(g);
    if (padding) {
      g.strokeStyle = ws.colour("soft"); g.lineWidth = 2; g.setLineDash([4, 3]);
      g.strokeRect(edge, edge, columns.n * scale, rows.n * scale); g.setLineDash([]);
    }
    if (!place) return;
    const unread = (x, y, width, height) => {
      g.fillStyle = "rgba(255,255,255,.75)"; g.fillRect(x, y, width, height);
      if (scale >= 3) hatch(g, x, y, width, height, "#b2182b", 6);
    };
    rows.unread.forEach((i) => unread(edge, edge + i * scale, columns.n * scale, scale));
    columns.unread.forEach((j) => unread(edge + j * scale, edge, scale, rows.n * scale));
    drawWindow(g, place.map((at) => at * geo.stride * scale));
  }

  function writeInput(g) {
    const { padding, rows, columns } = geo, texts = Array.from(picture.values, (v) => fmt(v));
    const write = writer(g, scale, texts), colour = pixelColour(picture, low, high);
    for (let i = 0; i < rows.padded; i++) for (let j = 0; j < columns.padded; j++) {
      const y = i - padding, x = j - padding, at = y * columns.n + x;
      if (y >= 0 && x >= 0 && y < rows.n && x < columns.n) write(texts[at], i, j, ink(colour(at)));
      else write("0", i, j, ws.colour("soft"));
    }
  }

  function drawWindow(g, [y, x]) {
    const step = geo.dilation * scale;
    if (geo.dilation > 1 && scale >= 4) {
      for (let i = 0; i < geo.rows.k; i++) for (let j = 0; j < geo.columns.k; j++) {
        outline(g, x + j * step + 2, y + i * step + 2, scale - 4, scale - 4, ws.colour("window"), 2, 0);
      }
    }
    outline(g, x, y, geo.columns.span * scale, geo.rows.span * scale, ws.colour("window"));
  }

  function drawOutput([r, c]) {
    const rows = geo.rows.places, columns = geo.columns.places, g = sheet(output.canvas, rows, columns, scale);
    hatch(g, 0, 0, columns * scale, rows * scale, ws.colour("line"), scale >= 10 ? scale / 2 : 7);
    g.drawImage(mapPixels.canvas, 0, 0, columns * scale, rows * scale);
    grid(g, rows, columns, scale);
    if (geo.places <= FEW) {
      const texts = Array.from(map.sums, (v) => fmt(v)), write = writer(g, scale, texts);
      texts.forEach((text, i) => {
        if (map.seen[i]) write(text, Math.floor(i / columns), i % columns, ink(mapColour(map.sums[i])));
      });
    }
    outline(g, c * scale, r * scale, scale, scale, ws.colour("window"));
  }

  // -- patch, kernel, products, sum; and dw --
  function cellInput(i, j) {
    const label = `kernel, row ${i}, column ${j}`;
    const cell = h("input", { type: "text", class: "ks-cell", inputmode: "decimal", autocomplete: "off", "aria-label": label });
    const put = (v) => {
      const own = kernelHere().map((row) => [...row]);
      own[i][j] = v;
      if (get("shared")) change({ kernel: own, kernel_name: "own" });
      else change({ own_kernels: { ...get("own_kernels"), [`${here()}`]: own } });
    };
    ws.on(cell, "focus", () => { held = true; cell.select(); ws.redraw(); });
    ws.on(cell, "input", () => {
      const v = typedNumber(cell.value);
      cell.setAttribute("aria-invalid", String(Number.isNaN(v)));
      if (Number.isFinite(v)) put(v);
    });
    ws.on(cell, "blur", () => { cell.setAttribute("aria-invalid", "false"); ws.redraw(); });
    ws.on(cell, "keydown", (e) => {
      const up = { ArrowUp: 1, ArrowDown: -1 }[e.key];
      if (!up || e.ctrlKey || e.metaKey || e.altKey) return;
      e.preventDefault();
      const v = Math.round((kernelHere()[i][j] + up * (e.shiftKey ? 0.1 : 1)) * 1e6) / 1e6;
      cell.value = fmt(v, 6); put(v);
    });
    return cell;
  }

  // The tables are built anew only when the size of the kernel, the channels or the switches change.
  function build() {
    const rows = kernel.length, columns = kernel[0].length, key = [rows, columns, picture.channels, get("mode"), get("gradient")].join();
    if (tables?.key === key) return;
    const names = picture.channels === 1 ? [""] : CHANNELS;
    const table = (label) => numbers(label, rows, columns);
    const stack = (label) => names.map((name) => ({ name, ...table(name ? `${label}, ${name}` : label) }));
    const column = (list) => h("div", { class: "ks-column" }, ...list.map(({ name, node }) =>
      h("div", { class: name && `ks-channel ks-${name}` }, name, node)));
    const caption = () => h("figcaption");
    const cells = kernel.map((row, i) => row.map((_, j) => cellInput(i, j)));
    tables = {
      key, cells, patches: stack("patch"), products: stack("products"), turned: table("kernel, turned by 180 degrees"),
      adds: table("this place adds"), dw: table("dw"), sum: h("div", { class: "ks-sum" }), dy: h("div", { class: "ks-dy" }),
      kernelName: caption(), sumName: caption(), dyName: caption(), dwName: caption(),
    };
    const editor = h("table", { class: "ws-numbers ks-kernel", "aria-label": "kernel" },
      h("tbody", {}, ...cells.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, cell))))));
    const titled = (title) => h("figcaption", {}, title);
    forward.replaceChildren(part(titled("patch"), column(tables.patches)), sign("\u00d7"), part(tables.kernelName, editor),
      ...(convolution() ? [sign("\u21bb"), part(titled("turned by 180\u00b0"), tables.turned.node)] : []), sign("="),
      part(titled("products"), column(tables.products)), sign("\u2192"), part(tables.sumName, tables.sum));
    back.replaceChildren(part(tables.dyName, tables.dy), sign(names.length > 1 ? "\u00d7 patches, added =" : "\u00d7 patch ="),
      part(titled("this place adds to dw"), tables.adds.node), sign("\u2192"), part(tables.dwName, tables.dw.node));
    back.hidden = !get("gradient");
    forward.dataset.columns = back.dataset.columns = columns;
  }

  const short = (v) => brief(v, kernel[0].length > 4 ? 2 : 3);

  function showForward(place) {
    const w = kernelHere(), laidW = laid(w), patches = patchAt(picture, geo, ...place), columns = w[0].length;
    const value = map.sums[index(place)], most = absMax(w), mostProduct = most * Math.max(-low, high) || 1;
    tables.cells.forEach((row, i) => row.forEach((cell, j) => {
      if (cell !== document.activeElement) cell.value = short(w[i][j]);
      const rgb = diverging(w[i][j], most);
      cell.style.background = css(rgb); cell.style.color = ink(rgb);
    }));
    tables.turned.show((i, j) => short(laidW[i][j]), (i, j) => diverging(laidW[i][j], most));
    patches.forEach((patch, k) => {
      const x = (i, j) => patch[i * columns + j], product = (i, j) => x(i, j) * laidW[i][j];
      tables.patches[k].show((i, j) => short(x(i, j)), (i, j) => grey(x(i, j), low, high));
      tables.products[k].show((i, j) => short(product(i, j)), (i, j) => diverging(product(i, j), mostProduct));
    });
    tables.kernelName.textContent = get("shared") ? "kernel, for all places" : `kernel of [${place.join(", ")}] only`;
    tables.sumName.textContent = `sum of ${patches.length * patches[0].length}`;
    tables.sum.textContent = fmt(value, 3);
    tables.sum.style.background = css(mapColour(value)); tables.sum.style.color = ink(mapColour(value));
    const colour = get("shared") ? [0, 114, 178] : parameterColour(index(place), Math.max(9, geo.places));
    forward.style.setProperty("--ks-place", css(colour));
  }

  function showBackward(place) {
    const dy = upstream(), i = index(place), all = `${thousands(map.count)} of ${thousands(geo.places)} places`;
    const adds = addPlace(zerosLike(kernel), picture, geo, get("mode"), ...place, dy ? dy[i] : 1), dw = get("shared") ? map.dw : adds;
    tables.dyName.textContent = dy ? `dy[${place.join(", ")}], as given` : "dy, 1 everywhere";
    tables.dy.textContent = fmt(dy ? dy[i] : 1, 3);
    tables.adds.show((a, b) => short(adds[a][b]), (a, b) => diverging(adds[a][b], absMax(adds)));
    tables.dw.show((a, b) => short(dw[a][b]), (a, b) => diverging(dw[a][b], absMax(dw)));
    tables.dwName.textContent = !get("shared") ? `dw of this place alone`
      : map.count === geo.places ? `dw, the gradient: all ${thousands(map.count)} places` : `dw so far: ${all}`;
  }

  // -- words and counters --
  const counter = h("div", { class: "ks-big" }), counted = h("div", { class: "ws-soft" }), whole = h("div", { class: "ws-soft" });
  const computed = h("div", { class: "ks-big" }), outOf = h("div", { class: "ws-soft" });
  const side = h("div", { class: "ks-side" },
    h("div", { class: "ks-stat" }, h("div", {}, "Parameters"), counter, counted, shared.node, whole),
    h("div", { class: "ks-stat" }, h("div", {}, "Places computed"), computed, outOf));
  const forward = h("div", { class: "ks-strip ks-forward" }), back = h("div", { class: "ks-strip ks-back" });
  const where = h("div", { class: "ks-where" }), formula = h("p", { class: "ws-soft" }), hint = h("p", { class: "ks-hint ws-soft" });

  function showWords(place) {
    const taps = geo.rows.k * geo.columns.k, on = get("shared"), parameters = on ? taps : taps * map.count;
    const value = fmt(map.sums[index(place)], 3), { rows, columns } = geo, kernels = on ? 1 : map.count;
    counter.textContent = thousands(parameters);
    counted.textContent = `${thousands(kernels)} ${kernels === 1 ? "kernel" : "kernels"} of ${rows.k} \u00d7 ${columns.k}`;
    whole.textContent = `Whole map: ${taps} shared, ${thousands(taps * geo.places)} unshared.`;
    computed.textContent = thousands(map.count); outOf.textContent = `of ${thousands(geo.places)}`;
    where.textContent = `y[${place.join(", ")}] = ${value}`;
    output.caption.textContent = `Feature map y, ${rows.places} \u00d7 ${columns.places}`;
    output.legend.replaceChildren(...scaleBar([range.low, 0.5 * (range.low + range.high), range.high].map(mapColour), range));
    output.note.className = "ks-note";
    output.note.textContent = (rows.rest || columns.rest ? `Stride ${geo.stride} does not fit: the size is rounded down. ` : "")
      + (geo.unread ? `${thousands(geo.unread)} of ${thousands(rows.n * columns.n)} pixels are in no window.` : "");
    for (const { canvas } of [input, output]) {
      canvas.setAttribute("aria-valuemax", geo.places - 1); canvas.setAttribute("aria-valuenow", index(place));
      canvas.setAttribute("aria-valuetext", `row ${place[0]}, column ${place[1]}: ${value}`);
    }
    const written = (table) => Array.from(table.node.rows, (row) => Array.from(row.cells, (cell) => cell.textContent).join(", ")).join("; ");
    ws.say(`y[${place.join(", ")}] is ${value}, the sum of ${taps * picture.channels} products. `
      + `${thousands(map.count)} of ${thousands(geo.places)} places computed, `
      + `${thousands(parameters)} parameters, ${on ? "shared" : "unshared"}. ${output.note.textContent}`
      + (get("gradient") ? ` ${tables.dwName.textContent}: ${written(tables.dw)}.` : ""));
  }

  function showIllegal() {
    output.caption.textContent = "Feature map y: none";
    output.note.className = "ks-note ws-bad"; output.note.textContent = illegal(geo);
    for (const { canvas } of [input, output]) canvas.setAttribute("aria-valuetext", "no place");
    ws.say(illegal(geo));
  }

  // -- together --
  ws.root.append(
    h("div", { class: "ws-row" }, preset.node, size.node, flipped.node, backward.node),
    h("div", { class: "ws-row" }, ...Object.values(sliders).map((control) => control.node)), hint,
    h("div", { class: "ks-main" }, input.node, output.node, side),
    h("div", { class: "ws-row ks-player" }, player.node, fillAll, where), forward, back, formula);
  ws.watch(["picture", "kernel", "own_kernels", "stride", "padding", "dilation", "mode", "shared", "gradient", "upstream"], read);
  ws.watch(["row", "col"], () => {});
  read();
  ws.draw(() => {
    const room = ws.width() - 26, across = room >= 860 ? (room - 210) / 2 : room >= 560 ? (room - 20) / 2 : room;
    scale = scaleFor(Math.min(440, across), geo);
    ws.root.style.setProperty("--ks-pane", `${Math.min(across, Math.max(280, geo.columns.padded * scale))}px`);
    ws.root.classList.toggle("ks-none", !map);
    input.caption.textContent = `Input x, ${picture.rows} \u00d7 ${picture.columns}${picture.channels > 1 ? " \u00d7 3" : ""}`
      + (geo.padding ? `, padded ${geo.rows.padded} \u00d7 ${geo.columns.padded}` : "");
    input.legend.replaceChildren(...scaleBar([[0, 0, 0], [255, 255, 255]], { low, high }));
    formula.textContent = `Height ${sizeFormula(geo.rows, geo)}, width ${sizeFormula(geo.columns, geo)}.`;
    showControls();
    if (!map) { drawInput(null); showIllegal(); return; }
    const place = here();
    visit(place); build();
    drawInput(place); drawOutput(place); showForward(place);
    if (get("gradient")) showBackward(place);
    showWords(place);
  });
});
