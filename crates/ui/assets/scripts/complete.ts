// Type-ahead in the composer: people and teams after `@`, records after `#`, canned texts after `/`.
import { behaviour } from "./behaviour";
import { make } from "./dom";
import { csrfToken } from "./request";
import { report } from "./notices";
import { word } from "./words";

interface Suggestion { value: string; label: string; detail?: string }
interface Trigger { sign: "@" | "#" | "/"; begin: number; typed: string }
interface Filled { text: string; left: string[] }

/** What the cursor stands behind, when that asks for suggestions. */
export function trigger(text: string): Trigger | null {
  const found = /(?:^|[\s(])([@#/])("?[\p{L}\p{N}._-]*(?: [\p{L}\p{N}._-]+)?)$/u.exec(text);
  if (!found) return null;
  const sign = found[1] as Trigger["sign"];
  const typed = (found[2] ?? "").replace(/^"/, "");
  // A name may have a blank in it, a number may not; two blanks end both.
  if (sign === "#" && (typed.includes(" ") || typed.length < 2)) return null;
  return { sign, begin: text.length - (found[2] ?? "").length - 1, typed };
}

/** Puts text in place of what stands between two places, so that it can be undone. */
function write(area: HTMLTextAreaElement, from: number, to: number, text: string): void {
  area.focus();
  area.setSelectionRange(from, to);
  // The only way that leaves undo as it is.
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, from, to, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

let count = 0;

behaviour("[data-composer][data-mentions]", (composer, signal) => {
  const area = composer.querySelector<HTMLTextAreaElement>("textarea");
  const { mentions, snippets } = composer.dataset;
  if (!area || !(mentions || snippets)) return;
  const id = `complete-${++count}`;
  const list = make("div", { class: "picker__list composer__list", role: "listbox", id, "aria-label": word("suggestions"), hidden: true });
  const status = make("span", { class: "hidden-text", role: "status" });
  area.after(list, status);
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-controls", id);
  let found: Suggestion[] = [];
  let at: Trigger | null = null;
  let active = -1;
  let timer = 0;
  let asking: AbortController | null = null;

  const close = () => {
    clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    active = -1;
    at = null;
    area.removeAttribute("aria-activedescendant");
  };
  const move = (index: number) => {
    active = index;
    for (const [place, option] of [...list.querySelectorAll("[role=option]")].entries()) {
      option.setAttribute("aria-selected", `${place === index}`);
      if (place === index) { option.scrollIntoView({ block: "nearest" }); area.setAttribute("aria-activedescendant", option.id); }
    }
  };
  const source = (sign: string) => (sign === "@" ? mentions : sign === "/" ? snippets : "/pick");
  const ask = async (now: Trigger) => {
    const address = source(now.sign);
    if (!address) return;
    asking?.abort();
    const mine = (asking = new AbortController());
    const url = new URL(address, location.href);
    url.searchParams.set("q", now.typed);
    const audience = composer.querySelector<HTMLInputElement>("[name=audience]:checked, input[type=hidden][name=audience]")?.value;
    if (audience) url.searchParams.set("audience", audience);
    try {
      const answer = await fetch(url, { signal: mine.signal, headers: { Accept: "application/json", "HX-Request": "true" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(`${answer.status}`);
      found = (await answer.json()) as Suggestion[];
    } catch { if (!mine.signal.aborted) close(); return; }
    if (mine.signal.aborted || document.activeElement !== area) return;
    if (!found.length) { close(); return; }
    at = now;
    list.replaceChildren(...found.map((one, index) => make(
      "div", { class: "picker__option", role: "option", id: `${id}-${index}`, "data-index": `${index}`, "aria-selected": "false" },
      make("span", { class: "picker__option-label" }, one.label), make("span", { class: "picker__option-detail" }, one.detail ?? ""),
    )));
    list.hidden = false;
    status.textContent = `${word("suggestions")}: ${found.length}`;
    move(0);
  };
  const look = () => {
    clearTimeout(timer);
    const now = area.selectionStart === area.selectionEnd ? trigger(area.value.slice(0, area.selectionStart)) : null;
    if (!now) { close(); return; }
    timer = window.setTimeout(() => void ask(now), 120);
  };
  const take = async (index: number) => {
    const [one, now] = [found[index], at];
    const end = area.selectionStart;
    close();
    if (!one || !now) return;
    if (now.sign !== "/") {
      write(area, now.begin, end, `${now.sign === "#" ? "#" : ""}${one.value} `);
      close();
      return;
    }
    try {
      const headers = { "HX-Request": "true", "X-CSRF-Token": csrfToken() ?? "" };
      const answer = await fetch(`${snippets}/${encodeURIComponent(one.value)}`, { method: "POST", body: new URLSearchParams(), headers, credentials: "same-origin" });
      if (!answer.ok) throw new Error(`${answer.status}`);
      const filled = (await answer.json()) as Filled;
      write(area, now.begin, end, filled.text);
      close();
      mark(area, now.begin, filled);
      status.textContent = filled.left.length ? word("not-filled", { names: filled.left.join(", ") }) : word("put-in");
    } catch {
      report(area, word("put-in-failed"));
    }
  };
  area.addEventListener("input", look, { signal });
  area.addEventListener("blur", () => setTimeout(() => { if (document.activeElement !== area) close(); }, 150), { signal });
  area.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move((active + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length);
    } else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") {
      event.preventDefault();
      void take(active);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  }, { signal });
  list.addEventListener("mousedown", (event) => event.preventDefault(), { signal });
  list.addEventListener("click", (event) => {
    const option = (event.target as Element).closest<HTMLElement>("[data-index]");
    if (option) void take(Number(option.dataset.index));
  }, { signal });
  composer.querySelector("[data-snippets-open]")?.addEventListener("click", () => {
    const place = area.selectionEnd;
    const before = area.value.slice(0, place);
    write(area, place, place, before && !/\s$/.test(before) ? " /" : "/");
  }, { signal });
  // Other parts of the page put text in as well: a known error's workaround.
  composer.addEventListener("steward:insert", (event) => {
    const text = (event as CustomEvent<string>).detail;
    const end = area.value.length;
    write(area, end, end, area.value.trim() ? `\n\n${text}` : text);
    area.scrollIntoView({ block: "center" });
  }, { signal });
  signal.addEventListener("abort", close);
});

/** Shows what could not be filled in, and selects the first of it so that typing replaces it. */
function mark(area: HTMLTextAreaElement, begin: number, filled: Filled): void {
  area.parentElement?.querySelector("[data-left]")?.remove();
  const [first] = filled.left;
  if (!first) return;
  const note = make("p", { class: "composer__left", "data-left": true }, word("not-filled", { names: filled.left.join(", ") }));
  area.after(note);
  const place = area.value.indexOf(first, begin);
  if (place >= 0) area.setSelectionRange(place, place + first.length);
  const check = () => {
    if (filled.left.some((left) => area.value.includes(left))) return;
    note.remove();
    area.removeEventListener("input", check);
  };
  area.addEventListener("input", check);
}
