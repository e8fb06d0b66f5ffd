/**
 * Map without tiles: areas by load, lines, marks, labels that never cover a red mark, popups of plain text, list twin.
 * Positions are lon, lat (WGS-84). Needs vendor/leaflet/leaflet.js on the page.
 */

import { placeLabels } from "./map_labels.js";
import { element, svg, word } from "./words.js";

const L = window.L;
const BREAKS = [3, 6, 10];
const SHAPES = {
  urgent: () => svg("path", { d: "M12 2 23 22H1Z" }),
  warn: () => svg("path", { d: "M12 1 23 12 12 23 1 12Z" }),
  camera: () => svg("path", { d: "M1 5h14v5l8-4v12l-8-4v5H1Z" }),
};

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
/** Of an outline, or of a building that is known as a point only. */
const boundsOf = (layer) => (layer.getBounds ? layer.getBounds() : L.latLngBounds([layer.getLatLng()]));
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Level 0-3 of the load ramp; the breaks are fixed so that a colour means the same every day. */
export function loadLevel(value, breaks = BREAKS) {
  return breaks.filter((limit) => value >= limit).length;
}

/** One map. `frame`: the element of templates/shared/_map.html. */
export class GridMap {
  /** `bounds`: [[west, south], [east, north]] or `center` [lon, lat] with `zoom`; the view is set before any layer. */
  constructor(frame, { bounds = null, center = [0, 0], zoom = 12, wheel = false, breaks = BREAKS, onOpen = null } = {}) {
    this.frame = frame;
    this.breaks = breaks;
    this.onOpen = onOpen;
    this.areas = new Map();
    this.marks = new Map();
    this.labels = [];
    this.lines = {};
    this.home = bounds && L.latLngBounds(bounds.map(([lon, lat]) => [lat, lon]));
    this.map = L.map(frame.querySelector("[data-map-box]"), {
      zoomControl: false, attributionControl: false, scrollWheelZoom: wheel, zoomSnap: 0.25, zoomDelta: 0.5,
      zoomAnimation: !still(), fadeAnimation: false, markerZoomAnimation: !still(), maxBoundsViscosity: 0.8,
    });
    if (this.home) this.#goHome(false);
    else this.map.setView([center[1], center[0]], zoom, { animate: false });
    this.map.getContainer().addEventListener("wheel", () => { this.atHome = false; }, { passive: true });
    L.control.zoom({ position: "topright", zoomInTitle: word("zoomin"), zoomOutTitle: word("zoomout") }).addTo(this.map);
    this.#panes();
    this.map.getContainer().addEventListener("click", (event) => { if (event.target.closest(".leaflet-control-zoom")) this.atHome = false; }, true);
    if (!wheel) this.#wheelOnFocus();
    if (frame.dataset.tiles) this.#tiles(frame.dataset.tiles);
    this.map.on("moveend zoomend resize", () => this.#arrange());
    this.twin = frame.dataset.list ? document.getElementById(frame.dataset.list) : null;
    if (this.twin) this.#bindTwin();
    this.sizes = new ResizeObserver(() => this.#resize());
    this.sizes.observe(frame);
  }

  /** The legend stands in the lower left corner; the district is fitted above it. */
  #margins() {
    const legend = this.frame.querySelector(".map__legend");
    return { paddingTopLeft: [12, 12], paddingBottomRight: [12, 16 + (legend ? legend.offsetHeight : 0)] };
  }

  #goHome(animate) {
    this.map.fitBounds(this.home, { ...this.#margins(), animate });
    this.atHome = true;
    this.map.once("dragstart", () => { this.atHome = false; });
  }

  /** Whoever has not moved the map keeps the whole district in view when the frame changes. */
  #resize() {
    this.map.invalidateSize({ animate: false, pan: false });
    if (this.home && this.atHome) this.#goHome(false);
  }

  #panes() {
    for (const [name, z] of [["areas", 410], ["lines", 430], ["labels", 590]]) {
      this.map.createPane(name).style.zIndex = z;
    }
    this.map.getPane("labels").style.pointerEvents = "none";
    this.map.getPane("lines").style.pointerEvents = "none";
    this.areaRenderer = L.svg({ pane: "areas", padding: 0.3 });
    this.lineRenderer = L.svg({ pane: "lines", padding: 0.3 });
    this.areaRenderer.addTo(this.map);
    this.#hatch();
  }

  /** Over-limit cells are hatched as well as yellow: the meaning survives without colour. */
  #hatch() {
    this.hatchId = `hatch-${this.frame.id || Math.random().toString(36).slice(2)}`;
    const pattern = svg("pattern", { id: this.hatchId, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      svg("rect", { width: 6, height: 6, fill: colour("map-over") }),
      svg("rect", { width: 1.5, height: 6, fill: colour("map-label"), "fill-opacity": 0.55 }));
    this.areaRenderer._container.prepend(svg("defs", {}, pattern));
  }

