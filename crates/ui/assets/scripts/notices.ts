// Short words about what happened: toasts go by themselves, errors stand beside what failed until it is tried again.
import { behaviour } from "./behaviour";
import { icon, make } from "./dom";
import { word } from "./words";

behaviour("[data-toast]", (toast, signal) => {
  let timer = 0;
  const go = () => { timer = window.setTimeout(() => toast.remove(), 6000); };
  toast.addEventListener("pointerenter", () => clearTimeout(timer), { signal });
  toast.addEventListener("pointerleave", go, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  go();
});

/** Says `text` for a moment. */
export function say(text: string): void {
  document.getElementById("notices")?.append(make("div", { class: "toast", "data-toast": true }, icon("info-circle"), make("span", {}, text)));
}

/** Says what failed, beside the form it failed in. */
export function report(source: HTMLElement, text: string): void {
  const form = source.closest("form");
  const place = form ?? document.getElementById("notices");
  if (!place) return;
  place.querySelector(":scope > [data-report]")?.remove();
  const notice = make("div", { class: "notice notice--danger", role: "alert", "data-report": true }, icon("alert-circle"), make("p", { class: "notice__text" }, text));
  if (form) form.prepend(notice);
  else {
    notice.classList.add("toast");
    notice.append(make("button", { class: "icon-button", type: "button", "aria-label": word("close") }, icon("x")));
    notice.querySelector("button")?.addEventListener("click", () => notice.remove());
    place.append(notice);
  }
}
