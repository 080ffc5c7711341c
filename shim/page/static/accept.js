// Accepting a difference: what the rule would change is shown first, and written down only then.

import { get, post } from "./api.js";
import { dialog, foot } from "./flip.js";
import { h, tell } from "./dom.js";
import { plural } from "./words.js";

/** One difference of one exchange. */
export function acceptDifference(found, one, done) {
  accept({ paths: [one.path.replace(/\[\d+\]/g, "[*]"), one.path], endpoint: found.endpoint }, done);
}

/** A whole group of one cause. */
export function acceptGroup(group, done) {
  accept({ paths: group.patterns, endpoint: group.endpoint }, done);
}

function accept({ paths, endpoint }, done) {
  const path = h("input", { name: "path", list: "paths", value: paths[0], required: true, spellcheck: "false", oninput: () => look() });
  const cases = h("select", { name: "cases", onchange: () => look() },
    endpoint ? h("option", { value: endpoint }, `${endpoint} only`) : null, h("option", { value: "*" }, "every endpoint"));
  const legacy = h("input", { name: "legacy", placeholder: "anything", oninput: () => look() });
  const native = h("input", { name: "native", placeholder: "anything", oninput: () => look() });
  const reason = h("input", { name: "reason", required: true, minlength: 8, maxlength: 500, placeholder: "why it is fine to live with" });
  const expires = h("input", { name: "expires", type: "date", oninput: () => look() });
  const will = h("div", { class: "will", role: "status" });
  const wrong = h("p", { class: "wrong", role: "alert" });
  const confirm = h("button", { type: "submit", class: "main" }, "Accept");
  const wanted = () => Object.fromEntries([path, cases, legacy, native, expires].map((input) => [input.name, input.value.trim()]).filter(([, value]) => value));

  let turn = 0;
  async function look() {
    const mine = ++turn;
    try {
      const effect = await get("/api/accept/effect", wanted());
      if (mine !== turn) return;
      if (!expires.value) expires.value = effect.expires;
      will.replaceChildren(...told(effect));
      wrong.textContent = "";
      confirm.disabled = effect.covers === 0;
    } catch (error) {
      if (mine !== turn) return;
      will.replaceChildren();
      wrong.textContent = error.message;
      confirm.disabled = true;
    }
  }
  async function write(event) {
    event.preventDefault();
    confirm.disabled = true;
    try {
      const { renewed } = await post("/api/accept", { ...wanted(), reason: reason.value.trim() });
      box.close();
      tell(`Accepted: ${plural(renewed, "verdict")} changed.`);
      done();
    } catch (error) {
      wrong.textContent = error.message;
      confirm.disabled = false;
    }
  }
  const box = dialog("Accept a difference", h("form", { onsubmit: write },
    h("label", {}, "Where", path), h("datalist", { id: "paths" }, paths.map((one) => h("option", { value: one }))),
    paths.length > 1 ? h("p", { class: "dim" }, `${plural(paths.length, "place")} to choose from; a rule covers one, and what lies under it.`) : null,
    h("label", {}, "Of which exchanges", cases),
    h("details", {}, h("summary", {}, "Only for some values"), h("div", { class: "fields" },
      h("label", {}, "The legacy's contains", legacy), h("label", {}, "Native's contains", native))),
    h("label", {}, "Reason", reason), h("label", {}, "Holds until", expires),
    h("h3", {}, "What this will change"), will, wrong, foot(() => box, confirm)));
  look();
}

function told(effect) {
  if (!effect.covers) return [h("p", {}, "It covers nothing that was judged: there is nothing to accept there.")];
  return [
    h("p", {}, h("strong", {}, `It covers ${plural(effect.covers, "exchange")}; ${effect.clean} of them become clean.`)),
    h("p", {}, `Concerned: ${effect.endpoints.join(", ")}.`),
    h("p", {}, "They count as accepted, not as equal: an endpoint with accepted differences cannot be sealed at the cut-over."),
    h("p", {}, "To undo it: take the rule out of ", h("code", {}, "accepted.yaml"), "."),
  ];
}
