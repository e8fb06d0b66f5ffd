/**
 * Work list 工单表: rows by keyboard, ticks with ranges, changes without moving anything, new rows behind their bar.
 * Markup: .work-list > table, rows <tr data-id tabindex="-1">, first cell with a checkbox, cells that may change carry data-cell.
 */

import { registerKey } from "./keys.js";
import { word } from "./words.js";

const TINT_MS = 2000;

export class WorkList {
  /** `root`: the .work-list; `onOpen(row)`, `onPeek(row)`, `onSelect(ids)`, `onShowNew()`. */
  constructor(root, { onOpen = null, onPeek = null, onSelect = null, onShowNew = null } = {}) {
    this.root = root;
    this.handlers = { onOpen, onPeek, onSelect, onShowNew };
    this.selected = new Set();
    this.anchor = null;
    this.waiting = new Set();
    root.addEventListener("click", (event) => this.#click(event));
    root.addEventListener("dblclick", (event) => this.#open(event.target.closest("tr[data-id]"), event.target));
    root.addEventListener("focusin", (event) => this.#rove(event.target.closest("tr[data-id]")));
    this.bar = document.querySelector(`[data-new-rows="${CSS.escape(root.id)}"]`);
    if (this.bar) this.bar.querySelector("button").addEventListener("click", () => this.#showNew());
    this.#keys();
  }

  get rows() {
    return [...this.root.querySelectorAll("tbody tr[data-id]")];
  }

  /** The row in work: the focused one, else the open one. */
  get current() {
    const focused = document.activeElement && document.activeElement.closest("tr[data-id]");
    return focused && this.root.contains(focused) ? focused : this.root.querySelector("tr.is-open") || this.rows[0] || null;
  }

  /** Move to the next (1) or previous (-1) row; after a verb focus goes to the next row. */
  step(by) {
    const { rows } = this;
    const here = rows.indexOf(this.current);
    const focused = document.activeElement && document.activeElement.closest("tr[data-id]");
    const next = rows[focused ? Math.max(0, Math.min(rows.length - 1, here + by)) : Math.max(0, here)];
    if (next) next.focus();
  }

  #rove(row) {
    if (!row) return;
    for (const other of this.root.querySelectorAll("tr[tabindex='0']")) other.tabIndex = -1;
    row.tabIndex = 0;
  }

  #open(row, target = null) {
    if (!row || (target && target.closest("a, button, input, select"))) return;
    for (const other of this.root.querySelectorAll("tr.is-open")) other.classList.remove("is-open");
    row.classList.add("is-open");
    if (this.handlers.onOpen) this.handlers.onOpen(row);
  }

  #click(event) {
    const row = event.target.closest("tr[data-id]");
    const box = event.target.closest("input[type=checkbox]");
    if (box && row) this.select(row, { on: box.checked, range: event.shiftKey });
    else if (box) this.selectAll(box.checked);
    else this.#open(row, event.target);
  }

  /** Tick one row, or with `range` all from the last tick to it. Selection is kept by id, not by place. */
  select(row, { on = !this.selected.has(row.dataset.id), range = false } = {}) {
    const { rows } = this;
    const from = range && this.anchor ? rows.findIndex((one) => one.dataset.id === this.anchor) : -1;
    const to = rows.indexOf(row);
    const chosen = from < 0 ? [row] : rows.slice(Math.min(from, to), Math.max(from, to) + 1);
    chosen.forEach((one) => this.#tick(one, on));
    this.anchor = row.dataset.id;
    this.#tell();
  }

  selectAll(on = true) {
    this.rows.forEach((row) => this.#tick(row, on));
    this.#tell();
  }

  #tick(row, on) {
    const box = row.querySelector("input[type=checkbox]");
    if (box) box.checked = on;
    row.classList.toggle("is-ticked", on);
    if (on) this.selected.add(row.dataset.id);
    else this.selected.delete(row.dataset.id);
  }

  #tell() {
    const all = this.root.querySelector("thead input[type=checkbox]");
    const { size } = this.selected;
    if (all) {
      all.checked = size > 0 && size === this.rows.length;
      all.indeterminate = size > 0 && size < this.rows.length;
    }
    for (const count of document.querySelectorAll("[data-selected-count]")) count.textContent = word("selected", size);
    if (this.handlers.onSelect) this.handlers.onSelect([...this.selected]);
  }

  /** A fresh cell: replaces its children unless a person is in it. `nodes` come from the server's own fragment. */
  updateCell(id, name, nodes) {
    const row = this.root.querySelector(`tr[data-id="${CSS.escape(String(id))}"]`);
    const cell = row && row.querySelector(`[data-cell="${CSS.escape(name)}"]`);
    if (!cell || cell.contains(document.activeElement)) return false;
    cell.replaceChildren(...nodes);
    this.tint(row);
    return true;
  }

  tint(row) {
    row.classList.add("is-changed");
    setTimeout(() => row.classList.remove("is-changed"), TINT_MS);
  }

  /** The row has left the view: it stays where it is, grey and struck, with the words of what happened. */
  markGone(id, text) {
    const row = this.root.querySelector(`tr[data-id="${CSS.escape(String(id))}"]`);
    if (!row || row.classList.contains("is-gone")) return;
    row.classList.add("is-gone");
    for (const control of row.querySelectorAll("button, input")) control.disabled = true;
    const cell = row.lastElementChild;
    if (!cell.contains(document.activeElement)) cell.textContent = text;
    this.selected.delete(String(id));
  }

  /** New ids wait behind the bar; nothing moves until it is pressed. */
  announce(ids) {
    const known = new Set(this.rows.map((row) => row.dataset.id));
    ids.map(String).filter((id) => !known.has(id)).forEach((id) => this.waiting.add(id));
    if (!this.bar) return;
    const button = this.bar.querySelector("button");
    button.hidden = this.waiting.size === 0;
    this.bar.querySelector("[data-new-count]").textContent = String(this.waiting.size);
  }

  #showNew() {
    const ids = [...this.waiting];
    this.waiting.clear();
    this.announce([]);
    if (this.handlers.onShowNew) this.handlers.onShowNew(ids);
    else location.reload();
  }

  #keys() {
    const add = (code, run, more = {}) => registerKey({ code, run, group: this.root.dataset.keys || "", label: "", ...more });
    const names = this.root.dataset;
    add("KeyJ", () => this.step(1), { label: names.keyNext || "↓" });
    add("KeyK", () => this.step(-1), { label: names.keyPrevious || "↑" });
    add("KeyX", () => this.current && this.select(this.current), { label: names.keySelect || "☑" });
    add("KeyX", () => this.current && this.select(this.current, { on: true, range: true }), { shift: true, label: names.keyRange || "☑…" });
    add("KeyA", () => this.selectAll(), { ctrl: true, label: names.keyAll || "☑☑" });
    this.root.addEventListener("keydown", (event) => {
      if (!event.target.matches("tr[data-id]") || event.isComposing) return;
      const run = { ArrowDown: () => this.step(1), ArrowUp: () => this.step(-1), Enter: () => this.#open(event.target),
        " ": () => (this.handlers.onPeek || (() => this.#open(event.target)))(event.target) }[event.key];
      if (!run) return;
      event.preventDefault();
      run();
    });
  }
}
