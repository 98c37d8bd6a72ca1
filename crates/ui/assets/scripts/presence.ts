// Who else is at the record: this page says every twenty seconds that it is there, and shows who else is.
import { behaviour } from "./behaviour";
import { parse } from "./htmx";
import { csrfToken, fetchPart } from "./request";

const BEAT = 20_000;
/** So long after the last key somebody still counts as writing. */
const PAUSE = 25_000;

behaviour("[data-presence]", (place, signal) => {
  const address = place.dataset.presenceAddress ?? "";
  const page = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  let typedAt = 0;
  let told = "";
  let toldAt = 0;
  let beating = 0;
  let looking = 0;

  const activity = () => (Date.now() - typedAt < PAUSE ? "writing" : "viewing");
  const body = (activity: string) => new URLSearchParams({ page, activity });
  const show = (text: string) => {
    const fresh = parse(text).body.firstElementChild;
    if (!fresh || signal.aborted) return;
    clearTimeout(looking);
    const seconds = Number(fresh.getAttribute("data-look-again"));
    if (seconds > 0) looking = window.setTimeout(look, (seconds + 1) * 1000);
    // A status that says the same again is not read out again.
    if (place.firstElementChild?.textContent !== fresh.textContent) place.replaceChildren(fresh);
  };
  const look = () => { if (!document.hidden) void fetchPart(address).then(show, () => { /* The next beat asks again. */ }); };
  const beat = async () => {
    clearTimeout(beating);
    if (document.hidden || signal.aborted) return;
    beating = window.setTimeout(() => void beat(), BEAT);
    told = activity();
    toldAt = Date.now();
    const headers = { "HX-Request": "true", "X-Steward-Background": "1", "X-CSRF-Token": csrfToken() ?? "" };
    try {
      const answer = await fetch(address, { method: "POST", body: body(told), headers, credentials: "same-origin", signal });
      if (answer.ok) show(await answer.text());
      // Who may not be here, or is signed out, stops asking.
      else if (answer.status < 500) clearTimeout(beating);
    } catch { /* Away for the moment. */ }
  };
  document.addEventListener("input", (event) => {
    if (!(event.target as Element).closest?.("form[data-draft]")) return;
    typedAt = Date.now();
    // Who begins to write says so soon, but no word follows another one at once.
    if (told === "viewing") {
      told = "writing";
      clearTimeout(beating);
      beating = window.setTimeout(() => void beat(), Math.max(300, toldAt + 2000 - Date.now()));
    }
  }, { signal });
  document.addEventListener("steward:presence", (event) => { if ((event as CustomEvent<string>).detail === place.dataset.presence) look(); }, { signal });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) void beat(); }, { signal });
  const leave = () => {
    const last = body("left");
    last.append("csrf_token", csrfToken() ?? "");
    navigator.sendBeacon(address, last);
  };
  window.addEventListener("pagehide", leave, { signal });
  window.addEventListener("pageshow", (event) => { if (event.persisted) void beat(); }, { signal });
  signal.addEventListener("abort", () => { clearTimeout(beating); clearTimeout(looking); leave(); });
  void beat();
});
