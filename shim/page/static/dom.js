// Elements, made and renewed. Law: a text is only ever set as text; nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = new Set(["svg", "rect", "line", "path", "title"]);
const HANDLERS = ["onclick", "onchange", "oninput", "onsubmit", "ontoggle"];

/** An element: attributes (handlers as functions, true and false for those without a value) and children. */
export function h(tag, attributes = {}, ...children) {
  const element = SHAPES.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (HANDLERS.includes(name)) element[name] = value;
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false).map(node));
  return element;
}

function node(child) {
  return child instanceof Node ? child : document.createTextNode(String(child));
}

/** Have `host` hold these children, with as little change as possible: focus, scrolling and what is open stay. */
export function renew(host, ...children) {
  const fresh = document.createDocumentFragment();
  fresh.append(...children.flat(Infinity).filter(Boolean).map(node));
  matched(host, fresh);
}

function matched(old, fresh) {
  const wanted = [...fresh.childNodes];
  const keyed = new Map([...old.children].filter((e) => e.dataset.key).map((e) => [e.dataset.key, e]));
  wanted.forEach((next, n) => {
    let now = old.childNodes[n];
    const own = next.dataset?.key && keyed.get(next.dataset.key);
    if (own && own !== now) {
      old.insertBefore(own, now ?? null);
      now = own;
    }
    if (!now) old.append(next);
    else if (now.nodeName !== next.nodeName || (now.dataset?.key ?? "") !== (next.dataset?.key ?? "")) {
      old.insertBefore(next, now);
    } else if (now.nodeType === Node.TEXT_NODE) {
      if (now.data !== next.data) now.data = next.data;
    } else {
      alike(now, next);
      matched(now, next);
    }
  });
  while (old.childNodes.length > wanted.length) old.lastChild.remove();
}

function alike(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (name !== "open" && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of [...fresh.attributes]) {
    if (name !== "open" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const name of HANDLERS) if (old[name] !== fresh[name]) old[name] = fresh[name];
}

/** Say something that a screen reader is to hear and that goes away by itself. */
export function tell(message, kind = "fine") {
  const news = document.getElementById("news");
  const line = h("p", { class: kind }, message);
  news.append(line);
  setTimeout(() => line.remove(), 8000);
}
