/** Words of the page for scripts, translated by the server (templates/shared/_words.html). */

const source = document.getElementById("words");

/** The word `key`; each `%s` in it is replaced by the next value. */
export function word(key, ...values) {
  const text = (source && source.dataset[key]) || key;
  return values.reduce((said, value) => said.replace("%s", value), text);
}

/** Make an element with plain text children: no markup ever comes from data. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children) if (child !== null && child !== undefined) made.append(child);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** An icon of the shared set, as in templates/shared/_icon.html. */
export function icon(name, size = 20) {
  const use = svg("use", { href: `${document.body.dataset.icons}#${name}` });
  return svg("svg", { class: `icon icon--${size}`, viewBox: "0 0 24 24", "aria-hidden": "true" }, use);
}
