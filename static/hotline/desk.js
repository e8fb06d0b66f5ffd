/** The agent's desk: calls in tabs, the caller card, keys, submissions. Everything typed survives everything. */

import { isComposing, registerKey } from "../shared/keys.js";
import { openPanel } from "../shared/panel.js";
import { say } from "../shared/toast.js";
import { element, word } from "../shared/words.js";
import { nodesOf } from "../events/fragment.js";
import { act, startLine } from "./line.js";
import { openMap } from "./place.js";
import { startSending, submit, told } from "./sending.js";
import { active, collect, flush, forget, form, isEmpty, open, saveNow, sessions, show, startSessions } from "./sessions.js";
import { ask, openExclusion, refresh, startSuggesting } from "./suggest.js";
import { post, postForm, renewToken, say2 } from "./words.js";

const root = document.documentElement;
root.classList.add("has-script");
const first = JSON.parse(document.getElementById("line-state").textContent);

// Tabs -------------------------------------------------------------------------------------------------------

function label(session) {
  if (session.call) return session.call.phone;
  const words = (session.values.text || session.values.address || "").trim();
  return words ? words.slice(0, 8) : say2("new");
}

function drawTabs() {
  const place = document.querySelector("[data-sessions]");
  const rows = [...sessions.values()];
  place.hidden = rows.length < 2 && !(rows[0] && rows[0].call);
  const mark = JSON.stringify(rows.map((one) => [one.key, label(one), one === active(), Boolean(one.call && one.call.on)]));
  if (place.dataset.mark === mark) return;
  place.dataset.mark = mark;
  place.replaceChildren(...rows.map((one) => element("button", { type: "button", class: "session", role: "tab", "aria-selected": String(one === active()), "data-session": one.key,
    onclick: () => show(one) }, element("span", { class: `shape shape--${one.call && one.call.on ? "run" : "none"}`, "aria-hidden": "true" }), label(one),
  one.call && !one.call.on ? element("span", { class: "hint" }, say2("ended")) : null)));
}

let live = [];

function calls(list, answered) {
  live = list;
  const on = new Map(list.map((call) => [call.key, call]));
  let fresh = null;
  for (const call of list) {
    const known = sessions.get(call.key);
    if (!known && !call.order) fresh = open({ key: call.key, call: { phone: call.phone, on: true } });
    else if (known) known.call = { phone: call.phone, on: true };
  }
  for (const session of sessions.values()) if (session.call && !on.has(session.key)) session.call = { ...session.call, on: false };
  const wish = answered ? sessions.get(answered) : fresh;
  if (wish) answeredNow(wish);
  drawTabs();
}

/** A call that was picked up comes to the front, unless the agent is in the middle of a word. */
function answeredNow(session) {
  const before = active();
  const typing = before && before !== session && document.activeElement && document.activeElement.form === form && !isEmpty(collect());
  if (typing && !(before.call && !before.call.on) && before.call) return;
  show(session, { focus: false });
  if (before && before !== session && isEmpty(before.values) && !before.call) forget(before, { onServer: false });
  focusAfterCard = true;
}

// Caller -----------------------------------------------------------------------------------------------------

let focusAfterCard = false;
let cardTurn = 0;

async function loadCaller(session) {
  const place = document.querySelector("[data-caller]");
  const mine = (cardTurn += 1);
  const phone = session.call ? "" : (session.values.phone || "").trim();
  form.elements.phone.placeholder = session.call ? say2("caller", session.call.phone) : "";
  document.querySelector("[data-last]").hidden = Boolean(session.call);
  if (!session.call && phone.length < 5) {
    place.replaceChildren();
    return;
  }
  try {
    const answer = await post(place.dataset.url, session.call ? { call: session.key } : { phone });
    if (mine !== cardTurn || !answer.ok) return;
    place.replaceChildren(...nodesOf(answer.body.html));
  } catch (error) {
    return;
  }
  if (!focusAfterCard) return;
  focusAfterCard = false;
  const recent = place.querySelector("[data-recent] [data-jump]");
  (recent || form.elements.text).focus();
}

