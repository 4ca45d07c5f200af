// The ids view: a matrix of parameter ids beside the layer it describes. Arithmetic, then pictures, then the widget.

import { widget, h, svg, fmt, clamp, css, ink, parameterColour, unpack } from "./common.js";

export const NO_EDGE = -1;

// ---- arithmetic: pure. A matrix of ids is a list of rows, one row an output ---------------------------------------

export function asMatrix({ shape: [n_out, n_in], values }) {
  return Array.from({ length: n_out }, (_, i) => Array.from(values.slice(i * n_in, (i + 1) * n_in)));
}

// Every place of the matrix that holds the id k: [output, input] pairs.
export const usesOf = (ids, k) =>
  (k === NO_EDGE ? [] : ids.flatMap((row, i) => row.flatMap((id, j) => (id === k ? [[i, j]] : []))));

export const inputsOf = (ids, i) => ids[i].flatMap((id, j) => (id === NO_EDGE ? [] : [j]));

export function countsOf(ids) {
  const used = ids.flat().filter((id) => id !== NO_EDGE), parameters = new Set(used).size;
  return { connections: used.length, parameters, uses: parameters ? used.length / parameters : 0 };
}

export const highest = (ids) => Math.max(...ids.flat()) + 1;

// ---- pictures ----------------------------------------------------------------------------------------------------

const WIDE = 420, SOFT = 0.4;
const paler = (rgb) => rgb.map((c) => Math.round(255 + (c - 255) * SOFT));

function matrixPicture(ids, choose) {
  const n_out = ids.length, n_in = ids[0].length, size = clamp(Math.floor(WIDE / Math.max(n_in, n_out)), 5, 44);
  const n = highest(ids), cells = [], node = svg("svg", {
    class: "iv-matrix", tabindex: 0, role: "slider", "aria-label": "place in the matrix", "aria-valuemin": 0,
    "aria-valuemax": n_out * n_in - 1, viewBox: `-18 -18 ${n_in * size + 22} ${n_out * size + 22}`,
    width: n_in * size + 22, height: n_out * size + 22,
  });
  ids.forEach((row, i) => row.forEach((id, j) => {
    const rgb = id === NO_EDGE ? [255, 255, 255] : parameterColour(id, n), x = j * size, y = i * size;
    const square = svg("rect", { x, y, width: size, height: size, fill: css(rgb), class: id === NO_EDGE ? "iv-none" : "iv-cell" });
    const name = svg("text", { x: x + size / 2, y: y + size / 2 + 5, "text-anchor": "middle", "font-size": 13 }, size >= 22 && id !== NO_EDGE ? String(id) : "");
    cells.push({ square, name, id, rgb });
    node.append(svg("g", {}, square, name));
  }));
  const under = (e) => {
    const where = node.getBoundingClientRect(), scale = where.width / (n_in * size + 22);
    const [i, j] = [e.clientY - where.top, e.clientX - where.left].map((v) => Math.floor((v / scale - 18) / size));
    if (i >= 0 && j >= 0 && i < n_out && j < n_in) choose(i, j);
  };
  for (const type of ["pointermove", "pointerdown"]) node.addEventListener(type, under);
  const line = svg("rect", { class: "iv-row", width: n_in * size, height: size, fill: "none" });
  const here = svg("rect", { class: "iv-here", width: size, height: size, fill: "none" });
  node.append(
    svg("text", { x: n_in * size / 2, y: -6, "text-anchor": "middle", class: "iv-label" }, "inputs"),
    svg("text", { x: 0, y: 0, "text-anchor": "middle", class: "iv-label", transform: `translate(-7 ${n_out * size / 2}) rotate(-90)` }, "outputs"),
    line, here);
  const show = (k, r, c) => {
    cells.forEach(({ square, name, id, rgb }) => {
      const lit = id !== NO_EDGE && id === k, shown = id === NO_EDGE || lit || k === NO_EDGE ? rgb : paler(rgb);
      square.classList.toggle("iv-lit", lit);
      square.setAttribute("fill", css(shown)); name.setAttribute("fill", ink(shown)); name.setAttribute("font-weight", lit ? 700 : 400);
    });
    line.setAttribute("y", r * size);
    here.setAttribute("x", c * size); here.setAttribute("y", r * size);
  };
  return { node, show };
}

