/** The dispatch desk: list, pane, keys. Works on a ticket's own page as well, without the list. */

import { isComposing, registerKey } from "../shared/keys.js";
import { WorkList } from "../shared/list.js";
import { say } from "../shared/toast.js";
import { startBatch } from "./batch.js";
import { onDone, openVerb, startVerbs, submitVerb } from "./doing.js";
import { deskWord } from "./fragment.js";
import { refreshRows, startLive } from "./live.js";
import { loadTicket, openTab, prepareTicket, startClockDrawer, ticket } from "./ticket.js";

const root = document.getElementById("list");
let list = null;
let batch = null;

function wide() {
  return matchMedia("(min-width: 64em)").matches;
}

function markOpen(number) {
  for (const row of list ? list.rows : []) row.classList.toggle("is-open", row.dataset.number === number);
}

function remember(number, { push = true } = {}) {
  const query = new URLSearchParams(location.search);
  if (number) query.set("sel", number);
  else query.delete("sel");
  const url = `${location.pathname}?${query}`;
  if (push) history.pushState({ sel: number }, "", url);
  else history.replaceState({ sel: number }, "", url);
}

async function open(row) {
  if (!wide()) {
    location.assign(row.dataset.url);
    return;
  }
  markOpen(row.dataset.number);
  const { sel } = history.state || {};
  remember(row.dataset.number, { push: sel !== row.dataset.number });
  await loadTicket(row.dataset.url);
}

function focusedRow() {
  const row = document.activeElement && document.activeElement.closest("#list tr[data-id]");
  return row && !row.classList.contains("is-gone") ? row : null;
}

/** Where a verb's key acts: the row that has focus, else the open ticket. */
function target(code) {
  const row = focusedRow();
  const shown = ticket();
  if (row && (!shown || row.dataset.id !== shown.dataset.id)) {
    const act = row.querySelector("[data-cell=act]");
    const name = NAMES[code];
    if (!act || row.dataset.act !== name) return null;
    // The chooser, not the one-click form: a key is followed by Enter or a digit.
    return act.querySelector("a[data-panel]") || act.querySelector("form[data-verb]");
  }
  return shown ? shown.querySelector(`.ticket__verbs [data-code="${code}"]`) : null;
}

const NAMES = { KeyP: "dispatch", KeyQ: "claim", KeyA: "accept", KeyE: "triage", KeyH: "verify", KeyN: "call_back", KeyS: "feed_back" };

function press(code) {
  const node = target(code);
  if (!node) return;
  if (node.matches("a")) openVerb(node.href, node.closest("details") ? node.closest("details").querySelector("summary") : node);
  else submitVerb(node.matches("form") ? node : node.form);
}

function registerVerbs() {
  const seen = new Map();
  for (const node of document.querySelectorAll("#verb-keys [data-key]")) seen.set(node.dataset.key, node.textContent);
  for (const [code, label] of seen) {
    registerKey({ code, label, group: deskWord("ticket"), when: () => Boolean(target(code)) || (code === "KeyP" && list && list.selected.size > 0 && batch), run: () => {
      if (code === "KeyP" && list && list.selected.size && batch) document.querySelector("#batch [data-batch-key]").focus();
      else press(code);
    } });
  }
}

function registerPage() {
  const group = deskWord("desk");
  const hasTicket = () => Boolean(ticket());
  registerKey({ code: "KeyW", label: deskWord("write"), group, when: () => Boolean(document.getElementById("comment-note")), run: () => document.getElementById("comment-note").focus() });
  registerKey({ code: "KeyV", label: deskWord("files"), group, when: hasTicket, run: () => openTab("t-files") });
  registerKey({ code: "KeyM", label: deskWord("map"), group, when: hasTicket, run: () => openTab("t-map") });
  const go = (label, code, url) => registerKey({ code, after: "KeyG", label: `${deskWord("goto")} ${label}`, group, run: () => location.assign(url) });
  go(deskWord("gotodesk"), "KeyD", "/desk/");
  const wall = document.querySelector('.main-nav__link[href^="/screen"]');
  if (wall) go(deskWord("gotowall"), "KeyS", wall.href);
  if (!list) return;
  const turn = (by) => {
    const tabs = [...document.querySelectorAll("[data-view]")];
    const next = tabs[tabs.findIndex((tab) => tab.hasAttribute("aria-current")) + by];
    if (next) location.assign(next.href);
  };
  registerKey({ code: "BracketLeft", label: deskWord("previousView"), group, run: () => turn(-1) });
  registerKey({ code: "BracketRight", label: deskWord("nextView"), group, run: () => turn(1) });
}

function afterVerb(what) {
  const shown = ticket();
  const same = shown && shown.dataset.number === what.number;
  if (list && what.number) {
    refreshRows(list, [what.number]).catch(() => say(deskWord("changed")));
    const row = list.root.querySelector(`tr[data-id="${CSS.escape(String(what.id))}"]`);
    if (row && what.refused && what.detail) list.markGone(what.id, what.detail);
    if (row && (focusedRow() === row || !document.activeElement || document.activeElement === document.body)) list.step(1);
  }
  if (same) loadTicket(shown.dataset.url, { quiet: true });
}

function startList() {
  list = new WorkList(root, { onOpen: open, onPeek: open, onSelect: () => batch && batch.changed(), onShowNew: () => location.reload() });
  const form = document.getElementById("batch");
  if (form) batch = startBatch(form, list);
  const first = list.rows[0];
  if (first) first.tabIndex = 0;
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a.work-list__title, a[data-open]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !wide()) return;
    event.preventDefault();
    open(link.closest("tr"));
  });
  const shown = ticket();
  history.replaceState({ sel: shown ? shown.dataset.number : "" }, "", location.href);
  addEventListener("popstate", () => {
    const number = new URLSearchParams(location.search).get("sel");
    const row = number && list.rows.find((one) => one.dataset.number === number);
    if (row) {
      markOpen(number);
      loadTicket(row.dataset.url);
    } else location.reload();
  });
  for (const link of document.querySelectorAll("[data-density]")) {
    link.addEventListener("click", () => { document.cookie = `density=${link.dataset.density};path=/desk/;max-age=31536000;samesite=lax`; });
  }
  for (const box of document.querySelectorAll("[data-column]")) {
    box.addEventListener("change", () => {
      document.documentElement.classList.toggle(`hide-${box.dataset.column}`, !box.checked);
      const off = [...document.querySelectorAll("[data-column]")].filter((one) => !one.checked).map((one) => one.dataset.column);
      document.cookie = `hide=${off.join(".")};path=/desk/;max-age=31536000;samesite=lax`;
    });
  }
  const saved = document.getElementById("saved-views");
  const opener = document.querySelector("[data-open-saved]");
  if (saved && opener) {
    opener.hidden = false;
    opener.addEventListener("click", () => { saved.open = !saved.open; });
    saved.addEventListener("toggle", () => {
      opener.setAttribute("aria-expanded", String(saved.open));
      if (saved.open) saved.querySelector("a, input:not([type=hidden])").focus();
    });
  }
  const search = document.querySelector("[data-search]");
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || isComposing(event) || !/^\d{8}-\d{4}-\d-\d{5}$/.test(search.value.trim())) return;
    event.preventDefault();
    location.assign(`/events/${search.value.trim()}/`);
  });
}

if (root) startList();
startVerbs();
startClockDrawer();
onDone(afterVerb);
registerVerbs();
registerPage();
if (ticket()) prepareTicket(ticket());
startLive(list);
document.documentElement.dataset.desk = "ready";
