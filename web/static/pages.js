// What single pages do with the keyboard, the pointer and news; without it every page works by links and buttons.
"use strict";

(function () {
  // News may have been missed while the connection was lost: every part that listens asks again.
  let lost = false, heard = Date.now();
  document.addEventListener("htmx:sseError", function () { lost = true; });
  // A line may be dead without a word: the stream says every ten seconds that it lives.
  document.addEventListener("htmx:sseBeforeMessage", function () {
    heard = Date.now();
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
  document.addEventListener("htmx:sseOpen", function () {
    if (!lost) return;
    lost = false;
    heard = Date.now();
    again();
  });

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
      const first = sheet.querySelector("[autofocus], button, input:not([type=hidden]), select, textarea, a");
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
})();
