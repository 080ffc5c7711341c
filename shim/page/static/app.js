// The page: logging in, which view is shown, and keeping it up to date.

import { follow, get, logIn, logOut, NotLoggedIn } from "./api.js";
import { h, renew } from "./dom.js";
import { differences } from "./differences.js";
import { endpoint, endpoints } from "./endpoints.js";
import { exchange } from "./exchange.js";
import { exchanges } from "./exchanges.js";
import { health } from "./health.js";
import { history } from "./history.js";

// Name, what it loads, how it shows that; those with a title stand in the navigation.
const VIEWS = [
  { at: /^$/, title: "Endpoints", load: () => get("/api/overview"), show: endpoints },
  { at: /^endpoint\/(.+)$/, load: () => get("/api/overview"), show: endpoint },
  { at: /^differences$/, title: "Differences", load: () => get("/api/groups"), show: differences },
  { at: /^exchanges$/, title: "Exchanges", load: (_, query) => get("/api/exchanges", query), show: exchanges },
  { at: /^exchange\/(\d+)$/, load: ([id]) => get(`/api/exchanges/${id}`), show: exchange, still: true },
  { at: /^history$/, title: "History", load: () => get("/api/history"), show: history },
  { at: /^health$/, title: "Health", load: () => get("/api/health"), show: health },
];

const main = document.getElementById("main");
const nav = document.getElementById("nav");
const live = document.getElementById("live");
const leave = document.getElementById("leave");
const LIVE = { live: "Live", lost: "Connection lost, trying again", paused: "Paused" };

let turn = 0;
let asked = "";
let following = null;

function place() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const view = VIEWS.find((one) => one.at.test(path)) ?? VIEWS[0];
  const words = (path.match(view.at) ?? []).slice(1).map(decodeURIComponent);
  return { view, words, query: Object.fromEntries(new URLSearchParams(query)), key: location.hash };
}

/** Load what the address names and show it; `moved` where the visitor went there just now. */
async function show(moved) {
  const mine = ++turn;
  const { view, words, query, key } = place();
  if (moved) renew(nav, tabs(view));
  if (moved && main.dataset.at !== key) {
    main.dataset.at = key;
    renew(main, h("p", { class: "empty", "aria-busy": "true" }, "Loading…"));
  }
  try {
    const found = await view.load(words, query);
    if (mine !== turn) return;
    asked = key;
    const context = { words, query, again: () => show(false) };
    renew(main, view.show(found, context));
    document.title = `${main.querySelector("h1")?.textContent ?? "Control room"} · Control room`;
  } catch (error) {
    if (mine !== turn) return;
    if (error instanceof NotLoggedIn) door();
    else if (moved || asked !== key) renew(main, failure(error));
  }
  if (moved && mine === turn) arrive();
}

function arrive() {
  window.scrollTo(0, 0);
  main.focus({ preventScroll: true });
}

function failure(error) {
  return h("div", { class: "empty" }, h("h1", {}, "That did not work"), h("p", {}, error.message),
    h("button", { type: "button", onclick: () => show(true) }, "Try again"));
}

function tabs(shown) {
  return VIEWS.filter((view) => view.title).map((view) => {
    const path = view.at.source.slice(1, -1);
    return h("a", { href: `#/${path}`, "aria-current": view === shown ? "page" : null }, view.title);
  });
}

/** Ask for the key. */
function door() {
  turn += 1;
  following?.abort();
  for (const box of document.querySelectorAll("dialog")) box.close();
  for (const element of [nav, live, leave]) element.hidden = true;
  const said = h("p", { class: "wrong", role: "alert" });
  const key = h("input", { id: "key", type: "password", autocomplete: "current-password", required: true });
  const enter = async (event) => {
    event.preventDefault();
    said.textContent = "";
    try {
      await logIn(key.value);
      enterRoom();
    } catch (error) {
      said.textContent = error.message;
      key.select();
    }
  };
  main.dataset.at = "door";
  main.replaceChildren(h("form", { class: "door", onsubmit: enter },
    h("h1", {}, "Log in"),
    h("p", {}, "The key lies in the file ", h("code", {}, "page.key"), " beside the recording: ",
      h("code", {}, "shim run"), " prints where when it starts."),
    h("label", { for: "key" }, "Key"), key, said,
    h("button", { class: "main", type: "submit" }, "Log in")));
  document.title = "Log in · Control room";
  key.focus();
}

function enterRoom() {
  for (const element of [nav, live, leave]) element.hidden = false;
  show(true);
  listen();
}

/** Follow the recording while the page is looked at. */
function listen() {
  following?.abort();
  if (document.hidden) return say("paused");
  following = new AbortController();
  let waiting = false;
  const changed = () => {
    if (waiting || place().view.still) return;
    waiting = true;
    setTimeout(() => { waiting = false; show(false); }, 100);
  };
  follow(changed, say, following.signal).catch(door);
}

function say(state) {
  if (live.dataset.state === state) return;
  live.dataset.state = state;
  live.textContent = LIVE[state];
}

leave.onclick = async () => { await logOut(); door(); };
window.addEventListener("hashchange", () => { if (!leave.hidden) show(true); });
document.addEventListener("visibilitychange", () => { if (!leave.hidden) { listen(); if (!document.hidden) show(false); } });
get("/api/history", { limit: 1 }).then(enterRoom, door);
