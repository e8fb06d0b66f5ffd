/** Marks of hot topics or of the orders behind one, on the outlines of the streets. */

import { GridMap } from "../shared/map.js";

const frame = document.getElementById("hot-map");
const told = document.getElementById("hot-marks");

if (frame && told) {
  const marks = JSON.parse(told.textContent);
  const lons = marks.map((mark) => mark.lon);
  const lats = marks.map((mark) => mark.lat);
  const edge = 0.004;
  const bounds = [[Math.min(...lons) - edge, Math.min(...lats) - edge], [Math.max(...lons) + edge, Math.max(...lats) + edge]];
  const map = new GridMap(frame, { bounds });
  const ground = document.getElementById("hot-ground");
  if (ground) map.setAreas(JSON.parse(ground.textContent), { labels: true });
  map.setMarks(marks);
}
