/** Start of phone and citizen pages: small, and nothing that a form needs. */

import { startClock } from "./clock.js";
import { startForms } from "./form.js";
import { startPanels } from "./panel.js";

export function markReady() {
  document.documentElement.dataset.ready = "1";
}

function elderSwitch(button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    document.cookie = `elder=${on ? 1 : 0};path=/;max-age=31536000;samesite=lax`;
    document.documentElement.classList.toggle("face-elder", on);
    button.setAttribute("aria-pressed", String(on));
  });
}

startClock();
startPanels();
startForms();
document.querySelectorAll("[data-elder]").forEach(elderSwitch);
if (!("deferReady" in document.body.dataset)) markReady();
