/**
 * What is typed for each call: one session a call, kept on this machine at every pause of a second and on the server
 * every ten. The newest copy wins, wherever it is; the form is filled from a session and never by a poll.
 */

import { now } from "../shared/clock.js";
import { requestKey } from "../shared/csrf.js";
import { post, say2 } from "./words.js";

const LOCAL_MS = 1000;
const SERVER_MS = 10000;
const KEEP_MS = 7 * 86400000;
const user = document.body.dataset.user || "";
const prefix = `hotline:${user}:draft:`;
const DEFAULTS = { demand: "complaint", may_call_back: true, handling: "general" };

export const sessions = new Map();
export const form = document.getElementById("call-form");
const stamp = form ? form.querySelector("[data-saved]") : null;
let current = null;
let timer = 0;
let onSwitch = () => {};

const clock = () => new Date(now()).toLocaleTimeString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" });

/** The session on show. */
export function active() {
  return current;
}

/** What the form holds now. */
export function collect() {
  const values = {};
  for (const field of form.elements) {
    if (!field.name || field.name === "csrfmiddlewaretoken" || field.tagName === "BUTTON") continue;
    if (field.type === "radio") {
      if (field.checked) values[field.name] = field.value;
    } else if (field.type === "checkbox") values[field.name] = field.checked;
    else values[field.name] = field.value;
  }
  delete values.call;
  return values;
}

function fill(values) {
  for (const field of form.elements) {
    if (!field.name || field.name === "csrfmiddlewaretoken" || field.tagName === "BUTTON") continue;
    const value = values[field.name];
    if (field.type === "radio") field.checked = field.value === (value || DEFAULTS[field.name]);
    else if (field.type === "checkbox") field.checked = value === undefined ? Boolean(DEFAULTS[field.name]) : Boolean(value);
    else if (field.name !== "call") field.value = value || DEFAULTS[field.name] || "";
  }
  form.querySelector("[name=call]").value = current ? current.key : "";
  form.querySelector("[data-reply]").open = Boolean(values.answer);
}

/** Whether anything worth keeping was typed. */
export function isEmpty(values) {
  return !["text", "address", "answer", "name", "phone"].some((name) => (values[name] || "").trim());
}

function keepLocally(session) {
  session.version += 1;
  session.at = Date.now();
  session.dirty = true;
  const kept = { values: session.values, version: session.version, at: session.at, focus: session.focus, call: session.call };
  try {
    localStorage.setItem(prefix + session.key, JSON.stringify(kept));
  } catch (error) {
    // Storage is full or forbidden: the server's copy and the form itself remain.
  }
  if (session === current) stamp.textContent = say2(navigator.onLine ? "saved" : "savedHere", clock());
}

/** Save the form on this machine now (a pause, a switch, the page going away). */
export function flush() {
  clearTimeout(timer);
  if (!current) return;
  const values = collect();
  if (JSON.stringify(values) === JSON.stringify(current.values)) return;
  current.values = values;
  if (!isEmpty(values)) keepLocally(current);
}

/** Save everything on the server now (Ctrl+S); true when it has taken it. */
export async function saveNow() {
  flush();
  if (current && !isEmpty(current.values) && !current.dirty) keepLocally(current);
  await toServer();
  return Boolean(current) && !current.dirty;
}

async function toServer() {
  for (const session of sessions.values()) {
    if (!session.dirty || isEmpty(session.values)) continue;
    const { version } = session;
    try {
      const answer = await post(form.dataset.save, { call: session.key, version, body: session.values });
      if (answer.ok && session.version === version) session.dirty = false;
      if (answer.ok && session === current && !session.dirty) stamp.textContent = say2("saved", clock());
    } catch (error) {
      if (session === current) stamp.textContent = say2("savedHere", clock());
      return;
    }
  }
}

/** Forget a session: it was taken in, or thrown away. */
export function forget(session, { onServer = true } = {}) {
  sessions.delete(session.key);
  localStorage.removeItem(prefix + session.key);
  if (onServer) post(form.dataset.drop, { call: session.key }).catch(() => {});
  if (session === current) {
    current = null;
    show([...sessions.values()].pop() || open());
  }
}

/** A new session: of a call, or of a registration without one. */
export function open({ key = "", call = null, values = null, version = 0 } = {}) {
  const name = key || `manual-${requestKey()}`;
  const known = sessions.get(name);
  if (known) {
    if (call) known.call = call;
    return known;
  }
  const fresh = { client_key: requestKey().replace(/-/g, "") };
  const session = { key: name, call, version, dirty: false, focus: null, at: 0, values: { ...DEFAULTS, ...fresh, ...values } };
  sessions.set(name, session);
  return session;
}

/** Show a session in the form; what stands there is kept first. */
export function show(session, { focus = true } = {}) {
  if (current && current !== session) flush();
  current = session;
  fill(session.values);
  session.values = collect();
  onSwitch(session);
  if (focus) restoreFocus(session);
}

function restoreFocus(session) {
  const wish = session.focus;
  const field = wish && form.elements[wish.name];
  if (!field || !field.focus) return;
  field.focus();
  if (field.setSelectionRange && wish.start !== null) field.setSelectionRange(wish.start, wish.end);
}

function noteFocus() {
  const field = document.activeElement;
  if (!current || !field || field.form !== form || !field.name) return;
  const text = field.tagName === "TEXTAREA" || field.type === "text";
  current.focus = { name: field.name, start: text ? field.selectionStart : null, end: text ? field.selectionEnd : null };
}

function readLocal() {
  const found = [];
  for (let n = 0; n < localStorage.length; n += 1) {
    const name = localStorage.key(n);
    if (!name.startsWith(prefix)) continue;
    try {
      const kept = JSON.parse(localStorage.getItem(name));
      if (Date.now() - kept.at < KEEP_MS) found.push({ key: name.slice(prefix.length), ...kept });
    } catch (error) {
      // A copy that cannot be read is no copy.
    }
  }
  return found;
}

function restore(server) {
  const kept = new Map(readLocal().map((copy) => [copy.key, copy]));
  for (const copy of server) {
    const local = kept.get(copy.call);
    if (!local || local.version < copy.version) kept.set(copy.call, { key: copy.call, values: copy.body, version: copy.version, focus: local ? local.focus : null, at: Date.parse(copy.saved_at) });
  }
  for (const copy of [...kept.values()].sort((a, b) => a.at - b.at)) {
    if (isEmpty(copy.values)) continue;
    const session = open({ key: copy.key, values: copy.values, version: copy.version });
    session.focus = copy.focus;
    session.at = copy.at;
    session.dirty = !server.some((one) => one.call === copy.key && one.version >= copy.version);
  }
}

/** Begin with what was kept. `switched(session)` is called whenever another session is shown. */
export function startSessions(server, switched) {
  onSwitch = switched;
  restore(server);
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(flush, LOCAL_MS); });
  form.addEventListener("change", flush);
  document.addEventListener("selectionchange", noteFocus);
  form.addEventListener("focusin", noteFocus);
  setInterval(toServer, SERVER_MS);
  addEventListener("online", toServer);
  const leave = () => {
    noteFocus();
    flush();
    if (current && !isEmpty(current.values)) keepLocally(current);
  };
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
}
