/** Map of the mediation bodies: streets as ground, a mark for every place. The list twin stands beside it. */

import { GridMap } from "../shared/map.js";

const holder = document.querySelector("[data-bodies-map]");

function grow(found, [lon, lat]) {
  return [[Math.min(found[0][0], lon), Math.min(found[0][1], lat)], [Math.max(found[1][0], lon), Math.max(found[1][1], lat)]];
}

function corners(features, marks) {
  let found = [[180, 90], [-180, -90]];
  const walk = (part) => {
    if (typeof part[0] === "number") found = grow(found, part);
    else part.forEach(walk);
  };
  for (const one of features) walk(one.geometry.coordinates);
  for (const { lon, lat } of marks) found = grow(found, [lon, lat]);
  const [[west, south], [east, north]] = found;
  const room = east - west + north - south > 0 ? 0 : 0.01; // one point alone has no extent to fit
  return [[west - room, south - room], [east + room, north + room]];
}

async function draw() {
  const frame = document.getElementById("bodies-map");
  const answer = await fetch(holder.dataset.bodiesMap, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`map: ${answer.status}`);
  const { areas, marks } = await answer.json();
  const shapes = areas.features.filter((one) => one.geometry);
  if (!shapes.length && !marks.length) {
    frame.hidden = true;
    return;
  }
  const map = new GridMap(frame, { bounds: corners(shapes, marks) });
  map.setAreas({ ...areas, features: shapes }, { labels: shapes.length <= 30 });
  map.setMarks(marks);
}

if (holder) draw().catch(() => { document.getElementById("bodies-map").hidden = true; });
