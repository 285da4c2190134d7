// `npm audit --json | node --import tsx scripts/build/audit.ts sbom.cdx.json`: fails for advisories about what is shipped.
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";

interface Audit {
  error?: unknown;
  vulnerabilities?: Record<string, { severity: string; via: (string | { title: string; url: string })[] }>;
}

const [path = ""] = process.argv.slice(2);
const { components } = JSON.parse(await readFile(path, "utf8")) as { components: { name: string }[] };
const { vulnerabilities, error } = JSON.parse(await text(process.stdin)) as Audit;
if (!vulnerabilities) throw new Error(`npm audit has failed: ${JSON.stringify(error)}`);

const names = new Set(components.map(({ name }) => name));
const lines = Object.entries(vulnerabilities)
  .filter(([name]) => names.has(name))
  .map(([name, { severity, via }]) => {
    const causes = via.map((cause) => (typeof cause === "string" ? cause : `${cause.title} (${cause.url})`));
    return `${name}: ${severity}: ${causes.join(", ")}`;
  });
console.log(lines.join("\n") || `No advisory is about one of the ${names.size} packages that are shipped.`);
process.exitCode = lines.length > 0 ? 1 : 0;
