// [data-preview=URL]: the PDF of one recipient beside the text. After autosave has kept something the server is
// asked to print it anew; once it is ready, a second frame loads it unseen and takes the place of the first.
// What goes wrong is said in words beside the paper that was there before.
const PAUSE = 700;
const AGAIN = 3000;
const SHOWN_AFTER = 4000;

class Paper {
  constructor(place) {
    this.place = place;
    this.url = place.dataset.preview;
    this.line = place.querySelector("[data-as-of]");
    this.choice = place.querySelector("select");
    place.querySelector("form button")?.remove();
    this.choice?.addEventListener("change", () => this.choose());
    document.addEventListener("kept", ({ detail }) => detail?.ok && this.soon(PAUSE));
  }

  get frame() {
    return this.place.querySelector("iframe:not([data-next])");
  }

  soon(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.print(), pause);
  }

  choose() {
    const option = this.choice.selectedOptions[0];
    const link = this.place.querySelector("[data-open]");
    this.url = link.href = option.dataset.url;
    link.textContent = this.place.dataset.opens.replace("%s", option.text);
    this.name = option.text;
    this.print();
  }

  async print() {
    if (!this.frame.offsetParent) return;
    const asked = (this.asked = Symbol("asked"));
    this.place.setAttribute("aria-busy", "true");
    try {
      const headers = { Accept: "application/json" };
      const answer = await fetch(this.url, { headers, credentials: "same-origin", redirect: "manual" });
      const told = await answer.json();
      if (asked !== this.asked) return;
      if (told.ok) this.show(told);
      else this.say(told.message, "trouble");
      if (answer.status === 503) this.soon(AGAIN);
    } catch {
      if (asked === this.asked) this.say(this.place.dataset.lost, "trouble");
    } finally {
      if (asked === this.asked) this.place.removeAttribute("aria-busy");
    }
  }

  show({ url, message }) {
    if (url === this.shown) {
      this.say(message);
      return;
    }
    this.place.querySelector("iframe[data-next]")?.remove();
    const next = this.frame.cloneNode();
    next.dataset.next = "";
    next.removeAttribute("loading");
    next.tabIndex = -1;
    next.src = `${url}#navpanes=0&view=FitH`;
    if (this.name) next.title = this.place.dataset.titled.replace("%s", this.name);
    const swap = () => {
      if (!next.isConnected || next.dataset.next === undefined) return;
      const focused = document.activeElement === this.frame;
      this.frame.remove();
      delete next.dataset.next;
      next.removeAttribute("tabindex");
      if (focused) next.focus();
      this.shown = url;
      this.say(message);
    };
    next.addEventListener("load", swap, { once: true });
    setTimeout(swap, SHOWN_AFTER);
    this.frame.after(next);
  }

  say(words, state = "") {
    this.line.dataset.state = state;
    this.line.textContent = words;
  }
}

for (const place of document.querySelectorAll("[data-preview]")) new Paper(place);