// A mouse points by hovering, a finger by touching.
function point(node, pick) {
  for (const type of ["pointermove", "pointerdown"]) node.addEventListener(type, pick);
}

// Inputs below, outputs above, one line a connection.
function linesPicture(ids, choose) {
  const n_out = ids.length, n_in = ids[0].length, n = highest(ids), step = clamp(WIDE / Math.max(n_in, n_out), 14, 56);
  const width = Math.max(n_in, n_out) * step, at = (k, count) => width / 2 + (k - (count - 1) / 2) * step, r = clamp(step / 3.2, 4, 12);
  const node = svg("svg", { class: "iv-layer", "aria-hidden": "true", viewBox: `0 0 ${width} 214`, width, height: 214 },
    svg("text", { x: width / 2, y: 12, "text-anchor": "middle", class: "iv-label" }, "outputs"),
    svg("text", { x: width / 2, y: 208, "text-anchor": "middle", class: "iv-label" }, "inputs"));
  const lines = ids.flatMap((row, i) => row.flatMap((id, j) => {
    if (id === NO_EDGE) return [];
    const line = svg("line", { x1: at(j, n_in), y1: 180, x2: at(i, n_out), y2: 34, stroke: css(parameterColour(id, n)) });
    point(line, () => choose(i, j));
    node.append(line);
    return [{ line, id, i, j }];
  }));
  const dots = (count, y, pick) => Array.from({ length: count }, (_, k) => {
    const dot = svg("circle", { cx: at(k, count), cy: y, r, class: "iv-dot" });
    point(dot, () => pick(k));
    node.append(dot);
    return dot;
  });
  const below = dots(n_in, 180, () => {}), above = dots(n_out, 34, (i) => choose(i, null));
  const show = (k, row) => {
    const seen = new Set(inputsOf(ids, row));
    lines.forEach(({ line, id, i }) => {
      const lit = k === NO_EDGE ? i === row : id === k;
      line.setAttribute("stroke-width", lit ? 5 : 1.5);
      line.setAttribute("opacity", lit ? 1 : SOFT);
    });
    below.forEach((dot, j) => dot.classList.toggle("iv-seen", seen.has(j)));
    above.forEach((dot, i) => dot.classList.toggle("iv-chosen", i === row));
  };
  return { node, show };
}

// Two pictures: what the chosen output sees, square by square, and who uses the chosen parameter.
function squaresPicture(ids, in_shape, out_shape, choose) {
  const n = highest(ids), size = clamp(Math.floor(190 / Math.max(...in_shape, ...out_shape)), 6, 30);
  const sheet = ([rows, columns], label, pick) => {
    const node = svg("svg", { class: "iv-layer", "aria-hidden": "true", viewBox: `-2 -18 ${columns * size + 4} ${rows * size + 22}`, width: columns * size + 4, height: rows * size + 22 });
    const squares = Array.from({ length: rows * columns }, (_, k) => {
      const square = svg("rect", { x: (k % columns) * size, y: Math.floor(k / columns) * size, width: size, height: size, class: "iv-square" });
      point(square, () => pick(k));
      node.append(square);
      return square;
    });
    node.append(svg("text", { x: columns * size / 2, y: -5, "text-anchor": "middle", class: "iv-label" }, label));
    return { node, squares };
  };
  const input = sheet(in_shape, "input: what the output sees", () => {}), output = sheet(out_shape, "output: who uses it", (i) => choose(i, null));
  const show = (k, row) => {
    const users = new Set(usesOf(ids, k).map(([i]) => i));
    input.squares.forEach((square, j) => {
      const id = ids[row][j], lit = id !== NO_EDGE && (k === NO_EDGE || id === k);
      square.setAttribute("fill", id === NO_EDGE ? "#fff" : css(parameterColour(id, n)));
      square.setAttribute("opacity", id === NO_EDGE || lit ? 1 : 0.45);
    });
    output.squares.forEach((square, i) => {
      square.setAttribute("fill", users.has(i) ? css(parameterColour(k, n)) : "#fff");
      square.classList.toggle("iv-chosen", i === row);
    });
  };
  return { node: h("div", { class: "iv-pair" }, input.node, output.node), show };
}

// ---- the widget --------------------------------------------------------------------------------------------------

