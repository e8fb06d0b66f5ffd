/** The report form: proposals while typing, the device's place, similar open reports. */

import { isComposing } from "../shared/keys.js";
import { say } from "../shared/toast.js";
import { element } from "../shared/words.js";

const form = document.querySelector("[data-report]");
const field = (name) => form.querySelector(`[name=${name}]`);
let timer = 0;

function draw(told) {
  const ideas = form.querySelector("[data-ideas]");
  ideas.replaceChildren(...told.categories.map((idea) => element("button", { type: "button", class: "filter-chip", title: idea.words.join("、"),
    onclick: () => { field("category").value = idea.code; } }, idea.name, element("span", { class: "filter-chip__count" }, ` ${idea.share}%`))));
  const danger = form.querySelector("[data-danger]");
  danger.hidden = !told.danger.length;
  danger.replaceChildren(element("span", { class: "shape shape--warn", "aria-hidden": "true" }), told.danger.join("、"));
  const place = form.querySelector("[data-place]");
  place.hidden = !told.place;
  place.textContent = told.place;
  if (told.area && [...field("area").options].some((option) => option.value === told.area)) field("area").value = told.area;
  form.querySelector("[data-near]").replaceChildren(...told.near.map((row) => element("p", {}, element("a", { href: row.url, target: "_blank", rel: "noopener" }, row.title), element("span", { class: "hint" }, ` ${row.number} · ${row.metres} m`))));
}

async function look() {
  const query = new URLSearchParams({ text: field("text").value, lon: field("lon").value, lat: field("lat").value, category: field("category").value });
  const answer = await fetch(`${form.dataset.look}?${query}`, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" } });
  if (answer.ok) draw(await answer.json());
}

form.addEventListener("input", (event) => {
  if (isComposing(event) || !["text", "lon", "lat"].includes(event.target.name)) return;
  clearTimeout(timer);
  timer = setTimeout(look, 500);
});
const locate = form.querySelector("[data-locate]");
if ("geolocation" in navigator) {
  locate.hidden = false;
  locate.addEventListener("click", () => navigator.geolocation.getCurrentPosition(({ coords }) => {
    field("lon").value = coords.longitude.toFixed(6);
    field("lat").value = coords.latitude.toFixed(6);
    look();
  }, (error) => say(error.message), { enableHighAccuracy: true, timeout: 10000 }));
}
