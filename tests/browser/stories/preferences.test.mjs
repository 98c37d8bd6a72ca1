// Colours and density as one wants them.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";

const ground = (page) => page.evaluate(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
  canvas.fillRect(0, 0, 1, 1);
  return canvas.getImageData(0, 0, 1, 1).data[0];
});

story("Dark and light are chosen in the account menu and stay", async (scene) => {
  const page = await scene.visit("jonas", { colorScheme: "light" });
  await page.goto("/");
  assert.ok(await ground(page) > 200, "not light at first");
  await page.locator(".nav__person").click();
  await Promise.all([page.waitForResponse("**/account/theme"), page.getByRole("button", { name: "Dark" }).click()]);
  assert.ok(await ground(page) < 80, "not dark at once");
  await page.goto("/incidents");
  assert.ok(await ground(page) < 80, "not dark on the next page");
  await page.locator(".nav__person").click();
  await Promise.all([page.waitForResponse("**/account/theme"), page.getByRole("button", { name: "System" }).click()]);
  assert.ok(await ground(page) > 200, "the system's choice does not count");
  await page.emulateMedia({ colorScheme: "dark" });
  assert.ok(await ground(page) < 80, "the system's change does not count");
});

story("Rows are as dense as one chooses", async (scene) => {
  const page = await scene.visit("jonas");
  const height = async () => {
    await page.goto("/people");
    return (await page.locator("[data-row]").first().boundingBox()).height;
  };
  const normal = await height();
  for (const [name, fits] of [["Compact", (rows) => rows < normal], ["Comfortable", (rows) => rows > normal], ["Normal", (rows) => rows === normal]]) {
    await page.goto("/settings");
    await page.locator("[name=density]").selectOption({ label: name });
    await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: /Save/ }).first().click()]);
    const rows = await height();
    assert.ok(fits(rows), `${name}: ${rows} beside ${normal}`);
  }
});
