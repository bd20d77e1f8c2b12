// [data-listmap]: rows and SVG shapes with the same data-code light up together; a tick in a row marks both.
for (const area of document.querySelectorAll("[data-listmap]")) {
  const all = (code) => area.querySelectorAll(`[data-code="${CSS.escape(code)}"]`);
  const row = (code) => area.querySelector(`:not(svg *)[data-code="${CSS.escape(code)}"]`);
  const codeOf = (event) => event.target.closest?.("[data-code]")?.dataset.code;

  // Neighbours are drawn over each other's edges: the lit one comes to the top, under the names.
  const raise = (part) => {
    const names = part.parentNode.querySelector("text, g");
    if (part instanceof SVGPathElement && part.nextElementSibling !== names) names?.before(part);
  };
  const light = (code, on) => {
    if (!code) return;
    for (const part of all(code)) {
      part.classList.toggle("is-lit", on);
      if (on) raise(part);
    }
  };
  const choose = (box) => {
    const code = box.closest("[data-code]")?.dataset.code;
    if (code) for (const part of all(code)) part.classList.toggle("is-chosen", box.checked);
  };

  area.addEventListener("pointerover", (event) => light(codeOf(event), true));
  area.addEventListener("pointerout", (event) => light(codeOf(event), false));
  area.addEventListener("focusin", (event) => light(codeOf(event), true));
  area.addEventListener("focusout", (event) => light(codeOf(event), false));
  area.addEventListener("change", (event) => {
    if (event.target.matches("input[type=checkbox][data-choose]")) choose(event.target);
  });
  area.addEventListener("click", (event) => {
    const shape = event.target.closest("svg [data-code]");
    const found = shape && row(shape.dataset.code);
    if (!found) return;
    found.scrollIntoView({ block: "nearest" });
    found.querySelector("summary")?.focus({ preventScroll: true });
  });
  for (const box of area.querySelectorAll("input[type=checkbox][data-choose]")) choose(box);
}
