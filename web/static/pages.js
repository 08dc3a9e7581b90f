// What single pages do with the keyboard, the pointer and news; without it every page works by links and buttons.
"use strict";

(function () {
  // News may have been missed while the connection was lost: every part that listens asks again.
  let lost = false;
  document.addEventListener("htmx:sseError", function () { lost = true; });
  document.addEventListener("htmx:sseOpen", function () {
    if (!lost) return;
    lost = false;
    document.querySelectorAll("[hx-trigger*='sse:']").forEach(function (part) { htmx.trigger(part, "again"); });
  });
})();
