// Small things: the theme, times that stay fresh, the slider over the past, copying.
import { behaviour } from "./behaviour";
import { say } from "./notices";
import { fetchPart, post } from "./request";
import { word } from "./words";

behaviour("[data-theme-switch]", (form, signal) => {
  form.addEventListener("submit", (event) => {
    const button = event.submitter as HTMLButtonElement | null;
    if (!button) return;
    event.preventDefault();
    document.documentElement.dataset.theme = button.value;
    for (const option of form.querySelectorAll("[name=theme]")) option.setAttribute("aria-pressed", `${option === button}`);
    void post((form as HTMLFormElement).action, new FormData(form as HTMLFormElement, button)).catch(() => say(word("theme-not-kept")));
  }, { signal });
});

// Settings of looks show at once; they are kept with the form.
behaviour("[data-settings]", (settings, signal) => {
  settings.addEventListener("change", (event) => {
    const choice = event.target;
    if (!(choice instanceof HTMLSelectElement)) return;
    if (choice.name === "theme" || choice.name === "density") document.documentElement.dataset[choice.name] = choice.value;
  }, { signal });
});

// The server writes moments in the reader's zone from the next page on.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) document.cookie = `steward_zone=${encodeURIComponent(zone)}; Path=/; Max-Age=31536000; SameSite=Lax`;

const units: [Intl.RelativeTimeFormatUnit, number][] = [["year", 31_557_600], ["month", 2_629_800], ["week", 604_800], ["day", 86_400], ["hour", 3600], ["minute", 60]];

behaviour("time[data-relative]", (element, signal) => {
  const at = Date.parse(element.getAttribute("datetime") ?? "");
  if (Number.isNaN(at)) return;
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto", style: "narrow" });
  const show = () => {
    const seconds = (at - Date.now()) / 1000;
    const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ["minute", 60];
    element.textContent = Math.abs(seconds) < 45 ? word("just-now") : words.format(Math.trunc(seconds / length) || (seconds < 0 ? -1 : 1), unit);
  };
  // The server's words stay until they are no longer true, so nothing moves while the page appears.
  const timer = window.setInterval(show, 60_000);
  signal.addEventListener("abort", () => clearInterval(timer));
});

behaviour("[data-as-of]", (form, signal) => {
  const range = form.querySelector<HTMLInputElement>("[data-as-of-range]");
  const choice = form.querySelector<HTMLSelectElement>("[data-as-of-choice]");
  const output = form.querySelector<HTMLElement>("[data-as-of-output]");
  if (!range || !choice || !output) return;
  range.hidden = output.hidden = false;
  choice.hidden = true;
  const show = () => {
    choice.selectedIndex = Number(range.value);
    const words = choice.selectedOptions[0]?.textContent ?? "";
    output.textContent = words;
    range.setAttribute("aria-valuetext", words);
  };
  range.addEventListener("input", show, { signal });
  range.addEventListener("change", () => (form as HTMLFormElement).requestSubmit(), { signal });
  show();
});

// How high the head of the page is, for what sticks under it.
behaviour(".page-header", (header, signal) => {
  const root = document.documentElement;
  const observer = new ResizeObserver(() => {
    root.style.setProperty("--sticky", getComputedStyle(header).position === "sticky" ? `${header.offsetHeight}px` : "0px");
  });
  observer.observe(header);
  signal.addEventListener("abort", () => observer.disconnect());
});

// What scrolls sideways is reached by keys too.
behaviour(".article pre", (block) => { if (block.scrollWidth > block.clientWidth) block.tabIndex = 0; });

behaviour("[data-copy]", (button, signal) => {
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(button.dataset.copy ?? "").then(() => say(word("copied")), () => say(word("not-copied")));
  }, { signal });
});

document.addEventListener("click", (event) => {
  const refused = (event.target as Element).closest?.("[aria-disabled=true]");
  if (refused) { event.preventDefault(); event.stopImmediatePropagation(); }
}, { capture: true });

// Numbers beside links of the navigation, which the page does not wait for.
behaviour("[data-counts]", (navigation, signal) => {
  void fetchPart(navigation.dataset.counts ?? "", signal).then((text) => {
    const counts = JSON.parse(text) as Record<string, string>;
    for (const place of navigation.querySelectorAll<HTMLElement>("[data-count]")) place.textContent = counts[place.dataset.count ?? ""] ?? "";
  }).catch(() => { /* The next page asks again. */ });
});

// Columns in their order: a row moves without the page being asked, and keeps the focus.
behaviour("[data-move]", (button, signal) => {
  button.addEventListener("click", (event) => {
    const item = button.closest("li");
    const other = button.dataset.move === "up" ? item?.previousElementSibling : item?.nextElementSibling;
    if (!item || !other) return event.preventDefault();
    if (button.dataset.move === "up") other.before(item);
    else other.after(item);
    button.focus();
    event.preventDefault();
  }, { signal });
});
