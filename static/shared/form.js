/** Forms that already work without script become kinder: drafts, one submit, focus on errors, previews of photos. */

import { isComposing } from "./keys.js";
import { say } from "./toast.js";
import { element, word } from "./words.js";

const SENT = "draft-sent";
const KEEP_MS = 30 * 86400000;

const user = () => document.body.dataset.user || "";
const draftKey = (form) => `draft:${user()}:${form.dataset.draft || location.pathname}`;

function keeps(field) {
  return field.name && !field.closest("[data-no-draft]") && !["hidden", "password", "file", "submit", "button"].includes(field.type);
}

function valuesOf(form) {
  const values = {};
  for (const field of form.elements) {
    if (!keeps(field)) continue;
    if (field.type === "checkbox" || field.type === "radio") {
      if (field.checked) (values[field.name] = values[field.name] || []).push(field.value);
    } else if (field.value) values[field.name] = [field.value];
  }
  return values;
}

function fill(form, values) {
  for (const field of form.elements) {
    if (!keeps(field)) continue;
    const kept = values[field.name];
    if (field.type === "checkbox" || field.type === "radio") field.checked = Boolean(kept) && kept.includes(field.value);
    else if (kept) [field.value] = kept;
  }
}

function readDraft(form) {
  try {
    const kept = JSON.parse(localStorage.getItem(draftKey(form)));
    return kept && Date.now() - kept.at < KEEP_MS ? kept.values : null;
  } catch (error) {
    localStorage.removeItem(draftKey(form));
    return null;
  }
}

/** Forget the draft of a form, e.g. after its verb has been accepted. */
export function dropDraft(form) {
  localStorage.removeItem(draftKey(form));
}

function saveDraft(form) {
  const values = valuesOf(form);
  if (!Object.keys(values).length) return dropDraft(form);
  try {
    localStorage.setItem(draftKey(form), JSON.stringify({ at: Date.now(), values }));
  } catch (error) {
    // Storage full or forbidden: the form itself still holds the text, only the safety copy is missing.
    return undefined;
  }
  const stamp = form.querySelector("[data-draft-stamp]");
  if (stamp) stamp.textContent = `${word("draft")} ${new Date().toTimeString().slice(0, 8)}`;
  return undefined;
}

/** Keep what is typed on this machine, per account, until the server has taken it. */
export function keepDraft(form) {
  const kept = form.querySelector("[data-error-summary]") ? null : readDraft(form);
  const fresh = JSON.stringify(valuesOf(form));
  if (kept && JSON.stringify(kept) !== fresh) {
    fill(form, kept);
    const discard = element("button", { type: "button", class: "link-button", onclick: () => { dropDraft(form); form.reset(); line.remove(); } }, word("discard"));
    const line = element("p", { class: "notice" }, word("restored"), " ", discard);
    form.prepend(line);
  }
  let timer = 0;
  const later = () => { clearTimeout(timer); timer = setTimeout(() => saveDraft(form), 1000); };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  addEventListener("pagehide", () => { if (JSON.stringify(valuesOf(form)) !== fresh && !form.dataset.sent) saveDraft(form); });
  form.addEventListener("submit", () => { saveDraft(form); form.dataset.sent = "1"; sessionStorage.setItem(SENT, draftKey(form)); });
}

/** After a submit: the next page without errors means the server has taken it. */
function settleSent() {
  const key = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  if (key && !document.querySelector("[data-error-summary]")) localStorage.removeItem(key);
}

function submitOnce(event) {
  const form = event.target;
  if (form.method === "get" || form.hasAttribute("hx-post") || event.defaultPrevented) return;
  if (form.dataset.busy) {
    event.preventDefault();
    return;
  }
  form.dataset.busy = "1";
  if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
}

/** requestSubmit() is missing on iOS 15; a click on the submit button does the same. */
export function submitForm(form) {
  const button = form.querySelector("button:not([type]), [type=submit]");
  if (form.requestSubmit) form.requestSubmit();
  else if (button) button.click();
}

function enterKeys(event) {
  if (event.key !== "Enter") return;
  if (isComposing(event)) {
    if (event.target.matches("input")) event.preventDefault();
  } else if ((event.ctrlKey || event.metaKey) && event.target.matches("textarea") && event.target.form) {
    event.preventDefault();
    submitForm(event.target.form);
  }
}

function previews(zone) {
  const input = zone.querySelector("input[type=file]");
  const list = zone.querySelector("[data-upload-list]");
  const show = () => {
    for (const image of list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    list.replaceChildren();
    for (const file of input.files) list.append(uploadRow(input, file, show));
  };
  input.addEventListener("change", show);
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.dataset.over = ""; });
  zone.addEventListener("dragleave", () => delete zone.dataset.over);
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    delete zone.dataset.over;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

function uploadRow(input, file, show) {
  const picture = file.type.startsWith("image/") ? element("img", { class: "upload__thumb", src: URL.createObjectURL(file), alt: "" }) : null;
  const remove = element("button", { type: "button", class: "button button--small", "aria-label": `${word("remove")} ${file.name}`, onclick: () => {
    const rest = new DataTransfer();
    for (const other of input.files) if (other !== file) rest.items.add(other);
    input.files = rest.files;
    show();
  } }, word("remove"));
  return element("li", { class: "upload__item" }, picture, element("span", { class: "grow clip" }, file.name), element("small", {}, `${(file.size / 1048576).toFixed(1)} MB`), remove);
}

function canned(menu) {
  const target = document.getElementById(menu.dataset.canned);
  if (!target) return;
  menu.addEventListener("click", (event) => {
    const item = event.target.closest("[data-text]");
    if (!item) return;
    target.setRangeText(item.dataset.text, target.selectionStart, target.selectionEnd, "end");
    menu.open = false;
    target.focus();
    target.dispatchEvent(new Event("input", { bubbles: true }));
  });
  target.addEventListener("keydown", (event) => {
    if (event.key !== "/" || target.value || isComposing(event)) return;
    event.preventDefault();
    menu.open = true;
    const first = menu.querySelector("[data-text]");
    if (first) first.focus();
  });
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    say(word("copied"));
  } catch (error) {
    say(button.dataset.copy, 20);
  }
}

/** Set up everything below `root`; call again for a fragment that was put into the page. */
export function prepareForms(root = document) {
  root.querySelectorAll("form[data-draft]").forEach(keepDraft);
  root.querySelectorAll("[data-upload]").forEach(previews);
  root.querySelectorAll("[data-canned]").forEach(canned);
  root.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => copy(button)); });
  root.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => print()); });
  root.querySelectorAll("[data-submit-on-change]").forEach((field) => field.addEventListener("change", () => submitForm(field.form)));
}

let started = false;

export function startForms() {
  if (started) return;
  started = true;
  settleSent();
  prepareForms();
  document.addEventListener("submit", submitOnce);
  document.addEventListener("keydown", enterKeys);
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-busy]").forEach((form) => delete form.dataset.busy);
  });
  const summary = document.querySelector("[data-error-summary]");
  if (summary) summary.focus();
}
