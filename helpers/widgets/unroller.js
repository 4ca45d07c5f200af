// The unroller: a recurrent cell of two states, run forward step by step, and its gradient on the way back.
// Weights: W_xh [2], W_hh [[2], [2]]; x one number a step; h[0] is zero; step t reads x[t - 1] and h[t - 1].

import { widget, h, svg, fmt, clamp, css, ink, diverging, MINUS } from "./common.js";

export const UPSTREAM = [0.6, 0.8];              // what the loss sends to the last state: an arrow of length 1
const IN = "#E69F00", BACK = "#56B4E9";          // W_xh and W_hh, as in the figures

// ---- arithmetic: pure --------------------------------------------------------------------------------------------

export function forward(x, W_xh, W_hh, activation) {
  const states = [[0, 0]];
  for (const x_t of x) {
    const before = states[states.length - 1];
    const sums = [0, 1].map((i) => W_xh[i] * x_t + W_hh[i][0] * before[0] + W_hh[i][1] * before[1]);
    states.push(activation === "tanh" ? sums.map(Math.tanh) : sums);
  }
  return states;
}

// Each step's share of dW_hh and the length of the gradient that reaches each state, last step first in time's order.
export function backward(states, W_hh, activation) {
  const T = states.length - 1, shares = [], sizes = [];
  let dh = UPSTREAM;
  for (let t = T; t >= 1; t--) {
    sizes[t] = Math.hypot(...dh);
    const da = dh.map((g, i) => (activation === "tanh" ? (1 - states[t][i] ** 2) * g : g));
    shares[t] = da.map((g) => states[t - 1].map((v) => g * v));
    dh = [0, 1].map((j) => W_hh[0][j] * da[0] + W_hh[1][j] * da[1]);
  }
  sizes[0] = Math.hypot(...dh);
  return { shares, sizes, sum: [0, 1].map((i) => [0, 1].map((j) => shares.reduce((sum, share) => sum + share[i][j], 0))) };
}

// The size of the largest eigenvalue of a 2 x 2 matrix.
export function spectralRadius([[a, b], [c, d]]) {
  const half = (a + d) / 2, under = half ** 2 - (a * d - b * c);
  return under < 0 ? Math.sqrt(a * d - b * c) : Math.max(Math.abs(half + Math.sqrt(under)), Math.abs(half - Math.sqrt(under)));
}

// The same matrix with another spectral radius; one whose radius is 0 stays as it is.
export function withRadius(W, wanted) {
  const now = spectralRadius(W);
  return now < 1e-9 ? W : W.map((row) => row.map((v) => (v * wanted) / now));
}

// Where a bar ends, -1 to 1, for sizes from a thousandth to a thousand: up above 1, down below it.
export const barOf = (size) => (size > 0 ? clamp(Math.log10(size) / 3, -1, 1) : -1);

// ---- pictures ----------------------------------------------------------------------------------------------------

const STEP = 84, TOP = 26, BOX = 46, SHARES = TOP + 172, SMALL = 28, LINE = SHARES + 150, HIGH = 72;

const text = (x, y, words, more = {}) => svg("text", { x, y, "text-anchor": "middle", class: "un-text", ...more }, words);
const arrow = (x1, y1, x2, y2, colour) => {
  const angle = Math.atan2(y2 - y1, x2 - x1), tip = (turn) => `${x2 - 9 * Math.cos(angle + turn)},${y2 - 9 * Math.sin(angle + turn)}`;
  return svg("g", {}, svg("line", { x1, y1, x2, y2, stroke: colour, "stroke-width": 4 }),
    svg("polygon", { points: `${x2},${y2} ${tip(0.5)} ${tip(-0.5)}`, fill: colour, stroke: colour, "stroke-width": 2 }));
};

function tile(x, y, size, value, limit, digits = 2) {
  const rgb = diverging(value, limit), shown = fmt(value, digits);
  return svg("g", {}, svg("rect", { x, y, width: size, height: size, fill: css(rgb), class: "un-tile" }),
    text(x + size / 2, y + size / 2 + 4, shown, { "font-size": shown.length > 5 ? 8.5 : 10.5, fill: ink(rgb), class: "un-number" }));
}

// One box a step: the two states as tiles; x comes from below, the state before from the left.
function stepPicture(t, x, state, chosen, choose) {
  const left = 60 + t * STEP, group = svg("g", { class: "un-step" });
  if (t > 0) {
    group.append(arrow(left - (STEP - BOX) + 1, TOP + 46, left - 3, TOP + 46, BACK), arrow(left + BOX / 2, TOP + 138, left + BOX / 2, TOP + 99, IN),
      text(left + BOX / 2, TOP + 154, `x${t} = ${fmt(x)}`));
  }
  group.append(svg("rect", { x: left - 3, y: TOP - 3, width: BOX + 6, height: 2 * BOX + 6, rx: 6, class: chosen ? "un-box un-chosen" : "un-box" }),
    tile(left, TOP, BOX, state[0], 1), tile(left, TOP + BOX, BOX, state[1], 1), text(left + BOX / 2, TOP - 9, `h${t}`));
  if (t > 0) group.addEventListener("pointerdown", () => choose(t));
  return group;
}

