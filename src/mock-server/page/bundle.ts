import type { DocumentRules } from "../control/rules.js";

// In the published package this module is replaced by one that has what these build. In the source tree they import
// scripts that are not published, by names that no compiler follows.

/** Builds the page. */
export async function loadPage(): Promise<string> {
  const { buildPage } = (await import(new URL("../../../scripts/build/page.ts", import.meta.url).href)) as {
    buildPage(): Promise<string>;
  };
  return buildPage();
}

/** Finds where each rule of the document stands. */
export async function loadRules(): Promise<DocumentRules> {
  const { findRulePlaces } = (await import(
    new URL("../../../scripts/build/rule-places.ts", import.meta.url).href
  )) as { findRulePlaces(): Promise<DocumentRules> };
  return findRulePlaces();
}
