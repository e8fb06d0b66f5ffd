/**
 * F8, F9, 暂存, 并入, 重办: every submission goes through a small box on this machine, and leaves it only when the server
 * has answered. Each carries its own key, so that a lost answer or a second tab sends nothing twice.
 */

import { say } from "../shared/toast.js";
import { element, word } from "../shared/words.js";
import { post, say2 } from "./words.js";

const box = `hotline:${document.body.dataset.user || ""}:outbox`;
const AGAIN_MS = 5000;
const line = document.querySelector("[data-outbox]");
let settled = () => {};
let busy = false;

function read() {
  try {
    return JSON.parse(localStorage.getItem(box)) || [];
  } catch (error) {
    return [];
  }
}

function write(items) {
  localStorage.setItem(box, JSON.stringify(items));
  draw();
}

function draw() {
  const late = read().filter((item) => item.late).length;
  line.hidden = !late && navigator.onLine;
  line.textContent = late ? say2("waiting", late) : say2("offline");
}

function remove(id) {
  write(read().filter((item) => item.id !== id));
}

/** What could not be sent waits, and all behind it wait with it. */
function wait() {
  write(read().map((item) => ({ ...item, late: true })));
}

/** One try; true when it is settled either way. */
async function attempt(item) {
  let answer;
  try {
    answer = await post(item.url, item.body, { "Idempotency-Key": item.id });
  } catch (error) {
    wait();
    return false;
  }
  if (answer.status === 401 || answer.status === 403 && answer.body.html || answer.status >= 500 || answer.body.code === "in_progress") {
    wait();
    return false;
  }
  remove(item.id);
  settled(item, answer);
  return true;
}

async function work() {
  if (busy) return;
  busy = true;
  try {
    for (const item of read()) if (!await attempt(item)) break;
  } finally {
    busy = false;
  }
}

/** With Web Locks one tab at a time sends; without them the key alone keeps it single. */
function sendAll() {
  if (!navigator.locks) return work();
  return navigator.locks.request(box, { ifAvailable: true }, (lock) => (lock ? work() : null));
}

/** Put a submission into the box and send it; resolves to true when the server has answered. */
export async function submit(url, session, body) {
  const id = `${body.client_key}-${body.act}-${Date.now().toString(36)}`;
  write([...read(), { id, url, body, session: session.key, late: false }]);
  await sendAll();
  return !read().some((item) => item.id === id);
}

/** Whether this session waits in the box. */
export function isWaiting(session) {
  return read().some((item) => item.session === session.key);
}

export function startSending(whenSettled) {
  settled = whenSettled;
  addEventListener("online", () => { draw(); sendAll(); });
  addEventListener("offline", draw);
  setInterval(() => { if (read().length) sendAll(); }, AGAIN_MS);
  draw();
  if (read().length) sendAll();
}

/** Say what was done, with the way to the order. */
export function told(body) {
  say(body.said || word("failed"), 8);
  const toast = document.querySelector("[data-toast-slot] .toast");
  if (toast && body.url) toast.append(element("a", { class: "button", href: body.url, target: "_blank", rel: "noopener" }, say2("open")));
}
