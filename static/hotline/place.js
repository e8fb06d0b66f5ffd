/** A place by a click on the map: for an address that no register knows. */

import { closeTop, openDialog } from "../shared/panel.js";
import { element } from "../shared/words.js";
import { form, flush, active } from "./sessions.js";
import { ask } from "./suggest.js";
import { say2 } from "./words.js";

const FALLBACK = [106.81, 39.67];

/** The district's streets under the click; the point goes into the form, the server says which grid it is. */
export async function openMap(opener) {
  const { GridMap } = await import("../shared/map.js");
  const box = element("div", { class: "map place-map" }, element("div", { class: "map__box", "data-map-box": true }));
  const take = element("button", { type: "button", class: "button button--primary", disabled: true }, say2("here"));
  openDialog(say2("map"), element("div", { class: "stack" }, box, element("p", {}, take)), { opener });
  const lon = Number(form.elements.lon.value) || FALLBACK[0];
  const lat = Number(form.elements.lat.value) || FALLBACK[1];
  const map = new GridMap(box, { center: [lon, lat], zoom: 13, wheel: true });
  draw(map);
  let chosen = null;
  map.map.on("click", ({ latlng }) => {
    chosen = latlng;
    take.disabled = false;
    map.setMarks([{ key: "here", lon: latlng.lng, lat: latlng.lat, title: say2("chosen"), tone: "urgent" }]);
  });
  take.addEventListener("click", () => {
    form.elements.grid.value = "";
    form.elements.lon.value = chosen.lng.toFixed(6);
    form.elements.lat.value = chosen.lat.toFixed(6);
    active().place = "chosen";
    flush();
    closeTop();
    ask(0);
  });
}

function middle(geometry) {
  const ring = geometry.type === "Polygon" ? geometry.coordinates[0] : geometry.coordinates[0][0];
  const sum = ring.reduce(([x, y], [lon, lat]) => [x + lon, y + lat], [0, 0]);
  return [sum[0] / ring.length, sum[1] / ring.length];
}

async function draw(map) {
  try {
    const answer = await fetch(form.dataset.districtMap, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok) return;
    const told = await answer.json();
    map.setLines("street", told.areas);
    map.setLines("district", told.outline);
    const marks = told.areas.features.filter((one) => one.properties.name && one.geometry);
    map.addLabels(marks.map((one) => ({ key: one.properties.key, name: one.properties.name, count: "", at: middle(one.geometry) })));
  } catch (error) {
    // Without outlines the point can still be chosen.
  }
}
