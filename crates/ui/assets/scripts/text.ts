// Text areas: they grow with their text.
import { behaviour } from "./behaviour";

behaviour("[data-autosize]", (area, signal) => {
  if (CSS.supports("field-sizing", "content")) return;
  const fit = () => {
    // Setting a property of the element's style from script is allowed; the policy forbids the attribute in markup.
    area.style.blockSize = "auto";
    area.style.blockSize = `${area.scrollHeight + 2}px`;
  };
  area.addEventListener("input", fit, { signal });
  fit();
});
