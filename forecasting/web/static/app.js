"use strict";
// The buyer's hands. A quantity box is the cursor: digits type, letters decide, arrows move.

const $ = (selector, root = document) => root.querySelector(selector);
const boxes = () => [...document.querySelectorAll("input.q")];
const isBox = (node) => node instanceof Element && node.matches("input.q");
const dirty = (box) => box.value.trim() !== box.dataset.saved;
const save = (box) => { if (dirty(box)) htmx.trigger(box, "save"); };
const run = () => document.body.dataset.run;
let here = null; // the row that the cursor is in

function go(box, by) {
  const all = boxes();
  const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(box) + by))];
  if (!next) return;
  next.focus();
  next.select();
  next.closest("tr").scrollIntoView({ block: "nearest" });
}

function post(url, values, target, source) {
  return htmx.ajax("POST", url, { target, source: source ?? document.body, swap: target === "#toast" ? "innerHTML" : "outerHTML", values });
}

const undo = () => post(`/plans/${run()}/undo`, {}, "#toast");

// Deciding a row, by a key or by its button. A row that leaves its place takes the cursor to the next one.
function decide(row, does) {
  const box = $("input.q", row);
  if (does === "reject" || does === "snooze") return ask(does, row);
  const button = $(`[data-does=${does}]`, row);
  if (!button) return undefined;
  if (box) { save(box); go(box, 1); }
  return button.click();
}

function ask(does, row) {
  const box = $("input.q", row);
  askFor(does, row.dataset.sku, (values) => {
    if (!values) { box?.focus(); return; }
    if (box) go(box, 1);
    post(`${row.dataset.base}/${does}`, values, `#${row.id}`, row);
  });
}

// Asks for a reason or a date; ``then`` is given what was said, or nothing where it was cancelled.
function askFor(does, sku, then) {
  const dialog = $(`#${does}`);
  $("[data-sku]", dialog).textContent = sku;
  $("form", dialog).reset();
  if (does === "snooze") pickDays(7);
  dialog.returnValue = "";
  dialog.onclose = () => then(dialog.returnValue === "ok" ? Object.fromEntries(new FormData($("form", dialog))) : null);
  dialog.showModal();
}

