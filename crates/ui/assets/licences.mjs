// Holds every package that goes into the program to the licences that deny.toml allows: crates by their manifests, packages
// of the pages by the lock file. Says which package has what else, and ends with 1.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import satisfies from "spdx-satisfies";
import { parse } from "smol-toml";

const root = new URL("../../../", import.meta.url);
const { graph, licenses } = parse(readFileSync(new URL("deny.toml", root), "utf8"));

/** Every crate of the graph that is not ours, on each target that we build for. */
function crates() {
    const platforms = graph.targets.flatMap((target) => ["--filter-platform", target]);
    const options = ["metadata", "--format-version", "1", "--locked", ...platforms];
    const text = execFileSync("cargo", options, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
    const { packages, resolve } = JSON.parse(text);
    const used = new Set(resolve.nodes.map((node) => node.id));
    return packages.filter((one) => one.source !== null && used.has(one.id));
}

/** Every package of the pages that is more than a tool. */
function packages() {
    const lock = JSON.parse(readFileSync(new URL("package-lock.json", import.meta.url), "utf8"));
    return Object.entries(lock.packages)
        .filter(([path, { dev }]) => path !== "" && !dev)
        .map(([path, { version, license }]) => ({ name: path.split("node_modules/").pop(), version, license }));
}

/** Names that manifests use beside those of SPDX. */
const ALIASES = { "BSD-0-Clause": "0BSD" };

/** Whether an expression can be met with what is allowed. A slash stood for "or" in manifests of old. */
function isAllowed(expression) {
    try {
        return satisfies(ALIASES[expression] ?? expression.replaceAll("/", " OR "), licenses.allow);
    } catch {
        return false;
    }
}

const all = [...crates(), ...packages()];
const refused = all.filter(({ license }) => !isAllowed(license ?? ""));
for (const { name, version, license } of refused) {
    console.error(`${name} ${version}: ${license ?? "no licence named"} is not among the licences that deny.toml allows`);
}
console.log(`${all.length} packages, ${refused.length} with a licence that is not allowed`);
process.exit(refused.length === 0 ? 0 : 1);
