/** Several out of many: letters find, Enter or a click adds, what is chosen stands above and a click takes it off. */

import { isComposing } from "./keys.js";
import { ranked } from "./searchable.js";
import { element, icon } from "./words.js";

const SHOWN = 6;

/** `select` (multiple) carries the words of the box in data-search, its options their letters in data-letters. */
export function pickSeveral(select) {
  const options = [...select.options];
  const all = options.map((node) => ({ node, text: node.text, letters: node.dataset.letters || "" }));
  const chosen = element("p", { class: "chip-list", hidden: true });
  const list = element("div", { class: "picker", hidden: true });
  const box = element("input", { type: "search", class: "input", autocomplete: "off", placeholder: select.dataset.search,
    "aria-label": select.dataset.search, "data-no-draft": true, id: `${select.id}-search` });
  const nothing = element("p", { class: "field__hint", role: "status", hidden: true }, select.dataset.none || "");
  let hits = [];

  const set = (option, on) => {
    option.selected = on;
    box.value = "";
    select.dispatchEvent(new Event("change", { bubbles: true }));
    draw();
    box.focus();
  };
  const draw = () => {
    const wish = box.value.trim().toLowerCase();
    hits = wish ? ranked(all, wish).map(({ node }) => node).filter((node) => !node.selected).slice(0, SHOWN) : [];
    nothing.hidden = !wish || hits.length > 0;
    list.hidden = !hits.length;
    list.replaceChildren(...hits.map((option) => element("button", { type: "button", class: "picker__row", onclick: () => set(option, true) }, option.text)));
    const now = options.filter((option) => option.selected);
    chosen.hidden = !now.length;
    chosen.replaceChildren(...now.map((option) => element("button", { type: "button", class: "filter-chip", "aria-pressed": "true",
      onclick: () => set(option, false) }, option.text, icon("close", 16))));
  };
  box.addEventListener("input", (event) => { if (!isComposing(event)) draw(); });
  box.addEventListener("compositionend", draw);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || isComposing(event)) return;
    event.preventDefault();
    if (hits.length) set(hits[0], true);
  });
  select.addEventListener("change", () => { if (document.activeElement !== box) draw(); }); // a draft that came back
  const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
  if (label) label.setAttribute("for", box.id);
  if (select.form) select.form.addEventListener("reset", () => setTimeout(draw));
  select.required = false; // a hidden field cannot say that it is empty: the server says it beside the box
  select.hidden = true;
  select.before(chosen, box, nothing, list);
  draw();
}
