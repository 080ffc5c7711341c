// One exchange: its verdict, its differences, and the four sides with native's beside the legacy's.

import { acceptDifference } from "./accept.js";
import { h } from "./dom.js";
import { levelPill, marked, pill, placed, table, time } from "./parts.js";
import { plural, seconds } from "./words.js";

const SIGNS = { same: "", changed: "≠", missing: "−", added: "+", forgiven: "~" };
const SAID = { changed: "changed", missing: "missing in native", added: "added by native", forgiven: "differs, forgiven as noise" };
const NEAR = 3; // equal lines that are shown around a difference

export function exchange(found, { again }) {
  return [
    h("p", { class: "crumbs" }, h("a", { href: "#/exchanges" }, "Exchanges"), " ›"),
    h("h1", {}, `Exchange ${found.id}`),
    h("p", { class: "lead" }, found.verdict ? levelPill(found.verdict.level, found.verdict.reason) : null, " ",
      found.endpoint || "(no endpoint)", " · ", [found.provider, found.model].filter(Boolean).join(" · "), " · ",
      found.stream ? "stream" : "whole answer", " · ", time(found.began), ` · took ${seconds(found.took)} · answered by `, pill(found.mode, found.mode)),
    found.fallback ? h("p", { class: "notice" }, `The legacy answered in native's place: ${found.fallback}`) : null,
    found.unjudgeable ? h("p", { class: "notice" }, `It is no evidence: ${found.unjudgeable}`) : null,
    found.alone ? h("p", { class: "notice" }, found.alone) : null,
    found.verdict ? differing(found, again) : null,
    found.sides.map(side),
  ];
}

function differing(found, again) {
  const { verdict } = found;
  if (!verdict.differences.length) return null;
  const open = verdict.level === "different";
  return [h("h2", {}, open ? plural(verdict.count, "difference") : `${plural(verdict.count, "difference")}, all accepted`),
    verdict.sent === "same" ? null : h("p", {}, "What native sends upstream: ", pill(verdict.sent, "bad")),
    table("Differences that the judge found", [
      ["Where", (one) => [placed(one.path), h("span", { class: "dim sub" }, [one.side, one.kind].join(" · ")), one.note ? h("span", { class: "dim sub" }, one.note) : null]],
      ["Legacy", (one) => h("code", { class: "value" }, marked(one.legacy, one.marks, "legacy"))],
      ["Native", (one) => h("code", { class: "value" }, marked(one.native, one.marks, "native"))],
      ["Actions", (one) => (open ? h("button", { type: "button", class: "small", onclick: () => acceptDifference(found, one, again), "aria-label": `Accept the difference at ${one.path}` }, "Accept…") : null), "actions"],
    ], verdict.differences, (one) => one.path),
    verdict.noise.length ? h("details", {}, h("summary", {}, `${plural(verdict.noise.length, "place")} forgiven as noise`),
      h("ul", {}, verdict.noise.map((path) => h("li", {}, h("code", {}, path))))) : null];
}

function side(one) {
  const title = one.ordinal ? `${one.title}, call ${one.ordinal}` : one.title;
  return h("section", { class: "side" },
    h("h2", {}, h("span", { class: "number" }, one.side), ` ${title}`),
    h("p", { class: "head" }, h("code", {}, one.head)),
    laid(one, `${title}: headers and body`),
    one.events ? events(one) : null);
}

function events(one) {
  const rows = one.events.map((event, n) => ({ ...event, n }));
  return [
    h("h3", {}, `${plural(one.events.length, "event")}${one.joined ? ", neighbouring pieces joined" : ""}`),
    h("ol", { class: "events" }, folded(rows, (row) => row.state !== "same", 2, (row) =>
      h("li", { class: row.state, value: row.n + 1 }, h("details", { open: row.state === "changed" || row.state === "missing" || row.state === "added" },
        h("summary", {}, h("span", { class: "n" }, `${row.n + 1}`), h("code", {}, row.name || "(no name)"),
          row.at === null ? null : h("span", { class: "dim" }, seconds(row.at)), row.state === "same" ? null : h("span", { class: "state" }, SAID[row.state])),
        laid({ ...row, paired: one.paired }, `Event ${row.n + 1}`))), one.paired ? "equal event" : "event", "li")),
    one.more_events ? h("p", { class: "dim" }, `${plural(one.more_events, "event")} more are not shown.`) : null];
}

/** Lines of both sides in a table of two columns; of long equal stretches only what is near a difference. */
function laid({ lines, more, paired }, caption) {
  if (!lines.length) return null;
  const columns = paired ? 2 : 1;
  return [h("div", { class: "scroll" }, h("table", { class: `sides of${columns}` },
    h("caption", { class: "away" }, caption),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, paired ? "Legacy" : "Recorded"), paired ? h("th", { scope: "col" }, "Native") : null)),
    h("tbody", {}, folded(lines, (line) => line.s !== "same", paired ? NEAR : 24, (line) => row(line, paired), paired ? "equal line" : "line", "tr", columns)))),
  more ? h("p", { class: "dim" }, `${plural(more, "line")} more are not shown.`) : null];
}

function row(line, paired) {
  const native = line.s === "same" ? line.l : line.n;
  return h("tr", { class: line.s }, cell(line, line.l, "legacy"), paired ? cell(line, native, "native") : null);
}

function cell(line, text, which) {
  const state = line.s === "same" || (text === null && line.s !== "same") ? null
    : h("span", { class: "away" }, `${SAID[line.s]}, ${which}: `);
  const code = h("code", {}, text === null ? "" : marked(text, line.m, which));
  code.style.setProperty("--depth", line.d);
  return h("td", { class: text === null ? "gap" : "" }, h("span", { class: "sign", "aria-hidden": "true" }, text === null ? "" : SIGNS[line.s]), state, code);
}

/** Items, long stretches of which nothing is to be seen folded into a button. */
function folded(items, matters, near, show, what, tag, columns = 1) {
  const any = items.some(matters);
  const keep = items.map((_, n) => items.slice(Math.max(0, n - near), n + near + 1).some(matters));
  const out = [];
  for (let n = 0; n < items.length; ) {
    let end = n;
    while (end < items.length && !keep[end]) end += 1;
    const from = !any && n === 0 ? Math.min(near, end) : n;
    for (let shown = n; shown < from; shown += 1) out.push(show(items[shown]));
    if (end - from > 3) out.push(fold(items.slice(from, end), show, what, tag, columns));
    else for (let shown = from; shown < end; shown += 1) out.push(show(items[shown]));
    if (end < items.length) out.push(show(items[end]));
    n = end + 1;
  }
  return out;
}

function fold(hidden, show, what, tag, columns) {
  const open = (event) => {
    const host = event.target.closest(tag);
    const fresh = hidden.map(show);
    host.replaceWith(...fresh);
  };
  const button = h("button", { type: "button", class: "fold", onclick: open }, `${plural(hidden.length, what)}: show`);
  return tag === "tr" ? h("tr", { class: "folded" }, h("td", { colspan: columns }, button)) : h("li", { class: "folded" }, button);
}
