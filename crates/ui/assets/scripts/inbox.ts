// The inbox: how much is unread shows in the navigation of every page, and the list follows what comes.
import { behaviour } from "./behaviour";
import { isTyping } from "./dom";
import { morph } from "./htmx";
import { fetchPart } from "./request";

let timer = 0;

document.addEventListener("steward:inbox", () => later());
document.addEventListener("visibilitychange", () => { if (!document.hidden) later(); });

/** News comes in bursts, and every open tab asks: wait a little. */
function later(): void {
  if (timer || document.hidden) return;
  timer = window.setTimeout(() => { timer = 0; void ask().catch(() => { /* The next word asks again. */ }); }, 300 + Math.random() * 500);
}

async function ask(): Promise<void> {
  const mark = document.querySelector<HTMLElement>("[data-inbox-count]");
  if (!mark) return;
  const count = (await fetchPart(mark.dataset.inboxCount ?? "")).trim();
  const text = count === "0" ? "" : count;
  if (mark.textContent !== text) mark.textContent = text;
  mark.hidden = !text;
  const list = document.querySelector<HTMLElement>("[data-inbox]");
  if (list) await morph(list, await fetchPart(list.dataset.inboxSource ?? ""));
}

behaviour("[data-inbox]", (inbox, signal) => {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const links = [...inbox.querySelectorAll<HTMLElement>(".inbox__link")];
    const item = document.activeElement?.closest("[data-inbox-item]");
    const here = links.findIndex((link) => link.closest("[data-inbox-item]") === item);
    if (event.key === "j" || event.key === "k") {
      const next = links[here < 0 ? 0 : Math.min(Math.max(here + (event.key === "j" ? 1 : -1), 0), links.length - 1)];
      next?.focus({ preventScroll: true });
      next?.scrollIntoView({ block: "nearest" });
      event.preventDefault();
    } else if (event.key === "e" && item) {
      item.querySelector<HTMLElement>("[data-inbox-read]")?.click();
      event.preventDefault();
    }
  }, { signal });
});
