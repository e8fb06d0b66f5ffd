/** The task list looks again when it is looked at, and every minute. */

const EVERY_MS = 60000;
let busy = false;

async function refresh() {
  const old = document.querySelector("[data-home] .rows");
  if (!old || busy || document.hidden || old.contains(document.activeElement)) return;
  busy = true;
  try {
    const answer = await fetch(location.pathname, { headers: { "X-Requested-With": "fetch" } });
    if (answer.status === 401) document.dispatchEvent(new CustomEvent("session-over"));
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-home] .rows");
      if (fresh && fresh.textContent !== old.textContent) old.replaceWith(document.importNode(fresh, true));
    }
  } catch (error) {
    // No network: what is shown stays.
  } finally {
    busy = false;
  }
}

document.addEventListener("visibilitychange", refresh);
setInterval(refresh, EVERY_MS);
