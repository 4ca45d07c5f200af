// The unroller: a small recurrent cell, run forward step by step, and its gradient on the way back.
// x [T][n_x], W_xh [n_h][n_x], W_hh [n_h][n_h]; step t reads x[t - 1] and h[t - 1]; h[0] is zero.

import { widget, h, svg, fmt, clamp, css, ink, diverging, numbers, MINUS } from "./common.js";

export const UPSTREAM = { 2: [0.6, 0.8], 3: [0.48, 0.6, 0.64] };   // what the loss sends to the last state: length 1
export const UP = 2.5, DOWN = 3;                                   // powers of ten that the bars show, above 1 and below

// ---- arithmetic: pure --------------------------------------------------------------------------------------------

const times = (W, v) => W.map((row) => row.reduce((sum, w, j) => sum + w * v[j], 0));
const outer = (u, v) => u.map((a) => v.map((b) => a * b));
const plus = (A, B) => A.map((row, i) => row.map((v, j) => v + B[i][j]));
const turned = (W) => W[0].map((_, j) => W.map((row) => row[j]));
const largest = (...values) => Math.max(0, ...values.flat(Infinity).map(Math.abs));

// The states h[0] .. h[T], and the sums before the activation a[1] .. a[T].
export function forward(x, W_xh, W_hh, activation) {
  const states = [W_hh.map(() => 0)], sums = [null];
  x.forEach((x_t, t) => {
    const back = times(W_hh, states[t]), a = times(W_xh, x_t).map((v, i) => v + back[i]);
    sums.push(a);
    states.push(activation === "tanh" ? a.map(Math.tanh) : a);
  });
  return { states, sums };
}

// For every step t, last step first: the gradient that arrives at h[t] and its length, the slope of the activation,
// the gradient da of the sum, the step's share of dW_hh, and the sum of the shares from the last step down to t.
export function backward(states, W_hh, activation) {
  const T = states.length - 1, way = { arrives: [], sizes: [], slopes: [], da: [], shares: [], running: [] };
  way.arrives[T] = UPSTREAM[W_hh.length];
  for (let t = T; t >= 1; t--) {
    way.slopes[t] = states[t].map((v) => (activation === "tanh" ? 1 - v * v : 1));
    way.da[t] = way.arrives[t].map((g, i) => g * way.slopes[t][i]);
    way.shares[t] = outer(way.da[t], states[t - 1]);
    way.running[t] = t === T ? way.shares[t] : plus(way.running[t + 1], way.shares[t]);
    way.arrives[t - 1] = times(turned(W_hh), way.da[t]);
  }
  way.sizes = way.arrives.map((g) => Math.hypot(...g));
  return way;
}

// The size of the largest eigenvalue: what one more factor does to A^k, in the long run. A is squared again and again,
// brought back to size 1 each time; the sizes taken out tell |A^k|^(1/k) for k = 2^50.
export function spectralRadius(W) {
  let A = W, logarithm = 0;
  for (let power = 1; power <= 2 ** 50; power *= 2) {
    const size = Math.hypot(...A.flat());
    if (!(size > 0)) return 0;
    logarithm += Math.log(size) / power;
    A = A.map((row) => row.map((v) => v / size));
    A = turned(turned(A).map((column) => times(A, column)));
  }
  return Math.exp(logarithm);
}

// The same matrix with another spectral radius; one whose radius is 0 stays as it is.
export function withRadius(W, wanted) {
  const now = spectralRadius(W);
  return now < 1e-9 ? W : W.map((row) => row.map((v) => (v * wanted) / now));
}

// Powers of ten above 1 (or below it), as far as the picture reaches.
export const barOf = (size) => (size > 0 ? clamp(Math.log10(size), -DOWN, UP) : -DOWN);

const beyond = (size) => size < 10 ** -DOWN || size > 10 ** UP;

