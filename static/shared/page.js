/** Start of every desk and wall page. A page's own module imports what it needs and, on the wall, calls markReady(). */

import { startAlarms } from "./alarm.js";
import { startClock } from "./clock.js";
import { startCommands } from "./command.js";
import { csrfToken } from "./csrf.js";
import { prepareForms, startForms } from "./form.js";
import { registerKey, startKeys } from "./keys.js";
import { openDialog, startPanels } from "./panel.js";
import { startPulse } from "./pulse.js";
import { startScrolling } from "./scroll.js";
import { takeBack } from "./toast.js";
import { element, word } from "./words.js";

const body = document.body;

/** The page is complete and alive (tests and the kiosk wait for it). */
export function markReady() {
  document.documentElement.dataset.ready = "1";
  performance.mark("ready");
}

let asked = false;

/** The session is over: say so above the page; nothing typed is lost, and sign-in opens beside it. */
function sessionOver() {
  if (asked || !body.dataset.user) return;
  asked = true;
  const link = element("a", { class: "button button--primary", href: body.dataset.signIn || "/", target: "_blank", rel: "noopener" }, word("signin"));
  openDialog(word("expired"), element("p", {}, link), { onClose: () => { asked = false; } });
}

function startHtmx() {
  if (!window.htmx) return;
  body.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRFToken"] = csrfToken(); });
  body.addEventListener("htmx:responseError", (event) => { if (event.detail.xhr.status === 401) sessionOver(); });
  body.addEventListener("htmx:afterSettle", (event) => prepareForms(event.detail.elt));
  // A fragment never replaces the field a person is in.
  body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target } = event.detail;
    if (target && target !== document.activeElement && !target.contains(document.activeElement)) return;
    event.detail.shouldSwap = false;
  });
}

document.addEventListener("session-over", sessionOver);
startClock();
startPanels();
startKeys();
startForms();
startHtmx();
startAlarms();
startCommands();
startScrolling();
registerKey({ code: "KeyU", label: word("undo"), run: takeBack });
const search = document.querySelector("[data-search]");
if (search) registerKey({ code: "Slash", label: search.getAttribute("aria-label") || "", run: () => search.focus() });
if (body.dataset.pulse) startPulse(body.dataset.pulse, { scope: body.dataset.pulseScope, every: Number(body.dataset.pulseSeconds || 5), from: body.dataset.pulseCursor || "" });
if (!("deferReady" in body.dataset)) markReady();
