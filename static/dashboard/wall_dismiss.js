/** 忽略: a warning is put away with a reason and for some hours; the page's own form, in a small panel. */

import { send } from "../shared/csrf.js";
import { closeTop, openPanel } from "../shared/panel.js";
import { say as toast } from "../shared/toast.js";
import { element, word } from "../shared/words.js";

/** Ask why and for how long, beside `opener`; `after()` runs when it was done. */
export function dismissing(opener, area, after) {
  const pattern = document.getElementById("dismiss-form");
  if (!pattern) return;
  const form = pattern.content.firstElementChild.cloneNode(true);
  form.elements.area.value = area;
  form.elements.key.value = opener.dataset.dismiss;
  const slot = element("p", { class: "field__error", role: "alert" });
  slot.hidden = true;
  form.append(slot);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await send(form.action, { body: new FormData(form) });
      const told = await answer.json();
      if (answer.ok) {
        closeTop();
        toast(told.said);
        after();
      } else {
        slot.textContent = told.detail || word("failed");
        slot.hidden = false;
      }
    } catch (error) {
      slot.textContent = word("offline");
      slot.hidden = false;
    }
  });
  openPanel(opener, form, { title: opener.dataset.title });
}
