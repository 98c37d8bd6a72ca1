// A known error's workaround or an article's words go into the reply without leaving the page, so that what is being
// typed stays.
import { report, say } from "./notices";
import { csrfToken } from "./request";
import { word } from "./words";

interface Applied { text: string; number: string; said?: string }

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  const composer = document.querySelector<HTMLElement>("[data-composer]");
  if (!form.matches("[data-apply]") || !composer) return;
  event.preventDefault();
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form, event.submitter)) if (typeof value === "string") body.append(name, value);
  const headers = { "HX-Request": "true", "X-CSRF-Token": csrfToken() ?? "" };
  void fetch(form.action, { method: "POST", body, headers, credentials: "same-origin" })
    .then(async (answer) => {
      if (!answer.ok) throw new Error(`${answer.status}`);
      const { text, number, said } = (await answer.json()) as Applied;
      if (text) composer.dispatchEvent(new CustomEvent("steward:insert", { detail: text }));
      say(said ?? word("workaround-applied", { number }));
      mark(form);
    })
    .catch(() => report(form, word("failed")));
});

/** Shows at once that an article was used; the page says so by itself when it comes anew. */
function mark(form: HTMLFormElement): void {
  form.querySelector<HTMLButtonElement>('button[value="link"]')?.remove();
}
