// How recorder and judge fare.

import { h } from "./dom.js";
import { empty, pill, table, time } from "./parts.js";
import { bytes, count, percent, seconds } from "./words.js";

export function health(found) {
  const { judge } = found;
  const facts = [
    ["Recorder", found.adds_up ? pill("counts add up", "good") : pill("counts do not add up", "bad"),
      found.adds_up ? "what was seen was recorded, dropped and counted, or is under way" : "no endpoint may climb on this recording"],
    ["Judge", behind(judge),
      judge.judged ? ["last verdict ", time(judge.judged), `, ${seconds(judge.average)} each`] : "set a flag to shadow to have exchanges judged"],
    ["Waiting for the judge", judge.waiting > 10_000 ? "more than 10,000" : count(judge.waiting), "recorded after its newest verdict"],
    ["Database", bytes(found.database), "with its log; shim purge makes it smaller"],
  ];
  return [h("h1", {}, "Health"),
    h("dl", { class: "facts" }, facts.map(([name, value, note]) =>
      h("div", {}, h("dt", {}, name), h("dd", {}, h("strong", {}, value), h("span", { class: "dim sub" }, note))))),
    h("h2", {}, "Lives of the recorder"),
    found.recorder.length ? table("What became of the exchanges it saw, latest first", [
      ["Began", (one) => [time(one.began), h("span", { class: "dim sub" }, one.ended ? ["ended ", time(one.ended)] : "runs, or was killed")]],
      ["Seen", (one) => count(one.seen), "right"],
      ["Recorded", (one) => count(one.recorded), "right"],
      ["Dropped", dropped, "right"],
      ["Under way", (one) => count(one.open), "right"],
      ["Calls to providers", (one) => [count(one.calls), one.strays ? h("span", { class: "dim sub" }, `${count(one.strays)} of no exchange`) : null], "right"],
      ["Adds up", (one) => (one.adds_up ? pill("yes", "good") : pill("no", "bad"))],
    ], found.recorder, (one) => one.id) : empty("Nothing was recorded yet", "The recorder has not run."),
    h("h2", {}, "How the judge was judged"),
    found.proof ? proof(found.proof) : h("p", { class: "dim" }, "Nobody asked yet: ", h("code", {}, "shim prove"),
      " plants differences and keeps here which of them the judge finds.")];
}

const behind = ({ judged, lag }) => (!judged ? "no verdict yet" : lag < 1 ? "up to date" : `${seconds(lag)} behind`);

const dropped = (one) => {
  const reasons = Object.entries(one.dropped);
  return [count(reasons.reduce((sum, [, n]) => sum + n, 0)), reasons.map(([why, n]) => h("span", { class: "sub" }, `${why}: ${count(n)}`))];
};

const proof = ({ at, rows }) => [h("p", { class: "dim" }, "Differences planted in recordings ", time(at), ", and which of them it found."),
  table("Precision and recall by kind", [
    ["Kind", (one) => one.kind],
    ["Lane", (one) => one.lane],
    ["Planted", (one) => count(one.planted), "right"],
    ["Recall", (one) => percent(one.recall), "right"],
    ["Precision", (one) => percent(one.precision), "right"],
  ], rows, (one) => `${one.lane} ${one.kind}`)];
