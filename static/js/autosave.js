// form[data-autosave=URL]: keeps what is typed. Sends after a pause of 1.5 s, says so in [data-kept],
// and holds a copy on this device until the server has confirmed it. The server answers JSON
// {ok, revision, message}; 409 means somebody else was faster: nothing is overwritten.
// form[data-joins]: the server joins what two people write. It adds {sent, fields, stale}: `fields` hold words
// of others and are shown where nobody has typed since (a page where somebody has goes on from `sent`, and
// its next sending is joined again); `stale` are fields both changed: beside.js asks which text to keep, and
// names them in the field "held", which are not sent until then.
// form[data-device=OWNER]: the copy survives closing the tab (sign-out.js clears it); a field "page" names the
// open page, so that the server knows what it had sent when an answer is lost; the event "ask" sends at once.
const PAUSE = 1500;
const ASIDE = new Set(["csrfmiddlewaretoken", "revision", "held", "page"]);
const freshPage = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;

class Keeper {
  constructor(form) {
    this.form = form;
    this.line = form.querySelector("[data-kept]");
    this.device = form.dataset.device !== undefined;
    this.shelf = this.device ? localStorage : sessionStorage;
    this.key = this.device ? `autosave:${form.dataset.device}:${form.dataset.autosave}` : `autosave:${form.dataset.autosave}`;
    if (this.page()) this.page().value = freshPage();
    this.stopped = false;
    this.restore();
    form.addEventListener("input", () => this.changed());
    // Sent is not yet arrived: the copy stays until this page comes back with the same words.
    form.addEventListener("submit", () => {
      clearTimeout(this.timer);
      this.store();
    });
    form.addEventListener("ask", () => this.send());
    addEventListener("online", () => this.pending() && this.send());
    setInterval(() => this.age(), 1000);
  }

  fields() {
    return [...new FormData(this.form)].filter(([name, value]) => typeof value === "string" && !ASIDE.has(name));
  }

  pending() {
    return this.shelf.getItem(this.key) !== null;
  }

  changed() {
    this.store();
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), PAUSE);
  }

  store() {
    try {
      this.shelf.setItem(this.key, JSON.stringify({ revision: this.revision(), held: this.held(), page: this.page()?.value, fields: this.fields() }));
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
    if (told.ok || told.stale) {
      this.take(told, copy);
      if (told.ok && JSON.stringify(this.fields()) === copy) this.forget();
      this.at = Date.now();
      this.form.dispatchEvent(new CustomEvent("kept", { bubbles: true, detail: told }));
      // Words that wait for a choice are on this device alone.
      if (this.held().length) this.store();
      this.age();
      return;
    }
    this.stopped = response.status === 409;
    if (response.type === "opaqueredirect" || (this.device && response.status === 403)) this.trouble("signedOut");
    else this.trouble("trouble", told.message || String(response.status));
    if (this.device && response.status >= 500) this.timer = setTimeout(() => this.send(), 10 * PAUSE);
  }

  take(told, copy) {
    const brought = Object.entries(told.fields || {}).filter(([name]) => !this.held().includes(name));
    const typedOn = JSON.stringify(this.fields()) !== copy;
    if (brought.length && typedOn) {
      this.revisionField().value = told.sent;
      this.again = true;
    } else {
      for (const [name, text] of brought) this.put(name, text);
      if (told.revision !== undefined) this.revisionField().value = told.revision;
    }
    const line = this.form.querySelector("[data-told]");
    if (line && told.message) line.textContent = told.message;
  }

  // Their words come in around the place where somebody is writing.
  put(name, text) {
    const field = this.form.elements.namedItem(name);
    if (!field) return;
    if (field.type === "checkbox") field.checked = Boolean(text);
    else if (field.selectionStart === undefined || field.selectionStart === null) field.value = text ?? "";
    else {
      const [before, at, scroll] = [field.value, field.selectionStart, field.scrollTop];
      let same = 0;
      while (same < at && before[same] === text[same]) same += 1;
      field.value = text;
      const place = same === at ? at : Math.max(0, at + text.length - before.length);
      if (document.activeElement === field) field.setSelectionRange(place, place);
      field.scrollTop = scroll;
    }
    field.classList.add("was-joined");
  }

  held() {
    return (this.form.elements.namedItem("held")?.value || "").split(",").filter(Boolean);
  }

  trouble(kind, detail = "") {
    this.at = 0;
    this.say(kind, detail, "trouble");
  }

  revisionField() {
    return this.form.elements.namedItem("revision") || {};
  }

  page() {
    return this.form.elements.namedItem("page");
  }

  revision() {
    return this.revisionField().value || "";
  }

  forget() {
    this.shelf.removeItem(this.key);
  }

  restore() {
    const text = this.shelf.getItem(this.key);
    if (!text) return;
    const copy = JSON.parse(text);
    if (JSON.stringify(copy.fields) === JSON.stringify(this.fields())) {
      this.forget();
      return;
    }
    if (this.form.dataset.joins !== undefined) {
      // Two texts may still wait for a choice: show both again. All else is joined on what it began with.
      const stored = new Map(this.fields());
      const stale = Object.fromEntries(copy.held.map((name) => [name, stored.get(name) || ""]));
      this.form.dispatchEvent(new CustomEvent("kept", { bubbles: true, detail: { ok: false, stale } }));
      this.revisionField().value = copy.revision;
      if (this.page() && copy.page) this.page().value = copy.page;
    } else if (copy.revision !== this.revision()) {
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
