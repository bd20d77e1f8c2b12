// button[data-insert=TEXT]: puts the text where somebody wrote last; shown only when there is a script.
let last = null;
const writable = (element) => element.matches?.(".desk-text textarea, .desk-text input[type=text]");

document.addEventListener("focusin", ({ target }) => {
  if (writable(target)) last = target;
});
for (const button of document.querySelectorAll("button[data-insert]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const field = last?.isConnected ? last : document.querySelector(".desk-text textarea");
    if (!field) return;
    field.focus();
    field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