function callerClicks(event) {
  const urge = event.target.closest("[data-urge]");
  if (urge) openUrge(urge);
  else if (event.target.closest("[data-reveal-phone]")) openReveal(event.target.closest("button"));
}

function sheet(fields, button) {
  return element("form", { class: "stack" }, ...fields, element("p", { class: "small-panel__acts" }, element("button", { class: "button button--primary" }, button)));
}

function openUrge(button) {
  const text = element("textarea", { class: "input", rows: 3, maxlength: 1500, required: true, autofocus: true, placeholder: say2("urgehint"), "aria-label": say2("urgehint") });
  const box = sheet([text], say2("send"));
  const close = openPanel(button, box, { title: say2("urge") });
  box.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await postForm(button.dataset.urge, { note: text.value });
      say(answer.ok ? answer.body.said : answer.body.detail, 8);
      if (answer.ok) {
        close();
        button.disabled = true;
      }
    } catch (error) {
      say(say2("offline"));
    }
  });
}

function openReveal(button) {
  const reason = element("input", { class: "input", required: true, maxlength: 120, autofocus: true, "aria-label": say2("reason"), placeholder: say2("reason") });
  const box = sheet([reason], say2("show"));
  const close = openPanel(button, box, { title: say2("reveal") });
  box.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await post(document.querySelector("[data-caller]").dataset.reveal, { call: active().key, reason: reason.value });
      if (!answer.ok) {
        say(answer.body.detail || word("failed"));
        return;
      }
      close();
      revealed(answer.body);
    } catch (error) {
      say(say2("offline"));
    }
  });
}

function revealed(body) {
  const place = document.querySelector("[data-card] [data-phone]");
  if (!place) return;
  const masked = place.textContent;
  place.textContent = body.phone;
  const who = document.querySelector(".menu__head strong");
  const mark = element("div", { class: "watermark", "aria-hidden": "true" }, ...Array.from({ length: 12 }, () => element("span", {}, who ? who.textContent : "")));
  document.body.append(mark);
  setTimeout(() => { place.textContent = masked; mark.remove(); }, 30000);
}

// Submitting -------------------------------------------------------------------------------------------------

function missing(values, name) {
  const wants = { forward: ["text", "address"], answer: ["text", "answer"], join: ["text"], reopen: ["text"], exclude: ["text"] }[name];
  return wants.find((field) => !(values[field] || "").trim() && !(field === "address" && values.grid));
}

/** A key pressed twice never sends the next call's form: within this time it counts only after something was typed. */
const PAUSE_MS = 800;
let sentAt = -PAUSE_MS;
let touched = false;
form.addEventListener("input", () => { touched = true; });

async function send(name, more = {}) {
  if (!touched && performance.now() - sentAt < PAUSE_MS) return;
  flush();
  const session = active();
  const values = { ...collect(), ...more };
  const lacks = missing(values, name);
  refuse("");
  if (lacks) {
    if (lacks === "answer") form.querySelector("[data-reply]").open = true;
    refuse(say2({ text: "needtext", address: "needaddress", answer: "needanswer" }[lacks]));
    form.elements[lacks].focus();
    return;
  }
  sentAt = performance.now();
  const buttons = [...form.querySelectorAll("[data-act]")];
  for (const button of buttons) button.setAttribute("aria-busy", "true");
  const body = { ...values, act: name, call: session.call ? session.key : "", chosen: session.place === "chosen" };
  touched = false;
  const done = await submit(form.action, session, body);
  sentAt = performance.now();
  for (const button of buttons) button.removeAttribute("aria-busy");
  if (done) return;
  say(say2("queued"), 8);
  session.waits = true;
  leave(session, { onServer: false });
}

/** 暂存: the draft is on the server, also when this machine is not there tomorrow. */
async function save() {
  say(await saveNow() ? say2("keptdraft") : say2("offline"));
}

