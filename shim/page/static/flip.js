// Flipping a flag: what it will do is shown first, and nothing happens before it was confirmed.

import { get, post } from "./api.js";
import { h, tell } from "./dom.js";
import { plural } from "./words.js";

const MODES = ["legacy", "shadow", "canary", "native"];

/** A dialog that is shown until it is answered; focus returns to where it came from. */
export function dialog(title, ...children) {
  const back = document.activeElement;
  const box = h("dialog", { "aria-labelledby": "dialog-title" }, h("h2", { id: "dialog-title" }, title), children);
  box.addEventListener("close", () => { box.remove(); if (back?.isConnected) back.focus(); });
  document.body.append(box);
  box.showModal();
  return box;
}

/** Buttons at a dialog's foot. */
export function foot(box, confirm) {
  return h("div", { class: "foot" }, h("button", { type: "button", onclick: () => box().close() }, "Cancel"), confirm);
}

/** Ask what a flag is to say; `to` where that is known, as in a roll-back. */
export function changeFlag({ endpoint, flag, to }, done) {
  const own = flag.own ? flag.value : "";
  const start = (to ?? flag.value).split(" ");
  const rolls = to !== undefined;
  const share = h("input", { type: "number", name: "share", min: "0.1", max: "100", step: "any", "aria-label": "Share of the conversations in per cent",
    value: start[0] === "canary" ? parseFloat(start[1]) : 5, oninput: () => look() });
  const choices = [...MODES, ...(own && !rolls ? [""] : [])].map((name) => h("label", { class: "choice" },
    h("input", { type: "radio", name: "mode", value: name, checked: name === start[0], autofocus: name === start[0], onchange: () => look() }),
    ` ${name || "whatever a wider flag says"} `, name === "canary" ? [share, " %"] : null));
  const narrowing = {
    model: h("input", { name: "model", placeholder: "any; * stands for anything", oninput: () => look() }),
    provider: h("input", { name: "provider", placeholder: "any", oninput: () => look() }),
    stream: h("select", { name: "stream", onchange: () => look() },
      h("option", { value: "" }, "any answer"), h("option", { value: "yes" }, "streams"), h("option", { value: "no" }, "whole answers")),
  };
  const why = h("input", { name: "why", maxlength: 500, placeholder: rolls ? "what went wrong" : "for the history" });
  const will = h("div", { class: "will", role: "status" });
  const wrong = h("p", { class: "wrong", role: "alert" });
  const confirm = h("button", { type: "submit", class: rolls ? "danger" : "main" }, rolls ? "Roll back" : "Set");

  const wanted = () => {
    const mode = form.elements.mode.value;
    return { endpoint, value: mode === "canary" ? `canary ${share.value}%` : mode,
      ...Object.fromEntries(Object.entries(narrowing).map(([name, input]) => [name, input.value.trim()])) };
  };
  let expected = own;
  let turn = 0;
  async function look() {
    const mine = ++turn;
    try {
      const effect = await get("/api/flags/effect", wanted());
      if (mine !== turn) return;
      expected = effect.own;
      will.replaceChildren(...told(effect));
      wrong.textContent = "";
      confirm.disabled = false;
      confirm.textContent = rolls && effect.after === to ? `Roll back to ${effect.after}` : `Set to ${effect.after}`;
    } catch (error) {
      if (mine !== turn) return;
      will.replaceChildren();
      wrong.textContent = error.message;
      confirm.disabled = true;
    }
  }
  async function set(event) {
    event.preventDefault();
    confirm.disabled = true;
    try {
      const change = await post("/api/flags", { ...wanted(), expected, why: why.value });
      box.close();
      tell(`${change.scope}: ${change.before || "not set"} → ${change.value || "not set"}`);
      done();
    } catch (error) {
      wrong.textContent = error.message;
      await look().catch(() => {});
      wrong.textContent = error.message;
    }
  }
  const form = h("form", { onsubmit: set },
    h("fieldset", {}, h("legend", {}, "Who answers"), choices),
    rolls ? null : h("details", {}, h("summary", {}, "Only for some requests"),
      h("div", { class: "fields" }, Object.entries(narrowing).map(([name, input]) => h("label", {}, name, input)))),
    h("label", {}, "Why", why), h("h3", {}, "What this will do"), will, wrong, foot(() => box, confirm));
  const box = dialog(`${rolls ? "Roll back" : "Change"} ${endpoint === "*" ? "what holds where no flag is set" : endpoint}`, form);
  look();
}

function told(effect) {
  const hour = effect.hour
    ? `${effect.hour_is_all ? "" : "More than "}${plural(effect.hour, "request")} of the last hour would have been within${effect.share ? `; native would have got about ${Math.round(effect.hour * effect.share)}` : ""}.`
    : "Nothing of the last hour would have been within.";
  return [
    h("p", {}, h("strong", {}, effect.before === effect.after ? `It stays ${effect.after}. ` : `From ${effect.before} to ${effect.after}. `), effect.does),
    h("p", {}, hour, " The front heeds it within a second; what is under way ends as it began."),
    ...effect.warnings.map((warning) => h("p", { class: "notice" }, warning)),
    h("p", {}, "To undo it: the same dialog, or ", h("code", {}, effect.undo)),
  ];
}

/** One step up through an open gate. */
export function climb(one, done) {
  sure(`Climb: ${one.id}`, "Climb", [`From ${one.flag.value} to ${one.gate.next}: every check of its gate passes.`,
    "Should a breach show, it is rolled back by itself, and held. Roll back by hand at any time."],
    () => post("/api/promote", { endpoint: one.id }), done);
}

/** Let a flag that was rolled back go up again. */
export function liftHold(one, done) {
  sure(`Lift the hold of ${one.id}`, "Lift the hold", [`It was rolled back: ${one.hold.why}`,
    "Lifting lets it climb again, by gates or by hand. The flag itself does not change."],
    () => post("/api/holds/lift", { ...one.hold.scope }), done);
}

function sure(title, verb, words, act, done) {
  const wrong = h("p", { class: "wrong", role: "alert" });
  const go = async (event) => {
    event.preventDefault();
    try {
      await act();
      box.close();
      tell(`${title}: done`);
      done();
    } catch (error) {
      wrong.textContent = error.message;
    }
  };
  const box = dialog(title, h("form", { onsubmit: go }, words.map((word) => h("p", {}, word)), wrong,
    foot(() => box, h("button", { type: "submit", class: "main" }, verb))));
}
