/** Command bar 命令栏 (Ctrl+K): pages, the verbs of this page and ticket numbers, by name or by the initials of its pinyin. */

import { send } from "./csrf.js";
import { isComposing, registerKey } from "./keys.js";
import { closeTop, openDialog } from "./panel.js";
import { element, word } from "./words.js";

const SHOWN = 9;
const NUMBER = /^\d{8}-\d{4}-\d-\d{5}$/;
let known = null;

async function commands() {
  if (!known) {
    const answer = await send(document.body.dataset.commands, { method: "GET" });
    known = answer.ok ? await answer.json() : null;
  }
  return known || { pages: [], verbs: {} };
}

/** Buttons and links of the open ticket, as they stand on the page now. */
function acts(verbs) {
  const found = new Map();
  for (const node of document.querySelectorAll("[data-ticket] .ticket__verbs [data-code], [data-ticket] .ticket__verbs a[data-panel], [data-ticket] .ticket__verbs form[data-verb] button")) {
    const name = (node.dataset.label || node.textContent).replace(/\s+[A-Z]$/, "").trim();
    if (name && !node.disabled && !found.has(name)) found.set(name, { kind: "act", name, letters: verbs[name] || "", run: () => node.click() });
  }
  return [...found.values()];
}

function rank({ name, letters }, wish) {
  if (name.toLowerCase().includes(wish)) return name.toLowerCase().startsWith(wish) ? 0 : 2;
  const at = letters.toLowerCase().split(" ").map((part) => part.indexOf(wish)).filter((place) => place >= 0);
  return at.length ? 1 + Math.min(...at) * 3 : -1;
}

function matches(all, text) {
  const wish = text.trim().toLowerCase();
  if (!wish) return all.slice(0, SHOWN);
  const hits = all.map((one) => ({ ...one, rank: rank(one, wish) })).filter((one) => one.rank >= 0).sort((a, b) => a.rank - b.rank);
  const number = text.trim();
  if (NUMBER.test(number)) hits.unshift({ kind: "ticket", name: number, run: () => location.assign(`/events/${number}/`) });
  else hits.push({ kind: "search", name: number, run: () => location.assign(`/desk/?view=all&q=${encodeURIComponent(number)}`) });
  return hits.slice(0, SHOWN);
}

function open() {
  let all = acts({});
  const input = element("input", { type: "search", class: "input", role: "combobox", "aria-expanded": "true", "aria-controls": "command-list", autocomplete: "off",
    autofocus: true, placeholder: word("commandHint"), "aria-label": word("commandHint"), "data-no-draft": true });
  const list = element("ul", { id: "command-list", class: "commands", role: "listbox", "aria-label": word("command") });
  let hits = [];
  let at = 0;
  let ready = null;
  const words = { act: "commandAct", page: "commandPage", ticket: "commandTicket", search: "commandSearch" };
  const take = (hit) => {
    closeTop();
    hit.run();
  };
  const draw = () => {
    list.replaceChildren(...hits.map((hit, index) => element("li", { id: `command-${index}`, role: "option", class: "commands__row", "aria-selected": String(index === at), onclick: () => take(hit) },
      element("span", { class: "commands__kind" }, word(words[hit.kind])), element("span", { class: "commands__name" }, hit.name))));
    if (!hits.length) list.append(element("li", { class: "hint" }, word("commandNone")));
    input.setAttribute("aria-activedescendant", hits.length ? `command-${at}` : "");
  };
  const look = () => {
    hits = matches(all, input.value);
    at = 0;
    draw();
  };
  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    if (isComposing(event)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && hits.length) at = (at + step + hits.length) % hits.length;
    else if (event.key === "Enter") ready.then(() => hits[at] && take(hits[at]));
    else return;
    event.preventDefault();
    draw();
  });
  openDialog(word("command"), element("div", { class: "stack" }, input, list));
  look();
  // At once, so that what is typed meets the bar and not the keys of the page; the pages come when they are there.
  ready = commands().then(({ pages, verbs }) => {
    all = [...acts(verbs), ...pages.map((page) => ({ ...page, kind: "page", run: () => location.assign(page.url) }))];
    if (input.isConnected) look();
  });
}

export function startCommands() {
  if (!document.body.dataset.commands) return;
  registerKey({ code: "KeyK", ctrl: true, inFields: true, label: word("command"), run: open });
}
