// One-key actions: an element with `data-key` is pressed by that key.
import { isTyping } from "./dom";

// A person may choose other keys, or none: which shortcut each key stands for, named by its usual key.
const chosen = document.querySelector<HTMLMetaElement>('meta[name="keys"]')?.content;
const keys = chosen === undefined ? null : JSON.parse(chosen) as Record<string, string>;

/** The usual key of the shortcut that a pressed key stands for; nothing when it stands for none. */
export function shortcut(event: KeyboardEvent): string {
  return keys ? keys[event.key] ?? "" : event.key;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const mod = event.ctrlKey || event.metaKey;
  if (mod && event.key.toLowerCase() === "k") {
    focusOn("[data-search]", event);
    // As a press of the pointer does: what can be done here shows before anything is typed.
    document.querySelector<HTMLInputElement>("[data-search]")?.click();
    return;
  }
  if (mod && event.key === "Enter") {
    const form = (event.target as Element).closest?.("form");
    if (form && isTyping(event.target)) { event.preventDefault(); form.requestSubmit(); }
    return;
  }
  if (event.key === "Escape") {
    const cancel = (event.target as Element).closest?.("[data-side-form]")?.querySelector<HTMLElement>("[data-side-cancel]");
    if (cancel) { event.preventDefault(); cancel.click(); } else if (isTyping(event.target)) (event.target as HTMLElement).blur();
    return;
  }
  if (mod || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const key = shortcut(event);
  if (key === "?") {
    const overview = document.querySelector<HTMLDialogElement>("dialog[data-keys]");
    if (overview) { event.preventDefault(); overview.showModal(); }
  } else if (key === "/") {
    focusOn(document.querySelector("[data-filter]") ? "[data-filter]" : "[data-search]", event);
  } else if (/^[a-z]$/.test(key)) {
    const element = document.querySelector<HTMLElement>(`[data-key="${key}"]`);
    if (!element || element.getAttribute("aria-disabled") === "true") return;
    event.preventDefault();
    if (element instanceof HTMLInputElement && element.type === "radio") {
      element.checked = true;
      element.dispatchEvent(new Event("change", { bubbles: true }));
      const area = element.form?.querySelector("textarea");
      area?.focus();
      area?.scrollIntoView({ block: "nearest" });
    } else element.click();
  }
});

function focusOn(selector: string, event: Event): void {
  const field = document.querySelector<HTMLInputElement>(selector);
  if (!field) return;
  event.preventDefault();
  const sheet = field.closest<HTMLElement>("[popover]");
  if (sheet && !field.checkVisibility()) sheet.showPopover();
  field.focus();
  field.select();
}
