// The endpoints as a table, and one of them with all that is known of it.

import { h } from "./dom.js";
import { changeFlag, climb, liftHold } from "./flip.js";
import { empty, levelPill, modePill, parity, pill, table, time } from "./parts.js";
import { brief, bytes, count, percent, plural, seconds } from "./words.js";

const OUTCOMES = { pass: ["may climb", "good"], fail: ["held", "bad"], inconclusive: ["inconclusive", "unknown"] };

export function endpoints(found, { again }) {
  const standing = [
    fact("Parity", found.total.judged ? percent(found.total.share, 2) : "no data",
      found.total.judged ? `at least ${percent(found.total.low)} of ${plural(found.total.judged, "exchange")}` : "nothing judged yet"),
    fact("Endpoints", `${found.coverage.clean} of ${found.coverage.all} clean`, `native has ${found.coverage.native}`),
    fact("Where no flag is set", found.every.value, found.every.own ? `set by ${found.every.who}` : "as long as nobody says otherwise",
      h("button", { type: "button", class: "small", onclick: () => changeFlag({ endpoint: "*", flag: found.every }, again) },
        "Change…")),
    found.renewals ? fact("Log-ins are renewed by", found.renewals, "one side alone at a time") : null,
    fact("Recording", bytes(found.size), found.adds_up ? "counts add up" : "COUNTS DO NOT ADD UP: nothing climbs"),
  ];
  if (!found.endpoints.length) {
    return [h("h1", {}, "Endpoints"), h("dl", { class: "facts" }, standing),
      empty("Nothing has been recorded yet", "Point a client at the front, and what passes shows up here by itself.")];
  }
  return [h("h1", {}, "Endpoints"), h("dl", { class: "facts" }, standing),
    table("Endpoints that were asked for, and who answers them", [
      ["Endpoint", (one) => [h("a", { href: `#/endpoint/${encodeURIComponent(one.id)}` }, one.id || "(no endpoint)"),
        h("span", { class: "dim sub" }, one.native ? one.family : `${one.family}; native has no handler`)]],
      ["Mode", mode],
      ["Last hour", (one) => traffic(one, found.hour_is_all), "right"],
      ["Parity", (one) => parity(one.parity)],
      ["Latency", latency, "narrow"],
      ["Gate", gate],
      ["Actions", (one) => actions(one, again), "actions"],
    ], found.endpoints, (one) => one.id)];
}

const fact = (name, value, note, extra) =>
  h("div", {}, h("dt", {}, name), h("dd", {}, h("strong", {}, value), " ", extra, h("span", { class: "dim sub" }, note)));

function mode(one) {
  const narrower = one.flag.narrower.map((f) =>
    h("span", { class: "sub" }, pill(f.value, f.mode), " ", narrowed(f)));
  return [modePill(one.flag), one.flag.own ? null : h("span", { class: "dim sub" }, "by *"), narrower];
}

export const narrowed = (flag) => [
  flag.model && `model ${flag.model}`, flag.provider && `provider ${flag.provider}`,
  { yes: "streams", no: "whole answers" }[flag.stream],
].filter(Boolean).join(", ");

function traffic(one, whole) {
  const all = Object.values(one.hour).reduce((sum, n) => sum + n, 0);
  const native = (one.hour.native ?? 0) + (one.hour.canary ?? 0);
  return [brief(all), all && !whole ? "+" : "", native ? h("span", { class: "dim sub" }, `${brief(native)} by native`) : null];
}

function latency({ ratios, latency: { legacy, native } }) {
  const medians = [["legacy", legacy], ["native", native]].filter(([, times]) => times)
    .map(([name, times]) => h("span", { class: "dim sub" }, `${name} ${seconds(times.p50)}`));
  if (ratios) {
    return [`× ${ratios.first_p50.toFixed(2)} to the first byte`,
      h("span", { class: "sub" }, `× ${ratios.total_p50.toFixed(2)} in all; p95 × ${ratios.first_p95.toFixed(2)}, × ${ratios.total_p95.toFixed(2)}`), medians];
  }
  if (!medians.length) return h("span", { class: "dim" }, "no data");
  return [native && legacy ? "too few yet" : h("span", { class: "dim" }, `${native ? "native" : "legacy"} only`), medians];
}

