/* The search box suggests projects while somebody types; without this it is a plain form.
   It is the combobox with a listbox of the ARIA practices: the focus stays in the box. */
"use strict";

const TYPING_PAUSE = 120;

class Suggestions {
  constructor(box) {
    this.box = box;
    this.options = [];
    this.active = -1;
    this.asking = null;
    // Browsers stop at what scrolls when somebody moves on with Tab, unless told not to.
    const facts = { id: `${box.id}-list`, role: "listbox", "aria-label": box.dataset.suggestTitle, tabindex: "-1" };
    this.list = this.make("ul", "suggestions", facts);
    this.status = this.make("p", "visually-hidden", { role: "status" });
    this.list.hidden = true;
    const roles = { role: "combobox", "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": this.list.id, "aria-expanded": "false" };
    for (const [name, value] of Object.entries(roles)) box.setAttribute(name, value);
    box.addEventListener("input", () => this.wait());
    box.addEventListener("keydown", (event) => this.press(event));
    box.addEventListener("blur", () => this.close());
    // A press on the list must not take the focus from the box, or the list would be gone.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.go(option);
    });
  }

  make(tag, style, attributes) {
    const element = document.createElement(tag);
    element.className = style;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    this.box.parentElement.append(element);
    return element;
  }

  wait() {
    this.stop();
    if (!this.box.value.trim()) {
      this.close();
      return;
    }
    this.timer = setTimeout(() => this.ask(), TYPING_PAUSE);
  }

  stop() {
    clearTimeout(this.timer);
    this.asking?.abort();
  }

  async ask() {
    this.asking = new AbortController();
    const text = this.box.value;
    try {
      const address = `${this.box.dataset.suggest}?q=${encodeURIComponent(text)}`;
      const answer = await fetch(address, { signal: this.asking.signal });
      const told = answer.ok ? await answer.json() : null;
      if (told && text === this.box.value && document.activeElement === this.box) this.show(told);
    } catch (error) {
      // Typing goes on, whether anybody answers or not.
      if (error.name !== "AbortError") this.close();
    }
  }

  show([, names, summaries, addresses]) {
    this.options = names.map((name, place) => {
      const option = document.createElement("li");
      option.id = `${this.list.id}-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.address = addresses[place];
      const title = document.createElement("bdi");
      const summary = document.createElement("span");
      title.textContent = name;
      summary.textContent = summaries[place];
      summary.dir = "auto";
      option.append(title, " ", summary);
      return option;
    });
    this.list.replaceChildren(...this.options);
    this.choose(-1);
    this.list.hidden = !names.length;
    this.box.setAttribute("aria-expanded", String(!this.list.hidden));
    this.status.textContent = this.box.dataset.suggestStatus.replace("{count}", names.length);
  }

  close() {
    this.stop();
    this.choose(-1);
    this.list.hidden = true;
    this.box.setAttribute("aria-expanded", "false");
    this.status.textContent = "";
  }

  choose(place) {
    this.options[this.active]?.setAttribute("aria-selected", "false");
    this.active = place;
    const option = this.options[place];
    if (!option) {
      this.box.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", option.id);
  }

  // From the box to the first one, from the last one back to the box.
  step(by) {
    const places = this.options.length + 1;
    this.choose((this.active + 1 + by + places) % places - 1);
  }

  press(event) {
    if (event.isComposing) return;
    const isOpen = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (isOpen) this.step(event.key === "ArrowDown" ? 1 : -1);
      else this.wait();
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      this.close();
    } else if (event.key === "Enter") {
      if (isOpen && this.active >= 0) {
        event.preventDefault();
        this.go(this.options[this.active]);
      } else {
        this.close();
      }
    }
  }

  go(option) {
    this.close();
    location.assign(option.dataset.address);
  }
}

for (const box of document.querySelectorAll("[data-suggest]")) new Suggestions(box);

// Addresses of results hold only what was chosen.
for (const form of document.querySelectorAll("[data-search-form]")) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) {
      if (value === "") event.formData.delete(name);
    }
  });
}
