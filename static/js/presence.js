// [data-presence=URL]: says every 20 s that this page is open, and shows who else has the text open and whether
// somebody has saved newer words. Without script the page says it once, when it is opened.
const EVERY = 20000;

class Watch {
  constructor(line) {
    this.line = line;
    this.form = document.querySelector("form[data-joins]");
    this.timer = setInterval(() => this.ask(), EVERY);
    document.addEventListener("visibilitychange", () => document.hidden || this.ask());
    document.addEventListener("kept", () => this.tell("newer", ""));
    addEventListener("pagehide", () => navigator.sendBeacon(line.dataset.presence, this.words({ leave: "1" })));
  }

  words(more = {}) {
    const words = new FormData();
    words.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]")?.value || "");
    words.set("annex", this.line.dataset.annex);
    words.set("revision", this.form?.elements.namedItem("revision")?.value || "");
    for (const [name, value] of Object.entries(more)) words.set(name, value);
    return words;
  }

  async ask() {
    if (document.hidden) return;
    try {
      const options = { method: "POST", body: this.words(), credentials: "same-origin", redirect: "manual" };
      const answer = await fetch(this.line.dataset.presence, options);
      if (!answer.ok) return;
      const told = await answer.json();
      this.tell("others", told.others);
      this.tell("newer", told.newer);
    } catch {
      // Who else is there is worth knowing, not worth a complaint: the next beat asks again.
    }
  }

  tell(name, text) {
    const line = this.line.querySelector(`[data-${name}]`);
    const place = line.querySelector("span") || line;
    if (place.textContent !== text) place.textContent = text;
    if (name === "newer") line.hidden = !text;
  }
}

for (const line of document.querySelectorAll("[data-presence]")) new Watch(line);
