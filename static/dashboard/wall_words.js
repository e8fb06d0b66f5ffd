/** Words of the wall's scripts, translated by the server (templates/dashboard/wall.html). */

const source = document.getElementById("wall-words");

/** The word `key`; `%s` in it is replaced by the next value. */
export function say(key, ...values) {
  const text = (source && source.dataset[key]) || key;
  return values.reduce((said, value) => said.replace("%s", value), text);
}