function gate(one) {
  if (one.hold) return [pill("on hold", "bad"), h("span", { class: "sub" }, one.hold.why)];
  if (!one.gate) return h("span", { class: "dim" }, "–");
  if (!one.gate.next) return pill("as high as it goes", "good");
  const [word, kind] = OUTCOMES[one.gate.outcome];
  const closed = one.gate.checks.filter((check) => check.outcome !== "pass");
  const first = closed.find((check) => check.outcome === "fail") ?? closed[0];
  return [pill(word, kind), h("span", { class: "dim sub" }, `to ${one.gate.next}`, first ? `: ${first.name}, ${first.says}` : "",
    closed.length > 1 ? ` and ${plural(closed.length - 1, "more check")}` : "")];
}

function actions(one, again) {
  const name = one.id;
  return [
    one.gate?.outcome === "pass" && one.gate.next && !one.hold
      ? h("button", { type: "button", class: "small main", onclick: () => climb(one, again), "aria-label": `Climb: ${name}` }, "Climb…") : null,
    h("button", { type: "button", class: "small", "data-act": "change", onclick: () => changeFlag({ endpoint: name, flag: one.flag }, again),
      "aria-label": `Change who answers ${name}` }, "Change…"),
    one.flag.mode === "canary" || one.flag.mode === "native"
      ? h("button", { type: "button", class: "small danger", "data-act": "back",
        onclick: () => changeFlag({ endpoint: name, flag: one.flag, to: "legacy" }, again),
        "aria-label": `Roll back ${name}` }, "Roll back…") : null,
  ];
}

export function endpoint(found, { words: [name], again }) {
  const one = found.endpoints.find((each) => each.id === name);
  if (!one) return [h("h1", {}, name), empty("Nothing was seen of this endpoint", "It may have been purged.")];
  return [
    h("p", { class: "crumbs" }, h("a", { href: "#/" }, "Endpoints"), " ›"),
    h("h1", {}, one.id || "(no endpoint)"),
    h("p", { class: "lead" }, modePill(one.flag), " ", one.flag.at ? [`set by ${one.flag.who} `, time(one.flag.at),
      one.flag.why ? `: ${one.flag.why}` : ""] : "no flag is set: the legacy answers", " ", h("span", { class: "actions" }, actions(one, again))),
    one.hold ? h("p", { class: "notice bad" }, `On hold since it was rolled back: ${one.hold.why} `,
      h("button", { type: "button", class: "small", onclick: () => liftHold(one, again) }, "Lift the hold…")) : null,
    one.gate ? checks(one.gate) : null,
    Object.keys(one.faults).length ? h("p", {}, "Native's faults so far: ",
      Object.entries(one.faults).map(([name, n]) => `${name} ${count(n)}`).join(", ")) : null,
    h("h2", {}, "By provider"),
    table("Parity by provider and stream", [
      ["Provider", (row) => row.provider || "(none)"],
      ["Answer", (row) => (row.stream ? "stream" : "whole")],
      ["Parity", parity],
      ["Found", (row) => Object.entries(row.levels).map(([level, n]) => [levelPill(level), ` ${count(n)} `])],
      ["Why unjudged", (row) => Object.entries(row.reasons).map(([why, n]) => h("span", { class: "sub" }, `${why}: ${count(n)}`))],
    ], one.rows, (row) => `${row.provider} ${row.stream}`),
    h("p", {}, h("a", { href: `#/exchanges?endpoint=${encodeURIComponent(one.id)}&level=different` }, "Exchanges that differ"),
      " · ", h("a", { href: `#/exchanges?endpoint=${encodeURIComponent(one.id)}` }, "All its exchanges")),
  ];
}

function checks(gate) {
  const title = gate.next ? `What the next gate asks for: ${gate.next}` : "It has climbed as far as it can";
  const times = [gate.next && gate.climbs_in !== null && `the gate may open in ${seconds(gate.climbs_in)}`,
    gate.falls_in !== null && `a breach would show and be undone in ${seconds(gate.falls_in)}`].filter(Boolean);
  return [h("h2", {}, title), times.length ? h("p", { class: "dim" }, `As traffic is now, ${times.join("; ")}.`) : null,
    gate.checks.length ? table("Checks of the next gate", [
      ["Check", (check) => check.name],
      ["Outcome", (check) => pill(check.outcome, { pass: "good", fail: "bad" }[check.outcome] ?? "unknown")],
      ["What it says", (check) => check.says],
    ], gate.checks, (check) => check.name) : null];
}
