/* A button that copies a field: `data-copies` names it, `data-says` where the outcome is
   told. Without this script there is no button, and the field can be copied by hand. */
"use strict";

for (const button of document.querySelectorAll("[data-copies]")) {
  const field = document.getElementById(button.dataset.copies);
  const says = document.getElementById(button.dataset.says);
  button.hidden = false;
  button.addEventListener("click", async () => {
    const copied = await copy(field);
    says.textContent = "";  // the same words twice would be told once
    setTimeout(() => {
      says.textContent = copied ? button.dataset.done : button.dataset.failed;
    }, 50);
  });
}

async function copy(field) {
  field.focus();
  field.select();
  try {
    // Browsers give a page without TLS no clipboard but this old one.
    if (!navigator.clipboard) return document.execCommand("copy");
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return false;
  }
}
