// The first minute of an installation.
import assert from "node:assert/strict";
import { signIn, story } from "../support/browser.mjs";

story("An administrator sets up an empty installation with the printed link, once", async (scene) => {
  const { server } = await scene.server();
  const [, link] = await server.hears(/Set it up here, once: (\S+)/);
  const page = await scene.stranger({ baseURL: server.address });
  await page.goto("/");
  await page.getByText(/Nobody can sign in yet/).waitFor();
  await page.goto(link);
  const password = "kelp-lantern-orbit-window-cedar";
  for (const [label, value] of [[/^Organisation/, "Heron Works"], [/^Your name/, "Mia Weber"], [/^Your mail address/, "mia@heron.example"], [/^Login/, "mia"], [/^Password/, password]]) {
    await page.getByLabel(label).fill(value);
  }
  await page.getByRole("button", { name: "Set up and sign in" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/set-up"));
  const own = await scene.stranger({ baseURL: server.address });
  await own.goto("/sign-in");
  await signIn(own, "mia", password);
  await own.getByRole("heading", { level: 1 }).waitFor();
  await own.goto("/incidents");
  await own.getByRole("main").getByRole("link", { name: "New incident" }).first().click();
  await own.getByLabel(/^Title/).fill("The first one");
  await own.getByRole("button", { name: /Create incident/ }).click();
  await own.getByRole("heading", { level: 1, name: "The first one" }).waitFor();

  scene.allow(/status of 40\d/);
  const again = await scene.stranger({ baseURL: server.address });
  const answer = await again.goto(link);
  assert.ok(answer.status() >= 400 || new URL(again.url()).pathname === "/sign-in", "the link works twice");
});
