/** 随手拍 with script: the place is found by itself once a photo is taken, or by the button. */

import { isAllowed, preparePlace } from "./place.js";

const form = document.querySelector("form[data-report]");

if (form) {
  const locate = preparePlace(form);
  const button = form.querySelector("[data-locate]");
  const hasPlace = () => Boolean(form.elements.grid.value || form.elements.lon.value);
  if (navigator.geolocation) {
    button.hidden = false;
    button.addEventListener("click", locate);
    form.querySelector("[data-shoot]").addEventListener("change", () => { if (!hasPlace()) locate(); });
    isAllowed().then((allowed) => { if (allowed && !hasPlace()) locate(); });
  }
}
