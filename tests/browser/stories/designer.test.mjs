// The designer with a browser: an organisation's own kind from nothing to its first record, without a restart.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { as } from "../support/interface.mjs";
import { pages } from "../support/accessible.mjs";

story("An administrator makes a kind of the laboratory's own, and an agent works with it", async (scene) => {
  const page = await scene.visit("ada");
  const word = `q${scene.id}`.replace(/[^a-z0-9]/gi, "").toLowerCase().replaceAll(/[0-9]/g, (digit) => "abcdefghij"[digit]);
  await page.goto("/overlays");
  await page.getByRole("link", { name: /^New/ }).first().click();
  await page.locator("[name=label]").fill(`Sample ${word}`);
  await page.locator("[name=label_plural]").fill(`Samples ${word}`);
  await page.locator("[name=description]").fill("What the laboratory looks at");
  await page.locator("[name='fields.0.label']").fill("Matter");
  await page.locator("[name='fields.0.type']").selectOption("choice");
  await page.locator("[name='fields.0.choices']").fill("Water, Soil");
  await page.locator("[name=worked_by]").selectOption("agent");
  await page.getByRole("button", { name: "Look at the definition" }).click();
  await page.getByText(`Samples ${word} become a kind of their own`).waitFor();
  // A slip of the pen is told with its line before anything is saved.
  const text = page.locator("[name=definition]");
  const sound = await text.inputValue();
  await text.fill(sound.replace("\"choice\"", "\"choise\""));
  await page.getByText("did you mean `choice`?").waitFor();
  await text.fill(sound);
  await page.getByText(`Samples ${word} become a kind of their own`).waitFor();
  await page.getByRole("button", { name: "Save and put in force" }).click();
  await page.getByRole("link", { name: "Work on the definition" }).waitFor();
  const desk = await scene.visit("ben");
  await desk.goto(`/samples-${word}`);
  await desk.getByRole("link", { name: /^New/ }).first().click();
  await desk.locator("[name=title]").fill("Well 4");
  await desk.locator("[name=matter]").selectOption({ label: "Water" });
  await desk.getByRole("button", { name: /^Create/ }).click();
  await desk.getByRole("heading", { name: "Well 4" }).waitFor();
  await desk.getByRole("link", { name: "In work" }).or(desk.getByRole("button", { name: "In work" })).first().click();
  await desk.getByRole("dialog").getByRole("button", { name: "In work" }).click();
  await desk.getByText("moved it from").first().waitFor();
  const found = await as("ben", scene.desk).get(`samples-${word}`);
  assert.equal(found[0].fields.matter.key ?? found[0].fields.matter, "water");
});

pages("Pages of the designer are accessible", "ada", async (scene) => {
  const ada = as("ada", scene.desk);
  const overlay = await ada.create("overlays", { title: `Broken ${scene.id}`, definition: "overlay = \"incident\"\nfield = [{ key = \"x\", label = \"A line that is longer than any page is wide, as the lines of definitions easily are\", help = \"So that nobody who opens it must scroll sideways\", type = \"txt\" }]\n" });
  return ["/designer", `/designer/${overlay.number}`, `/overlays/${overlay.number}`, "/overlays"];
});
