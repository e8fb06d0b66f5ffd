/** News of the desk: changed cells in place, new rows behind their bar, who else is here. Nothing moves under a person. */

import { send } from "../shared/csrf.js";
import { onPulse } from "../shared/pulse.js";
import { element, icon } from "../shared/words.js";
import { deskWord, getNodes, sentence } from "./fragment.js";
import { loadTicket, ticket } from "./ticket.js";

const BEAT_MS = 10000;
const TYPING_MS = 15000;

function currentQuery() {
  const query = new URLSearchParams(location.search);
  for (const name of ["sel", "c", "order"]) query.delete(name);
  if (!query.get("view")) query.set("view", document.querySelector("[data-view][aria-current]").dataset.view);
  return query;
}

const text = (cell) => cell.textContent.replace(/\s+/g, " ").trim();

/** Bring rows up to date. Only cells whose words changed are touched. */
export async function refreshRows(list, numbers) {
  if (!numbers.length || !list.root.dataset.cells) return;
  const query = currentQuery();
  query.set("numbers", numbers.join(","));
  const [table] = (await getNodes(`${list.root.dataset.cells}?${query}`)).filter((node) => node.nodeType === 1);
  if (!table) return;
  const known = new Set();
  for (const fresh of table.querySelectorAll("tr[data-id]")) {
    const { id, number, version, act } = fresh.dataset;
    known.add(number);
    const old = list.root.querySelector(`tr[data-id="${CSS.escape(id)}"]`);
    if (!old) continue;
    old.dataset.version = version;
    old.dataset.act = act;
    const box = old.querySelector("input[name=row]");
    if (box && !box.checked) box.value = `${id}:${version}`;
    for (const cell of fresh.querySelectorAll("[data-cell]")) {
      const shown = old.querySelector(`[data-cell="${cell.dataset.cell}"]`);
      if (!shown) continue;
      const changed = text(shown) !== text(cell);
      // The act carries the version it was made for: it is renewed quietly even when it reads the same.
      const quiet = cell.dataset.cell === "clock" || (cell.dataset.cell === "act" && !changed);
      if (quiet && !shown.contains(document.activeElement)) shown.replaceChildren(...cell.childNodes);
      else if (changed) list.updateCell(id, cell.dataset.cell, [...cell.childNodes]);
    }
  }
  for (const gone of table.querySelectorAll("tr[data-gone]")) list.markGone(gone.dataset.gone, gone.textContent.trim());
  for (const row of list.rows) if (numbers.includes(row.dataset.number) && !known.has(row.dataset.number)) list.markGone(row.dataset.id, deskWord("gone"));
}

async function announce(list, numbers) {
  const query = currentQuery();
  query.set("numbers", numbers.join(","));
  const answer = await send(`${list.root.dataset.new}?${query}`, { method: "GET" });
  if (!answer.ok) throw new Error(await sentence(answer));
  const told = (await answer.text()).trim();
  if (told) list.announce(told.split(","));
}

function drawPresence(others) {
  const by = new Map();
  for (const other of others) by.set(String(other.event), other);
  for (const place of document.querySelectorAll("#list [data-presence]")) {
    const other = by.get(place.closest("tr").dataset.id);
    const words = other ? `${deskWord(other.doing)} ${other.who}` : "";
    if (place.title === words) continue;
    place.title = words;
    place.className = other ? "presence" : "";
    place.replaceChildren(...(other ? [icon(other.doing === "typing" ? "edit" : "eye", 16), other.who] : []));
  }
  const here = document.querySelector("[data-presence-here]");
  const shown = ticket();
  if (!here || !shown) return;
  const mine = others.filter((other) => String(other.event) === shown.dataset.id);
  const words = mine.map((other) => `${deskWord(other.doing)} ${other.who}`).join(",");
  if (here.dataset.words === words) return;
  here.dataset.words = words;
  here.replaceChildren(...mine.map((other) => element("span", { class: "presence", "data-doing": other.doing }, icon(other.doing === "typing" ? "edit" : "eye", 16), `${deskWord(other.doing)} ${other.who}`)));
}

let typedAt = 0;

async function beat(list) {
  const url = list ? list.root.dataset.presenceUrl : document.querySelector("[data-presence-here]") && "/desk/presence/";
  if (!url) return; // a page of another room on the same furniture
  if (document.visibilityState !== "visible") return;
  const shown = ticket();
  const ids = list ? list.rows.map((row) => row.dataset.id) : [];
  if (!shown && !ids.length) return;
  const body = new URLSearchParams({ number: shown ? shown.dataset.number : "", doing: Date.now() - typedAt < TYPING_MS ? "typing" : "viewing",
    ids: [...new Set([...ids, ...(shown ? [shown.dataset.id] : [])])].slice(0, 200).join(",") });
  try {
    const answer = await send(url, { body });
    if (answer.ok) drawPresence((await answer.json()).others);
  } catch (error) {
    drawPresence([]);
  }
}

/** Begin. `list` may be null on a ticket's own page. */
export function startLive(list) {
  onPulse(async ({ changed = [] }) => {
    if (!changed.length) return;
    const numbers = changed.map((row) => row.number);
    const shown = ticket();
    const mine = shown && changed.find((row) => row.number === shown.dataset.number);
    try {
      if (list) {
        const rows = new Set(list.rows.map((row) => row.dataset.number));
        await refreshRows(list, numbers.filter((number) => rows.has(number)));
        const unknown = numbers.filter((number) => !rows.has(number));
        if (unknown.length) await announce(list, unknown);
      }
      if (mine && String(mine.version) !== shown.dataset.version && !document.querySelector(".small-panel")) await loadTicket(shown.dataset.url, { quiet: true });
    } catch (error) {
      // The next pulse tries again; the stamp in the footer says how old the page is.
      document.dispatchEvent(new CustomEvent("desk-late", { detail: error.message }));
    }
  });
  document.addEventListener("input", (event) => { if (event.target.closest("#pane, .small-panel")) typedAt = Date.now(); });
  document.addEventListener("ticket-shown", () => beat(list));
  setInterval(() => beat(list), BEAT_MS);
  beat(list);
}
