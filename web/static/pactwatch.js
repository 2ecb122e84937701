// What the pages do beyond links and forms. They work without it.
"use strict";

// Where a graph is wider than the window, begin with who stands in its middle.
for (const graph of document.querySelectorAll(".graph")) graph.scrollLeft = (graph.scrollWidth - graph.clientWidth) / 2;

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = document.querySelector(".asked input[name=q]") || document.getElementById("find");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
