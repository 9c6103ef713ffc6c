// Copy buttons: <button data-copies="ID" hidden> copies the text of the element with that id.
// Without this script they stay hidden, and the text can be selected.
(() => {
  "use strict";
  const copy = async text => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      return "Copied";
    } catch {
      // no clipboard here: select the text, so that the reader's own shortcut copies it
      const details = text.closest("details");
      if (details) details.open = true;
      getSelection().selectAllChildren(text);
      return "Selected";
    }
  };
  // for screen readers, which do not tell that a button's text changes
  const told = document.createElement("p");
  told.className = "unseen";
  told.setAttribute("role", "status");
  document.body.append(told);
  for (const button of document.querySelectorAll("button[data-copies]")) {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      told.textContent = button.textContent = await copy(document.getElementById(button.dataset.copies));
      setTimeout(() => { button.textContent = label; }, 2000);
    });
    button.addEventListener("blur", () => { told.textContent = ""; });
  }
})();
