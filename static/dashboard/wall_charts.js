/** The two canvases of the wall: shares of sources, and the line of both rates. One instance each, merged updates. */

import { Chart, lines, px, ring } from "../shared/chart.js";

let shares = null;
let rates = null;

function small(option) {
  const [pie] = option.series;
  return { ...option, grid: undefined, series: [{ ...pie, radius: ["52%", "88%"], label: { show: false }, labelLine: { show: false }, emphasis: { scale: false } }] };
}

function compact(option) {
  const { grid, yAxis, ...rest } = option;
  return { ...rest, grid: { left: px(0.25), right: px(1), top: px(0.5), bottom: 0, containLabel: true, ...grid }, yAxis: { ...yAxis, splitNumber: 1, max: 100 } };
}

/** Lowest value of the axis: the tens below the lowest point, so that the line uses its room. */
function floorOf(series, target) {
  const values = series.flatMap((one) => one.values).filter((value) => value !== null);
  return Math.max(0, Math.floor((Math.min(target, ...values) - 1) / 10) * 10);
}

/** Draw or update. `data`: the page's block of data. */
export function drawCharts(data) {
  const ringFigure = document.getElementById("chart-ring");
  const lineFigure = document.getElementById("chart-line");
  if (ringFigure) {
    shares = shares || new Chart(ringFigure);
    shares.draw(() => small(ring({ rows: data.ring.map(([name, value]) => ({ name, value })) })));
  }
  if (lineFigure) {
    rates = rates || new Chart(lineFigure);
    const { days, series, target } = data.lines;
    rates.draw(() => compact(lines({ times: days, series, percent: true, min: floorOf(series, target), target: { name: "", value: target } })));
  }
}

const DRAWN = { sources: () => shares, closure_rate: () => rates, on_time_rate: () => rates };

/** The chart of a number as a picture of its own origin (data:), or an empty text where there is none. */
export function pictureOf(key) {
  const chart = DRAWN[key] && DRAWN[key]();
  if (!chart) return "";
  const background = getComputedStyle(document.documentElement).getPropertyValue("--surface").trim();
  return chart.echarts.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: background });
}
