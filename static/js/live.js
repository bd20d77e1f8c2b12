// [data-live]: the record while people talk. Shows one item at a time, moves between them by key, keeps a clock
// for each, says what is not sent yet and who else writes. Without this file all items stand in order, as forms.
const root = document.querySelector("[data-live]");
const items = [...root.querySelectorAll("[data-item]")];
const EVERY = 10000;
const CARDS = { o: "objectives", a: "areas", d: "decisions", s: "steps" };

class Clock {
  constructor(key) {
    this.key = key;
    const stored = JSON.parse(localStorage.getItem(key) || "{}");
    Object.assign(this, { spent: {}, running: null, since: 0, ...stored });
    setInterval(() => items[sheet.now] && this.show(items[sheet.now]), 1000);
  }

  seconds(item) {
    const on = this.running === item.dataset.item ? Date.now() - this.since : 0;
    return ((this.spent[item.dataset.item] || 0) + on) / 1000;
  }

  // Only one item is talked about at a time.
  run(item) {
    if (this.running !== null) this.spent[this.running] = (this.spent[this.running] || 0) + Date.now() - this.since;
    this.running = item ? item.dataset.item : null;
    this.since = Date.now();
    localStorage.setItem(this.key, JSON.stringify({ spent: this.spent, running: this.running, since: this.since }));
    this.show(items[sheet.now]);
  }

  toggle(item) {
    this.run(this.running === item.dataset.item ? null : item);
  }

  show(item) {
    const line = item.querySelector("[data-clock]");
    const planned = Number(item.dataset.minutes) || 0;
    const minutes = Math.floor(this.seconds(item) / 60);
    const over = planned > 0 && minutes >= planned;
    const words = over ? line.dataset.over : planned ? line.dataset.of : line.dataset.plain;
    const shown = words.replace("%s", over ? minutes - planned : minutes).replace("%m", planned);
    const button = line.querySelector("[data-run]");
    button.dataset.start ??= button.textContent;
    button.textContent = this.running === item.dataset.item ? button.dataset.stop : button.dataset.start;
    line.querySelector("[data-spent]").textContent = shown;
    // A screen reader hears once that the time is up, not every second.
    if (over && !line.classList.contains("is-over")) line.querySelector("[data-up-now]").textContent = line.dataset.up;
    line.classList.toggle("is-over", over);
  }
}

