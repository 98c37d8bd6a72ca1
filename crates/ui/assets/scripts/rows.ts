// Table fields: rows are added and taken away; the empty rows that wait without scripts go.
import { behaviour } from "./behaviour";

behaviour("[data-rows]", (rows, signal) => {
  const body = rows.querySelector("tbody");
  const add = rows.querySelector<HTMLButtonElement>("[data-rows-add]");
  const spare = [...rows.querySelectorAll<HTMLElement>("[data-rows-spare]")];
  const pattern = spare[0]?.cloneNode(true) as HTMLElement | undefined;
  if (!body || !add || !pattern) return;
  const isEmpty = body.children.length === spare.length;
  for (const row of spare.slice(isEmpty ? 1 : 0)) row.remove();
  for (const button of rows.querySelectorAll<HTMLElement>("[data-rows-remove]")) button.hidden = false;
  add.hidden = false;
  let next = body.children.length + spare.length;
  const first = pattern.querySelector<HTMLElement>("[name]")?.getAttribute("name")?.match(/\.(\d+)\.[^.]+$/)?.[1] ?? "0";
  add.addEventListener("click", () => {
    const row = pattern.cloneNode(true) as HTMLElement;
    for (const element of row.querySelectorAll("*")) {
      for (const name of ["name", "id", "for", "data-name"]) {
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, value.replace(new RegExp(`\\.${first}\\.(?=[^.]+(\\.currency)?$)`), `.${next}.`));
      }
    }
    next += 1;
    for (const button of row.querySelectorAll<HTMLElement>("[data-rows-remove]")) button.hidden = false;
    body.append(row);
    row.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea")?.focus();
  }, { signal });
  rows.addEventListener("click", (event) => {
    const button = (event.target as Element).closest("[data-rows-remove]");
    if (!button) return;
    const row = button.closest("tr");
    const neighbour = (row?.nextElementSibling ?? row?.previousElementSibling)?.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea");
    row?.remove();
    (neighbour ?? add).focus();
  }, { signal });
});
