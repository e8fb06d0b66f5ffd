/** Call-backs by digits: the first question without an answer takes the next digit; nothing is chosen beforehand. */

import { send } from "../shared/csrf.js";
import { say } from "../shared/toast.js";
import { element } from "../shared/words.js";

const form = document.querySelector("[data-call-back]");
const ASKED = ["was_contacted", "solved", "level"];

function chosen(name) {
  return form.querySelector(`[name="${name}"]:checked`);
}

/** Only what belongs to the finding is asked. */
function showAsked() {
  const finding = chosen("finding");
  for (const part of form.querySelectorAll("[data-asked]")) {
    part.hidden = Boolean(finding) && part.dataset.asked !== finding.value;
    if (!finding && part.dataset.asked !== "reached") part.hidden = true;
  }
}

function pick(input) {
  if (!input) return;
  input.checked = true;
  showAsked();
  input.focus();
}

/** 0: not reached. 1 and 2: yes and no of the open question; 1 to 5: the rating. Any digit means that somebody answers. */
function digit(key) {
  if (key === "0" && !chosen("finding")) {
    pick(form.querySelector("[name=finding][value=unreached]"));
    return;
  }
  if (!chosen("finding")) pick(form.querySelector("[name=finding][value=reached]"));
  if (chosen("finding").value !== "reached") return;
  const open = ASKED.find((name) => !chosen(name));
  if (!open) return;
  const value = open === "level" ? key : { 1: "1", 2: "0" }[key];
  if (value !== undefined) pick(form.querySelector(`[name="${open}"][value="${value}"]`));
}

async function submit() {
  const button = form.querySelector("button.button--primary");
  if (button.disabled) return;
  button.disabled = true;
  const slot = form.querySelector("[data-refusal]");
  try {
    const answer = await send(form.action, { body: new FormData(form) });
    const told = await answer.json();
    if (!answer.ok) {
      slot.replaceChildren(element("p", { class: "notice notice--warning", role: "alert" }, told.detail));
      slot.scrollIntoView({ block: "nearest" });
      return;
    }
    say(told.said);
    setTimeout(() => { location.href = told.next + location.search.replace(/[?&]row=\d+/, ""); }, 600);
  } catch (error) {
    slot.replaceChildren(element("p", { class: "notice notice--warning", role: "alert" }, error.message));
  } finally {
    button.disabled = false;
  }
}

async function dial(button) {
  const body = new FormData();
  body.set("act", "dial");
  button.disabled = true;
  try {
    const answer = await send(form.action, { body });
    const told = await answer.json();
    say(answer.ok ? told.said : told.detail, 8);
    if (told.url) location.assign(told.url);
  } catch (error) {
    say(error.message);
  } finally {
    button.disabled = false;
  }
}

if (form) {
  showAsked();
  const ring = document.querySelector("[data-dial]");
  if (ring) {
    ring.hidden = false;
    ring.addEventListener("click", () => dial(ring));
  }
  form.addEventListener("change", showAsked);
  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey && event.key === "Enter") {
      event.preventDefault();
      submit();
      return;
    }
    const typing = event.target.closest("textarea, input:not([type=radio]):not([type=checkbox]), select");
    if (typing || event.ctrlKey || event.altKey || event.metaKey || !/^[0-5]$/.test(event.key)) return;
    event.preventDefault();
    digit(event.key);
  });
}
