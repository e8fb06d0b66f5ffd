/** The toast at the bottom left: one at a time, said once to readers; with a ring while the move can be taken back. */

import { element, svg, word } from "./words.js";

let running = null;

function slot() {
  return document.querySelector("[data-toast-slot]") || document.body;
}

export function hideToast() {
  if (!running) return;
  clearInterval(running.timer);
  running.box.remove();
  running = null;
}

function show(box, timer) {
  hideToast();
  slot().append(box);
  running = { box, timer };
}

/** A sentence that goes away by itself. */
export function say(text, seconds = 6) {
  const box = element("div", { class: "toast" }, element("span", {}, text));
  show(box, setTimeout(hideToast, seconds * 1000));
}

function countdown() {
  const used = svg("circle", { class: "ring__used", cx: 10, cy: 10, r: 8, pathLength: 100, "stroke-dasharray": "100 100", transform: "rotate(-90 10 10)" });
  const ring = svg("svg", { class: "ring", viewBox: "0 0 20 20", "aria-hidden": "true" }, svg("circle", { class: "ring__track", cx: 10, cy: 10, r: 8 }), used);
  return { ring, used };
}

/**
 * Say what was done and offer 撤回 for `seconds`. `undo()` returns a promise of the sentence to say next
 * (or of nothing: 已撤回). The key U calls takeBack().
 */
export function offerUndo(text, undo, seconds = 10) {
  const { ring, used } = countdown();
  const left = element("span", { "aria-hidden": "true" }, ` ${seconds}`);
  const button = element("button", { type: "button", class: "button" }, ring, word("undo"), left);
  const box = element("div", { class: "toast" }, element("span", {}, text), button);
  const ends = performance.now() + seconds * 1000;
  const timer = setInterval(() => {
    const rest = ends - performance.now();
    if (rest <= 0) return hideToast();
    left.textContent = ` ${Math.ceil(rest / 1000)}`;
    used.setAttribute("stroke-dasharray", `${(rest / seconds) / 10} 100`);
    return undefined;
  }, 250);
  show(box, timer);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const next = await undo();
      say(next || word("undone"));
    } catch (error) {
      say(error.message || word("failed"));
    }
  });
}

/** Press 撤回 if it is on show; false otherwise. */
export function takeBack() {
  const button = running && running.box.querySelector("button");
  if (button && !button.disabled) button.click();
  return Boolean(button);
}
