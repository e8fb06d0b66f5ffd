/** How well a name fits what is typed: its beginning, a part of it, letters of its pinyin, or 住建 in 住房和城乡建设局. */

function inOrder(wish, text) {
  let at = 0;
  for (const letter of text) if (letter === wish[at]) at += 1;
  return at === wish.length;
}

/** Smaller is better, -1 does not fit. `letters`: full pinyin and initials, apart by spaces; `wish` in small letters. */
export function fit(name, letters, wish) {
  const own = name.toLowerCase();
  if (own.includes(wish)) return own.startsWith(wish) ? 0 : 1;
  const parts = letters.toLowerCase().split(" ");
  const places = parts.map((part) => part.indexOf(wish)).filter((at) => at >= 0);
  if (places.length) return 2 + Math.min(...places);
  const short = wish.length > 1 && (inOrder(wish, own) || inOrder(wish, parts[parts.length - 1]));
  return short ? 1000 : -1;
}