// A number for a square: three digits that count, one decimal more where it would look like 0, then its power of ten.
export function short(v, digits = 2) {
  const size = Math.abs(v), rounded = 0.5 * 10 ** -digits;
  if (size >= 1e4 || (size > 0 && size < rounded / 10)) return tiny(v);
  return fmt(v, size >= 100 ? 0 : size >= 10 ? Math.min(1, digits) : size > 0 && size < rounded ? digits + 1 : digits);
}

// A number for a very small square among others, the largest of size `limit`; where all are tiny, the sign alone.
export function brief(v, limit) {
  if (Math.abs(v) >= 1e4) return tiny(v);
  if (limit < 0.05) return v === 0 ? "0" : v < 0 ? MINUS : "+";
  return fmt(v, Math.abs(v) >= 10 ? 0 : limit >= 1 ? 1 : 2).replace("0.", ".");
}

function tiny(v) {
  const [m, e] = v.toExponential(0).split("e"), raised = [...e.replace("+", "")].map((c) => "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"["-0123456789".indexOf(c)]);
  return `${m.replace("-", MINUS)}\u00b710${raised.join("")}`;
}

// A number as somebody types it; NaN if it is none, or beyond 100.
export function typed(text) {
  const v = text.trim() === "" ? NaN : Number(text.trim().replace(MINUS, "-").replace(",", "."));
  return Math.abs(v) <= 100 ? v : NaN;
}

// Which states differ from what they were: 1 up, -1 down, 0 not at all.
export const moved = (states, before) => states.map((state, t) => state.map((v, i) =>
  (before && Math.abs(v - before[t][i]) > 1e-12 ? Math.sign(v - before[t][i]) : 0)));

const low = (n) => [...String(n)].map((c) => String.fromCharCode(0x2080 + +c)).join("");      // the digits of h with an index

// ---- pictures ----------------------------------------------------------------------------------------------------

const TOP = 26, FEED = 58, FROM_X = 24, DECADE = 38;

const text = (x, y, words, more = {}) => svg("text", { x, y, "text-anchor": "middle", class: "un-text", ...more }, words);
const box = (x, y, width, height, kind, more = {}) => svg("rect", { x, y, width, height, class: kind, ...more });

function arrow(x1, y1, x2, y2, kind) {
  const angle = Math.atan2(y2 - y1, x2 - x1), tip = (turn) => `${x2 - 9 * Math.cos(angle + turn)},${y2 - 9 * Math.sin(angle + turn)}`;
  const end = [x2 - 6 * Math.cos(angle), y2 - 6 * Math.sin(angle)];
  return svg("g", { class: kind }, svg("line", { x1, y1, x2: end[0], y2: end[1] }), svg("polygon", { points: `${x2},${y2} ${tip(0.5)} ${tip(-0.5)}` }));
}

// One number: a coloured square with the number in it, and a small triangle if it has just gone up or down.
function tile(x, y, width, height, value, limit, { size = 13, shown = short(value), went = 0 } = {}) {
  const rgb = diverging(value, limit), group = svg("g", {}, box(x, y, width, height, "un-tile", { fill: css(rgb) }));
  if (shown) {
    const fits = Math.min(size, (1.65 * (width - 3)) / shown.length);
    group.append(text(x + width / 2, y + height / 2 + 0.36 * fits, shown, { "font-size": fits, fill: ink(rgb), class: "un-number" }));
  }
  if (went) {
    const a = x + width - 4, b = y + (went > 0 ? 8 : 3), c = went > 0 ? -5 : 5;
    group.append(svg("polygon", { points: `${a - 6},${b} ${a},${b} ${a - 3},${b + c}`, fill: ink(rgb), class: "un-went" }));
  }
  return group;
}

// A weight matrix in small, without its numbers: the same colours wherever it is used.
function badge(x, y, W, limit, kind) {
  const side = W.length === 3 ? 6 : 8, width = side * W[0].length, height = side * W.length;
  return svg("g", { class: `un-badge ${kind}` }, box(x - width / 2 - 2.5, y - height / 2 - 2.5, width + 5, height + 5, "un-badge-frame", { rx: 3 }),
    ...W.flatMap((row, i) => row.map((v, j) => box(x - width / 2 + j * side, y - height / 2 + i * side, side, side, "un-badge-tile", { fill: css(diverging(v, limit)) }))));
}

