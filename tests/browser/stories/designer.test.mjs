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

story("A field gets another key and another sort, and its values go over", async (scene) => {
  const word = `v${scene.id}`.replace(/[^a-z0-9]/gi, "").toLowerCase().replaceAll(/[0-9]/g, (digit) => "abcdefghij"[digit]);
  const definition = [
    `key = "${word}"`, `plural = "${word}s"`, `label = "Vehicle ${word}"`, `description = "What we drive"`, `icon = "tool"`,
    `numbering = { prefix = "${word.slice(-8).toUpperCase()}" }`, `label_field = "title"`, `initial = "new"`, `list_columns = ["number", "title", "state"]`,
    `field = [`, `  { key = "title", type = "text", required = true },`, `  { key = "seats", label = "Seats", type = "text" },`, `]`,
    `state = [{ key = "new", category = "new" }, { key = "sold", category = "done" }]`, `transition = [{ key = "sell", from = "new", to = "sold" }]`,
    `[[grant]]`, `roles = ["agent"]`, `actions = ["read", "create", "update", "transition"]`, `scope = "organisation in my_organisations"`, `read = "agent"`, ``,
  ].join("\n");
  const ada = as("ada", scene.desk);
  const overlay = await ada.create("overlays", { title: `Vehicles ${word}`, definition });
  const page = await scene.visit("ada");
  await page.goto(`/designer/${overlay.number}`);
  await page.getByRole("button", { name: "Save and put in force" }).click();
  await page.getByRole("link", { name: "Work on the definition" }).waitFor();
  const ben = as("ben", scene.desk);
  const bus = await ben.create(`${word}s`, { title: "Bus", seats: "040" });
  const van = await ben.create(`${word}s`, { title: "Van", seats: "some" });
  await page.goto(`/designer/${overlay.number}`);
  const text = page.locator("[name=definition]");
  const line = `{ key = "seats", label = "Seats", type = "text" }`;
  await text.fill(definition.replace(line, `{ key = "places", label = "Seats", type = "integer", was = "seats" }`));
  await page.getByText("the values of 2 records go over").waitFor();
  await page.getByText("one value does not fit “Seats”: “some” is no whole number").waitFor();
  await text.fill(definition.replace(line, `{ key = "places", label = "Seats", type = "integer", was = "seats", unfit = "journal" }`));
  await page.getByText("stays in the journal of its record").waitFor();
  await page.locator("button[value=force]").click();
  await page.getByRole("link", { name: "Work on the definition" }).waitFor();
  assert.equal((await ben.get(`${word}s/${bus.number}`)).fields.places, 40);
  const desk = await scene.visit("ben");
  await desk.goto(`/${word}s/${van.number}`);
  await desk.getByText("stays empty, as “some” is no whole number").waitFor();
  // The definition of before brings everything back.
  await page.goto(`/designer/${overlay.number}`);
  await page.locator("[name=definition]").fill(definition);
  await page.getByText("takes the place of the field places").waitFor();
  await page.locator("button[value=force]").click();
  await page.getByRole("link", { name: "Work on the definition" }).waitFor();
  assert.equal((await ben.get(`${word}s/${bus.number}`)).fields.seats, "040");
  assert.equal((await ben.get(`${word}s/${van.number}`)).fields.seats, "some");
});

pages("Pages of the designer are accessible", "ada", async (scene) => {
  const ada = as("ada", scene.desk);
  const overlay = await ada.create("overlays", { title: `Broken ${scene.id}`, definition: "overlay = \"incident\"\nfield = [{ key = \"x\", label = \"A line that is longer than any page is wide, as the lines of definitions easily are\", help = \"So that nobody who opens it must scroll sideways\", type = \"txt\" }]\n" });
  return ["/designer", `/designer/${overlay.number}`, `/overlays/${overlay.number}`, "/overlays"];
});
