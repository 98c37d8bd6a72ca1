// Pages that say no.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

story("Errors are pages that say what happened and where to go", async (scene) => {
  const incident = await as("ben", scene.desk).create("incidents", { title: `Somebody else's ${scene.id}`, requester: "finn" });
  scene.allow(/status of 40\d/);
  const ella = await scene.visit("ella");
  for (const [address, status] of [["/no-such-thing", 404], ["/incidents/INC9999999", 404], ["/people/new", 403], [pageOf(incident), 404]]) {
    const answer = await ella.goto(address);
    assert.equal(answer.status(), status, address);
    await ella.getByRole("heading", { level: 1 }).waitFor();
    await ella.getByText(/Request/).waitFor();
    const canvas = await ella.evaluate(() => getComputedStyle(document.querySelector(".sheet, .shell")).display);
    assert.notEqual(canvas, "inline", "the page has no style");
    await ella.getByRole("link", { name: "Go to the start" }).click();
    await ella.getByRole("heading", { level: 1 }).waitFor();
    assert.equal(new URL(ella.url()).pathname, "/");
  }
  await ella.goto("/people/new");
  await ella.getByText(/may not/).waitFor();
});

story("A wrong password keeps the login and says what to do", async (scene) => {
  scene.allow(/status of 401/);
  const page = await scene.stranger();
  await page.goto("/sign-in");
  await page.getByLabel("Login").fill(`nobody-${scene.id}`);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText(/do not belong together/).waitFor();
  assert.equal(await page.getByLabel("Login").inputValue(), `nobody-${scene.id}`);
});

story("A link leads on to where it pointed after signing in", async (scene) => {
  const page = await scene.stranger();
  await page.goto("/incidents?view=all&q=mail");
  await page.getByLabel("Login").fill("ben");
  await page.getByLabel("Password").fill(scene.desk.passphrase);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname === "/incidents" && url.searchParams.get("q") === "mail");
});
