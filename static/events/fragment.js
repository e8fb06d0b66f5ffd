/** Pieces of pages from our own server, parsed inertly: scripts in them never run, markup never comes from data. */

import { send } from "../shared/csrf.js";

const source = document.getElementById("desk-words");

/** A word of the desk's own scripts (templates/events/_words.html). */
export function deskWord(key) {
  return (source && source.dataset[key]) || key;
}

/** Nodes of an HTML text. */
export function nodesOf(text) {
  const parsed = new DOMParser().parseFromString(text, "text/html");
  return [...parsed.body.childNodes].map((node) => document.importNode(node, true));
}

/** GET a fragment; throws an Error with the server's sentence when it is refused. */
export async function getNodes(url) {
  const answer = await send(url, { method: "GET" });
  if (!answer.ok) throw Object.assign(new Error(await sentence(answer)), { status: answer.status });
  return nodesOf(await answer.text());
}

/** The sentence of a refusal, whatever its form. */
export async function sentence(answer) {
  const kind = answer.headers.get("Content-Type") || "";
  if (kind.includes("json")) {
    const body = await answer.json();
    return body.detail || String(answer.status);
  }
  const title = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("h1");
  return title ? title.textContent.trim() : String(answer.status);
}