// The sizes of everything, for this width.
function layout(room, T, n_h, n_x, back) {
  const gutter = room < 560 ? 62 : 92, pitch = clamp((room - gutter - 4) / (T + 1), n_h === 3 ? 74 : 64, 104), side = clamp(pitch - 32, 34, 44);
  const share = Math.min(n_h === 3 ? 24 : 28, (pitch - 8) / n_h), bottom = TOP + n_h * side, inputs = bottom + FEED, end = inputs + FROM_X * n_x + 10;
  const shares = end + 22, running = shares + n_h * share + 16, one = running + n_h * share + 24 + UP * DECADE;
  return { gutter, pitch, side, share, bottom, inputs, end, shares, running, one, n_h, n_x, wide: gutter + (T + 1) * pitch,
    high: back ? one + DOWN * DECADE + 20 : end, centre: (t) => gutter + (t + 0.5) * pitch };
}

function statePicture(at, now, t) {
  const { side, centre, bottom, inputs, n_x } = at, x = centre(t) - side / 2, group = svg("g", { class: "un-step" });
  if (t > 0) {
    const from = centre(t - 1) + side / 2 + 3, middle = (from + x - 3) / 2, y = (TOP + bottom) / 2;
    group.append(arrow(from, y + 13, x - 4, y + 13, "un-back"), badge(middle, y - 8, now.W_hh, now.limitW, "un-back"),
      arrow(centre(t), inputs - 1, centre(t), bottom + 4, "un-in"), badge(centre(t), bottom + FEED / 2 + 5, now.W_xh, now.limitW, "un-in"),
      ...now.x[t - 1].map((v, i) => tile(x, inputs + i * FROM_X, side, FROM_X, v, now.limitX)));
  }
  group.append(box(x - 3, TOP - 3, side + 6, bottom - TOP + 6, t === now.t ? "un-box un-chosen" : "un-box", { rx: 6 }),
    ...now.states[t].map((v, i) => tile(x, TOP + i * side, side, side, v, now.limitH, { went: now.went[t][i] })),
    text(centre(t), TOP - 10, `h${low(t)}`));
  return group;
}

const matrix = (at, t, y, values, limit) => values.flatMap((row, i) => row.map((v, j) =>
  tile(at.centre(t) + (j - at.n_h / 2) * at.share, y + i * at.share, at.share, at.share, v, limit, { size: 12, shown: brief(v, limit) })));

// One step on the way back: its share of dW_hh, the sum so far (hatched where the walk has not been), the size of the gradient.
function backPicture(at, now, t, hatching) {
  const group = svg("g", { class: t === now.t ? "un-share un-lit" : "un-share" }), across = at.n_h * at.share, left = at.centre(t) - across / 2;
  if (t > 0) {
    group.append(...matrix(at, t, at.shares, now.way.shares[t], now.limitD));
    if (t >= now.t) group.append(...matrix(at, t, at.running, now.way.running[t], now.limitD));
    else group.append(box(left, at.running, across, across, "un-tile un-waiting", { fill: `url(#${hatching})` }));
    if (t === now.t) group.append(box(left - 1.5, at.running - 1.5, across + 3, across + 3, "un-frame"));
  }
  group.append(...barPicture(at, at.centre(t), now.way.sizes[t], now.plain && now.plain.sizes[t]));
  return group;
}

function barPicture(at, x, size, plain) {
  const span = (v) => { const end = barOf(v) * DECADE; return { y: end > 0 ? at.one - end : at.one, height: Math.max(1.5, Math.abs(end)) }; };
  const { y, height } = span(size), up = barOf(size) > 0, half = Math.min(13, at.side / 2 - 5), parts = [];
  parts.push(box(x - half, y, 2 * half, height, size > 1.0001 ? "un-bar un-up" : "un-bar"));
  if (beyond(size)) {
    const edge = up ? y + 6 : y + height - 9;
    parts.push(svg("path", { d: `M ${x - half - 2} ${edge + 3} l ${half + 2} -5 l 0 5 l ${half + 2} -5`, class: "un-torn" }));
  }
  if (plain !== null && plain !== undefined) {
    const other = span(plain);
    parts.push(box(x - half - 4, other.y, 2 * half + 8, other.height, "un-plain", { rx: 2 }));
  }
  const under = Math.max(y + height, plain ? span(plain).y + span(plain).height : 0);
  parts.push(text(x, up ? Math.min(y, plain ? span(plain).y : y) - 5 : under + 13, short(size, size < 0.1 ? 3 : 2), { class: "un-text un-size" }));
  return parts;
}

