/** Sample map and charts of the living style pages. */

import { bars, Chart, lines, px, ring } from "./chart.js";
import { registerKey } from "./keys.js";
import { GridMap } from "./map.js";
import { markReady } from "./page.js";
import { openDrawer, openPanel } from "./panel.js";
import { offerUndo } from "./toast.js";
import { element } from "./words.js";

const wall = document.documentElement.classList.contains("theme-wall");
const WEST = 106.7;
const SOUTH = 39.6;
const STEP = 0.01;
const NAMES = ["海北", "新华", "新华西", "千里山", "凤凰岭", "林荫", "滨河", "滨湖"];

/** A crooked lattice: the same corner is moved alike for all its cells, so that neighbours share edges. */
function corner(x, y) {
  const lon = WEST + x * STEP + Math.sin(x * 1.7 + y * 2.3) * STEP * 0.22;
  return [lon, SOUTH + y * STEP * 0.8 + Math.cos(x * 2.1 - y * 1.3) * STEP * 0.18];
}

function polygon(x, y, size) {
  const edge = [];
  for (let n = 0; n < size; n += 1) edge.push(corner(x + n, y));
  for (let n = 0; n < size; n += 1) edge.push(corner(x + size, y + n));
  for (let n = 0; n < size; n += 1) edge.push(corner(x + size - n, y + size));
  for (let n = 0; n < size; n += 1) edge.push(corner(x, y + size - n));
  return [...edge, edge[0]];
}

function cells() {
  const features = [];
  for (let x = 0; x < 16; x += 1) {
    for (let y = 0; y < 8; y += 1) {
      const value = Math.floor(Math.abs(Math.sin(x * 3.1 + y * 5.7)) ** 2 * 13);
      features.push({ type: "Feature", properties: { key: x * 8 + y + 1, name: `${x}-${y}`, value, over: value >= 12, url: "#" },
        geometry: { type: "Polygon", coordinates: [polygon(x, y, 1)] } });
    }
  }
  return { type: "FeatureCollection", features };
}

function drawMap() {
  const frame = document.getElementById("map");
  if (!frame) return;
  const [west, south] = corner(0, 0);
  const [east, north] = corner(16, 8);
  const map = new GridMap(frame, { bounds: [[west, south], [east, north]], wheel: wall });
  map.setAreas(cells(), { labels: false });
  const streets = [];
  for (let x = 0; x < 16; x += 4) for (let y = 0; y < 8; y += 4) streets.push({ type: "LineString", coordinates: polygon(x, y, 4) });
  map.setLines("street", { type: "GeometryCollection", geometries: streets });
  map.setLines("district", { type: "LineString", coordinates: [...outline()] });
  map.addLabels(streets.map((_, index) => ({ key: index, name: NAMES[index], count: 40 + index * 13,
    at: corner((Math.floor(index / 2)) * 4 + 2, (index % 2) * 4 + 2) })));
  map.setMarks([
    { key: "a", lon: corner(5.4, 2.6)[0], lat: corner(5.4, 2.6)[1], tone: "urgent", pulse: true, title: "燃气泄漏", facts: [["单位", "燃气公司"], ["时限", "剩 42 分"]], url: "#" },
    { key: "b", lon: corner(10.2, 6.3)[0], lat: corner(10.2, 6.3)[1], tone: "run", title: "在岗" },
    { key: "c", lon: corner(12.6, 1.4)[0], lat: corner(12.6, 1.4)[1], tone: "urgent", title: "红牌", number: null },
    { key: "d", lon: corner(2.1, 5.9)[0], lat: corner(2.1, 5.9)[1], number: 12, title: "12 件" },
  ]);
}

function outline() {
  const edge = [];
  for (let n = 0; n <= 16; n += 1) edge.push(corner(n, 0));
  for (let n = 1; n <= 8; n += 1) edge.push(corner(16, n));
  for (let n = 15; n >= 0; n -= 1) edge.push(corner(n, 8));
  for (let n = 7; n >= 0; n -= 1) edge.push(corner(0, n));
  return edge;
}

function drawCharts() {
  const rows = [["海北", 368, [150, 120, 98]], ["千里山", 356, [170, 90, 96]], ["滨湖", 259, [99, 90, 70]], ["新华", 201, [81, 70, 50]], ["林荫", 166, [70, 60, 36]], ["凤凰岭", 120, [40, 50, 30]]];
  const make = { "chart-bars": () => bars({ rows: rows.map(([name, , values]) => ({ name, values })), series: ["市容", "噪声", "供热"], unit: "件" }),
    "chart-ring": () => ring({ rows: [["网格", 58], ["12345", 27], ["随手拍", 9], ["110", 4], ["其他", 2]].map(([name, value]) => ({ name, value })) }),
    "chart-line": () => lines({ times: Array.from({ length: 30 }, (_, n) => `3-${n + 1}`), percent: true, min: 88, target: { name: "目标 95", value: 95 },
      series: [{ name: "办结率", values: Array.from({ length: 30 }, (_, n) => +(93 + Math.sin(n / 3) * 2).toFixed(2)) }] }) };
  for (const [id, build] of Object.entries(make)) {
    const figure = document.getElementById(id);
    if (figure) new Chart(figure).draw(build);
  }
}

function bindTries() {
  const undo = () => offerUndo("已派单 → 区城管局", async () => undefined);
  const on = (id, run) => { const node = document.getElementById(id); if (node) node.addEventListener("click", run); };
  on("try-undo", undo);
  on("try-drawer", () => openDrawer("核查", element("p", {}, "内容")));
  on("try-panel", (event) => openPanel(event.currentTarget, element("div", {}, element("button", { class: "button button--primary" }, "确定")), { title: "派单给" }));
  registerKey({ code: "KeyP", label: "派单", run: undo });
}

drawMap();
drawCharts();
bindTries();
document.documentElement.dataset.rem = String(px(1));
markReady();
