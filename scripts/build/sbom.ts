// `npm run sbom`: the bill of materials of what a user gets, as CycloneDX: the dependencies, and what is bundled.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { bundle, root } from "./bundle.js";
import { packagesOf } from "./packages.js";

interface Component {
  "bom-ref": string;
  type: string;
  name: string;
  version: string;
  scope?: string;
  purl?: string;
  licenses?: { license: { id: string } }[];
  properties?: { name: string; value: string }[];
}

interface BillOfMaterials {
  metadata: { component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

interface Lock {
  packages: Record<string, { name?: string; version?: string; dev?: boolean }>;
}

/** Every package in the lock as npm knows it: checksums and licences. */
async function listAll(): Promise<BillOfMaterials> {
  const parameters = ["sbom", "--sbom-format", "cyclonedx", "--sbom-type", "library", "--package-lock-only"];
  const { stdout } = await promisify(execFile)("npm", parameters, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as BillOfMaterials;
}

/** The references of what npm installs for a user. */
async function listInstalled(): Promise<string[]> {
  const { packages } = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")) as Lock;
  return Object.entries(packages).flatMap(([path, { name, version, dev }]) =>
    path === "" || dev ? [] : [`${name ?? path.replace(/^.*node_modules\//, "")}@${version}`],
  );
}

const referenceOf = ({ name, version }: { name: string; version: string }) => `${name}@${version}`;

const packages = await packagesOf((await bundle()).inputs);
const bundled = packages.filter(({ within }) => !within).map(referenceOf);
const shipped = new Set([...(await listInstalled()), ...bundled]);
const all = await listAll();
const self = all.metadata.component;

/** For a user, nothing that is shipped is a development dependency. */
const asShipped = ({ properties = [], ...component }: Component): Component => ({
  ...component,
  scope: "required",
  properties: [
    ...properties.filter(({ name }) => name !== "cdx:npm:package:development"),
    ...(bundled.includes(component["bom-ref"]) ? [asBundled] : []),
  ],
});
const asBundled = { name: "cdx:npm:package:bundled", value: "true" };

/** The packages that the authors of a package have bundled into it, which npm does not know. */
const inner = packages.filter(({ within }) => within);
const innerComponents = inner.map(({ name, version, license }) => ({
  "bom-ref": `${name}@${version}`,
  type: "library",
  name,
  version,
  scope: "required",
  purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
  properties: [asBundled],
  licenses: [{ license: { id: license } }],
}));

const components = all.components.filter((component) => shipped.has(component["bom-ref"])).map(asShipped);
if (components.length < shipped.size)
  throw new Error("npm does not know all packages that are shipped: run npm ci");
const dependencies = all.dependencies
  .filter(({ ref }) => shipped.has(ref) || ref === self["bom-ref"])
  .map(({ ref, dependsOn }) => ({
    ref,
    dependsOn: [
      ...dependsOn.filter((each) => shipped.has(each)),
      ...inner.filter(({ within }) => within === ref).map(referenceOf),
    ],
  }));
const { name } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { name: string };
const bill: BillOfMaterials = {
  ...all,
  metadata: { ...all.metadata, component: { ...self, name } }, // npm takes the folder's name
  components: [...components, ...innerComponents],
  dependencies: [...dependencies, ...inner.map((each) => ({ ref: referenceOf(each), dependsOn: [] }))],
};
console.log(JSON.stringify(bill, undefined, 2));
