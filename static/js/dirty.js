// form[data-dirty]: ask before leaving what was typed and not yet sent.
const state = (form) => new URLSearchParams([...new FormData(form)].filter(([, v]) => typeof v === "string")).toString();
const forms = [...document.querySelectorAll("form[data-dirty]")];
const first = new Map(forms.map((form) => [form, state(form)]));

for (const form of forms) form.addEventListener("submit", () => first.delete(form));
document.addEventListener("kept", (event) => {
  if (first.has(event.target)) first.set(event.target, state(event.target));
});
addEventListener("beforeunload", (event) => {
  if ([...first].some(([form, before]) => state(form) !== before)) event.preventDefault();
});
