/** The command wall 指挥大屏: refresh in place, drill, scenes, layers, keys, formulas. */

import { onTick } from "../shared/clock.js";
import { registerKey } from "../shared/keys.js";
import { markReady } from "../shared/page.js";
import { closeTop, openDrawer } from "../shared/panel.js";
import { onPulse } from "../shared/pulse.js";
import { element } from "../shared/words.js";
import { mergePage } from "./merge.js";
import { drawCharts, pictureOf } from "./wall_charts.js";
import { dismissing } from "./wall_dismiss.js";
import { startKiosk } from "./wall_kiosk.js";
import { WallMap } from "./wall_map.js";
import { Replay } from "./wall_replay.js";
import { say } from "./wall_words.js";

const { body } = document;
const stage = document.querySelector("[data-stage]");
const NEWS_MS = 5000;
const QUIET_MS = "numbersOnly" in body.dataset ? 10000 : 30000;
let data = JSON.parse(document.getElementById("wall-data").textContent);
let lastAsked = performance.now();
let lastShown = data.asOf;
let waiting = 0;
let asking = null;
let dots = "dots" in body.dataset;
const home = data.area;
const layersOf = new Map();
const map = new WallMap(document.getElementById("map"), { onDrill: drill });
const replay = new Replay(stage.querySelector("[data-replay]"), { ask: (area) => ask(address(body.dataset.replayUrl, area)).then((answer) => answer.json()),
  live: () => data, show: (frame) => map.update(frame) });

function address(base, area) {
  const query = new URLSearchParams({ area });
  if (dots) query.set("dots", "1");
  return `${base}?${query}`;
}

async function ask(url) {
  const answer = await fetch(url, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" }, signal: AbortSignal.timeout ? AbortSignal.timeout(15000) : undefined });
  if (answer.status === 401) document.dispatchEvent(new CustomEvent("session-over"));
  if (!answer.ok) throw new Error(String(answer.status));
  return answer;
}

async function layers(area) {
  if (!layersOf.has(area)) {
    const answer = await ask(address(body.dataset.layersUrl, area));
    layersOf.set(area, await answer.json());
    if (layersOf.size > 24) layersOf.delete(layersOf.keys().next().value);
  }
  return layersOf.get(area);
}

/** Data that could not be renewed stays, and says from when it is. */
function stuck(on) {
  const note = document.querySelector(".stage__stuck");
  const text = on ? say("stuck", new Date(Date.parse(lastShown) + 8 * 3600000).toISOString().slice(11, 19)) : "";
  if (note.textContent !== text) note.textContent = text;
}

async function fresh(area) {
  const answer = await ask(address(body.dataset.liveUrl, area));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return { page, found: JSON.parse(page.getElementById("wall-data").textContent) };
}

function take(page, found) {
  const started = performance.now();
  data = found;
  lastShown = found.asOf;
  mergePage(page);
  drawCharts(data);
  stuck(false);
  document.documentElement.dataset.refreshed = String(Number(document.documentElement.dataset.refreshed || 0) + 1);
  document.documentElement.dataset.costMs = (performance.now() - started).toFixed(1);
}

/** Renew everything in place. One request at a time. */
async function refresh() {
  clearTimeout(waiting);
  lastAsked = performance.now();
  if (asking) return;
  const area = data.area;
  asking = fresh(area);
  try {
    const { page, found } = await asking;
    if (data.area !== area) return;
    take(page, found);
    if (!replay.isOn) map.update(found);
  } catch (error) {
    stuck(true);
  } finally {
    asking = null;
  }
}

/** Another area, without leaving the page; the frames stay, the numbers and the map change. */
async function drill(area, { push = true } = {}) {
  if (!area || area === data.area) return;
  replay.end();
  stage.setAttribute("aria-busy", "true");
  try {
    const [{ page, found }, shapes] = await Promise.all([fresh(area), layers(area)]);
    take(page, found);
    map.show(shapes, found);
    document.title = document.title.replace(/· [^·]+ ·/, `· ${found.name} ·`);
    if (push) history.pushState({ area }, "", addressOfWall(area));
  } catch (error) {
    stuck(true);
  } finally {
    stage.removeAttribute("aria-busy");
  }
}

function addressOfWall(area) {
  const query = new URLSearchParams(location.search);
  query.set("area", area);
  return `${body.dataset.wallUrl}?${query}`;
}

function setScene(scene) {
  body.dataset.scene = scene;
  for (const sheet of stage.querySelectorAll("[data-sheet]")) sheet.hidden = sheet.dataset.sheet !== scene;
  for (const button of stage.querySelectorAll("[data-scene-button]")) button.setAttribute("aria-pressed", String(button.dataset.sceneButton === scene));
  const table = stage.querySelector("[data-table]");
  if (table) table.setAttribute("aria-pressed", String(scene === "table"));
}

function toggleTable() {
  setScene(body.dataset.scene === "table" ? "1" : "table");
}

function toggleLayer(button) {
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  if (button.dataset.layer === "dots") {
    dots = on;
    refresh();
  } else map.toggle(button.dataset.layer, on);
}

/** What a number is made of, and the list behind it. */
function explain(key, opener) {
  const number = data.numbers[key];
  if (!number) return;
  const list = element("dl", { class: "facts" });
  const add = (name, text) => list.append(element("dt", {}, name), element("dd", {}, text));
  add(number.label, number.text);
  add(say("formula"), number.formula);
  if (number.numerator !== null && number.denominator !== null) add(say("parts"), `${number.numerator} / ${number.denominator}`);
  add(say("asof"), number.asOf ? new Date(Date.parse(number.asOf) + 8 * 3600000).toISOString().slice(0, 19).replace("T", " ") : say("never"));
  const actions = number.links.map(([words, url]) => element("a", { class: "button", href: url }, words));
  if (!("kiosk" in body.dataset)) {
    const query = new URLSearchParams({ area: data.area, panel: key });
    actions.push(element("a", { class: "button", href: `${body.dataset.exportUrl}?${query}`, download: "" }, say("excel")));
    const picture = pictureOf(key);
    if (picture) actions.push(element("a", { class: "button", href: picture, download: `${key}-${number.asOf ? number.asOf.slice(0, 10) : ""}.png` }, say("png")));
  }
  while (closeTop());
  openDrawer(number.label, list, { opener, actions });
}

function click(event) {
  const why = event.target.closest("[data-why]");
  const down = event.target.closest("[data-drill]");
  const scene = event.target.closest("[data-scene-button]");
  const layer = event.target.closest("[data-layer]");
  const away = event.target.closest("[data-dismiss]");
  if (away) {
    event.preventDefault();
    dismissing(away, data.area, refresh);
  } else if (event.target.closest("[data-replay-button]")) replay.toggle();
  else if (why) explain(why.dataset.why, why);
  else if (scene) setScene(scene.dataset.sceneButton);
  else if (layer) toggleLayer(layer);
  else if (event.target.closest("[data-table]")) toggleTable();
  else if (event.target.closest("[data-reset], [data-inset]")) map.reset();
  else if (event.target.closest("[data-fullscreen]")) fullscreen();
  else if (down && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    drill(down.dataset.drill);
  }
}

function fullscreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
}

