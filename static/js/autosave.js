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
    // Sent is not yet arrived: the copy stays until this page comes back with the same words.
    form.addEventListener("submit", () => {
      clearTimeout(this.timer);
      this.store();
    });
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
    this.store();
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), PAUSE);
  }

  store() {
    try {
      sessionStorage.setItem(this.key, JSON.stringify({ revision: this.revision(), fields: this.fields() }));
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
      this.trouble("offline");
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
      redirect: "manual",
    });
  }

  async answer(response, copy) {
    const told = response.headers.get("content-type")?.includes("json") ? await response.json() : {};
    if (response.ok && told.ok) {
      if (told.revision !== undefined) this.revisionField().value = told.revision;
      if (JSON.stringify(this.fields()) === copy) this.forget();
      this.at = Date.now();
      this.form.dispatchEvent(new CustomEvent("kept", { bubbles: true }));
      this.age();
      return;
    }
    this.stopped = response.status === 409;
    if (response.type === "opaqueredirect") this.trouble("signedOut");
    else this.trouble("trouble", told.message || String(response.status));
  }

  trouble(kind, detail = "") {
    this.at = 0;
    this.say(kind, detail, "trouble");
  }

  revisionField() {
    return this.form.elements.namedItem("revision") || {};
  }

  revision() {
    return this.revisionField().value || "";
  }

  forget() {
    sessionStorage.removeItem(this.key);
  }

  restore() {
    const text = sessionStorage.getItem(this.key);
    if (!text) return;
    const copy = JSON.parse(text);
    if (JSON.stringify(copy.fields) === JSON.stringify(this.fields())) {
      this.forget();
      return;
    }
    if (copy.revision !== this.revision()) {
      // Somebody else saved meanwhile: show what was typed here, put nothing over their text.
      this.show(copy.fields);
      return;
    }
    this.fill(copy.fields);
    this.trouble("restored");
    this.timer = setTimeout(() => this.send(), PAUSE);
  }

  fill(fields) {
    const kept = new Map();
    for (const [name, value] of fields) kept.set(name, [...(kept.get(name) || []), value]);
    for (const field of this.form.elements) {
      if (!field.name || ["hidden", "file", "submit", "button"].includes(field.type)) continue;
      const values = kept.get(field.name) || [];
      if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
      else if (field.type === "select-multiple") for (const o of field.options) o.selected = values.includes(o.value);
      else if (values.length) field.value = values.shift();
    }
  }

  show(fields) {
    this.trouble("unsent");
    const text = document.createElement("p");
    text.className = "box is-quiet prose-lines";
    text.textContent = fields.map(([, value]) => value).filter((value) => value.length > 2).join("\n\n");
    this.line?.after(text);
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
