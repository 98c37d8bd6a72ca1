// What is said, to whom, and with which files.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

story("A reply reaches the requester, a note never does", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Calendar shows the wrong hour ${scene.id}` });
  const ben = await scene.visit("ben");
  await ben.goto(pageOf(incident));
  await ben.keyboard.press("n");
  await ben.locator("#composer-body").fill("The mail server has the wrong zone, mallard.");
  await ben.getByRole("button", { name: "Add note" }).click();
  await ben.locator(".entry--internal", { hasText: "mallard" }).waitFor();
  await ben.keyboard.press("r");
  await ben.locator("#composer-body").fill("We are on it, heron.");
  await ben.getByRole("button", { name: "Send reply" }).click();
  await ben.locator(".entry--public", { hasText: "heron" }).waitFor();

  const ella = await scene.visit("ella", { node: "other" });
  await ella.goto(pageOf(incident));
  await ella.locator(".entry--public", { hasText: "heron" }).waitFor();
  assert.ok(!(await ella.content()).includes("mallard"), "the note shows");
  assert.equal(await ella.getByRole("radio", { name: "Internal note" }).count(), 0, "the requester is offered notes");
});

story("A file is attached by hand and by dropping, and comes back as it was", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Report has no totals ${scene.id}` });
  const content = `line one\n${"x".repeat(5000)}\n`;
  const ella = await scene.visit("ella");
  await ella.goto(pageOf(incident));
  await ella.getByLabel("Attach files").setInputFiles({ name: "report Größe.txt", mimeType: "text/plain", buffer: Buffer.from(content) });
  const dropped = await ella.evaluateHandle(() => {
    const files = new DataTransfer();
    files.items.add(new File(["dropped"], "dropped.log"));
    return files;
  });
  await ella.locator("[data-composer]").dispatchEvent("drop", { dataTransfer: dropped });
  await ella.getByText("dropped.log (7 B)").waitFor();
  await ella.getByRole("button", { name: "Send reply" }).click();
  await ella.getByRole("link", { name: /dropped\.log/ }).first().waitFor();

  const ben = await scene.visit("ben", { node: "other" });
  await ben.goto(pageOf(incident));
  const [download] = await Promise.all([ben.waitForEvent("download"), ben.getByRole("link", { name: "Download report Größe.txt" }).click()]);
  assert.equal(download.suggestedFilename(), "report Größe.txt");
  assert.equal(await readFile(await download.path(), "utf8"), content);
});
