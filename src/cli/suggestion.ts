import { distance } from "fastest-levenshtein";

/** The name that a misspelt word was meant to be; undefined if it is like none. */
export function closestName(word: string, names: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[-_\s]/g, "");
  const distanceTo = (name: string) => distance(plain(word), plain(name));
  const [closest] = [...names].sort((one, other) => distanceTo(one) - distanceTo(other));
  if (closest === undefined) return undefined;
  return distanceTo(closest) <= (closest.length > 3 ? 2 : 1) ? closest : undefined;
}

/** ` Did you mean ...?` if there is a name like that, else an empty text. */
export function didYouMean(word: string, names: readonly string[]): string {
  const meant = closestName(word, names);
  return meant === undefined ? "" : ` Did you mean \`${meant}\`?`;
}
