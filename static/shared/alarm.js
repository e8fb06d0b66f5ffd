/**
 * P0 on every page of the scope: banner, sound every 30 s until someone takes it; then silent everywhere. Several are one
 * line, the oldest, with their number; the number opens the list.
 */

import { send } from "./csrf.js";
import { onPulse } from "./pulse.js";
import { play, setSound, soundState } from "./sound.js";
import { say } from "./toast.js";
import { element, word } from "./words.js";

const AGAIN_MS = 30000;
const shown = new Map(); // id -> bar, oldest first
let stack = null;
let timer = 0;

function drawSwitch() {
  const button = document.querySelector("[data-sound]");
  if (!button) return;
  const state = soundState();
  button.hidden = false;
  button.setAttribute("aria-pressed", String(state === "on"));
  button.classList.toggle("tag--urgent", state === "blocked");
  const use = button.querySelector("use");
  use.setAttribute("href", `${document.body.dataset.icons}#${state === "on" ? "sound" : "silent"}`);
  button.querySelector("[data-sound-label]").textContent = word(`sound${state[0].toUpperCase()}${state.slice(1)}`);
}

async function take(alarm) {
  const answer = await send(alarm.take_url);
  if (answer.ok) hide(String(alarm.id));
  else say(word("failed"));
}

/** The line above the page: a button with the number, and the list that it opens. */
function makeStack() {
  const list = element("ul", { class: "alarm-list", id: "alarm-list" });
  const count = element("span", { class: "alarm-stack__count num" });
  const button = element("button", { type: "button", class: "button alarm-stack__open", "aria-expanded": "false", "aria-controls": "alarm-list",
    onclick: () => open(button.getAttribute("aria-expanded") !== "true") }, count, element("span", { class: "alarm-stack__arrow", "aria-hidden": "true" }));
  // What is new is spoken, also while it is folded away.
  const spoken = element("p", { class: "sr-only", role: "alert" });
  const box = element("section", { class: "alarm-stack", "aria-label": word("alarms") }, button, list, spoken);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || button.getAttribute("aria-expanded") !== "true") return;
    event.stopPropagation();
    open(false);
    button.focus();
  });
  return { box, button, count, list, spoken };
}

function open(on) {
  stack.button.setAttribute("aria-expanded", String(on));
  arrange();
}

/** Number, order and what is folded away: one alarm needs no button, of several only the oldest stands in the line. */
function arrange() {
  const bars = [...shown.values()];
  const many = bars.length > 1;
  if (!many) stack.button.setAttribute("aria-expanded", "false");
  const isOpen = stack.button.getAttribute("aria-expanded") === "true";
  stack.box.hidden = bars.length === 0;
  stack.box.toggleAttribute("data-many", many);
  stack.button.hidden = !many;
  stack.count.textContent = word("alarmsCount", String(bars.length));
  stack.button.title = word(isOpen ? "alarmsClose" : "alarmsOpen");
  bars.forEach((bar, place) => { bar.hidden = many && !isOpen && place > 0; });
}

function hide(id) {
  const bar = shown.get(id);
  if (!bar) return;
  const hadFocus = bar.contains(document.activeElement);
  bar.remove();
  shown.delete(id);
  if (shown.size === 0) {
    clearInterval(timer);
    timer = 0;
  }
  arrange();
  if (!hadFocus) return;
  const next = [...shown.values()].find((one) => !one.hidden);
  const target = next ? next.querySelector("a, button") : document.querySelector("main a, main button, main");
  if (target) target.focus();
}

function show(alarm) {
  const slot = document.querySelector("[data-alarm-slot]");
  if (!slot) return;
  if (!stack) stack = makeStack();
  if (!stack.box.isConnected) slot.append(stack.box);
  const bar = element("li", { class: "alarm-bar" }, element("span", { class: "shape shape--urgent", "aria-hidden": "true" }),
    element("span", { class: "grow" }, alarm.text),
    alarm.url ? element("a", { class: "button", href: alarm.url }, word("open")) : null,
    alarm.take_url ? element("button", { type: "button", class: "button button--primary", onclick: () => take(alarm) }, word("take")) : null);
  stack.list.append(bar);
  stack.spoken.textContent = alarm.text;
  shown.set(String(alarm.id), bar);
  play("urgent");
  if (!timer) timer = setInterval(() => play("urgent"), AGAIN_MS);
}

/** alarms of an answer: the full list of untaken ones [{id, text, url, take_url}], oldest first; absent = no change. */
function update({ alarms }) {
  if (!alarms) return;
  const current = new Set(alarms.map((alarm) => String(alarm.id)));
  for (const id of [...shown.keys()]) if (!current.has(id)) hide(id);
  for (const alarm of alarms) if (!shown.has(String(alarm.id))) show(alarm);
  if (stack) arrange();
  document.title = document.title.replace(/^\(●\d+\) /, "");
  if (shown.size && soundState() !== "on") document.title = `(●${shown.size}) ${document.title}`;
}

export function startAlarms() {
  onPulse(update);
  drawSwitch();
  const button = document.querySelector("[data-sound]");
  if (!button) return;
  button.addEventListener("click", async () => {
    await setSound(soundState() !== "on");
    if (soundState() === "on") play("soft");
    drawSwitch();
  });
  // The first click of the shift lets the browser play what was switched on before.
  document.addEventListener("click", async () => {
    if (soundState() === "blocked") {
      await setSound(true);
      drawSwitch();
    }
  }, { once: true });
}
