// Starts the servers, runs the stories against them, stops everything.
//   node run.mjs              all stories
//   node run.mjs lifecycle    the stories of one file
//   node run.mjs --serve      no stories: says how to run them by hand while the servers stay
// STEWARD_PROGRAM and STEWARD_TEST_POSTGRES say what to run on; scripts/test-browser sets both.
import { spawn } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Server, command, dropDatabase, makeDatabase, newFolder, removeFolder } from "./support/servers.mjs";

const here = import.meta.dirname;
const program = process.env.STEWARD_PROGRAM;
const postgres = process.env.STEWARD_TEST_POSTGRES;
if (!program || !postgres) {
  console.error("Run scripts/test-browser, which says on which program and database server to run.");
  process.exit(2);
}

const wanted = process.argv.slice(2);
const stories = readdirSync(path.join(here, "stories"))
  .filter((name) => name.endsWith(".test.mjs") && (!wanted.length || wanted.includes(name.replace(".test.mjs", ""))))
  .map((name) => path.join(here, "stories", name));

const servers = [];
const folders = [];
const databases = [];

function folder() {
  const made = newFolder();
  folders.push(made);
  return made;
}

async function serve(options) {
  const server = new Server(options);
  servers.push(server);
  return server.start();
}

/** A demonstration with everything that stories need to know of it. */
async function desk(name, database) {
  const options = { program, data: folder(), database, demo: true, components: true };
  const first = await serve(options);
  const second = database ? await serve(options) : first;
  const passphrase = /with the password: (\S+)/.exec(first.said)[1];
  const token = (login) => command(options, ["user", "token", "--login", login, "--label", "stories"]).split(/\s+/).at(-1);
  const tokens = Object.fromEntries(["ada", "ben", "ella"].map((login) => [login, token(login)]));
  return { name, address: first.address, other: second.address, passphrase, tokens, data: options.data, database };
}

async function stopAll() {
  await Promise.allSettled(servers.map((server) => server.stop()));
  for (const name of databases.splice(0)) dropDatabase(postgres, name);
  for (const made of folders.splice(0)) removeFolder(made);
}

let runner = null;
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    runner?.kill();
    void stopAll().finally(() => process.exit(1));
  });
}

let outcome = 1;
try {
  console.log("Loading the demonstration into SQLite and PostgreSQL …");
  const database = `browser_${process.pid}`;
  databases.push(database);
  const desks = await Promise.all([desk("SQLite"), desk("PostgreSQL", makeDatabase(postgres, database))]);
  const known = path.join(folder(), "desks.json");
  writeFileSync(known, JSON.stringify({ desks, program, postgres }), { mode: 0o600 });
  if (wanted[0] === "--serve") {
    for (const { name, address, passphrase } of desks) console.log(`${name}: ${address}, password ${passphrase}`);
    console.log(`Run stories with: STEWARD_STORIES=${known} node --test stories/lifecycle.test.mjs`);
    await new Promise(() => { setInterval(() => {}, 60_000); });
  }
  runner = spawn(process.execPath, ["--test", "--test-concurrency=2", "--test-timeout=180000", ...stories], {
    cwd: here,
    env: { ...process.env, STEWARD_STORIES: known },
    stdio: "inherit",
  });
  outcome = await new Promise((resolve) => { runner.on("exit", (code) => resolve(code ?? 1)); });
} catch (error) {
  console.error(error.message);
} finally {
  await stopAll();
}
process.exit(outcome);
