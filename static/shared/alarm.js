/** P0 on every page of the scope: banner, sound every 30 s until someone takes it; then silent everywhere. */

import { send } from "./csrf.js";
import { onPulse } from "./pulse.js";
import { play, setSound, soundState } from "./sound.js";
import { say } from "./toast.js";
import { element, word } from "./words.js";

const AGAIN_MS = 30000;
const shown = new Map();

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

function hide(id) {
  const entry = shown.get(id);
  if (!entry) return;
  clearInterval(entry.timer);
  entry.box.remove();
  shown.delete(id);
}

function show(alarm) {
  const slot = document.querySelector("[data-alarm-slot]");
  if (!slot) return;
  const box = element("div", { class: "alarm-bar", role: "alert" }, element("span", { class: "shape shape--urgent", "aria-hidden": "true" }),
    element("span", { class: "grow" }, alarm.text),
    alarm.url ? element("a", { class: "button", href: alarm.url }, word("open")) : null,
    alarm.take_url ? element("button", { type: "button", class: "button button--primary", onclick: () => take(alarm) }, word("take")) : null);
  slot.append(box);
  play("urgent");
  shown.set(String(alarm.id), { box, timer: setInterval(() => play("urgent"), AGAIN_MS) });
}

/** alarms of an answer: the full list of untaken ones [{id, text, url, take_url}]; absent = no change. */
function update({ alarms }) {
  if (!alarms) return;
  const current = new Set(alarms.map((alarm) => String(alarm.id)));
  for (const id of [...shown.keys()]) if (!current.has(id)) hide(id);
  for (const alarm of alarms) if (!shown.has(String(alarm.id))) show(alarm);
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