function matrixTile(left, values, limit) {
  return [0, 1].flatMap((i) => [0, 1].map((j) => tile(left + j * SMALL, SHARES + i * SMALL, SMALL, values[i][j], limit, 1)));
}

function sharePicture(t, share, size, limit, chosen) {
  const left = 60 + t * STEP, end = barOf(size), high = Math.abs(end) * HIGH;
  const shown = size < 0.001 || size > 9999 ? size.toExponential(0).replace("-", MINUS) : fmt(size, size < 0.1 ? 3 : 2);
  return svg("g", { class: chosen ? "un-share un-lit" : "un-share" },
    ...(t > 0 ? matrixTile(left - 5, share, limit) : []),
    svg("rect", { x: left + 8, y: end > 0 ? LINE - high : LINE, width: BOX - 16, height: Math.max(1.5, high), class: size > 1.0001 ? "un-bar un-up" : "un-bar" }),
    text(left + BOX / 2, end > 0 ? LINE - high - 5 : LINE + high + 13, shown));
}

// Beside the shares: their sum, in a frame; and what the bars mean.
function sumPicture(T, sum) {
  const left = 60 + (T + 1) * STEP, limit = Math.max(1e-9, ...sum.flat().map(Math.abs));
  return [text(30, SHARES + 24, "share of"), text(30, SHARES + 38, "dW_hh"), text(30, LINE - 20, "size of the"), text(30, LINE - 6, "gradient"),
    svg("line", { x1: 60, x2: left - 20, y1: LINE, y2: LINE, class: "un-one" }), text(left + SMALL, SHARES - 8, "sum"),
    ...matrixTile(left, sum, limit), svg("rect", { x: left - 2, y: SHARES - 2, width: 2 * SMALL + 4, height: 2 * SMALL + 4, class: "un-frame" })];
}

function foldedPicture(T, x, state) {
  const left = 120, middle = TOP + BOX, loop = svg("path", { d: `M ${left + BOX + 4} ${middle - 20} C ${left + 140} ${TOP - 60}, ${left + 140} ${TOP + 200}, ${left + BOX + 12} ${middle + 22}`, fill: "none", stroke: BACK, "stroke-width": 4 });
  return [loop, arrow(left + BOX + 14, middle + 23, left + BOX + 4, middle + 20, BACK), arrow(left + BOX / 2, TOP + 138, left + BOX / 2, TOP + 99, IN),
    svg("rect", { x: left - 3, y: TOP - 3, width: BOX + 6, height: 2 * BOX + 6, rx: 6, class: "un-box un-chosen" }),
    tile(left, TOP, BOX, state[0], 1), tile(left, TOP + BOX, BOX, state[1], 1), text(left + BOX / 2, TOP - 9, "h"),
    text(left + BOX / 2, TOP + 154, `x = ${fmt(x)}`), text(left + 150, middle + 5, `the same cell, ${T} time${T === 1 ? "" : "s"}`, { "text-anchor": "start" })];
}

// ---- the widget --------------------------------------------------------------------------------------------------

