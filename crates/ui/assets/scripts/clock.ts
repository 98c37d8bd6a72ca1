// Clocks of service levels count down in the page, without asking the server.
import { behaviour } from "./behaviour";

/** Nearer than this is soon, in seconds; as the server has it. */
const SOON = 4 * 3600;

behaviour("[data-countdown]", (badge, signal) => {
  const moment = badge.querySelector("time");
  const at = Date.parse(moment?.getAttribute("datetime") ?? "");
  if (!moment || Number.isNaN(at)) return;
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto", style: "narrow" });
  let timer = 0;
  const show = () => {
    const seconds = Math.trunc((at - Date.now()) / 1000);
    const far = Math.abs(seconds);
    badge.dataset.state = seconds < 0 ? "over" : seconds < SOON ? "soon" : "far";
    if (far < 3600) {
      const minutes = String(Math.trunc(far / 60)).padStart(2, "0");
      moment.textContent = `${seconds < 0 ? "−" : ""}${minutes}:${String(far % 60).padStart(2, "0")}`;
    } else if (far < 86_400) {
      const minutes = String(Math.trunc((far % 3600) / 60)).padStart(2, "0");
      moment.textContent = `${seconds < 0 ? "−" : ""}${String(Math.trunc(far / 3600))}:${minutes} h`;
    } else {
      moment.textContent = words.format(Math.trunc(seconds / 86_400), "day");
    }
    // Seconds are shown in the last hour only; before, a minute's precision is enough.
    timer = window.setTimeout(show, far < 3600 ? 1000 - ((Date.now() - at) % 1000 + 1000) % 1000 : 15_000);
  };
  show();
  signal.addEventListener("abort", () => clearTimeout(timer));
});
