// Boards: a card goes where its menu leads, by mouse or by Shift and an arrow on it.
import { behaviour } from "./behaviour";
import { morph } from "./htmx";
import { report, say } from "./notices";
import { fetchPart, post } from "./request";
import { word } from "./words";

behaviour("[data-board]", (board, signal) => {
  let dragged: HTMLElement | null = null;
  const columns = () => [...board.querySelectorAll<HTMLElement>("[data-column]")];
  const way = (card: HTMLElement, column: HTMLElement) =>
    card.closest("[data-column]") === column ? null : card.querySelector<HTMLAnchorElement>(`[data-to="${CSS.escape(column.dataset.column ?? "")}"]`);

  const go = (card: HTMLElement, column: HTMLElement) => {
    const link = way(card, column);
    if (!link) return;
    const direct = link.dataset.direct;
    // What needs more than the move opens its dialog.
    if (!direct) return link.click();
    const values = new FormData();
    if (link.dataset.name) values.append(link.dataset.name, link.dataset.value ?? "");
    const id = card.id;
    void post(direct, values)
      .then(() => fetchPart(board.dataset.liveSource ?? ""))
      .then((text) => morph(board, text))
      .then(() => {
        say(word("moved-to", { place: column.dataset.label ?? "" }));
        document.getElementById(id)?.querySelector<HTMLElement>(".card__link")?.focus({ preventScroll: true });
      })
      .catch(() => report(board, word("move-failed")));
  };
  const mark = (card: HTMLElement | null) => {
    board.toggleAttribute("data-dragging", card !== null);
    for (const column of columns()) {
      column.toggleAttribute("data-legal", card !== null && way(card, column) !== null);
      column.removeAttribute("data-over");
    }
  };

  board.addEventListener("dragstart", (event) => {
    dragged = (event.target as Element).closest<HTMLElement>("[data-card]");
    if (!dragged || !event.dataTransfer) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.querySelector<HTMLAnchorElement>(".card__link")?.href ?? "");
    dragged.toggleAttribute("data-dragged", true);
    mark(dragged);
  }, { signal });
  board.addEventListener("dragover", (event) => {
    const column = (event.target as Element).closest<HTMLElement>("[data-column]");
    for (const other of columns()) other.toggleAttribute("data-over", other === column && other.hasAttribute("data-legal"));
    if (column?.hasAttribute("data-legal")) event.preventDefault();
  }, { signal });
  board.addEventListener("drop", (event) => {
    const column = (event.target as Element).closest<HTMLElement>("[data-column]");
    if (!dragged || !column) return;
    event.preventDefault();
    go(dragged, column);
  }, { signal });
  board.addEventListener("dragend", () => {
    dragged?.removeAttribute("data-dragged");
    dragged = null;
    mark(null);
  }, { signal });

  board.addEventListener("keydown", (event) => {
    const card = (event.target as Element).closest<HTMLElement>("[data-card]");
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!card || !step || !event.shiftKey) return;
    event.preventDefault();
    const every = columns();
    let place = every.findIndex((column) => column.contains(card)) + step;
    while (every[place] && !way(card, every[place]!)) place += step;
    const column = every[place];
    if (column) go(card, column);
    else say(word("move-end"));
  }, { signal });
});
