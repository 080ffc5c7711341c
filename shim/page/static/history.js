// Who changed which flag, when and why.

import { h } from "./dom.js";
import { empty, pill, table, time } from "./parts.js";

export function history(found) {
  return [h("h1", {}, "History"), found.changes.length
    ? table("Changes of flags, latest first", [
      ["When", (one) => time(one.at)],
      ["Flag", (one) => one.scope],
      ["Was", (one) => value(one.before)],
      ["Is since", (one) => value(one.value)],
      ["Who", (one) => one.who],
      ["Why", (one) => one.why || h("span", { class: "dim" }, "–")],
    ], found.changes, (one) => `${one.at} ${one.scope}`)
    : empty("No flag was ever set", "The legacy answers everything.")];
}

const value = (text) => (text ? pill(text, text.split(" ")[0]) : h("span", { class: "dim" }, "not set"));
