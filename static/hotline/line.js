/** The telephone: what rings, what is on, the seat and the day's figures. Its poll never touches the form. */

import { now, onTick, setServerTime } from "../shared/clock.js";
import { play, soundState } from "../shared/sound.js";
import { say } from "../shared/toast.js";
import { element, icon, word } from "../shared/words.js";
import { post, say2 } from "./words.js";

const EVERY_MS = 3000;
const HIDDEN_MS = 10000;
const RING_MS = 4000;
const bar = document.querySelector("[data-seat]");
const rings = document.querySelector("[data-rings]");
let told = null;
let timer = 0;
let rangAt = 0;
let onCalls = () => {};
const title = document.title;

const actUrl = (name) => bar.dataset.acts.replace("/act/", `/${name}/`);

/** One verb of the telephone; the answer is the new state. */
export async function act(name, body = {}) {
  try {
    const answer = await post(actUrl(name), body);
    if (!answer.ok) {
      say(answer.body.detail || word("failed"), 8);
      return null;
    }
    take(answer.body, name === "answer" ? body.call : "");
    if (answer.body.dialled) {
      const call = answer.body.calls.find((one) => one.key === answer.body.dialled);
      say(say2("dialled", call ? call.phone : ""));
      if (answer.body.url) location.assign(answer.body.url);
    }
    return answer.body;
  } catch (error) {
    say(say2("offline"));
    return null;
  }
}

function minutes(from) {
  const seconds = Math.max(0, Math.floor((now() - Date.parse(from)) / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}

function chip(call) {
  const held = call.standing === "held";
  const inner = [element("span", { class: `shape shape--${held ? "pause" : "run"} is-${held ? "pause" : "run"}`, "aria-hidden": "true" }), element("b", { class: "code" }, call.phone), element("span", { class: "code", "data-runs": call.answered_at }, minutes(call.answered_at))];
  if (held) inner.push(element("span", { class: "hint" }, say2("held")));
  if (told.answers_here) inner.push(element("button", { type: "button", class: "button button--small", onclick: () => act(held ? "resume" : "hold", { call: call.key }) }, say2(held ? "resume" : "hold")));
  if (told.answers_here || call.direction_code === "out") inner.push(element("button", { type: "button", class: "button button--small", onclick: () => act("end", { call: call.key }) }, say2("end")));
  return element("span", { class: "on-call", "data-call": call.key }, ...inner);
}

function drawSeat() {
  bar.dataset.seat = told.seat.standing;
  const select = bar.querySelector("[data-seat-select]");
  if (document.activeElement !== select) {
    let talking = select.querySelector("[value=talking]");
    if (told.seat.standing === "talking" && !talking) {
      talking = element("option", { value: "talking", disabled: true }, say2("talking"));
      select.prepend(talking);
    }
    select.value = told.seat.standing;
    if (talking && told.seat.standing !== "talking") talking.remove();
  }
}

/** Buttons keep their identity while nothing changes, so that a click never falls beside one. */
function drawCalls() {
  const place = bar.querySelector("[data-calls]");
  const wrap = told.seat.standing === "wrapping_up" ? "wrap" : "";
  const mark = JSON.stringify([told.calls.map((call) => [call.key, call.standing]), wrap]);
  if (place.dataset.mark === mark) return;
  place.dataset.mark = mark;
  const rows = told.calls.map(chip);
  if (wrap) rows.push(element("button", { type: "button", class: "button button--small button--primary", onclick: () => act("wrap") }, say2("wrap")));
  place.replaceChildren(...rows);
}

function drawRings() {
  const known = new Set(told.ringing.map((call) => call.key));
  for (const box of [...rings.children]) if (!known.has(box.dataset.call)) box.remove();
  for (const call of told.ringing) {
    if (rings.querySelector(`[data-call="${CSS.escape(call.key)}"]`)) continue;
    rings.append(element("div", { class: "ring-card", "data-call": call.key }, icon("phone"), element("span", { class: "grow" }, element("b", {}, say2("ring")), " ", element("span", { class: "code" }, call.phone), call.name ? ` ${call.name}` : ""),
      soundState() === "on" ? null : element("span", { class: "hint" }, say2("silent")),
      told.answers_here ? element("button", { type: "button", class: "button button--primary", onclick: () => act("answer", { call: call.key }) }, say2("answer")) : element("span", { class: "hint" }, say2("onphone"))));
  }
  ringNow();
}

function ringNow() {
  const free = told && told.ringing.length && told.calls.length === 0;
  if (told && told.ringing.length) {
    const blink = Math.floor(now() / 1000) % 2 === 0;
    document.title = blink ? `☎ ${say2("ring")} ${told.ringing[0].phone}` : title;
    if (performance.now() - rangAt > RING_MS) {
      rangAt = performance.now();
      play(free ? "urgent" : "soft");
    }
  } else if (document.title !== title && document.title.startsWith("☎")) document.title = title;
}

function tick() {
  if (!told) return;
  const since = bar.querySelector("[data-seat-since]");
  const text = minutes(told.seat.since);
  if (since.textContent !== text) since.textContent = text;
  for (const node of document.querySelectorAll("[data-runs]")) {
    const runs = minutes(node.dataset.runs);
    if (node.textContent !== runs) node.textContent = runs;
  }
  if (told.ringing.length) ringNow();
}

function take(state, answered = "") {
  told = state;
  if (state.now) setServerTime(state.now);
  for (const [name, count] of Object.entries(state.counts)) {
    for (const node of document.querySelectorAll(`[data-figure="${name}"]`)) if (node.textContent !== String(count)) node.textContent = String(count);
  }
  drawSeat();
  drawCalls();
  drawRings();
  onCalls(state.calls, answered);
}

async function poll() {
  clearTimeout(timer);
  try {
    const answer = await fetch(bar.dataset.line, { credentials: "same-origin", cache: "no-store", headers: { "X-Requested-With": "fetch" } });
    if (answer.status === 401) document.dispatchEvent(new CustomEvent("session-over"));
    else if (answer.ok) take(await answer.json());
  } catch (error) {
    // The line of unsent things says that the network is away; the next poll may find it.
  }
  timer = setTimeout(poll, document.visibilityState === "visible" ? EVERY_MS : HIDDEN_MS);
}

/** 回拨 and 拨打: a caller of before by the call's key, or the number typed beside the button. */
async function dial(button) {
  const typed = button.dataset.dial ? "" : button.parentElement.querySelector("[name=phone]").value.trim();
  if (!button.dataset.dial && !typed) {
    button.parentElement.querySelector("[name=phone]").focus();
    return;
  }
  button.disabled = true;
  const answer = await act("dial", button.dataset.dial ? { of: button.dataset.dial } : { phone: typed });
  button.disabled = false;
  if (answer && !answer.url && button.dataset.then) location.assign(button.dataset.then);
}

/** Begin; `calls(list, answered)` is told the agent's calls after every look. */
export function startLine(first, calls) {
  if (!bar) return;
  onCalls = calls;
  const select = bar.querySelector("[data-seat-select]");
  select.addEventListener("change", () => act("sit", { standing: select.value }));
  onTick(tick);
  for (const button of document.querySelectorAll("[data-dial]")) {
    button.hidden = false;
    button.addEventListener("click", () => dial(button));
  }
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") poll(); });
  take(first);
  timer = setTimeout(poll, EVERY_MS);
}
