/** A verb's form as a page of its own: the chooser, chips that fill a field, nothing more. */

import { prepareUnits } from "./chooser.js";
import { submitForm } from "../shared/form.js";

const form = document.querySelector("form.panel-form");
if (form) {
  prepareUnits(form, () => submitForm(form));
  for (const group of form.querySelectorAll("[data-ideas]")) {
    group.addEventListener("click", (event) => {
      const idea = event.target.closest("[data-value]");
      if (idea) document.getElementById(group.dataset.ideas).value = idea.dataset.value;
    });
  }
  for (const radio of form.querySelectorAll("[data-fills]")) {
    radio.addEventListener("change", () => { document.getElementById(radio.dataset.fills).value = radio.value; });
  }
}