const sheet = {
  now: 0,
  show(index, place = "title") {
    this.now = Math.max(0, Math.min(items.length - 1, index));
    const item = items[this.now];
    for (const other of items) other.hidden = other !== item;
    for (const link of root.querySelectorAll(".live-nav a[href^='#item-']")) {
      if (link.hash === `#${item.id}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    sessionStorage.setItem(`live-at:${root.dataset.live}`, item.id);
    history.replaceState(null, "", `#${item.id}`);
    clock.show(item);
    if (place === "text") item.querySelector("textarea").focus();
    else if (place === "title") item.querySelector("h2").focus({ preventScroll: true });
  },
  turn(by, place) {
    const from = items[this.now];
    this.show(this.now + by, place);
    // Going on while the clock runs: the talk goes on too. Looking back does not turn it back.
    if (by > 0 && clock.running === from.dataset.item && items[this.now] !== from) clock.run(items[this.now]);
  },
};

const writing = (target) => target.closest?.("input, textarea, select, [contenteditable]");
const lettersOn = () => localStorage.getItem("live-keys") !== "off";

function mark(item) {
  const box = item.querySelector("textarea");
  const at = new Intl.DateTimeFormat("en-GB", { timeZone: root.dataset.zone, hour: "2-digit", minute: "2-digit" }).format(new Date());
  const before = box.value.slice(0, box.selectionStart);
  box.focus();
  box.setRangeText(`${before && !before.endsWith("\n") ? "\n" : ""}${at} – `, box.selectionStart, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function card(id) {
  const place = document.getElementById(id);
  if (!place) return;
  place.scrollIntoView({ block: "start" });
  const add = [...place.querySelectorAll("details")].pop();
  if (add && id !== "decisions") add.open = true;
  place.querySelector("details input:not([type=hidden]), details select, select, input:not([type=hidden])")?.focus();
}

let typed = "";
let typedAt = 0;
function jump(digit) {
  typed = Date.now() - typedAt < 800 ? typed + digit : digit;
  typedAt = Date.now();
  const index = items.findIndex((item) => item.dataset.item === String(Number(typed)));
  if (index >= 0) sheet.show(index);
}

// Keys that mean nothing in a text work everywhere; letters and numbers only outside of fields.
function key(event) {
  const item = items[sheet.now];
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey) return false;
  if (event.altKey) {
    if (event.key === "PageDown") sheet.turn(1, "text");
    else if (event.key === "PageUp") sheet.turn(-1, "text");
    else return false;
    return true;
  }
  if (event.key === "F2") mark(item);
  else if (event.key === "Escape" && writing(event.target)?.matches("textarea")) item.querySelector("h2").focus();
  else return !writing(event.target) && lettersOn() && letter(event.key.toLowerCase(), item);
  return true;
}

function letter(name, item) {
  if (name === "n") sheet.turn(1);
  else if (name === "p") sheet.turn(-1);
  else if (name === "w") item.querySelector("textarea").focus();
  else if (name === "c") clock.toggle(item);
  else if (/^[0-9]$/.test(name)) jump(name);
  else if (CARDS[name] && document.getElementById(CARDS[name])) card(CARDS[name]);
  else return false;
  return true;
}

function wire(item) {
  const form = item.querySelector("form");
  item.querySelector("[data-clock]").hidden = false;
  item.querySelector("[data-run]").addEventListener("click", () => clock.toggle(item));
  for (const link of item.querySelectorAll("[data-go]")) {
    const by = Number(link.dataset.go);
    link.hidden = !items[items.indexOf(item) + by];
    link.addEventListener("click", (event) => {
      event.preventDefault();
      sheet.turn(by);
    });
  }
  form.querySelector("[data-mark]").addEventListener("click", (event) => {
    event.preventDefault();
    mark(item);
  });
  // The button sends without leaving the page: without connection there would be no page to come back to.
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.dispatchEvent(new Event("ask"));
  });
}

function unsent() {
  const line = root.querySelector("[data-unsent]");
  const waiting = items.filter((item) => item.querySelector("[data-kept]").dataset.state === "trouble");
  const names = waiting.map((item) => item.querySelector("h2").textContent.trim());
  const text = names.length ? line.dataset.unsent.replace("%s", names.join("; ")) : "";
  if (line.dataset.shown !== text) {
    line.textContent = text;
    line.dataset.shown = text;
  }
  line.hidden = !line.textContent;
}

async function here() {
  if (document.hidden) return;
  const words = new FormData();
  words.set("csrfmiddlewaretoken", root.querySelector("[name=csrfmiddlewaretoken]").value);
  try {
    const answer = await fetch(root.dataset.here, { method: "POST", body: words, redirect: "manual" });
    if (!answer.ok) return;
    const told = await answer.json();
    const line = root.querySelector("[data-others]");
    if (line.textContent !== told.others) line.textContent = told.others;
    for (const item of items) {
      const form = item.querySelector("form");
      const newer = told.revisions[item.dataset.item] > Number(form.elements.namedItem("revision").value);
      // Asking sends what stands here; the answer brings what the other wrote.
      if (newer) form.dispatchEvent(new Event("ask"));
    }
  } catch {
    // Who else is there is worth knowing, not worth a complaint: the next beat asks again.
  }
}

function leave() {
  const words = new FormData();
  words.set("csrfmiddlewaretoken", root.querySelector("[name=csrfmiddlewaretoken]").value);
  words.set("leave", "1");
  navigator.sendBeacon(root.dataset.here, words);
}

function begin() {
  for (const item of items) wire(item);
  root.classList.add("is-alone");
  const wanted = location.hash.startsWith("#item-") ? location.hash.slice(1) : sessionStorage.getItem(`live-at:${root.dataset.live}`);
  const anchor = Object.values(CARDS).includes(location.hash.slice(1)) ? location.hash.slice(1) : "";
  sheet.show(items.findIndex((item) => item.id === wanted), "");
  if (anchor) card(anchor);
  addEventListener("hashchange", () => {
    const index = items.findIndex((item) => `#${item.id}` === location.hash);
    if (index >= 0) sheet.show(index);
  });
  document.addEventListener("keydown", (event) => key(event) && event.preventDefault());
  document.addEventListener("submit", (event) => {
    if (navigator.onLine || event.target.closest("[data-item]")) return;
    event.preventDefault();
    const line = root.querySelector("[data-unsent]");
    [line.hidden, line.textContent] = [false, line.dataset.noForm];
    line.scrollIntoView({ block: "nearest" });
  }, true);
  const keys = root.querySelector("[data-keys]");
  const letters = keys.querySelector("[data-keys-on]");
  keys.hidden = false;
  letters.checked = lettersOn();
  letters.addEventListener("change", () => localStorage.setItem("live-keys", letters.checked ? "on" : "off"));
  setInterval(unsent, 1000);
  setInterval(here, EVERY);
  addEventListener("pagehide", leave);
}

// The record is closed: what never arrived is shown once more, to be copied.
function leftovers() {
  for (const box of root.querySelectorAll("[data-leftover]")) {
    const name = `autosave:${root.dataset.owner}:${box.dataset.leftover}`;
    const copy = JSON.parse(localStorage.getItem(name) || "null");
    if (!copy) continue;
    box.hidden = false;
    box.querySelector("[data-words]").textContent = copy.fields.map(([, value]) => value).join("\n");
    box.querySelector("[data-forget]").addEventListener("click", () => {
      localStorage.removeItem(name);
      box.hidden = true;
    });
  }
}

const clock = items.length ? new Clock(`live-clock:${root.dataset.live}`) : null;
if (items.length) begin();
else leftovers();
