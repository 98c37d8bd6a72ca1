// Files: looked at without leaving the record, and withheld until the malware scanner found nothing in them.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { desks, story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";
import { pages } from "../support/accessible.mjs";

const PICTURE = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP8z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg==", "base64");

function paper() {
  const parts = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] >>"];
  let text = "%PDF-1.4\n";
  const places = parts.map((part, index) => {
    const place = text.length;
    text += `${index + 1} 0 obj\n${part}\nendobj\n`;
    return `${String(place).padStart(10, "0")} 00000 n \n`;
  });
  return `${text}xref\n0 4\n0000000000 65535 f \n${places.join("")}trailer << /Size 4 /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF`;
}

story("Files are looked at over the record, by keys, and nothing in them acts", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Totals are wrong ${scene.id}` });
  const ben = as("ben", scene.desk);
  await ben.attach(incident, "totals.csv", "name;sum\n\"Ada; Ltd\";36\n");
  await ben.attach(incident, "page.html", "<script>document.title = 'taken over'</script><h1>Big</h1>");
  await ben.attach(incident, "screen.png", PICTURE);
  await ben.attach(incident, "paper.pdf", paper());
  const page = await scene.visit("ben");
  await page.goto(pageOf(incident));
  const dialog = page.locator("#dialog");
  const name = page.getByRole("link", { name: "totals.csv", exact: true });
  await name.focus();
  await page.keyboard.press("Enter");
  await dialog.getByRole("cell", { name: "Ada; Ltd" }).waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.ok(await name.evaluate((link) => link === document.activeElement), "focus went elsewhere");

  await page.getByRole("link", { name: "page.html", exact: true }).click();
  await dialog.getByText("<h1>Big</h1>").waitFor();
  assert.ok(!(await page.title()).includes("taken over"));
  const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("link", { name: "Download" }).click()]);
  assert.ok((await readFile(await download.path(), "utf8")).includes("<h1>Big</h1>"));
  await page.keyboard.press("Escape");

  await page.getByRole("link", { name: "screen.png", exact: true }).click();
  await page.waitForFunction(() => document.querySelector(".file-preview__picture")?.naturalWidth === 2);
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "paper.pdf", exact: true }).click();
  await dialog.locator("iframe").waitFor();
  await page.keyboard.press("Escape");

  const plain = await scene.visit("ben", { javaScriptEnabled: false });
  await plain.goto(pageOf(incident));
  await plain.getByRole("link", { name: "totals.csv", exact: true }).click();
  await plain.getByRole("cell", { name: "Ada; Ltd" }).waitFor();
  assert.match(plain.url(), /attachments\/\d+\/preview$/);
});

/** The daemon of a malware scanner that answers once it may. */
async function scanner() {
  const waiting = [];
  let open = false;
  const daemon = createServer((connection) => {
    let heard = Buffer.alloc(0);
    const answer = () => connection.end(heard.includes("harmful") ? "stream: Test.Harmful-1 FOUND\0" : "stream: OK\0");
    connection.on("data", (chunk) => {
      heard = Buffer.concat([heard, chunk]);
      if (!heard.subarray(-4).equals(Buffer.alloc(4))) return;
      if (open) answer();
      else waiting.push(answer);
    });
    connection.on("error", () => {});
  });
  await new Promise((resolve) => { daemon.listen(0, "127.0.0.1", resolve); });
  return {
    address: `clamd://127.0.0.1:${daemon.address().port}`,
    release: () => { open = true; waiting.splice(0).forEach((answer) => answer()); },
    end: () => daemon.close(),
  };
}

story("A file can be had once the scanner found nothing in it, and never when it did", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Invoice cannot be read ${scene.id}` });
  const clamd = await scanner();
  try {
    const { server } = await scene.server({ joins: true, more: ["--scanner", clamd.address] });
    const page = await scene.visit("ella");
    await page.goto(`${server.address}${pageOf(incident)}`);
    await page.getByLabel("Attach files").setInputFiles([
      { name: "invoice.txt", mimeType: "text/plain", buffer: Buffer.from(`fine ${scene.id}`) },
      { name: "reminder.txt", mimeType: "text/plain", buffer: Buffer.from(`harmful ${scene.id}`) },
    ]);
    await page.getByRole("button", { name: "Send reply" }).click();
    await page.getByText("Being checked for malware").first().waitFor();
    assert.equal(await page.getByRole("link", { name: "invoice.txt", exact: true }).count(), 0);
    clamd.release();
    // By itself, without loading the page anew.
    await page.getByRole("link", { name: "invoice.txt", exact: true }).waitFor();
    await page.getByText("Withheld: Test.Harmful-1 was found in it").waitFor();
    assert.equal(await page.getByRole("link", { name: "reminder.txt" }).count(), 0);
    const ada = await scene.visit("ada");
    await ada.goto(`${server.address}/`);
    await ada.getByRole("link", { name: "Withheld files" }).click();
    await ada.getByRole("row", { name: /reminder\.txt/ }).getByText("Test.Harmful-1").waitFor();
    await ada.getByRole("row", { name: /reminder\.txt/ }).getByRole("button", { name: "Check again" }).waitFor();
  } finally {
    clamd.release();
    clamd.end();
  }
}, desks.filter((desk) => desk.database));

pages("The page of withheld files is accessible", "ada", () => ["/withheld-files", "/help/files"]);
