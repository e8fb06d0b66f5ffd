/** Unit chooser: suggestions by digit, any unit by letters of its name or pinyin, Enter takes the first. */

import { fit } from "../shared/fitting.js";
import { isComposing } from "../shared/keys.js";
import { pickSeveral } from "../shared/picker.js";
import { searchable } from "../shared/searchable.js";
import { element } from "../shared/words.js";
import { deskWord } from "./fragment.js";

const SHOWN = 8;

function found(options, text) {
  const wish = text.trim().toLowerCase();
  if (!wish) return [];
  return options.map((option) => ({ ...option, rank: fit(option.name, option.letters, wish) })).filter((option) => option.rank >= 0)
    .sort((a, b) => a.rank - b.rank).slice(0, SHOWN);
}

/** Turn the plain unit list of a panel into a chooser. `submit(button)` sends the form. */
export function prepareChooser(form, submit) {
  const select = form.querySelector("select[name=unit]");
  if (!select || select.dataset.ready) return;
  select.dataset.ready = "1";
  const options = [...select.options].filter((option) => option.value)
    .map((option) => ({ value: option.value, name: option.textContent.trim(), letters: option.dataset.letters || "" }));
  const label = form.querySelector(`label[for="${CSS.escape(select.id)}"]`);
  const search = element("input", { type: "search", class: "input chooser__search", autofocus: true, autocomplete: "off",
    placeholder: deskWord("choose"), "aria-label": deskWord("choose"), "data-no-draft": true });
  const list = element("div", { class: "chooser", role: "listbox", hidden: true });
  const suggestions = form.querySelector("[data-suggestions]");
  let hits = [];

  const take = (value) => {
    select.value = value;
    submit();
  };
  const draw = () => {
    hits = found(options, search.value);
    list.hidden = !search.value.trim();
    if (suggestions) suggestions.hidden = !list.hidden;
    const rows = hits.map((hit, index) => element("button", { type: "button", class: "chooser__row", role: "option",
      "aria-selected": String(index === 0), onclick: () => take(hit.value) }, element("kbd", {}, "↵"), element("span", { class: "chooser__name" }, hit.name)));
    list.replaceChildren(...(rows.length ? rows : [element("p", { class: "hint" }, deskWord("none"))]));
  };
  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    if (isComposing(event)) return;
    const empty = !search.value.trim();
    if (event.key === "Enter") {
      event.preventDefault();
      const first = suggestions && suggestions.querySelector("[data-unit]");
      if (!empty && hits.length) take(hits[0].value);
      else if (empty && first) take(first.dataset.unit);
    } else if (empty && /^[1-9]$/.test(event.key) && suggestions) {
      const wanted = suggestions.querySelectorAll("[data-unit]")[Number(event.key) - 1];
      if (!wanted) return;
      event.preventDefault();
      take(wanted.dataset.unit);
    }
  });
  if (suggestions) {
    suggestions.addEventListener("click", (event) => {
      const row = event.target.closest("[data-unit]");
      if (!row) return;
      event.preventDefault();
      take(row.dataset.unit);
    });
  }
  const field = select.closest(".field");
  field.after(list);
  select.required = false; // a hidden field cannot say that it is empty: the server says it beside the box
  select.hidden = true;
  if (label) label.setAttribute("for", (search.id = `${select.id}-search`));
  select.after(search);
  // suggestions first, the search below them
  if (suggestions) field.before(suggestions);
}

/** The lists of units of a verb: one that sends the form at once (派单), others that are searched and wait for the rest. */
export function prepareUnits(form, submit) {
  if ("chooser" in form.dataset) prepareChooser(form, submit);
  for (const select of form.querySelectorAll("select[data-search]")) {
    if (select.dataset.ready) continue;
    select.dataset.ready = "1";
    if (select.multiple) pickSeveral(select);
    else searchable(select);
  }
}
