// Draws the wall of blocks: all new markup as one string, parsed once; a handful of listeners for any number of blocks.
// Geometry and labels come finished from metrics/charts/block.py, signals and notes from metrics/charts/week_marks.py.

const SHORT = ["Last wk", "WoW", "YoY", "MTD", "YoY", "QTD", "YoY", "YTD", "YoY"];
const SPOKEN = [
  "Last week", "Week on week", "Year on year", "Month to date", "Year on year", "Quarter to date", "Year on year",
  "Year to date", "Year on year",
];
const CHANGES = new Set([1, 2, 4, 6, 8]);
// Blocks a grid: whole rows of two, three and four. The browser lays out only the grids near the screen.
const SHEET = 12;
const LEAST_HEIGHT = 14; // of what a line of six weeks in the table shows, of the 70 that a panel has
const MOST_SIGNS = 5; // that fit into a column of the box, besides a thin blank
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

const safe = (text) => String(text ?? "").replace(/[&<>"']/g, (sign) => ENTITIES[sign]);
const own = (from, name) => (Object.hasOwn(from ?? {}, name) ? from[name] : undefined);

const heading = (at) => `<th scope="col" aria-label="${SPOKEN[at]}">${SHORT[at]}</th>`;
const HEADINGS = SHORT.map((_, at) => heading(at)).join("");
const HOLLOW =
  '<svg viewBox="0 0 8 8" aria-hidden="true"><circle cx="4" cy="4" r="3" stroke="var(--current)" stroke-width="1.5"/></svg>';
const KEY_OF_MARKS = `<span><svg viewBox="0 0 22 8"><path class="signal" d="M6 7.5l5 -7l5 7z"/></svg>signal</span>
<span><svg viewBox="0 0 22 8"><path class="noted" d="M11 4h0"/></svg>note</span>`;
const KEY = `<span class="key" aria-hidden="true">
<span><svg viewBox="0 0 22 8"><path class="current" d="M1 4h20"/><path class="dots" d="M11 4h0"/></svg>this year</span>
<span><svg viewBox="0 0 22 8"><path class="prior" d="M1 4h20"/></svg>prior year</span>
<span><svg viewBox="0 0 22 8"><path class="targets" d="M7 4h8"/></svg>target</span>
<span><svg viewBox="0 0 22 8"><path class="newest" d="M11 4h0"/><path class="hole newest" d="M11 4h0"/></svg>incomplete</span>`;

// A dot is a stroke of no length with round ends, so that all dots of a panel are one path.
const dots = (marks) => marks.map(([x, y]) => `M${x} ${y}h0`).join("");
const stroke = (name, path) => (path ? `<path class="${name}" d="${safe(path)}"/>` : "");

function lines(panel, last) {
  const seen = panel.marks.filter((mark) => mark[1] !== null);
  const hollow = seen.filter((mark) => mark[2]);
  const isLast = (mark) => mark === last;
  const isEarlier = (mark) => mark !== last;
  return (
    stroke("prior", panel.prior) +
    stroke("targets", panel.targets) +
    stroke("current", panel.line) +
    stroke("dots", dots(seen.filter(isEarlier))) +
    stroke("hole", dots(hollow.filter(isEarlier))) +
    stroke("newest", dots(seen.filter(isLast))) +
    stroke("hole newest", dots(hollow.filter(isLast)))
  );
}

// A signal is [path, points up, strong, sentence].
const triangle = ([path, , strong], name) => `<path class="signal ${name}${strong ? "" : " moderate"}" d="${safe(path)}"/>`;
const UP = "M1.5 9.5l5.5 -9l5.5 9z";
const DOWN = "M1.5 .5l5.5 9l5.5 -9z";
const sign = ([, up, strong]) =>
  `<svg class="sign" viewBox="0 0 14 10" aria-hidden="true"><path class="signal${strong ? "" : " moderate"}" d="${up ? UP : DOWN}"/></svg>`;
const FLAG = '<svg class="flag" viewBox="0 0 9 11" aria-hidden="true"><path d="M1 10.5V1H8L6 3.5L8 6H1"/></svg>';

function signs(marks) {
  if (!marks) return "";
  const small = (marks.before ?? []).map((one) => triangle(one, "small"));
  return small.join("") + (marks.newest ? triangle(marks.newest, "large") : "") + stroke("noted", marks.notes);
}

function said({ newest } = {}) {
  if (!newest) return "";
  const spoken = `<span class="unseen">Signal${newest[2] ? "" : ", moderate"}: </span>`;
  return `<p class="said" data-tip="${safe(newest[3])}">${sign(newest)}${spoken}<span>${safe(newest[3])}</span></p>`;
}

const CHART = '<svg class="chart" viewBox="0 0 340 106" aria-hidden="true"></svg>';

function chart(panels, marks) {
  const sides = panels.map((panel, side) => {
    const from = panel.marks[0][0] - 4;
    const last = panel.marks.at(-1);
    const labels = panel.labels.map(
      ([kind, x, y, anchor, text]) =>
        `<text class="${safe(kind)}" x="${safe(x)}" y="${y}" text-anchor="${safe(anchor)}">${safe(text)}</text>`,
    );
    const base = panel.base === null ? "" : `M${from} ${panel.base}H${last[0] + 4}`;
    return `<g class="${side ? "months" : "weeks"}">${stroke(panel.zero ? "base" : "base broken", base)}${lines(panel, last)}${side ? "" : signs(marks)}${labels.join("")}</g>`;
  });
  return sides.join("");
}

function cell(figure, unit = "") {
  const [text, tip, partial] = Array.isArray(figure) ? figure : [figure];
  const more = tip ? ` data-tip="${safe(tip)}"` : "";
  const shown = text ? safe(text) + (unit && `<i>\u202f${safe(unit)}</i>`) : `<span class="unseen">${safe(tip)}</span>`;
  return `<td${more}${partial ? ' class="partial"' : ""}>${shown}</td>`;
}

const textOf = (figure) => (Array.isArray(figure) ? figure[0] : figure);
const hasLong = (box) => box.some((figure) => textOf(figure).replace("\u202f", "").length > MOST_SIGNS);

function headline(block) {
  const value = block.value ? `<strong>${safe(block.value)}</strong>` : "";
  const status = block.state === "incomplete" ? "" : safe(block.status);
  const move = (text, base) => (text ? `<span>${safe(text)} <i>${base}</i></span>` : "");
  return `<div class="headline" aria-hidden="true">${value}${status && `<span>${status}</span>`}${move(block.wow, "WoW")}${move(block.yoy, "YoY")}</div>`;
}

function secondLine(block) {
  const target = block.of_target ? `<span>${safe(block.of_target)} of target</span>` : "";
  const state = block.state === "incomplete" ? `<span class="state">${HOLLOW}${safe(block.status)}</span>` : "";
  return `<div class="line"><span>${safe(block.kind)}</span>${target}${state}</div>`;
}

function opener(block, links) {
  const href = own(links, block.id);
  if (!href) return safe(block.name);
  return `<a class="open" href="${safe(href)}">${safe(block.name)}</a>`;
}

function drawBlock(block, { links, marks }) {
  const ownMarks = own(marks, block.id);
  const body = block.panels.length
    ? `${CHART}
<table class="box${hasLong(block.box) ? " long" : ""}"><tbody><tr>${block.box.map((figure) => cell(figure)).join("")}</tr></tbody></table>`
    : `<p class="need">${safe(block.need)}</p>`;
  return `<article class="block" data-metric="${safe(block.id)}"><div class="head"><h3>${opener(block, links)}</h3>
<span class="owner">${safe(block.owner)}</span><p class="unseen">${safe(block.sentence)}</p></div>
${headline(block)}${said(ownMarks)}${secondLine(block)}${body}</article>`;
}

function parsed(markup) {
  const place = document.createElement("div");
  place.innerHTML = markup;
  return place;
}

// The blocks in their order. One that was drawn before, of exactly the same, is taken from `drawn`: filters draw nothing
// anew. Charts are still to be drawn in those that are new.
function articlesOf(data, drawn) {
  const all = data.sections.flatMap(({ blocks }) => blocks);
  const written = new Map(all.map((block) => [block.id, JSON.stringify([block, own(data.marks, block.id), own(data.links, block.id)])]));
  const added = all.filter(({ id }) => drawn.get(id)?.written !== written.get(id));
  const articles = [...parsed(added.map((block) => drawBlock(block, data)).join("")).children];
  const head = parsed(`<table><thead><tr>${HEADINGS}</tr></thead></table>`).querySelector("thead");
  added.forEach(({ id, panels }, at) => {
    articles[at].querySelector(".box")?.prepend(head.cloneNode(true));
    drawn.set(id, { written: written.get(id), article: articles[at], chart: panels.length ? () => chart(panels, own(data.marks, id)) : null });
  });
  return all.map(({ id }) => drawn.get(id).article);
}

function drawCharts(root, grid) {
  for (const article of grid.children) {
    const one = root.drawn.get(article.dataset.metric);
    if (one.chart) article.querySelector(".chart").insertAdjacentHTML("afterbegin", one.chart());
    one.chart = null;
  }
}

// Safari has no word for when it is idle.
const whenIdle = window.requestIdleCallback ?? ((go) => setTimeout(go, 200, { didTimeout: true }));

// Charts on the screen and near it are drawn with their blocks, all others when the browser has time for them.
function drawAllCharts(root) {
  const grids = [...root.sheet.querySelectorAll(".grid")];
  const near = ({ top, bottom }) => top < 1.5 * innerHeight && bottom > -0.5 * innerHeight;
  const isNear = grids.map((grid) => near(grid.getBoundingClientRect()));
  grids.filter((_, at) => isNear[at]).forEach((grid) => drawCharts(root, grid));
  const later = (root.later = grids.filter((_, at) => !isNear[at]));
  const go = (deadline) => {
    if (root.later !== later) return; // another week or view has come
    while (later.length && (deadline.didTimeout || deadline.timeRemaining() > 8)) drawCharts(root, later.shift());
    if (later.length) whenIdle(go, { timeout: 500 });
  };
  whenIdle(go, { timeout: 500 });
}

function drawGrid(data, drawn) {
  const key = `${KEY}${data.marks ? KEY_OF_MARKS : ""}</span>`;
  const wall = parsed(
    data.sections
      .map(({ name, blocks }, at) => {
        const title = name || at === 0 ? `<h2>${safe(name)}${at === 0 ? key : ""}</h2>` : "";
        let grids = "";
        for (let from = 0; from < blocks.length; from += SHEET)
          grids += `<div class="grid" style="--blocks:${Math.min(SHEET, blocks.length - from)}"></div>`;
        return `<section>${title}${grids}</section>`;
      })
      .join(""),
  );
  const articles = articlesOf(data, drawn);
  const grids = [...wall.querySelectorAll(".grid")];
  for (const { blocks } of data.sections)
    for (let left = blocks.length; left > 0; left -= SHEET) grids.shift().append(...articles.splice(0, Math.min(SHEET, left)));
  return wall;
}

// From top to bottom of what is drawn: beside larger months, weeks fill a part of their panel only. A wobble stays one.
function heights(paths) {
  const found = paths.flatMap((path) => [...(path ?? "").matchAll(/[ML][-\d.]+ ([-\d.]+)/g)].map((at) => Number(at[1])));
  const [top, bottom] = found.length ? [Math.min(...found), Math.max(...found)] : [18, 88];
  const spare = Math.max(0, LEAST_HEIGHT - (bottom - top)) / 2 + 1;
  return [top - spare, bottom - top + 2 * spare];
}

function spark(block) {
  const weeks = block.panels[0];
  if (!weeks) return `<td class="trend"></td>`;
  const [from, to] = [weeks.marks[0][0], weeks.marks.at(-1)[0]];
  const last = weeks.marks.at(-1);
  const newest = last[1] === null ? "" : dots([last]);
  const drawn = stroke("prior", weeks.prior) + stroke("current", weeks.line) + stroke("newest", newest);
  const [top, height] = heights([weeks.prior, weeks.line]);
  return `<td class="trend"><svg class="spark" viewBox="${from - 4} ${top} ${to - from + 8} ${height}" preserveAspectRatio="none" aria-hidden="true">${drawn}${stroke("hole newest", last[2] ? newest : "")}</svg></td>`;
}

function markCell(marks) {
  const { newest, noted } = marks ?? {};
  const notes = noted === 1 ? "1 note" : `${noted} notes`;
  const signal = newest ? `${sign(newest)}<span class="unseen">Signal${newest[2] ? "" : ", moderate"}: ${safe(newest[3])} </span>` : "";
  const flag = noted ? `${FLAG}${noted > 1 ? noted : ""}<span class="unseen">${notes}</span>` : "";
  const tip = Object.values(marks?.tips ?? {}).length ? marks.tips[Math.max(...Object.keys(marks.tips))] : "";
  return `<td class="marked"${newest || noted ? ` data-tip="${safe(tip)}"` : ""}>${signal}${flag}</td>`;
}

function drawRow(block, { links, marks }) {
  const owner = `<td class="who" title="${safe(block.owner)}">${safe(block.owner)}</td>`;
  const start = `<th scope="row">${opener(block, links)}</th>${owner}${spark(block)}${marks ? markCell(own(marks, block.id)) : ""}`;
  const tail = (from) => block.box.slice(from).map((figure, at) => cell(figure, CHANGES.has(at + from) ? block.unit : ""));
  let figures;
  if (!block.panels.length) figures = `<td class="note" colspan="10" data-tip="${safe(block.need)}">${safe(block.status)}</td>`;
  else if (!textOf(block.box[0])) {
    const value = block.value ? `${block.value} ` : "";
    figures = `<td class="note" colspan="4">${safe(value + block.status)}</td>${tail(3).join("")}`;
  } else {
    const last = [block.value, ...(Array.isArray(block.box[0]) ? block.box[0].slice(1) : [])];
    const target = cell(block.of_target);
    figures = cell(last) + tail(1).slice(0, 2).join("") + target + tail(3).join("");
  }
  return `<tr data-metric="${safe(block.id)}">${start}${figures}</tr>`;
}

function drawTable(data) {
  const marked = data.marks ? '<th scope="col" class="marked" aria-label="Signal and notes"></th>' : "";
  const columns = SHORT.map((_, at) => (at === 3 ? '<th scope="col">Of target</th>' : "") + heading(at)).join("");
  const bodies = data.sections.map(({ name, blocks }) => {
    const part = name ? `<tr><th class="part" scope="rowgroup" colspan="${data.marks ? 14 : 13}">${safe(name)}</th></tr>` : "";
    return `<tbody>${part}${blocks.map((block) => drawRow(block, data)).join("")}</tbody>`;
  });
  return `<div class="scroll" tabindex="0" role="region" aria-label="Figures of all metrics"><table class="rows"><thead><tr><th scope="col">Metric</th>
<th scope="col" class="who">Team, owner</th><th scope="col" class="trend">6 weeks</th>${marked}${columns}</tr></thead>${bodies.join("")}</table></div>`;
}

// ---- what a point says

function hideTip(root) {
  root.tip.hidden = true;
  root.shown = null;
  root.cursor?.remove();
}

function placeTip(root, text, box) {
  const { tip } = root;
  const wall = root.getBoundingClientRect();
  tip.textContent = text;
  tip.hidden = false;
  const left = Math.min(Math.max(0, box.left + box.width / 2 - wall.left - tip.offsetWidth / 2), wall.width - tip.offsetWidth);
  const above = box.top - wall.top - tip.offsetHeight - 8;
  const fits = box.top - tip.offsetHeight - 8 > 0;
  tip.style.left = `${Math.max(0, left)}px`;
  tip.style.top = `${fits ? above : box.bottom - wall.top + 8}px`;
}

const blockOf = (root, element) => root.blocks.get(element.dataset.metric);
const marksOf = (block) => block.panels.flatMap((panel) => panel.marks);

function showMark(root, element, at) {
  const svg = element.querySelector(".chart");
  const marks = marksOf(blockOf(root, element));
  const [x, y, , told] = marks[at];
  const more = own(own(root.marks, element.dataset.metric)?.tips, at);
  const text = more ? `${told}\n${more}` : told;
  const frame = svg.getBoundingClientRect();
  const scale = frame.width / 340;
  root.cursor ??= document.createElementNS("http://www.w3.org/2000/svg", "circle");
  root.cursor.setAttribute("class", "cursor");
  root.cursor.setAttribute("r", "5");
  root.cursor.setAttribute("cx", x);
  root.cursor.setAttribute("cy", y ?? 84);
  svg.append(root.cursor);
  const top = frame.top + (y ?? 84) * scale;
  placeTip(root, text, { left: frame.left + x * scale, width: 0, top, bottom: top });
  root.shown = { element, at };
}

function nearest(root, element, { clientX, clientY }) {
  const svg = element.querySelector(".chart");
  const marks = svg && marksOf(blockOf(root, element));
  if (!marks?.length) return -1;
  const frame = svg.getBoundingClientRect();
  if (clientY < frame.top || clientY > frame.bottom) return -1;
  const x = ((clientX - frame.left) / frame.width) * 340;
  const at = marks.reduce((best, mark, at) => (Math.abs(mark[0] - x) < Math.abs(marks[best][0] - x) ? at : best), 0);
  return Math.abs(marks[at][0] - x) <= 14 ? at : -1;
}

// The name or owner below the pointer, where it is too long to be seen whole.
function cutAt(element, { clientX, clientY }) {
  return [...element.querySelectorAll("h3, .owner")].find((text) => {
    const { left, right, top, bottom } = text.getBoundingClientRect();
    const inside = clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
    return inside && (text.scrollHeight > text.clientHeight + 1 || text.scrollWidth > text.clientWidth);
  });
}

function onPoint(root, event) {
  const figure = event.target.closest("[data-tip]");
  if (figure) {
    root.cursor?.remove();
    root.shown = null;
    placeTip(root, figure.dataset.tip, figure.getBoundingClientRect());
    return;
  }
  const element = event.target.closest("article.block");
  const cut = element && cutAt(element, event);
  const at = element ? nearest(root, element, event) : -1;
  if (cut) placeTip(root, cut.textContent, cut.getBoundingClientRect());
  else if (at < 0) hideTip(root);
  else if (root.shown?.element !== element || root.shown.at !== at) showMark(root, element, at);
}

// ---- opening, by mouse, finger and key

function onClick(root, event) {
  const element = event.target.closest("[data-metric]");
  if (!element?.querySelector(".open")) return;
  const link = event.target.closest("a");
  if (isForBrowser(event)) return;
  event.preventDefault();
  if (root.touched) {
    // The first touch of a point or figure tells of it, the second opens.
    const again = root.told;
    root.told = root.tip.hidden ? null : root.tip.textContent;
    if (root.told && root.told !== again) return;
  } else if (!link && root.getRootNode().getSelection?.()?.toString()) return;
  // A click on a week's point is about that week.
  const week = root.shown?.element === element ? root.weeks[root.shown.at] : undefined;
  hideTip(root);
  root.open(element.dataset.metric, week);
}

function onKey(root, event) {
  root.touched = false;
  if (event.key === "Escape") return hideTip(root);
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const element = event.target.closest("article.block");
  if (!step || !element) return;
  const count = marksOf(blockOf(root, element)).length;
  if (!count) return;
  event.preventDefault();
  const at = root.shown?.element === element ? root.shown.at + step : 5;
  showMark(root, element, Math.min(Math.max(at, 0), count - 1));
}

function onFocus(root, event) {
  const element = event.target.closest("article.block");
  if (!element || !event.target.matches(":focus-visible")) return;
  const weeks = blockOf(root, element).panels[0]?.marks;
  if (weeks) showMark(root, element, weeks.length - 1);
}

function mount(parent) {
  const root = document.createElement("div");
  root.className = "wall";
  root.drawn = new Map();
  root.sheet = document.createElement("div");
  root.tip = document.createElement("div");
  root.tip.className = "tip";
  root.tip.hidden = true;
  root.tip.setAttribute("role", "status");
  root.append(root.sheet, root.tip);
  root.addEventListener("pointerdown", (event) => {
    root.touched = event.pointerType === "touch";
    if (root.touched) onPoint(root, event);
  });
  root.addEventListener("pointermove", (event) => event.pointerType !== "touch" && onPoint(root, event));
  root.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && hideTip(root));
  root.addEventListener("click", (event) => onClick(root, event));
  root.addEventListener("keydown", (event) => onKey(root, event));
  root.addEventListener("focusin", (event) => onFocus(root, event));
  root.addEventListener("focusout", () => hideTip(root));
  parent.append(root);
  return root;
}

export default function ({ data: written, parentElement }) {
  const root = parentElement.querySelector(".wall") ?? mount(parentElement);
  const text = new TextDecoder().decode(written);
  if (text === root.text) return;
  root.text = text;
  const data = JSON.parse(text);
  root.open = (metric, week) => {
    const about = week && week !== data.weeks.at(-1) ? `&about=${week}` : "";
    follow(data.links[metric] + about);
  };
  root.marks = data.marks;
  root.weeks = data.weeks ?? [];
  const focused = root.getRootNode().activeElement?.closest("[data-metric]")?.dataset.metric;
  root.blocks = new Map(data.sections.flatMap(({ blocks }) => blocks.map((block) => [block.id, block])));
  hideTip(root);
  root.sheet.replaceChildren(...(data.view === "table" ? parsed(drawTable(data)) : drawGrid(data, root.drawn)).childNodes);
  drawAllCharts(root);
  if (focused) root.sheet.querySelector(`[data-metric="${CSS.escape(focused)}"] .open`)?.focus({ preventScroll: true });
}
