/** Minutes save themselves three seconds after the last stroke, each part over the version it was read with. */

const root = document.querySelector("[data-minutes]");
const WAIT = 3000;
/** A browser carries at most 64 KB past the end of a page. */
const MOST_KEPT = 6000;

function said(words) {
  root.querySelector("[data-minutes-said]").textContent = words;
}

async function save(form) {
  const text = form.elements.text.value;
  const answer = await fetch(form.action, {
    method: "POST", body: new FormData(form), credentials: "same-origin", keepalive: text.length < MOST_KEPT,
    headers: { "X-Requested-With": "fetch", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
  });
  const told = await answer.json();
  if (!answer.ok) {
    said(told.detail || String(answer.status));
    return;
  }
  form.elements.version.value = told.version;
  form.dataset.saved = text;
  said(told.said);
}

function watch(form) {
  let timer = null;
  let running = Promise.resolve();
  form.dataset.saved = form.elements.text.value;
  const go = () => {
    clearTimeout(timer);
    running = running.then(() => (form.dataset.saved === form.elements.text.value ? null : save(form))).catch((error) => said(String(error)));
  };
  form.elements.text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(go, WAIT);
  });
  form.elements.text.addEventListener("blur", go);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go();
  });
  form.querySelector("[data-part-save]").hidden = true;
}

if (root) root.querySelectorAll("[data-part]").forEach(watch);
