// What single pages do with the keyboard, the pointer and news; without it every page works by links and buttons.
"use strict";

(function () {
  // News may have been missed while the connection was lost: every part that listens asks again, once the stream says
  // that it looks.
  let lost = false, heard = Date.now();
  document.addEventListener("htmx:sseError", function () { lost = true; });
  // A line may be dead without a word: the stream says every ten seconds that it lives.
  document.addEventListener("htmx:sseBeforeMessage", function () {
    heard = Date.now();
    document.body.dataset.live = "yes";
    const told = document.getElementById("lost");
    if (lost && told) { told.hidden = true; lost = false; again(); }
  });
  window.setInterval(function () {
    const told = document.getElementById("lost");
    if (Date.now() - heard > 30000 && told && document.querySelector("[sse-connect]")) { told.hidden = false; lost = true; }
  }, 5000);
  function again() {
    document.querySelectorAll("[hx-trigger*='sse:']").forEach(function (part) { htmx.trigger(part, "again"); });
  }

  // A sheet takes the focus when it comes, and gives it back when it goes.
  const sheet = document.getElementById("sheet");
  let before = null;
  function away() { sheet.replaceChildren(); if (before && document.contains(before)) before.focus(); before = null; }
  if (sheet) {
    document.addEventListener("htmx:beforeSwap", function (event) {
      if (event.detail.target === sheet && !before) before = document.activeElement;
    });
    document.addEventListener("htmx:afterSettle", function (event) {
      if (event.detail.target !== sheet) return;
      const first = sheet.querySelector("[autofocus]") || sheet.querySelector("button, input:not([type=hidden]), select, textarea") || sheet.querySelector("a");
      if (first) first.focus();
    });
    sheet.addEventListener("click", function (event) {
      if (event.target === sheet || event.target.closest(".close, .cancel")) { event.preventDefault(); away(); }
    });
    sheet.addEventListener("keydown", function (event) {
      if (event.key === "Escape") { away(); return; }
      if (event.key !== "Tab") return;
      const all = Array.from(sheet.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary"));
      if (!all.length) return;
      const last = all[all.length - 1];
      if (event.shiftKey && document.activeElement === all[0]) { event.preventDefault(); last.focus(); }
      else if (!event.shiftKey && document.activeElement === last) { event.preventDefault(); all[0].focus(); }
    });
  }

  // The attention list by keyboard: j and k walk, o opens, s chooses, the letters and numbers on buttons press them.
  function entries() { return Array.from(document.querySelectorAll("[data-entry]")); }
  function at() { return document.querySelector("[data-entry].at"); }
  function walk(step) {
    const all = entries();
    if (!all.length) return;
    const here = at();
    const next = all[Math.max(0, Math.min(all.length - 1, here ? all.indexOf(here) + step : 0))];
    if (here) here.classList.remove("at");
    next.classList.add("at");
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || (sheet && sheet.childElementCount)) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    if (event.key === "j" || event.key === "k") { event.preventDefault(); walk(event.key === "j" ? 1 : -1); return; }
    const here = at();
    if (!here) return;
    if (event.key === "s") {
      const box = here.querySelector("input[name=pick]");
      if (box) { event.preventDefault(); box.checked = !box.checked; }
      return;
    }
    const button = /^[a-z0-9]$/.test(event.key) ? here.querySelector("[data-key='" + event.key + "']") : null;
    if (button) { event.preventDefault(); button.click(); }
  });
  document.addEventListener("change", function (event) {
    if (!event.target.matches("[data-all]")) return;
    document.querySelectorAll("input[name=pick]").forEach(function (box) { box.checked = event.target.checked; });
  });

  // A card is drawn to another column: its own menu is set and sent, so that both ways show the same.
  let drawn = null;
  document.addEventListener("dragstart", function (event) {
    drawn = event.target.closest ? event.target.closest("[data-card][draggable]") : null;
    if (!drawn) return;
    drawn.classList.add("drawn");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", drawn.dataset.card);
  });
  function over(event) {
    const column = drawn && event.target.closest ? event.target.closest("[data-stage]") : null;
    const menu = column && drawn.querySelector("form.move select");
    const offered = menu && Array.from(menu.options).some(function (one) { return one.value === column.dataset.stage; });
    return offered ? column : null;
  }
  document.addEventListener("dragover", function (event) {
    const column = over(event);
    document.querySelectorAll("section.over").forEach(function (one) { if (one !== column) one.classList.remove("over"); });
    if (column) { event.preventDefault(); column.classList.add("over"); }
  });
  document.addEventListener("drop", function (event) {
    const column = over(event);
    if (!column) return;
    event.preventDefault();
    const form = drawn.querySelector("form.move");
    if (column !== drawn.closest("[data-stage]")) {
      form.elements.text.value = column.dataset.stage;
      form.requestSubmit();
      form.reset();
    }
  });
  document.addEventListener("dragend", function () {
    document.querySelectorAll(".over, .drawn").forEach(function (one) { one.classList.remove("over", "drawn"); });
    drawn = null;
  });
})();