function gutterPicture(at, now) {
  const words = (y, ...lines) => lines.map((line, i) => text(2, y + 14 * (i - (lines.length - 1) / 2) + 4, line, { "text-anchor": "start", class: "un-text un-name" }));
  const across = at.n_h * at.share, parts = [...words((TOP + at.bottom) / 2, "state h"), ...words(at.inputs + 12 * at.n_x, "input x")];
  if (!now.way) return parts;
  for (const [power, label] of [[2, "100"], [0, "1"], [-2, "0.01"]]) {
    const y = at.one - power * DECADE;
    parts.push(svg("line", { x1: at.gutter, x2: at.wide, y1: y, y2: y, class: power ? "un-line" : "un-line un-one" }),
      text(at.gutter - 6, y + 4, label, { "text-anchor": "end", class: "un-text un-scale" }));
  }
  return [...parts, ...words(at.shares + across / 2, "share of", "dW_hh"), ...words(at.running + across / 2, "sum so", "far"),
    ...words(at.one + DECADE, "size of the", "gradient")];
}

// All of it, in groups; keep(name, what it depends on, how to draw it) gives back the group of last time if nothing changed.
function chainPicture(at, now, hatching, keep) {
  const { t, way, plain } = now, every = now.states.map((_, k) => k), limits = [now.limitH, now.limitX, now.limitW];
  return [keep("band", [at, t], () => box(at.centre(t) - at.pitch / 2 + 2, 2, at.pitch - 4, at.high - 4, "un-band", { rx: 8 })),
    keep("gutter", [at, !!way], () => svg("g", {}, ...gutterPicture(at, now))),
    ...every.map((k) => keep(`state ${k}`, [at, limits, k === t, now.x[k - 1], now.W_xh, now.W_hh, now.states[k], now.went[k]], () => statePicture(at, now, k))),
    ...(way ? every.map((k) => keep(`back ${k}`, [at, now.limitD, k === t, k >= t, way.shares[k], way.running[k], way.sizes[k], plain && plain.sizes[k]],
      () => backPicture(at, now, k, hatching))) : [])];
}

// The cell itself: the state goes out at the right, round the loop and in again at the left.
function foldedPicture(now) {
  const { n_h, n_x } = now, side = 40, left = 74, top = 52, bottom = top + n_h * side, middle = (top + bottom) / 2, right = left + side, x = left + side / 2;
  const loop = `M ${right + 4} ${middle} C ${right + 64} ${middle}, ${right + 50} 22, ${x} 22 S ${left - 64} ${middle}, ${left - 9} ${middle}`;
  return { wide: 2 * x, high: bottom + FEED + FROM_X * n_x + 28, parts: [
    svg("g", { class: "un-back" }, svg("path", { d: loop, fill: "none" })), arrow(left - 12, middle, left - 4, middle, "un-back"),
    badge(x, 22, now.W_hh, now.limitW, "un-back"), arrow(x, bottom + FEED - 1, x, bottom + 4, "un-in"), badge(x, bottom + FEED / 2 + 5, now.W_xh, now.limitW, "un-in"),
    box(left - 3, top - 3, side + 6, bottom - top + 6, "un-box un-chosen", { rx: 6 }),
    ...now.states[now.t].map((v, i) => tile(left, top + i * side, side, side, v, now.limitH)),
    ...now.x[now.t - 1].map((v, i) => tile(left, bottom + FEED + i * FROM_X, side, FROM_X, v, now.limitX)),
    text(right + 9, bottom + 4, `h${low(now.t)}`, { "text-anchor": "start" }), text(right + 9, bottom + FEED + 17, `x${low(now.t)}`, { "text-anchor": "start" })] };
}

