// Draws a TreePicture (tree_picture.py): one list of cards, laid out as a picture where there is room and as an outline
// on a phone. All text comes finished from Python and is set as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";
const NARROW = 700; // below this width in pixels: the outline
const OVERVIEW = 0.6;
const LEGIBLE = 0.75; // below this scale the picture is not shrunk further: it can be moved and zoomed
const LARGEST = 2;
const READING = 0.85;
const ASIDE = 196; // cards outside the tree: a column of this width, or the first row of a strip of this height
const STRIP = 124;
const ROW = 88; // a further row of them
const CARD_WIDTH = 164;
const CARD_GAP = 18;
const TIP_EDGES = 6;
const views = new WeakMap(); // where a visitor had moved the picture to, kept while the page reruns

function make(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function draw(name, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

// Vertical at both ends of each swing, so that it stays between two rows.
function curve(points) {
  let path = `M${points[0][0]} ${points[0][1]}`;
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1];
    const [x, y] = points[i];
    const middle = (y0 + y) / 2;
    path += x === x0 ? `V${y}` : `C${x0} ${middle} ${x} ${middle} ${x} ${y}`;
  }
  return path;
}

function strokes(kind, path) {
  if (kind !== "component") return [draw("path", { d: path })];
  return [draw("path", { class: "outer", d: path }), draw("path", { class: "inner", d: path })];
}

