// Draws a ClaimTable (claim_table.py). All text comes finished from Python and is set as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 150; // the picture of an interval, in pixels: correlations from -1 to 1
const TALL = 22;

function make(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

function draw(name, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

const across = (value) => ((value + 1) / 2) * WIDE;

// A verdict in a strip: a disc, a ring, a dash, a cross; a speck where there is none.
function glyph(verdict, x, y) {
  switch (verdict) {
    case "supported":
      return draw("circle", { class: "full", cx: x, cy: y, r: 4 });
    case "not_enough_evidence":
      return draw("circle", { class: "ring", cx: x, cy: y, r: 3.4 });
    case "no_meaningful_link":
      return draw("path", { class: "line", d: `M${x - 4} ${y}h8` });
    case "contradicted":
      return draw("path", { class: "line", d: `M${x - 3.4} ${y - 3.4}l6.8 6.8m0 -6.8l-6.8 6.8` });
    default:
      return draw("circle", { class: "speck", cx: x, cy: y, r: 0.8 });
  }
}

function interval(row) {
  const picture = draw("svg", { width: WIDE, height: TALL, viewBox: `0 0 ${WIDE} ${TALL}`, role: "img", "aria-label": row.spoken });
  const half = { x: row.claimed > 0 ? WIDE / 2 : 0, y: 0, width: WIDE / 2, height: TALL };
  if (row.claimed) picture.append(draw("rect", { class: "claimed", ...half }));
  picture.append(draw("path", { class: "zero", d: `M${WIDE / 2} 0v${TALL}` }));
  if (row.middle === null) return picture;
  const y = TALL / 2;
  picture.append(
    draw("path", { class: "reach", d: `M${across(row.low)} ${y}H${across(row.high)}` }),
    draw("circle", { class: "middle", cx: across(row.middle), cy: y, r: 4 }),
  );
  picture.prepend(draw("title", {}));
  picture.firstChild.textContent = row.spoken;
  return picture;
}

function strip(row) {
  const list = make("span", { class: "strip" });
  for (const mark of row.strip) {
    const picture = draw("svg", { width: 16, height: 26, viewBox: "0 0 16 26", role: "img", "aria-label": mark.sentence });
    picture.append(glyph(mark.numbers, 8, 6), glyph(mark.room, 8, 20));
    list.append(make("span", { title: mark.sentence }, picture));
  }
  return list;
}

function line(row, data, open) {
  const link = make("a", { href: data.links[row.id] }, row.input, " \u2192 ", row.metric);
  if (row.id === data.chosen) link.setAttribute("aria-current", "true");
  link.addEventListener("click", (event) => {
    if (isForBrowser(event)) return;
    event.preventDefault();
    open(row.id);
  });
  return make(
    "tr",
    { class: row.id === data.chosen ? "chosen" : "", "data-id": row.id },
    make(
      "th",
      { scope: "row" },
      link,
      make("span", { class: "quiet" }, row.claim, row.because ? `. ${row.because}` : ""),
      make("span", {}, row.sentence),
    ),
    make("td", { class: "picture" }, interval(row)),
    make("td", { class: `verdict ${row.state}` }, row.verdict, row.room ? make("span", { class: "quiet" }, `Room: ${row.room}`) : ""),
    make("td", { class: "naive" }, make("span", { class: "label" }, "naive "), row.naive),
    make("td", {}, strip(row)),
  );
}

function scale() {
  const picture = draw("svg", { width: WIDE, height: 12, viewBox: `0 0 ${WIDE} 12`, "aria-hidden": "true" });
  for (const [text, anchor] of [["\u22121", "start"], ["0", "middle"], ["+1", "end"]]) {
    const x = anchor === "start" ? 0 : anchor === "middle" ? WIDE / 2 : WIDE;
    const label = draw("text", { x, y: 10, "text-anchor": anchor });
    label.textContent = text;
    picture.append(label);
  }
  return picture;
}

function key() {
  const legend = make("p", { class: "key" });
  const entries = [
    ["supported", "supported"],
    ["not_enough_evidence", "not enough evidence"],
    ["no_meaningful_link", "no meaningful link"],
    ["contradicted", "contradicted"],
  ];
  for (const [verdict, words] of entries) {
    const sample = draw("svg", { width: 14, height: 12, viewBox: "0 0 14 12", "aria-hidden": "true" }, glyph(verdict, 7, 6));
    legend.append(make("span", {}, sample, words));
  }
  legend.append(make("span", {}, "upper: the numbers; lower: the room"), make("span", {}, "shaded: the side that is claimed"));
  return legend;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".claims");
  const open = (id) => {
    follow(data.links[id]);
    const focus = document.querySelector(".st-key-claim_focus");
    const top = focus?.getBoundingClientRect().top ?? 0;
    if (top < 0 || top > window.innerHeight * 0.7) focus.scrollIntoView({ block: "start" });
  };
  const quarters = data.quarters.length ? `${data.quarters[0]} to ${data.quarters.at(-1)}` : "Past quarters";
  const head = make(
    "tr",
    {},
    make("th", { scope: "col" }, "Claim"),
    make("th", { scope: "col" }, "Correlation, 95\u202f% interval", scale()),
    make("th", { scope: "col" }, "Verdict"),
    make("th", { scope: "col", title: "Pearson's correlation of the plain values: high for any two metrics that grow. It is used for nothing." }, "Naive"),
    make("th", { scope: "col" }, quarters),
  );
  root.replaceChildren(
    make("table", {}, make("thead", {}, head), make("tbody", {}, ...data.rows.map((row) => line(row, data, open)))),
    key(),
  );
}
