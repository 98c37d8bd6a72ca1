// Drafts: what is typed is kept on the server every few seconds and on leaving, and shown again by it wherever one goes on.
// What could not be sent stays in this browser and is sent later.
import { behaviour } from "./behaviour";
import { icon, make } from "./dom";
import { csrfToken } from "./request";
import { word } from "./words";

type Values = [string, string][];
/** A draft that the server does not have yet. */
interface Local { at: number; address: string; place: string; mark: string; base: string; values: Values }

const DAYS = 14 * 24 * 3600 * 1000;
/** Quiet after the last key, and the longest wait while keys go on coming. */
const QUIET = 1500;
const LONGEST = 5000;
const TRY_AGAIN = 15_000;
// Drafts that a plain form took with it, until the next page shows whether the server took them.
const SENT = "sent-drafts";
const prefix = () => `draft:${document.body.dataset.viewer ?? ""}:`;
const forms = new Map<HTMLFormElement, Keeper>();

class Keeper {
  readonly #form: HTMLFormElement;
  readonly #address: string;
  readonly #place: string;
  readonly #mark = newMark();
  readonly key: string;
  #base: string;
  #initial: string;
  #kept: string;
  #ended = false;
  #timer = 0;
  #since = 0;
  #saving: AbortController | null = null;