function keeper() {
  const kept = new Map();
  return (name, depends, make) => {
    const key = JSON.stringify(depends);
    if (kept.get(name)?.key !== key) kept.set(name, { key, group: make() });
    return kept.get(name).group;
  };
}

// The parts as the picture's children; those that are there already are not touched.
function show(node, parts, wide, high) {
  const wanted = new Set(parts), size = { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high };
  [...node.childNodes].forEach((child) => { if (!wanted.has(child)) child.remove(); });
  parts.forEach((part, i) => { if (node.childNodes[i] !== part) node.insertBefore(part, node.childNodes[i] || null); });
  Object.entries(size).forEach(([name, value]) => { if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value); });
}

// ---- the widget --------------------------------------------------------------------------------------------------

export default widget("unroller", "Unroll it", (ws) => {
  const get = (name) => ws.model.get(name), most = () => get("x").length;
  const T = () => clamp(get("T"), 1, most()), here = () => clamp(get("step"), 1, T());
  const n_h = get("W_hh").length, n_x = get("x")[0].length, every = [...Array(n_h).keys()];
  const go = (t) => { if (clamp(t, 1, T()) !== get("step")) ws.set({ step: clamp(t, 1, T()) }); };

  // -- changes: what a number was before, for the triangles; and the matrix that the radius stretches --
  let before = null, changed = "", mine = false, stretched = get("W_hh");
  const run = (cell) => forward(cell.x.slice(0, T()), cell.W_xh, cell.W_hh, get("activation"));
  const cellNow = () => ({ x: get("x"), W_xh: get("W_xh"), W_hh: get("W_hh") });
  function edit(values, what) {
    before = cellNow(); changed = what; mine = true;
    ws.set(values);
    mine = false;
  }
  const forget = () => { if (!mine) before = null; };
  ws.watch(["W_hh"], () => { if (!mine) stretched = get("W_hh"); });
  ws.watch(["x", "W_xh", "W_hh", "T", "activation"], forget);
  ws.watch(["step", "backward", "unrolled"], () => {});

  // -- controls --
  const steps = ws.range({ label: "Steps T", min: 1, max: most(), value: T(), input: (n) => { player.stop(); ws.set({ T: n, step: Math.min(here(), n) }); } });
  const radius = ws.range({ label: "Spectral radius of W_hh", max: 1.6, step: 0.05, value: 1, text: () => fmt(spectralRadius(get("W_hh"))),
    input: (v) => edit({ W_hh: withRadius(stretched, v) }, "W_hh") });
  const bend = ws.choice({ label: "Activation", options: [["tanh", "tanh"], ["linear", "none (linear)"]], value: get("activation"), change: (activation) => ws.set({ activation }) });
  const unrolled = ws.toggle({ label: "Unrolled", value: get("unrolled"), change: (on) => ws.set({ unrolled: on }) });
  const back = ws.toggle({ label: "Backward", value: get("backward"), change: (on) => { player.stop(); ws.set({ backward: on, step: on ? T() : here() }); } });
  const player = ws.player({ next: () => go(here() + (get("backward") ? -1 : 1)), first: () => go(get("backward") ? T() : 1),
    last: () => here() === (get("backward") ? 1 : T()), delay: 600 });

  // -- the formula, with the numbers of this step in it; weights and inputs can be changed in place --
  function field(label, read, write) {
    const input = h("input", { type: "text", class: "un-cell", inputmode: "decimal", autocomplete: "off", "aria-label": label });
    const put = (v) => { input.setAttribute("aria-invalid", String(Number.isNaN(v))); if (Number.isFinite(v)) write(v); };
    ws.on(input, "focus", () => { input.value = fmt(read(), 3); input.select(); });
    ws.on(input, "blur", () => { input.setAttribute("aria-invalid", "false"); ws.redraw(); });
    ws.on(input, "input", () => put(typed(input.value)));
    ws.on(input, "keydown", (e) => {
      const up = { ArrowUp: 1, ArrowDown: -1 }[e.key];
      if (!up || e.ctrlKey || e.metaKey || e.altKey) return;
      e.preventDefault();
      const v = clamp(Math.round((read() + up * (e.shiftKey ? 0.01 : 0.1)) * 1000) / 1000, -100, 100);
      input.value = fmt(v, 3); put(v);
    });
    const update = (limit) => {
      if (document.activeElement !== input) input.value = short(read());
      const rgb = diverging(read(), limit);
      input.style.background = css(rgb); input.style.color = ink(rgb);
    };
    return { input, update };
  }
  const replaced = (name, i, j, v) => get(name).map((row, a) => (a === i ? row.map((old, b) => (b === j ? v : old)) : row));
  const weights = (name, columns) => every.map((i) => [...Array(columns).keys()].map((j) => field(`${name}, row ${i}, column ${j}`, () => get(name)[i][j],
    (v) => { const values = replaced(name, i, j, v); if (name === "W_hh") stretched = values; edit({ [name]: values }, `${name}[${i}, ${j}]`); })));
  const fields = { W_xh: weights("W_xh", n_x), W_hh: weights("W_hh", n_h),
    x: get("x")[0].map((_, j) => [field(n_x > 1 ? `x of this step, number ${j}` : "x of this step", () => get("x")[here() - 1][j],
      (v) => edit({ x: replaced("x", here() - 1, j, v) }, `x${low(here())}`))]) };
  const editor = (name, label) => h("table", { class: `ws-numbers un-editor un-${name}`, "aria-label": label },
    h("tbody", {}, ...fields[name].map((row) => h("tr", {}, ...row.map((f) => h("td", {}, f.input))))));
  const caption = () => h("figcaption"), part = (title, node) => h("figure", { class: "un-part" }, title, node), titled = (words) => h("figcaption", {}, words);
  const sign = (words) => h("div", { class: "un-sign" }, words), column = (label) => numbers(label, n_h, 1), square = (label) => numbers(label, n_h, n_h);
  const tables = { before: column("the state before"), sum: column("sum"), state: column("the state"), arrives: column("gradient that arrives"),
    slope: column("slope"), da: column("gradient of the sum"), kept: numbers("the state before, as a row", 1, n_h), share: square("share of this step"), running: square("sum of the shares so far") };
  const names = Object.fromEntries(["x", "before", "sum", "state", "arrives", "slope", "da", "kept", "share", "running"].map((name) => [name, caption()]));
  const activated = sign("tanh \u2192");
  const formula = h("div", { class: "un-strip" },
    h("div", { class: "un-term" }, part(titled("W_xh"), editor("W_xh", "W_xh")), sign("\u00b7"), part(names.x, editor("x", "input"))), sign("+"),
    h("div", { class: "un-term" }, part(titled("W_hh"), editor("W_hh", "W_hh")), sign("\u00b7"), part(names.before, tables.before.node)),
    h("div", { class: "un-term" }, sign("="), part(names.sum, tables.sum.node), activated, part(names.state, tables.state.node)));
  const way = h("div", { class: "un-strip un-way" },
    h("div", { class: "un-term" }, part(names.arrives, tables.arrives.node), sign("\u00d7"), part(names.slope, tables.slope.node), sign("="), part(names.da, tables.da.node)),
    h("div", { class: "un-term" }, sign("\u00b7"), part(names.kept, tables.kept.node)), h("div", { class: "un-term" }, sign("="), part(names.share, tables.share.node)),
    h("div", { class: "un-term" }, sign("\u2192"), part(names.running, tables.running.node)));

  // -- the pictures --
  const drawing = svg("svg", { class: "un-drawing", tabindex: 0, role: "slider", "aria-label": "time step", "aria-valuemin": 1 });
  const folded = svg("svg", { class: "un-folded", "aria-hidden": "true" }), hatching = ws.id("hatch");
  const keep = keeper(), waiting = svg("defs", {}, svg("pattern", { id: hatching, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("line", { x1: 0, y1: 0, x2: 0, y2: 6, class: "un-hatch" })));
  const scroller = h("div", { class: "un-scroller" }, drawing), words = h("div", { class: "un-words" }), news = h("div", { class: "un-news ws-soft" });
  const hint = h("p", { class: "un-hint ws-soft" }, "Click a step, or use the arrow keys. Click a number of W_xh, W_hh or x to change it.");
  const legend = h("p", { class: "un-legend ws-soft" }), total = h("div", { class: "un-total" });
  let at = null;
  const under = (e) => {
    const where = drawing.getBoundingClientRect();
    if (get("unrolled") && at) { player.stop(); go(Math.floor((e.clientX - where.left - at.gutter) / at.pitch)); }
  };
  const finger = (e) => e.pointerType === "touch";                 // a tap chooses, a drag scrolls
  ws.on(drawing, "pointerdown", (e) => { if (!finger(e)) { drawing.setPointerCapture(e.pointerId); under(e); } });
  ws.on(drawing, "pointermove", (e) => { if (e.buttons && !finger(e)) under(e); });
  ws.on(drawing, "pointerup", (e) => { if (finger(e)) under(e); });
  ws.on(drawing, "keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const to = { ArrowRight: here() + 1, ArrowUp: here() + 1, ArrowLeft: here() - 1, ArrowDown: here() - 1, Home: 1, End: T() }[e.key];
    if (to === undefined) return;
    e.preventDefault(); player.stop(); go(to);
  });
  ws.root.append(h("div", { class: "ws-row" }, steps.node, unrolled.node, bend.node, radius.node, back.node, hint),
    h("div", { class: "un-top" }, folded, h("div", { class: "un-side" }, h("div", { class: "ws-row" }, player.node, words), formula, news), scroller),
    legend, way, total);

  // Everything that the pictures and the words are made of.
  function everything() {
    const cell = cellNow(), { states, sums } = run(cell), back = get("backward"), linear = get("activation") === "linear";
    const way = back ? backward(states, cell.W_hh, get("activation")) : null, plain = back && !linear ? backward(states, cell.W_hh, "linear") : null;
    return { ...cell, n_h, n_x, T: T(), t: here(), states, sums, way, plain, linear, went: moved(states, before && run(before).states),
      limitW: Math.max(1, largest(cell.W_xh, cell.W_hh)), limitX: Math.max(1, largest(cell.x)), limitH: linear ? Math.max(1, largest(states)) : 1,
      limitD: way ? largest(way.running.slice(1), way.shares.slice(1)) : 1 };
  }

  function showFormula(now) {
    const t = now.t, put = (name, values, limit) => tables[name].show((i, j) => short(values[i][j]), (i, j) => diverging(values[i][j], limit)), upright = (v) => v.map((a) => [a]);
    fields.x.flat().forEach((f) => f.update(now.limitX)); [...fields.W_xh.flat(), ...fields.W_hh.flat()].forEach((f) => f.update(now.limitW));
    names.x.textContent = `x${low(t)}`; names.before.textContent = `h${low(t - 1)}`; names.sum.textContent = `a${low(t)}`; names.state.textContent = `h${low(t)}`;
    activated.textContent = now.linear ? "=" : "tanh \u2192";
    put("before", upright(now.states[t - 1]), now.limitH); put("sum", upright(now.sums[t]), Math.max(1, largest(now.sums[t]))); put("state", upright(now.states[t]), now.limitH);
    way.hidden = !now.way;
    if (!now.way) return;
    const { arrives, slopes, da, shares, running } = now.way, limit = Math.max(1e-300, largest(arrives[t]));
    names.arrives.textContent = t === now.T ? `from the loss` : `reaches h${low(t)}`; names.slope.textContent = now.linear ? "slope" : `1 \u2212 h${low(t)}\u00b2`; names.da.textContent = `da${low(t)}`;
    names.kept.textContent = `h${low(t - 1)}, as a row`; names.share.textContent = `share of step ${t}`;
    names.running.textContent = t === 1 ? "dW_hh, all shares" : t === now.T ? "sum so far" : `sum, steps ${now.T} to ${t}`;
    put("arrives", upright(arrives[t]), limit); put("slope", upright(slopes[t]), 1); put("da", upright(da[t]), limit); put("kept", [now.states[t - 1]], now.limitH);
    put("share", shares[t], now.limitD); put("running", running[t], now.limitD);
  }

  function newsOf(now) {
    if (stuck()) return "Every eigenvalue of W_hh is 0: no factor gives it another spectral radius.";
    if (!before) return "";
    const first = now.went.findIndex((state) => state.some(Boolean)), all = first > 0 && now.went.slice(first).every((state) => state.some(Boolean));
    if (first < 0) return `${changed} changed, no state did.`;
    return all ? `${changed} changed, and with it every state from h${low(first)} on.` : `${changed} changed, and with it ${now.went.filter((state) => state.some(Boolean)).length} of ${now.T} states.`;
  }
  const stuck = () => spectralRadius(stretched) < 1e-9;
  const rows = (values) => values.map((row) => `[${row.map((v) => short(v, 3)).join(", ")}]`).join(" ");

  function showWords(now) {
    const { t, way } = now, list = (v) => v.map((a) => short(a)).join(", ");
    words.textContent = `Step ${t} of ${now.T}: x = ${list(now.x[t - 1])}; h = ${list(now.states[t])}` + (way ? `; gradient ${short(way.sizes[t], 3)}` : "");
    news.textContent = newsOf(now);
    total.textContent = way ? `All ${now.T} shares add up to dW_hh = ${rows(way.running[1])}, the gradient of the one shared matrix.` : "";
    const torn = way && way.sizes.some(beyond);
    legend.textContent = way && get("unrolled") ? `The loss sends a gradient of size 1 to h${low(now.T)}. Bars: its size on the way back, on a logarithmic scale.${now.plain ? " Dashed: the same W_hh without tanh." : ""}${torn ? " A torn bar goes on." : ""}` : "";
    legend.hidden = !legend.textContent; total.hidden = !way; news.hidden = !news.textContent;
    drawing.setAttribute("aria-valuemax", now.T); drawing.setAttribute("aria-valuenow", t); drawing.setAttribute("aria-valuetext", words.textContent);
    ws.say(`${words.textContent}. ${get("unrolled") ? "Unrolled" : "Folded"}, ${now.linear ? "linear" : "tanh"}. Spectral radius of W_hh ${fmt(spectralRadius(now.W_hh))}. ${news.textContent} `
      + (way ? `Share of this step: ${rows(way.shares[t])}. Sum of steps ${now.T} to ${t}: ${rows(way.running[t])}. The gradient has size ${short(way.sizes[0], 3)} at the start. ${total.textContent}` : ""));
  }

  function follow() {
    const left = at.centre(here()) - at.pitch / 2, right = left + at.pitch;
    if (left < scroller.scrollLeft) scroller.scrollLeft = here() === 1 ? 0 : left - at.pitch;
    else if (right > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = right + at.pitch - scroller.clientWidth;
  }

  ws.draw(() => {
    const now = everything(), cell = foldedPicture(now), open = get("unrolled");
    at = layout(ws.width() - 26, now.T, n_h, n_x, now.way);
    ws.root.classList.toggle("un-closed", !open);
    if (open) show(drawing, [waiting, ...chainPicture(at, now, hatching, keep)], at.wide, at.high);
    show(open ? folded : drawing, [...cell.parts, text(cell.wide / 2, cell.high - 6, `the same cell, ${now.T} time${now.T === 1 ? "" : "s"}`)], cell.wide, cell.high);
    steps.limit(1, most()); steps.show(now.T); radius.show(spectralRadius(now.W_hh)); bend.show(get("activation")); unrolled.show(open); back.show(get("backward"));
    radius.input.disabled = stuck();
    showFormula(now); showWords(now);
    if (open) follow();
  });
});