function keys() {
  const scenes = [["1", "overview"], ["2", "units"], ["3", "disputes"], ["4", "alerts"]];
  for (const [scene, name] of scenes) registerKey({ code: `Digit${scene}`, label: say(name), group: say("scenes"), run: () => setScene(scene) });
  const add = (code, name, run, more = {}) => registerKey({ code, label: say(name), group: say("map"), run, ...more });
  add("KeyT", "tablekey", toggleTable);
  add("KeyL", "layers", () => stage.querySelector("[data-layer-tools] button").focus());
  add("KeyZ", "whole", () => map.reset());
  add("KeyR", "replay", () => replay.toggle());
  add("Backspace", "up", () => drill(data.up), { when: () => Boolean(data.up) });
  add("Equal", "zoomin", () => map.zoom(0.5));
  add("NumpadAdd", "zoomin", () => map.zoom(0.5));
  add("Minus", "zoomout", () => map.zoom(-0.5));
  add("NumpadSubtract", "zoomout", () => map.zoom(-0.5));
  const loose = { when: () => document.activeElement === body };
  for (const [code, x, y] of [["ArrowLeft", -80, 0], ["ArrowRight", 80, 0], ["ArrowUp", 0, -80], ["ArrowDown", 0, 80]]) add(code, "pan", () => map.pan(x, y), loose);
  const sound = document.querySelector("[data-sound]");
  if (sound) add("KeyS", "soundkey", () => sound.click());
  const near = () => document.activeElement && document.activeElement.closest("[data-why-of]");
  registerKey({ code: "KeyI", label: say("formula"), group: "", run: () => explain(near().dataset.whyOf, document.activeElement), when: () => Boolean(near()) });
}

function listWalk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const list = event.target.closest("#sheet-table, .areas__rows");
  if (!step || !list || !event.target.matches("[data-drill]")) return;
  const rows = [...list.querySelectorAll("[data-drill]")];
  const next = rows[rows.indexOf(event.target) + step];
  if (next) next.focus();
  event.preventDefault();
}

async function start() {
  document.addEventListener("click", click);
  document.addEventListener("keydown", listWalk);
  addEventListener("popstate", (event) => drill((event.state && event.state.area) || home, { push: false }));
  const full = document.querySelector("[data-fullscreen]");
  if (full) full.hidden = !document.fullscreenEnabled;
  keys();
  drawCharts(data);
  setScene(body.dataset.scene || "1");
  try {
    map.show(await layers(data.area), data);
  } catch (error) {
    stuck(true);
  }
  onPulse(() => {
    const wait = NEWS_MS - (performance.now() - lastAsked);
    clearTimeout(waiting);
    waiting = setTimeout(refresh, Math.max(0, wait));
  });
  onTick(() => { if (document.visibilityState === "visible" && performance.now() - lastAsked >= QUIET_MS) refresh(); });
  if ("kiosk" in body.dataset) startKiosk(setScene, () => drill(home));
  markReady();
}

start();
