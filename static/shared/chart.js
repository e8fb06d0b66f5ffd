/**
 * Charts: one ECharts instance per figure, merged updates, text sizes from the root font size, patterns beside colours,
 * tooltips drawn as text on the canvas, a table twin. Needs vendor/echarts/echarts.common.min.js on the page.
 */

import { word } from "./words.js";

const style = () => getComputedStyle(document.documentElement);
const token = (name) => style().getPropertyValue(`--${name}`).trim();

/** Pixels of `rem` now. */
export function px(rem) {
  return Math.round(rem * parseFloat(style().fontSize) * 100) / 100;
}

const isWall = () => document.documentElement.classList.contains("theme-wall");
const textSize = () => px(isWall() ? 1.125 : 0.8125);
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The six series colours of the theme; status colours are never among them. */
export function palette() {
  return [1, 2, 3, 4, 5, 6].map((n) => token(`chart-${n}`));
}

function base() {
  const size = textSize();
  const text = { color: token("text-2"), fontSize: size, fontFamily: style().fontFamily };
  return {
    color: palette(),
    textStyle: text,
    animation: !still(),
    animationDuration: 0,
    animationDurationUpdate: 300,
    aria: { enabled: true, label: { enabled: false }, decal: { show: isWall() } },
    grid: { left: px(0.25), right: px(0.75), top: px(0.75), bottom: px(0.25), containLabel: true },
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true, backgroundColor: token("surface"), borderColor: token("line-strong"),
      textStyle: { ...text, color: token("text") }, axisPointer: { type: "shadow", shadowStyle: { opacity: 0.15 } },
    },
    legend: { show: false, textStyle: text },
  };
}

function axis(kind, more = {}) {
  const size = textSize();
  return {
    type: kind,
    axisLabel: { color: token("text-2"), fontSize: size, hideOverlap: true, ...(more.axisLabel || {}) },
    axisLine: { show: kind === "category", lineStyle: { color: token("line-strong") } },
    axisTick: { show: false },
    splitLine: { show: kind === "value", lineStyle: { color: token("line"), width: 1 } },
    ...Object.fromEntries(Object.entries(more).filter(([name]) => name !== "axisLabel")),
  };
}

/** Horizontal bars. rows: [{name, values: [..]}], series: names; stacked when there are several. The figure stands at the bar. */
export function bars({ rows, series = [""], unit = "" }) {
  const last = series.length - 1;
  return {
    grid: { right: px(3.5) },
    xAxis: axis("value", { show: false }),
    yAxis: axis("category", { data: rows.map((row) => row.name), inverse: true, axisLine: { show: false } }),
    tooltip: { valueFormatter: (value) => `${value} ${unit}`.trim() },
    series: series.map((name, index) => ({
      name, type: "bar", stack: "all", barMaxWidth: px(1), data: rows.map((row) => row.values[index]),
      label: index === last ? { show: true, position: "right", color: token("text"), fontSize: textSize(),
        formatter: ({ dataIndex }) => String(rows[dataIndex].values.reduce((sum, one) => sum + one, 0)) } : { show: false },
    })),
  };
}

/** Lines over time. times: labels; series: [{name, values}]; target: {name, value} draws a dashed line. */
export function lines({ times, series, target = null, percent = false, min = null }) {
  const marks = target ? { silent: true, symbol: "none", animation: false, lineStyle: { color: token("text-2"), type: "dashed", width: 1 },
    label: { formatter: target.name, color: token("text-2"), fontSize: textSize(), position: "insideStartTop" }, data: [{ yAxis: target.value }] } : undefined;
  return {
    xAxis: axis("category", { data: times, boundaryGap: false }),
    yAxis: axis("value", { scale: percent, min, splitNumber: 2, axisLabel: percent ? { formatter: "{value}%" } : {} }),
    tooltip: { axisPointer: { type: "line" } },
    series: series.map((one, index) => ({ name: one.name, type: "line", data: one.values, symbol: "circle", symbolSize: px(0.35),
      showSymbol: one.values.length < 15, lineStyle: { width: px(0.13), type: ["solid", "dashed", "dotted"][index % 3] },
      markLine: index === 0 ? marks : undefined })),
  };
}

/** Vertical bars over categories (Pareto: share adds the cumulative line in percent). */
export function columns({ names, values, name = "", share = null }) {
  const series = [{ name, type: "bar", barMaxWidth: px(1.75), data: values, label: { show: true, position: "top", color: token("text"), fontSize: textSize() } }];
  if (share) series.push({ name: "%", type: "line", yAxisIndex: 1, data: share, symbolSize: px(0.35) });
  return {
    grid: { top: px(1.75) },
    xAxis: axis("category", { data: names, axisLabel: { interval: 0 } }),
    yAxis: [axis("value", { splitNumber: 3 }), ...(share ? [axis("value", { max: 100, splitLine: { show: false }, axisLabel: { formatter: "{value}%" } })] : [])],
    series,
  };
}

/** Ring of at most five parts and 其他; labels stand at the parts. rows: [{name, value}]. */
export function ring({ rows }) {
  return {
    tooltip: { trigger: "item" },
    series: [{ type: "pie", radius: ["48%", "72%"], center: ["50%", "50%"], data: rows, itemStyle: { borderColor: token("surface"), borderWidth: 2 },
      label: { color: token("text"), fontSize: textSize(), formatter: "{b} {c}" }, labelLine: { lineStyle: { color: token("line-strong") }, length: px(0.6), length2: px(0.5) } }],
  };
}

function merged(one, other) {
  const all = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const both = value && all[key] && typeof value === "object" && typeof all[key] === "object" && !Array.isArray(value) && !Array.isArray(all[key]);
    all[key] = both ? merged(all[key], value) : value;
  }
  return all;
}

/** One chart in the frame of templates/shared/_chart.html. */
export class Chart {
  constructor(figure) {
    this.figure = figure;
    this.box = figure.querySelector("[data-chart-box]");
    this.table = figure.querySelector("[data-chart-table]");
    this.echarts = window.echarts.init(this.box, null, { renderer: "canvas" });
    this.build = null;
    this.sizes = new ResizeObserver(() => this.#resize());
    this.sizes.observe(this.box);
    const toggle = figure.querySelector("[data-chart-toggle]");
    if (toggle && this.table) toggle.addEventListener("click", () => this.toggleTable(toggle));
    else if (toggle) toggle.hidden = true;
  }

  /** Draw; `build()` returns an option (bars(), lines(), ...) and is called again when the text size changes. */
  draw(build) {
    const same = this.build !== null;
    this.build = build;
    this.#set(!same);
  }

  #set(first = false) {
    if (!this.build) return;
    this.rem = px(1);
    this.echarts.setOption(merged(base(), this.build()), { notMerge: false, lazyUpdate: !first });
  }

  #resize() {
    if (!this.box.clientWidth || !this.box.clientHeight) return;
    this.echarts.resize({ animation: { duration: 0 } });
    if (this.rem !== px(1)) this.#set();
  }

  toggleTable(toggle) {
    const shown = this.table.hidden;
    this.table.hidden = !shown;
    this.box.hidden = shown;
    toggle.setAttribute("aria-pressed", String(shown));
    toggle.textContent = word(shown ? "chart" : "table");
    if (!shown) this.#resize();
  }

  dispose() {
    this.sizes.disconnect();
    this.echarts.dispose();
  }
}
