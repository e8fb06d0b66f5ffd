/** Map of one area: its children, or the buildings of a grid, inside its outline. */

import { GridMap } from "../shared/map.js";

const holder = document.querySelector("[data-area-map]");

function corners(geometry, found = [[180, 90], [-180, -90]]) {
  const walk = (part) => {
    if (typeof part[0] === "number") {
      found[0] = [Math.min(found[0][0], part[0]), Math.min(found[0][1], part[1])];
      found[1] = [Math.max(found[1][0], part[0]), Math.max(found[1][1], part[1])];
    } else part.forEach(walk);
  };
  walk(geometry.coordinates);
  return found;
}

async function draw() {
  const frame = document.getElementById("area-map");
  const answer = await fetch(holder.dataset.areaMap, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`map: ${answer.status}`);
  const { areas, outline, breaks } = await answer.json();
  const shapes = areas.features.filter((one) => one.geometry);
  if (!outline && !shapes.length) {
    frame.hidden = true;
    return;
  }
  const bounds = outline ? corners(outline.geometry) : shapes.reduce((found, one) => corners(one.geometry, found), undefined);
  const map = new GridMap(frame, { bounds, breaks });
  map.setAreas(areas, { labels: shapes.length <= 60 });
  if (outline) map.setLines("district", outline);
}

if (holder) draw().catch(() => { document.getElementById("area-map").hidden = true; });
