/** The batch bar: what is ticked, one act for all, a result for every row. */

import { send } from "../shared/csrf.js";
import { openDialog, openPanel } from "../shared/panel.js";
import { say } from "../shared/toast.js";
import { element, word } from "../shared/words.js";
import { prepareChooser } from "./chooser.js";
import { deskWord, nodesOf, sentence } from "./fragment.js";
import { refreshRows } from "./live.js";

const MOST = 200;

/** Wire the bar to the list; returns what must run when the selection changes, and the bulk dispatch by key. */
export function startBatch(form, list) {
  const desk = form.closest(".desk");
  desk.classList.add("is-live");
  for (const button of form.querySelectorAll("[hidden]")) button.hidden = false;

  async function run(extra) {
    if (list.selected.size > MOST) return say(deskWord("many"), 10);
    const body = new FormData(form);
    for (const [name, value] of Object.entries(extra)) {
      if (Array.isArray(value)) value.forEach((one) => body.append(name, one));
      else body.set(name, value);
    }
    form.dataset.busy = "1";
    try {
      const answer = await send(form.action, { body });
      if (!answer.ok) return say(await sentence(answer), 10);
      show(nodesOf(await answer.text()).find((node) => node.nodeType === 1));
    } catch (error) {
      say(word("offline"), 10);
    } finally {
      delete form.dataset.busy;
    }
    return undefined;
  }

  function show(result) {
    const { undo, undoAct, retry, act } = result.dataset;
    const rows = list.rows.map((row) => row.dataset.number);
    list.selectAll(false);
    const acts = element("p", { class: "row" });
    const version = (id) => { const row = list.root.querySelector(`tr[data-id="${CSS.escape(id)}"]`); return `${id}:${row ? row.dataset.version : ""}`; };
    if (undo) {
      const button = element("button", { type: "button", class: "button", onclick: () => { button.disabled = true; run({ act: undoAct, row: undo.split(",").map((id) => `${id}:`) }); } }, deskWord("undoAll"));
      setTimeout(() => button.remove(), 10000);
      acts.append(button);
    }
    if (retry) acts.append(element("button", { type: "button", class: "button", onclick: () => run({ act, row: retry.split(",").map(version) }) }, word("retry")));
    result.append(acts);
    openDialog(deskWord("result"), result);
    refreshRows(list, rows);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    run({ act: event.submitter ? event.submitter.value : "dispatch" });
  });
  const to = form.querySelector("[data-batch-to]");
  if (to) {
    to.addEventListener("click", () => {
      const select = element("select", { name: "unit", id: "batch-unit" });
      const box = element("form", { class: "stack" }, element("div", { class: "field" }, select));
      send(to.dataset.batchTo, { method: "GET" }).then((answer) => answer.json()).then(({ units }) => {
        for (const unit of units) select.append(element("option", { value: unit.id, "data-letters": unit.letters }, unit.name));
        prepareChooser(box, () => run({ act: "dispatch_to", unit: select.value }));
        openPanel(to, box, { title: deskWord("allUnits") });
        box.querySelector("input").focus();
      });
    });
  }
  form.querySelector("[data-batch-clear]").addEventListener("click", () => list.selectAll(false));
  form.querySelector("[data-batch-export]").addEventListener("click", () => {
    const query = new URLSearchParams(location.search);
    query.set("ids", [...list.selected].join(","));
    query.set("format", "xlsx");
    location.assign(`/desk/export/?${query}`);
  });
  return {
    changed: () => desk.classList.toggle("is-ticking", list.selected.size > 0),
    dispatchAll: () => run({ act: "dispatch" }),
  };
}
