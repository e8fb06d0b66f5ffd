/** A long list of choices is searched: words above it keep only what fits, the first of that is chosen. */

import { fit } from "./fitting.js";
import { isComposing } from "./keys.js";
import { element } from "./words.js";

/** The options that fit, best first; as they stood among equals. */
export function ranked(options, wish) {
  return options.map((option) => ({ option, rank: fit(option.text, option.letters, wish) })).filter(({ rank }) => rank >= 0)
    .sort((a, b) => a.rank - b.rank).map(({ option }) => option);
}

/** `select` carries the words of the box in data-search, of no find in data-none, each option its letters in data-letters. */
export function searchable(select) {
  const all = [...select.options].map((node) => ({ node, text: node.textContent, letters: node.dataset.letters || "" }));
  const box = element("input", { type: "search", class: "input", autocomplete: "off", placeholder: select.dataset.search, "aria-label": select.dataset.search, "data-no-draft": true });
  const nothing = element("p", { class: "field__hint", role: "status", hidden: true }, select.dataset.none || "");
  const narrow = () => {
    const wish = box.value.trim().toLowerCase();
    const kept = select.value;
    const shown = wish ? ranked(all, wish) : all;
    select.replaceChildren(...shown.map((option) => option.node));
    select.size = wish ? Math.min(6, Math.max(2, shown.length)) : 1;
    if (!wish || shown.some((option) => option.node.value === kept)) select.value = kept;
    else if (shown.length) select.value = shown[0].node.value;
    if (!shown.length) select.replaceChildren(...all.slice(0, 1).map((option) => option.node));
    nothing.hidden = shown.length > 0;
  };
  box.addEventListener("input", (event) => { if (!isComposing(event)) narrow(); });
  box.addEventListener("compositionend", narrow);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || isComposing(event)) return;
    event.preventDefault();
    close();
    select.focus();
  });
  const close = () => {
    const kept = select.value;
    box.value = "";
    narrow();
    select.value = kept;
  };
  select.addEventListener("change", () => { if (box.value) close(); });
  select.before(box, nothing);
}
