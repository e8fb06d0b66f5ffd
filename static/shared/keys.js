/** Single-letter verbs by physical key: CapsLock and input methods do not matter; never inside a field or a composition. */

import { openDialog } from "./panel.js";
import { element, word } from "./words.js";

const registry = [];
const SWITCH = `keys:${document.body.dataset.user || ""}`;
let waitingFor = null;

const QUIET_INPUTS = new Set(["checkbox", "radio", "button", "submit", "reset", "image", "range", "color"]);

/** True where letters belong to a text. */
export function isEditable(target) {
  if (!(target instanceof Element)) return false;
  if (target.closest("textarea, select, [contenteditable=''], [contenteditable='true'], [role='textbox']")) return true;
  const input = target.closest("input");
  return Boolean(input) && !QUIET_INPUTS.has(input.type);
}

/** True while an input method is at work (keyCode 229 is all that some of them report). */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}

export function singleKeysOn() {
  return localStorage.getItem(SWITCH) !== "off";
}

export function setSingleKeys(on) {
  localStorage.setItem(SWITCH, on ? "on" : "off");
}

/**
 * Register a key. `code`: event.code; `label`: the verb; `run(event)`; `shift`, `ctrl`; `after`: code of a first key ("KeyG");
 * `when()`: false hides it from the sheet and turns it off; `group`: heading in the sheet. Returns a function that removes it.
 */
export function registerKey(entry) {
  registry.push({ group: "", shift: false, ctrl: false, after: null, ...entry });
  return () => registry.splice(registry.findIndex((other) => other.run === entry.run && other.code === entry.code), 1);
}

const active = (entry) => !entry.when || entry.when();

function matches(entry, event) {
  const ctrl = event.ctrlKey || event.metaKey;
  return entry.code === event.code && entry.ctrl === ctrl && entry.shift === event.shiftKey && !event.altKey && active(entry);
}

function find(event) {
  const chord = waitingFor;
  waitingFor = null;
  return registry.find((entry) => entry.after === chord && matches(entry, event));
}

function startsChord(event) {
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
  return plain && registry.some((entry) => entry.after === event.code && active(entry));
}

function handle(event) {
  if (event.defaultPrevented || isComposing(event)) return;
  const control = event.ctrlKey || event.metaKey;
  if (!control && (isEditable(event.target) || !singleKeysOn())) return;
  if (!control && event.key === "?" && !event.altKey) {
    event.preventDefault();
    showKeys();
    return;
  }
  const entry = find(event);
  if (entry) {
    if (control && isEditable(event.target) && !entry.inFields) return;
    event.preventDefault();
    entry.run(event);
  } else if (startsChord(event)) {
    waitingFor = event.code;
    setTimeout(() => { waitingFor = null; }, 1500);
  }
}

const NAMES = { Slash: "/", BracketLeft: "[", BracketRight: "]", Escape: "Esc", ArrowUp: "↑", ArrowDown: "↓", Backspace: "⌫" };

function keyName(code) {
  return NAMES[code] || code.replace(/^(Key|Digit|Numpad)/, "");
}

function written(entry) {
  const parts = [];
  if (entry.after) parts.push(element("kbd", {}, keyName(entry.after)), " ");
  const name = `${entry.ctrl ? "Ctrl+" : ""}${entry.shift ? "Shift+" : ""}${keyName(entry.code)}`;
  parts.push(element("kbd", {}, name));
  return parts;
}

/** The `?` sheet: exactly the keys that work now, and the switch for single keys. */
export function showKeys() {
  const groups = new Map();
  for (const entry of registry.filter(active)) {
    if (!groups.has(entry.group)) groups.set(entry.group, []);
    groups.get(entry.group).push(entry);
  }
  const body = element("div", {});
  for (const [group, entries] of groups) {
    if (group) body.append(element("h3", {}, group));
    const list = element("ul", { class: "keys" });
    for (const entry of entries) list.append(element("li", { "data-code": entry.code }, element("span", {}, ...written(entry)), entry.label));
    body.append(list);
  }
  const box = element("input", { type: "checkbox", onchange: () => setSingleKeys(box.checked) });
  box.checked = singleKeysOn();
  body.append(element("label", { class: "choice" }, box, word("single")));
  openDialog(word("keys"), body);
}

let started = false;

export function startKeys() {
  if (started) return;
  started = true;
  document.addEventListener("keydown", handle);
  for (const button of document.querySelectorAll("[data-keys-sheet]")) {
    button.hidden = false;
    button.addEventListener("click", showKeys);
  }
}