function cross(x, y) {
  return draw("path", { class: "cross", d: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10` });
}

function edgeShape(edge, index) {
  const path = curve(edge.points);
  const shape = draw("g", { class: `edge ${edge.kind} ${edge.state}`, "data-edge": index });
  shape.append(...strokes(edge.kind, path));
  if (edge.state === "contradicted") {
    const [[x0, y0], [x1, y1]] = edge.points.slice(-3);
    shape.append(cross((x0 + x1) / 2, (y0 + y1) / 2));
  }
  shape.append(draw("path", { class: "hit", d: path }));
  return shape;
}

function edgeLabel(edge, index) {
  const [x, y] = edge.label_at;
  const shape = draw("g", { class: "edge", "data-edge": index });
  const width = edge.label.length * 6.2;
  shape.append(draw("rect", { x: x - width / 2, y: y - 7, width, height: 14 }), draw("text", { x, y: y + 4 }, edge.label));
  return shape;
}

function trendShape(trend, [width, height]) {
  const shape = draw("svg", { class: "trend", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  for (const [name, lines] of [["prior", trend.prior_year], ["current", trend.current]]) {
    for (const line of lines) {
      const end = line.length === 1 ? "h.01" : "";
      shape.append(draw("path", { class: name, d: `M${line.map((point) => point.join(" ")).join("L")}${end}` }));
    }
  }
  if (trend.last) {
    const [cx, cy] = trend.last;
    shape.append(draw("circle", { cx, cy, r: 2.4, class: trend.hollow ? "hollow" : "full" }));
  }
  return shape;
}

// A triangle beside the value: up or down, filled where the signal is strong.
function signalShape({ signal, up, strong }) {
  if (!signal) return null;
  const path = draw("path", { d: up ? "M6 1L11 9.5H1Z" : "M6 9.5L11 1H1Z" });
  const triangle = draw("svg", { width: 12, height: 10.5, "aria-hidden": "true" }, path);
  return make("span", { class: strong ? "signal" : "signal moderate", title: signal }, triangle);
}

function marksOf(state) {
  const marks = make("span", { class: "marks" });
  if (state.notes) {
    const flag = draw("svg", { width: 9, height: 11 }, draw("path", { d: "M1 11V1H8L6 3.5L8 6H1" }));
    marks.append(make("span", { class: "flag" }, flag, ` ${state.notes}`));
  }
  return marks;
}

function cardShape(card, relation, data) {
  const notes = card.state.notes === 1 ? "1 note" : card.state.notes ? `${card.state.notes} notes` : "";
  const signal = card.state.signal && `Signal: ${card.state.signal}`;
  const spoken = [card.role_word, card.sentence, signal, notes, relation].filter(Boolean).join(". ");
  const shape = make("a", {
    class: `card ${card.role}`,
    href: data.links?.[card.id],
    "data-id": card.id,
    "aria-label": spoken.replaceAll("..", "."),
    tabindex: "0",
    role: "link",
    draggable: "false",
  });
  if (relation) shape.append(make("span", { class: "relation" }, relation));
  if (card.role_word) shape.append(make("span", { class: "role" }, card.role_word));
  if (card.state.notes) shape.append(marksOf(card.state));
  shape.append(
    make("span", { class: "name" }, card.name),
    make(
      "span",
      { class: "figures" },
      make("span", { class: "value" }, card.value, signalShape(card.state)),
      make("span", { class: card.value ? "change" : "change alone" }, card.change || card.aside),
    ),
    trendShape(card.trend, data.trend_size),
  );
  if (card.x !== null) {
    shape.style.left = `${card.x}px`;
    shape.style.top = `${card.y}px`;
    shape.style.width = `${data.card_size[0]}px`;
    shape.style.height = `${data.card_size[1]}px`;
  }
  return shape;
}

function outlineList(data, cards) {
  const top = make("ul", { role: "list", "aria-label": "Metric tree" });
  const lists = [top];
  for (const row of data.outline) {
    const item = make("li", {}, cardShape(cards.get(row.id), row.relation, data));
    lists.length = row.depth + 1;
    if (!lists[row.depth]) {
      lists[row.depth] = make("ul", { role: "list" });
      lists[row.depth - 1].lastElementChild.append(lists[row.depth]);
    }
    lists[row.depth].append(item);
  }
  return top;
}

function legendShape(data) {
  const legend = make("p", { class: "legend" });
  for (const key of data.legend) {
    const sample = draw("svg", { "aria-hidden": "true" });
    const line = draw("g", { class: `edge ${key.kind} ${key.state}` }, ...strokes(key.kind, "M0 5H34"));
    if (key.state === "contradicted") line.append(cross(17, 5));
    sample.append(line);
    legend.append(make("span", {}, sample, key.words));
  }
  return legend;
}

function outsideShape(data) {
  const list = make("ul", { role: "list" });
  for (const card of data.outside) list.append(make("li", {}, cardShape(card, "", data)));
  const title = data.cards.length ? `Not in the tree (${data.outside.length})` : "Metrics";
  return make("section", { class: "outside" }, make("h3", {}, title), list);
}

export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".tree");
  const active = parentElement.activeElement?.dataset?.id ?? root.querySelector(".card:focus")?.dataset.id;
  const cards = new Map([...data.cards, ...data.outside].map((card) => [card.id, card]));
  const gone = new AbortController();
  const on = (target, name, act, more = {}) => target.addEventListener(name, act, { ...more, signal: gone.signal });

  const edges = draw("svg", { class: "edges", width: data.width, height: data.height, "aria-hidden": "true" });
  edges.append(...data.edges.map(edgeShape));
  data.edges.forEach((edge, index) => edge.label && edges.append(edgeLabel(edge, index)));
  const stage = make("div", { class: "stage" }, edges, outlineList(data, cards));
  stage.style.width = `${data.width}px`;
  stage.style.height = `${data.height}px`;
  const tools = make("div", { class: "tools" });
  const pane = make("div", { class: "window" }, stage, tools);
  const tip = make("div", { class: "tip", role: "tooltip", hidden: "" });
  root.replaceChildren(tip);
  if (data.message) root.prepend(make("p", { class: "message" }, data.message));
  if (data.cards.length) tip.before(make("div", { class: "tree-part" }, pane, legendShape(data)));
  if (data.outside.length) tip.before(outsideShape(data));

  const shapes = new Map([...root.querySelectorAll(".card")].map((shape) => [shape.dataset.id, shape]));
  const inTree = data.cards.map((card) => card.id);

  // Where the picture is: scale k and offset x, y of the stage within the pane.
  const view = views.get(parentElement) ?? { k: 1, x: 0, y: 0, touched: false };
  views.set(parentElement, view);
  let fit = 1;
  let zoomable = false;

  function place() {
    const [width, height] = [pane.clientWidth, pane.clientHeight];
    const [w, h] = [data.width * view.k, data.height * view.k];
    view.x = w <= width ? (width - w) / 2 : Math.min(0, Math.max(width - w, view.x));
    view.y = h <= height ? (zoomable ? (height - h) / 2 : 0) : Math.min(0, Math.max(height - h, view.y));
    stage.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.k})`;
  }

  function zoom(factor, x = pane.clientWidth / 2, y = pane.clientHeight / 2) {
    if (!zoomable) return;
    const k = Math.min(LARGEST, Math.max(Math.min(fit, 1), view.k * factor));
    view.x = x - ((x - view.x) * k) / view.k;
    view.y = y - ((y - view.y) * k) / view.k;
    view.k = k;
    view.touched = true;
    hide();
    place();
  }

  function show(id) {
    const card = cards.get(id);
    const [width, height] = data.card_size;
    const margin = 24;
    view.x = Math.min(Math.max(view.x, margin - card.x * view.k), pane.clientWidth - margin - (card.x + width) * view.k);
    view.y = Math.min(Math.max(view.y, margin - card.y * view.k), pane.clientHeight - margin - (card.y + height) * view.k);
    place();
  }

  function room() {
    const host = parentElement.host ?? parentElement;
    const scrolled = host.closest?.('[data-testid="stMain"]')?.scrollTop ?? 0;
    const top = pane.getBoundingClientRect().top + scrolled;
    const block = host.closest?.('[data-testid="stMainBlockContainer"]');
    const padding = block ? parseFloat(getComputedStyle(block).paddingBottom) : 0;
    const below = (root.querySelector(".legend")?.offsetHeight ?? 0) + 10 + padding;
    return Math.max(400, window.innerHeight - Math.min(Math.max(top, 0), window.innerHeight * 0.4) - below);
  }

  function settle() {
    hide();
    const narrow = root.clientWidth < NARROW;
    root.classList.toggle("narrow", narrow);
    if (narrow) root.classList.remove("beside");
    if (!inTree.length || !root.clientWidth) return;
    for (const id of inTree) shapes.get(id).tabIndex = narrow || id === (reached ?? data.outline[0].id) ? 0 : -1;
    if (narrow) return;
    let height = room();
    const scale = (across, down) => Math.min(across / data.width, down / data.height);
    // Below the tree where all of them fit there and the tree is not drawn smaller for it; else where it is drawn larger.
    const rows = Math.ceil(data.outside.length / Math.floor((root.clientWidth + CARD_GAP) / (CARD_WIDTH + CARD_GAP)));
    const strip = STRIP + (rows - 1) * ROW;
    const aside = scale(root.clientWidth - ASIDE, height);
    const allBelow = Math.min(1, scale(root.clientWidth, height - strip)) >= Math.min(1, aside);
    const beside = data.outside.length && !allBelow && aside >= scale(root.clientWidth, height - STRIP);
    root.classList.toggle("beside", Boolean(beside));
    if (data.outside.length && !beside) height -= allBelow ? strip : STRIP;
    root.style.setProperty("--height", `${height}px`);
    fit = scale(pane.clientWidth, height);
    zoomable = fit < LEGIBLE;
    pane.classList.toggle("zoomable", zoomable);
    tools.hidden = !zoomable;
    if (zoomable) {
      pane.style.height = `${height}px`;
      if (!view.touched) {
        view.k = fit >= OVERVIEW ? fit : READING; // all of it first, as long as numbers can be told
        const star = cards.get(data.outline[0].id);
        view.x = pane.clientWidth / 2 - (star.x + data.card_size[0] / 2) * view.k;
        view.y = 0;
      }
    } else {
      view.k = Math.min(1, fit);
      view.touched = false;
      pane.style.height = `${data.height * view.k}px`;
    }
    place();
  }

  for (const [text, label, act] of [
    ["Whole tree", "Show the whole tree (key 0)", () => zoom(0)],
    ["+", "Larger (key +)", () => zoom(1.25)],
    ["−", "Smaller (key −)", () => zoom(0.8)],
  ]) {
    const button = make("button", { type: "button", "aria-label": label, title: label }, text);
    on(button, "click", act);
    tools.append(button);
  }

  // The card or edge that is looked at.
  function light(indices, ids) {
    root.classList.add("lit");
    for (const shape of root.querySelectorAll(".near")) shape.classList.remove("near");
    for (const index of indices) {
      for (const shape of edges.querySelectorAll(`[data-edge="${index}"]`)) shape.classList.add("near");
    }
    for (const id of ids) shapes.get(id).classList.add("near");
  }

  function tell(lines, at) {
    if (root.classList.contains("narrow")) return;
    tip.replaceChildren(...lines.filter(([, text]) => text).map(([name, text]) => make("p", { class: name }, text)));
    tip.hidden = false;
    const box = root.getBoundingClientRect();
    const [width, height] = [tip.offsetWidth, tip.offsetHeight];
    const near = [at, ...[...root.querySelectorAll(".card.near")].map((shape) => shape.getBoundingClientRect())];
    const within = (low, high, wanted) => Math.max(low, Math.min(wanted, high));
    let best = null;
    for (const left of [at.left, at.right + 12, at.left - width - 12, at.right + 260, at.left - width - 260]) {
      for (const top of [at.bottom + 10, at.top, at.top - height - 10]) {
        const x = within(box.left, box.right - width, left);
        const y = within(8, Math.max(window.innerHeight - height - 8, 8), top);
        let cost = Math.hypot(x - at.left, y - at.top) / 10;
        for (const card of near) {
          const across = Math.min(x + width, card.right) - Math.max(x, card.left);
          const down = Math.min(y + height, card.bottom) - Math.max(y, card.top);
          if (across > 0 && down > 0) cost += 100 + across * down;
        }
        if (!best || cost < best.cost) best = { cost, x, y };
      }
    }
    tip.style.left = `${best.x - box.left}px`;
    tip.style.top = `${best.y - box.top}px`;
  }

  const edgeLine = (edge) => ["edge-text", [edge.sentence, edge.because].filter(Boolean).join(" ")];

  function look(id) {
    const card = cards.get(id);
    const near = data.edges.map((edge, index) => ({ edge, index })).filter(({ edge }) => edge.driver === id || edge.driven === id);
    light(near.map(({ index }) => index), [id, ...near.map(({ edge }) => (edge.driver === id ? edge.driven : edge.driver))]);
    const own = near.map(({ edge }) => edge).filter((edge) => edge.kind !== "component" || edge.driver === id);
    own.sort((a, b) => (b.driver === id) - (a.driver === id));
    const more = own.length - TIP_EDGES;
    tell(
      [
        ["title", card.name],
        ["", card.sentence],
        ["", card.state.signal],
        ["quiet", card.definition],
        ["quiet", card.formula && `= ${card.formula}`],
        ["quiet", [card.team, card.owner].filter(Boolean).join(", ")],
        ...own.slice(0, TIP_EDGES).map(edgeLine),
        ["quiet", more > 0 ? `and ${more} more` : ""],
      ],
      shapes.get(id).getBoundingClientRect(),
    );
  }

  function hide() {
    tip.hidden = true;
    root.classList.remove("lit");
  }

  const open = (id) => follow(data.links[id]);

  let reached = inTree.includes(active) ? active : undefined;
  let dragged = false;
  const cardAt = (event) => event.target.closest?.(".card");

  on(root, "click", (event) => {
    const shape = cardAt(event);
    if (!shape) return;
    if (dragged) return event.preventDefault();
    if (isForBrowser(event)) return;
    event.preventDefault();
    open(shape.dataset.id);
  });
  on(root, "pointerover", (event) => {
    if (event.pointerType === "touch" || held.size) return;
    const shape = cardAt(event);
    const line = event.target.closest?.("[data-edge]");
    if (shape) return look(shape.dataset.id);
    if (!line) return hide();
    const edge = data.edges[line.dataset.edge];
    light([line.dataset.edge], [edge.driver, edge.driven]);
    const at = { left: event.clientX, right: event.clientX, top: event.clientY - 6, bottom: event.clientY + 6 };
    tell([edgeLine(edge)], at);
  });
  on(root, "pointerleave", hide);
  on(root, "focusin", (event) => {
    const shape = cardAt(event);
    if (!shape?.matches(":focus-visible")) return;
    if (inTree.includes(shape.dataset.id)) {
      if (reached) shapes.get(reached).tabIndex = root.classList.contains("narrow") ? 0 : -1;
      reached = shape.dataset.id;
      shape.tabIndex = 0;
      if (zoomable && !root.classList.contains("narrow")) show(reached);
    }
    look(shape.dataset.id);
  });
  on(root, "focusout", hide);

  // The nearest card in a direction; up and down first along an edge.
  function neighbour(id, key) {
    const from = cards.get(id);
    const joined = new Set(data.edges.flatMap((e) => (e.driver === id ? [e.driven] : e.driven === id ? [e.driver] : [])));
    const sideways = key === "ArrowLeft" || key === "ArrowRight";
    const sign = key === "ArrowLeft" || key === "ArrowUp" ? -1 : 1;
    let best = null;
    let least = Infinity;
    for (const card of data.cards) {
      const [dx, dy] = [card.x - from.x, card.y - from.y];
      const ahead = sign * (sideways ? dx : dy);
      if (ahead <= 0 || (sideways && dy !== 0)) continue;
      const cost = sideways ? ahead : (joined.has(card.id) ? 0 : 1e6) + ahead * 4 + Math.abs(dx);
      if (cost < least) [best, least] = [card.id, cost];
    }
    return best;
  }

  on(root, "keydown", (event) => {
    if (event.key === "Escape") return hide();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const id = cardAt(event)?.dataset.id;
    if (id && event.key === "Enter" && !shapes.get(id).hasAttribute("href")) return open(id);
    if (root.classList.contains("narrow")) return;
    if (zoomable && ["+", "=", "-", "0"].includes(event.key)) {
      event.preventDefault();
      zoom(event.key === "0" ? 0 : event.key === "-" ? 0.8 : 1.25);
    } else if (inTree.includes(id) && (event.key.startsWith("Arrow") || event.key === "Home")) {
      const next = event.key === "Home" ? data.outline[0].id : neighbour(id, event.key);
      event.preventDefault();
      if (next) shapes.get(next).focus({ preventScroll: true });
    }
  });

  // Moving: one pointer drags, two zoom.
  const held = new Map();
  on(pane, "wheel", (event) => {
    if (!zoomable || root.classList.contains("narrow")) return;
    event.preventDefault();
    const box = pane.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
  on(pane, "pointerdown", (event) => {
    if (!zoomable || root.classList.contains("narrow") || event.button !== 0) return;
    if (event.target.closest("button")) return;
    held.set(event.pointerId, [event.clientX, event.clientY]);
    dragged = false;
  });
  on(pane, "pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    if (!dragged && Math.hypot(now[0] - before[0], now[1] - before[1]) < 5) return;
    if (!dragged) pane.setPointerCapture(event.pointerId);
    dragged = true;
    pane.classList.add("dragging");
    if (held.size === 2) {
      const [other] = [...held].filter(([pointer]) => pointer !== event.pointerId).map(([, at]) => at);
      const apart = (at) => Math.hypot(at[0] - other[0], at[1] - other[1]);
      const box = pane.getBoundingClientRect();
      zoom(apart(now) / Math.max(apart(before), 1), (now[0] + other[0]) / 2 - box.left, (now[1] + other[1]) / 2 - box.top);
    } else {
      view.x += now[0] - before[0];
      view.y += now[1] - before[1];
      view.touched = true;
      hide();
      place();
    }
    held.set(event.pointerId, now);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    on(pane, name, (event) => {
      held.delete(event.pointerId);
      pane.classList.remove("dragging");
      if (!held.size) setTimeout(() => (dragged = false), 0);
    });
  }

  const sizes = new ResizeObserver(settle);
  sizes.observe(root);
  on(window, "resize", settle);
  settle();
  if (active) shapes.get(active)?.focus({ preventScroll: true });
  return () => {
    sizes.disconnect();
    gone.abort();
  };
}
