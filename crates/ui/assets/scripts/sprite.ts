// Where the sprite of icons is: its name carries a hash, so scripts read it from an icon that the server drew.

let address = "";

/** Address of the sprite. */
export function sprite(): string {
  address ||= document.querySelector("svg.icon use")?.getAttribute("href")?.split("#")[0] ?? "";
  return address;
}
