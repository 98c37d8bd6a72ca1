// Search over everything that one may see.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

story("Search suggests while one types, and Enter leads there", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Turbine telemetry stutters ${scene.id}` });
  const page = await scene.visit("ben", { node: "other" });
  await page.goto("/help");
  await page.keyboard.press("Control+k");
  const box = page.getByRole("combobox", { name: "Search" });
  await found(page, box, `telemetry ${scene.id}`, incident.fields.title);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === pageOf(incident));

  await page.keyboard.press("Control+k");
  await box.fill(incident.number.replace(/^INC0*/, ""));
  await page.getByRole("option", { name: new RegExp(`${incident.fields.title}.*${incident.number}`) }).waitFor();
});

story("The page of results marks the words and links to the record", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Archive misses folders ${scene.id}`, description: "The folder zanzibar is gone." });
  const page = await scene.visit("ben");
  await page.goto("/search");
  const box = page.getByRole("main").getByRole("searchbox", { name: "Search" });
  for (;;) {
    await box.fill(`zanzibar ${scene.id}`);
    await box.press("Enter");
    await page.getByText(/\d+ found|Nothing found/).first().waitFor();
    if (await page.getByRole("main").getByRole("link", { name: new RegExp(scene.id) }).count()) break;
  }
  await page.locator("mark", { hasText: "zanzibar" }).waitFor();
  await page.getByRole("main").getByRole("link", { name: new RegExp(scene.id) }).click();
  await page.getByRole("heading", { level: 1, name: incident.fields.title }).waitFor();
});

story("A requester does not find what only staff wrote", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Portal asks twice ${scene.id}` });
  const word = `kestrel${scene.id}`;
  await as("ben", scene.desk).comment(incident, `Looks like ${word} again.`, "internal");
  const ben = await scene.visit("ben");
  await ben.goto("/");
  await ben.keyboard.press("Control+k");
  await found(ben, ben.getByRole("combobox", { name: "Search" }), word, incident.fields.title);

  const ella = await scene.visit("ella");
  await ella.goto(`/search?q=${word}`);
  await ella.getByText("Nothing found").waitFor();
  assert.ok(!(await ella.getByRole("main").innerText()).includes(incident.number));
  await ella.goto(`/search?q=${scene.id}`);
  await ella.getByRole("main").getByRole("link", { name: incident.fields.title }).waitFor();
});

/** Types until it is suggested: the index takes a moment to read what is new. */
async function found(page, box, text, title) {
  const option = page.getByRole("option", { name: title });
  for (;;) {
    const [answer] = await Promise.all([page.waitForResponse((response) => response.url().includes("/search/suggestions")), box.fill("").then(() => box.fill(text))]);
    assert.ok(answer.ok());
    await page.getByRole("option").or(page.getByText("Nothing found")).first().waitFor();
    if (await option.count()) return;
  }
}
