// Menus and dialogs: what the browser leaves open is closed, and focus goes where one would look.
import { behaviour } from "./behaviour";

behaviour("details[data-menu]", (element, signal) => {
  const menu = element as HTMLDetailsElement;
  const items = () => [...menu.querySelectorAll<HTMLElement>(".menu__item, .switch__option")];
  const close = (focus: boolean) => {
    menu.open = false;
    if (focus) menu.querySelector<HTMLElement>("summary")?.focus();
  };
  document.addEventListener("pointerdown", (event) => {
    if (menu.open && !menu.contains(event.target as Node)) close(false);
  }, { signal });
  menu.addEventListener("focusout", (event) => {
    const next = event.relatedTarget as Node | null;
    if (menu.open && next && !menu.contains(next)) close(false);
  }, { signal });
  menu.addEventListener("click", (event) => {
    if ((event.target as Element).closest(".menu__item")) setTimeout(() => close(false));
  }, { signal });
  menu.addEventListener("keydown", (event) => {
    const list = items();
    const here = list.indexOf(document.activeElement as HTMLElement);
    if (event.key === "Escape" && menu.open) { event.preventDefault(); event.stopPropagation(); close(true); }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      menu.open = true;
      list[(here + (event.key === "ArrowDown" ? 1 : here < 0 ? 0 : -1) + list.length) % list.length]?.focus();
    }
  }, { signal });
});

behaviour("dialog", (element, signal) => {
  const dialog = element as HTMLDialogElement;
  const isHost = dialog.hasAttribute("data-dialog-host");
  // A press that begins and ends on the veil closes, unless something was typed.
  let pressed = false;
  dialog.addEventListener("pointerdown", (event) => { pressed = event.target === dialog; }, { signal });
  dialog.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-dismiss]") || (pressed && event.target === dialog && !isDirty(dialog))) dialog.close();
  }, { signal });
  if (!isHost) return;
  dialog.addEventListener("close", () => dialog.replaceChildren(), { signal });
  const observer = new MutationObserver(() => {
    if (dialog.childElementCount && !dialog.open) {
      dialog.showModal();
      dialog.querySelector<HTMLElement>("[autofocus], .field input:not([type=hidden]), .field textarea, .field select")?.focus();
    } else if (!dialog.childElementCount && dialog.open) dialog.close();
  });
  observer.observe(dialog, { childList: true });
  signal.addEventListener("abort", () => observer.disconnect());
});

// `command` and `commandfor`, where the browser does not know them yet.
if (!("commandForElement" in HTMLButtonElement.prototype)) {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest("button[command=show-modal]");
    const dialog = button && document.getElementById(button.getAttribute("commandfor") ?? "");
    if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
  });
}

/** Whether something in it was typed or chosen since it came. */
export function isDirty(root: Element): boolean {
  return [...root.querySelectorAll<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>("input, textarea, select")].some((field) => {
    if (field instanceof HTMLSelectElement) return [...field.options].some((option) => option.selected !== option.defaultSelected) && field.selectedIndex > 0;
    if (field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio")) return field.checked !== field.defaultChecked;
    return field.type !== "hidden" && field.value !== field.defaultValue;
  });
}
