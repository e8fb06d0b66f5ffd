/** The whole area in a corner, when most of its cells lie close together and the map looks at those. */

import { loadLevel } from "../shared/map.js";
import { svg } from "../shared/words.js";

const WIDTH = 1000;
const CLOSE = 0.4;
const EDGE = 0.14;

function quantile(sorted, share) {
  return sorted[Math.round((sorted.length - 1) * share)];
}

function span(numbers) {
  const sorted = numbers.filter((one) => one !== null).sort((one, other) => one - other);
  const [low, high] = [quantile(sorted, EDGE), quantile(sorted, 1 - EDGE)];
  const pad = (high - low) * 0.12;
  return [low - pad, high + pad];
}

/** [[west, south], [east, north]] of where most cells are, or null when that is most of the area anyway. */
export function coreOf(cells, bounds) {
  if (cells.length < 30) return null;
  const [west, east] = span(cells.map((cell) => cell.properties.lon));
  const [south, north] = span(cells.map((cell) => cell.properties.lat));
  const [[left, bottom], [right, top]] = bounds;
  const share = ((east - west) * (north - south)) / ((right - left) * (top - bottom));
  return share < CLOSE ? [[west, south], [east, north]] : null;
}

export class Inset {
  /** `box`: a button that holds the drawing. */
  constructor(box) {
    this.box = box;
    this.cells = new Map();
  }

  hide() {
    this.box.hidden = true;
  }

  show(layers, live, core) {
    const [[west, south], [east, north]] = layers.bounds;
    const squeeze = Math.cos(((south + north) / 2) * Math.PI / 180);
    const unit = WIDTH / ((east - west) * squeeze);
    const place = ([lon, lat]) => [((lon - west) * squeeze * unit).toFixed(1), ((north - lat) * unit).toFixed(1)];
    const path = (rings) => rings.map((ring) => `M${ring.map((point) => place(point).join(" ")).join("L")}Z`).join("");
    const drawing = svg("svg", { viewBox: `-20 -20 ${WIDTH + 40} ${((north - south) * unit + 40).toFixed(0)}`, "aria-hidden": "true" });
    this.cells.clear();
    for (const { geometry, properties } of layers.cells.features) {
      const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
      const cell = svg("path", { d: polygons.map(path).join("") });
      this.cells.set(properties.code, cell);
      drawing.append(cell);
    }
    for (const line of this.#lines(layers.outline)) drawing.append(svg("path", { class: "inset__line", d: `M${line.map((point) => place(point).join(" ")).join("L")}` }));
    const [left, top] = place([core[0][0], core[1][1]]).map(Number);
    const [right, bottom] = place([core[1][0], core[0][1]]).map(Number);
    this.marks = svg("g", {});
    drawing.append(svg("rect", { class: "inset__core", x: left, y: top, width: right - left, height: bottom - top }), this.marks);
    this.place = place;
    this.box.replaceChildren(drawing);
    this.box.hidden = false;
    this.update(live);
  }

  #lines(shape) {
    if (!shape) return [];
    return shape.type === "LineString" ? [shape.coordinates] : shape.coordinates;
  }

  update(live) {
    if (this.box.hidden) return;
    const over = new Set(live.over);
    for (const [code, cell] of this.cells) {
      const look = over.has(code) ? "inset__over" : `load-${loadLevel(live.loads[code] || 0)}`;
      if (cell.getAttribute("class") !== look) cell.setAttribute("class", look);
    }
    const red = live.marks.filter((mark) => mark.tone === "urgent");
    this.marks.replaceChildren(...red.map(({ lon, lat }) => {
      const [cx, cy] = this.place([lon, lat]);
      return svg("circle", { class: "inset__red", cx, cy, r: 22 });
    }));
  }
}
