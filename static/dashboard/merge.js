/**
 * Brings a part of the page to the state of a fresh copy without replacing it: text nodes and attributes change. Rows of a
 * ranking are places: the place stays and its text changes, so nothing moves; parts with data-key are matched by it.
 * Elements with data-keep (a canvas) stay as they are; a list with data-pause waits while a person points at it or is in it.
 */

const SAME = Symbol("same");

function keyOf(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node.dataset.key || node.id || null : null;
}

function alike(here, fresh) {
  return here.nodeType === fresh.nodeType && here.nodeName === fresh.nodeName && keyOf(here) === keyOf(fresh);
}

function mergeAttributes(here, fresh) {
  for (const { name, value } of [...fresh.attributes]) {
    if (name !== "hidden" && here.getAttribute(name) !== value) here.setAttribute(name, value);
  }
  for (const { name } of [...here.attributes]) {
    if (name === "hidden" || name === "tabindex" || name.startsWith("aria-") || fresh.hasAttribute(name)) continue;
    here.removeAttribute(name);
  }
}

function keyed(parent) {
  const found = new Map();
  for (const child of parent.children) {
    const key = keyOf(child);
    if (key) found.set(`${child.nodeName} ${key}`, child);
  }
  return found;
}

/** The node of `here` that a fresh child belongs to, or SAME when a new one must be made. */
function partner(child, at, rows) {
  const key = keyOf(child);
  if (key) return rows.get(`${child.nodeName} ${key}`) || SAME;
  return at && alike(at, child) ? at : SAME;
}

function mergeChildren(here, fresh) {
  const rows = keyed(here);
  let at = here.firstChild;
  for (const child of [...fresh.childNodes]) {
    const found = partner(child, at, rows);
    if (found === SAME) {
      here.insertBefore(document.importNode(child, true), at);
      continue;
    }
    if (found === at) at = at.nextSibling;
    else here.insertBefore(found, at);
    merge(found, child);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

/** Make `here` say what `fresh` says. */
export function merge(here, fresh) {
  if (here.nodeType === Node.TEXT_NODE) {
    if (here.data !== fresh.data) here.data = fresh.data;
    return;
  }
  if (here.nodeType !== Node.ELEMENT_NODE || here.hasAttribute("data-keep")) return;
  if (here.hasAttribute("data-pause") && (here.contains(document.activeElement) || here.matches(":hover"))) return;
  mergeAttributes(here, fresh);
  mergeChildren(here, fresh);
}

/** Merge every part marked data-live of a fetched document into this page. */
export function mergePage(fresh) {
  for (const part of fresh.querySelectorAll("[data-live]")) {
    const here = part.id === "crumbs" ? document.querySelector(".wall-crumbs") : document.getElementById(part.id);
    if (!here) continue;
    if (part.id === "crumbs") mergeChildren(here, part);
    else merge(here, part);
  }
}
