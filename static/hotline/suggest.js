/** One request 400 ms after typing stops answers everything that is proposed; the agent decides with Enter or a click. */

import { isComposing } from "../shared/keys.js";
import { openPanel } from "../shared/panel.js";
import { say } from "../shared/toast.js";
import { element, word } from "../shared/words.js";
import { active, collect, flush, form } from "./sessions.js";
import { say2 } from "./words.js";

const WAIT_MS = 400;
const part = (name) => form.parentElement.querySelector(`[data-${name}]`);
const field = (name) => form.elements[name];
let timer = 0;
let turn = 0;
let touchedDemand = false;
let last = null;
let onJoin = () => {};

const searchBox = () => document.querySelector("[data-knowledge-words]");

function set(name, value) {
  field(name).value = value === null || value === undefined ? "" : value;
}

/** Take a place: its grid goes with the order, and the choice teaches the register. */
function takePlace(place, { byHand = true } = {}) {
  set("grid", place.grid);
  set("lon", place.lon);
  set("lat", place.lat);
  const session = active();
  if (session) {
    session.place = byHand ? "chosen" : "";
    session.where = place.where || place.label || "";
  }
  drawPlace(place.where || place.label);
  part("places").hidden = true;
  flush();
  ask(0);
}

function drawPlace(words) {
  const tag = part("place");
  tag.hidden = false;
  tag.className = words ? "tag tag--done" : "tag tag--warn";
  tag.textContent = words ? `→ ${words} ✓` : say2("unplaced");
}

function drawPlaces(told) {
  const list = part("places");
  if (field("grid").value) return;
  const sure = told.sure ? told.candidates[0] : null;
  if (sure) {
    drawPlace(sure.where || sure.label);
    part("place").title = sure.why;
    list.hidden = true;
    return;
  }
  part("place").hidden = !told.asked;
  if (told.asked) drawPlace("");
  list.hidden = !told.asked || document.activeElement !== field("address");
  list.classList.toggle("is-empty", !told.candidates.length);
  const rows = told.candidates.map((one, index) => element("li", {}, element("button", { type: "button", class: "places__row", disabled: !one.grid, title: one.why,
    onclick: () => takePlace(one) }, element("kbd", {}, String(index + 1)), element("b", {}, one.label), element("span", { class: "hint" }, one.where ? `${one.where} · ${one.why}` : one.why))));
  list.replaceChildren(...(rows.length ? rows : [element("li", { class: "hint" }, say2("notfound"))]));
}

function adopt(idea) {
  set("category", idea.code);
  flush();
  ask(0);
  form.querySelector("[data-act=forward]").focus();
}

function drawIdeas(ideas, danger) {
  const rows = ideas.map((idea, index) => element("button", { type: "button", class: `idea${index === 0 ? " idea--first" : ""}`, "data-idea": idea.code,
    title: say2("words", idea.words.join("、")), "aria-pressed": String(field("category").value === idea.code), onclick: () => adopt(idea) },
  element("b", {}, idea.name), element("span", { class: "idea__share" }, `${idea.share}%`), element("span", { class: "hint" }, idea.words.join("、")),
  index === 0 ? element("span", { class: "idea__adopt" }, say2("adopt"), " ", element("kbd", {}, "↵")) : null));
  if (!rows.length && field("text").value.trim()) rows.push(element("span", { class: "hint" }, say2("noidea")));
  if (danger.length) rows.push(element("span", { class: "tag tag--urgent" }, element("span", { class: "shape shape--urgent", "aria-hidden": "true" }), say2("danger", danger.join("、"))));
  part("ideas").replaceChildren(...rows);
}

function drawDemand(told) {
  const why = part("demand-why");
  why.textContent = told ? say2("words", told.words.join("、")) : "";
  if (!told || touchedDemand || (active() && active().demandTouched)) return;
  const radio = form.querySelector(`[name=demand][value="${told.code}"]`);
  if (radio && !radio.checked) {
    radio.checked = true;
    flush();
  }
}

/** What the empty form says: the proposals of one call never stand beside the next. */
const nothingYet = form ? { unit: part("unit").textContent, knowledge: document.querySelector("[data-knowledge]").textContent.trim() } : {};

