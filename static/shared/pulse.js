/**
 * One live request per browser. The tab that holds the lock asks for all; the others listen on a channel.
 * GET {url}?c=cursor&scope=a,b -> 204, or {cursor, now, counts, changed, new, alarms}.
 */

import { now, onTick, setServerTime } from "./clock.js";
import { word } from "./words.js";

const BACK_OFF = [5, 10, 20, 40, 60];
const LATE_SECONDS = 30;
const DEAD_SECONDS = 120;
const HIDDEN_SECONDS = 30;
const ALONE_SECONDS = 10;
const FORGET_MS = 75000;

const listeners = new Set();
const tab = Array.from(crypto.getRandomValues(new Uint32Array(2)), (n) => n.toString(36)).join("");
const others = new Map();
const scopes = new Set();
let address = "";
let seconds = 5;
let cursor = "";
let failures = 0;
let lastGood = now();
let channel = null;
let timer = 0;
let leading = false;
let giveUp = null;
let asking = false;
let askAgain = false;

/** Call `run(answer)` with every answer that brings something. Returns a function that stops it. */
export function onPulse(run) {
  listeners.add(run);
  return () => listeners.delete(run);
}

/** Ask for one more kind of news from the next request on. */
export function addScope(name) {
  scopes.add(name);
  announce();
}

/** Ask at once, e.g. after a verb or when the network is back. */
export function pulseNow() {
  if (leading || !channel) schedule(0);
  else channel.postMessage({ kind: "now" });
}

const visible = () => document.visibilityState === "visible";

function announce(extra = {}) {
  if (channel) channel.postMessage({ kind: "here", tab, scopes: [...scopes], seconds, visible: visible(), ...extra });
}

function known() {
  const old = performance.now() - FORGET_MS;
  for (const [name, entry] of others) if (entry.at < old) others.delete(name);
  return [...others.values()];
}

function wait() {
  if (failures) {
    const base = BACK_OFF[Math.min(failures, BACK_OFF.length) - 1];
    return base * (0.8 + Math.random() * 0.4);
  }
  const shown = known().filter((entry) => entry.visible).map((entry) => entry.seconds);
  if (visible()) shown.push(seconds);
  if (!shown.length) return HIDDEN_SECONDS;
  const wish = Math.min(...shown);
  return channel ? wish : Math.max(wish, ALONE_SECONDS);
}

function schedule(after = wait()) {
  clearTimeout(timer);
  timer = setTimeout(ask, after * 1000);
}

async function ask() {
  if (asking) {
    askAgain = true;
    return;
  }
  asking = true;
  const wanted = new Set(scopes);
  for (const entry of known()) entry.scopes.forEach((name) => wanted.add(name));
  const query = new URLSearchParams({ c: cursor, scope: [...wanted].sort().join(",") });
  const stop = new AbortController();
  const limit = setTimeout(() => stop.abort(), 15000);
  try {
    const response = await fetch(`${address}?${query}`, { credentials: "same-origin", cache: "no-store", signal: stop.signal });
    if (response.status === 401) {
      tell({ kind: "over" });
      failures = BACK_OFF.length;
    } else if (response.status === 204) {
      failures = 0;
      tell({ kind: "answer", answer: null });
    } else if (response.ok) {
      const answer = await response.json();
      failures = 0;
      tell({ kind: "answer", answer });
    } else {
      failures += 1;
    }
  } catch (error) {
    // No network or no answer: the stamps on the page say so; the next try comes by the ladder.
    failures += 1;
  } finally {
    clearTimeout(limit);
    asking = false;
    if (leading || !channel) schedule(askAgain ? 0 : undefined);
    askAgain = false;
  }
}

function tell(message) {
  receive(message);
  if (channel) channel.postMessage(message);
}

function receive(message) {
  if (message.kind === "over") document.dispatchEvent(new CustomEvent("session-over"));
  if (message.kind !== "answer") return;
  lastGood = now();
  const { answer } = message;
  if (answer) {
    if (answer.cursor !== undefined) cursor = String(answer.cursor);
    if (answer.now) setServerTime(answer.now);
    lastGood = now();
    applyCounts(answer.counts || {});
    for (const run of listeners) run(answer);
  }
  showAge();
}

/** Numbers change as text; their boxes keep their size. */
function applyCounts(counts) {
  for (const [key, value] of Object.entries(counts)) {
    for (const node of document.querySelectorAll(`[data-count="${CSS.escape(key)}"]`)) {
      const text = value === 0 && node.matches(".tool__count, .bottom-bar__count") ? "" : String(value);
      if (node.textContent !== text) node.textContent = text;
    }
  }
}

/** Stale data says so on its face: amber after 30 s, red after 120 s; the data stays. */
function showAge() {
  const age = Math.max(0, Math.round((now() - lastGood) / 1000));
  const state = age >= DEAD_SECONDS ? "dead" : age >= LATE_SECONDS ? "late" : "fresh";
  for (const stamp of document.querySelectorAll("[data-stale]")) {
    if (stamp.dataset.age !== state) stamp.dataset.age = state;
    const place = stamp.querySelector("[data-stale-text]") || stamp;
    let text = "";
    if (state !== "fresh") text = word("stale", age);
    else if (stamp.hasAttribute("data-stale-always")) text = word("fresh", age);
    if (place.textContent !== text) place.textContent = text;
  }
  const wall = document.querySelector("[data-wall]");
  if (wall) wall.toggleAttribute("data-offline", state === "dead");
}

function hear({ data }) {
  if (data.kind === "here") {
    others.set(data.tab, { ...data, at: performance.now() });
    if (leading && data.visible && !visible() && giveUp) giveUp();
  } else if (data.kind === "gone") {
    others.delete(data.tab);
  } else if (data.kind === "now") {
    if (leading) schedule(0);
  } else {
    receive(data);
  }
}

/** A hidden page's timers are slowed by the browser, so a hidden leader hands over to a visible tab. */
function lead() {
  navigator.locks
    .request(`pulse:${document.body.dataset.user || ""}`, () => {
      leading = true;
      schedule(failures ? undefined : 0.2);
      return new Promise((resolve) => { giveUp = resolve; });
    })
    .then(() => {
      leading = false;
      giveUp = null;
      clearTimeout(timer);
      lead();
    });
}

function changeVisibility() {
  announce();
  if (visible()) {
    if (leading || !channel) schedule(0.1);
  } else if (leading && giveUp && known().some((entry) => entry.visible)) {
    giveUp();
  } else if (!channel) {
    clearTimeout(timer);
  }
}

let started = false;

/** Begin. `scope`: comma-separated; `every`: seconds this page wants while visible. */
export function startPulse(url, { scope = "bell", every = 5, from = "" } = {}) {
  scope.split(",").filter(Boolean).forEach((name) => scopes.add(name.trim()));
  if (started) return;
  started = true;
  address = url;
  seconds = every;
  cursor = from;
  lastGood = now();
  onTick(showAge);
  document.addEventListener("visibilitychange", changeVisibility);
  addEventListener("online", () => { failures = 0; pulseNow(); });
  if ("locks" in navigator && "BroadcastChannel" in window) {
    channel = new BroadcastChannel(`pulse:${document.body.dataset.user || ""}`);
    channel.addEventListener("message", hear);
    addEventListener("pagehide", () => channel.postMessage({ kind: "gone", tab }));
    setInterval(announce, 20000);
    announce();
    lead();
  } else {
    schedule(0.2);
  }
}
