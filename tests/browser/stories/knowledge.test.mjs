// An agent answers with an article, fixes it, and makes one from what solved a ticket.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

const box = (page) => page.locator("#composer-body");

/** An article that requesters may read, published by the knowledge manager. */
async function article(scene, fields) {
  const manager = as("ada", scene.desk);
  const made = await manager.create("knowledge-articles", { shown_to: "requesters", ...fields });
  await manager.move(made, "publish_directly");
  return made;
}

story("An agent answers with an article, fixes it, and makes an article from a resolution", async (scene) => {
  const word = `quokka${scene.id.replace(/\W/g, "")}`;
  const known = await article(scene, { title: `Feed the ${word}`, summary: "What it eats", resolution: "Give it **leaves**." });
  const incident = await as("ella", scene.desk).create("incidents", { title: `The ${word} is hungry`, description: "It looks at me." });
  const ben = await scene.visit("ben");
  await ben.goto(pageOf(incident));
  const section = ben.locator(".rail-section", { hasText: "Knowledge" });
  // Search as one types.
  await ben.waitForFunction(() => document.querySelector("#article-fits")?.childElementCount);
  const search = section.getByRole("searchbox");
  const found = section.locator(".fits__item", { hasText: known.number });
  for (let tries = 0; tries < 20 && !(await found.count()); tries += 1) {
    await search.fill("");
    await search.pressSequentially(word);
    await found.waitFor({ timeout: 2000 }).catch(() => {});
  }
  await box(ben).fill("Hello Ella,");
  await found.getByRole("button", { name: "Insert" }).click();
  await ben.waitForFunction(() => document.querySelector("#composer-body")?.value.includes("leaves"));
  assert.match(await box(ben).inputValue(), /^Hello Ella,\s+What it eats\s+Give it \*\*leaves\*\*\.$/);
  await ben.getByRole("button", { name: "Send reply" }).click();
  await ben.locator(".entry--public", { hasText: "leaves" }).waitFor();
  await ben.locator(".link-item__relation", { hasText: "answered with" }).waitFor();
  // Fix in place: readers go on seeing the old text.
  await ben.goto(pageOf(incident));
  await ben.waitForFunction(() => document.querySelector("#article-fits")?.childElementCount);
  await search.pressSequentially(word);
  await found.getByRole("link", { name: `Fix ${known.number}` }).click();
  await ben.getByRole("heading", { level: 1, name: "Write a new version" }).waitFor();
  assert.match(await ben.getByLabel("What changed").inputValue(), new RegExp(incident.number));
  await ben.getByLabel("Resolution").fill("Give it **fresh leaves** at night.");
  await ben.getByRole("button", { name: "Save as draft" }).click();
  await ben.getByText("This is the new version").waitFor();
  const ella = await scene.visit("ella");
  await ella.goto(`/knowledge-articles/${known.number}`);
  await ella.getByText("Give it leaves.").waitFor();
  await ben.getByRole("link", { name: "Submit for review" }).click();
  await ben.getByRole("dialog").getByRole("button", { name: "Submit for review" }).click();
  await ben.getByText("in the works (review)").waitFor();
  await as("ada", scene.desk).move(known, "publish");
  await ella.reload();
  await ella.getByText("fresh leaves").waitFor();
  await ella.getByRole("button", { name: "Yes" }).click();
  await ella.getByText("You found it helpful.").waitFor();
  await ben.goto(`/knowledge-articles/${known.number}/versions`);
  assert.equal(await ben.locator("ins", { hasText: "fresh" }).count(), 1);
  // And the other way: from what solved a ticket.
  const desk = as("ben", scene.desk);
  await desk.move(incident, "resolve", { resolution_code: "advice", resolution_notes: "Fed it by hand." });
  await ben.goto(pageOf(incident));
  await ben.getByRole("button", { name: "Make an article" }).click();
  await ben.getByRole("heading", { level: 1, name: "Write" }).waitFor();
  assert.equal(await ben.getByLabel("Title").inputValue(), incident.fields.title);
  assert.equal(await ben.getByLabel("Resolution").inputValue(), "Fed it by hand.");
});

story("A macro is looked at before it is applied", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Gate sticks ${scene.id}` });
  const ben = await scene.visit("ben");
  await ben.goto(pageOf(incident));
  await ben.getByRole("button", { name: "More actions" }).or(ben.locator("summary[aria-label='More actions']")).first().click();
  await ben.getByRole("link", { name: "Apply a macro" }).click();
  await ben.getByRole("link", { name: /Take it and greet/ }).click();
  await ben.getByRole("dialog").getByText("I have taken on").waitFor();
  await ben.getByRole("dialog").getByRole("button", { name: "Apply" }).click();
  await ben.locator(".entry--public", { hasText: "I have taken on" }).waitFor();
  await ben.getByText(/by macro MAC/).first().waitFor();
});

story("A handling note pops up once and stays beside the record", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Stair creaks ${scene.id}` });
  // A note of the story's own: those of the demonstration popped up in this session before.
  const title = `Knock twice ${scene.id}`;
  await as("ada", scene.desk).create("handling-notes", { title, text: "And wait for the dog.", about: ["ella"] });
  const ben = await scene.visit("ben");
  await ben.goto(pageOf(incident));
  const note = ben.locator("[data-pop-up]", { hasText: title });
  await note.waitFor();
  await note.locator("summary").click();
  await note.getByText("wait for the dog").waitFor({ state: "hidden" });
  await ben.reload();
  await ben.getByRole("heading", { level: 1, name: incident.fields.title }).waitFor();
  assert.equal(await note.count(), 0);
  await ben.locator(".handling-note", { hasText: title }).waitFor();
});
