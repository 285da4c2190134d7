/** Builds the page. In the published package this module is replaced by one that has the finished page in it. */
export async function loadPage(): Promise<string> {
  const { buildPage } = (await import(new URL("../../../scripts/build/page.ts", import.meta.url).href)) as {
    buildPage(): Promise<string>;
  };
  return buildPage();
}
