/**
 * Server time and countdowns. The time of day comes from the server and is carried on by the monotonic clock, so a wrong
 * or changed office clock does not lie. One timer per page. The words equal governance/templatetags/faces.py.
 */

import { word } from "./words.js";

let serverBase = Date.parse(document.body.dataset.serverNow || "") || Date.now();
let monotonicBase = performance.now();
const watchers = new Set();
const nextChange = new WeakMap();

/** Milliseconds since the epoch, as the server counts them. */
export function now() {
  return serverBase + (performance.now() - monotonicBase);
}

/** Take over the time of a fresh answer (ISO text or milliseconds). */
export function setServerTime(moment) {
  const parsed = typeof moment === "number" ? moment : Date.parse(moment);
  if (!Number.isFinite(parsed)) return;
  serverBase = parsed;
  monotonicBase = performance.now();
}

/** Call `run(now)` with every tick of the page's one timer (each second). Returns a function that stops it. */
export function onTick(run) {
  watchers.add(run);
  return () => watchers.delete(run);
}

/** `1 天 3 时 20 分`, `2 时 05 分`, `42 分`. `chip`: days without minutes, the last ten minutes with seconds. */
export function duration(milliseconds, chip = false) {
  const total = Math.floor(Math.abs(milliseconds) / 1000);
  const days = Math.floor(total / 86400);
  const hours = Math.floor((total % 86400) / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = total % 60;
  const two = (n) => String(n).padStart(2, "0");
  if (days && chip) return `${days} ${word("day")} ${hours} ${word("hour")}`;
  if (days) return `${days} ${word("day")} ${hours} ${word("hour")} ${minutes} ${word("minute")}`;
  if (hours) return `${hours} ${word("hour")} ${two(minutes)} ${word("minute")}`;
  if (minutes && !(chip && minutes < 10)) return `${minutes} ${word("minute")}`;
  if (minutes) return `${minutes} ${word("minute")} ${two(seconds)} ${word("second")}`;
  return `${seconds} ${word("second")}`;
}

function setText(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

function drawRing(chip, share) {
  const used = chip.querySelector(".ring__used");
  const text = `${Math.max(0, Math.min(100, Math.round(share)))} 100`;
  if (used && used.getAttribute("stroke-dasharray") !== text) used.setAttribute("stroke-dasharray", text);
}

/** Bring one chip up to `at`; returns when it must be looked at again. */
function updateChip(chip, at) {
  const { due, starts, calendar, state } = chip.dataset;
  if (state === "paused" || state === "none") return at + 30000;
  const end = Date.parse(due);
  const left = end - at;
  if (left < 0) {
    if (state !== "red") chip.dataset.state = "red";
    setText(chip.querySelector(".chip__text"), `${word("over")} ${duration(left, true)}`);
    return at + (left > -3600000 ? 1000 : 30000);
  }
  // Working time does not run evenly: only the server knows what is left of it.
  if (calendar === "working") return Math.min(at + 30000, end + 500);
  if (starts) {
    const begin = Date.parse(starts);
    const share = ((at - begin) / (end - begin)) * 100;
    drawRing(chip, share);
    const colour = share >= 75 ? "yellow" : "green";
    if (colour !== state) chip.dataset.state = colour;
  }
  setText(chip.querySelector(".chip__text"), `${word("left")} ${duration(left, true)}`);
  return left < 3600000 ? at + 900 : Math.min(at + 30000, end);
}

/** Update all countdown chips below `root`; the page's timer does this by itself. */
export function updateChips(root = document, force = false) {
  const at = now();
  for (const chip of root.querySelectorAll(".chip[data-due]")) {
    if (!force && (nextChange.get(chip) || 0) > at) continue;
    nextChange.set(chip, updateChip(chip, at));
  }
}

function wallClock(at) {
  const node = document.querySelector("[data-clock]");
  if (!node) return;
  const parts = new Date(at + 8 * 3600000).toISOString();
  setText(node, parts.slice(11, 19));
}

function tick() {
  updateChips();
  const at = now();
  wallClock(at);
  for (const run of watchers) run(at);
  setTimeout(tick, 1000 - (now() % 1000) + 5);
}

let started = false;

export function startClock() {
  if (started) return;
  started = true;
  tick();
}
