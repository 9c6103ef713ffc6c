// Filters each report card by verdict; without JavaScript all claims are shown.
(() => {
  "use strict";
  document.querySelectorAll(".verdicts").forEach(fieldset => {
    const boxes = [...fieldset.querySelectorAll("input")];
    const rows = fieldset.parentElement.querySelectorAll("tr[data-verdict]");
    const filter = () => {
      const shown = new Set(boxes.filter(box => box.checked).map(box => box.value));
      rows.forEach(row => { row.hidden = !shown.has(row.dataset.verdict); });
    };
    fieldset.hidden = false;
    fieldset.addEventListener("change", filter);
    filter();
  });
})();
