// Filters a report card by verdict; without JavaScript all claims are shown.
(() => {
  "use strict";
  const boxes = document.querySelectorAll(".verdicts input");
  const filter = () => {
    const shown = new Set([...boxes].filter(box => box.checked).map(box => box.value));
    document.querySelectorAll("tr[data-verdict]").forEach(row => { row.hidden = !shown.has(row.dataset.verdict); });
  };
  document.querySelectorAll(".verdicts").forEach(fieldset => { fieldset.hidden = false; });
  boxes.forEach(box => box.addEventListener("change", filter));
  filter();
})();
