// Differences by what causes them, those first that hold back most.

import { h } from "./dom.js";
import { acceptGroup } from "./accept.js";
import { empty, placed, table } from "./parts.js";
import { count, plural } from "./words.js";

export function differences(found, { again }) {
  return [h("h1", {}, "Differences"), found.groups.length
    ? table("By cause, what holds back most first", [
      ["Where", (one) => [one.patterns.slice(0, 3).map((path) => h("span", { class: "sub" }, placed(path))),
        h("span", { class: "dim sub" }, [one.side, one.kind, one.detail].filter(Boolean).join(" · "),
          one.patterns.length > 3 ? ` · and ${plural(one.patterns.length - 3, "more place")}` : "")]],
      ["Legacy", (one) => value(one.legacy)],
      ["Native", (one) => value(one.native)],
      ["Holds back", (one) => [h("strong", {}, plural(one.holds_back, "exchange")),
        h("span", { class: "dim sub" }, one.holds_back < one.count ? `${count(one.count)} have it; ` : "", one.endpoint, one.provider ? ` · ${one.provider}` : "")]],
      ["Smallest example", (one) => [one.example ? h("a", { href: `#/exchange/${one.example}` }, `Exchange ${one.example}`) : null,
        h("code", { class: "sub dim" }, one.command)]],
      ["Actions", (one) => h("button", { type: "button", class: "small", onclick: () => acceptGroup(one, again),
        "aria-label": `Accept the group at ${one.pattern}` }, "Accept…"), "actions"],
    ], found.groups, (one) => one.id)
    : empty("No difference stands open", "What was judged so far is clean, or nothing was judged yet.")];
}

function value(text) {
  if (text === null) return h("code", { class: "value" }, "(nothing)");
  let plain = text;
  try { plain = JSON.stringify(JSON.parse(text)); } catch { /* it was cut, and is shown as it is */ }
  return h("code", { class: "value" }, plain.length > 200 ? `${plain.slice(0, 200)}…` : plain);
}