function drawVerdict(told) {
  const promise = part("promise");
  promise.className = told.promise.same_day ? "tag tag--warn" : "";
  promise.textContent = told.promise.label;
  promise.title = told.promise.words.join("、");
  const unit = part("unit");
  const first = told.units[0];
  unit.className = first ? "" : "hint";
  if (first) {
    unit.textContent = `${say2("rule", first.name)} ${first.share}%`;
    unit.title = told.units.map((one) => `${one.name} ${one.share}% ${one.why}`).join("\n");
    unit.append(element("span", { class: "hint verdict__why" }, ` ${first.why}`));
  } else {
    unit.textContent = nothingYet.unit;
    unit.title = "";
  }
  const urgency = field("urgency").options[0];
  const named = [...field("urgency").options].find((option) => option.value === told.promise.urgency);
  if (named) urgency.textContent = say2("byrule", named.textContent);
}

// Knowledge --------------------------------------------------------------------------------------------------

function used(article, kind) {
  const body = new URLSearchParams({ kind });
  fetch(`${article.url}used/`, { method: "POST", body, credentials: "same-origin", headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, "X-Requested-With": "fetch" } }).catch(() => {});
}

/** Put an article's words into the answer. */
export function insert(article) {
  const reply = form.querySelector("[data-reply]");
  reply.open = true;
  const box = field("answer");
  box.value = [box.value.trim(), article.answer].filter(Boolean).join("\n");
  box.focus();
  flush();
  used(article, "insert");
}

function readOut(article, card) {
  card.classList.toggle("is-read");
  if ("speechSynthesis" in window && card.classList.contains("is-read")) used(article, "answer");
}

async function outdated(article, button) {
  const body = new URLSearchParams({ kind: "outdated", text: "" });
  try {
    const answer = await fetch(`${article.url}feedback/`, { method: "POST", body, credentials: "same-origin", headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, "X-Requested-With": "fetch" } });
    const told = await answer.json();
    say(told.said || told.detail || word("failed"));
    button.disabled = answer.ok;
  } catch (error) {
    say(word("failed"));
  }
}

function articleCard(article) {
  const days = article.days <= 30 ? element("span", { class: "tag tag--warn" }, say2("days", article.days)) : element("span", { class: "hint" }, say2("valid"));
  const card = element("article", { class: "article" });
  const outdatedButton = element("button", { type: "button", class: "button button--small button--quiet", onclick: (event) => outdated(article, event.target) }, say2("outdated"));
  card.append(element("p", { class: "article__head" }, element("a", { href: article.url, target: "_blank", rel: "noopener", class: "clip" }, article.title), element("span", { class: "hint clip" }, article.owner), days),
    element("p", { class: "article__snippet" }, article.snippet), element("p", { class: "article__spoken" }, article.answer),
    element("p", { class: "row row--wrap" }, element("button", { type: "button", class: "button button--small", onclick: () => readOut(article, card) }, say2("read")),
      element("button", { type: "button", class: "button button--small", "data-insert": article.number, onclick: () => insert(article) }, say2("insert")), outdatedButton));
  return card;
}

async function gap() {
  const body = new URLSearchParams({ question: (searchBox().value || field("text").value).trim().slice(0, 200), category: field("category").value });
  try {
    const answer = await fetch(document.querySelector("[data-knowledge]").dataset.gap, { method: "POST", body, credentials: "same-origin", headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, "X-Requested-With": "fetch" } });
    const told = await answer.json();
    say(told.said || told.detail || word("failed"));
  } catch (error) {
    say(word("failed"));
  }
}

function drawKnowledge(told) {
  const place = document.querySelector("[data-knowledge]");
  if (!told.asked) {
    last = null;
    place.replaceChildren(element("p", { class: "hint agent__pad" }, nothingYet.knowledge));
    return;
  }
  last = told.articles;
  place.replaceChildren(...(told.articles.length ? told.articles.map(articleCard)
    : [element("p", { class: "agent__pad" }, element("button", { type: "button", class: "button button--small", onclick: gap }, say2("gap")))]));
}

// Duplicates -------------------------------------------------------------------------------------------------

function nearRow(row) {
  const join = row.ended
    ? element("button", { type: "button", class: "button button--small", "data-again": row.number, onclick: () => onJoin("reopen", row.number) }, say2("again"))
    : element("button", { type: "button", class: "button button--small", "data-join": row.number, onclick: () => onJoin("join", row.number) }, say2("join"));
  return element("li", { class: "near__row", tabindex: "0", "data-jump": true }, element("span", { class: `shape shape--${row.ended ? "done" : "run"} is-${row.ended ? "done" : "run"}`, "aria-hidden": "true" }),
    element("span", { class: "near__words" }, element("a", { href: row.url, target: "_blank", rel: "noopener", class: "clip" }, row.title),
      element("span", { class: "hint" }, [say2("metres", row.metres), row.category, row.state, row.reported_at.slice(5, 10)].filter(Boolean).join(" · "))),
    row.ring === 50 ? element("span", { class: "tag tag--warn" }, "50 m") : null, join);
}

