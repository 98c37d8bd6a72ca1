// Lists: ticking rows, also a range of them, and walking through them by keys.
import { behaviour } from "./behaviour";
import htmx from "htmx.org";
import { isTyping } from "./dom";
import { shortcut } from "./keys";

behaviour("[data-list]", (list, signal) => {
  const boxes = () => [...list.querySelectorAll<HTMLInputElement>("[data-select]")];
  const all = list.querySelector<HTMLInputElement>("[data-select-all]");
  const form = all?.form ?? boxes()[0]?.form ?? null;
  let last: HTMLInputElement | null = null;

  const count = () => {
    const every = boxes();
    const ticked = every.filter((box) => box.checked).length;
    if (all) {
      all.checked = ticked > 0 && ticked === every.length;
      all.indeterminate = ticked > 0 && ticked < every.length;
    }
    const whole = form?.querySelector<HTMLInputElement>("[data-bulk-all]");
    // The whole list is offered once the page of it is taken, and let go with the first row.
    const offered = ticked > 0 && ticked === every.length;
    if (whole && !offered) whole.checked = false;
    whole?.closest("label")?.toggleAttribute("hidden", !offered);
    const shown = form?.querySelector("[data-bulk-count]");
    if (shown) shown.textContent = whole?.checked ? Number(whole.dataset.bulkAll).toLocaleString(document.documentElement.lang || "en") : `${ticked}`;
    form?.toggleAttribute("data-open", ticked > 0);
  };
  form?.addEventListener("change", () => count(), { signal });
  // Rows that came with a refresh are counted as they are.
  list.addEventListener("steward:rows", () => count(), { signal });
  const range = (box: HTMLInputElement) => {
    const every = boxes();
    const [from, to] = [every.indexOf(last ?? box), every.indexOf(box)].sort((a, b) => a - b) as [number, number];
    for (const between of every.slice(Math.max(from, 0), to + 1)) between.checked = box.checked;
  };

  list.addEventListener("click", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || !box.matches("[data-select]")) return;
    if (event.shiftKey) range(box);
    last = box;
  }, { signal });
  list.addEventListener("change", (event) => {
    if (event.target === all && all) for (const box of boxes()) box.checked = all.checked;
    count();
  }, { signal });
  form?.addEventListener("reset", () => setTimeout(() => {
    for (const box of boxes()) box.checked = false;
    count();
  }), { signal });

  // The values that a row shows are changed in a dialog over the list.
  const edit = (row: Element) => {
    const link = row.querySelector<HTMLAnchorElement>(".list__link");
    const fields = [...list.querySelectorAll<HTMLElement>("thead [data-edits]")].map((head) => head.dataset.edits ?? "");
    if (!link || !fields.length) return false;
    const address = new URL(`${link.pathname}/edit`, location.href);
    for (const field of fields) address.searchParams.append("field", field);
    htmx.ajax("GET", `${address.pathname}${address.search}`, { target: "#dialog", swap: "innerHTML" });
    return true;
  };
  const links = () => [...list.querySelectorAll<HTMLAnchorElement>(".list__link")];
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const every = links();
    const row = document.activeElement?.closest("[data-row]");
    const here = every.findIndex((link) => link.closest("[data-row]") === row);
    const key = shortcut(event);
    if (key === "j" || key === "k") {
      const next = every[here < 0 ? 0 : Math.min(Math.max(here + (key === "j" ? 1 : -1), 0), every.length - 1)];
      next?.focus({ preventScroll: true });
      next?.closest("[data-row]")?.scrollIntoView({ block: "nearest" });
      event.preventDefault();
    } else if (key === "x" && row) {
      const box = row.querySelector<HTMLInputElement>("[data-select]");
      if (box) { box.checked = !box.checked; last = box; count(); event.preventDefault(); }
    } else if (key === "e" && row && edit(row)) {
      event.preventDefault();
    } else if (event.key === "Escape" && boxes().some((box) => box.checked)) {
      for (const box of boxes()) box.checked = false;
      count();
    }
  }, { signal });
  count();
});