function pickDays(days) {
  const date = new Date(`${document.body.dataset.asOf}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  $("#snooze-until").value = date.toISOString().slice(0, 10);
}

function typeInto(box, value) {
  if (!value) return;
  box.value = value;
  preview(box);
}

document.addEventListener("focusin", (event) => {
  if (!isBox(event.target)) return;
  here = event.target.closest("tr").id;
  event.target.select();
});
document.addEventListener("focusout", (event) => {
  if (isBox(event.target) && event.target.isConnected) save(event.target);
});

const inBox = {
  ArrowDown: (box) => go(box, 1),
  ArrowUp: (box) => go(box, -1),
  j: (box) => go(box, 1),
  k: (box) => go(box, -1),
  Enter: (box) => { save(box); go(box, 1); },
  Escape: (box) => { box.value = box.dataset.saved; preview(box); box.select(); },
  a: (box, row) => decide(row, "approve"),
  r: (box, row) => decide(row, "reject"),
  s: (box, row) => decide(row, "snooze"),
  u: (box, row) => decide(row, "reopen"),
  b: (box, row) => typeInto(box, row.dataset.priceBreak),
  m: (box, row) => typeInto(box, row.dataset.largest),
  o: (box, row) => $("a.sku", row).click(),
  z: () => undo(),
  "?": () => $("#help").showModal(),
  "/": () => $("#search")?.focus(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const box = event.target;
  if (isBox(box)) {
    if (Object.hasOwn(inBox, event.key)) {
      inBox[event.key](box, box.closest("tr"));
      event.preventDefault();
    } else if (event.key.length === 1 && !/[0-9. ]/.test(event.key)) {
      event.preventDefault();
    }
    return;
  }
  if (box.closest("input, select, textarea, dialog, summary, button, a")) return;
  // Letters act in a quantity only: whoever speaks to their computer would set them off elsewhere.
  if (event.key === "ArrowDown" && event.altKey === false && boxes().length && box === document.body) { go(boxes()[0], 0); event.preventDefault(); }
});

// What a quantity would do, as it is typed. Only the newest answer is shown.
let asked = 0;
let timer = 0;
function preview(box) {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const mine = ++asked;
    const row = box.closest("tr");
    const typed = box.value.trim();
    if (!/^[\d ]+(\.\d+)?$/.test(typed)) return;
    try {
      const answer = await fetch(`${row.dataset.base}/what-if?quantity=${encodeURIComponent(typed)}`);
      if (!answer.ok || mine !== asked || !row.isConnected) return;
      const does = await answer.json();
      for (const name of ["value", "risk", "cover", "saving"]) {
        const cell = $(`[data-f=${name}]`, row);
        if (cell) cell.textContent = does[name];
      }
      $("[data-f=bar]", row)?.setAttribute("width", does.bar);
      $("[data-f=packs]", row).textContent = (does.snapped ? `→ ${does.snapped}` : "") + (does.packs ? ` ${does.packs}` : "");
      row.dataset.priceBreak = does.price_break.replaceAll("\u202f", "");
    } catch { /* the next keystroke asks again */ }
  }, 80);
}
document.addEventListener("input", (event) => { if (isBox(event.target)) preview(event.target); });
document.addEventListener("focusin", (event) => { if (isBox(event.target) && !("priceBreak" in event.target.closest("tr").dataset)) preview(event.target); });

// Buttons that ask first, close, help, undo, or belong to an item's page.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button, a");
  if (!button) return;
  const row = button.closest("tr[data-base]");
  if (row && (button.dataset.does === "reject" || button.dataset.does === "snooze")) ask(button.dataset.does, row);
  if ("close" in button.dataset) button.closest("dialog").close("");
  if (button.dataset.dismiss) { $(button.dataset.dismiss).replaceChildren(); $("#facts button")?.focus(); }
  if ("help" in button.dataset) $("#help").showModal();
  if ("undo" in button.dataset) undo();
  if (button.dataset.days) pickDays(Number(button.dataset.days));
  if (!button.dataset.item) return;
  if (button.dataset.does === "reject" || button.dataset.does === "snooze") {
    askFor(button.dataset.does, button.dataset.sku, (values) => { if (values) decideItem(button, values); else button.focus(); });
  } else {
    decideItem(button, {});
  }
});

async function decideItem(button, said) {
  const values = { ...said, version: button.dataset.version };
  if (button.dataset.does === "quantity") values.quantity = $("#quantity").value;
  const body = new URLSearchParams(values);
  const headers = { "X-CSRF": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF"], "HX-Request": "true" };
  const answer = await fetch(`${button.dataset.item}/${button.dataset.does}`, { method: "POST", body, headers });
  if (answer.ok) { location.hash = "quantity"; location.reload(); return; }
  const row = new DOMParser().parseFromString(`<table>${await answer.text()}</table>`, "text/html");
  say($(".note", row)?.textContent ?? "That could not be kept. Reload the page.", true);
}

function say(text, bad = false) {
  const line = document.createElement("p");
  line.textContent = text;
  if (bad) line.className = "bad";
  $("#toast").replaceChildren(line);
  fadeToast();
}

// A form that asks: "approve 48 lines worth 40 437?"
document.addEventListener("htmx:confirm", (event) => {
  const form = event.target.closest("form[data-sure]");
  if (!form) return;
  event.preventDefault();
  const dialog = $("#sure");
  $("#sure-title").textContent = form.dataset.sureTitle;
  $("#sure-text").textContent = form.dataset.sure;
  $("#sure-ok").textContent = form.dataset.sureOk;
  dialog.returnValue = "";
  dialog.onclose = () => { if (dialog.returnValue === "ok") event.detail.issueRequest(true); };
  dialog.showModal();
});

document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.matches("form[data-view]")) event.detail.parameters.query = location.search.slice(1);
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.target.matches("form[data-clear]")) event.target.reset();
});

// A swap must not take the focus away: it stays in its box, or on what has the same name in what came.
const nameOf = (node) => node.id || node.getAttribute("aria-label") || node.textContent.trim();
let held = null; // where the focus was in what is being swapped
document.addEventListener("htmx:beforeSwap", (event) => {
  const at = document.activeElement;
  if (at !== document.body && event.detail.target.contains(at)) held = { target: event.detail.target.id, tag: at.tagName, name: nameOf(at), box: isBox(at) };
});
document.addEventListener("htmx:afterSettle", () => {
  showColumns();
  if (document.activeElement !== document.body) { held = null; return; }
  const box = (!held || held.box) && here && $(`#${here} input.q`);
  if (box) { box.focus(); box.select(); }
  else if (held) focusIn(document.getElementById(held.target), held);
  held = null;
});

