// The shift explorer: f(shifted picture) beside f(picture), shifted. A picture is { rows, columns, values }, values flat.

import { widget, h, fmt, clamp, css, grey, diverging, unpack, crisp, pixels } from "./common.js";

// ---- arithmetic: pure --------------------------------------------------------------------------------------------

const picture = (rows, columns, at) => {
  const values = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) values[r * columns + c] = at(r, c);
  return { rows, columns, values };
};
const around = (i, n) => ((i % n) + n) % n;

// Moved down by dy and right by dx; what leaves comes in at the other end, or zeros come in.
export function moved({ rows, columns, values }, dy, dx, ring) {
  return picture(rows, columns, (r, c) => {
    const y = r - dy, x = c - dx, inside = y >= 0 && y < rows && x >= 0 && x < columns;
    return ring || inside ? values[around(y, rows) * columns + around(x, columns)] : 0;
  });
}

export function convolved({ rows, columns, values }, kernel, stride, padding) {
  const p = padding === "none" ? 0 : 1, size = (n) => Math.floor((n + 2 * p - 3) / stride) + 1;
  const read = (y, x) => {
    if (padding === "circular") return values[around(y, rows) * columns + around(x, columns)];
    return y >= 0 && y < rows && x >= 0 && x < columns ? values[y * columns + x] : 0;
  };
  return picture(size(rows), size(columns), (r, c) => {
    let sum = 0;
    for (let a = 0; a < 3; a++) for (let b = 0; b < 3; b++) sum += kernel[a][b] * read(r * stride + a - p, c * stride + b - p);
    return sum;
  });
}

export function pooled(map, pooling) {
  if (pooling === "none") return map;
  return picture(Math.floor(map.rows / 2), Math.floor(map.columns / 2), (r, c) => {
    const four = [0, 1].flatMap((a) => [0, 1].map((b) => map.values[(2 * r + a) * map.columns + 2 * c + b]));
    return pooling === "max" ? Math.max(...four) : four.reduce((sum, v) => sum + v, 0) / 4;
  });
}

export const layer = (image, { kernel, stride, padding, pooling }) => pooled(convolved(image, kernel, stride, padding), pooling);

// Both sides of the equation, their difference, and its size relative to f(picture); null where there is no counterpart.
export function compare(image, options, dy, dx, ring) {
  const s = options.stride * (options.pooling === "none" ? 1 : 2), plain = layer(image, options);
  const first = layer(moved(image, dy, dx, ring), options), fits = dy % s === 0 && dx % s === 0;
  const after = fits ? moved(plain, dy / s, dx / s, ring) : null;
  const difference = fits ? picture(first.rows, first.columns, (r, c) => first.values[r * first.columns + c] - after.values[r * first.columns + c]) : null;
  const rms = (map) => Math.sqrt(map.values.reduce((sum, v) => sum + v * v, 0) / map.values.length);
  const error = fits ? rms(difference) / (rms(plain) || 1) : null;
  return { s, first, plain, after, difference, error };
}

export const maximum = ({ values }) => values.reduce((most, v) => Math.max(most, v), -Infinity);
export const mean = ({ values }) => values.reduce((sum, v) => sum + v, 0) / values.length;

// ---- the widget --------------------------------------------------------------------------------------------------

const MOST = 250, GAP = 14;