/** The session is done with here: the next one, or an empty form. */
function leave(session, { onServer = true } = {}) {
  const wasShown = session === active();
  forget(session, { onServer });
  if (wasShown) drawTabs();
}

function refuse(words) {
  const line = form.querySelector("[data-refused]");
  line.hidden = !words;
  line.textContent = words;
  if (words) form.addEventListener("input", () => refuse(""), { once: true }); // it is being mended: said no longer
}

/** An answer of the server to a submission, of this page or of one before it. */
function settled(item, answer) {
  const session = sessions.get(item.session);
  if (answer.ok) {
    if (session) leave(session, { onServer: true });
    told(answer.body);
    ask(0);
    return;
  }
  const back = session || open({ key: item.session, values: item.body });
  if (back !== active()) show(back);
  refuse(answer.body.detail || word("failed"));
  const field = Object.keys(answer.body.fields || {})[0];
  if (field && form.elements[field] && form.elements[field].focus) form.elements[field].focus();
  drawTabs();
}

// Keys -------------------------------------------------------------------------------------------------------

/** A second matter of a caller who is still on the line keeps the caller; otherwise an empty form. */
function fresh() {
  const call = live.find((one) => one.standing === "talking" && !sessions.has(one.key));
  show(call ? open({ key: call.key, call: { phone: call.phone, on: true } }) : open(), { focus: false });
  drawTabs();
  form.elements.text.focus();
}

function jump(by) {
  const stops = [...document.querySelectorAll("[data-jump]")];
  if (!stops.length) return;
  const here = stops.indexOf(document.activeElement.closest("[data-jump]"));
  stops[(here + by + stops.length) % stops.length].focus();
}

const KEYS = [
  { code: "F2", label: say2("f2"), run: fresh },
  { code: "F4", label: say2("f4"), run: () => document.querySelector("[data-knowledge-words]").focus() },
  { code: "F8", label: say2("f8"), run: () => send("answer") },
  { code: "F9", label: say2("f9"), run: () => send("forward") },
  { code: "KeyS", ctrl: true, label: say2("ctrls"), run: save },
  { code: "ArrowUp", ctrl: true, label: say2("up"), run: () => jump(-1) },
  { code: "ArrowDown", ctrl: true, label: say2("down"), run: () => jump(1) },
];

function keys(event) {
  if (isComposing(event) || event.altKey || event.shiftKey) return;
  const control = event.ctrlKey || event.metaKey;
  const found = KEYS.find((key) => key.code === event.code && Boolean(key.ctrl) === control);
  if (!found || document.querySelector(".dialog")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!event.repeat || found.code.startsWith("Arrow")) found.run();
}

function start() {
  document.addEventListener("keydown", keys, true);
  for (const key of KEYS) registerKey({ group: say2("group"), ...key });
  startSessions(JSON.parse(document.getElementById("server-drafts").textContent), (session) => {
    refuse("");
    drawTabs();
    loadCaller(session);
    refresh();
  });
  startSuggesting((name, number) => send(name, { event: number }));
  startLine(first, calls);
  if (!active()) show([...sessions.values()].pop() || open(), { focus: true });
  drawTabs();
  startSending(settled);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = event.submitter ? event.submitter.value : "forward";
    if (name === "save") save();
    else send(name);
  });
  form.elements.phone.addEventListener("change", () => { flush(); loadCaller(active()); });
  document.querySelector("[data-caller]").addEventListener("click", callerClicks);
  form.querySelector("[data-new]").hidden = false;
  form.querySelector("[data-new]").addEventListener("click", fresh);
  form.querySelector("[data-discard]").addEventListener("click", () => { forget(active()); drawTabs(); });
  form.querySelector("[data-exclude]").addEventListener("click", () => openExclusion(form.querySelector("[data-menu] summary"), (more) => send("exclude", more)));
  const map = form.querySelector("[data-map]");
  if (window.L) {
    map.hidden = false;
    map.addEventListener("click", () => openMap(map));
  }
}

renewToken();
if (form) start();
else startLine(first, () => {});
root.dataset.agent = "ready";

export { act };
