/** The ticket in the pane or on its page: tabs, lanes, map, clock drawer, reload without losing what is typed. */

import { updateChips } from "../shared/clock.js";
import { prepareForms } from "../shared/form.js";
import { openDrawer } from "../shared/panel.js";
import { say } from "../shared/toast.js";
import { element, word } from "../shared/words.js";
import { deskWord, getNodes } from "./fragment.js";

const KEPT = "ticket-tab";
let wanted = "";

/** The ticket on show, if any. */
export function ticket() {
  return document.querySelector("#pane [data-ticket]");
}

async function drawMap(root) {
  const frame = root.querySelector("#ticket-map");
  const data = root.querySelector("#ticket-map-data");
  if (!frame || !data || frame.dataset.drawn || !window.L) return;
  frame.dataset.drawn = "1";
  const { GridMap } = await import("../shared/map.js");
  const told = JSON.parse(data.textContent);
  const map = new GridMap(frame, { center: [told.lon, told.lat], zoom: 16 });
  if (told.boundary) {
    map.setAreas({ type: "FeatureCollection", features: [{ type: "Feature", properties: { key: "grid", name: told.grid, value: 0 }, geometry: told.boundary }] }, { labels: false });
  }
  const marks = [...root.querySelectorAll("#ticket-map-list [data-lon], #ticket-cameras [data-lon]")].map((row) => ({ key: row.dataset.key,
    lon: Number(row.dataset.lon), lat: Number(row.dataset.lat), title: row.dataset.title || told.title,
    tone: row.dataset.key === "here" ? told.tone : row.dataset.tone || "run", url: row.dataset.key === "here" ? null : row.href }));
  map.setMarks(marks);
}

function showTab(root, id) {
  const tabs = [...root.querySelectorAll("[data-tab]")];
  const chosen = tabs.find((tab) => tab.dataset.tab === id) || tabs[0];
  if (!chosen) return;
  for (const tab of tabs) {
    const on = tab === chosen;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    const section = root.querySelector(`#${tab.dataset.tab}`);
    section.hidden = !on;
  }
  if (chosen.dataset.tab === "t-map") drawMap(root);
}

function startTabs(root) {
  const box = root.querySelector("[data-tabs]");
  if (!box) return;
  box.dataset.tabsLive = "";
  for (const tab of box.querySelectorAll("[data-tab]")) {
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", tab.dataset.tab);
    tab.id = `tab-${tab.dataset.tab}`;
    const section = root.querySelector(`#${tab.dataset.tab}`);
    section.setAttribute("role", "tabpanel");
    section.setAttribute("aria-labelledby", tab.id);
    section.removeAttribute("aria-label");
  }
  box.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tab]");
    if (!tab) return;
    event.preventDefault();
    wanted = tab.dataset.tab;
    sessionStorage.setItem(KEPT, wanted);
    showTab(root, wanted);
  });
  box.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by || !event.target.matches("[data-tab]")) return;
    const tabs = [...box.querySelectorAll("[data-tab]")];
    const next = tabs[(tabs.indexOf(event.target) + by + tabs.length) % tabs.length];
    next.click();
    next.focus();
  });
  const asked = location.hash.slice(1);
  const known = asked && box.querySelector(`[data-tab="${CSS.escape(asked)}"]`);
  showTab(root, known ? asked : sessionStorage.getItem(KEPT) || "t-about");
}

function startLanes(root) {
  const lanes = root.querySelector("[data-lanes]");
  const list = root.querySelector(".timeline");
  if (!lanes || !list) return;
  lanes.hidden = false;
  lanes.addEventListener("click", (event) => {
    const button = event.target.closest("[data-lane-show]");
    if (!button) return;
    list.dataset.lane = button.dataset.laneShow;
    for (const other of lanes.querySelectorAll("[data-lane-show]")) other.setAttribute("aria-pressed", String(other === button));
  });
}

/** Set up a ticket that has just been put into the page. */
export function prepareTicket(root) {
  startTabs(root);
  startLanes(root);
  updateChips(root, true);
}

/** Open a tab by its name (keys V and M). */
export function openTab(name) {
  const root = ticket();
  const tab = root && root.querySelector(`[data-tab="${name}"]`);
  if (tab) {
    tab.click();
    tab.focus();
  }
}

let asked = 0;

/** Put the ticket of `url` into the pane; `quiet` keeps the place and never takes what a person is typing. */
export async function loadTicket(url, { quiet = false } = {}) {
  const pane = document.getElementById("pane");
  const turn = (asked += 1);
  const composer = pane.querySelector(".composer textarea");
  const typed = quiet && composer ? { text: composer.value, at: composer.selectionStart, focus: composer === document.activeElement } : null;
  const place = pane.scrollTop;
  try {
    const nodes = await getNodes(url);
    if (turn !== asked) return null;
    if (quiet && pane.querySelector("details[open]")) return null;
    const fresh = nodes.find((node) => node.nodeType === 1);
    const focused = pane.contains(document.activeElement) && document.activeElement.dataset.tab;
    pane.replaceChildren(fresh);
    if (typed) restore(fresh, typed);
    prepareForms(fresh);
    prepareTicket(fresh);
    if (focused) fresh.querySelector(`[data-tab="${focused}"]`).focus();
    if (quiet) pane.scrollTop = place;
    else pane.scrollTop = 0;
    document.dispatchEvent(new CustomEvent("ticket-shown"));
    return fresh;
  } catch (error) {
    if (turn === asked && quiet && error.status === 404) leave(pane);
    else if (turn === asked) say(error.message || word("failed"), 10);
    return null;
  }
}

/** A verb may hand the case to others: what was done stays said, and the page leads back instead of into nothing. */
function leave(pane) {
  const back = document.querySelector(".crumbs a");
  pane.replaceChildren(element("div", { class: "empty" }, element("p", { class: "empty__title" }, deskWord("left")),
    ...(back ? [element("a", { class: "button", href: back.href }, back.textContent)] : [])));
}

function restore(root, typed) {
  const box = root.querySelector(".composer textarea");
  if (!box || !typed.text) return;
  box.value = typed.text;
  if (typed.focus) {
    box.focus();
    box.setSelectionRange(typed.at, typed.at);
  }
}

/** Countdown chips open the ledger beside the page. */
export function startClockDrawer() {
  document.addEventListener("click", async (event) => {
    const chip = event.target.closest("a.chip[href]");
    if (!chip || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      const nodes = await getNodes(chip.href);
      openDrawer(deskWord("clock"), element("div", {}, ...nodes), { opener: chip });
    } catch (error) {
      say(error.message || word("failed"), 10);
    }
  });
}
