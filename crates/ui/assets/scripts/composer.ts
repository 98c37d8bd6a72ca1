// Files for a form: pasted or dropped anywhere in it, or taken with the camera; listed before they are sent.
import { behaviour } from "./behaviour";
import { make } from "./dom";

behaviour("[data-takes-files]", (composer, signal) => {
  const input = composer.querySelector<HTMLInputElement>("[data-files]");
  const list = composer.querySelector<HTMLElement>("[data-files-list]");
  if (!input || !list) return;
  const show = () => {
    list.replaceChildren(...[...(input.files ?? [])].map((file) => make("li", {}, `${file.name} (${size(file.size)})`)));
    list.hidden = !list.childElementCount;
  };
  const camera = composer.querySelector<HTMLInputElement>("[data-camera]");
  const add = (files: FileList) => {
    const all = new DataTransfer();
    for (const file of [...(input.files ?? []), ...files]) all.items.add(file);
    input.files = all.files;
    show();
  };
  input.addEventListener("change", show, { signal });
  // A second picture would take the place of the first.
  camera?.addEventListener("change", () => {
    if (camera.files?.length) add(camera.files);
    camera.value = "";
  }, { signal });
  composer.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files;
    if (files?.length) { event.preventDefault(); add(files); }
  }, { signal });
  composer.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    composer.dataset.drop = "";
  }, { signal });
  composer.addEventListener("dragleave", (event) => {
    if (!composer.contains(event.relatedTarget as Node | null)) delete composer.dataset.drop;
  }, { signal });
  composer.addEventListener("drop", (event) => {
    delete composer.dataset.drop;
    if (event.dataTransfer?.files.length) { event.preventDefault(); add(event.dataTransfer.files); }
  }, { signal });
});

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB"];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 1000 && unit < 2) { value /= 1000; unit += 1; }
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}
