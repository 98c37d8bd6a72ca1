// When something will be done, told to who asked and to who works on it.
import { story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

story("A requester reads when it will most likely be done, and the agent reads the same and what it rests on", async (scene) => {
  const ben = as("ben", scene.desk);
  const incident = await ben.create("incidents", { title: `The scanner blinks ${scene.id}`, requester: "ella", team: await scene.team() });
  const requester = await scene.visit("ella");
  await requester.goto(`/portal/requests/${incident.number}`);
  await requester.getByText(/Most likely done .*between .* and /).waitFor();

  const page = await scene.visit("ben");
  await page.goto(pageOf(incident));
  await page.getByText(/Most likely .*between .* and /).first().waitFor();
  await page.getByText(/As 8 of 10 like it: at least \d+ .*Not a promise/).first().waitFor();
});
