/** Labels of a map that do not collide: the count is given up first, then the name; a mark is never covered. */

const L = window.L;

function box(point, size) {
  return { left: point.x - size.width / 2, right: point.x + size.width / 2, top: point.y - size.height / 2, bottom: point.y + size.height / 2 };
}

function hits(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

function set(node, point, size) {
  L.DomUtil.setPosition(node, L.point(Math.round(point.x - size.width / 2), Math.round(point.y - size.height / 2)));
}

/** `labels`: [{node, at: LatLng, weight}]; `marks`: container points of marks. The heaviest label is placed first. */
export function placeLabels(map, labels, marks) {
  if (!labels.length) return;
  const taken = marks.map((point) => box(point, { width: 26, height: 26 }));
  for (const { node } of labels) node.classList.remove("is-bare", "is-hidden");
  // Read all sizes before writing any position: one layout for the lot.
  const measured = labels.map((label) => {
    const { offsetWidth: width, offsetHeight: height } = label.node;
    const name = label.node.firstElementChild.offsetHeight;
    return { ...label, full: { width, height }, bare: { width, height: name } };
  });
  measured.sort((one, other) => other.weight - one.weight);
  for (const label of measured) {
    const point = map.latLngToContainerPoint(label.at);
    const layerPoint = map.latLngToLayerPoint(label.at);
    const size = [label.full, label.bare].find((wish) => !taken.some((other) => hits(box(point, wish), other)));
    if (!size) {
      label.node.classList.add("is-hidden");
      continue;
    }
    if (size === label.bare) label.node.classList.add("is-bare");
    taken.push(box(point, size));
    set(label.node, layerPoint, size);
  }
}
