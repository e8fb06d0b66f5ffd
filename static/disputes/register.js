/** Registering a dispute: likely types while the story is told, each with the words that decided; the area is searched. */

import { send } from "../shared/csrf.js";
import { isComposing } from "../shared/keys.js";
import { searchable } from "../shared/searchable.js";
import { say } from "../shared/toast.js";
import { element } from "../shared/words.js";

const WAIT_MS = 500;
const form = document.querySelector("[data-register]");
const ideas = form.querySelector("[data-ideas]");
const type = form.elements.type;
let timer = 0;
let turn = 0;

function take(code, name) {
  type.value = code;
  say(`${ideas.dataset.took}: ${name}`);
}

function draw(types) {
  const chips = types.map((one) => element("button", { type: "button", class: "filter-chip", onclick: () => take(one.code, one.name) },
    one.name, element("span", { class: "filter-chip__count" }, ` ${one.share}%`),
    one.words.length ? element("span", { class: "dispute__why" }, one.words.join("、")) : null));
  ideas.replaceChildren(...(chips.length ? [element("span", { class: "hint" }, ideas.dataset.words), ...chips] : []));
}

async function look() {
  turn += 1;
  const mine = turn;
  const text = form.elements.facts.value.trim();
  if (text.length < 4) {
    draw([]);
    return;
  }
  const answer = await send(form.dataset.suggest, { body: new URLSearchParams({ text }) });
  if (answer.ok && mine === turn) draw((await answer.json()).types);
}

form.addEventListener("input", (event) => {
  if (isComposing(event) || event.target.name !== "facts") return;
  clearTimeout(timer);
  timer = setTimeout(look, WAIT_MS);
});
searchable(form.elements.area);
if (form.elements.facts.value) look();
