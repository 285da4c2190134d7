/** The runtime's own fetch, also where the tests are run with `createFetch` in its place. */
export const builtInFetch = globalThis.fetch;