  constructor(form: HTMLFormElement, signal: AbortSignal) {
    this.#form = form;
    this.#address = form.dataset.draft ?? "";
    this.#place = this.#field("draft_place")?.value ?? "";
    this.#base = this.#field("draft_mark")?.value ?? "";
    this.key = `${prefix()}${this.#address}#${this.#place}`;
    this.#initial = this.#kept = this.#text();
    form.addEventListener("input", () => this.#later(), { signal });
    form.addEventListener("change", () => this.#later(), { signal });
    window.addEventListener("pagehide", () => this.leave(), { signal });
    window.addEventListener("online", () => { if (this.#isNews()) void this.save(); }, { signal });
    document.addEventListener("visibilitychange", () => { if (document.hidden && this.#isNews()) void this.save(); }, { signal });
    form.querySelector("[data-draft-discard]")?.addEventListener("click", (event) => { event.preventDefault(); void this.#discard(); }, { signal });
    signal.addEventListener("abort", () => { clearTimeout(this.#timer); this.leave(); forms.delete(form); });
    this.#takeLocal();
  }

  /** Nothing more is kept: the form is on its way, or was sent. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#saving?.abort();
  }

  /** The form takes a mark along when it is sent, so that the draft ends with it; its own unless it has one. */
  marked(mark = this.#mark): void {
    const field = this.#field("draft_mark");
    if (field && !field.value) field.value = mark;
  }

  /** The form could not be sent, so the draft goes on. */
  goOn(): void {
    if (!this.#ended) return;
    this.#ended = false;
    this.#later();
  }

  /** Keeps in this browser what the server does not have. */
  keepHere(): void {
    const local: Local = { at: Date.now(), address: this.#address, place: this.#place, mark: this.#mark, base: this.#base, values: this.#values() };
    try { localStorage.setItem(this.key, JSON.stringify(local)); } catch { /* Private windows may refuse; the text is still in the field. */ }
  }

  async save(replaces = false): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#ended || !this.#address) return;
    if (this.#saving) return this.#later();
    const text = this.#text();
    const controller = (this.#saving = new AbortController());
    const isNothing = this.#isEmpty();
    const status = await send(this.#address, this.#body(isNothing, replaces), controller.signal);
    this.#saving = null;
    this.#since = 0;
    if (this.#ended) return;
    if (status === 204) {
      this.#base = this.#mark;
      this.#kept = text;
      if (this.#text() === text) forget(this.key);
      this.#say(isNothing ? "" : word("draft-kept"), "device-floppy");
    } else if (status === 409) {
      this.keepHere();
      const button = make("button", { class: "draft__discard", type: "button" }, word("keep-this"));
      button.addEventListener("click", () => void this.save(true));
      this.#say(word("newer-draft"), "alert-triangle", button);
    } else if (status === 413) {
      this.#say(word("draft-too-long"), "alert-triangle");
    } else {
      this.#say(word("draft-offline"), "alert-triangle");
      this.#timer = window.setTimeout(() => void this.save(), TRY_AGAIN);
    }
  }

  /** The last word of a page that goes. */
  leave(): void {
    clearTimeout(this.#timer);
    if (this.#ended || !this.#isNews()) return;
    this.keepHere();
    const body = this.#body(this.#isEmpty(), false);
    const token = csrfToken();
    if (token) body.append("csrf_token", token);
    navigator.sendBeacon(this.#address, body);
  }

  #later(): void {
    if (this.#ended) return;
    clearTimeout(this.#timer);
    if (!this.#isNews()) return forget(this.key);
    this.#since ||= Date.now();
    this.keepHere();
    const wait = Math.max(0, Math.min(QUIET, this.#since + LONGEST - Date.now()));
    this.#timer = window.setTimeout(() => void this.save(), wait);
  }

  async #discard(): Promise<void> {
    this.end();
    forget(this.key);
    await send(this.#address, this.#body(true, false));
    const cancel = this.#form.querySelector<HTMLElement>("[data-side-cancel]");
    const dialog = this.#form.closest("dialog");
    if (cancel) cancel.click();
    else if (dialog) dialog.close();
    else location.replace(location.pathname + location.search);
  }

  /** What this browser kept and the server does not have, or has only in part. */
  #takeLocal(): void {
    const local = read(this.key);
    if (!local || this.#form.querySelector("[aria-invalid=true]")) return;
    const kept = this.#form.querySelector("[data-draft-line] time")?.getAttribute("datetime");
    const isNewer = !kept || local.mark === this.#base || local.at > Date.parse(kept);
    if (!isNewer) return forget(this.key);
    for (const [name, value] of local.values) this.#fill(name, value);
    if (!this.#isNews()) return forget(this.key);
    // The page before may have told the server in leaving, too late for this page to know: the form ends that draft as well.
    this.marked(local.mark);
    this.#say(word("draft-browser"), "device-floppy");
    this.#form.dispatchEvent(new Event("input", { bubbles: true }));
    for (const area of this.#form.querySelectorAll("textarea")) area.dispatchEvent(new Event("input"));
  }

  #fill(name: string, value: string): void {
    for (const field of this.#form.querySelectorAll<HTMLInputElement>(`[name="${CSS.escape(name)}"]`)) {
      // Chosen records and rows of tables are made by other scripts; the server draws them when it has them.
      if (field.closest("[data-picker], [data-rows]") || field.type === "hidden" || field.type === "file") continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value;
      else field.value = value;
    }
  }

  #field(name: string): HTMLInputElement | null {
    return this.#form.querySelector(`[name="${name}"]`);
  }

  #values(): Values {
    const secret = [...this.#form.querySelectorAll<HTMLInputElement>("input[type=password]")].map((field) => field.name);
    const values: Values = [];
    for (const [name, value] of new FormData(this.#form)) {
      const isOurs = name.startsWith("draft_") || name === "csrf_token" || name === "once" || secret.includes(name);
      if (typeof value === "string" && !isOurs) values.push([name, value]);
    }
    return values;
  }

  #text(): string {
    return JSON.stringify(this.#values());
  }

  #isNews(): boolean {
    return this.#text() !== this.#kept;
  }

  /** Whether there is nothing to keep: a text that was deleted, or a form put back as it was. */
  #isEmpty(): boolean {
    const area = this.#form.matches("[data-composer]") ? this.#form.querySelector("textarea") : null;
    return area ? !area.value.trim() : !this.#base && this.#text() === this.#initial;
  }

  #body(isEnd: boolean, replaces: boolean): URLSearchParams {
    const field = this.#field("draft_mark");
    // From now on the form takes the mark along, so that what was sent is not kept again.
    if (field) field.value = this.#mark;
    const body = new URLSearchParams(isEnd ? [["draft_end", "true"]] : this.#values());
    for (const [name, value] of Object.entries({ draft_place: this.#place, draft_mark: this.#mark, draft_base: this.#base })) body.append(name, value);
    if (replaces) body.append("draft_replace", "true");
    return body;
  }

  #say(text: string, symbol: string, more?: HTMLElement): void {
    const line = this.#form.querySelector<HTMLElement>("[data-draft-line]");
    const state = line?.querySelector("[data-draft-state]");
    if (!line || !state) return;
    line.hidden = !text;
    line.classList.toggle("draft--warning", symbol === "alert-triangle");
    state.replaceChildren(icon(symbol), text, ...(more ? [more] : []));
  }
}

settle();

behaviour("form[data-draft]", (form, signal) => {
  forms.set(form as HTMLFormElement, new Keeper(form as HTMLFormElement, signal));
});

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  const keeper = forms.get(form);
  if (!keeper) return;
  keeper.marked();
  if (!event.defaultPrevented && !form.hasAttribute("hx-post") && form.method === "post") {
    // Kept until the next page shows that the server took it.
    keeper.keepHere();
    try { sessionStorage.setItem(SENT, JSON.stringify([keeper.key])); } catch { /* as above */ }
  }
  keeper.end();
});
window.addEventListener("pageshow", (event) => { if (event.persisted) for (const keeper of forms.values()) keeper.goOn(); });

// htmx got an answer below 400: the server took the form.
document.addEventListener("htmx:after:request", (event) => {
  const context = (event as CustomEvent<{ ctx: { sourceElement: Element; request: { method: string }; response?: { status: number } } }>).detail.ctx;
  const keeper = forms.get(context.sourceElement as HTMLFormElement);
  if (!keeper || context.request.method === "GET") return;
  if ((context.response?.status ?? 500) < 400) { keeper.end(); forget(keeper.key); } else keeper.goOn();
});
document.addEventListener("htmx:error", (event) => {
  forms.get((event as CustomEvent<{ ctx?: { sourceElement: Element } }>).detail.ctx?.sourceElement as HTMLFormElement)?.goOn();
});

/** The server answers a form that it took by leading on; every other way here keeps the drafts. */
function settle(): void {
  try {
    const left = JSON.parse(sessionStorage.getItem(SENT) ?? "[]") as string[];
    sessionStorage.removeItem(SENT);
    const [way] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    const isTaken = document.body.dataset.viewer && way?.type === "navigate" && way.redirectCount > 0;
    if (isTaken) left.forEach(forget);
  } catch { /* as above */ }
}

/** Sends what pages left behind that are not open any more. */
async function sendLeft(): Promise<void> {
  if (!document.body.dataset.viewer) return;
  const open = new Set([...forms.values()].map((keeper) => keeper.key));
  const left = Object.keys(localStorage).filter((key) => key.startsWith(prefix()) && !open.has(key)).slice(0, 20);
  for (const key of left) {
    const local = read(key);
    if (!local) continue;
    const body = new URLSearchParams(local.values);
    for (const [name, value] of Object.entries({ draft_place: local.place, draft_mark: local.mark, draft_base: local.base })) body.append(name, value);
    if (await send(local.address, body) === 204 && read(key)?.at === local.at) forget(key);
  }
}
setTimeout(() => void sendLeft().catch(() => { /* as above */ }), 4000);
window.addEventListener("online", () => void sendLeft().catch(() => { /* as above */ }));

/** The status of the answer; 0 when there was none. */
async function send(address: string, body: URLSearchParams, signal?: AbortSignal): Promise<number> {
  const token = csrfToken();
  const headers: Record<string, string> = { "HX-Request": "true", ...(token ? { "X-CSRF-Token": token } : {}) };
  try {
    const answer = await fetch(address, { method: "POST", body, headers, credentials: "same-origin", signal: signal ?? null, keepalive: `${body}`.length < 50_000 });
    return answer.status;
  } catch {
    return 0;
  }
}

function read(key: string): Local | null {
  try {
    const local = JSON.parse(localStorage.getItem(key) ?? "null") as Local | null;
    if (local?.values && Date.now() - local.at < DAYS) return local;
    localStorage.removeItem(key);
  } catch { /* as above */ }
  return null;
}

function forget(key: string): void {
  try { localStorage.removeItem(key); } catch { /* as above */ }
}

function newMark(): string {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
