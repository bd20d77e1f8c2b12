// form[data-joins]: two people changed one passage. Shows the stored text beside the typed one and asks which
// to keep (template[data-beside] holds the words); until then the field is named in "held" and not sent.
const shape = document.querySelector("template[data-beside]");

const held = (form) => form.elements.namedItem("held");
const names = (form) => held(form).value.split(",").filter(Boolean);
const box = (field) => field.parentElement.querySelector("[data-theirs]");

function hold(form, name, text) {
  const field = form.elements.namedItem(name);
  if (!field || !shape) return;
  held(form).value = [...new Set([...names(form), name])].join(",");
  if (!box(field)) field.after(ask(form, field, name));
  const shown = field.type === "checkbox" ? [...box(field).querySelectorAll("[data-yes], [data-no]")] : [];
  for (const word of shown) word.hidden = (word.dataset.yes !== undefined) !== Boolean(text);
  const words = box(field).querySelector("[data-words]");
  words.dataset.value = text ?? "";
  const option = [...(field.options || [])].find((one) => one.value === text);
  if (!shown.length) words.textContent = option ? option.text : text || "–";
}

function ask(form, field, name) {
  const made = shape.content.firstElementChild.cloneNode(true);
  made.querySelector("[data-take]").addEventListener("click", () => {
    const theirs = made.querySelector("[data-words]").dataset.value;
    if (field.type === "checkbox") field.checked = theirs === "true";
    else field.value = theirs;
    release(form, field, name, made);
  });
  made.querySelector("[data-keep]").addEventListener("click", () => release(form, field, name, made));
  return made;
}

function release(form, field, name, made) {
  held(form).value = names(form).filter((one) => one !== name).join(",");
  made.remove();
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("kept", ({ target, detail }) => {
  if (target.dataset?.joins === undefined || !detail) return;
  for (const [name, text] of Object.entries(detail.stale || {})) hold(target, name, text);
  for (const name of names(target)) if (name in (detail.fields || {})) hold(target, name, detail.fields[name]);
});
