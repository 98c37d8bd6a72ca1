// Suggestions while typing: the combobox pattern of ARIA 1.2 over a text field that also works alone.
import { behaviour } from "./behaviour";
import { icon, make } from "./dom";
import { word } from "./words";

/** One suggestion. `address` is where it leads, for searches. */
interface Suggestion { value: string; label: string; detail?: string; address?: string }

let count = 0;

class Combobox {
  readonly #input: HTMLInputElement;
  readonly #source: string;
  readonly #choose: (suggestion: Suggestion) => void;
  readonly #list: HTMLElement;
  readonly #status = make("span", { class: "hidden-text", role: "status" });
  #suggestions: Suggestion[] = [];
  #active = -1;
  #timer = 0;
  #asking: AbortController | null = null;

  constructor(input: HTMLInputElement, source: string, signal: AbortSignal, choose: (suggestion: Suggestion) => void) {
    this.#input = input;
    this.#source = source;
    this.#choose = choose;
    const id = `suggestions-${++count}`;
    this.#list = make("div", { class: "picker__list", role: "listbox", id, "aria-label": input.labels?.[0]?.textContent?.trim() ?? input.getAttribute("aria-label") ?? "", hidden: true });
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id })) {
      input.setAttribute(name, value);
    }
    input.parentElement?.append(this.#list, this.#status);
    input.addEventListener("input", () => this.#later(), { signal });
    input.addEventListener("keydown", (event) => this.#key(event), { signal });
    input.addEventListener("click", () => { if (this.#list.hidden) this.#later(0); }, { signal });
    input.addEventListener("blur", () => this.close(), { signal });
    this.#list.addEventListener("mousedown", (event) => event.preventDefault(), { signal });
    this.#list.addEventListener("click", (event) => {
      const option = (event.target as Element).closest<HTMLElement>("[data-index]");
      if (option) this.#take(Number(option.dataset.index));
    }, { signal });
    signal.addEventListener("abort", () => { clearTimeout(this.#timer); this.#asking?.abort(); });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#list.hidden = true;
    this.#active = -1;
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
  }

  #later(wait = 120): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#ask(), wait);
  }

  async #ask(): Promise<void> {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    const address = new URL(this.#source, location.href);
    address.searchParams.set("q", this.#input.value.trim());
    // The palette also offers what can be done with the record of this page.
    if (this.#input.hasAttribute("data-search")) address.searchParams.set("at", location.pathname);
    try {
      const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(`${answer.status}`);
      this.#suggestions = (await answer.json()) as Suggestion[];
    } catch {
      // Without suggestions the field still takes a number or name.
      if (!asking.signal.aborted) this.close();
      return;
    }
    if (!asking.signal.aborted && document.activeElement === this.#input) this.#show();
  }

  #show(): void {
    const options = this.#suggestions.map((suggestion, index) => make(
      "div", { class: "picker__option", role: "option", id: `${this.#list.id}-${index}`, "data-index": `${index}`, "aria-selected": "false" },
      make("span", { class: "picker__option-label" }, suggestion.label),
      make("span", { class: "picker__option-detail" }, suggestion.detail ?? ""),
    ));
    this.#list.replaceChildren(...(options.length ? options : [make("div", { class: "picker__none" }, word("nothing-found"))]));
    this.#list.hidden = false;
    this.#list.scrollIntoView({ block: "nearest" });
    this.#input.setAttribute("aria-expanded", "true");
    this.#status.textContent = `${word("suggestions")}: ${options.length}`;
    this.#move(options.length && this.#input.value.trim() ? 0 : -1);
  }

  #move(index: number): void {
    this.#active = index;
    for (const [place, option] of [...this.#list.querySelectorAll("[role=option]")].entries()) {
      option.setAttribute("aria-selected", `${place === index}`);
      if (place === index) {
        option.scrollIntoView({ block: "nearest" });
        this.#input.setAttribute("aria-activedescendant", option.id);
      }
    }
    if (index < 0) this.#input.removeAttribute("aria-activedescendant");
  }

  #key(event: KeyboardEvent): void {
    const size = this.#suggestions.length;
    const isOpen = !this.#list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) this.#later(0);
      else if (size) this.#move((this.#active + (event.key === "ArrowDown" ? 1 : this.#active < 0 ? 0 : -1) + size) % size);
    } else if (isOpen && event.key === "Enter" && this.#active >= 0) {
      event.preventDefault();
      this.#take(this.#active);
    } else if (isOpen && event.key === "Tab" && this.#active >= 0 && this.#input.value.trim()) {
      this.#take(this.#active);
    } else if (isOpen && event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  #take(index: number): void {
    const suggestion = this.#suggestions[index];
    this.close();
    if (suggestion) this.#choose(suggestion);
  }
}

behaviour("[data-picker]", (picker, signal) => {
  const input = picker.querySelector<HTMLInputElement>(".picker__input");
  const { source, name } = picker.dataset;
  if (!input || !source || !name) return;
  if (picker.dataset.picker === "many") many(picker, input, source, name, signal);
  else one(picker, input, source, name, signal);
});

/** One record: the field shows its name, a hidden field beside it sends its value. */
function one(picker: HTMLElement, input: HTMLInputElement, source: string, name: string, signal: AbortSignal): void {
  const hidden = make("input", { type: "hidden", name, value: input.value });
  picker.append(hidden);
  input.removeAttribute("name");
  picker.querySelector("[data-picker-chosen]")?.remove();
  if (picker.dataset.label) input.value = picker.dataset.label;
  const clear = make("button", { class: "icon-button picker__clear", type: "button", "aria-label": word("remove"), title: word("remove") }, icon("x"));
  const set = (value: string, label: string) => {
    hidden.value = value;
    input.value = label;
    clear.hidden = !value;
    hidden.dispatchEvent(new Event("change", { bubbles: true }));
  };
  clear.hidden = !hidden.value;
  clear.addEventListener("click", () => { set("", ""); input.focus(); }, { signal });
  input.parentElement?.append(clear);
  input.addEventListener("input", () => { hidden.value = input.value; clear.hidden = !input.value; }, { signal });
  input.addEventListener("focus", () => input.select(), { signal });
  new Combobox(input, source, signal, (suggestion) => set(suggestion.value, suggestion.label));
}

/** Many records: each becomes a chip with a ticked box. */
function many(picker: HTMLElement, input: HTMLInputElement, source: string, name: string, signal: AbortSignal): void {
  let chips = picker.querySelector<HTMLElement>("[data-picker-chips]");
  if (!chips) {
    chips = make("ul", { class: "picker__chips", "data-picker-chips": true });
    picker.querySelector(".picker__control")?.before(chips);
  }
  const list = chips;
  list.addEventListener("change", (event) => {
    const box = event.target;
    if (box instanceof HTMLInputElement && !box.checked) { box.closest("li")?.remove(); input.focus(); }
  }, { signal });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Backspace" && !input.value) list.lastElementChild?.remove();
  }, { signal });
  new Combobox(input, source, signal, ({ value, label }) => {
    input.value = "";
    if (list.querySelector(`input[value="${CSS.escape(value)}"]`)) return;
    const remove = make("span", { class: "picker__remove", title: word("remove") }, icon("x"));
    const box = make("input", { class: "picker__keep", type: "checkbox", name, value, checked: true });
    list.append(make("li", { class: "picker__chip" }, make("label", {}, box, make("span", {}, label), remove)));
  });
}

// The search box leads where the suggestion leads.
behaviour("[data-search][data-source]", (field, signal) => {
  if (!(field instanceof HTMLInputElement)) return;
  new Combobox(field, field.dataset.source ?? "", signal, ({ address }) => { if (address) location.assign(new URL(address, location.href)); });
});
