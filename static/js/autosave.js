// form[data-autosave=URL]: keeps what is typed. Sends after a pause of 1.5 s, says so in [data-kept],
// and holds a copy on this device until the server has confirmed it. The server answers JSON
// {ok, revision, message}; 409 means somebody else was faster: nothing is overwritten.
const PAUSE = 1500;

class Keeper {
  constructor(form) {
    this.form = form;
    this.line = form.querySelector("[data-kept]");
    this.key = `autosave:${form.dataset.autosave}`;
    this.stopped = false;
    this.restore();
    form.addEventListener("input", () => this.changed());
    form.addEventListener("submit", () => this.forget());
    addEventListener("online", () => this.pending() && this.send());
    setInterval(() => this.age(), 1000);
  }

  fields() {
    const skip = new Set(["csrfmiddlewaretoken", "revision"]);
    return [...new FormData(this.form)].filter(([name, value]) => typeof value === "string" && !skip.has(name));
  }

  pending() {
    return sessionStorage.getItem(this.key) !== null;
  }

  changed() {
    this.store(JSON.stringify(this.fields()));
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), PAUSE);
  }

  store(text) {
    try {
      sessionStorage.setItem(this.key, text);
    } catch {
      // A full or forbidden store costs the local copy only; the server still gets the text.
    }
  }

  async send() {
    if (this.stopped) return;
    if (this.sending) {
      this.again = true;
      return;
    }
    this.sending = true;
    const copy = JSON.stringify(this.fields());
    this.say("keeping");
    try {
      await this.answer(await this.post(), copy);
    } catch {
      this.say("offline", "", "trouble");
      this.timer = setTimeout(() => this.send(), 10 * PAUSE);
    } finally {
      this.sending = false;
      if (this.again) {
        this.again = false;
        this.send();
      }
    }
  }

  post() {
    return fetch(this.form.dataset.autosave, {
      method: "POST",
      body: new FormData(this.form),
      headers: { Accept: "application/json", "X-Requested-With": "fetch" },
      credentials: "same-origin",
      redirect: "error",
    });
  }

  async answer(response, copy) {
    const told = response.headers.get("content-type")?.includes("json") ? await response.json() : {};
    if (response.ok && told.ok) {
      if (told.revision !== undefined) this.revision(told.revision);
      if (JSON.stringify(this.fields()) === copy) this.forget();
      this.at = Date.now();
      this.form.dispatchEvent(new CustomEvent("kept", { bubbles: true }));
      this.age();
      return;
    }
    this.stopped = response.status === 409;
    this.at = 0;
    this.say("trouble", told.message || String(response.status), "trouble");
  }

  revision(value) {
    const field = this.form.elements.namedItem("revision");
    if (field) field.value = value;
  }

  forget() {
    sessionStorage.removeItem(this.key);
  }

  restore() {
    const text = sessionStorage.getItem(this.key);
    if (!text || text === JSON.stringify(this.fields())) return;
    const kept = new Map();
    for (const [name, value] of JSON.parse(text)) kept.set(name, [...(kept.get(name) || []), value]);
    for (const field of this.form.elements) {
      if (!field.name || ["hidden", "file", "submit", "button"].includes(field.type)) continue;
      const values = kept.get(field.name) || [];
      if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
      else if (field.type === "select-multiple") for (const o of field.options) o.selected = values.includes(o.value);
      else if (values.length) field.value = values.shift();
    }
    this.say("restored", "", "trouble");
    this.timer = setTimeout(() => this.send(), PAUSE);
  }

  age() {
    if (!this.at || this.sending) return;
    const seconds = Math.round((Date.now() - this.at) / 1000);
    // A screen reader hears it once; the seconds that follow are for the eye.
    this.line?.setAttribute("aria-live", seconds < 2 ? "polite" : "off");
    if (seconds < 2) this.say("keptNow", "", "kept");
    else if (seconds < 60) this.say("keptSeconds", seconds, "kept");
    else this.say("keptMinutes", Math.round(seconds / 60), "kept");
  }

  say(kind, detail = "", state = "") {
    if (!this.line) return;
    this.line.dataset.state = state;
    this.line.textContent = (this.line.dataset[kind] || "").replace("%s", detail);
  }
}

for (const form of document.querySelectorAll("form[data-autosave]")) new Keeper(form);
