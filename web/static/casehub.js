// Ours, and small: every page works without it; only what is live needs it.
"use strict";

(function () {
  function show(id, seen) {
    const told = document.getElementById(id);
    if (told) told.hidden = !seen;
  }

  // What is live says when it has lost the connection, and when it is back.
  document.addEventListener("htmx:sseError", function () { show("lost", true); });
  document.addEventListener("htmx:sseOpen", function () { show("lost", false); });
  window.addEventListener("offline", function () { if (document.querySelector("[sse-connect]")) show("lost", true); });

  // An answer that htmx does not put into the page is told all the same.
  ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.addEventListener(name, function () { show("refused", true); });
  });
  document.addEventListener("htmx:beforeRequest", function () { show("refused", false); });

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // A choice that filters is sent when it is made; its button is for those without script.
  document.addEventListener("change", function (event) {
    const form = event.target.closest("form[data-at-once]");
    if (form) form.requestSubmit();
  });

  // "/" leads to the search, as elsewhere.
  document.addEventListener("keydown", function (event) {
    const at = event.target;
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || at.closest("input, textarea, select, [contenteditable]")) return;
    const search = document.querySelector(".search input");
    if (search) { event.preventDefault(); search.focus(); }
  });
})();
