/** Unattended wall: scenes in turn, a pointer that hides, a page that renews itself at night, and never a sign-in form. */

import { now } from "../shared/clock.js";
import { onPulse } from "../shared/pulse.js";
import { element } from "../shared/words.js";
import { say } from "./wall_words.js";

const SCENES = [["1", 30], ["2", 20], ["3", 20]];
const PAUSE_MS = 60000;
const HIDE_MS = 5000;
const RENEW_HOUR = 4;
let timer = 0;
let index = 0;
let pausedUntil = 0;
let hide = 0;

function next(setScene) {
  clearTimeout(timer);
  const [scene, seconds] = SCENES[index];
  setScene(scene);
  timer = setTimeout(() => {
    if (performance.now() >= pausedUntil) index = (index + 1) % SCENES.length;
    next(setScene);
  }, seconds * 1000);
}

function touched() {
  pausedUntil = performance.now() + PAUSE_MS;
  document.documentElement.classList.remove("kiosk-idle");
  clearTimeout(hide);
  hide = setTimeout(() => document.documentElement.classList.add("kiosk-idle"), HIDE_MS);
}

async function stayAwake() {
  try {
    if ("wakeLock" in navigator) await navigator.wakeLock.request("screen");
  } catch (error) {
    // Refused by the system (battery): the wall works without.
  }
}

/** Once a night, and only after the new page could be fetched: a page that runs for weeks starts afresh. */
async function renew() {
  const answer = await fetch(location.href, { credentials: "same-origin", redirect: "error" });
  if (answer.ok) location.reload();
}

function watchNight() {
  const started = now();
  setInterval(() => {
    const local = new Date(now() + 8 * 3600000);
    if (local.getUTCHours() === RENEW_HOUR && now() - started > 2 * 3600000) renew().catch(() => undefined);
  }, 600000);
}

/** Begin. `setScene(name)` shows a scene; `goHome()` returns to the wall's own area. */
export function startKiosk(setScene, goHome) {
  for (const name of ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"]) addEventListener(name, touched, { passive: true });
  hide = setTimeout(() => document.documentElement.classList.add("kiosk-idle"), HIDE_MS);
  document.addEventListener("session-over", (event) => {
    event.stopImmediatePropagation();
    if (!document.querySelector(".wall-card")) document.body.append(element("div", { class: "wall-card", role: "alert" }, element("p", {}, say("ended"))));
  }, true);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") stayAwake(); });
  onPulse((answer) => {
    if (!answer.alarms || !answer.alarms.length) return;
    index = 0;
    goHome();
    next(setScene);
  });
  stayAwake();
  watchNight();
  next(setScene);
}
