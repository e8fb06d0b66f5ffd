/** Verbs: a small panel beside its button, one request, a sentence, ten seconds to take it back. */

import { send } from "../shared/csrf.js";
import { dropDraft, prepareForms } from "../shared/form.js";
import { openPanel, closeTop } from "../shared/panel.js";
import { pulseNow } from "../shared/pulse.js";
import { offerUndo, say } from "../shared/toast.js";
import { element, word } from "../shared/words.js";
import { prepareUnits } from "./chooser.js";
import { deskWord, getNodes } from "./fragment.js";

const listeners = new Set();
let openForm = null;

/** Call `run({id, number, verb, refused})` after every verb that was done or refused. */
export function onDone(run) {
  listeners.add(run);
}

function tell(what) {
  for (const run of listeners) run(what);
  pulseNow();
}

function busy(form, on) {
  const button = form.querySelector("[data-main]") || form.querySelector("button:not([type=button])");
  if (!button) return;
  if (on) {
    button.dataset.wide = "";
    button.setAttribute("aria-busy", "true");
    button.disabled = true;
  } else {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
}

/** What the form would send; `extra` adds or replaces fields. */
function bodyOf(form, extra = {}) {
  const body = new FormData(form);
  for (const [name, value] of Object.entries(extra)) body.set(name, value);
  return body;
}

function showFields(form, fields) {
  for (const old of form.querySelectorAll("[data-said]")) old.remove();
  for (const box of form.querySelectorAll(".field--error")) box.classList.remove("field--error");
  let first = null;
  for (const [name, sentences] of Object.entries(fields || {})) {
    const field = form.querySelector(`[name="${CSS.escape(name)}"]`);
    const box = field && field.closest(".field");
    const line = element("p", { class: "field__error", "data-said": true }, element("span", { class: "shape shape--urgent", "aria-hidden": "true" }), sentences.join(" "));
    if (box) {
      box.classList.add("field--error");
      box.append(line);
      first = first || field;
    } else {
      slotOf(form).append(line);
    }
  }
  if (first) first.focus();
}

function slotOf(form) {
  return form.querySelector("[data-refusal]") || form;
}

/** A refusal inside an open panel: the typed text stays, what changed is listed, the next try sees the new version. */
function showRefusal(form, answer) {
  const slot = slotOf(form);
  const lines = (answer.changes || []).map((row) => element("li", {}, `${row.at} ${row.who} ${row.verb}`));
  const box = element("div", { class: "notice notice--warning", role: "alert" }, element("span", { class: "shape shape--warn", "aria-hidden": "true" }),
    element("div", {}, element("p", {}, answer.detail), lines.length ? element("ul", {}, ...lines) : null,
      answer.code === "stale" ? element("p", {}, deskWord("again")) : null));
  slot.replaceChildren(box);
  const seen = form.querySelector("[name=seen_version]");
  if (seen && answer.version) seen.value = String(answer.version);
  box.scrollIntoView({ block: "nearest" });
}

async function undo(answer) {
  const body = new FormData();
  body.set("note", deskWord("undoNote"));
  const result = await send(answer.undo, { body });
  const told = await result.json();
  tell({ id: answer.id, number: answer.number, verb: "undo", refused: !result.ok });
  if (!result.ok) throw new Error(told.detail);
  return word("undone");
}

/** Send a verb's form. `context`: {id, number, inPanel}. */
export async function submitVerb(form, extra = {}) {
  if (form.dataset.doing) return;
  form.dataset.doing = "1";
  const inPanel = Boolean(form.closest(".small-panel"));
  const { verb } = form.dataset;
  const body = bodyOf(form, extra);
  const row = form.closest("tr[data-id]");
  const ticket = form.closest("[data-ticket]");
  busy(form, true);
  try {
    const answer = await send(form.action, { body });
    const told = answer.status === 401 ? {} : await answer.json();
    if (answer.ok) {
      dropDraft(form);
      if (inPanel) closeTop();
      else if (verb === "comment") form.reset();
      if (told.shown) reveal(told);
      else if (told.undo) offerUndo(told.said, () => undo(told));
      else say(told.said);
      tell({ ...told, verb, refused: false });
    } else if (answer.status === 400 && told.fields && inPanel) {
      showFields(form, told.fields);
    } else if (inPanel && answer.status !== 401) {
      showRefusal(form, told);
    } else if (answer.status !== 401) {
      say(told.detail || word("failed"), 10);
      tell({ id: Number((row || ticket || { dataset: {} }).dataset.id), number: (row || ticket || { dataset: {} }).dataset.number, verb, refused: true, detail: told.detail });
    }
  } catch (error) {
    // No network: nothing was done; the form keeps what was typed.
    if (inPanel) showRefusal(form, { detail: word("offline") });
    else say(word("offline"), 10);
  } finally {
    delete form.dataset.doing;
    busy(form, false);
  }
}

/** Clear text of a masked value for sixty seconds, then the mask again. */
function reveal({ number, shown, field }) {
  const ticket = document.querySelector(`[data-ticket][data-number="${CSS.escape(number)}"]`);
  const place = ticket && ticket.querySelector(`[data-masked="${CSS.escape(field)}"]`);
  if (!place) return;
  const mask = place.textContent;
  place.textContent = shown;
  setTimeout(() => {
    if (place.isConnected && place.textContent === shown) {
      place.textContent = mask;
      say(deskWord("masked"));
    }
  }, 60000);
}

function wire(form) {
  prepareForms(form.parentElement);
  prepareUnits(form, () => submitVerb(form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const extra = event.submitter && event.submitter.name ? { [event.submitter.name]: event.submitter.value } : {};
    submitVerb(form, extra);
  });
  for (const group of form.querySelectorAll("[data-ideas]")) {
    group.addEventListener("click", (event) => {
      const idea = event.target.closest("[data-value]");
      if (!idea) return;
      const field = document.getElementById(group.dataset.ideas);
      field.value = idea.dataset.value;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  for (const radio of form.querySelectorAll("[data-fills]")) {
    radio.addEventListener("change", () => { document.getElementById(radio.dataset.fills).value = radio.value; });
  }
  form.addEventListener("keydown", digits);
  form.addEventListener("keydown", enter);
}

/** In a panel of colours the digits choose and send: D 2 is a yellow flag. */
function digits(event) {
  const form = event.currentTarget;
  if (form.dataset.verb !== "urge" || !/^[1-3]$/.test(event.key) || event.target.matches("textarea, input:not([type=radio])")) return;
  const radio = form.querySelectorAll("[name=colour]")[Number(event.key) - 1];
  if (!radio) return;
  event.preventDefault();
  radio.checked = true;
  submitVerb(form);
}

/** Enter on a radio or a tick sends the panel, as it would in a dialog. */
function enter(event) {
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229 || !event.target.matches("[type=radio], [type=checkbox]")) return;
  event.preventDefault();
  submitVerb(event.currentTarget);
}

function keepInWindow(box) {
  const size = box.getBoundingClientRect();
  const over = size.bottom - (innerHeight - 8);
  if (over > 0) box.style.top = `${Math.max(8 + scrollY, parseFloat(box.style.top) - over)}px`;
  box.scrollTop = 0; // suggestions stand first and are seen first
}

/** Fetch the panel of a verb and open it beside `opener`. */
export async function openVerb(url, opener) {
  if (openForm) return;
  openForm = url;
  try {
    const nodes = await getNodes(url);
    const form = nodes.find((node) => node.nodeType === 1 && node.matches("form"));
    if (!form) return;
    const holder = element("div", {}, form);
    document.body.append(holder);
    wire(form);
    holder.remove();
    openPanel(opener, form, { title: form.dataset.title });
    const box = form.closest(".small-panel");
    if (form.querySelector("table") || form.dataset.verb === "whistle" || form.dataset.verb === "confer") box.classList.add("small-panel--wide");
    keepInWindow(box);
    const wish = form.querySelector("[autofocus], input[type=radio], textarea, select:not([hidden])");
    if (wish) wish.focus({ preventScroll: true });
  } catch (error) {
    say(error.message || word("failed"), 10);
  } finally {
    openForm = null;
  }
}

/** Buttons and links of verbs below `root`. */
export function startVerbs(root = document) {
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-panel]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const menu = link.closest("details.menu");
    if (menu) menu.open = false;
    openVerb(link.href, menu ? menu.querySelector("summary") : link);
  });
  root.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-verb]");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    submitVerb(form);
  }, true);
}
