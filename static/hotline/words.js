/** Words of the agent's desk (templates/hotline/_words.html), and requests that survive a new sign-in. */

import { send } from "../shared/csrf.js";

const source = document.getElementById("hotline-words");

/** A word of this page; each `%s` is replaced by the next value. */
export function say2(key, ...values) {
  const text = (source && source.dataset[key]) || key;
  return values.reduce((said, value) => said.replace("%s", value), text);
}

/** After a sign-in in another tab the page's token is stale: the cookie has the one in force. */
export function renewToken() {
  const found = document.cookie.match(/(?:^|; )(?:__Host-)?csrf=([^;]+)/);
  if (!found) return;
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = found[1];
}

/** POST JSON; gives {ok, status, body}. Throws only when nothing was heard from the server. */
export async function post(url, body, headers = {}) {
  renewToken();
  const answer = await send(url, { body, headers });
  return { ok: answer.ok, status: answer.status, body: await read(answer) };
}

/** POST fields as a form does: for verbs that other pages offer as forms. */
export async function postForm(url, fields) {
  renewToken();
  const answer = await send(url, { body: new URLSearchParams(fields) });
  return { ok: answer.ok, status: answer.status, body: await read(answer) };
}

async function read(answer) {
  const kind = answer.headers.get("Content-Type") || "";
  return kind.includes("json") ? answer.json() : { detail: String(answer.status), html: await answer.text() };
}
