/** Marks of clusters, or of the reports inside one, on the outlines of the streets. */

import { GridMap } from "../shared/map.js";

const frame = document.getElementById("clue-map");
const told = document.getElementById("clue-marks");

if (frame && told) {
  const marks = JSON.parse(told.textContent);
  const edge = 0.004;
  const spread = (values) => [Math.min(...values) - edge, Math.max(...values) + edge];
  const [west, east] = spread(marks.map((mark) => mark.lon));
  const [south, north] = spread(marks.map((mark) => mark.lat));
  const map = new GridMap(frame, { bounds: [[west, south], [east, north]] });
  const ground = document.getElementById("clue-ground");
  if (ground) map.setAreas(JSON.parse(ground.textContent), { labels: true });
  map.setMarks(marks);
}
