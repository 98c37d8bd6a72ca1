// Text areas: they grow with their text, and what was typed outlives a crash of the browser.
import { behaviour } from "./behaviour";

const DAYS = 14 * 24 * 3600 * 1000;
// Drafts that a plain form took with it, until the next page shows whether the server took them.
const SENT = "sent-drafts";
const prefix = () => `draft:${document.body.dataset.viewer ?? ""}:`;

behaviour("[data-autosize]", (area, signal) => {
  if (CSS.supports("field-sizing", "content")) return;
  const fit = () => {
    // Setting a property of the element's style from script is allowed; the policy forbids the attribute in markup.
    area.style.blockSize = "auto";
    area.style.blockSize = `${area.scrollHeight + 2}px`;
  };
  area.addEventListener("input", fit, { signal });
  fit();
});

settle();

behaviour("textarea[data-draft]", (element, signal) => {
  const area = element as HTMLTextAreaElement;
  const key = prefix() + area.dataset.draft;
  const initial = area.defaultValue;
  let timer = 0;
  const kept = read(key);
  if (kept && !area.value) {
    area.value = kept;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const keep = () => {
    try {
      if (area.value.trim() && area.value !== initial) localStorage.setItem(key, JSON.stringify({ at: Date.now(), text: area.value }));
      else localStorage.removeItem(key);
    } catch { /* Private windows may refuse; the text is still in the field. */ }
  };
  area.addEventListener("input", () => { clearTimeout(timer); timer = window.setTimeout(keep, 300); }, { signal });
  area.addEventListener("keep", keep, { signal });
  window.addEventListener("pagehide", () => { if (!sent.has(area)) keep(); }, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
});

// Short fields of a form that keeps a draft. Chosen records, ticks, files and secrets are not kept: they are soon chosen
// again, and should not lie around.
const FIELDS = "input:is([type=text], [type=number], [type=url], [type=email], [type=tel], [type=date], [type=datetime-local])[name], select[name]";

behaviour("form[data-form-draft]", (form, signal) => {
  const key = `${prefix()}${form.dataset.formDraft}:fields`;
  const fields = () => [...form.querySelectorAll<HTMLInputElement | HTMLSelectElement>(FIELDS)].filter((field) => !field.closest("[data-picker], [data-rows]"));
  const kept = read(key);
  if (kept && !form.querySelector("[aria-invalid]")) {
    const values = JSON.parse(kept) as Record<string, string>;
    for (const field of fields()) {
      const value = values[field.name];
      if (value !== undefined) field.value = value;
    }
  }
  let timer = 0;
  const keep = () => {
    if (sent.has(form)) return;
    const values = Object.fromEntries(fields().filter((field) => field.value).map((field) => [field.name, field.value]));
    try { localStorage.setItem(key, JSON.stringify({ at: Date.now(), text: JSON.stringify(values) })); } catch { /* as above */ }
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = window.setTimeout(keep, 300); }, { signal });
  form.addEventListener("keep", keep, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
});

const sent = new WeakSet<Element>();

// A draft is dropped when the server took it: htmx got an answer below 400, or a plain form led on to another page.
document.addEventListener("htmx:after:request", (event) => {
  const context = (event as CustomEvent<{ ctx: { sourceElement: Element; request: { method: string }; response?: { status: number } } }>).detail.ctx;
  if (context.request.method !== "GET" && (context.response?.status ?? 500) < 400) drop(context.sourceElement);
});
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!event.defaultPrevented && !form.hasAttribute("hx-post") && form.method === "post") leave(form);
});

function keys(form: Element): string[] {
  const areas = [...form.querySelectorAll<HTMLTextAreaElement>("textarea[data-draft]")].map((area) => prefix() + area.dataset.draft);
  return form instanceof HTMLFormElement && form.dataset.formDraft ? [`${prefix()}${form.dataset.formDraft}:fields`, ...areas] : areas;
}

/** Keeps all of a plain form until the server took it. */
function leave(form: HTMLFormElement): void {
  form.dispatchEvent(new Event("keep"));
  for (const area of form.querySelectorAll("textarea[data-draft]")) area.dispatchEvent(new Event("keep"));
  try { sessionStorage.setItem(SENT, JSON.stringify(keys(form))); } catch { /* as above */ }
}

/** The server answers a form that it took by leading on; every other way here keeps the drafts. */
function settle(): void {
  try {
    const left = JSON.parse(sessionStorage.getItem(SENT) ?? "[]") as string[];
    sessionStorage.removeItem(SENT);
    const [way] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    const isTaken = document.body.dataset.viewer && way?.type === "navigate" && way.redirectCount > 0;
    if (isTaken) for (const key of left) localStorage.removeItem(key);
  } catch { /* as above */ }
}

function drop(form: Element): void {
  if (form instanceof HTMLFormElement && form.dataset.formDraft) {
    sent.add(form);
    try { localStorage.removeItem(`${prefix()}${form.dataset.formDraft}:fields`); } catch { /* as above */ }
  }
  for (const area of form.querySelectorAll<HTMLTextAreaElement>("textarea[data-draft]")) {
    sent.add(area);
    try { localStorage.removeItem(prefix() + area.dataset.draft); } catch { /* as above */ }
    setTimeout(() => sent.delete(area), 2000);
  }
}

function read(key: string): string | null {
  try {
    const { at, text } = JSON.parse(localStorage.getItem(key) ?? "{}") as { at?: number; text?: string };
    if (at && Date.now() - at < DAYS) return text ?? null;
    localStorage.removeItem(key);
  } catch { /* as above */ }
  return null;
}
