/** The progress page looks again when it is looked at, and every minute; what a person is typing stays. */

const EVERY_MS = 60000;
let busy = false;

async function refresh() {
  const old = document.querySelector("[data-live]");
  if (!old || busy || document.hidden || old.contains(document.activeElement)) return;
  busy = true;
  try {
    const answer = await fetch(location.pathname, { headers: { "X-Requested-With": "fetch" } });
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-live]");
      if (fresh && fresh.textContent !== old.textContent) old.replaceWith(document.importNode(fresh, true));
    }
  } catch (error) {
    // No network: the page keeps what it shows and asks again in a minute.
  } finally {
    busy = false;
  }
}

document.addEventListener("visibilitychange", refresh);
setInterval(refresh, EVERY_MS);
