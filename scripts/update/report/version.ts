import { parseSource } from "../../generate/source.js";
import { readText } from "../../generate/system-error.js";
import type { Verdict } from "../changes/change.js";

/** The version that follows an update. */
export interface Version {
  current: string;
  next: string;
  /** The kind of release that `next` is. */
  release: "major" | "minor" | "patch" | "none";
}

/** The version of a package, from its `package.json`. */
export async function readVersion(path: string): Promise<string> {
  const { value, fail } = parseSource(path, await readText(path));
  if (typeof value.version === "string" && /^\d+\.\d+\.\d+([-+]|$)/.test(value.version)) return value.version;
  return fail("version" in value ? ["version"] : [], "`version` must be a version such as 1.2.3");
}

/**
 * The version that follows, by semantic versioning.
 *
 * Below 1.0.0 a minor release may break, and `^0.1.0` does not accept one; compatible changes are patches there.
 */
export function nextVersion(current: string, verdict: Verdict | "none"): Version {
  const [major = 0, minor = 0, patch = 0] = current.split(/[.+-]/).map(Number);
  if (verdict === "none") return { current, next: current, release: "none" };
  const isStable = major > 0;
  if (verdict === "breaking" && isStable) return { current, next: `${major + 1}.0.0`, release: "major" };
  if (verdict === "breaking" || (verdict === "compatible" && isStable))
    return { current, next: `${major}.${minor + 1}.0`, release: "minor" };
  return { current, next: `${major}.${minor}.${patch + 1}`, release: "patch" };
}

/** The version in words, with the rule of semantic versioning that it follows where that is not obvious. */
export function describeVersion({ current, next, release }: Version, verdict: Verdict | "none"): string {
  const rules = {
    breaking: ": below 1.0.0, a minor release is the one that may break",
    compatible: ": below 1.0.0, compatible changes are a patch release",
    cosmetic: "",
    none: "",
  };
  const rule = current.startsWith("0.") ? rules[verdict] : "";
  return `The next version is ${next}, a ${release} release${rule} (now ${current}).`;
}
