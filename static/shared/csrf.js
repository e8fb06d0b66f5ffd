/** Requests of page scripts: signed, same origin, and honest about an ended session. */

/** The token stands in the language form of every page, so that the cookie may be out of reach of scripts. */
export function csrfToken() {
  const field = document.querySelector("input[name=csrfmiddlewaretoken]");
  return field ? field.value : "";
}

/** fetch() with the token and without caches. `body`: FormData, URLSearchParams or a plain object (sent as JSON). */
export async function send(url, { method = "POST", body = null, headers = {}, signal = undefined } = {}) {
  const all = { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch", ...headers };
  let content = body;
  if (body !== null && !(body instanceof FormData) && !(body instanceof URLSearchParams)) {
    all["Content-Type"] = "application/json";
    content = JSON.stringify(body);
  }
  const answer = await fetch(url, { method, body: content, headers: all, credentials: "same-origin", cache: "no-store", signal });
  if (answer.status === 401) document.dispatchEvent(new CustomEvent("session-over"));
  return answer;
}

/** 128 random bits for an idempotent request; crypto.randomUUID is missing on plain HTTP and on Chromium 90. */
export function requestKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