export default widget("ids-view", "Which connections are the same number?", (ws) => {
  const get = (name) => ws.model.get(name), stages = get("stages").map(({ name, ids }) => ({ name, ids: asMatrix(unpack(ids)) }));
  const n_out = stages[0].ids.length, n_in = stages[0].ids[0].length;
  let shown = -1, matrix, layer;
  const ids = () => stages[clamp(get("stage"), 0, stages.length - 1)].ids;
  const place = () => [clamp(get("row"), 0, n_out - 1), clamp(get("col"), 0, n_in - 1)];

  // An output chosen without an input: its first connection.
  function choose(row, col) {
    const to = col === null ? inputsOf(ids(), row)[0] ?? 0 : col;
    if (row !== get("row") || to !== get("col")) ws.set({ row, col: to });
  }
  function chooseParameter(k) {
    const [first] = usesOf(ids(), k);
    if (first) choose(...first);
  }

  const stage = ws.range({
    label: "Stage", max: stages.length - 1, value: get("stage"), text: (v) => stages[v].name, input: (v) => ws.set({ stage: v }),
  });
  const parameter = ws.range({ label: "Parameter", max: 1, value: 0, input: chooseParameter });
  const output = ws.range({ label: "Output", max: n_out - 1, value: 0, input: (i) => choose(i, null) });
  stage.node.lastChild.style.minWidth = `${Math.max(...stages.map(({ name }) => name.length))}ch`;
  const numbersLine = h("div", { class: "iv-counts" }), words = h("div", { class: "iv-words" });
  const left = h("div", { class: "iv-left" }), right = h("div", { class: "iv-right" });
  const stat = (value, label) => h("div", { class: "iv-stat" }, h("div", { class: "iv-big" }, value), label);

  function moved(e) {
    const [r, c] = place(), steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[e.key];
    const to = steps ? [r + steps[0], c + steps[1]] : { Home: [r, 0], End: [r, n_in - 1], PageUp: [0, c], PageDown: [n_out - 1, c] }[e.key];
    if (!to) return;
    e.preventDefault();
    choose(clamp(to[0], 0, n_out - 1), clamp(to[1], 0, n_in - 1));
  }

  function build() {
    if (shown === get("stage")) return;
    const focused = matrix && matrix.node.contains(document.activeElement);
    shown = get("stage");
    matrix = matrixPicture(ids(), choose);
    layer = get("in_shape") && get("out_shape") ? squaresPicture(ids(), get("in_shape"), get("out_shape"), choose) : linesPicture(ids(), choose);
    ws.on(matrix.node, "keydown", moved);
    left.replaceChildren(matrix.node); right.replaceChildren(layer.node);
    parameter.limit(0, highest(ids()) - 1);
    if (focused) matrix.node.focus();
  }

  function sentence(k, row, uses) {
    const seen = inputsOf(ids(), row).length;
    const used = k === NO_EDGE ? "There is no connection here." : `Parameter ${k} is used ${uses.length} time${uses.length === 1 ? "" : "s"}.`;
    return `${used} Output ${row} sees ${seen} of ${n_in} inputs.`;
  }

  ws.root.append(
    h("div", { class: "ws-row" }, ...(stages.length > 1 ? [stage.node] : []), parameter.node, output.node,
      h("p", { class: "iv-hint ws-soft" }, "Point at a square or a line, or use the arrow keys.")),
    numbersLine, h("div", { class: "iv-main" }, left, right), words);
  ws.watch(["stage", "row", "col"], () => {});
  ws.draw(() => {
    build();
    const [row, col] = place(), k = ids()[row][col], uses = usesOf(ids(), k), total = countsOf(ids());
    stage.show(get("stage")); output.show(row);
    if (k !== NO_EDGE) parameter.show(k);
    matrix.show(k, row, col); layer.show(k, row);
    numbersLine.replaceChildren(
      stat(total.connections.toLocaleString("en"), "connections"), stat(total.parameters.toLocaleString("en"), "parameters"),
      stat(fmt(total.uses, 1), "uses per parameter"));
    words.textContent = sentence(k, row, uses);
    matrix.node.setAttribute("aria-valuenow", row * n_in + col);
    matrix.node.setAttribute("aria-valuetext", `output ${row}, input ${col}: ${k === NO_EDGE ? "no connection" : `parameter ${k}`}`);
    ws.say(`${stages[get("stage")].name}: ${total.connections} connections, ${total.parameters} parameters. ${sentence(k, row, uses)}`);
  });
});
