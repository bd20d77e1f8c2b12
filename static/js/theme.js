// Light, dark, or as the device: the choice is a cookie, so that the server sends the right page at once.
const root = document.documentElement;

function mark(chosen) {
  for (const button of document.querySelectorAll("[data-theme-value]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeValue === chosen));
  }
}

function choose(value) {
  const age = value ? 60 * 60 * 24 * 365 : 0;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${value}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
  if (value) root.dataset.bsTheme = value;
  else delete root.dataset.bsTheme;
  mark(value);
}

for (const group of document.querySelectorAll("[data-theme-switch]")) {
  group.hidden = false;
  group.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-value]");
    if (button) choose(button.dataset.themeValue);
  });
}
mark(root.dataset.bsTheme || "");
