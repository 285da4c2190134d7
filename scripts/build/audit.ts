// `node --import tsx scripts/build/audit.ts sbom.cdx.json`: fails for advisories about what is shipped.
//
// `npm audit` in the project would be about packages for development, too, and knows nothing of a package that the authors
// of another have bundled into theirs. So it looks into a project that has the packages of the bill of materials alone.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Component {
  name: string;
  version: string;
}

interface Audit {
  message?: string;
  vulnerabilities?: Record<string, { severity: string; via: (string | { title: string; url: string })[] }>;
}

/** Writes a project that has these packages, two versions of one among them, as if they were installed. */
async function writeProject(folder: string, components: readonly Component[]): Promise<void> {
  const named = components.map(({ name, version }, index) => ({ alias: `shipped-${index}`, name, version }));
  const dependencies = Object.fromEntries(
    named.map(({ alias, name, version }) => [alias, `npm:${name}@${version}`]),
  );
  const packages = named.map(({ alias, name, version }) => [`node_modules/${alias}`, { name, version }]);
  const lock = {
    lockfileVersion: 3,
    packages: { "": { dependencies }, ...(Object.fromEntries(packages) as object) },
  };
  await writeFile(join(folder, "package.json"), JSON.stringify({ dependencies }));
  await writeFile(join(folder, "package-lock.json"), JSON.stringify(lock));
}

/** The report of npm on a project. Its exit status is 1 for advisories as well as for a failure. */
function runAudit(folder: string): Promise<Audit> {
  return new Promise((resolve, reject) =>
    execFile("npm", ["audit", "--json", "--package-lock-only"], { cwd: folder }, (error, output) => {
      try {
        resolve(JSON.parse(output) as Audit);
      } catch {
        reject(error ?? new Error(`npm audit wrote no JSON: ${output}`));
      }
    }),
  );
}

const [path = ""] = process.argv.slice(2);
const { components } = JSON.parse(await readFile(path, "utf8")) as { components: Component[] };
const folder = await mkdtemp(join(tmpdir(), "audit-"));
try {
  await writeProject(folder, components);
  const { vulnerabilities, message } = await runAudit(folder);
  if (!vulnerabilities) throw new Error(`npm audit has failed: ${message}`);
  const lines = Object.entries(vulnerabilities).map(([name, { severity, via }]) => {
    const causes = via.map((cause) => (typeof cause === "string" ? cause : `${cause.title} (${cause.url})`));
    return `${name}: ${severity}: ${causes.join(", ")}`;
  });
  console.log(
    lines.join("\n") || `No advisory is about one of the ${components.length} packages that are shipped.`,
  );
  process.exitCode = lines.length > 0 ? 1 : 0;
} finally {
  await rm(folder, { recursive: true });
}
