// What changes elsewhere shows here without anybody losing their place: in place where it disturbs nothing, else as a
// quiet word with a button.
import { behaviour } from "./behaviour";
import { isDirty } from "./floating";
import { hasJustSent, morph, parse } from "./htmx";
import { make } from "./dom";
import { fetchPart } from "./request";
import { type Change, type News, listen } from "./stream";
import { word } from "./words";

// Work in the background tells of itself until its part of the page asks no more.
behaviour("[data-poll]", (part, signal) => {
  const ask = () => {
    if (document.hidden) return again();
    void fetchPart(part.dataset.poll ?? "").then((text) => morph(part, text)).catch(() => { /* The next one may answer. */ }).finally(again);
  };
  const again = () => { if (!signal.aborted && part.isConnected && part.dataset.poll) setTimeout(ask, 1000); };
  again();
});

/** Until a part that was just acted on is looked at once more, in milliseconds. */
const LOOK_AGAIN = 2500;

const pending = new Map<HTMLElement, Change | null>();
const fetchedAt = new WeakMap<HTMLElement, number>();
let timer = 0;

const address = document.body.dataset.live;
if (address) {
  listen(address, hear);
  document.addEventListener("visibilitychange", () => later());
}

function hear(news: News): void {
  if ("presence" in news) return void document.dispatchEvent(new CustomEvent("steward:presence", { detail: news.presence }));
  if ("inbox" in news || "resync" in news) document.dispatchEvent(new CustomEvent("steward:inbox"));
  if ("inbox" in news) return;
  const change = "change" in news ? news.change : null;
  const parts = change ? `[data-live-record="${CSS.escape(change.id)}"][data-live-source]` : "[data-live-record][data-live-source]";
  for (const part of document.querySelectorAll<HTMLElement>(parts)) pending.set(part, change);
  const lists = change ? `[data-live-list="${CSS.escape(change.kind)}"][data-live-source]` : "[data-live-list][data-live-source]";
  for (const list of document.querySelectorAll<HTMLElement>(lists)) pending.set(list, change);
  later();
}

/** Changes come in bursts and a hidden page needs none of them: wait a little, then ask once for each part. */
function later(): void {
  if (timer || !pending.size || document.hidden) return;
  timer = window.setTimeout(() => {
    timer = 0;
    const now = Date.now();
    for (const [part, change] of [...pending]) {
      if (part.matches("[data-live-list]") && now - (fetchedAt.get(part) ?? 0) < 3000) continue;
      pending.delete(part);
      if (!part.isConnected) continue;
      fetchedAt.set(part, now);
      void (part.matches("[data-live-list]") ? refreshList(part) : refreshPart(part, change)).catch(() => { /* The next change asks again. */ });
    }
    if (pending.size) later();
  }, 400);
}

function isBusy(part: HTMLElement): boolean {
  return part.contains(document.activeElement) || part.matches(":hover") || isDirty(part) || Boolean(part.querySelector("details[data-menu][open], dialog[open], form[data-side-form]"));
}

async function refreshPart(part: HTMLElement, change: Change | null): Promise<void> {
  const source = part.dataset.liveSource ?? "";
  const text = await fetchPart(source);
  if (!part.isConnected || !differs(part, text)) return;
  if (!isBusy(part)) return morph(part, text);
  // It may be one's own act, whose answer is on its way, or what followed from it: it is looked at once more after that.
  if (hasJustSent()) return void setTimeout(() => { pending.set(part, change); later(); }, LOOK_AGAIN);
  const show = () => void fetchPart(source).then((fresh) => morph(part, fresh));
  const note = pill(part, change ? word("changed-by", { name: change.actor }) : word("changed"), word("show"), show);
  // When only the pointer was in the way, it happens by itself once that is gone.
  part.addEventListener("pointerleave", () => setTimeout(() => {
    if (note.isConnected && !isBusy(part)) { note.remove(); show(); }
  }, 200), { once: true });
}

/** Whether the answer says anything else than the page: looks at what is read, not at how it is written. */
function differs(part: HTMLElement, text: string): boolean {
  const fresh = parse(text).body.firstElementChild;
  return !fresh || words(fresh) !== words(part);
}

function words(element: Element): string {
  const marks = [...element.querySelectorAll("[datetime], [href], [class*='--']")]
    .map((part) => `${part.getAttribute("datetime") ?? ""}${part.getAttribute("href") ?? ""}${part.classList.value}`);
  const copy = element.cloneNode(true) as Element;
  for (const part of copy.querySelectorAll("time[data-relative], .pill")) part.remove();
  return `${copy.textContent?.replace(/\s+/g, " ")}|${marks.join("|").replace(/ ?htmx-\S+/g, "")}`;
}

async function refreshList(list: HTMLElement): Promise<void> {
  const text = await fetchPart(list.dataset.liveSource ?? "");
  if (!list.isConnected) return;
  const fresh = parse(text).querySelector("[data-list]");
  if (!fresh) return;
  const isQuiet = !list.matches(":hover") && !list.contains(document.activeElement) && !list.querySelector(":checked") && window.scrollY < 80;
  if (isQuiet) {
    list.querySelector(":scope > .pill")?.remove();
    await morph(list, fresh.outerHTML);
    return;
  }
  // Rows that are still there change where they stand; others wait for the reader.
  const rows = [...list.querySelectorAll<HTMLElement>("[data-live-record]")];
  for (const row of rows) {
    const next = fresh.querySelector(`[data-live-record="${CSS.escape(row.dataset.liveRecord ?? "")}"]`);
    if (next && words(next) !== words(row)) await morph(row, next.outerHTML);
  }
  // On a board a card may stand after the same one as before, in another column.
  const place = (row: HTMLElement) => `${row.closest<HTMLElement>("[data-column]")?.dataset.column ?? ""}:${row.dataset.liveRecord}`;
  const order = (root: Element) => [...root.querySelectorAll<HTMLElement>("[data-live-record]")].map(place).join();
  if (order(fresh) !== order(list)) {
    pill(list, word("new-changes"), word("refresh"), () => void fetchPart(list.dataset.liveSource ?? "").then((newest) => refill(list, newest)));
  }
}

/** Shows the list as it is now; rows that were ticked and are still there stay so. */
async function refill(list: HTMLElement, text: string): Promise<void> {
  const boxes = () => [...list.querySelectorAll<HTMLInputElement>("[data-select]")];
  const ticked = new Set(boxes().filter((box) => box.checked).map((box) => box.value));
  await morph(list, text);
  for (const box of boxes()) box.checked = ticked.has(box.value);
  list.dispatchEvent(new CustomEvent("steward:rows"));
}

function pill(part: HTMLElement, text: string, action: string, act: () => void): HTMLElement {
  part.querySelector(":scope > .pill")?.remove();
  const button = make("button", { type: "button" }, action);
  const note = make(part.matches("ol, ul") ? "li" : "div", { class: "pill" }, make("span", { role: "status" }, text), button);
  button.addEventListener("click", () => { note.remove(); act(); });
  const first = part.querySelector(":scope > summary");
  if (first) first.after(note);
  else part.prepend(note);
  return note;
}