// The one of that name, else what came as a whole.
function focusIn(part, { tag, name }) {
  if (!part) return;
  const same = [...part.querySelectorAll(tag)].find((node) => nameOf(node) === name);
  if (!same) part.tabIndex = -1;
  (same ?? part).focus();
}

// What changed is said to who does not see it. The region stays where it is: only its words change.
document.addEventListener("htmx:afterSwap", (event) => {
  const part = document.getElementById(event.detail.target.id);
  if (part?.matches("tr[data-base]")) announce(`${part.dataset.sku}: ${$(".mark .visually-hidden", part).textContent}, ${$("input.q", part)?.value ?? ""}`);
  if (part?.id === "grid") announce($(".count span", part)?.textContent ?? "");
});
function announce(text) { $("#spoken").textContent = text; }

// Out of reach: keep what was typed, say so, and send it again when the server answers.
let down = false;
document.addEventListener("htmx:sendError", (event) => {
  const box = $("input.q", event.target.closest("tr") ?? document.createElement("tr"));
  if (box) box.classList.add("unsaved");
  if (down) return;
  down = true;
  const bar = $("#offline");
  bar.textContent = "The server does not answer. What you typed is kept here, and is sent when it is back.";
  bar.hidden = false;
  const again = setInterval(async () => {
    try {
      if (!(await fetch("/healthz", { cache: "no-store" })).ok) return;
    } catch { return; }
    clearInterval(again);
    down = false;
    bar.hidden = true;
    document.querySelectorAll("input.q.unsaved").forEach((each) => {
      each.classList.remove("unsaved");
      htmx.trigger(each, "save");
    });
  }, 1000);
});
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500) say("The server failed at this. Nothing was changed; try again, and tell your administrator.", true);
});
window.addEventListener("beforeunload", (event) => {
  if (boxes().some((box) => box.classList.contains("unsaved") || dirty(box))) event.preventDefault();
});

document.body.addEventListener("filled", () => { $("#fill")?.replaceChildren(); boxes()[0]?.focus(); });
// An item that was just decided is loaded anew: whoever decided goes on where they were.
if (location.hash === "#quantity") $("#quantity")?.focus();

let fading = 0;
function fadeToast() {
  clearTimeout(fading);
  fading = setTimeout(() => { $("#toast").textContent = ""; }, 8000);
}
document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "toast") fadeToast(); });

// Own columns: kept in this browser.
const HIDDEN = "reorder-hidden-columns";
function hiddenColumns() {
  try { return JSON.parse(localStorage.getItem(HIDDEN)) ?? []; } catch { return []; }
}
function showColumns() {
  const hidden = hiddenColumns();
  document.querySelectorAll("[data-column]").forEach((box) => {
    box.checked = !hidden.includes(box.dataset.column);
    document.documentElement.classList.toggle(`no-${box.dataset.column}`, !box.checked);
  });
}
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-column]")) return;
  event.stopPropagation();
  const hidden = [...document.querySelectorAll("[data-column]")].filter((box) => !box.checked).map((box) => box.dataset.column);
  localStorage.setItem(HIDDEN, JSON.stringify(hidden));
  showColumns();
}, true);
showColumns();

// An open menu closes when the focus or a click goes elsewhere.
for (const kind of ["click", "focusin"]) {
  document.addEventListener(kind, (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
}
