/** 回放: the map of the last day hour by hour, counted from the trail. Only the map goes back; the panels stay at now, and it says so. */

import { say } from "./wall_words.js";

const STEP_MS = 900;

function clock(moment) {
  return new Date(Date.parse(moment) + 8 * 3600000).toISOString().slice(5, 16).replace("T", " ");
}

export class Replay {
  /** `ask(area)`: the frames of an area; `live()`: the data of now; `show(frame)`: draw it on the map. */
  constructor(bar, { ask, live, show }) {
    this.bar = bar;
    this.handlers = { ask, live, show };
    this.frames = [];
    this.timer = 0;
    if (!bar) return;
    this.slider = bar.querySelector("input");
    this.slider.addEventListener("input", () => { this.pause(); this.#draw(); });
    bar.querySelector("[data-replay-end]").addEventListener("click", () => this.end());
    bar.querySelector("[data-replay-play]").addEventListener("click", () => (this.timer ? this.pause() : this.play()));
  }

  get isOn() {
    return Boolean(this.bar) && !this.bar.hidden;
  }

  toggle() {
    if (this.isOn) this.end();
    else this.begin();
  }

  async begin() {
    if (!this.bar) return;
    const { area } = this.handlers.live();
    try {
      this.frames = (await this.handlers.ask(area)).frames;
    } catch (error) {
      return;
    }
    this.slider.max = String(this.frames.length - 1);
    this.slider.value = "0";
    this.bar.hidden = false;
    this.slider.focus();
    this.#draw();
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) this.play();
  }

  play() {
    if (Number(this.slider.value) >= this.frames.length - 1) this.slider.value = "0";
    this.bar.querySelector("[data-replay-play]").textContent = say("pause");
    this.timer = setInterval(() => {
      this.slider.value = String(Number(this.slider.value) + 1);
      this.#draw();
      if (Number(this.slider.value) >= this.frames.length - 1) this.pause();
    }, STEP_MS);
  }

  pause() {
    clearInterval(this.timer);
    this.timer = 0;
    this.bar.querySelector("[data-replay-play]").textContent = say("play");
  }

  end() {
    if (!this.isOn) return;
    this.pause();
    this.bar.hidden = true;
    this.handlers.show(this.handlers.live());
  }

  #draw() {
    const frame = this.frames[Number(this.slider.value)];
    if (!frame) return;
    const live = this.handlers.live();
    const loads = Object.fromEntries(Object.keys(live.loads).map((code) => [code, frame.loads[code] || 0]));
    const open = Object.fromEntries(Object.keys(live.open).map((code) => [code, frame.children[code] || 0]));
    const text = `${clock(frame.at)} · ${say("open")} ${frame.open} ${say("pieces")}`;
    this.bar.querySelector("output").textContent = text;
    this.slider.setAttribute("aria-valuetext", text);
    this.handlers.show({ ...live, loads, open, over: [], marks: [] });
  }
}
