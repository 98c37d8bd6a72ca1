// A server that dies is no reason to lose anything.
import { story } from "../support/browser.mjs";
import { signIn } from "../support/browser.mjs";
import { as, client, pageOf } from "../support/interface.mjs";
import { command } from "../support/servers.mjs";

const LOGIN = "mia";
const PASSWORD = "kelp-lantern-orbit-window-cedar";

story("A page whose server was killed follows changes again once it is back", async (scene) => {
  // One more node where there can be several; else a server of its own.
  const joins = Boolean(scene.desk.database);
  const { server, options } = await scene.server({ joins });
  let writes = () => as("ada", scene.desk);
  let [login, password] = ["ben", scene.desk.passphrase];
  if (!joins) {
    [login, password] = [LOGIN, PASSWORD];
    command(options, ["user", "add", "--login", LOGIN, "--name", "Mia Weber", "--role", "administrator", "--password-stdin"], PASSWORD);
    const token = command(options, ["user", "token", "--login", LOGIN]).split(/\s+/).at(-1);
    writes = () => client(server.address, token);
  }
  const incident = await writes().create("incidents", { title: `Router restarts ${scene.id}` });
  const page = await scene.stranger({ baseURL: server.address });
  await page.goto(pageOf(incident));
  const first = page.waitForResponse((response) => response.url().includes("/live") && response.ok());
  await signIn(page, login, password);
  await first;
  await page.mouse.move(0, 0);
  // What the page asks for once it is shown has come: only the stream is open.
  await page.waitForFunction(() => !document.querySelector(".context__wait, .rail-section [hx-trigger=load]:empty"));
  scene.allow(/ERR_|network error/);

  await server.stop("SIGKILL");
  await page.getByText("Not connected. The page may be out of date.").waitFor();
  if (joins) await writes().comment(incident, "While you were away, sandpiper.");
  await server.start();
  if (!joins) await writes().comment(incident, "While you were away, sandpiper.");
  await page.locator(".entry--public", { hasText: "sandpiper" }).waitFor();
  await page.getByText("Not connected.").waitFor({ state: "detached" });
  await writes().comment(incident, "And after that, avocet.");
  await page.locator(".entry--public", { hasText: "avocet" }).waitFor();
});
