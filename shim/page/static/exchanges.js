// Exchanges as a list.

import { h } from "./dom.js";
import { empty, levelPill, pill, table, time } from "./parts.js";
import { seconds } from "./words.js";

const LEVELS = [["", "all"], ["unclean", "not clean"], ["different", "different"], ["unjudged", "unjudged"],
  ["accepted", "accepted"], ["equivalent", "equivalent"], ["identical", "identical"]];

export const address = (query) => {
  const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString();
  return text ? `#/exchanges?${text}` : "#/exchanges";
};

export function exchanges(found, { query }) {
  const level = h("select", { onchange: (event) => { location.hash = address({ ...query, level: event.target.value, before: "" }); } },
    LEVELS.map(([value, word]) => h("option", { value, selected: value === (query.level ?? "") }, word)));
  return [
    h("h1", {}, "Exchanges"),
    h("p", { class: "tools" }, h("label", {}, "Verdict ", level),
      query.endpoint ? h("span", {}, query.endpoint, " ", h("a", { href: address({ ...query, endpoint: "", before: "" }) }, "all endpoints")) : null),
    found.exchanges.length ? table("Newest first", [
      ["Exchange", (one) => h("a", { href: `#/exchange/${one.id}` }, `#${one.id}`)],
      ["When", (one) => time(one.began)],
      ["Endpoint", (one) => [one.endpoint || "(no endpoint)", h("span", { class: "dim sub" }, [one.provider, one.model].filter(Boolean).join(" · "))]],
      ["Answer", (one) => [one.stream ? "stream" : "whole", h("span", { class: "dim sub" }, seconds(one.took))]],
      ["Answered by", (one) => [pill(one.mode, one.mode), one.fallback ? h("span", { class: "dim sub" }, one.fallback) : null]],
      ["Verdict", (one) => levelPill(one.level, one.reason)],
    ], found.exchanges, (one) => one.id)
      : empty("No exchange here", found.next ? "None among those looked at; older ones may be." : "None was recorded of this kind."),
    found.next ? h("p", {}, h("a", { class: "button", href: address({ ...query, before: found.next }) }, "Older")) : null,
  ];
}
