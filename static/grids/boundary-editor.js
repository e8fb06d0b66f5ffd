/** Draws a boundary over its neighbours and writes it into the text box as GeoJSON. Needs Leaflet and Geoman on the page. */

const L = window.L;
const DECIMALS = 5;

function rounded(part) {
  if (typeof part[0] !== "number") return part.map(rounded);
  return part.slice(0, 2).map((x) => Number(x.toFixed(DECIMALS)));
}

/** All drawn polygons as one geometry; null when nothing is drawn. */
function geometryOf(group) {
  const parts = [];
  group.eachLayer((layer) => {
    const { geometry } = layer.toGeoJSON();
    if (geometry.type === "Polygon") parts.push(rounded(geometry.coordinates));
    if (geometry.type === "MultiPolygon") parts.push(...rounded(geometry.coordinates));
  });
  if (!parts.length) return null;
  return parts.length === 1 ? { type: "Polygon", coordinates: parts[0] } : { type: "MultiPolygon", coordinates: parts };
}

class BoundaryEditor {
  constructor(root) {
    this.root = root;
    this.text = root.querySelector("textarea");
    this.note = root.querySelector("[data-note]");
    const box = root.querySelector("[data-map]");
    box.hidden = false;
    this.map = L.map(box, { attributionControl: false }).setView([39.68, 106.82], 11);
    if (root.dataset.tiles) L.tileLayer(root.dataset.tiles).addTo(this.map);
    this.around = L.geoJSON(null, { style: { color: "#5b6b7c", weight: 1, fillOpacity: 0.08 }, pmIgnore: true, interactive: false }).addTo(this.map);
    this.drawn = L.featureGroup().addTo(this.map);
    this.map.pm.setGlobalOptions({ layerGroup: this.drawn, snapDistance: 12 });
    this.map.pm.addControls({
      position: "topleft", drawMarker: false, drawCircleMarker: false, drawPolyline: false, drawCircle: false, drawText: false,
      rotateMode: false, drawRectangle: false,
    });
    if (document.documentElement.lang.startsWith("zh")) this.map.pm.setLang("zh");
    this.map.on("pm:create", ({ layer }) => { this.watch(layer); this.write(); });
    this.map.on("pm:remove pm:cut", () => this.write());
    this.text.addEventListener("change", () => this.read());
    this.read();
    this.neighbours();
  }

  watch(layer) {
    layer.on("pm:update pm:edit pm:dragend pm:cut", () => this.write());
  }

  /** From the text box to the map; a text that is no geometry is left for the server to name. */
  read() {
    this.drawn.clearLayers();
    let told = null;
    try {
      told = this.text.value.trim() ? JSON.parse(this.text.value) : null;
    } catch {
      return;
    }
    if (!told || !["Polygon", "MultiPolygon"].includes(told.type)) return;
    const parts = told.type === "Polygon" ? [told.coordinates] : told.coordinates;
    for (const coordinates of parts) {
      L.geoJSON({ type: "Polygon", coordinates }, { style: { color: "#0f49b0", weight: 2 } }).eachLayer((layer) => {
        this.drawn.addLayer(layer);
        this.watch(layer);
      });
    }
    if (this.drawn.getLayers().length) this.map.fitBounds(this.drawn.getBounds(), { padding: [24, 24], animate: false });
  }

  write() {
    const geometry = geometryOf(this.drawn);
    this.text.value = geometry ? JSON.stringify(geometry) : "";
  }

  async neighbours() {
    const { neighbours, code } = this.root.dataset;
    if (!neighbours) return;
    this.note.textContent = this.note.dataset.loading;
    try {
      const answer = await fetch(neighbours, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { areas, outline } = await answer.json();
      for (const one of areas.features) if (one.geometry && one.properties.code !== code) this.around.addData(one);
      if (outline) this.around.addData(outline);
      if (!this.drawn.getLayers().length && this.around.getLayers().length) this.map.fitBounds(this.around.getBounds(), { animate: false });
      this.note.textContent = "";
    } catch {
      this.note.textContent = this.note.dataset.failed;
    }
  }
}

for (const root of document.querySelectorAll("[data-boundary-editor]")) new BoundaryEditor(root);
