// Differences by what causes them, those first that hold back most.

import { acceptDifference } from "./accept.js";
import { h } from "./dom.js";
import { empty, marked, pill, table, time } from "./parts.js";
import { count, plural } from "./words.js";

export function differences(found, { again }) {
  return [h("h1", {}, "Differences"), found.groups.length ? table("Groups of one cause, those first that hold back most", [
    ["Where", (one) => [h("code", {}, one.path), h("span", { class: "dim sub" }, one.kind)]],
    ["Holds back", (one) => [plural(one.exchanges, "exchange"), h("span", { class: "dim sub" }, one.endpoints.join(", "))]],
    ["Smallest example", (one) => h("a", { href: `#/exchange/${one.example}` }, `#${one.example}`)],
  ], found.groups, (one) => one.key) : empty("No difference stands open", "What was judged so far is clean, or nothing was judged yet.")];
}
