import type { BundledPackage } from "./packages.js";

const line = "-".repeat(80);

/** The text of THIRD-PARTY-NOTICES: the bundled packages and their licences. */
export function writeNotices(packages: readonly BundledPackage[]): string {
  const missing = packages.filter(({ notice }) => notice === "").map(({ name }) => name);
  if (missing.length > 0) throw new Error(`These bundled packages ship no licence: ${missing.join(", ")}`);
  const notices = packages.map(
    ({ name, version, license, notice }) =>
      `${line}\n${name} ${version} (${license})\n${line}\n\n${notice}\n`,
  );
  return `The files in dist/ contain work of others, under these licences.\n\n${notices.join("\n")}`;
}
