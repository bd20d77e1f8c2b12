// A second press of the same button does not send the form a second time.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const method = event.submitter?.formMethod || form.method;
  if (event.defaultPrevented || method !== "post" || form.target) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
});

// Coming back by the browser's own button: the form may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});
