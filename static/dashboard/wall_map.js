/** The wall's map: cells by load, names with counts, red and over-limit marks, drill by click. Layers can be switched. */

import { GridMap } from "../shared/map.js";
import { element } from "../shared/words.js";
import { coreOf, Inset } from "./wall_inset.js";
import { say } from "./wall_words.js";

const L = window.L;
const NOTHING = { type: "GeometryCollection", geometries: [] };

export class WallMap {
  /** `frame`: the map's frame; `onDrill(code)`: a piece of land was chosen. */
  constructor(frame, { onDrill }) {
    this.frame = frame;
    this.onDrill = onDrill;
    this.grid = null;
    this.up = {};
    this.shown = { red: true, over: true, names: true, people: false };
    this.live = null;
    this.inset = new Inset(document.querySelector("[data-inset]"));
  }

  /** Another area: its outlines (`layers`) and what is going on in it (`live`). */
  show(layers, live) {
    if (!layers.bounds && !layers.cells.features.length) {
      this.frame.dataset.missing = say("nolines");
      return;
    }
    delete this.frame.dataset.missing;
    const bounds = layers.bounds || this.#around(layers.cells);
    const core = layers.outline ? coreOf(layers.cells.features, bounds) : null;
    this.views = core ? [core, bounds] : [bounds];
    if (core) this.inset.show(layers, live, core);
    else this.inset.hide();
    if (!this.grid) this.grid = new GridMap(this.frame, { bounds: this.views[0], wheel: true, onOpen: (cell) => this.#open(cell) });
    this.up = layers.up;
    this.layers = layers;
    this.#aim(0);
    this.grid.map.closePopup();
    this.grid.setMarks([]);
    this.grid.setAreas(this.#cells(layers.cells, live), { labels: false });
    this.grid.setLines("street", layers.lines || NOTHING);
    this.grid.setLines("district", layers.outline || NOTHING);
    this.#names(live);
    this.update(live);
    this.grid.reset();
    for (const [key, { layer }] of this.grid.areas) layer.bindTooltip(() => this.#hint(key), { sticky: true, className: "cell-hint" });
  }

  #aim(view) {
    this.view = view;
    this.grid.home = L.latLngBounds(this.views[view].map(([lon, lat]) => [lat, lon]));
  }

  #around(cells) {
    const box = L.geoJSON(cells).getBounds();
    return [[box.getWest(), box.getSouth()], [box.getEast(), box.getNorth()]];
  }

  #cells(cells, live) {
    const over = new Set(live.over);
    return { type: "FeatureCollection", features: cells.features.map((cell) => {
      const { code, name, short_name: short, lon, lat } = cell.properties;
      return { type: "Feature", geometry: cell.geometry,
        properties: { key: code, name: short || name, lon, lat, value: this.#load(live, code), open: live.loads[code] || 0, over: over.has(code) } };
    }) };
  }

  /** What colours a cell: its open events, or those for every thousand residents. */
  #load(live, code) {
    const open = live.loads[code] || 0;
    const people = live.people[code] || 0;
    if (!this.shown.people) return open;
    return people ? Math.round((open * 10000) / people) / 10 : 0;
  }

  #hint(key) {
    const { name, open, value } = this.grid.areas.get(key).properties;
    const people = (this.live && this.live.people[key]) || 0;
    const per = people ? ` · ${value} ${say("thousand")}` : ` · ${say("nopeople")}`;
    return element("span", {}, `${name} · ${say("open")} ${open} ${say("pieces")}${this.shown.people ? per : ""}`);
  }

  #open({ key }) {
    this.onDrill(this.up[key] || key);
    return true;
  }

  #names(live) {
    for (const label of this.grid.labels) label.node.remove();
    this.grid.labels = [];
    if (!this.shown.names) return;
    this.named = this.layers.labels;
    this.grid.addLabels(this.named.map(({ key, name, at }) => ({ key, name, at, count: live.open[key] || 0 })));
  }

  /** Fresh loads and marks of the same area. */
  update(live) {
    this.live = live;
    if (!this.grid) return;
    const over = new Set(live.over);
    const loads = {};
    for (const [key, open] of Object.entries(live.loads)) loads[key] = { value: this.#load(live, key), open, over: over.has(key) };
    this.grid.updateLoads(loads);
    this.grid.labels.forEach((label, index) => {
      const text = String(live.open[this.named[index].key] || 0);
      const node = label.node.lastElementChild;
      if (node.textContent !== text) node.textContent = text;
    });
    this.grid.setMarks(this.#marks(live));
    this.inset.update(live);
  }

  #marks(live) {
    const found = [];
    if (this.shown.over) {
      for (const key of live.over) {
        const cell = this.grid.areas.get(key);
        if (!cell || cell.properties.lat === null) continue;
        const { name, lon, lat, open } = cell.properties;
        found.push({ key: `over-${key}`, lon, lat, tone: "warn", title: `${name} · ${say("over")}`, facts: [[say("open"), `${open} ${say("pieces")}`]] });
      }
    }
    for (const mark of live.marks) {
      if (mark.tone === "urgent" && !this.shown.red) continue;
      found.push(this.#event(mark));
    }
    return found;
  }

  #event({ key, lon, lat, tone, title, place, unit, due, red, count }) {
    const urgent = tone === "urgent";
    if (count !== undefined) return { key, lon, lat, tone, pulse: true, title: `${title} · ${count} ${say("pieces")}`, facts: [] };
    const facts = [[say("place"), place], [say("unit"), unit || "—"]];
    if (due) facts.push([say("due"), new Date(Date.parse(due) + 8 * 3600000).toISOString().slice(5, 16).replace("T", " ")]);
    const flag = urgent ? ` · ${say(red ? "red" : "critical")}` : "";
    return { key, lon, lat, tone, pulse: urgent, title: `${title}${flag}`, facts, url: `/events/${encodeURIComponent(key)}/` };
  }

  /** Switch a layer: red, over, names, people (loads for every thousand residents). */
  toggle(name, on) {
    this.shown[name] = on;
    if (!this.grid || !this.live) return;
    if (name === "names") this.#names(this.live);
    this.update(this.live);
  }

  /** The first view again; from there the whole area, where the first view is its dense part. */
  reset() {
    if (!this.grid) return;
    this.#aim(this.grid.atHome ? (this.view + 1) % this.views.length : 0);
    this.grid.reset();
  }

  zoom(by) {
    if (!this.grid) return;
    this.grid.atHome = false;
    this.grid.map.setZoom(this.grid.map.getZoom() + by);
  }

  pan(x, y) {
    if (!this.grid) return;
    this.grid.atHome = false;
    this.grid.map.panBy([x, y]);
  }
}
