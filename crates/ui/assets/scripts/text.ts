// Text areas: they grow with their text, and what was typed outlives a crash of the browser.
import { behaviour } from "./behaviour";

const DAYS = 14 * 24 * 3600 * 1000;
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
  window.addEventListener("pagehide", () => { if (!sent.has(area)) keep(); }, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
});

const sent = new WeakSet<Element>();

// A draft is dropped when the server took it: htmx got an answer below 400, or a plain form left the page.
document.addEventListener("htmx:after:request", (event) => {
  const context = (event as CustomEvent<{ ctx: { sourceElement: Element; request: { method: string }; response?: { status: number } } }>).detail.ctx;
  if (context.request.method !== "GET" && (context.response?.status ?? 500) < 400) drop(context.sourceElement);
});
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!event.defaultPrevented && !form.hasAttribute("hx-post") && form.method === "post") drop(form);
});

function drop(form: Element): void {
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
