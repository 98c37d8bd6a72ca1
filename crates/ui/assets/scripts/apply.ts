// A known error's workaround goes into the reply without leaving the page, so that what is being typed stays.
import { report, say } from "./notices";
import { csrfToken } from "./request";
import { word } from "./words";

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  const composer = document.querySelector<HTMLElement>("[data-composer]");
  if (!form.matches("[data-apply]") || !composer) return;
  event.preventDefault();
  const button = event.submitter as HTMLButtonElement | null;
  const body = new URLSearchParams([["known_error", button?.value ?? ""]]);
  const headers = { "HX-Request": "true", "X-CSRF-Token": csrfToken() ?? "" };
  void fetch(form.action, { method: "POST", body, headers, credentials: "same-origin" })
    .then(async (answer) => {
      if (!answer.ok) throw new Error(`${answer.status}`);
      const { text, number } = (await answer.json()) as { text: string; number: string };
      composer.dispatchEvent(new CustomEvent("steward:insert", { detail: text }));
      say(word("workaround-applied", { number }));
    })
    .catch(() => report(form, word("failed")));
});