export default widget("unroller", "Unroll it", (ws) => {
  const get = (name) => ws.model.get(name), here = () => clamp(get("step"), 1, get("T"));
  const choose = (t) => { if (t !== get("step")) ws.set({ step: clamp(t, 1, get("T")) }); };
  const edited = (name, i, j) => (e) => {
    const v = Number(e.target.value);
    if (e.target.value === "" || !Number.isFinite(v)) return;
    const copy = JSON.parse(JSON.stringify(get(name)));
    if (j === undefined) copy[i] = v; else copy[i][j] = v;
    ws.set({ [name]: copy });
  };
  const cell = (label, name, i, j) => {
    const input = h("input", { type: "number", step: 0.1, "aria-label": label, class: "un-weight" });
    ws.on(input, "input", edited(name, i, j));
    return { input, show: () => { const v = j === undefined ? get(name)[i] : get(name)[i][j]; if (document.activeElement !== input) input.value = Math.round(v * 1000) / 1000; } };
  };
  const inputs = [0, 1].map((i) => cell(`W_xh, row ${i}`, "W_xh", i));
  const recurrent = [0, 1].map((i) => [0, 1].map((j) => cell(`W_hh, row ${i}, column ${j}`, "W_hh", i, j)));
  const weights = h("div", { class: "un-weights" },
    h("div", { class: "un-group un-in" }, h("div", {}, "W_xh"), ...inputs.map((c) => h("div", {}, c.input))),
    h("div", { class: "un-group un-back" }, h("div", {}, "W_hh"), ...recurrent.map((row) => h("div", {}, ...row.map((c) => c.input)))));

  const steps = ws.range({ label: "Steps T", min: 1, max: get("x").length, value: get("T"), input: (T) => ws.set({ T, step: Math.min(get("step"), T) }) });
  const radius = ws.range({ label: "Spectral radius of W_hh", max: 1.6, step: 0.05, value: 1, text: (v) => fmt(v), input: (v) => ws.set({ W_hh: withRadius(get("W_hh"), Math.max(v, 0.001)) }) });
  const bend = ws.choice({ label: "Activation", options: [["tanh", "tanh"], ["linear", "none (linear)"]], value: get("activation"), change: (activation) => ws.set({ activation }) });
  const unrolled = ws.toggle({ label: "Unrolled", value: get("unrolled"), change: (on) => ws.set({ unrolled: on }) });
  const back = ws.toggle({ label: "Backward", value: get("backward"), change: (on) => ws.set({ backward: on }) });
  const player = ws.player({ next: () => choose(here() + 1), first: () => choose(1), last: () => here() === get("T"), delay: 600 });

  const drawing = svg("svg", { class: "un-drawing", tabindex: 0, role: "slider", "aria-label": "time step", "aria-valuemin": 1 });
  const scroller = h("div", { class: "un-scroller" }, drawing), sum = h("div", { class: "un-sum" }), words = h("div", { class: "un-words" });
  ws.on(drawing, "keydown", (e) => {
    const to = { ArrowRight: here() + 1, ArrowUp: here() + 1, ArrowLeft: here() - 1, ArrowDown: here() - 1, Home: 1, End: get("T") }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    choose(to);
  });

  ws.root.append(h("div", { class: "ws-row" }, steps.node, radius.node, bend.node, unrolled.node, back.node),
    h("div", { class: "ws-row" }, weights, player.node), words, scroller, sum);
  ws.watch(["x", "W_xh", "W_hh", "T", "step", "activation", "backward", "unrolled"], () => {});

  function picture(T, states, gradient) {
    if (!get("unrolled")) return [foldedPicture(T, get("x")[here() - 1], states[here()]), 420];
    const parts = states.map((state, t) => stepPicture(t, get("x")[t - 1], state, t === here(), choose));
    if (gradient) {
      const limit = Math.max(1e-9, ...gradient.shares.flat(2).map(Math.abs));
      parts.push(...states.map((_, t) => sharePicture(t, gradient.shares[t], gradient.sizes[t], limit, t === here())), ...sumPicture(T, gradient.sum));
      return [parts, 60 + (T + 1) * STEP + 2 * SMALL + 10];
    }
    return [parts, 60 + (T + 1) * STEP];
  }

  ws.draw(() => {
    const T = clamp(get("T"), 1, get("x").length), t = here(), states = forward(get("x").slice(0, T), get("W_xh"), get("W_hh"), get("activation"));
    const gradient = get("backward") ? backward(states, get("W_hh"), get("activation")) : null;
    const [parts, wide] = picture(T, states, gradient), high = gradient && get("unrolled") ? LINE + HIGH + 22 : TOP + 168;
    drawing.replaceChildren(...parts);
    drawing.setAttribute("viewBox", `0 0 ${wide} ${high}`); drawing.setAttribute("width", wide); drawing.setAttribute("height", high);
    drawing.setAttribute("aria-valuemax", T); drawing.setAttribute("aria-valuenow", t);
    const rho = spectralRadius(get("W_hh"));
    steps.show(T); radius.show(rho); bend.show(get("activation")); unrolled.show(get("unrolled")); back.show(get("backward"));
    [...inputs, ...recurrent.flat()].forEach((c) => c.show());
    const forwards = `Step ${t} of ${T}: x = ${fmt(get("x")[t - 1])}, h = ${fmt(states[t][0])} and ${fmt(states[t][1])}.`;
    const backwards = gradient ? ` The gradient has size ${fmt(gradient.sizes[t], 4)} here, 1 at the end.` : "";
    words.textContent = forwards + backwards;
    drawing.setAttribute("aria-valuetext", words.textContent);
    sum.textContent = gradient ? `All shares add up to dW_hh = ${gradient.sum.map((row) => `[${row.map((v) => fmt(v, 3)).join(", ")}]`).join(" ")}, the gradient of one shared matrix.` : "";
    const target = 60 + t * STEP;
    if (target - 60 < scroller.scrollLeft || target + BOX > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = target - scroller.clientWidth / 2;
    ws.say(`${words.textContent} Spectral radius ${fmt(rho)}. ${sum.textContent}`);
  });
});