export default widget("shift-explorer", "Move it", (ws) => {
  const get = (name) => ws.model.get(name), { shape, values } = unpack(get("picture"));
  const image = { rows: shape[0], columns: shape[1], values }, ends = { low: Math.min(0, ...values), high: Math.max(...values) };
  const options = () => ({ kernel: get("kernel"), stride: get("stride"), padding: get("padding"), pooling: get("pooling") });
  const go = (dy, dx) => {
    const to = { dy: clamp(dy, 1 - image.rows, image.rows - 1), dx: clamp(dx, 1 - image.columns, image.columns - 1) };
    if (to.dy !== get("dy") || to.dx !== get("dx")) ws.set(to);
  };

  const pane = (caption, attributes = {}) => {
    const canvas = h("canvas", { role: "img", ...attributes }), label = h("figcaption", {}, caption);
    return { node: h("figure", { class: "se-pane" }, label, canvas), canvas, label };
  };
  const input = pane("The picture: drag it", { class: "se-input", tabindex: 0, role: "slider", "aria-label": "move the picture", "aria-valuemin": -image.columns, "aria-valuemax": image.columns });
  const first = pane("Moved, then f", { "aria-label": "f of the moved picture" });
  const after = pane("f, then moved", { "aria-label": "f of the picture, moved" });
  const difference = pane("Their difference", { "aria-label": "difference" });
  const padding = ws.choice({ label: "Padding", options: [["circular", "circular"], ["zeros", "zeros"], ["none", "none"]], value: get("padding"), change: (v) => ws.set({ padding: v }) });
  const stride = ws.range({ label: "Stride", min: 1, max: 3, value: get("stride"), input: (v) => ws.set({ stride: v }) });
  const pooling = ws.choice({ label: "Pooling 2 \u00d7 2", options: [["none", "none"], ["max", "maximum"], ["average", "average"]], value: get("pooling"), change: (v) => ws.set({ pooling: v }) });
  const ring = ws.toggle({ label: "The picture is a ring", value: get("ring"), change: (on) => ws.set({ ring: on }) });
  const home = ws.button("Back", () => go(0, 0));
  const rule = h("p", { class: "se-rule ws-soft" }), measured = h("div", { class: "ws-soft" }), big = h("div", { class: "se-big" }), verdict = h("div", { class: "se-verdict" }), global = h("div", { class: "se-global" });

  ws.on(input.canvas, "keydown", (e) => {
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[e.key];
    if (!step && e.key !== "Home") return;
    e.preventDefault();
    if (step) go(get("dy") + step[0], get("dx") + step[1]); else go(0, 0);
  });
  let grip = null;
  ws.on(input.canvas, "pointerdown", (e) => {
    grip = { x: e.clientX, y: e.clientY, dy: get("dy"), dx: get("dx") };
    input.canvas.setPointerCapture(e.pointerId); input.canvas.focus();
  });
  ws.on(input.canvas, "pointermove", (e) => {
    if (!grip) return;
    const size = input.canvas.clientWidth / image.columns;
    go(grip.dy + Math.round((e.clientY - grip.y) / size), grip.dx + Math.round((e.clientX - grip.x) / size));
  });
  for (const type of ["pointerup", "pointercancel"]) ws.on(input.canvas, type, () => { grip = null; });

  // Four pictures beside each other where there is room, else two and two.
  function side() {
    const room = ws.width() - 26, across = room >= 640 ? 4 : 2;
    return Math.min(MOST, Math.floor((room - GAP * (across - 1)) / across));
  }

  function paint({ canvas }, map, colour) {
    const longest = Math.max(image.rows, image.columns), size = side() / longest * (map ? image.rows / map.rows : 1);
    const tall = side() * image.rows / longest, wide = side() * image.columns / longest, g = crisp(canvas, wide, tall);
    if (!map) { g.fillStyle = "#d3d6da"; g.fillRect(0, 0, wide, tall); return; }
    g.drawImage(pixels(map.rows, map.columns, (i) => colour(map.values[i])), 0, 0, wide, Math.min(tall, map.rows * size));
    g.strokeStyle = "#767b82"; g.strokeRect(0.5, 0.5, wide - 1, tall - 1);
  }

  function said({ s, error }, dy, dx) {
    if (error === null) return ["\u2013", `No counterpart: the map moves by one when the picture moves by ${s}, and ${[dy, dx].filter((v) => v % s).join(" and ")} is no multiple of ${s}.`];
    const moves = dy === 0 && dx === 0 ? "Nothing has moved yet." : error < 1e-9 ? "Equivariant: the map moved along exactly." : "Not equivariant: the two maps differ.";
    return [error < 1e-9 ? "0" : fmt(error, 3), moves];
  }

  function ruleOf() {
    const steps = get("stride") === 1 ? "" : ` in steps of ${get("stride")}`, four = { max: "the largest", average: "the mean" }[get("pooling")];
    return `f, the layer: a 3 \u00d7 3 kernel slides over the picture${steps}${four ? `; of every 2 \u00d7 2 ${four} is kept` : ""}. Red is above 0, blue below, white 0.`;
  }

  ws.root.append(
    h("div", { class: "ws-row" }, padding.node, stride.node, pooling.node, ring.node, home),
    rule, h("div", { class: "se-main" }, input.node, first.node, after.node, difference.node),
    h("div", { class: "se-result" }, h("div", {}, measured, big), verdict, global));
  ws.watch(["dy", "dx", "ring", "padding", "stride", "pooling"], () => {});
  ws.draw(() => {
    const dy = get("dy"), dx = get("dx"), result = compare(image, options(), dy, dx, get("ring"));
    const limit = Math.max(1e-9, ...result.plain.values.map(Math.abs)), signed = (v) => diverging(v, limit);
    padding.show(get("padding")); stride.show(get("stride")); pooling.show(get("pooling")); ring.show(get("ring"));
    paint(input, moved(image, dy, dx, get("ring")), (v) => grey(v, ends.low, ends.high));
    paint(first, result.first, signed); paint(after, result.after, signed); paint(difference, result.difference, signed);
    const [number, words] = said(result, dy, dx), tops = [result.plain, result.first].map(maximum), means = [result.plain, result.first].map(mean);
    rule.textContent = ruleOf(); measured.textContent = `equivariance error, moved by ${fmt(dy)} down and ${fmt(dx)} right`;
    big.textContent = number; verdict.textContent = words;
    big.className = result.error !== null && result.error < 1e-9 ? "se-big se-good" : "se-big";
    const stays = (pair) => (Math.abs(pair[0] - pair[1]) < 1e-9 ? "stays" : "changes");
    global.textContent = `Global pooling, one number for the whole map: maximum ${fmt(tops[0])} \u2192 ${fmt(tops[1])}, ${stays(tops)}; `
      + `mean ${fmt(means[0], 3)} \u2192 ${fmt(means[1], 3)}, ${stays(means)}. Staying is invariance.`;
    const where = `moved by ${fmt(dy)} down and ${fmt(dx)} right`;
    input.canvas.setAttribute("aria-valuenow", dx); input.canvas.setAttribute("aria-valuetext", where);
    ws.say(`The picture is ${where}. Equivariance error ${number === "\u2013" ? "undefined" : number}. ${words} ${global.textContent}`);
  });
});
