// form[data-sign-out]: words that a page keeps on this device go when their writer signs out; data-unsent asks
// first when some of them never reached the portal.
const shelves = [localStorage, sessionStorage];
const kept = (shelf) => Object.keys(shelf).filter((key) => key.startsWith("autosave:"));

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target.closest("form[data-sign-out]");
    if (!form) return;
    if (kept(localStorage).length && form.dataset.unsent && !confirm(form.dataset.unsent)) {
      event.preventDefault();
      return;
    }
    for (const shelf of shelves) for (const key of kept(shelf)) shelf.removeItem(key);
  },
  true,
);
