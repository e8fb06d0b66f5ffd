/** 拍照上报 with script: the big button opens the camera at once, the place is sought meanwhile. */

import { isAllowed, preparePlace } from "../citizen/place.js";

const form = document.querySelector("form[data-report]");
const sheet = document.querySelector("[data-sheet]");
const home = document.querySelector("[data-home]");

/** On the home page the form is folded away until a photo was taken. */
function foldInto(locate) {
  const button = document.querySelector("[data-camera]");
  const input = form.querySelector("[data-shoot]");
  const show = (on) => {
    sheet.hidden = !on;
    home.hidden = on;
    if (on) scrollTo(0, 0);
  };
  button.addEventListener("click", (event) => {
    event.preventDefault();
    locate();
    input.setAttribute("capture", "environment");
    input.click();
    input.removeAttribute("capture");
  });
  input.addEventListener("change", () => {
    if (!input.files.length || !sheet.hidden) return;
    history.pushState({ sheet: true }, "", "#report");
    show(true);
  });
  addEventListener("popstate", () => show(location.hash === "#report" && input.files.length > 0));
}

/** Types of work that are not among the eight: found by name or code. */
function searchKinds() {
  const box = form.querySelector("[data-kind-search]");
  const field = box.querySelector("input");
  box.hidden = false;
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    for (const group of form.querySelectorAll("[data-group]")) {
      let any = false;
      for (const pick of group.querySelectorAll("[data-words]")) {
        const fits = pick.dataset.words.toLowerCase().includes(wanted);
        pick.hidden = !fits;
        any = any || fits;
      }
      group.hidden = !any;
    }
  });
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
}

function chooseKinds() {
  const more = form.querySelector("[data-more-kinds]");
  const chosen = form.querySelector("[data-chosen]");
  form.addEventListener("change", (event) => {
    if (event.target.name !== "category") return;
    const rare = more.contains(event.target);
    chosen.textContent = rare ? event.target.parentElement.textContent : "";
    if (rare) more.open = false;
  });
}

function onSpot() {
  const box = form.querySelector("[name=on_spot]");
  if (!box) return;
  const panel = box.closest(".spot");
  const part = panel.querySelector("[data-spot]");
  part.dataset.scripted = "";
  const show = () => { if (box.checked) panel.dataset.on = ""; else delete panel.dataset.on; };
  box.addEventListener("change", show);
  show();
}

if (form) {
  const locate = preparePlace(form);
  searchKinds();
  chooseKinds();
  onSpot();
  if (sheet) foldInto(locate);
  else locate();
  if (sheet) isAllowed().then((allowed) => { if (allowed) locate(); });
}
