// Small pieces that several views are made of.

import { h } from "./dom.js";
import { ago, count, moment, percent } from "./words.js";

/** A word in its colour; the colour alone says nothing. */
export const pill = (text, kind) => h("span", { class: `pill ${kind}` }, text);

export const modePill = (flag) => pill(flag.value, flag.mode);

export const LEVELS = { identical: "good", equivalent: "good", accepted: "open", different: "bad", unjudged: "unknown" };
export const levelPill = (level, reason) =>
  level ? pill(reason ? `${level}: ${reason}` : level, LEVELS[level] ?? "unknown") : pill("waiting", "unknown");

export const time = (at) => h("time", { datetime: new Date(at * 1000).toISOString(), title: moment(at) }, ago(at));

/** Parity with its interval: the figure, and a bar from the lower to the upper bound. */
export function parity(one) {
  if (!one.judged && one.earlier) {
    return [h("span", { class: "dim" }, "none on this build yet"), h("span", { class: "dim sub" }, `${count(one.earlier)} judged on earlier ones`)];
  }
  if (!one.judged) return h("span", { class: "dim" }, one.waiting ? `no data; ${count(one.waiting)} waiting` : "no data");
  if (one.believed === false) {
    return [h("span", { class: "dim" }, "not shown yet"), h("span", { class: "dim sub" }, `${count(one.judged)} judged; first the judge must find the legacy equal to itself`)];
  }
  const [low, high, share] = [one.low, one.high, one.share].map((v) => 100 * v);
  return h("span", { class: "parity" },
    h("span", { class: "figure" }, percent(one.share, 2)),
    h("svg", { class: "interval", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
      h("rect", { class: "track", x: 0, y: 3, width: 100, height: 2 }),
      h("rect", { class: "range", x: low, y: 2, width: Math.max(high - low, 1), height: 4 }),
      h("rect", { class: "point", x: Math.min(share, 99), y: 0, width: 1.5, height: 8 })),
    h("span", { class: "dim" }, `${percent(one.low)} to ${percent(one.high)} of ${count(one.judged)}`));
}

/** A table: columns as [title, how a row shows there, extra class]; every cell knows its column for narrow screens. */
export function table(caption, columns, rows, key = (_, n) => n) {
  return h("div", { class: "scroll" }, h("table", { role: "table" },
    h("caption", {}, caption),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" },
      columns.map(([title, , kind = ""]) => h("th", { scope: "col", role: "columnheader", class: kind }, title)))),
    h("tbody", { role: "rowgroup" }, rows.map((row, n) => h("tr", { role: "row", "data-key": key(row, n) },
      columns.map(([title, shown, kind = ""], column) => column === 0
        ? h("th", { scope: "row", role: "rowheader", class: kind }, shown(row))
        : h("td", { role: "cell", "data-label": title, class: kind }, shown(row))))))));
}

/** A path, to be broken where its steps are; what every path begins with stands back. */
export function placed(path) {
  const [, first, rest] = path.match(/^(exchanges\[[^\]]*\]\.)?(.*)$/s);
  const steps = rest.split(/(?=[.[])/);
  return h("code", {}, first ? [h("span", { class: "dim" }, first), h("wbr")] : null, steps.map((step, n) => (n ? [h("wbr"), step] : step)));
}

export const empty = (title, ...words) => h("div", { class: "empty" }, h("h2", {}, title), words.map((w) => h("p", {}, w)));

/** Two texts with what differs marked: `marks` are [from, to, from, to]. */
export function marked(text, marks, side) {
  const out = [];
  let at = 0;
  for (const mark of marks ?? []) {
    const [from, to] = side === "legacy" ? mark.slice(0, 2) : mark.slice(2);
    out.push(text.slice(at, from), h(side === "legacy" ? "del" : "ins", {}, text.slice(from, to)));
    at = to;
  }
  return [...out.filter((part) => part !== ""), text.slice(at)];
}