function drawNear(told) {
  const place = document.querySelector("[data-near]");
  document.querySelector("[data-near-count]").textContent = told.rows.length || "";
  if (!told.has_place) place.replaceChildren(element("p", { class: "hint agent__pad" }, say2("noplace")));
  else if (!told.rows.length) place.replaceChildren(element("p", { class: "hint agent__pad" }, say2("nonear")));
  else place.replaceChildren(element("ol", { class: "near__list" }, ...told.rows.map(nearRow)));
}

async function look() {
  const mine = (turn += 1);
  const values = collect();
  const query = new URLSearchParams({ text: values.text, address: values.address, demand: values.demand || "", category: values.category, grid: values.grid, lon: values.lon, lat: values.lat, words: searchBox().value });
  const session = active();
  try {
    const answer = await fetch(`${form.dataset.look}?${query}`, { credentials: "same-origin", cache: "no-store", headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || mine !== turn || session !== active()) return;
    const told = await answer.json();
    drawIdeas(told.categories, told.danger);
    drawDemand(told.demand);
    drawPlaces(told.place);
    drawVerdict(told);
    drawKnowledge(told.knowledge);
    drawNear(told.near);
    form.dataset.looked = String(mine);
  } catch (error) {
    // Without a network there are no proposals; everything typed is kept and can be submitted.
  }
}

/** Ask again after `wait` milliseconds. */
export function ask(wait = WAIT_MS) {
  clearTimeout(timer);
  timer = setTimeout(look, wait);
}

function typed(event) {
  if (event.target.name === "demand") active().demandTouched = true;
  if (event.target.name === "address" && !isComposing(event)) {
    set("grid", "");
    set("lon", "");
    set("lat", "");
    active().place = "";
  }
  if (["text", "address"].includes(event.target.name) && !isComposing(event)) ask();
}

/** Enter in the address takes the first place; the next Enter lies on the first category. */
function addressKeys(event) {
  if (isComposing(event)) return;
  const rows = [...part("places").querySelectorAll("button:not([disabled])")];
  const open = !part("places").hidden && rows.length;
  if (event.key === "Enter") {
    event.preventDefault();
    if (open && !field("grid").value) rows[0].click();
    const idea = part("ideas").querySelector("[data-idea]");
    (idea || field("category")).focus();
  } else if (open && event.key === "ArrowDown" && !event.ctrlKey) {
    event.preventDefault();
    rows[0].focus();
  }
}

/** Show what belongs to another session: nothing of the last one stays. */
export function refresh() {
  const session = active();
  part("places").hidden = true;
  part("ideas").replaceChildren();
  if (field("grid").value) drawPlace(session.where || field("grid").value);
  else part("place").hidden = true;
  ask(0);
}

/** The first article found, for Enter in the search. */
export function firstArticle() {
  return last && last[0];
}

export function startSuggesting(joining) {
  onJoin = joining;
  form.addEventListener("input", typed);
  form.addEventListener("compositionend", () => ask());
  field("category").addEventListener("change", () => ask(0));
  for (const radio of form.querySelectorAll("[name=demand]")) radio.addEventListener("change", () => ask(0));
  field("address").addEventListener("keydown", addressKeys);
  field("address").addEventListener("focus", () => ask(0));
  field("address").closest(".line__wide").addEventListener("focusout", (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) part("places").hidden = true;
  });
  const words = searchBox();
  words.addEventListener("input", (event) => { if (!isComposing(event)) ask(); });
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || isComposing(event)) return;
    event.preventDefault();
    const article = firstArticle();
    if (article) insert(article);
  });
}

/** 不合理诉求: a small panel with the reason. */
export function openExclusion(opener, run) {
  const sheet = document.importNode(form.querySelector("[data-exclude-panel]").content, true).firstElementChild;
  const close = openPanel(opener, sheet, { title: say2("exclude") });
  sheet.addEventListener("submit", (event) => {
    event.preventDefault();
    const told = { reason: sheet.elements.reason.value, answer: sheet.elements.note.value };
    close();
    run(told);
  });
}