  #wheelOnFocus() {
    const box = this.map.getContainer();
    box.addEventListener("focusin", () => this.map.scrollWheelZoom.enable());
    box.addEventListener("focusout", () => this.map.scrollWheelZoom.disable());
  }

  #tiles(address) {
    let failures = 0;
    const layer = L.tileLayer(address, { maxZoom: 18, crossOrigin: false }).addTo(this.map);
    layer.on("tileerror", () => {
      failures += 1;
      if (failures < 2 || !this.map.hasLayer(layer)) return;
      layer.remove();
      const legend = this.frame.querySelector(".legend");
      if (legend) legend.append(element("span", { class: "legend__item" }, word("notiles")));
    });
  }

  /** Polygons of one level. Feature properties: key, name, value, over, count, url; geometry may be null (no boundary). */
  setAreas(collection, { labels = true } = {}) {
    if (this.areaLayer) this.areaLayer.remove();
    this.areas.clear();
    this.areaLayer = L.geoJSON({ ...collection, features: collection.features.filter((one) => one.geometry) }, {
      pane: "areas", renderer: this.areaRenderer,
      style: (feature) => this.#areaStyle(feature.properties),
      pointToLayer: (feature, at) => L.circleMarker(at, { pane: "areas", renderer: this.areaRenderer, radius: 6 }),
      onEachFeature: (feature, layer) => this.#area(feature, layer),
    }).addTo(this.map);
    if (labels) this.#labelAreas();
    this.#arrange();
  }

  #area(feature, layer) {
    const { key } = feature.properties;
    this.areas.set(String(key), { layer, properties: { ...feature.properties } });
    layer.on("click", () => this.#open(String(key), boundsOf(layer).getCenter()));
    layer.on("mouseover", () => layer.setStyle({ weight: 2.5, color: colour("accent") }).bringToFront());
    layer.on("mouseout", () => layer.setStyle(this.#areaStyle(this.areas.get(String(key)).properties)));
  }

  #areaStyle({ value = 0, over = false }) {
    const fill = over ? `url(#${this.hatchId})` : colour(`load-${loadLevel(value, this.breaks)}`);
    return { fillColor: fill, fillOpacity: 1, color: colour("map-grid-line"), weight: this.lineWeight ?? 0.6, opacity: 1 };
  }

  /** New loads by key: {key: {value, over, count}}. Only changed cells are touched. */
  updateLoads(loads) {
    for (const [key, load] of Object.entries(loads)) {
      const area = this.areas.get(String(key));
      if (!area) continue;
      const before = area.properties;
      const changed = before.value !== load.value || Boolean(before.over) !== Boolean(load.over);
      area.properties = { ...before, ...load };
      if (changed) area.layer.setStyle(this.#areaStyle(area.properties));
      if (area.count) area.count.textContent = String(load.count ?? load.value ?? "");
    }
  }

  #labelAreas() {
    for (const label of this.labels) label.node.remove();
    this.labels = [];
    for (const area of this.areas.values()) {
      const { name, count, value, center } = area.properties;
      area.count = element("span", { class: "map-label__count" }, String(count ?? value ?? ""));
      const node = element("div", { class: "map-label" }, element("span", {}, name), area.count);
      this.map.getPane("labels").append(node);
      const at = center ? L.latLng(center[1], center[0]) : boundsOf(area.layer).getCenter();
      this.labels.push({ node, at, weight: value || 0, area });
    }
  }

  /** Labels that stand by themselves: [{key, name, count, at: [lon, lat]}], e.g. streets above their grids. */
  addLabels(labels) {
    for (const { name, count, at } of labels) {
      const number = element("span", { class: "map-label__count" }, String(count ?? ""));
      const node = element("div", { class: "map-label" }, element("span", {}, name), number);
      this.map.getPane("labels").append(node);
      this.labels.push({ node, at: L.latLng(at[1], at[0]), weight: Number(count) || 0 });
    }
    this.#arrange();
  }

  /** Lines drawn once from shared edges. kind: "street" or "district". */
  setLines(kind, geojson) {
    if (this.lines[kind]) this.lines[kind].remove();
    const weight = kind === "district" ? 3 : 1.6;
    this.lines[kind] = L.geoJSON(geojson, {
      pane: "lines", renderer: this.lineRenderer, interactive: false,
      style: { color: colour(`map-${kind}-line`), weight, opacity: kind === "district" ? 1 : 0.75, fill: false },
    }).addTo(this.map);
  }

  /** Marks [{key, lon, lat, tone, title, facts: [[label, text]], url, pulse, number}]; marks that are still there stay in place. */
  setMarks(marks) {
    const seen = new Set();
    for (const mark of marks) {
      const key = String(mark.key);
      seen.add(key);
      const old = this.marks.get(key);
      if (old && old.data.tone === mark.tone && old.data.number === mark.number) old.layer.setLatLng([mark.lat, mark.lon]);
      else {
        if (old) old.layer.remove();
        this.marks.set(key, { layer: this.#mark(mark), data: mark });
      }
      this.marks.get(key).data = mark;
    }
    for (const [key, old] of this.marks) {
      if (seen.has(key)) continue;
      old.layer.remove();
      this.marks.delete(key);
    }
    this.#arrange();
  }

  #mark(mark) {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const wall = document.documentElement.classList.contains("theme-wall");
    const size = Math.round((mark.tone === "urgent" || mark.number ? (wall ? 1.75 : 1.5) : (wall ? 1.25 : 1)) * rem);
    const cluster = mark.number !== undefined && mark.number !== null;
    const shape = (SHAPES[mark.tone] || (() => svg("circle", { cx: 12, cy: 12, r: 9 })))();
    const html = cluster ? document.createTextNode(String(mark.number)) : svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, shape);
    const holder = element("span", { class: "map-mark__in" }, html);
    const look = cluster ? "cluster" : mark.tone || "run";
    const icon = L.divIcon({ className: `map-mark map-mark--${look}${mark.pulse ? " map-mark--pulse" : ""}`, html: holder, iconSize: [size, size] });
    const layer = L.marker([mark.lat, mark.lon], { icon, title: mark.title, alt: mark.title, riseOnHover: true, keyboard: true,
      zIndexOffset: mark.tone === "urgent" ? 1000 : 0 });
    layer.bindPopup(() => this.#popup(this.marks.get(String(mark.key)).data), { maxWidth: 320, autoPanPadding: [24, 24] });
    return layer.addTo(this.map);
  }

  #popup({ title, facts = [], url }) {
    const list = element("dl", { class: "facts" });
    for (const [label, text] of facts) list.append(element("dt", {}, label), element("dd", {}, text));
    return element("div", { class: "stack stack--tight" }, element("p", { class: "map-popup__title" }, title), list,
      url ? element("a", { class: "button button--small", href: url }, word("open")) : null);
  }

  #open(key, at) {
    const area = this.areas.get(key);
    this.#current(key);
    if (this.onOpen && this.onOpen(area.properties) !== false) return;
    const { name, value, facts, url } = area.properties;
    L.popup({ maxWidth: 320 }).setLatLng(at).setContent(this.#popup({ title: name, facts: facts || [["", String(value ?? "")]], url })).openOn(this.map);
  }

  /** Go to an area or a mark and show what it is. */
  focus(key) {
    const mark = this.marks.get(String(key));
    const area = this.areas.get(String(key));
    this.atHome = false;
    if (mark) {
      this.map.setView(mark.layer.getLatLng(), Math.max(this.map.getZoom(), 15), { animate: !still() });
      mark.layer.openPopup();
    } else if (area) {
      this.map.fitBounds(boundsOf(area.layer), { padding: [40, 40], maxZoom: 16, animate: !still() });
      this.#open(String(key), boundsOf(area.layer).getCenter());
    }
    return Boolean(mark || area);
  }

  reset() {
    if (this.home) this.#goHome(!still());
  }

  #current(key) {
    if (!this.twin) return;
    for (const row of this.twin.querySelectorAll("[data-key]")) {
      if (row.dataset.key === key) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }

  #bindTwin() {
    this.twin.addEventListener("click", (event) => {
      const row = event.target.closest("[data-key]");
      const plain = row && !event.ctrlKey && !event.metaKey && row.getAttribute("href") === "#";
      if (plain) event.preventDefault();
      if (plain) this.focus(row.dataset.key);
    });
    this.twin.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      const rows = [...this.twin.querySelectorAll("[data-key]")];
      const next = rows[rows.indexOf(document.activeElement) + step];
      if (next) next.focus();
      event.preventDefault();
    });
  }

  #arrange() {
    this.#gridLines();
    const red = [...this.marks.values()].map(({ layer }) => this.map.latLngToContainerPoint(layer.getLatLng()));
    placeLabels(this.map, this.labels, red);
  }

  /** Cells below 6 px have no line of their own: it would cover them. */
  #gridLines() {
    const first = this.areas.values().next().value;
    if (!first) return;
    const box = boundsOf(first.layer);
    const size = this.map.latLngToContainerPoint(box.getNorthWest()).distanceTo(this.map.latLngToContainerPoint(box.getSouthEast()));
    const weight = size < 9 ? 0 : 0.6;
    if (weight === this.lineWeight) return;
    this.lineWeight = weight;
    this.areaLayer.setStyle({ weight });
  }
}
