/** Small panels beside their button, drawers, dialogs: focus goes in, Esc closes the topmost, focus comes back. */

import { element, icon, word } from "./words.js";

const layers = [];
const FOCUSABLE = "a[href], button:not([disabled]), input:not([disabled]):not([type=hidden]), select, textarea, [tabindex='0']";

function focusInto(box) {
  const stops = [...box.querySelectorAll(FOCUSABLE)];
  // The first thing to do, not the way out.
  const wish = box.querySelector("[autofocus]") || stops.find((node) => !node.closest("[class$=__head]")) || stops[0];
  // A small panel is still to be placed: scrolled to its field it would hide what stands above it.
  (wish || box).focus({ preventScroll: box.classList.contains("small-panel") });
}

function push(box, opener, onClose, modal = false) {
  const layer = { box, opener, onClose, modal };
  layers.push(layer);
  focusInto(box);
  return () => close(layer);
}

function close(layer) {
  const index = layers.indexOf(layer);
  if (index < 0) return;
  layers.splice(index, 1);
  layer.box.remove();
  if (layer.opener && layer.opener.isConnected) {
    layer.opener.setAttribute("aria-expanded", "false");
    layer.opener.focus();
  }
  if (layer.onClose) layer.onClose();
}

/** Close the topmost layer; false when there is none. */
export function closeTop() {
  if (!layers.length) return false;
  close(layers[layers.length - 1]);
  return true;
}

function closeButton(label) {
  return element("button", { type: "button", class: "button button--quiet button--icon", "aria-label": label, onclick: closeTop }, icon("close"));
}

function place(box, opener) {
  const from = opener.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const left = Math.max(8, Math.min(from.left, document.documentElement.clientWidth - size.width - 8));
  const below = from.bottom + 4 + size.height <= innerHeight || from.top < size.height;
  box.style.left = `${left + scrollX}px`;
  box.style.top = `${(below ? from.bottom + 4 : from.top - size.height - 4) + scrollY}px`;
}

/** A panel under `opener` with the node `content`. Returns a function that closes it. */
export function openPanel(opener, content, { title = "", onClose = null } = {}) {
  while (layers.length && layers[layers.length - 1].box.classList.contains("small-panel")) closeTop();
  const box = element("div", { class: "small-panel", role: "dialog", tabindex: "-1", "aria-label": title || opener.textContent.trim() });
  if (title) box.append(element("div", { class: "small-panel__head" }, title, closeButton(word("close"))));
  box.append(content);
  document.body.append(box);
  place(box, opener);
  opener.setAttribute("aria-expanded", "true");
  return push(box, opener, onClose);
}

/** A drawer at the right edge; not modal. */
export function openDrawer(title, content, { opener = document.activeElement, actions = [], onClose = null } = {}) {
  const head = element("div", { class: "drawer__head" }, element("h2", {}, title), closeButton(word("close")));
  const box = element("aside", { class: "drawer", role: "dialog", tabindex: "-1", "aria-label": title }, head);
  box.append(element("div", { class: "drawer__body" }, content));
  if (actions.length) box.append(element("div", { class: "drawer__acts" }, ...actions));
  document.body.append(box);
  return push(box, opener, onClose);
}

/** A dialog over the page: only for the key sheet, an ended session and the irreversible. */
export function openDialog(title, content, { opener = document.activeElement, onClose = null } = {}) {
  const head = element("div", { class: "small-panel__head" }, element("h2", {}, title), closeButton(word("close")));
  const card = element("div", { class: "dialog__card", role: "dialog", "aria-modal": "true", "aria-label": title, tabindex: "-1" }, head, content);
  const box = element("div", { class: "dialog" }, card);
  box.addEventListener("pointerdown", (event) => { if (event.target === box) closeTop(); });
  document.body.append(box);
  return push(box, opener, onClose, true);
}

function keepInside(event) {
  const top = layers[layers.length - 1];
  if (!top || !top.modal || event.key !== "Tab") return;
  const stops = [...top.box.querySelectorAll(FOCUSABLE)].filter((node) => node.offsetParent !== null);
  if (!stops.length) return;
  const edge = event.shiftKey ? stops[0] : stops[stops.length - 1];
  if (document.activeElement === edge || !top.box.contains(document.activeElement)) {
    event.preventDefault();
    (event.shiftKey ? stops[stops.length - 1] : stops[0]).focus();
  }
}

function closeMenus(except = null) {
  let closed = null;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except && !(except && menu.contains(except))) {
      menu.open = false;
      closed = menu;
    }
  }
  return closed;
}

function outside(event) {
  closeMenus(event.target);
  const top = layers[layers.length - 1];
  const panel = top && top.box.classList.contains("small-panel");
  if (panel && !top.box.contains(event.target) && !(top.opener && top.opener.contains(event.target))) closeTop();
}

function escape(event) {
  if (event.key !== "Escape" || event.isComposing || event.keyCode === 229) return;
  const menu = closeMenus();
  if (menu) menu.querySelector("summary").focus();
  else if (closeTop()) event.preventDefault();
}

let started = false;

export function startPanels() {
  if (started) return;
  started = true;
  document.addEventListener("keydown", escape);
  document.addEventListener("keydown", keepInside);
  document.addEventListener("pointerdown", outside);
}
