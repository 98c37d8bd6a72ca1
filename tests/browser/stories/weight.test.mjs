// What a page costs a browser that has nothing of it yet: sizes and counts, never times.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

const MOST_BYTES = 200 * 1000;
const MOST_REQUESTS = 15;

story("A page that comes for the first time is light", async (scene) => {
  const [incident] = await as("ben", scene.desk).get("incidents?limit=1");
  for (const [login, address] of [["ben", "/"], ["ben", "/incidents"], ["ben", pageOf(incident)], ["ella", "/"]]) {
    const page = await scene.visit(login);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Network.enable");
    let bytes = 0;
    const requests = [];
    devtools.on("Network.requestWillBeSent", ({ request }) => requests.push(new URL(request.url).pathname));
    devtools.on("Network.loadingFinished", ({ encodedDataLength }) => { bytes += encodedDataLength; });
    await page.goto(address);
    await page.evaluate(() => document.fonts.ready.then(() => null));
    scene.t.diagnostic(`${login} ${address}: ${Math.round(bytes / 1000)} kB in ${requests.length} requests`);
    assert.ok(bytes < MOST_BYTES, `${address} weighs ${bytes} bytes`);
    assert.ok(requests.length < MOST_REQUESTS, `${address} makes ${requests.length} requests: ${requests.join(" ")}`);
    await page.context().close();
  }
});

story("What a page is made of stays in the browser's cache", async (scene) => {
  const page = await scene.visit("ben");
  const { request } = page.context();
  await page.goto("/");
  const assets = await page.evaluate(() => performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => name.includes("/assets/")));
  assert.ok(assets.length > 0);
  for (const asset of assets) {
    const answer = await request.get(asset);
    assert.match(answer.headers()["cache-control"], /max-age=31536000.*immutable|immutable.*max-age=31536000/, asset);
  }
});
